"""Whatever address is sent along as the next page, it never leads out of the mall (T-22)."""

import os
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from tests.faults.standing import Standing
from tests.registering import code_in_inbox
from tests.strangers import bodies
from tests.strangers.belongings import CANARY, PASSWORD, Belongings, client, furnish
from tests.strangers.papers import Page

DEEP = bool(os.environ.get("MALL_FUZZ_EXAMPLES"))
FOREIGN = (
    "//evil.test",
    "https://evil.test/",
    "/\\evil.test",
    "\\\\evil.test",
    "\\/evil.test",
    "///evil.test",
    "http:evil.test",
    "https:/evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "\t//evil.test",
    "//[",
    " //evil.test",
    "\x00//evil.test",
    "//evil.test\\@x",
    "//\u202eevil.test",
    "javascript:alert(1)",
    "//evil%E3%80%82test",
    "//evil.test:80/cart",
    "//cart@evil.test/",
    "/\r\nLocation: //evil.test",
    "data:text/html,x",
    "//evil.test/%2e%2e",
    "////evil.test",
    "/\\/evil.test",
    "http://[",
    "\x0b//evil.test",
    "/./\\evil.test",
    "\uff0f\uff0fevil.test",
    "https:evil.test",
    "HtTpS://evil.test",
    "//0x7f.1/",
    "?//evil",
)


@pytest.fixture(scope="module")
def owned(street: Standing) -> Belongings:
    return furnish(street, "led")


def leads_to(answer: httpx.Response, home: str) -> str:
    """Tell which host a browser goes to from an answer."""
    return host_of(answer.headers.get("location", ""), home)


def host_of(leads: str, home: str) -> str:
    """Read an address as a browser does: it drops tabs and ends of lines, and turns slashes."""
    leads = leads.strip("".join(map(chr, range(33))))
    leads = "".join(char for char in leads if char not in "\t\r\n").replace("\\", "/")
    return urlsplit(urljoin(home, leads)).netloc


def test_no_address_that_is_sent_along_leads_out_of_the_mall(
    street: Standing, owned: Belongings
) -> None:
    mall, slug = street, owned.slug
    host = f"{slug}.localhost:{mall.port}"
    member = client(mall, slug, owned.people.member)
    signs = {"email": f"member-{CANARY}@{slug}.localhost", "password": PASSWORD}
    line = {"sku": owned.ids["sku_id"], "quantity": "1"}
    place = {**bodies.FIELDS}
    wrong, led = list[str](), 0
    for number, foreign in enumerate(FOREIGN):
        new = {"email": f"new{number}@{slug}.localhost", "password": PASSWORD}
        with mall.database() as rows:
            rows.execute("DELETE FROM kernel.attempt WHERE tenant_id = %s", [owned.tenant_id])
        tries = [
            client(mall, slug).get("/language/en", params={"back": foreign}),
            member.post("/cart/add", data=line | {"back": foreign}),
            member.post("/cart/add", data=line, headers=_from(foreign)),
        ]
        if number % 5 == 0 or DEEP:  # each costs the hashing of a password, or a row of twenty
            tries += [
                client(mall, slug).post("/sign-in/password", data=signs | {"next": foreign}),
                client(mall, slug).post("/register/ask", data=new | {"next": foreign}),
                client(mall, slug).post("/register", data=_proved(mall, slug, new, foreign)),
                member.post("/account/addresses/new", data=place | {"next": foreign}),
            ]
        for answer in tries:
            led += answer.is_redirect
            if answer.status_code >= 500 or leads_to(answer, f"http://{host}/x") != host:
                wrong.append(
                    f"{answer.request.url} {foreign!r}: {answer.status_code}"
                    f" {answer.headers.get('location')}"
                )
        for path in ("/sign-in", "/register", "/password", "/account"):
            asked = {"next": foreign, "done": "password"}
            shown = client(mall, slug).get(path, params=asked)
            written = [
                one.attrs[name]
                for one in Page(shown.text).elements
                for name in ("href", "action", "formaction", "value")
                if name in one.attrs and (name != "value" or one.attrs.get("name") == "next")
            ]
            outside = [one for one in written if host_of(one, f"http://{host}/x") not in {host, ""}]
            if shown.status_code != 200 or outside:
                wrong.append(f"{path}?next={foreign!r} {shown.status_code} {outside}")
    assert wrong == []
    assert led > 2 * len(FOREIGN)


def _proved(mall: Standing, slug: str, new: dict[str, str], foreign: str) -> dict[str, str]:
    """Fill in the second page of registering, for who was sent a code."""
    code = code_in_inbox(client(mall, slug), new["email"])
    return new | {"code": code, "next": foreign}


def _from(text: str) -> httpx.Headers:
    """Say that one comes from an address, as far as a header can hold it."""
    bare = text.encode().translate(None, b"\r\n\x00\x0b\t").strip()
    return httpx.Headers([(b"Referer", bare)])


def test_the_judge_of_addresses_knows_what_a_browser_does() -> None:
    home = "http://mall.test/x"

    def to(leads: str) -> str:
        return leads_to(httpx.Response(303, headers={"location": leads}), home)

    assert [to(one) for one in ("/cart", "cart?x=//evil.test", "")] == ["mall.test"] * 3
    outside = ("//evil.test", "/\\evil.test", "\\\\evil.test/", "/\t/evil.test", "http://evil.test")
    assert [to(one) for one in outside] == ["evil.test"] * 5
