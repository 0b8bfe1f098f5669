"""Pictures on their way into the store and out of it.

Files are written before the row that speaks of them, under names that follow from the content:
a kill between the two leaves files that the next try writes again, and never a second picture.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from urllib.parse import unquote
from uuid import UUID

import obstore

from mall.kernel.db import Tx
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.i18n import Texts
from mall.kernel.ids import AssetId, TenantId, new_uuid
from mall.kernel.outside import Outside
from mall.kernel.problems import Problem
from mall.kernel.time import Instant
from mall.media import rules, store
from mall.media.actions import bring_back, record
from mall.media.rules import Asset, Picture, ServedFile, UploadGone
from mall.media.rules.pictures import encoded

_CUTTERS = ThreadPoolExecutor(2, "pictures")  # the biggest takes 400 MB while it is cut


async def store_image(
    run: RunErrand,
    outside: Outside,
    content: bytes,
    *,
    tenant_id: TenantId,
    name: str = "",
    alt: Texts | None = None,
) -> Asset:
    """Check, cut and store an uploaded picture; the same content again gives the same asset.

    Raises NotAnImage, TooLarge, TooManyPixels.
    """
    rules.check_size(content)
    asset_id = await asyncio.to_thread(rules.asset_id_of, tenant_id, content)
    upload = await spool(outside, tenant_id, content)
    args = {"upload": upload, "asset": str(asset_id), "name": name, "alt": dict(alt or {})}
    try:
        return cast(Asset, await run(STORE, args))
    finally:  # after a kill the sweep does this
        await _forget(outside, _path_of_upload(tenant_id, upload))


async def fetch_image(
    run: RunErrand, url: str, *, name: str = "", alt: Texts | None = None
) -> Asset | Problem:
    """Fetch a picture from a foreign address and store it. What cannot be used is told why."""
    return cast("Asset | Problem", await run(FETCH, {"url": url, "name": name, "alt": alt or {}}))


async def fetch_picture(outside: Outside, tenant_id: TenantId, url: str) -> Picture | Problem:
    """Fetch a foreign picture and put its files in the store, for an errand that records it."""
    try:
        content = await outside.fetch(url, most_bytes=rules.MOST_BYTES)
        return await make_picture(outside, tenant_id, content)
    except Problem as problem:
        return problem


async def make_picture(outside: Outside, tenant_id: TenantId, content: bytes) -> Picture:
    """Cut a picture and put its files in the store; ``record`` then makes it an asset.

    Raises NotAnImage, TooLarge, TooManyPixels.
    """
    loop = asyncio.get_running_loop()
    made = await loop.run_in_executor(_CUTTERS, encoded, content)
    asset_id = await asyncio.to_thread(rules.asset_id_of, tenant_id, content)
    await asyncio.gather(
        *(
            obstore.put_async(outside.files, rules.path_of(tenant_id, asset_id, width), file)
            for width, file in made.files.items()
        )
    )
    stored = sum(len(file) for file in made.files.values())
    return Picture(asset_id, made.width, made.height, made.tint, tuple(made.files), stored)


async def spool(outside: Outside, tenant_id: TenantId, content: bytes) -> str:
    """Lay an upload aside until its errand comes for it; gives the key for the errand."""
    key = str(new_uuid())
    await obstore.put_async(outside.files, _path_of_upload(tenant_id, key), content)
    return key


async def file_of(outside: Outside, tenant_id: TenantId, name: str) -> ServedFile | None:
    """Read the file behind ``/media/<name>``. None: this mall has no such file."""
    parsed = rules.parsed_name(name)
    if parsed is None:
        return None
    content = await _read(outside, rules.path_of(tenant_id, *parsed))
    return None if content is None else ServedFile(content, f'"{name}"', "image/webp")


@dataclass(frozen=True, slots=True)
class StoreWanted:
    """An upload that waits; ``known``: its content is an asset of the mall already."""

    tenant_id: TenantId
    upload: str
    asset_id: AssetId
    known: bool
    name: str
    alt: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FetchWanted:
    """A foreign address."""

    tenant_id: TenantId
    url: str
    name: str
    alt: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OldUploads:
    """Uploads of a mall that nobody came back for."""

    tenant_id: TenantId
    before: Instant


async def prepare_storing(tx: Tx, args: Args, now: Instant) -> StoreWanted:
    """Look whether the mall has this content."""
    asset_id, upload = AssetId(UUID(args["asset"])), str(UUID(args["upload"]))
    known = bool(await store.assets(tx, [asset_id]))
    return StoreWanted(tx.tenant_id, upload, asset_id, known, args["name"], args["alt"])


async def make_stored(outside: Outside, wanted: StoreWanted) -> Picture | None:
    """Cut the upload and store its files, unless they are there. Raises UploadGone."""
    if wanted.known:
        return None
    content = await _read(outside, _path_of_upload(wanted.tenant_id, wanted.upload))
    if content is None:
        raise UploadGone
    picture = await make_picture(outside, wanted.tenant_id, content)
    assert picture.id == wanted.asset_id, "the upload is not what was announced"
    return picture


async def record_stored(tx: Tx, wanted: StoreWanted, picture: Picture | None, now: Instant) -> Done:
    """Write the asset down."""
    if picture is None:
        return Done(await bring_back(tx, wanted.asset_id, alt=wanted.alt))
    return Done(await record(tx, picture, name=wanted.name, alt=wanted.alt, now=now))


async def prepare_fetching(tx: Tx, args: Args, now: Instant) -> FetchWanted:
    """Take the address down."""
    url = str(args["url"])
    name = args["name"] or unquote(url.partition("?")[0])
    return FetchWanted(tx.tenant_id, url, name, args["alt"])


async def make_fetched(outside: Outside, wanted: FetchWanted) -> Picture | Problem:
    """Fetch and cut."""
    return await fetch_picture(outside, wanted.tenant_id, wanted.url)


async def record_fetched(
    tx: Tx, wanted: FetchWanted, answer: Picture | Problem, now: Instant
) -> Done:
    """Write the asset down, or hand the reason on why there is none."""
    if isinstance(answer, Problem):
        return Done(answer)
    return Done(await record(tx, answer, name=wanted.name, alt=wanted.alt, now=now))


async def prepare_clearing(tx: Tx, args: Args, now: Instant) -> OldUploads:
    """Say what counts as old."""
    return OldUploads(tx.tenant_id, now - timedelta(hours=rules.UPLOAD_LIFE_HOURS))


async def clear(outside: Outside, old: OldUploads) -> int:
    """Delete old uploads; gives how many there were."""
    folder, found = rules.folder_of_uploads(old.tenant_id), list[str]()
    async for some in outside.files.list(folder):  # pyright: ignore[reportUnknownMemberType] - of Arrow
        found += [one["path"] for one in some if one["last_modified"] < old.before]
    for path in found:
        await _forget(outside, path)
    return len(found)


async def record_cleared(tx: Tx, old: OldUploads, cleared: int, now: Instant) -> Done:
    """Tell how many there were."""
    return Done(cleared)


def _path_of_upload(tenant_id: TenantId, upload: str) -> str:
    return f"{rules.folder_of_uploads(tenant_id)}/{upload}"


async def _read(outside: Outside, path: str) -> bytes | None:
    try:
        found = await obstore.get_async(outside.files, path)
        return bytes(await found.bytes_async())
    except FileNotFoundError:
        return None


async def _forget(outside: Outside, path: str) -> None:
    try:
        await obstore.delete_async(outside.files, path)
    except FileNotFoundError:
        return  # somebody was quicker


STORE = Errand("media.store", prepare_storing, make_stored, record_stored)
FETCH = Errand("media.fetch", prepare_fetching, make_fetched, record_fetched)
CLEAR = Errand("media.clear", prepare_clearing, clear, record_cleared)
