"""Changes of as much at once as there is, over the console API."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

from tests.faults.goods import CONSOLE, SHOP, ask
from tests.faults.standing import PASSWORD as OWNERS
from tests.faults.standing import owner_of
from tests.strangers.belongings import CANARY, PASSWORD, picture
from tests.strangers.bodies import WORDS
from tests.strangers.changes import NOBODY, Change, Stage
from tests.strangers.plenty import home_of

_PRODUCT, _STAFF = f"{CONSOLE}/products/{{product_id:uuid}}", f"{CONSOLE}/staff"
_ACCOUNT = f"{_STAFF}/{{staff_id:uuid}}"
_ASSET = f"{CONSOLE}/media/{{asset_id:uuid}}"
_TEMPLATES = f"{CONSOLE}/freight-templates"
_TEMPLATE = f"{_TEMPLATES}/{{template_id:uuid}}"
_MONEY = f"{CONSOLE}/payments"


def operating(stage: Stage) -> Iterator[Change]:
    """Let operators change everything there is."""
    yield from _shelving(stage)
    yield from _selling(stage)
    yield from _stocking(stage)
    yield from _delivering(stage)
    yield from _accounting(stage)
    yield from _keeping_house(stage)
    yield from _hiring(stage)


def _shelving(stage: Stage) -> Iterator[Change]:
    owned, times = stage.plenty.owned, len(stage.plenty.skus)
    shelves = ask(stage.console, "GET", f"{CONSOLE}/categories")
    shelf = {"title": WORDS, "image": stage.plenty.pictures[0]}
    above = {"parent_id": owned.ids["category_id"]}
    yield stage.runs(f"POST {CONSOLE}/categories", json=shelf | above | {"slug": _name()})
    yield stage.runs(
        f"PUT {CONSOLE}/categories/{{category_id:uuid}}", json=shelf | {"slug": _name()}
    )
    yield stage.runs(f"POST {CONSOLE}/brands", json={"slug": _name(), "title": WORDS})
    yield stage.runs(
        f"PUT {CONSOLE}/brands/{{brand_id:uuid}}", json={"slug": _name(), "title": WORDS}
    )
    choices = [{"code": f"c{n}", "title": WORDS} for n in range(times)]
    attribute = {"title": WORDS, "kind": "choices", "choices": choices, "filterable": True}
    attribute |= {"category_ids": [one["id"] for one in shelves[:times]]}
    flag = attribute | {"code": "warp", "kind": "flag", "choices": []}
    yield stage.runs(f"POST {CONSOLE}/attributes", json=attribute | {"code": "many"})
    yield stage.runs(f"PUT {CONSOLE}/attributes/{{attribute_id:uuid}}", json=flag)
    tags = [{"code": f"n{n}", "title": WORDS} for n in range(times)]
    yield stage.runs(f"PUT {CONSOLE}/tags", json={"tags": tags})


def _selling(stage: Stage) -> Iterator[Change]:
    yield stage.runs(f"POST {CONSOLE}/products", json=stage.plenty.draft(_name()))
    there = ask(stage.console, "GET", f"{CONSOLE}/products/{stage.plenty.product_id}")
    draft = stage.plenty.draft(there["slug"])
    other = {"version": there["version"], "subtitle": WORDS}
    other |= {"skus": [one | {"weight_grams": 400} for one in draft["skus"]]}
    yield stage.runs(f"PUT {_PRODUCT}", json=draft | other)
    yield stage.runs(f"POST {_PRODUCT}/archive")
    yield stage.runs(f"POST {_PRODUCT}/publish")
    prices = [{"sku_id": one, "price_minor": 2990} for one in stage.plenty.skus]
    yield stage.runs(f"PUT {CONSOLE}/prices", json={"prices": prices})


def _stocking(stage: Stage) -> Iterator[Change]:
    where = stage.plenty.owned.goods.location_id
    there = [{"sku_id": one, "location_id": where, "units": 3} for one in stage.plenty.skus]
    yield stage.runs(f"POST {CONSOLE}/locations", json={"code": _name(), "title": WORDS})
    for kind in ("receive", "adjust"):
        counted = {"kind": kind, "changes": there}
        yield stage.runs(f"POST {CONSOLE}/stock/adjustments", json=counted)
    yield stage.runs(f"PUT {CONSOLE}/stock/safety", json={"safety": there})


def _delivering(stage: Stage) -> Iterator[Change]:
    tariff = {"first_units": 1, "first_fee_minor": 1, "step_units": 1, "step_fee_minor": 1}
    places = ask(stage.console, "GET", f"{SHOP}/regions")
    places += ask(stage.console, "GET", f"{SHOP}/regions?parent=440000")
    codes = [one["code"] for one in places][: len(stage.plenty.skus)]
    tariffs = [tariff, *(tariff | {"regions": [code]} for code in codes)]
    template = {"title": WORDS, "measure": "pieces", "tariffs": tariffs}
    before = _ids(ask(stage.console, "GET", _TEMPLATES))
    yield stage.runs(f"POST {_TEMPLATES}", json=template)
    [added] = _ids(ask(stage.console, "GET", _TEMPLATES)) - before
    yield stage.runs(f"PUT {_TEMPLATE}", json=template)
    yield stage.runs(f"DELETE {_TEMPLATE}", template_id=added)
    right = {"carrier": "sf", "tracking_no": f"SF{uuid4().int % 10**13:013}"}
    yield stage.runs(f"PATCH {CONSOLE}/parcels/{{parcel_id:uuid}}", json=right)


def _accounting(stage: Stage) -> Iterator[Change]:
    stage.refuse_refund()
    yield stage.runs(f"POST {_MONEY}/refunds/{{refund_id:uuid}}/retry")
    settled = {"note": "many"}
    yield stage.runs(f"POST {_MONEY}/discrepancies/{{discrepancy_id:uuid}}/settle", json=settled)


def _keeping_house(stage: Stage) -> Iterator[Change]:
    plenty = stage.plenty
    before = _ids(ask(stage.console, "GET", f"{CONSOLE}/media?limit=100")["items"])
    yield stage.runs(f"POST {CONSOLE}/media", files={"file": ("b.png", picture(800))})
    [added] = _ids(ask(stage.console, "GET", f"{CONSOLE}/media?limit=100")["items"]) - before
    yield stage.runs(f"PATCH {_ASSET}", json={"alt": WORDS})
    yield stage.runs(f"DELETE {_ASSET}", asset_id=added)
    home = home_of(plenty.shelves, plenty.pictures, [plenty.slug])
    contact = {"slogan.en": "many"}
    change = {"home": home, "contact": contact, "theme": {"logo": plenty.pictures[0]}}
    yield stage.runs(f"PATCH {CONSOLE}/mall", json=change)
    host = f"{_name()}.many.localhost"
    yield stage.runs(f"POST {CONSOLE}/mall/hosts", json={"host": host})
    yield stage.runs(f"DELETE {CONSOLE}/mall/hosts/{{host:str}}", host=host)
    words = {"title": WORDS, "body": WORDS}
    yield stage.runs(f"PUT {CONSOLE}/pages/{{slug:str}}", slug=_name(), json=words)


def _hiring(stage: Stage) -> Iterator[Change]:
    slug, session = stage.plenty.owned.slug, f"{CONSOLE}/session"
    clerk = {"email": f"clerk-{CANARY}@{slug}.localhost", "password": PASSWORD}
    other = {"old": PASSWORD, "new": f"{PASSWORD}-other"}
    mine = stage.signed_in(session, clerk)
    yield stage.runs(f"PUT {CONSOLE}/me/password", mine, json=other)
    gone = stage.signed_in(session, clerk | {"password": other["new"]})
    yield stage.runs(f"DELETE {session}", gone, params={"everywhere": "true"})
    owner = {"email": owner_of(slug), "password": OWNERS}
    yield stage.runs(f"POST {session}", NOBODY, json=owner)
    fresh = {"name": "many", "email": f"{_name()}@many.localhost", "role": "clerk"}
    yield stage.runs(f"POST {_STAFF}", json=fresh | {"password": PASSWORD})
    yield stage.runs(f"PATCH {_ACCOUNT}", json={"name": "many", "active": False})
    yield stage.runs(f"PUT {_ACCOUNT}/password", json={"password": PASSWORD})


def _name() -> str:
    return f"n{uuid4().hex[:12]}"


def _ids(rows: Sequence[Any]) -> set[str]:
    return {str(one["id"]) for one in rows}
