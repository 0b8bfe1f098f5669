"""The styles in a page, and the policy that names them."""

from base64 import b64encode
from hashlib import sha256

from mall.doors.storefront.sheets import Sheets


def style_of(policy: str) -> str:
    return next(part for part in policy.split("; ") if part.startswith("style-src"))


def test_a_sheet_is_named_by_its_hash() -> None:
    sheets = Sheets()
    written = str(sheets.write())
    sheet = written.removeprefix("<style>").removesuffix("</style>")
    name = b64encode(sha256(sheet.encode()).digest()).decode()
    page = sheets.finish(f"<head>{written}</head>")
    policy = page.headers["Content-Security-Policy"]
    assert style_of(policy) == f"style-src 'self' 'sha256-{name}'"


def test_the_colours_of_a_page_stand_in_its_head_once_each() -> None:
    seen = '<i data-tint="#c96"></i><i data-tint="#1a2b3c"></i><b data-tint="#c96"></b>'
    page = Sheets().finish(f"<head></head>{seen}")
    sheet = '[data-tint="#c96"]{--tint:#c96}[data-tint="#1a2b3c"]{--tint:#1a2b3c}'
    assert page.body == f"<head><style>{sheet}</style>\n</head>{seen}".encode()
    name = b64encode(sha256(sheet.encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"]
    assert style_of(policy) == f"style-src 'self' 'sha256-{name}'"


def test_what_is_no_colour_gets_no_styles() -> None:
    for strange in ("red", "#12345", "#1234567", "url(x)", "#fff&#34;]{}*{", "#ggg"):
        page = Sheets().finish(f'<head></head><i data-tint="{strange}"></i>')
        assert b"<style>" not in page.body, strange


def test_a_strangers_styles_are_not_let_in() -> None:
    page = Sheets().finish("<head></head><style>*{display:none}</style>")
    assert style_of(page.headers["Content-Security-Policy"]) == "style-src 'self'"


def test_a_page_without_colours_carries_no_sheet_for_them() -> None:
    assert Sheets().finish("<head></head>").body == b"<head></head>"
