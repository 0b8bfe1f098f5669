"""The regions of China by their codes (GB/T 2260): six digits, a parent's end in zeros.

See SOURCE.md for where the data is from.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

COUNTRY = "000000"  # the parent of the provinces
_PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


class Region(msgspec.Struct, frozen=True):
    """A province, a city or a district."""

    code: str
    name: str
    leaf: bool  # nothing below: an address may be here


def regions(parent_code: str = COUNTRY) -> Sequence[Region]:
    """List what lies right below a region, in the order of the codes; empty for unknown ones."""
    return _children().get(parent_code, ())


@lru_cache(maxsize=4096)
def region_names(code: str) -> tuple[str, ...] | None:
    """Name a leaf from its province down, as on a parcel; None: no such leaf."""
    names, leaves = _names(), _children()
    if code not in names or code in leaves:
        return None
    path = dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))
    return tuple(names[part] for part in path if names[part] not in _PLACEHOLDERS)


def region_path(code: str) -> tuple[str, ...]:
    """List the codes from the province down to ``code``; empty for an unknown code."""
    if code not in _names():
        return ()
    return tuple(dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code)))


@cache
def _names() -> Mapping[str, str]:
    text = (files(__name__) / "regions.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, str])


@cache
def _children() -> Mapping[str, tuple[Region, ...]]:
    below = defaultdict[str, list[str]](list)
    for code in sorted(_names()):
        below[_parent(code)].append(code)
    return {
        parent: tuple(Region(code, _names()[code], code not in below) for code in codes)
        for parent, codes in below.items()
    }


def _parent(code: str) -> str:
    if code.endswith("0000"):
        return COUNTRY
    return f"{code[:2]}0000" if code.endswith("00") else f"{code[:4]}00"
