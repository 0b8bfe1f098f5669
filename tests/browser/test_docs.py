"""The page of the API documents, which programmers read and try out."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Invite, Visitor


def open_operation(visitor: Visitor, verb: str, path: str) -> None:
    """Unfold one operation of the document, ready to be sent."""
    shown = visitor.page.locator(f'.opblock-{verb}:has([data-path="{path}"])')
    shown.locator(".opblock-summary-control").click()
    visitor.page.get_by_role("button", name="Try it out").click()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(("face", "title"), [("shop", "商城接口"), ("console", "后台接口")])
def test_both_documents_are_shown(
    invite: Invite, size: tuple[int, int], face: str, title: str
) -> None:
    visitor = invite(size)
    visitor.go("/api/docs")
    visitor.page.get_by_role("link", name=title).click()
    first = visitor.page.locator(".opblock-summary-path").first
    expect(first).to_contain_text(f"/api/{face}/v1/")
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_request_is_tried_out_at_the_mall_itself(invite: Invite) -> None:
    visitor = invite(DESK)
    visitor.go("/api/docs")
    open_operation(visitor, "get", "/api/shop/v1/mall")
    with visitor.page.expect_response("**/api/shop/v1/mall") as answered:
        visitor.page.get_by_role("button", name="Execute").click()
    assert answered.value.status == 200
    assert answered.value.url.startswith(visitor.home)
    answer = visitor.page.locator(".live-responses-table .response .response-col_status")
    expect(answer).to_have_text("200")


def test_what_changes_something_is_tried_out_too(invite: Invite) -> None:
    visitor = invite(DESK)
    visitor.go("/api/docs?of=console")
    open_operation(visitor, "post", "/api/console/v1/session")
    visitor.page.locator("textarea.body-param__text").fill(
        '{"email": "owner@demo.localhost", "password": "jishi-demo"}'
    )
    with visitor.page.expect_response("**/api/console/v1/session") as answered:
        visitor.page.get_by_role("button", name="Execute").click()
    assert answered.value.status == 201, "the page's own requests are not taken for a stranger's"


def test_under_an_address_of_no_mall_the_document_can_only_be_read(invite: Invite) -> None:
    visitor = invite(DESK)
    visitor.page.goto(visitor.home.replace("//demo.", "//") + "/api/docs")
    visitor.page.locator(".opblock-summary-control").first.click()
    expect(visitor.page.get_by_role("link", name="要试用接口")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Try it out")).to_have_count(0)
