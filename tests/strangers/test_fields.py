"""Every field of every form says what is wrong with it, in one's own language; nothing is lost.

The forms are found by walking through the pages, so a new one is tried out as soon as a page has
it; what its fields may well take is written in ``takes``. ``MALL_FUZZ_EXAMPLES=1`` says everything
in both languages; otherwise the kinds of rubbish take turns.
"""

import os
import re
from collections.abc import Generator, Iterator
from urllib.parse import urlencode

import pytest

from tests.faults.standing import Standing
from tests.strangers import asking
from tests.strangers.desk import Desk, furnish_desk, papers_of
from tests.strangers.filling import FORM, Case, Filling
from tests.strangers.papers import Page, Paper
from tests.strangers.rubbish import RUBBISH
from tests.strangers.takes import TAKES
from tests.strangers.watching import Watch, watching

LANGUAGES = ("zh-CN", "en")
DEEP = bool(os.environ.get("MALL_FUZZ_EXAMPLES"))

NO_WORDS = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\xfe\r\n--x--\r\n'
NO_FORMS = (
    ("application/json", b'{"sku": {"a": [1, null]}, "name": "x", "phone": "13800138000"}', 400),
    ("text/plain; charset=utf-99", b"sku=1&name=x", 400),
    ("multipart/form-data", b"--x--", 422),
    ("multipart/form-data; boundary=x", NO_WORDS, 400),
    ("application/octet-stream", b"\x00\xff", 400),
    (FORM, b"a=1&" * 2_000, 400),
    (FORM, b"name=" + b"x" * 1_100_000, 413),
)
LAST = ("/cancel", "/receive", "/remove", "/sign-out", "/refund")  # they take away what others need

type Papers = list[tuple[str, Paper]]


@pytest.fixture(scope="module")
def desk(street: Standing) -> Desk:
    return furnish_desk(street)


@pytest.fixture(scope="module")
def papers(desk: Desk) -> Papers:
    return list(papers_of(desk))


@pytest.fixture(scope="module")
def watch(street: Standing, desk: Desk) -> Generator[Watch]:
    with watching(street, desk.owned.tenant_id) as watch:
        yield watch


def cases_of(papers: Papers) -> Iterator[Case]:
    """List what is to be sent; the lists of goods share their fields, which are tried out once."""
    seen, kinds = set[tuple[str, str]](), list(RUBBISH)
    for who, paper in papers:
        for place, control in enumerate(paper.controls):
            if paper.verb == "GET" and (paper.name, control.name) in seen:
                continue
            seen.add((paper.name, control.name))
            for turn, kind in enumerate(kinds):
                for language in LANGUAGES if DEEP else (LANGUAGES[(place + turn) % 2],):
                    yield Case(who, paper, control, kind, language)


def test_every_form_is_known_and_every_page_that_takes_one_has_one(
    street: Standing, papers: Papers
) -> None:
    found = {paper.name.partition(" [")[0] for _, paper in papers}
    unknown = {paper.name for _, paper in papers} - TAKES.keys()
    assert not unknown, "say in takes.py what their fields may well take"
    routes = asking.routes_of(asking.application(street.settings))
    posts = {
        re.sub(r"{\w+:(\w+)}", lambda kind: "{id}" if kind[1] == "uuid" else "{number}", route.name)
        for route in routes
        if route.verb == "POST" and not route.path.startswith(("/api/", "/callbacks/"))
    }
    assert posts - found == set(), "no page leads there"
    assert TAKES.keys() <= {paper.name for _, paper in papers}, "no page has these any more"


def test_every_field_says_what_is_wrong_with_it(desk: Desk, watch: Watch, papers: Papers) -> None:
    filling, sent = Filling(desk, watch), 0
    for case in cases_of(papers):
        filling.try_out(case)
        sent += 1
    print(sent, "sent", len({paper.kind for _, paper in papers}), "forms")
    assert not filling.wrong, "\n".join(filling.wrong)


def test_what_is_no_form_is_refused_on_a_page(desk: Desk, watch: Watch, papers: Papers) -> None:
    filling, wrong = Filling(desk, watch), list[str]()
    for who, paper in papers:
        if paper.verb != "POST" or not paper.controls:
            continue
        for turn, (kind, body, status) in enumerate(NO_FORMS):
            language = LANGUAGES[turn % 2]
            watch.changed()
            answer = filling.post(who, paper, body, kind, language)
            page = Page(answer.text)
            said = f"{paper.name} as {kind}: {answer.status_code} {page.notices()}"
            if answer.status_code != status or page.language != language or watch.changed():
                wrong.append(said)
    assert not wrong, "\n".join(wrong)


def test_the_same_forms_are_taken_when_they_are_filled_in_rightly(
    desk: Desk, watch: Watch, papers: Papers
) -> None:
    filling, wrong = Filling(desk, watch), list[str]()
    for who, paper in sorted(papers, key=lambda one: one[1].name.endswith(LAST)):
        ways = [plain, multipart] if paper.verb == "POST" and paper.controls else [plain]
        for written in ways:
            kind, body = written(filling.fields(who, paper))
            answer = filling.post(who, paper, body, kind, "en")
            status = 422 if paper.action == "/sign-in/code" else 303
            if answer.status_code not in {status, 200}:
                wrong.append(f"{paper.name} as {kind}: {answer.status_code} {answer.text[:0]}")
            filling.mend(who, paper)
    assert not wrong, "\n".join(wrong)


def plain(fields: dict[str, str]) -> tuple[str, bytes]:
    """Write a form as browsers mostly do, with a field that nobody asked for."""
    return FORM, urlencode(fields | {"a-field-of-nobody": "1"}).encode()


def multipart(fields: dict[str, str]) -> tuple[str, bytes]:
    """Write a form the other way that browsers know."""
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return "multipart/form-data; boundary=x", ("".join(parts) + "--x--\r\n").encode()
