"""What swaps parts of a page comes after the page; nothing that was done before it is lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import DESK, Invite, Visitor

_SWAPPING = "**/assets/htmx*.js"


def hold(visitor: Visitor) -> Callable[[], None]:
    """Keep the part of the script that swaps away from the visitor; gives what lets it go."""
    held = list[Route]()
    visitor.page.route(_SWAPPING, lambda route: held.append(route))

    def let_go() -> None:
        for route in held:
            route.continue_()

    return let_go


def test_goods_put_into_the_cart_too_early_are_in_it_all_the_same(invite: Invite) -> None:
    visitor = invite(DESK)
    let_go = hold(visitor)
    with visitor.page.expect_request(_SWAPPING):
        visitor.go("/p/linen-blend-dress")
    visitor.page.locator("#choice [data-buttons]").get_by_role("button", name="加入购物车").click()
    expect(visitor.page.locator(".toast")).to_have_count(0)
    let_go()
    expect(visitor.page.locator(".toast")).to_contain_text("购物车")
    expect(visitor.page.locator("[data-units]:visible").first).to_have_text("1")


def test_a_filter_ticked_too_early_filters_all_the_same(invite: Invite) -> None:
    visitor = invite(DESK)
    let_go = hold(visitor)
    with visitor.page.expect_request(_SWAPPING):
        visitor.go("/c/clothing")
    visitor.page.get_by_label("仅看有货").check()
    let_go()
    expect(visitor.page).to_have_url(f"{visitor.home}/c/clothing?stock=1")


def test_should_it_never_come_the_browser_does_it_alone(invite: Invite) -> None:
    visitor = invite(DESK)
    visitor.page.route(_SWAPPING, lambda route: route.abort("failed"))
    visitor.go("/p/linen-blend-dress")
    visitor.page.locator("#choice [data-buttons]").get_by_role("button", name="加入购物车").click()
    visitor.page.wait_for_url("**/cart")
    visitor.complaints.clear()  # that it did not come


@pytest.mark.parametrize("path", ["/", "/search", "/categories", "/sign-in"])
def test_pages_that_swap_nothing_do_not_load_it(invite: Invite, path: str) -> None:
    visitor = invite()
    asked = list[str]()
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.go(path)
    visitor.page.wait_for_load_state("networkidle")
    assert any("/assets/main-" in url for url in asked)
    assert not any("/assets/htmx" in url for url in asked)
