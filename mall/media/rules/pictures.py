# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# Pillow leaves some of its parameters untyped.
"""Bytes into pictures: read by what is in them, turned upright, cut to widths, told their colour.

What comes out carries nothing of what came in but its pixels: no camera, no place, no comments.
"""

from collections import Counter
from io import BytesIO

from PIL import Image, ImageCms

from mall.media.rules import (
    Encoded,
    NotAnImage,
    TooManyPixels,
    check_pixels,
    check_size,
    sizes_of,
)

QUALITY = 82
METHOD = 2  # of WebP: three more make files 5 % smaller and take twice as long

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_SCANS_AT_MOST = 100  # real progressive JPEGs have about ten; each costs a pass over every pixel
_START_OF_SCAN = b"\xff\xda"
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def encoded(content: bytes) -> Encoded:
    """Cut a picture to its widths. Of moving pictures the first frame is taken.

    Takes about a tenth of a second; call it off the event loop.
    Raises NotAnImage, TooLarge, TooManyPixels.
    """
    check_size(content)
    width, height, widest = _read(content)
    files = dict[int, bytes]()
    cut = widest
    for size in reversed(sizes_of(width, height)):
        cut = _resized(cut, size)
        files[size[0]] = _webp(cut)
    return Encoded(width, height, tint_of(cut), dict(sorted(files.items())))


def tint_of(picture: Image.Image) -> str:
    """Find the colour that most of a picture is near to; what is transparent does not count."""
    small = picture.convert("RGBA").resize((32, 32), Image.Resampling.BOX).tobytes()
    pixels = [small[at : at + 3] for at in range(0, len(small), 4) if small[at + 3] >= 128]
    if not pixels:
        return "#ffffff"
    near = Counter(tuple(part >> 4 for part in pixel) for pixel in pixels).most_common(1)[0][0]
    alike = [pixel for pixel in pixels if tuple(part >> 4 for part in pixel) == near]
    mean = (sum(pixel[part] for pixel in alike) // len(alike) for part in range(3))
    return "#" + "".join(f"{part:02x}" for part in mean)


def _read(content: bytes) -> tuple[int, int, Image.Image]:
    """Unpack a picture: its upright width and height, and its pixels at the widest size kept."""
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as picture:
            check_pixels(*picture.size)
            if picture.format in {"JPEG", "MPO"} and content.count(_START_OF_SCAN) > _SCANS_AT_MOST:
                raise NotAnImage
            return _unpacked(picture)
    except (NotAnImage, TooManyPixels, MemoryError):
        raise
    except Image.DecompressionBombError as cause:
        raise TooManyPixels from cause
    except Exception as cause:  # a broken file can break a decoder in any way
        raise NotAnImage from cause


def _unpacked(picture: Image.Image) -> tuple[int, int, Image.Image]:
    turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
    width, height = picture.size
    if turn in {_UPRIGHT[code] for code in (5, 6, 7, 8)}:
        width, height = height, width
        high, wide = sizes_of(width, height)[-1]
        widest = (wide, high)
    else:
        widest = sizes_of(width, height)[-1]
    picture.draft(None, widest)  # a JPEG is then unpacked no larger than needed
    picture.load()
    profile = picture.info.get("icc_profile")
    small = _resized(_plain(picture), widest)
    small = _without_empty_alpha(_in_srgb(small, profile))
    return width, height, small if turn is None else small.transpose(turn)


def _plain(picture: Image.Image) -> Image.Image:
    """Bring a picture to a mode that can be resized; colours of printing stay for their profile."""
    if picture.mode in {"RGB", "RGBA", "CMYK", "L"} and "transparency" not in picture.info:
        return picture
    if picture.mode.startswith("I;16"):  # 16 bits of grey; a plain conversion would clip them
        return picture.point(lambda value: value / 256).convert("L")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Bring colours to sRGB, since the profile that explains them is left behind."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if isinstance(profile, bytes) and profile:
        try:
            theirs = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, theirs, _SRGB, outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a broken profile, or one of another kind of colour
        if converted is not None:
            return converted
    return picture.convert(mode)


def _without_empty_alpha(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        return picture.convert("RGB")
    return picture


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    if picture.size == size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _webp(picture: Image.Image) -> bytes:
    picture.info = {}  # nothing of the upload's own words may travel on
    file = BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, method=METHOD)
    return file.getvalue()
