"""What the build left: complete, and light where shoppers wait for it."""

import gzip

from mall.doors.storefront.built import BUILT, address, script

_SCRIPT_AT_MOST = 70_000  # bytes on the wire; a phone waits for it on slow lines


def file_of(source: str) -> bytes:
    found = address(source)
    assert found, f"{source} was not built: make assets"
    return (BUILT / found.removeprefix("/assets/")).read_bytes()


def test_the_page_of_the_api_documents_has_its_script_and_styles() -> None:
    assert b"swagger" in file_of("src/docs/docs.js").lower()
    assert b".swagger-ui" in file_of("src/docs/docs.css")


def test_shoppers_load_one_small_script_and_nothing_of_the_documents() -> None:
    ours = file_of("src/main.js")
    assert script() == address("src/main.js")
    assert len(gzip.compress(ours, 9)) <= _SCRIPT_AT_MOST
    assert b"swagger" not in ours.lower()
    for other in BUILT.glob("*.js"):
        assert other.name.encode() not in ours.replace(script().encode(), b"")
