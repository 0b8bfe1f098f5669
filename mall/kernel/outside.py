"""The world beyond the mall: providers, foreign addresses, files, mail. Never with a ``Tx``."""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

import httpx
from obstore.store import ObjectStore

from mall.kernel.crypto import Secrets
from mall.kernel.problems import Invalid

_REDIRECTS_AT_MOST = 3
# RFC 4291 2.5.5 (compatible and mapped), RFC 2765 (translated), RFC 6052 (NAT64)
_WRAPPING = [
    IPv6Network(net) for net in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
]


@dataclass(eq=False)
class BadAddress(Invalid):
    """A foreign address that the mall will not or cannot fetch."""

    code: ClassVar[str] = "outside.bad_address"
    texts: ClassVar[Mapping[str, str]] = {
        "zh-CN": "无法读取地址 {url}：{why}",
        "en": "The address {url} cannot be fetched: {why}",
    }
    url: str
    why: str  # "private address", "no such host", "larger than 10 MB", "HTTP 404", ...


@dataclass(frozen=True, slots=True)
class Outside:
    """What doors and the worker hand to errands."""

    http: httpx.AsyncClient  # for configured providers: connect 2 s, read 8 s, no redirects
    files: ObjectStore
    secrets: Secrets
    settings: Mapping[str, str]  # provider addresses and the like, as the environment gives them
    smtp: Mapping[str, str]  # host, port, user, password, sender; empty: no mail server

    async def fetch(self, url: str, *, most_bytes: int) -> bytes:
        """Fetch a foreign address, as given by users: only public hosts, limited size and time.

        Every redirect is checked again, and the connection goes to the address that was checked,
        so a name that changes its mind between two look-ups gains nothing. Raises BadAddress.
        """
        try:
            async with asyncio.timeout(30):
                return await self._fetch(url, most_bytes)
        except TimeoutError as cause:
            raise BadAddress(url, "too slow") from cause
        except (ValueError, httpx.InvalidURL) as cause:  # it cannot even be taken apart
            raise BadAddress(url, "not an http(s) address") from cause

    async def _fetch(self, url: str, most_bytes: int) -> bytes:
        for _ in range(_REDIRECTS_AT_MOST + 1):
            request = await _to_checked_address(self.http, url)
            answer = await self._stream(request, url, most_bytes)
            if isinstance(answer, bytes):
                return answer
            url = urljoin(url, answer)
        raise BadAddress(url, "too many redirects")

    async def _stream(self, request: httpx.Request, url: str, most_bytes: int) -> bytes | str:
        try:
            response = await self.http.send(request, stream=True)
        except httpx.HTTPError as failure:
            raise BadAddress(url, type(failure).__name__) from failure
        try:
            if response.is_redirect:
                return response.headers.get("location", "")
            if not response.is_success:
                raise BadAddress(url, f"HTTP {response.status_code}")
            if response.headers.get("content-encoding", "identity") != "identity":
                raise BadAddress(url, "compressed")  # a few bytes could unpack to anything
            got = bytearray()
            async for chunk in response.aiter_bytes():
                got += chunk
                if len(got) > most_bytes:
                    raise BadAddress(url, f"larger than {most_bytes // 1_000_000} MB")
            return bytes(got)
        except httpx.HTTPError as failure:
            raise BadAddress(url, type(failure).__name__) from failure
        finally:
            await response.aclose()


async def _to_checked_address(http: httpx.AsyncClient, url: str) -> httpx.Request:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadAddress(url, "not an http(s) address")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as cause:
        raise BadAddress(url, "bad port") from cause
    address = await _public_address_of(parts.hostname, port, url)
    shown = f"[{address}]" if ":" in address else address
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return http.build_request(
        "GET",
        f"{parts.scheme}://{shown}:{port}{path}",
        headers={"Host": parts.netloc.rpartition("@")[2], "Accept-Encoding": "identity"},
        extensions={"sni_hostname": parts.hostname},
    )


async def _public_address_of(host: str, port: int, url: str) -> str:
    loop = asyncio.get_running_loop()
    try:
        found: list[Any] = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as cause:
        raise BadAddress(url, "no such host") from cause
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not addresses or not all(_is_public(ipaddress.ip_address(a)) for a in addresses):
        raise BadAddress(url, "private address")
    return addresses[0]


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is a single host of the public net, whichever way it is written.

    ``is_global`` alone lets through groups of hosts, the old local addresses of IPv6, and those
    that only wrap an address of IPv4, which a translator at the edge of our net may unwrap.
    """
    if isinstance(address, IPv6Address):
        if any(address in net for net in _WRAPPING):
            return _is_public(IPv4Address(address.packed[-4:]))
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


def client() -> httpx.AsyncClient:
    """Make the client of ``Outside``: bounded waiting, no redirects, no environment proxies."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(8.0, connect=2.0), follow_redirects=False, trust_env=False
    )
