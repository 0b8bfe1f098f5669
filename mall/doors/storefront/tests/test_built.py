"""What the build left: complete, and light where shoppers wait for it."""

import gzip

from mall.doors.storefront.built import BUILT, address, script

_SCRIPT_AT_MOST = 70_000  # bytes on the wire, of all script of a page
_AT_ONCE_AT_MOST = 8_000  # bytes of it that come with the page: the first picture shares the line
_LATER = "node_modules/htmx.org/dist/htmx.esm.js"


def file_of(source: str) -> bytes:
    found = address(source)
    assert found, f"{source} was not built: make assets"
    return (BUILT / found.removeprefix("/assets/")).read_bytes()


def test_the_page_of_the_api_documents_has_its_script_and_styles() -> None:
    assert b"swagger" in file_of("src/docs/docs.js").lower()
    assert b".swagger-ui" in file_of("src/docs/docs.css")


def test_shoppers_load_one_small_script_and_nothing_of_the_documents() -> None:
    ours, later = file_of("src/main.js"), file_of(_LATER)
    assert script() == address("src/main.js")
    assert len(gzip.compress(ours, 9)) <= _AT_ONCE_AT_MOST
    assert len(gzip.compress(ours, 9)) + len(gzip.compress(later, 9)) <= _SCRIPT_AT_MOST
    assert b"swagger" not in (ours + later).lower()
    for other in BUILT.glob("*.js"):
        if address(_LATER) != f"/assets/{other.name}":
            assert other.name.encode() not in ours + later
