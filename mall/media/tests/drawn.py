"""Pictures and other files for tests, drawn here so that every one says what is special in it."""

import io
import zlib
from collections.abc import Sequence
from typing import Any, Literal, cast

from PIL import Image, ImageCms

RED, GREEN, BLUE = (220, 30, 40), (20, 160, 70), (30, 60, 200)


def halves(size: tuple[int, int] = (600, 400)) -> Image.Image:
    """Draw the left half red and the right half blue."""
    picture = Image.new("RGB", size, BLUE)
    picture.paste(RED, (0, 0, size[0] // 2, size[1]))
    return picture


def written(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """Write a picture as a file of a kind."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    """Read a file back, unpacked."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def pixel(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    """Read one pixel of a picture in colours."""
    return cast("tuple[int, ...]", picture.getpixel((x, y)))


def profile(space: Literal["sRGB", "LAB"]) -> bytes:
    """Make a colour profile."""
    make = cast("Any", ImageCms).createProfile  # its type is a C object's
    return ImageCms.ImageCmsProfile(make(space)).tobytes()


def turned(orientation: int) -> bytes:
    """Write the halves as a camera does that was held another way."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera of a test"
    exif.get_ifd(0x8825)[1] = "N"  # where the picture was taken
    return written(halves(), exif=exif.tobytes(), comment=b"secret words")


def bomb(width: int, height: int) -> bytes:
    """Write a PNG whose header promises far more than its few bytes seem to."""

    def chunk(name: bytes, body: bytes) -> bytes:
        checked = zlib.crc32(name + body).to_bytes(4)
        return len(body).to_bytes(4) + name + body + checked

    header = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 2, 0, 0, 0))
    pixels = zlib.compress(bytes(2_000_000), 9)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def near(colour: Sequence[int], wanted: Sequence[int], by: int = 24) -> bool:
    """Tell whether a colour is what was wanted, but for the loss of encoding."""
    return all(abs(a - b) <= by for a, b in zip(colour, wanted, strict=True))
