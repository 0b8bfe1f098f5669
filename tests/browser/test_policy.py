"""The Content-Security-Policy: nothing inline but what the page itself is known by."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Invite, Visitor
from tests.conftest import OpenMall
from tests.journeys.acts import PASSWORD, become_member, order, put_into_cart, sku_of

_REMEMBER = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
_FORGET_COLOURS = "document.querySelectorAll('style')[1].remove()"
_COLOURLESS = """() => [...document.querySelectorAll("#found .picture[data-tint]")]
  .filter((one) => getComputedStyle(one).getPropertyValue("--tint") !== one.dataset.tint)
  .map((one) => one.outerHTML)"""


def walk(visitor: Visitor, *paths: str) -> dict[str, object]:
    """Open pages; give what their policies allow too much, and what the browser refused."""
    wrong = dict[str, object]()
    for path in paths:
        answer = visitor.go(path)
        policy = answer.headers.get("content-security-policy", "")
        if "unsafe" in policy or "style-src 'self'" not in policy:
            wrong[path] = policy
        if refused := visitor.page.evaluate("violations"):
            wrong[path] = refused
    return wrong


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_asks_for_more_than_its_policy_allows(
    mall: OpenMall, invite: Invite, size: tuple[int, int]
) -> None:
    member = mall.shopper()
    email, sku = become_member(member), sku_of(member, "linen-blend-dress")
    put_into_cart(member, sku)
    number = order(member, sku)["number"]
    put_into_cart(member, sku)
    visitor = invite(size)
    visitor.context.add_init_script(_REMEMBER)
    wrong = walk(
        visitor,
        *("/", "/categories", "/c/women", "/search", "/search?q=a", "/pages/help", "/api/docs"),
        *("/p/linen-blend-dress", "/p/enamel-mug", "/p/nothing", "/sign-in", "/sign-in/password"),
    )
    visitor.page.locator("#email").fill(email)
    visitor.page.locator("#password").fill(PASSWORD)
    visitor.page.locator("form.form button").click()
    visitor.page.wait_for_url("**/account")
    wrong |= walk(
        visitor,
        *("/cart", "/checkout", "/account", "/account/profile", "/account/addresses/new"),
        *("/orders", f"/orders/{number}", f"/orders/{number}/cancel", f"/pay/{number}"),
    )
    assert wrong == {}


def test_the_page_of_all_malls_keeps_to_its_policy(invite: Invite) -> None:
    visitor = invite()
    visitor.context.add_init_script(_REMEMBER)
    visitor.home = visitor.home.replace("//demo.", "//")
    assert walk(visitor, "/", "/nothing") == {}


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_pictures_and_swatches_have_their_colours(invite: Invite, *, script: bool) -> None:
    visitor = invite(script=script)
    for path, one in {"/": ".hero .picture", "/p/linen-blend-dress": ".swatch"}.items():
        visitor.go(path)
        found = visitor.page.locator(one).first
        tint = found.get_attribute("data-tint")
        assert tint is not None
        step = len(tint) // 3  # "#rgb" or "#rrggbb"
        parts = (tint[1 + at * step : 1 + (at + 1) * step] * (3 - step) for at in range(3))
        red, green, blue = (int(part, 16) for part in parts)
        expect(found).to_have_css("background-color", f"rgb({red}, {green}, {blue})")


def test_what_was_fetched_later_has_its_colours_too(invite: Invite) -> None:
    visitor = invite(DESK)
    visitor.go("/c/clothing")
    visitor.page.evaluate(_FORGET_COLOURS)  # as if other goods than those had come
    assert visitor.page.evaluate(_COLOURLESS) != []
    visitor.page.get_by_label("仅看有货").check()
    expect(visitor.page).to_have_url(f"{visitor.home}/c/clothing?stock=1")
    visitor.page.wait_for_function(f"({_COLOURLESS})().length === 0")
