"""Bytes into pictures: what is taken, what is refused, what is left behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mall.kernel.problems import Problem
from mall.media.rules import (
    LONGEST_SIDE,
    MOST_BYTES,
    WIDTHS,
    NotAnImage,
    TooLarge,
    TooManyPixels,
    sizes_of,
)
from mall.media.rules.pictures import encoded, tint_of
from mall.media.tests.drawn import (
    BLUE,
    GREEN,
    RED,
    bomb,
    halves,
    near,
    opened,
    pixel,
    profile,
    turned,
    written,
)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_every_kind_of_picture_comes_out_as_webp_in_several_widths(kind: str) -> None:
    made = encoded(written(halves(), kind))

    assert (made.width, made.height) == (600, 400)
    assert tuple(made.files) == (160, 320, 600)
    for width, content in made.files.items():
        picture = opened(content)
        assert picture.format == "WEBP"
        assert picture.size == (width, round(width * 2 / 3))
        assert near(pixel(picture, width // 4, 20), RED)
        assert near(pixel(picture, width * 3 // 4, 20), BLUE)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 5_000,
        "只是一段文字，改名为 photo.jpg".encode(),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><img src=x></html>",
        b"%PDF-1.7 and so on",
        b"\xff\xd8\xff\xe0 a JPEG by its first bytes only",
        b"\x89PNG\r\n\x1a\n and nothing",
        b"GIF89a",
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name(content: bytes) -> None:
    with pytest.raises(NotAnImage):
        encoded(content)


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "PPM", "ICO"])
def test_other_kinds_of_pictures_are_refused(kind: str) -> None:
    with pytest.raises(NotAnImage):
        encoded(written(halves((64, 64)), kind))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_that_was_cut_off_is_refused(kind: str) -> None:
    whole = written(Image.effect_noise((600, 400), 80).convert("RGB"), kind)
    with pytest.raises(NotAnImage):
        encoded(whole[: len(whole) // 2])


@given(st.integers(0, 3_000), st.binary(min_size=1, max_size=8), st.sampled_from(["JPEG", "PNG"]))
def test_a_damaged_picture_is_taken_or_refused_and_breaks_nothing(
    at: int, damage: bytes, kind: str
) -> None:
    whole = written(halves((90, 60)), kind)
    at %= len(whole)
    try:
        assert encoded(whole[:at] + damage + whole[at + len(damage) :]).files
    except Problem as problem:
        assert isinstance(problem, NotAnImage | TooManyPixels)


@pytest.mark.parametrize(
    ("width", "height"),
    [(6_400, 6_400), (20_000, 20_000), (200_000, 200_000), (LONGEST_SIDE + 1, 1)],
)
def test_a_bomb_is_refused_by_its_header_before_it_is_unpacked(width: int, height: int) -> None:
    content = bomb(width, height)
    assert len(content) < 10_000
    with pytest.raises(TooManyPixels) as refused:
        encoded(content)
    assert "40" in refused.value.text("zh-CN")
    assert "40" in refused.value.text("en")


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    whole = written(halves(), progressive=True)
    start = whole.rindex(b"\xff\xda")
    with pytest.raises(NotAnImage):
        encoded(whole[:-2] + whole[start:-2] * 200 + whole[-2:])


def test_an_upload_over_the_limit_is_refused_with_the_limit() -> None:
    with pytest.raises(TooLarge) as refused:
        encoded(b"\xff" * (MOST_BYTES + 1))
    assert refused.value.text("en") == "A picture may have at most 12 MB"


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [
        (1, (600, 400), (0.25, 0.5)),
        (2, (600, 400), (0.75, 0.5)),
        (3, (600, 400), (0.75, 0.5)),
        (4, (600, 400), (0.25, 0.5)),
        (5, (400, 600), (0.5, 0.25)),
        (6, (400, 600), (0.5, 0.25)),
        (7, (400, 600), (0.5, 0.75)),
        (8, (400, 600), (0.5, 0.75)),
        (77, (600, 400), (0.25, 0.5)),
    ],
)
def test_a_camera_held_another_way_gives_an_upright_picture(
    orientation: int, size: tuple[int, int], red_at: tuple[float, float]
) -> None:
    made = encoded(turned(orientation))

    assert (made.width, made.height) == size
    widest = opened(made.files[size[0]])
    assert widest.size == size
    assert near(pixel(widest, int(size[0] * red_at[0]), int(size[1] * red_at[1])), RED)


def test_nothing_of_the_camera_or_the_place_travels_on() -> None:
    again = written(opened(turned(6)), "PNG", icc_profile=profile("sRGB"))
    for upload in (turned(6), again):
        for content in encoded(upload).files.values():
            picture = opened(content)
            assert not picture.getexif()
            assert not {"exif", "icc_profile", "xmp", "comment"} & picture.info.keys()
            for words in (b"Camera", b"secret", b"EXIF", b"ICCP", b"XMP"):
                assert words not in content


def test_transparency_is_kept_and_only_where_there_is_some() -> None:
    ring = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    ring.paste((*GREEN, 255), (100, 100, 200, 200))
    palette = ring.quantize(8)

    for upload in (written(ring, "PNG"), written(ring, "WEBP"), written(palette, "PNG")):
        made = encoded(upload)
        for content in made.files.values():
            picture = opened(content)
            assert picture.mode == "RGBA"
            _, _, _, corner = pixel(picture, 2, 2)
            assert corner == 0
            *colour, middle = pixel(picture, picture.width // 2, picture.height // 2)
            assert middle == 255
            assert near(colour, GREEN)
        assert near(bytes.fromhex(made.tint[1:]), GREEN)

    opaque = encoded(written(halves().convert("RGBA"), "PNG"))
    assert opened(opaque.files[600]).mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "RGBA", "I;16"])
def test_pictures_of_every_mode_keep_their_brightness(mode: str) -> None:
    grey = Image.new("L", (200, 100), 140)
    drawn = {
        "1": Image.new("1", grey.size, 1),
        "I;16": Image.new("I;16", grey.size, 140 * 257),
        "P": grey.convert("RGB").quantize(8),
        "LA": grey.convert("LA"),
    }
    picture = drawn.get(mode) or grey.convert("RGB").convert(mode)
    assert picture.mode == mode
    made = encoded(written(picture, "JPEG" if mode == "CMYK" else "PNG"))

    shade = 255 if mode == "1" else 140
    found = pixel(opened(made.files[200]).convert("RGB"), 100, 50)
    assert near(found, (shade, shade, shade), 12)


def test_colours_of_another_profile_are_brought_to_srgb() -> None:
    broken = written(halves(), "PNG", icc_profile=b"rubbish" * 40)
    foreign = written(halves(), "PNG", icc_profile=profile("LAB"))
    for upload in (broken, foreign):  # a profile that does not fit changes nothing
        assert near(pixel(opened(encoded(upload).files[600]), 100, 100), RED)

    swapped = written(halves(), "PNG", icc_profile=_red_and_green_swapped())
    red, green, _ = pixel(opened(encoded(swapped).files[600]), 100, 100)
    assert green > red


def test_of_a_moving_picture_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGB", (100, 100), colour) for colour in (RED, GREEN, BLUE)]
    for kind in ("GIF", "WEBP", "PNG"):
        moving = written(frames[0], kind, save_all=True, append_images=frames[1:])
        made = encoded(moving)
        assert not getattr(opened(made.files[100]), "is_animated", False)
        assert near(pixel(opened(made.files[100]), 50, 50), RED)


def test_the_tint_is_the_colour_that_most_of_the_picture_has() -> None:
    picture = Image.new("RGB", (100, 100), (240, 200, 160))
    picture.paste(BLUE, (0, 0, 100, 30))
    assert tint_of(picture) == "#f0c8a0"
    assert tint_of(Image.new("RGBA", (10, 10), (9, 9, 9, 0))) == "#ffffff"


@given(st.integers(1, LONGEST_SIDE), st.integers(1, LONGEST_SIDE))
def test_sizes_grow_never_pass_the_original_and_fit_the_format(width: int, height: int) -> None:
    sizes = sizes_of(width, height)
    widths = [size[0] for size in sizes]
    assert widths == sorted(set(widths))
    assert 1 <= widths[-1] <= min(width, WIDTHS[-1])
    for across, down in sizes:
        assert 1 <= down <= 16_383
        exact = across * height / width
        assert down == 16_383 or abs(down - exact) <= 1


def test_a_long_picture_of_details_is_taken() -> None:
    made = encoded(written(halves((750, 25_000))))
    widest = max(made.files)
    assert opened(made.files[widest]).size == (491, 16_367)


def _red_and_green_swapped() -> bytes:
    """Exchange two tags of an sRGB profile."""
    made = profile("sRGB").replace(b"rXYZ", b"????", 1).replace(b"gXYZ", b"rXYZ", 1)
    return made.replace(b"????", b"gXYZ", 1)
