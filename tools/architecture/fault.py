"""What a guard finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One breach of one rule, at one place."""

    path: str  # relative to the root of the house
    line: int  # 1 for the file as a whole
    what: str
    do: str  # what puts it right

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what} - {self.do}"
