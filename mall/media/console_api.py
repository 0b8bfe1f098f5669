"""What staff reach over HTTP: the pictures of the mall."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, Parameter, SkipValidation
from msgspec import Meta, Struct

from mall.kernel import paging
from mall.kernel.audit import Actor
from mall.kernel.db import Read, Tx
from mall.kernel.errands import RunErrand
from mall.kernel.i18n import Language, Texts
from mall.kernel.ids import AssetId
from mall.kernel.outside import Outside
from mall.kernel.paging import Page
from mall.kernel.problems import Nothing
from mall.kernel.time import Instant
from mall.media import actions, errands, queries, rules
from mall.media.rules import Asset
from mall.tenants import Tenant

_BODY_AT_MOST = 5 * rules.MOST_BYTES  # so that what is merely too large is told how large it may be

type AltText = Annotated[str, Meta(max_length=rules.ALT_AT_MOST)]


@dataclass
class Upload:
    """A picture as a form field called ``file``."""

    file: UploadFile


class ShownAsset(Struct):
    """A picture; ``address`` is its widest file, ``srcset`` all of them."""

    id: AssetId
    name: str
    width: int
    height: int
    tint: str
    alt: Texts
    widths: list[int]
    address: str
    thumbnail: str
    srcset: str
    stored_bytes: int
    created_at: Instant


class ChangeAsset(Struct, forbid_unknown_fields=True):
    """What the picture shows, by language; a language that is left out is emptied."""

    alt: dict[Language, AltText]


@post(
    "/media",
    status_code=201,
    opt={"permission": "media.write"},
    request_max_body_size=_BODY_AT_MOST,
)
async def upload_picture(
    data: Annotated[Upload, Body(media_type=RequestEncodingType.MULTI_PART)],
    run_errand: RunErrand,
    outside: SkipValidation[Outside],  # a power is what it is; there is nothing to convert
    tenant: Tenant,
) -> ShownAsset:
    """Upload a picture; the same file again gives the picture that is there."""
    content = await data.file.read(rules.MOST_BYTES + 1)
    asset = await errands.store_image(
        run_errand, outside, content, tenant_id=tenant.id, name=data.file.filename
    )
    return _shown(asset)


@get("/media", opt={"permission": "media.read"})
async def list_pictures(
    read: Read,
    cursor: Annotated[str | None, Parameter(max_length=500)] = None,
    limit: Annotated[int, Parameter(ge=1, le=paging.MOST)] = paging.USUAL,
    ids: Annotated[
        list[UUID] | None, Parameter(max_items=paging.MOST, description="Only these, in this order")
    ] = None,
) -> Page[ShownAsset]:
    """List the pictures, the newest first, or show some of them."""
    if ids is not None:
        wanted = [AssetId(one) for one in ids]
        found = await queries.assets(read, wanted)
        return Page([_shown(found[one]) for one in wanted if one in found], None)
    page = await queries.listing(read, cursor=cursor, limit=limit)
    return Page([_shown(asset) for asset in page.items], page.next_cursor)


@get("/media/{asset_id:uuid}", opt={"permission": "media.read"})
async def show_picture(asset_id: UUID, read: Read) -> ShownAsset:
    """Show one picture, removed or not."""
    found = await queries.asset(read, AssetId(asset_id))
    if found is None:
        raise Nothing("picture")
    return _shown(found)


@patch("/media/{asset_id:uuid}", opt={"permission": "media.write"})
async def change_picture(
    asset_id: UUID, data: ChangeAsset, tx: Tx, actor: Actor, now: Instant
) -> ShownAsset:
    """Say what a picture shows."""
    alt = {str(language): text for language, text in data.alt.items()}
    return _shown(await actions.set_alt(tx, AssetId(asset_id), alt, actor=actor, now=now))


@delete("/media/{asset_id:uuid}", status_code=204, opt={"permission": "media.write"})
async def remove_picture(asset_id: UUID, tx: Tx, actor: Actor, now: Instant) -> None:
    """Take a picture out of the lists; pages that show it go on showing it."""
    await actions.remove(tx, AssetId(asset_id), actor=actor, now=now)


def _shown(asset: Asset) -> ShownAsset:
    return ShownAsset(
        asset.id,
        asset.name,
        asset.width,
        asset.height,
        asset.tint,
        asset.alt,
        list(asset.widths),
        rules.address(asset, asset.widths[-1]),
        rules.address(asset, rules.WIDTHS[1]),
        rules.srcset(asset),
        asset.stored_bytes,
        asset.created_at,
    )


HANDLERS: Sequence[HTTPRouteHandler] = (
    upload_picture,
    list_pictures,
    show_picture,
    change_picture,
    remove_picture,
)
