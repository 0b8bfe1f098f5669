"""Whatever is uploaded as a picture is refused with a reason, or nothing but its pixels stays.

(T-19) The files are made here from real pictures and from what has no business in one.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx
import pytest
from PIL import Image, PngImagePlugin

from mall.media.tests.drawn import bomb, halves, opened, turned, written
from tests.faults.goods import CONSOLE
from tests.faults.standing import Standing

SCRIPTS = (
    b"<script>alert(1)</script>",
    b"<?php system($_GET['x']); ?>",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
    b"*/=1;alert(1);/*",
    b"#!/bin/sh\nid\n",
)
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
REFUSED = {"media.not_an_image", "media.too_large", "media.too_many_pixels"}
NAMES = (
    *("a.png", "a.html", "a.svg", "a.php.png", "a.png.html", "../../etc/passwd", "a\x00.png"),
    *("C:\\x\\a.exe", "<img src=x onerror=alert(1)>.png", "a.png;.html", ".htaccess", "", "我.png"),
)
TYPES = ("image/png", "text/html", "image/svg+xml", "application/x-php", "x", "image/png\t;a=b")
SMALL = (48, 32)


def chunk(name: bytes, body: bytes) -> bytes:
    """Write a chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def polyglots(script: bytes) -> Iterator[tuple[str, bytes]]:
    """Hide a script in real pictures, wherever their formats have room."""
    for kind in KINDS:
        whole = written(halves(SMALL), kind)
        yield f"{kind} and then", whole + script
        yield f"{kind} after", script + whole
        yield f"{kind} comes twice", whole + script + whole
        yield f"{kind} and a zip", whole + zipped({"x.html": script})
    jpeg, png = written(halves(SMALL)), written(halves(SMALL), "PNG")
    for marker in (b"\xff\xfe", b"\xff\xe1", b"\xff\xe2", b"\xff\xed", b"\xff\xef"):
        segment = marker + struct.pack(">H", len(script) + 2) + script
        yield f"JPEG {marker.hex()}", jpeg[:2] + segment + jpeg[2:]
    for name in (b"tEXt", b"zTXt", b"eXIf", b"prVt"):
        yield f"PNG {name.decode()}", png[:33] + chunk(name, b"Comment\0" + script) + png[33:]
    words = PngImagePlugin.PngInfo()
    words.add_itxt("XML:com.adobe.xmp", script.decode(), zip=False)
    yield "PNG XMP", written(halves(SMALL), "PNG", pnginfo=words)
    exif = Image.Exif()
    exif[0x010E] = script.decode()
    for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
        yield f"{kind} EXIF", written(halves(SMALL), kind, exif=exif.tobytes())
    for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
        yield f"{kind} profile", written(halves(SMALL), kind, icc_profile=script * 20)
    yield "GIF comment", written(halves(SMALL), "GIF", comment=script)
    yield "GIF that is a script", b"GIF89a/*" + script + b"*/=1;alert(1)//"


def in_pixels(script: bytes) -> bytes:
    """Write a script as the colours of a picture that is stored as it is."""
    padded = script.ljust(3 * 64 * 2, b" ")
    picture = Image.frombytes("RGB", (64, 2), padded)
    plain = zlib.compress(b"".join(b"\0" + padded[at : at + 192] for at in (0, 192)), 0)
    head = written(picture, "PNG")[:33]
    return head + chunk(b"IDAT", plain) + chunk(b"IEND", b"")


def zipped(files: dict[str, bytes]) -> bytes:
    """Write a zip."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def foreign() -> Iterator[tuple[str, bytes]]:
    """Write what is no picture that the mall takes."""
    for script in SCRIPTS:
        yield "bare", script
        yield "after a byte order mark", b"\xef\xbb\xbf" + script
    yield (
        "SVG",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    )
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    yield "SVG of laughs", f'<!DOCTYPE s [<!ENTITY a0 "x">{laughs}]><svg>&a9;</svg>'.encode()
    yield (
        "SVG that reads",
        (b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>'),
    )
    yield "zip", zipped({"a.png": written(halves(SMALL), "PNG")})
    yield "zip bomb", zipped({"a": bytes(5_000_000)})
    yield "climbing zip", zipped({"../../x.png": b"x"})
    for kind in ("BMP", "TIFF", "PPM", "ICO", "EPS", "PDF", "PCX", "TGA", "SGI"):
        yield kind, written(halves((64, 64)), kind)
    yield "script for PostScript", b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\n"
    yield "ImageMagick", b"push graphic-context\nimage over 0,0 0,0 'https://evil.test/x'\n"
    yield "HTML", b"<!doctype html><html><body onload=alert(1)></body></html>"
    for kind in KINDS:
        whole = written(Image.effect_noise((200, 200), 90).convert("RGB"), kind)
        yield f"{kind} cut at a third", whole[: len(whole) // 3]
        yield f"{kind} of its head only", whole[:24]


def bombs() -> Iterator[tuple[str, bytes]]:
    """Write pictures that are far larger than they weigh."""
    for size in ((40_000, 1_001), (30_001, 1), (2**31 - 1, 2**31 - 1), (0, 10), (65_535, 65_535)):
        yield f"PNG {size}", bomb(*size)
    gif = written(halves(SMALL), "GIF")
    yield "GIF", gif[:6] + struct.pack("<HH", 65_535, 65_535) + gif[10:]
    jpeg = bytearray(written(halves(SMALL)))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", 65_500, 65_500)
    yield "JPEG", bytes(jpeg)
    packed = zlib.compress(bytes(4_000_000), 9)
    head = written(halves(SMALL), "PNG")
    yield "PNG of words", head[:33] + chunk(b"zTXt", b"a\0\0" + packed) * 30 + head[33:]


@pytest.fixture(scope="module")
def console(street: Standing) -> httpx.Client:
    return street.operator("injected")


def upload(
    console: httpx.Client, content: bytes, name: str = "a.png", kind: str = "image/png"
) -> httpx.Response:
    """Upload a file, and check that the answer is an asset or a reason."""
    answer = console.post(f"{CONSOLE}/media", files={"file": (name, content, kind)})
    assert answer.status_code in {201, 400, 413, 422}, f"{answer.status_code} {answer.text[:300]}"
    if answer.status_code != 201:
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["title"]
    return answer


def served(console: httpx.Client, asset: dict[str, Any]) -> Iterator[bytes]:
    """Fetch every file of an asset as a browser would, which must be told that it is a picture."""
    for part in asset["srcset"].split(", "):
        answer = console.get(part.split(" ")[0])
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert opened(answer.content).format == "WEBP"
        yield answer.content


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one[:8].decode())
def test_nothing_that_is_hidden_in_a_picture_is_ever_served(
    console: httpx.Client, script: bytes
) -> None:
    taken = 0
    for name, content in [*polyglots(script), ("pixels", in_pixels(script))]:
        assert script in content or name.endswith(("zTXt", "zip", "profile")), name
        answer = upload(console, content)
        if answer.status_code == 201:
            taken += 1
            for file in served(console, answer.json()):
                assert script not in file, name
                assert b"<script" not in file and b"alert(" not in file, name
        else:
            assert answer.json()["code"] in REFUSED, name
    assert taken > 10  # the pictures are real ones: most are taken, without what they hid


def test_what_is_no_picture_is_refused_by_what_is_in_it(console: httpx.Client) -> None:
    for what, content in foreign():
        answer = upload(console, content)
        assert answer.status_code == 422, what
        assert answer.json()["code"] == "media.not_an_image", what


def test_a_picture_that_would_fill_the_memory_is_refused(console: httpx.Client) -> None:
    for what, content in bombs():
        assert len(content) < 1_000_000
        answer = upload(console, content)
        refused = answer.status_code == 422 and answer.json()["code"] in REFUSED
        assert refused or what == "PNG of words", (what, answer.text[:200])


def test_neither_a_name_nor_a_type_makes_a_file_more_than_a_picture(console: httpx.Client) -> None:
    for (number, name), kind in product(enumerate(NAMES), TYPES):
        picture = turned(1) if number % 2 else in_pixels(bytes([number]) * 9)
        answer = upload(console, picture, name, kind)
        if answer.status_code == 201:
            asset = answer.json()
            assert asset["address"].startswith("/media/")
            assert asset["address"].endswith(".webp")
            assert "/" not in asset["name"] and "\0" not in asset["name"]
            for file in served(console, asset):
                assert b"secret words" not in file
        html = upload(console, SCRIPTS[0], name, kind)
        assert html.status_code != 201


def test_no_address_of_a_file_climbs_out_of_the_store(console: httpx.Client) -> None:
    for name in (
        *("../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/secret", "a.webp%00.png"),
        *("..%5c..%5cx", "....//x", "%252e%252e%252f", "0-1.webp", f"{'0' * 32}-1.webp", "~root"),
    ):
        answer = console.get(f"/media/{name}")
        assert answer.status_code in {400, 404}, name
        assert "root:" not in answer.text
