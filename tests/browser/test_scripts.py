"""No text that somebody wrote runs as a script, wherever it is shown (T-22).

More than a thousand payloads stand in every text of a mall. The pages are opened once as they
are, and once with their Content-Security-Policy put aside: what only the policy stops is a hole.
"""

import os
from collections.abc import Generator
from contextlib import suppress
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Error

from mall.catalog.rules import safe_html as safe_description
from mall.tenants.rules import safe_html as safe_words
from tests.browser.dressing import Dressed, dress
from tests.browser.looking import Eyes, eyes
from tests.browser.payloads import payloads
from tests.faults.standing import Standing, standing_mall
from tests.waiting import eventually

DEEP = bool(os.environ.get("MALL_FUZZ_EXAMPLES"))  # every payload in an address, not each eighth
SLUG = "scripts"
TEXTS = payloads()
FOR_EVERYBODY = (
    *("/search?q={}", "/search?q=thing&brand={}", "/search?tag={}&sort={}", "/search?in={}"),
    *("/search?from={}&to={}", "/sign-in?next={}", "/register?next=/{}", "/categories?at={}"),
    *("/sign-in/password?next={}", "/cart?gone={}&why={}", "/nothing/{}", "/p/{}", "/c/{}"),
    *("/pages/{}", "/search?page={}", "/language/{}?back=/{}"),
)
OF_A_MEMBER = (
    *("/orders?state={}&after={}", "/account/addresses?next={}&edit={}", "/checkout?item={}"),
    *("/account/addresses/new?next=/{}", "/account?done={}", "/orders/{}", "/pay/{}"),
)


@pytest.fixture(scope="module")
def mall() -> Generator[Standing]:
    """Open a mall that nobody else looks at."""
    with standing_mall(SLUG) as made:
        yield made


@pytest.fixture(scope="module")
def dressed(mall: Standing) -> Dressed:
    """Write the payloads into it."""
    found = dress(mall, SLUG, TEXTS)
    visitor = mall.browser(SLUG)
    eventually(lambda: visitor.get("/search?q=findme").text.count('href="/p/p-') > 5)
    return found


def home_of(mall: Standing) -> str:
    return f"http://{SLUG}.localhost:{mall.port}"


def let_in(one: Eyes, dressed: Dressed) -> None:
    """Sign the member in whose names are payloads."""
    one.page.context.add_cookies(
        [{"name": "mall_shopper", "value": dressed.token, "url": one.home}]
    )


def test_there_are_more_than_a_thousand_payloads_and_each_is_written_into_a_text(
    dressed: Dressed,
) -> None:
    assert len(TEXTS) == len(set(TEXTS)) > 1_000
    assert len(dressed.written) > 900  # the longest stand in descriptions only


@pytest.mark.parametrize(
    ("language", "policy"),
    [("zh-CN", True), ("zh-CN", False), ("en", False)],
    ids=["zh-CN, as it is", "zh-CN, without policy", "en, without policy"],
)
def test_nothing_that_somebody_wrote_runs_on_a_page(
    mall: Standing, chromium: Browser, dressed: Dressed, language: str, *, policy: bool
) -> None:
    with eyes(chromium, home_of(mall), policy=policy, language=language) as one:
        for path in dressed.paths:
            one.look(path, touch=not policy)
        let_in(one, dressed)
        for path in dressed.own:
            one.look(path, touch=not policy)
        assert one.wrong == []


def test_nothing_that_an_address_says_runs_on_a_page(
    mall: Standing, chromium: Browser, dressed: Dressed
) -> None:
    with eyes(chromium, home_of(mall), policy=False, language="en") as one:
        let_in(one, dressed)
        patterns = (*FOR_EVERYBODY, *OF_A_MEMBER)
        asked = TEXTS if DEEP else TEXTS[::8]
        paths = [
            patterns[n % len(patterns)].replace("{}", quote(text, safe=""))
            for n, text in enumerate(asked)
        ]
        one.look("/categories")
        one.read(paths)
        for path in paths[:: 80 if DEEP else 12]:
            one.look(path)
        for text in TEXTS[::200]:
            one.look(f"/search?q={quote(text[:100], safe='')}")
        one.look("/search")  # where it remembers what was looked for
        assert one.wrong == []


@pytest.mark.parametrize("clean", [safe_description, safe_words])
def test_each_payload_alone_is_harmless_once_it_is_cleaned(
    mall: Standing, chromium: Browser, clean: object
) -> None:
    assert callable(clean)
    cleaned = [str(clean(text)) for text in TEXTS]
    with eyes(chromium, home_of(mall), policy=False, language="en") as one:
        show(one, "".join(f"<div>{text}</div>" for text in cleaned))
        one.judge("cleaned", touch=True)
        again = [str(clean(text)) for text in cleaned]
        assert one.dangerous(again) == 0
        assert one.wrong == []


def test_a_page_that_does_not_escape_is_noticed(mall: Standing, chromium: Browser) -> None:
    with eyes(chromium, home_of(mall), policy=False, language="en") as one:
        one.page.goto(f"{one.home}/favicon.svg")
        show(one, "")
        assert one.dangerous(TEXTS) > 900  # the others are harmless in this place
        show(one, "<p>nothing</p>")
        one.judge("harmless", touch=True)
        assert one.wrong == []
        ran = set[str]()
        for at in range(6):
            one.noticed.clear()
            one.hits.clear()
            with suppress(Error):  # some of them lead away at once
                show(one, "".join(f"<div>{text}</div>" for text in TEXTS[at::12]))
                one.judge("unescaped")
            assert one.wrong, at
            ran |= set(one.hits)
        assert len(ran) > 50


def test_what_only_the_policy_stops_is_noticed_too(mall: Standing, chromium: Browser) -> None:
    with eyes(chromium, home_of(mall), policy=True, language="en") as one:
        policy = {"Content-Security-Policy": "default-src 'self'"}
        show(one, "<img src=x onerror=hit(1)><script>hit(2)</script>", policy)
        one.page.wait_for_function("violations.length > 1")
        one.judge("stopped")
        assert one.hits == []
        assert sum("by the policy only" in what for what in one.noticed) >= 2


def show(one: Eyes, body: str, headers: dict[str, str] | None = None) -> None:
    """Open a page of the mall's host that says what it is told to, as it is told to."""
    head = {"Content-Type": "text/html; charset=utf-8", **(headers or {})}
    html = f"<!doctype html><title>x</title><main>{body}</main>"
    place = f"{one.home}/deliberately-unescaped"
    one.page.route(place, lambda route: route.fulfill(body=html, headers=head))
    one.page.goto(place)
    one.page.unroute(place)
