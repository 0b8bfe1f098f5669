"""The SQL of search; no other file of this room speaks it.

Row-level security lets only the mall's own rows reach the text operator (it is not leakproof), so a
text search reads the words of one mall: some milliseconds for ten thousand products.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, Uuid, bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from mall.kernel.db import Read, Tx
from mall.kernel.ids import ProductId
from mall.kernel.statements import TENANT
from mall.search.rules import Document, Hit
from mall.search.rules.words import as_tsvector
from mall.search.tables import DocumentRow

_RANK = "ts_rank('{0.02, 0.1, 0.4, 1.0}', d.words, q.words)"
_ORDERS = {
    "relevance": "sold_out, rank DESC, published_at_micros DESC, product_id",
    "newest": "published_at_micros DESC, product_id",
    "price_up": "price_minor, product_id",
    "price_down": "price_minor DESC, product_id",
}
# Every doc knows how many of the chosen facet groups it misses, and the last one it misses: it is
# a hit when it misses none, and it counts for the facets of the one group that it misses.
_DOCS = """
WITH q AS (SELECT CAST(:words AS tsquery) AS words),
docs AS (
  SELECT d.*, {rank} AS rank,
    (SELECT count(*) FROM jsonb_each(CAST(:groups AS jsonb)) g
      WHERE NOT d.facets && ARRAY(SELECT jsonb_array_elements_text(g.value)))
    + {price_missed} AS misses,
    (SELECT max(g.key) FROM jsonb_each(CAST(:groups AS jsonb)) g
      WHERE NOT d.facets && ARRAY(SELECT jsonb_array_elements_text(g.value))) AS missed,
    {price_missed} AS price_missed
  FROM search.document d, q
  WHERE d.tenant_id = :tenant {and_text}
    AND (CAST(:category AS text) = '' OR d.facets @> ARRAY[CAST(:category AS text)])
    AND (NOT CAST(:in_stock AS boolean) OR NOT d.sold_out)
)
"""
_PRICE_MISSED = (
    "(CASE WHEN d.price_minor >= CAST(:price_from AS bigint)"
    " AND d.price_minor <= CAST(:price_to AS bigint) THEN 0 ELSE 1 END)"
)
_HITS = """
SELECT product_id, slug, title, subtitle, image, price_minor, compare_at_minor, price_varies,
  sold_out, tags, count(*) OVER () AS total
FROM docs WHERE misses = 0 ORDER BY {order} LIMIT :limit OFFSET :offset
"""
_FACETS = """
SELECT f AS facet, count(*) AS number FROM docs, unnest(facets) f
WHERE misses = 0
  OR (misses = 1 AND price_missed = 1 AND f LIKE 'price:%')
  OR (misses = 1 AND price_missed = 0 AND starts_with(f, missed || ':'))
GROUP BY f
"""
_TOTAL = "SELECT count(*) FROM docs WHERE misses = 0"
_CARDS = select(
    DocumentRow.product_id,
    DocumentRow.slug,
    DocumentRow.title,
    DocumentRow.subtitle,
    DocumentRow.image,
    DocumentRow.price_minor,
    DocumentRow.compare_at_minor,
    DocumentRow.price_varies,
    DocumentRow.sold_out,
    DocumentRow.tags,
).where(DocumentRow.tenant_id == TENANT)
_BY_SLUGS = _CARDS.where(DocumentRow.slug == func.any(bindparam("slugs", type_=ARRAY(Text()))))
_BY_IDS = _CARDS.where(DocumentRow.product_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))))
_NEWEST = """
SELECT wanted.place, card.*
FROM unnest(CAST(:facets AS text[]), CAST(:limits AS integer[]))
  WITH ORDINALITY AS wanted (facets, most, place),
LATERAL (
  SELECT product_id, slug, title, subtitle, image, price_minor, compare_at_minor, price_varies,
    sold_out, tags, published_at_micros
  FROM search.document d
  WHERE d.tenant_id = :tenant AND d.facets @> string_to_array(wanted.facets, ' ')
  ORDER BY sold_out, published_at_micros DESC, product_id LIMIT wanted.most
) card
ORDER BY wanted.place, card.sold_out, card.published_at_micros DESC, card.product_id
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in the index's own terms."""

    words: str  # a tsquery; "": any
    category: str  # a facet; "": any
    groups: dict[str, list[str]]  # group to its chosen facets
    price_from: int
    price_to: int
    in_stock: bool
    sort: str


async def find(read: Read, asked: Asked, *, offset: int, limit: int) -> tuple[list[Hit], int]:
    """Load one page of hits, and how many there are in all."""
    statement = _docs(asked) + _HITS.format(order=_ORDERS[asked.sort])
    params = _params(read, asked) | {"limit": limit, "offset": offset}
    rows = list(await read.run(_typed(statement), params))
    if rows:
        return [_hit(row) for row in rows], rows[0].total
    if offset == 0:
        return [], 0
    found = await read.run(_typed(_docs(asked) + _TOTAL), _params(read, asked))
    return [], int(found.scalar_one())


async def facets(read: Read, asked: Asked) -> dict[str, int]:
    """Count what each facet value would show; a group's own choice does not narrow itself."""
    found = await read.run(_typed(_docs(asked) + _FACETS), _params(read, asked))
    return {row.facet: row.number for row in found}


async def cards_by_slugs(read: Read, slugs: Sequence[str]) -> dict[str, Hit]:
    """Load products as lists show them."""
    found = await read.run(_BY_SLUGS, {"tenant": read.tenant_id, "slugs": list(slugs)})
    return {row.slug: _hit(row) for row in found}


async def cards_by_ids(read: Read, ids: Sequence[ProductId]) -> dict[ProductId, Hit]:
    """Load products as lists show them."""
    found = await read.run(_BY_IDS, {"tenant": read.tenant_id, "ids": list(ids)})
    return {row.product_id: _hit(row) for row in found}


async def newest(read: Read, wanted: Sequence[tuple[Sequence[str], int]]) -> list[list[Hit]]:
    """Load for each of ``wanted`` so many of the newest products that have all its facets."""
    params = {
        "tenant": read.tenant_id,
        "facets": [" ".join(facets) for facets, _ in wanted],
        "limits": [most for _, most in wanted],
    }
    found: list[list[Hit]] = [[] for _ in wanted]
    typed = text(_NEWEST).bindparams(TENANT)
    for row in await read.run(typed, params):
        place: int = row.place
        found[place - 1].append(_hit(row))
    return found


async def put(tx: Tx, documents: Sequence[Document]) -> None:
    """Store documents in place of earlier ones."""
    if not documents:
        return
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "product_id": one.product_id,
            "slug": one.slug,
            "title": one.title,
            "subtitle": one.subtitle,
            "image": one.image,
            "price_minor": one.price_minor,
            "compare_at_minor": one.compare_at_minor,
            "price_varies": one.price_varies,
            "sold_out": one.sold_out,
            "tags": list(one.tags),
            "facets": list(one.facets),
            "words": as_tsvector(dict(one.words)),
            "published_at_micros": one.published_at_micros,
        }
        for one in sorted(documents, key=lambda one: one.product_id)
    ]
    statement = upsert(DocumentRow).values(rows)
    fresh = {name: statement.excluded[name] for name in rows[0] if name != "product_id"}
    await tx.run(
        statement.on_conflict_do_update(index_elements=["tenant_id", "product_id"], set_=fresh)
    )


async def remove(tx: Tx, product_ids: Sequence[ProductId]) -> None:
    """Forget products."""
    row = DocumentRow
    mine = (row.tenant_id == tx.tenant_id, row.product_id.in_(list(product_ids)))
    await tx.run(delete(row).where(*mine))


def _docs(asked: Asked) -> str:
    return _DOCS.format(
        rank=_RANK if asked.words else "0",
        and_text="AND d.words @@ q.words" if asked.words else "",
        price_missed=_PRICE_MISSED,
    )


def _typed(statement: str) -> Any:
    return text(statement).bindparams(
        bindparam("groups", type_=JSONB()),
        TENANT,
        bindparam("category", type_=Text()),
    )


def _params(read: Read, asked: Asked) -> dict[str, Any]:
    return {
        "words": asked.words,
        "tenant": read.tenant_id,
        "category": asked.category,
        "groups": asked.groups,
        "price_from": asked.price_from,
        "price_to": asked.price_to,
        "in_stock": asked.in_stock,
    }


def _hit(row: Any) -> Hit:
    return Hit(
        row.product_id,
        row.slug,
        row.title,
        row.subtitle,
        row.image,
        row.price_minor,
        row.compare_at_minor,
        row.price_varies,
        row.sold_out,
        tuple(row.tags),
    )
