"""Pages take whatever a browser, or somebody who plays one, sends: an answer, never a failure."""

import random
from collections.abc import Iterator

import httpx
import pytest

from tests.faults.standing import Standing
from tests.strangers import asking
from tests.strangers.asking import Route
from tests.strangers.belongings import Belongings, People, client, furnish

# Written as they travel: percent-encoded, so that bytes that are no text can be among them.
NASTY = (
    *("", "0", "-1", "1e9", "NaN", "99999999999999999999", "-9223372036854775809", "true"),
    *("%00", "a%00b", "%ff%fe", "%ed%a0%80", "%F0%9F%8E%8F", "%E2%80%AE", "%0d%0aSet-Cookie:+a=b"),
    *("00000000-0000-0000-0000-000000000000", "{sku}.-1", "{sku}.1.1", "{sku}", "//evil.example"),
    *("javascript:alert(1)", "%3Cscript%3E", "' OR 1=1 --", "../../etc/passwd", "a" * 5_000),
)
FIELDS = (
    *("name", "phone", "email", "password", "code", "detail", "region0", "region1", "region2"),
    *("sku", "product", "quantity", "to", "selected", "item", "shown", "key", "note", "step"),
    *("from_cart", "address", "next", "back", "provider", "reason", "units-1", "units-0", "gender"),
    *("language", "is_default", "everywhere", "opt-colour"),
)
QUERIES = (
    *("q", "page", "sort", "brand", "tag", "attr", "price_from", "price_to", "in_stock", "next"),
    *("item", "address", "gone", "done", "state", "cursor", "category", "back", "to", "sku"),
)
UNREADABLE = (
    ("application/x-www-form-urlencoded", b"\x00\xff\xfe=\x80&&&==%%%zz"),
    ("application/x-www-form-urlencoded", b"a=1&" * 2_000),
    ("application/x-www-form-urlencoded", b"name=" + b"x" * 900_000),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name="),
    ("multipart/form-data", b"--x--"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--"),
    ("application/json", b'{"sku": {"a": [1, null]}}'),
    ("application/json", b"{"),
    ("text/plain; charset=utf-99", b"sku=1"),
    ("", b"sku=1"),
)
TOO_LONG = b"name=" + b"x" * 1_100_000
LANGUAGES = ("en", "zh-CN;q=x", "*", "\xff", ",;=" * 200, "a" * 8_000)
TRIES = 6


@pytest.fixture(scope="module")
def target(street: Standing) -> Belongings:
    return furnish(street, "forms")


@pytest.fixture(scope="module")
def pages(street: Standing) -> list[Route]:
    """List the routes of the storefront and what else stands outside the APIs."""
    found = asking.routes_of(asking.application(street.settings))
    return [route for route in found if not route.path.startswith("/api/")]


def visitors(street: Standing, target: Belongings) -> Iterator[tuple[str, httpx.Client]]:
    people: People = target.people
    yield "nobody", client(street, target.slug)
    yield "guest", client(street, target.slug, people.guest)
    yield "member", client(street, target.slug, people.member)


def filled(chance: random.Random, names: tuple[str, ...], target: Belongings) -> bytes:
    """Fill some fields with nasty values, as a form or a query is written."""
    some = chance.sample(names, chance.randrange(1, len(names)))
    nasty = [value.replace("{sku}", target.ids["sku_id"]) for value in NASTY]
    return "&".join(f"{name}={chance.choice(nasty)}" for name in some).encode()


def address(route: Route, target: Belongings, chance: random.Random) -> str:
    """Fill a path with what there is, or with rubbish."""
    if chance.random() < 0.6 and route.path not in asking.OF_EVERYBODY:
        return route.address(target)
    path = route.path
    for name in route.parameters:
        start = path.index("{" + name)
        value = chance.choice(["%00", "%ff%fe", "a%2Fb", "-1", "..%2F..%2Fx", "a" * 3_000, "%20"])
        path = f"{path[:start]}{value}{path[path.index('}', start) + 1 :]}"
    return path


def test_no_form_and_no_address_breaks_a_page(
    street: Standing, target: Belongings, pages: list[Route]
) -> None:
    chance, broken = random.Random(20270301), list[str]()
    for who, visitor in visitors(street, target):
        for route in pages:
            for _ in range(TRIES):
                query = filled(chance, QUERIES, target).decode()
                path = f"{address(route, target, chance)}?{query}"
                headers = {b"Accept-Language": chance.choice(LANGUAGES).encode("latin-1")}
                body = b""
                if route.verb == "POST":
                    body = filled(chance, FIELDS, target)
                    headers[b"Content-Type"] = b"application/x-www-form-urlencoded"
                if len(path) > 20_000:
                    path = path[:20_000]
                answer = visitor.request(route.verb, path, content=body, headers=headers)
                if answer.status_code >= 500:
                    sent = f"{path[:600]} {body[:600]!r}"
                    broken.append(f"{who} {route.verb} {sent}: {answer.status_code}")
    assert not broken, "\n".join(broken)


def test_a_body_that_is_no_form_is_refused_or_passed_over(
    street: Standing, target: Belongings, pages: list[Route]
) -> None:
    wrong = list[str]()
    for who, visitor in visitors(street, target):
        for route in pages:
            if route.verb != "POST":
                continue
            for kind, body in UNREADABLE:
                headers = {"Content-Type": kind} if kind else {}
                headers["Connection"] = "close"  # it ends after a long body that nobody read
                answer = visitor.post(route.address(target), content=body, headers=headers)
                if answer.status_code >= 500:
                    wrong.append(f"{who} {route.path} {kind} {body[:50]!r}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_body_without_end_is_refused(street: Standing, target: Belongings) -> None:
    visitor = client(street, target.slug, target.people.guest)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in ("/cart/add", "/checkout", "/sign-in/ask", "/register", "/password"):
        answer = visitor.post(path, content=TOO_LONG, headers=form)
        assert answer.status_code == 413, (path, answer.status_code)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "\xff\xfe"},
        {"Host": "a" * 5_000},
        {"Host": "[::1"},
        {"Authorization": "Bearer \xff"},
        {"Authorization": "Basic"},
        {"Cookie": "mall_shopper=\xff\x80; mall_language=\xff; =; ;;"},
        {"Cookie": "mall_shopper=" + "a" * 8_000},
        {"If-None-Match": "\xff" * 100},
        {"Origin": "http://[::1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "\xff"},
        {"Accept-Language": "\xff" * 500},
        {"User-Agent": "\x80" * 3_000},
        {"Idempotency-Key": "\xff" * 20},
        {"HX-Request": "true", "HX-Target": "\xff", "HX-Current-URL": "\xff"},
        {"Accept": "\xff/\xff"},
        {"Range": "bytes=9-1"},
    ],
    ids=lambda headers: f"{next(iter(headers))}-{len(str(headers))}",
)
def test_no_header_breaks_anything(
    street: Standing, target: Belongings, headers: dict[str, str]
) -> None:
    raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    visitor = client(street, target.slug)
    for verb, path in (
        ("GET", "/"),
        ("GET", "/cart"),
        ("GET", "/api/shop/v1/cart"),
        ("POST", "/api/shop/v1/cart/selection"),
        ("POST", "/cart/clear"),
        ("GET", "/api/console/v1/me"),
        ("GET", f"/media/{target.ids['name']}"),
        ("GET", "/assets/nothing.css"),
    ):
        answer = visitor.request(verb, path, headers=raw)
        assert answer.status_code < 500, (verb, path, answer.status_code, answer.text[:300])
