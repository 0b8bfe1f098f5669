"""Where a request comes from, as far as the door can tell."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """One request's sender. Doors make it; rooms limit by it and answer to it."""

    ip: str
    user_agent: str = ""
    secure: bool = False  # it came over https: cookies must stay there
    token: str = field(
        default="", repr=False
    )  # of its cookie or bearer header; "" when it has none
