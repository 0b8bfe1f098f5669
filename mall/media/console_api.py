"""What staff reach over HTTP: upload pictures, choose from them, say what they show."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, Parameter
from msgspec import Meta, Struct

from mall.kernel import paging
from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.errands import RunErrand
from mall.kernel.i18n import Texts
from mall.kernel.ids import AssetId
from mall.kernel.outside import Outside
from mall.kernel.paging import Page
from mall.kernel.time import Instant
from mall.media import actions, errands, queries, rules
from mall.media.rules import Asset
from mall.tenants import Tenant


class ShownAsset(Struct):
    """A picture with the addresses of its files."""

    id: AssetId
    name: str
    width: int
    height: int
    tint: str
    alt: Texts
    srcset: str
    address: str
    stored_bytes: int
    created_at: Instant


class SayAlt(Struct, forbid_unknown_fields=True):
    """What the picture shows, by language."""

    alt: dict[str, Annotated[str, Meta(max_length=rules.ALT_AT_MOST)]]


@post(
    "/media",
    opt={"permission": "media.write"},
    request_max_body_size=rules.MOST_BYTES + 100_000,
)
async def upload_picture(
    data: Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)],
    run_errand: RunErrand,
    outside: Outside,
    tenant: Tenant,
) -> ShownAsset:
    """Upload a picture (JPEG, PNG, WebP, GIF, AVIF; 12 MB); the same one again is the same."""
    content = await data.read()
    name = data.filename
    return _shown(
        await errands.store_image(run_errand, outside, tenant.id, content, name=name, alt={})
    )


@get("/media", opt={"permission": "media.read"})
async def list_pictures(
    read: Read,
    cursor: Annotated[str | None, Parameter(max_length=500)] = None,
    limit: Annotated[int, Parameter(ge=1, le=paging.MOST)] = paging.USUAL,
) -> Page[ShownAsset]:
    """List the pictures, the newest first."""
    found = await queries.listing(read, cursor=cursor, limit=limit)
    return Page([_shown(asset) for asset in found.items], found.next_cursor)


@patch("/media/{asset_id:uuid}", opt={"permission": "media.write"})
async def say_alt(asset_id: UUID, data: SayAlt, tx: Tx, actor: Actor, now: Instant) -> ShownAsset:
    """Say what a picture shows, for those who cannot see it."""
    asset = await actions.set_alt(tx, AssetId(asset_id), data.alt, actor=actor, now=now)
    return _shown(asset)


@delete("/media/{asset_id:uuid}", status_code=204, opt={"permission": "media.write"})
async def remove_picture(asset_id: UUID, tx: Tx, actor: Actor, now: Instant) -> None:
    """Take a picture out of the lists; what shows it goes on showing it."""
    await actions.remove(tx, AssetId(asset_id), actor=actor, now=now)


def _shown(asset: Asset) -> ShownAsset:
    return ShownAsset(
        asset.id,
        asset.name,
        asset.width,
        asset.height,
        asset.tint,
        asset.alt,
        rules.srcset(asset),
        rules.address(asset, rules.WIDTHS[-1]),
        asset.stored_bytes,
        asset.created_at,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (
    upload_picture,
    list_pictures,
    say_alt,
    remove_picture,
)
