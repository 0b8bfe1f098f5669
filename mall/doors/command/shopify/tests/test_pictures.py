"""Pictures that a file names: fetched with care, never a reason to stop."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from obstore.store import MemoryStore

from mall.doors.command.shopify.pictures import (
    AT_ONCE,
    FAILURES_AT_MOST,
    SILENCE_AT_MOST,
    Answer,
    Fetching,
    name_of,
)
from mall.kernel.crypto import Secrets
from mall.kernel.ids import TenantId
from mall.kernel.outside import BadAddress, Outside
from mall.media import NotAnImage, Picture
from mall.media.tests.drawn import halves, written

HERE = "http://93.184.216.34"
CUP = written(halves())


class World:
    """Answers for every host, and remembers what was asked."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.asked, self.at_once, self.most_at_once = list[str](), 0, 0
        self._answer = answer

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        return self._answer(request)

    async def fetched(self, tenant: TenantId, *urls: str) -> list[Answer]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self)) as http:
            outside = Outside(http, MemoryStore(), Secrets(b"x" * 32), {}, {})
            answers = await Fetching(outside, tenant).all(urls)
        return list(answers.values())


def cup(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=CUP)


def silence(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectTimeout("nobody", request=request)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.jpg",
        "http://[::1]/a.jpg",
        "http://[::ffff:10.0.0.1]/a.jpg",
        "http://10.0.0.1/a.jpg",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:5432/a.jpg",
        "http://2130706433/a.jpg",
        "http://user:word@127.0.0.1/a.jpg",
    ],
)
async def test_private_addresses_are_refused_before_anything_is_sent(
    tenant: TenantId, url: str
) -> None:
    world = World(cup)
    (answer,) = await world.fetched(tenant, url)
    assert isinstance(answer, BadAddress) and answer.why == "private address"
    assert world.asked == []


async def test_a_public_address_cannot_lead_on_to_a_private_one(tenant: TenantId) -> None:
    world = World(lambda _: httpx.Response(302, headers={"location": "http://127.0.0.1/a.jpg"}))
    (answer,) = await world.fetched(tenant, f"{HERE}/a.jpg")
    assert isinstance(answer, BadAddress) and answer.why == "private address"
    assert len(world.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://[",
        "http://a:99999/x",
        "http://\x01/",
        "http:///x",
        "//x/y.png",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "not a url",
        "http://" + "b" * 300 + ".example/x",
        "http://例子.测试/图.jpg",
    ],
)
async def test_what_is_no_address_is_told_and_breaks_nothing(tenant: TenantId, url: str) -> None:
    bad, good = await World(cup).fetched(tenant, url, f"{HERE}/a.jpg")
    assert isinstance(bad, BadAddress)
    assert isinstance(good, Picture)


async def test_what_is_no_picture_is_told(tenant: TenantId) -> None:
    pages = World(lambda _: httpx.Response(200, content=b"<html>"))
    gone = World(lambda _: httpx.Response(404))
    (page,), (lost,) = [await one.fetched(tenant, f"{HERE}/a.jpg") for one in (pages, gone)]
    assert isinstance(page, NotAnImage)
    assert isinstance(lost, BadAddress) and lost.why == "HTTP 404"


async def test_a_host_that_is_silent_is_left_alone_and_others_are_not(tenant: TenantId) -> None:
    world = World(lambda one: silence(one) if one.url.host == "93.184.216.34" else cup(one))
    silent = [f"{HERE}/{n}.jpg" for n in range(50)]

    answers = await world.fetched(tenant, *silent, "http://93.184.216.35/a.jpg")

    assert all(isinstance(one, BadAddress) for one in answers[:-1])
    assert isinstance(answers[-1], Picture)
    assert len(world.asked) <= FAILURES_AT_MOST + AT_ONCE + 1
    assert world.most_at_once <= AT_ONCE


async def test_without_a_network_many_hosts_are_not_all_waited_for(tenant: TenantId) -> None:
    world = World(silence)
    answers = await world.fetched(tenant, *(f"http://93.184.1.{n}/a.jpg" for n in range(200)))
    assert all(isinstance(one, BadAddress) for one in answers)
    assert len(world.asked) <= SILENCE_AT_MOST + AT_ONCE


def test_the_end_of_an_address_is_the_name_of_its_picture() -> None:
    assert name_of("https://cdn.example/files/cup%20one.jpg?v=12#x") == "cup one.jpg?v=12"
    long = "https://cdn.example/" + "x" * 400
    assert len(name_of(long)) <= 200 and name_of(long) != name_of(f"{long}x")
