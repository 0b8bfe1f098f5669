"""Pictures into the store and out of it. Files are written first, the row that shows them after.

File names come from the content, so a repeated errand writes the same files again and a kill in
the middle leaves nothing that is shown.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from mall.kernel.db import Tx
from mall.kernel.errands import Args, Done, Errand, RunErrand
from mall.kernel.i18n import Texts
from mall.kernel.ids import TenantId, new_uuid
from mall.kernel.outside import Outside
from mall.kernel.time import Instant
from mall.media import actions, rules
from mall.media.rules import Asset, Picture, ServedFile, UploadGone
from mall.media.rules.pictures import encoded

_FOUR_AT_ONCE = asyncio.Semaphore(4)


@dataclass(frozen=True, slots=True)
class FromUpload:
    """An upload that waits in the store."""

    tenant_id: TenantId
    upload: str
    name: str
    alt: Texts


@dataclass(frozen=True, slots=True)
class FromAddress:
    """A picture somewhere else."""

    tenant_id: TenantId
    url: str
    alt: Texts


async def store_image(
    run: RunErrand, outside: Outside, tenant_id: TenantId, content: bytes, *, name: str, alt: Texts
) -> Asset:
    """Store an uploaded picture; the same content again gives the same asset.

    Raises NotAnImage, TooLarge, TooManyPixels.
    """
    rules.check_size(content)
    upload = f"{rules.folder_of_uploads(tenant_id)}/{new_uuid().hex}"
    await outside.files.put_async(upload, content)
    return cast(Asset, await run(STORE, {"upload": upload, "name": name, "alt": dict(alt)}))


async def fetch_image(run: RunErrand, url: str, *, alt: Texts) -> Asset:
    """Fetch a picture from a public address and store it.

    Raises BadAddress, NotAnImage, TooLarge, TooManyPixels.
    """
    return cast(Asset, await run(FETCH, {"url": url, "alt": dict(alt)}))


async def make_picture(outside: Outside, tenant_id: TenantId, content: bytes) -> Picture:
    """Cut a picture and store its files; ``record`` then makes it an asset.

    Raises NotAnImage, TooLarge, TooManyPixels.
    """
    asset_id = rules.asset_id_of(tenant_id, content)
    async with _FOUR_AT_ONCE:  # unpacked pictures are large
        cut = await asyncio.to_thread(encoded, content)
    for width, file in cut.files.items():
        await outside.files.put_async(rules.path_of(tenant_id, asset_id, width), file)
    stored = sum(len(file) for file in cut.files.values())
    return Picture(asset_id, cut.width, cut.height, cut.tint, tuple(cut.files), stored)


async def fetch_picture(outside: Outside, tenant_id: TenantId, url: str) -> Picture:
    """Fetch a picture and store its files. Raises BadAddress and what ``make_picture`` raises."""
    content = await outside.fetch(url, most_bytes=rules.MOST_BYTES)
    return await make_picture(outside, tenant_id, content)


async def file_of(outside: Outside, tenant_id: TenantId, name: str) -> ServedFile | None:
    """Read the file behind the last part of an address; asks no database. None: no such file."""
    parsed = rules.parsed_name(name)
    if parsed is None:
        return None
    try:
        found = await outside.files.get_async(rules.path_of(tenant_id, *parsed))
        content = bytes(await found.bytes_async())
    except FileNotFoundError:
        return None
    return ServedFile(content, f'"{name.removesuffix(".webp")}"', "image/webp")


async def _prepare_store(tx: Tx, args: Args, now: Instant) -> FromUpload:
    return FromUpload(tx.tenant_id, args["upload"], args["name"], args["alt"])


async def _call_store(outside: Outside, asked: FromUpload) -> Picture:
    try:
        found = await outside.files.get_async(asked.upload)
        content = bytes(await found.bytes_async())
    except FileNotFoundError as cause:
        raise UploadGone from cause
    return await make_picture(outside, asked.tenant_id, content)


async def _record_store(tx: Tx, asked: FromUpload, picture: Picture, now: Instant) -> Done:
    await tx.send(DISCARD, {"upload": asked.upload})
    return Done(await actions.record(tx, picture, name=asked.name, alt=asked.alt, now=now))


async def _prepare_fetch(tx: Tx, args: Args, now: Instant) -> FromAddress:
    return FromAddress(tx.tenant_id, args["url"], args["alt"])


async def _call_fetch(outside: Outside, asked: FromAddress) -> Picture:
    return await fetch_picture(outside, asked.tenant_id, asked.url)


async def _record_fetch(tx: Tx, asked: FromAddress, picture: Picture, now: Instant) -> Done:
    return Done(await actions.record(tx, picture, name=asked.url, alt=asked.alt, now=now))


async def _prepare_discard(tx: Tx, args: Args, now: Instant) -> str:
    upload = str(args["upload"])
    assert upload.startswith(rules.folder_of_uploads(tx.tenant_id)), "not an upload of this mall"
    return upload


async def _call_discard(outside: Outside, upload: str) -> None:
    try:
        await outside.files.delete_async(upload)
    except FileNotFoundError:
        return  # done before


async def _record_nothing(tx: Tx, asked: object, answer: None, now: Instant) -> Done:
    return Done()


async def _prepare_tidy(tx: Tx, args: Args, now: Instant) -> tuple[str, Instant]:
    oldest = now - timedelta(hours=rules.UPLOAD_LIFE_HOURS)
    return rules.folder_of_uploads(tx.tenant_id), oldest


async def _call_tidy(outside: Outside, asked: tuple[str, Instant]) -> None:
    folder, oldest = asked
    listed = outside.files.list(folder)  # pyright: ignore[reportUnknownMemberType] - of Arrow
    async for batch in listed:
        for found in batch:
            if found["last_modified"] < oldest:
                await _call_discard(outside, found["path"])


STORE = Errand("media.store", _prepare_store, _call_store, _record_store)
FETCH = Errand("media.fetch", _prepare_fetch, _call_fetch, _record_fetch)
DISCARD = Errand("media.discard", _prepare_discard, _call_discard, _record_nothing)
TIDY = Errand("media.tidy", _prepare_tidy, _call_tidy, _record_nothing)
