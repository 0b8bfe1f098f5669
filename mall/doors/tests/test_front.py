"""What every request meets first: hosts, other sites, haste, answers that are kept."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from mall.doors.tests.front_door import found, host_of, open_front
from mall.kernel.db import Database
from mall.kernel.ids import TenantId, new_uuid

SAME, CHANGE = "/api/shop/v1/same", "/api/shop/v1/change"


@pytest_asyncio.fixture
async def door(db: Database, tenant: TenantId, tmp_path: Path) -> AsyncGenerator[httpx.AsyncClient]:
    await found(db, tenant)
    async with open_front(db, host_of(tenant), tmp_path) as http:
        yield http


async def test_a_mall_is_found_by_its_host_however_it_is_written(
    door: httpx.AsyncClient, tenant: TenantId
) -> None:
    for host in (host_of(tenant), host_of(tenant).upper(), f"{host_of(tenant)}:8000"):
        answer = await door.get(SAME, headers={"Host": host})
        assert (answer.status_code, answer.text) == (200, f"m-{tenant.hex}")


async def test_a_host_that_is_nobodys_is_not_found(door: httpx.AsyncClient) -> None:
    for host in ("nobody.test", "test.evil.example", "", "[::1", "a" * 300):
        answer = await door.get(SAME, headers={"Host": host})
        assert answer.status_code == 404, host
        assert answer.json()["code"] == "request.not_found"


async def test_a_refusal_speaks_the_language_of_the_visitor_else_of_the_mall(
    door: httpx.AsyncClient, db: Database
) -> None:
    english = TenantId(new_uuid())
    await found(db, english, "en")
    asked = {"Accept-Language": "zh-CN"}
    for headers, title in (
        ({}, "没有找到"),
        ({"Host": host_of(english)}, "We could not find"),
        ({"Host": host_of(english), **asked}, "没有找到"),
        ({"Host": host_of(english), **asked, "Cookie": "mall_language=en"}, "We could not find"),
    ):
        answer = await door.get("/api/shop/v1/nowhere", headers=headers)
        assert answer.status_code == 404 and title in answer.json()["title"], answer.json()


async def test_who_asks_for_the_verbs_of_an_address_is_told_them(door: httpx.AsyncClient) -> None:
    answer = await door.options(SAME)
    assert (answer.status_code, answer.content) == (204, b"")
    assert {"GET", "OPTIONS"} <= {one.strip() for one in answer.headers["allow"].split(",")}


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),  # another mall beside this one
        ({"Origin": "http://HOST"}, False),
        ({"Origin": "http://HOST.evil.example"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://[::1"}, True),
        ({"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}, False),
    ],
)
async def test_what_another_site_sends_in_a_visitors_name_is_refused(
    door: httpx.AsyncClient, tenant: TenantId, headers: dict[str, str], refused: bool
) -> None:
    sent = {name: value.replace("HOST", host_of(tenant)) for name, value in headers.items()}
    answer = await door.post(CHANGE, headers=sent)
    assert answer.status_code == (403 if refused else 200)
    if refused:
        assert answer.json()["code"] == "request.cross_site"
    assert (await door.get(SAME, headers=sent)).status_code == 200, "looking harms nobody"


async def test_haste_is_answered_with_when_to_come_again(
    db: Database, tenant: TenantId, tmp_path: Path
) -> None:
    await found(db, tenant)
    async with open_front(db, host_of(tenant), tmp_path, requests_per_second=1) as door:
        hasty = {"Cookie": "mall_shopper=hasty"}
        answers = [await door.get(SAME, headers=hasty) for _ in range(10)]
        refused = [one for one in answers if one.status_code == 429]
        assert len(refused) in {3, 4}  # six at once, and one a second
        assert all(int(one.headers["retry-after"]) >= 1 for one in refused)
        assert refused[0].json()["code"] == "request.too_fast"
        calm = await door.get(SAME, headers={"Cookie": "mall_shopper=calm"})
        assert calm.status_code == 200, "others do not pay for it"
        assert (await door.get("/healthz", headers=hasty)).status_code != 429


async def test_an_unchanged_answer_is_not_sent_twice(door: httpx.AsyncClient) -> None:
    first = await door.get(SAME)
    tag = first.headers["etag"]
    again = await door.get(SAME, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = await door.get(SAME, headers={"If-None-Match": '"another"'})
    assert (other.status_code, other.text) == (200, first.text)


@pytest.mark.parametrize("path", [SAME, "/kept", "/assets/a.css"])
async def test_head_answers_like_get_without_the_body(door: httpx.AsyncClient, path: str) -> None:
    got = await door.get(path)
    head = await door.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_what_everybody_sees_alike_is_kept_for_this_mall_and_language(
    db: Database, door: httpx.AsyncClient
) -> None:
    first = await door.get("/kept")
    assert (await door.get("/kept")).text == first.text
    assert (await door.get("/kept?page=2")).text != first.text
    assert (await door.get("/kept", headers={"Accept-Language": "en"})).text != first.text
    other = TenantId(new_uuid())
    await found(db, other)
    elsewhere = await door.get("/kept", headers={"Host": host_of(other)})
    assert elsewhere.text.startswith(f"m-{other.hex}")


async def test_an_answer_with_a_cookie_is_for_one_visitor_only(door: httpx.AsyncClient) -> None:
    first, second = await door.get("/kept-cookie"), await door.get("/kept-cookie")
    assert first.text != second.text


async def test_every_answer_tells_browsers_to_be_careful(door: httpx.AsyncClient) -> None:
    for path in (SAME, "/kept", "/nowhere"):
        headers = (await door.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]


async def test_a_page_brings_its_own_policy(door: httpx.AsyncClient) -> None:
    for _ in range(2):  # made, then kept
        answer = await door.get("/kept-policy")
        assert answer.headers.get_list("content-security-policy") == ["default-src 'none'"]
