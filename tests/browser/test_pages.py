"""Every page a shopper comes by: nothing sticks out, nothing is missing, nothing breaks."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Invite
from tests.conftest import OpenMall
from tests.journeys.acts import PASSWORD, become_member, order, put_into_cart, sku_of

_STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  const found = [];
  if (document.documentElement.scrollWidth > width) found.push("the page scrolls sideways");
  const cut = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.overflowX !== "visible" || style.position === "fixed") return true;
    }
    return false;
  };
  for (const element of document.body.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    if (box.width > 1 && (box.right > width + 1 || box.left < -1) && !cut(element)) {
      found.push(`${element.tagName}.${element.className}`);
    }
  }
  return found;
}"""
_WITHOUT_PICTURE = """() => {
  const seen = { visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true };
  const shown = [...document.images].filter((image) => {
    const box = image.getBoundingClientRect();
    const inside = box.top < innerHeight && box.left < innerWidth && box.right > 0;
    return inside && image.checkVisibility(seen);
  });
  const late = new Promise((_, refuse) => setTimeout(refuse, 5_000));
  const drawn = (image) => Promise.race([image.decode(), late]).then(() => "", () => image.src);
  return Promise.all(shown.map(drawn)).then((missing) => missing.filter(Boolean));
}"""


@pytest.mark.parametrize(
    ("size", "language"),
    [(PHONE, "zh-CN"), (PHONE, "en"), (DESK, "zh-CN")],
    ids=["phone", "phone-in-english", "desk"],
)
def test_no_page_sticks_out_breaks_or_misses_a_picture(
    mall: OpenMall, invite: Invite, size: tuple[int, int], language: str
) -> None:
    member = mall.shopper()
    email, sku = become_member(member), sku_of(member, "linen-blend-dress")
    put_into_cart(member, sku, 2)
    put_into_cart(member, sku_of(member, "steel-thermos"))
    number = order(member, sku)["number"]

    visitor = invite(size, language=language)
    visitor.go("/sign-in/password")
    visitor.page.locator("#email").fill(email)
    visitor.page.locator("#password").fill(PASSWORD)
    visitor.page.locator("form.form button").click()
    visitor.page.wait_for_url("**/account")
    pages = {
        "/": 200,
        "/categories": 200,
        "/c/women": 200,
        "/search": 200,
        "/search?q=a": 200,
        "/p/linen-blend-dress": 200,
        "/p/enamel-mug": 200,
        "/cart": 200,
        "/checkout": 200,
        "/account/addresses/new": 200,
        "/orders": 200,
        f"/orders/{number}": 200,
        f"/orders/{number}/cancel": 200,
        f"/pay/{number}": 200,
        "/account": 200,
        "/account/profile": 200,
        "/pages/help": 200,
        "/sign-in": 200,
        "/password": 200,
        "/inbox": 200,
        "/nothing-here": 404,
        "/p/no-such-thing": 404,
    }
    wrong = dict[str, object]()
    for path, status in pages.items():
        answer = visitor.go(path)
        found = [
            *visitor.page.evaluate(_STICKING_OUT),
            *visitor.page.evaluate(_WITHOUT_PICTURE),
        ]
        if answer.status != status or found:
            wrong[path] = (answer.status, found)
    assert wrong == {}


def test_what_a_page_says_stays_out_of_the_search_field(invite: Invite) -> None:
    visitor = invite(DESK)
    field = visitor.page.get_by_role("searchbox", name="搜索商品")
    for path, words in {"/nothing-here": "", "/search?q=杯": "杯", "/cart": ""}.items():
        visitor.go(path)
        expect(field.first).to_have_value(words)
