"""The three selects of an address, filled as far as something was chosen."""

from dataclasses import dataclass

from mall.doors.storefront.filled import Filled
from mall.members import Region, region_path, regions

AT_REGION = {f"region{level}": "region_code" for level in range(3)}  # where their errors stand


@dataclass(frozen=True, slots=True)
class Picked:
    """What the selects offer and what is chosen in them; ``code`` is the deepest choice."""

    offered: list[list[Region]]
    chosen: list[str]

    @property
    def code(self) -> str:
        """Give the deepest choice."""
        return next((code for code in reversed(self.chosen) if code), "")


def picked(form: Filled) -> Picked:
    """Read the selects of a form; a choice that is not below the one before it counts no more."""
    chosen, offered = list[str](), [list(regions())]
    for level in range(3):
        wanted = form.text(f"region{level}")
        known = any(region.code == wanted for region in offered[level])
        chosen.append(wanted if known else "")
        if level < 2:
            offered.append(list(regions(wanted)) if known else [])
    return Picked(offered, chosen)


def picked_from(code: str) -> Picked:
    """Fill the selects for a stored address."""
    path = [*region_path(code), "", "", ""][:3]
    return picked(Filled({f"region{level}": [one] for level, one in enumerate(path)}))
