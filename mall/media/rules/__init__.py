"""What a picture of the mall is, where its files lie, and what is refused."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from mall.kernel.i18n import LANGUAGES, Texts
from mall.kernel.ids import AssetId, TenantId
from mall.kernel.problems import Conflict, Invalid
from mall.kernel.time import Instant

MOST_MB = 12
MOST_BYTES = MOST_MB * 1_000_000
MOST_MEGAPIXELS = 40
LONGEST_SIDE = 30_000  # pixels of an upload; long pictures of details stay possible
WIDTHS = (160, 320, 640, 960, 1440)
ALT_AT_MOST = 300
NAME_AT_MOST = 200
UPLOAD_LIFE_HOURS = 24  # an upload that nobody came back for is forgotten after this

_SIDE_OF_WEBP = 16_383  # the format's own limit
_VERSION_AND_VARIANT = (8 << 76) | (2 << 62)
_FREE = ~((0xF << 76) | (0x3 << 62)) & ((1 << 128) - 1)
_NAME = re.compile(r"([0-9a-f]{32})-([1-9][0-9]{0,4})\.webp")


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture that the mall may show.

    ``width`` and ``height`` are those of the upload, upright; files exist in ``widths`` only.
    """

    id: AssetId
    kind: Literal["image"]
    name: str  # of the file that was uploaded
    width: int
    height: int
    tint: str  # "#rrggbb": the colour that stands in until the picture is there
    alt: Texts
    widths: tuple[int, ...]  # ascending, never empty
    stored_bytes: int  # of all its files
    created_at: Instant
    removed: bool = False  # gone from the lists; what shows it goes on showing it


@dataclass(frozen=True, slots=True)
class Picture:
    """What was found out about a picture whose files lie in the store already."""

    id: AssetId
    width: int
    height: int
    tint: str
    widths: tuple[int, ...]
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture cut to its widths; ``files`` are WebP by width, ascending."""

    width: int
    height: int
    tint: str
    files: Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class ServedFile:
    """One stored file as HTTP gives it away. It never changes under its name."""

    content: bytes
    etag: str  # quoted
    content_type: str


@dataclass(eq=False)
class NotAnImage(Invalid):
    """The file is no picture that can be read, whatever its name says."""

    code: ClassVar[str] = "media.not_an_image"
    texts: ClassVar[Texts] = {
        "zh-CN": "这个文件不是可以读取的图片，请上传 JPEG、PNG、WebP、GIF 或 AVIF 图片",
        "en": "This file is not a picture we can read; use JPEG, PNG, WebP, GIF or AVIF",
    }


@dataclass(eq=False)
class TooLarge(Invalid):
    """The file is larger than a picture may be."""

    code: ClassVar[str] = "media.too_large"
    texts: ClassVar[Texts] = {
        "zh-CN": "图片不能超过 {limit_mb} MB",
        "en": "A picture may have at most {limit_mb} MB",
    }
    limit_mb: int = MOST_MB


@dataclass(eq=False)
class TooManyPixels(Invalid):
    """The picture would take too much memory once unpacked."""

    code: ClassVar[str] = "media.too_many_pixels"
    texts: ClassVar[Texts] = {
        "zh-CN": "图片尺寸太大：总像素不超过 {limit_megapixels} 百万，边长不超过 {limit_side} 像素",
        "en": "The picture is too big: at most {limit_megapixels} megapixels, "
        "and {limit_side} pixels a side",
    }
    limit_megapixels: int = MOST_MEGAPIXELS
    limit_side: int = LONGEST_SIDE


@dataclass(eq=False)
class UploadGone(Conflict):
    """The upload waited too long to be worked on, and is no longer there."""

    code: ClassVar[str] = "media.upload_gone"
    texts: ClassVar[Texts] = {
        "zh-CN": "上传的文件已失效，请重新上传",
        "en": "The upload is no longer there; please upload it again",
    }


def check_size(content: bytes) -> None:
    """Refuse an upload that is too large, or empty. Raises TooLarge, NotAnImage."""
    if len(content) > MOST_BYTES:
        raise TooLarge
    if not content:
        raise NotAnImage


def check_pixels(width: int, height: int) -> None:
    """Refuse a picture by what its header says, before it is unpacked. Raises TooManyPixels."""
    if width * height > MOST_MEGAPIXELS * 1_000_000 or max(width, height) > LONGEST_SIDE:
        raise TooManyPixels


def asset_id_of(tenant_id: TenantId, content: bytes) -> AssetId:
    """Derive the id of a picture from the SHA-256 of the upload.

    So the same upload is the same asset of a mall, however often and from however many places
    it comes; and no mall can tell from an id what another has. Version 8 of RFC 9562.
    """
    digest = hashlib.sha256(tenant_id.bytes + hashlib.sha256(content).digest()).digest()
    return AssetId(UUID(int=int.from_bytes(digest[:16]) & _FREE | _VERSION_AND_VARIANT))


def sizes_of(width: int, height: int) -> tuple[tuple[int, int], ...]:
    """List the sizes that a picture is stored in, the smallest first.

    Nothing is made larger than it was; a step close below the last one is left out.
    """
    widest = min(width, WIDTHS[-1], max(1, _SIDE_OF_WEBP * width // height))
    steps = [step for step in WIDTHS if step * 10 <= widest * 9] + [widest]
    return tuple((step, _height(width, height, step)) for step in steps)


def height_at(asset: Asset, width: int) -> int:
    """Give the height of the file of a width, for ``<img height>``."""
    return _height(asset.width, asset.height, width)


def best_width(asset: Asset, wanted: int) -> int:
    """Choose the narrowest file that fills ``wanted`` pixels; the widest when none does."""
    return next((width for width in asset.widths if width >= wanted), asset.widths[-1])


def address(asset: Asset, width: int) -> str:
    """Write the address of the file that serves ``width`` pixels best. It never changes."""
    return f"/media/{asset.id.hex}-{best_width(asset, width)}.webp"


def srcset(asset: Asset) -> str:
    """Write every file for ``<img srcset>``."""
    return ", ".join(f"{address(asset, width)} {width}w" for width in asset.widths)


def parsed_name(name: str) -> tuple[AssetId, int] | None:
    """Read the last part of an address. None: the mall never wrote such a name."""
    found = _NAME.fullmatch(name)
    return (AssetId(UUID(found[1])), int(found[2])) if found else None


def path_of(tenant_id: TenantId, asset_id: AssetId, width: int) -> str:
    """Name a picture's file in the store."""
    return f"{tenant_id.hex}/{asset_id.hex}/{width}.webp"


def folder_of_uploads(tenant_id: TenantId) -> str:
    """Name the folder where uploads of a mall wait."""
    return f"{tenant_id.hex}/uploads"


def tidy_name(name: str) -> str:
    """Keep the readable end of a file's name as a browser or an address gives it."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable()).strip()[:NAME_AT_MOST]


def tidy_alt(alt: Texts) -> dict[str, str]:
    """Keep what is said of a picture in the languages that the mall speaks."""
    said = {language: " ".join(alt.get(language, "").split()) for language in LANGUAGES}
    return {language: text[:ALT_AT_MOST] for language, text in said.items() if text}


def _height(width: int, height: int, at_width: int) -> int:
    return min(_SIDE_OF_WEBP, max(1, round(height * at_width / width)))
