"""Goods as lists show them, ready for the template."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mall import media
from mall.doors.storefront.links import product_link
from mall.doors.storefront.pages import Frame
from mall.kernel.db import Read
from mall.kernel.ids import AssetId
from mall.media import Asset
from mall.search import Hit


@dataclass(frozen=True, slots=True)
class Card:
    """One product on a list."""

    href: str
    title: str
    subtitle: str
    image: Asset | None
    price_minor: int
    was_minor: int | None
    varies: bool
    sold_out: bool
    labels: tuple[str, ...]


async def cards_of(read: Read, frame: Frame, hits: Sequence[Hit]) -> list[Card]:
    """Make cards of hits; one statement for all their pictures."""
    images = await images_of(read, (hit.image for hit in hits))
    return [card_of(frame, hit, images) for hit in hits]


def card_of(frame: Frame, hit: Hit, images: dict[AssetId, Asset]) -> Card:
    """Make one card."""
    tags = frame.navigation.tags
    return Card(
        product_link(hit.slug),
        frame.text(hit.title),
        frame.text(hit.subtitle),
        images.get(hit.image) if hit.image else None,
        hit.price_minor,
        hit.compare_at_minor,
        hit.price_varies,
        hit.sold_out,
        tuple(frame.text(tags[tag]) for tag in hit.tags if tag in tags),
    )


async def images_of(read: Read, ids: Iterable[AssetId | None]) -> dict[AssetId, Asset]:
    """Load pictures by their ids; None is passed over."""
    wanted = list({one for one in ids if one is not None})
    return await media.assets(read, wanted) if wanted else {}
