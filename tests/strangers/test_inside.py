"""No foreign address makes the mall ask a machine that is not of the public net (T-19)."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from obstore.store import MemoryStore

from mall.kernel.crypto import Secrets
from mall.kernel.outside import BadAddress, Outside

PUBLIC = "1.1.1.1"
# Said once more here, and by their networks: the mall's own judgement is what is tested.
NOT_PUBLIC = [
    ip_network(net)
    for net in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"),
        *("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"),
        *("2001::/23", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
]
INSIDE_V4 = (
    *("127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.8", "172.16.0.1", "172.31.255.254"),
    *("192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "198.18.0.1"),
    *("224.0.0.1", "239.255.255.250", "255.255.255.255", "192.0.0.192"),
)
INSIDE_V6 = (
    *("::1", "::", "fe80::1", "fe80::1%25lo", "fd00:ec2::254", "fc00::1", "fec0::1", "ff02::1"),
    *("ff0e::1", "2001:db8::1", "2001:0:7f00:1::1"),
)


def spellings(address: str) -> Iterator[str]:
    """Write an address of IPv4 in every way that some program reads."""
    number, parts = int(IPv4Address(address)), address.split(".")
    yield from (address, f"{address}.", str(number), hex(number), f"0{number:o}")
    yield ".".join(hex(int(part)) for part in parts)
    yield ".".join(f"0{int(part):o}" for part in parts)
    yield f"{parts[0]}.{number & 0xFFFFFF}"
    yield f"{parts[0]}.{parts[1]}.{number & 0xFFFF}"
    yield "%" + "%".join(f"{ord(char):02x}" for char in address)
    yield address.replace(".", "。")
    yield "".join(chr(ord(char) + 0xFEE0) for char in address)
    yield "".join(chr(0x245F + int(char)) if char in "123456789" else char for char in address)
    high, low = number >> 16, number & 0xFFFF
    for wrap in ("::ffff:{}", "::{}", "::ffff:0:{}", "64:ff9b::{}"):
        yield f"[{wrap.format(address)}]"
        yield f"[{wrap.format(f'{high:x}:{low:x}')}]"
    yield f"[2002:{high:x}:{low:x}::]"
    yield f"[64:ff9b:1::{high:x}:{low:x}]"


def disguises(host: str) -> Iterator[str]:
    """Write addresses that lead to a host and seem to lead elsewhere."""
    yield f"http://{host}/"
    yield f"https://{host}:443/a.jpg"
    yield f"http://{PUBLIC}@{host}/"
    yield f"http://{PUBLIC}:80@{host}:80/"
    yield f"http://{quote(PUBLIC)}%2f@{host}/a"
    yield f"http://{host}#@{PUBLIC}/"
    yield f"http://{host}?@{PUBLIC}/"
    yield f"HTTP://{host}\\@{PUBLIC}/"
    yield f" http://{host}/"
    yield f"http:\t//{host}/"
    yield f"http:////{host}/"


ADDRESSES = [
    *(way for one in INSIDE_V4 for host in spellings(one) for way in disguises(host)),
    *(way for one in INSIDE_V6 for way in disguises(f"[{one}]")),
    *(f"{scheme}:{rest}" for scheme in ("file", "gopher", "dict", "ftp", "data", "ldap", "jar")
      for rest in ("///etc/passwd", "//127.0.0.1:5432/x", f"//{PUBLIC}/x")),
]  # fmt: skip


@dataclass
class World:
    """Names that lead somewhere, and whoever is connected to. Nothing leaves this machine."""

    names: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    answers: dict[str, httpx.Response] = field(default_factory=dict[str, httpx.Response])
    asked: list[httpx.Request] = field(default_factory=list[httpx.Request])
    looked_up: list[str] = field(default_factory=list[str])

    async def look_up(self, host: str, port: int, **rest: Any) -> list[Any]:
        """Resolve a name; who asks again is told the next of its answers. Numbers as the libc."""
        self.looked_up.append(host)
        if host in self.names:
            found = self.names[host].pop(0) if len(self.names[host]) > 1 else self.names[host][0]
            return [(2, 1, 6, "", (one, port)) for one in found.split()]
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Take a connection."""
        self.asked.append(request)
        return self.answers.get(request.url.path, httpx.Response(200, content=b"secret"))

    @property
    def reached(self) -> list[IPv4Address | IPv6Address]:
        """List who was connected to; a name here would be looked up a second time."""
        return [ip_address(one.url.host) for one in self.asked]


@pytest_asyncio.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", made.look_up)
    return made


@pytest.fixture
def outside(world: World) -> Outside:
    http = httpx.AsyncClient(transport=httpx.MockTransport(world.answer), trust_env=False)
    return Outside(http, MemoryStore(), Secrets(b"root" * 8), {}, {})


def is_inside(address: IPv4Address | IPv6Address) -> bool:
    return any(address in net for net in NOT_PUBLIC if net.version == address.version)


async def test_no_spelling_of_an_address_leads_inside(world: World, outside: Outside) -> None:
    assert len(ADDRESSES) > 3_000
    taken = list[str]()
    for url in ADDRESSES:
        try:
            await outside.fetch(url, most_bytes=1_000)
            taken.append(url)
        except BadAddress:
            continue
    assert [one for one in world.reached if is_inside(one)] == []
    assert all(f"@{PUBLIC}" in url for url in taken), taken  # there it is the host that is meant
    assert {str(one) for one in world.reached} <= {PUBLIC}


async def test_no_redirect_leads_inside(world: World, outside: Outside) -> None:
    for number, url in enumerate(ADDRESSES[::7]):
        path = f"/{number}"
        world.answers[path] = httpx.Response(
            302, headers={"location": quote(url, safe="/:@[]?#\\%")}
        )
        world.answers[f"/over{path}"] = httpx.Response(307, headers={"location": path})
        for start in (path, f"/over{path}"):
            try:
                await outside.fetch(f"http://{PUBLIC}{start}", most_bytes=1_000)
            except BadAddress:
                continue
    assert len(world.asked) > 500
    assert [one for one in world.reached if is_inside(one)] == []


@pytest.mark.parametrize("inside", [*INSIDE_V4, "::1", "fd00::1", "64:ff9b::a00:1", "ff0e::1"])
async def test_a_name_that_leads_inside_is_not_followed(
    world: World, outside: Outside, inside: str
) -> None:
    world.names = {
        "inside.test": [inside],
        "both.test": [f"{PUBLIC} {inside}"],
        "moves.test": [PUBLIC, inside],
    }
    world.answers = {"/again": httpx.Response(302, headers={"location": "http://moves.test/in"})}
    for url in ("http://inside.test/", "http://both.test/", "http://moves.test/again"):
        with pytest.raises(BadAddress, match="private address"):
            await outside.fetch(url, most_bytes=1_000)
    assert {str(one) for one in world.reached} == {PUBLIC}


async def test_the_connection_goes_to_the_very_address_that_was_checked(
    world: World, outside: Outside
) -> None:
    world.names = {"rebinding.test": [PUBLIC, "127.0.0.1"]}
    assert await outside.fetch("https://rebinding.test:8443/a?b=c", most_bytes=1_000) == b"secret"
    (request,) = world.asked
    assert (request.url.host, request.url.port) == (PUBLIC, 8443)
    assert request.headers["host"] == "rebinding.test:8443"
    assert request.extensions["sni_hostname"] == "rebinding.test"
    assert world.looked_up == ["rebinding.test"]


async def test_nothing_is_unpacked_that_could_be_a_bomb(world: World, outside: Outside) -> None:
    packed = httpx.Response(200, content=b"\x1f\x8b", headers={"content-encoding": "gzip"})
    world.answers = {"/bomb": packed}
    with pytest.raises(BadAddress, match="compressed"):
        await outside.fetch(f"http://{PUBLIC}/bomb", most_bytes=1_000)
    assert world.asked[0].headers["accept-encoding"] == "identity"


async def test_a_resolver_that_is_asked_twice_would_be_found_out(world: World) -> None:
    world.names = {"rebinding.test": [PUBLIC, "127.0.0.1"]}
    found = [(await world.look_up("rebinding.test", 80))[0][4][0] for _ in range(2)]
    assert [is_inside(ip_address(one)) for one in found] == [False, True]
