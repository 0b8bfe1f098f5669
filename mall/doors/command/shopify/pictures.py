"""The pictures that a file names: found among those that are there, else fetched.

A picture is recognised by the end of its address, which media keeps as its name. So a second run
fetches only what the first one could not get.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import unquote, urlsplit
from uuid import UUID

from mall import media
from mall.catalog import Product
from mall.doors.command.shopify.rules.goods import Goods
from mall.doors.command.shopify.rules.reasons import Reason, note
from mall.kernel.db import Read
from mall.kernel.ids import AssetId, TenantId
from mall.kernel.outside import BadAddress, Outside
from mall.kernel.problems import Problem
from mall.media import Picture

AT_ONCE = 8
FAILURES_AT_MOST = 3  # in a row; then a host is not asked again in this run
SILENCE_AT_MOST = 24  # tries in a row that no host answered; then nobody is asked again
_REMEMBERED = 5_000  # answers
_NAME_AT_MOST = 200  # of media
_OURS = re.compile(r"/media/([0-9a-f]{32})-\d{1,5}\.webp")
_HOST_ANSWERED = ("HTTP ", "larger than", "private address", "not an ", "bad port", "too many")

_GIVEN_UP = "the host gave no answer and is not asked again"
_NO_NETWORK = "no host answers; nobody is asked again"
_WHY_ZH = {
    "no such host": "找不到主机",
    "private address": "内网地址,不予读取",
    "too slow": "太慢",
    "not an http(s) address": "不是网址",
    "bad port": "端口不对",
    "too many redirects": "跳转太多",
    "ConnectError": "连接不上",
    "ConnectTimeout": "连接超时",
    "ReadTimeout": "读取超时",
    _GIVEN_UP: "主机多次没有应答,不再询问",
    _NO_NETWORK: "没有主机应答,不再询问;请检查网络",
}

type Answer = Picture | Problem


def urls_of(goods: Goods) -> list[str]:
    """List the addresses that a product of the file names, once each."""
    shots = [shot.url for shot in goods.gallery]
    return list(dict.fromkeys([*shots, *(one.picture for one in goods.variants if one.picture)]))


def name_of(url: str) -> str:
    """Give the end of an address, as media keeps it; the version of a picture is part of it."""
    path, _, query = url.partition("#")[0].partition("?")
    last = unquote(path.rstrip("/").rpartition("/")[2]) + (f"?{query}" if query else "")
    name = "".join(char for char in last if char.isprintable()).strip()
    name = re.sub(r"[/\\]", "_", name)
    if len(name) > _NAME_AT_MOST:
        name = sha256(name.encode()).hexdigest()[:16] + name[16 - _NAME_AT_MOST :]
    return name.strip()


def missing(row: int, url: str, problem: Problem) -> Reason:
    """Say that a picture could not be had."""
    said = {"zh": problem.text("zh-CN"), "en": problem.text("en")}
    if isinstance(problem, BadAddress):
        said = {"zh": _WHY_ZH.get(problem.why, problem.why), "en": problem.why}
    return note(row, "picture_missing", name=name_of(url)[-60:], **said)


async def there(
    read: Read, products: Mapping[str, Product], wanted: Sequence[Goods]
) -> dict[str, dict[str, AssetId]]:
    """Find, by product and by address, the pictures that need no fetching."""
    ours = {url: found for goods in wanted for url in urls_of(goods) if (found := _ours(url))}
    of_products = {slug: _pictures_of(product) for slug, product in products.items()}
    ids = [*ours.values(), *(one for some in of_products.values() for one in some)]
    assets = await media.assets(read, ids)
    found = dict[str, dict[str, AssetId]]()
    for goods in wanted:
        by_name = dict[str, AssetId]()
        for asset_id in of_products.get(goods.slug, ()):
            if asset_id in assets and assets[asset_id].name:
                by_name.setdefault(assets[asset_id].name, asset_id)
        found[goods.slug] = _recognised(urls_of(goods), by_name)
        found[goods.slug] |= {
            url: ours[url] for url in urls_of(goods) if url in ours and ours[url] in assets
        }
    return found


def _recognised(urls: Sequence[str], by_name: Mapping[str, AssetId]) -> dict[str, AssetId]:
    """Match addresses by their ends, but only where no two end alike."""
    names = [name_of(url) for url in urls]
    return {
        url: by_name[name]
        for url, name in zip(urls, names, strict=True)
        if name in by_name and names.count(name) == 1
    }


def _pictures_of(product: Product) -> list[AssetId]:
    own = [sku.image for sku in product.skus if sku.image is not None]
    return [*product.gallery, *own]


def _ours(url: str) -> AssetId | None:
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    found = _OURS.fullmatch(path)
    return AssetId(UUID(found[1])) if found else None


@dataclass(slots=True)
class _Host:
    failures: int = 0


@dataclass(slots=True)
class Fetching:
    """Fetches pictures a few at a time, and stops asking hosts that do not answer."""

    outside: Outside
    tenant_id: TenantId
    hosts: dict[str, _Host] = field(default_factory=dict[str, _Host])
    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    silence: int = 0  # tries in a row that no host answered

    async def all(self, urls: Iterable[str]) -> dict[str, Answer]:
        """Fetch and cut every picture; what cannot be had is told why. Files are stored."""
        wanted = dict.fromkeys(urls)
        turns = asyncio.Semaphore(AT_ONCE)
        if len(self.answers) > _REMEMBERED:
            self.answers.clear()
        new = [url for url in wanted if url not in self.answers]
        got = await asyncio.gather(*(self._one(url, turns) for url in new))
        self.answers |= dict(zip(new, got, strict=True))
        return {url: self.answers[url] for url in wanted}

    async def _one(self, url: str, turns: asyncio.Semaphore) -> Answer:
        host = self.hosts.setdefault(_host_of(url), _Host())
        async with turns:
            if self.silence >= SILENCE_AT_MOST:
                return BadAddress(url, _NO_NETWORK)
            if host.failures >= FAILURES_AT_MOST:
                return BadAddress(url, _GIVEN_UP)
            answer = await media.fetch_picture(self.outside, self.tenant_id, url)
            lost = isinstance(answer, BadAddress) and not answer.why.startswith(_HOST_ANSWERED)
            host.failures = host.failures + 1 if lost else 0
            self.silence = self.silence + 1 if lost else 0
            return answer


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).netloc.casefold()
    except ValueError:
        return ""
