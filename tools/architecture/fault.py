"""What a guard finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One breach of one rule, at one place."""

    path: str  # relative to the root of the house
    line: int  # 0: the file as a whole
    what: str
    do: str  # what puts it right

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.what}; {self.do}"
