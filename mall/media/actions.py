"""Changes of pictures."""

from dataclasses import replace

from mall.kernel import audit
from mall.kernel.audit import Actor
from mall.kernel.db import Tx
from mall.kernel.i18n import Texts
from mall.kernel.ids import AssetId
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.media import rules, store
from mall.media.rules import Asset, Picture


async def record(tx: Tx, picture: Picture, *, name: str, alt: Texts, now: Instant) -> Asset:
    """Write down a picture whose files are stored; the same content again is the same asset."""
    new = Asset(
        picture.id,
        "image",
        rules.tidy_name(name),
        picture.width,
        picture.height,
        picture.tint,
        rules.tidy_alt(alt),
        picture.widths,
        picture.stored_bytes,
        now,
    )
    if await store.add(tx, new):
        return new
    return await bring_back(tx, picture.id, alt=alt)


async def bring_back(tx: Tx, asset_id: AssetId, *, alt: Texts) -> Asset:
    """Meet a picture again: it is in the lists, and ``alt`` counts where nothing was said yet."""
    found = await store.locked(tx, asset_id)
    assert found is not None, "rows of pictures are never deleted"
    said = found.alt or rules.tidy_alt(alt)
    if found.removed or said != found.alt:
        await store.put(tx, asset_id, alt=said, removed_at=None)
    return replace(found, alt=said, removed=False)


async def set_alt(tx: Tx, asset_id: AssetId, alt: Texts, *, actor: Actor, now: Instant) -> Asset:
    """Say what a picture shows, for those who cannot see it. Raises Nothing."""
    found = await _there(tx, asset_id)
    said = rules.tidy_alt(alt)
    if said != found.alt:
        await store.put(tx, asset_id, alt=said, removed_at=None)
        subject = ("asset", asset_id)
        before, after = {"alt": found.alt}, {"alt": said}
        await audit.record(tx, actor, "media.set_alt", subject, before, after, now)
    return replace(found, alt=said, removed=False)


async def remove(tx: Tx, asset_id: AssetId, *, actor: Actor, now: Instant) -> None:
    """Take a picture out of the lists. Whatever shows it goes on showing it. Raises Nothing."""
    found = await _there(tx, asset_id)
    await store.put(tx, asset_id, alt=found.alt, removed_at=now)
    subject, before = ("asset", asset_id), {"name": found.name, "alt": found.alt}
    await audit.record(tx, actor, "media.remove", subject, before, None, now)


async def _there(tx: Tx, asset_id: AssetId) -> Asset:
    found = await store.locked(tx, asset_id)
    if found is None or found.removed:
        raise Nothing("picture")
    return found
