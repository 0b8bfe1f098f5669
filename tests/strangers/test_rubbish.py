"""Whatever is sent to the APIs, nothing breaks and every refusal can be read.

Both OpenAPI documents are the source: schemathesis writes requests that fit them, and some that do
not. ``MALL_FUZZ_EXAMPLES=200`` sends that many per operation and way, at random, instead of a few
always alike.
"""

import os
import random
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from tests.faults.standing import Standing
from tests.strangers.belongings import Belongings, furnish
from tests.strangers.rubbish import Json, spoilt

DEEP = int(os.environ.get("MALL_FUZZ_EXAMPLES") or 0)
FEW, ONE = 5, 1
ENDS_SESSIONS = ("DELETE /api/shop/v1/session", "DELETE /api/console/v1/session")

type How = Literal["spoilt", "with ids", "as it is"]


@dataclass(frozen=True)
class Asker:
    """Somebody who sends requests to one API."""

    name: str
    face: str
    examples: int  # those who are refused at the door ask less

    @property
    def is_known(self) -> bool:
        """Tell whether there is a session behind the requests."""
        return (self.name, self.face) in {("owner", "console"), ("member", "shop")}

    def headers(self, target: Belongings) -> dict[str, str]:
        """Give what makes them known."""
        people = target.people
        return {"owner": people.owner, "member": people.member}.get(self.name, {})


ASKERS = [
    Asker("nobody", "shop", FEW),
    Asker("member", "shop", FEW),
    Asker("owner", "shop", ONE),
    Asker("nobody", "console", ONE),
    Asker("member", "console", ONE),
    Asker("owner", "console", FEW),
]


@pytest.fixture(scope="module")
def target(street: Standing) -> Belongings:
    """Furnish the tenant that takes it all; its ids let requests reach what is behind them."""
    return furnish(street, "rubbish")


def operations_of(document: Json) -> list[tuple[Any, Json]]:
    """Load a document."""
    schema: Any = schemathesis.openapi.from_dict(document)
    found = [
        (result.ok(), cast(Json, result.ok().definition.raw))
        for result in schema.get_all_operations()
    ]
    return sorted(found, key=lambda one: one[0].label in ENDS_SESSIONS)


def can_be_wrong(operation: Json) -> bool:
    """Tell whether a request can be against the document; any text is a right order number."""
    parameters = operation.get("parameters", [])
    return "requestBody" in operation or any(
        one["in"] == "query" or "format" in one["schema"] for one in parameters
    )


def with_ids(value: Any, ids: Json) -> Any:
    """Put ids of the tenant where ids stand."""
    if isinstance(value, dict):
        body = cast(Json, value)
        return {name: ids.get(name) or with_ids(one, ids) for name, one in body.items()}
    if isinstance(value, list):
        return [with_ids(one, ids) for one in cast("list[Any]", value)]
    return value


def what_is_wrong(answer: requests.Response) -> str:
    """Judge an answer; "" when it is in order."""
    if answer.status_code < 400:
        return ""
    said = f"{answer.status_code} {answer.text[:300]}"
    if answer.status_code >= 500:
        return said
    kind = answer.headers.get("content-type", "")
    if not kind.startswith("application/problem+json") or not answer.json().get("code"):
        return f"no problem: {kind} {said}"
    return ""


class Sending:
    """Sends cases to the tenant as one asker, and notes what is answered wrongly."""

    def __init__(self, mall: Standing, target: Belongings, asker: Asker) -> None:
        self.address = f"http://127.0.0.1:{mall.port}"
        self.session = requests.Session()
        self.own = {"Host": f"{target.slug}.localhost:{mall.port}", **asker.headers(target)}
        self.ids = {k: v for k, v in target.ids.items() if k not in {"host", "name", "slug"}}
        self.ids |= {"location_id": target.goods.location_id}
        self.wrong = list[str]()

    def send(self, case: Case[Any], how: How, chance: random.Random) -> None:
        """Send one: as it is, with ids of the tenant, or with these and something nasty."""
        if how != "as it is":
            case.path_parameters.update(
                {k: self.ids[k] for k in case.path_parameters if k in self.ids}
            )
            case.body = with_ids(case.body, self.ids)
        given: Json = case.as_transport_kwargs(base_url=self.address)
        given["headers"] = {**given.get("headers", {}), **self.own}
        if how == "spoilt":
            given |= {k: spoilt(given[k], chance) for k in ("json", "params") if given.get(k)}
        try:
            answer = self.session.request(**given, timeout=30)
        except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, UnicodeError):
            return  # not to be written down in HTTP
        self.session.cookies.clear()
        if wrong := what_is_wrong(answer):
            shown = {k: v for k, v in given.items() if k not in {"headers", "cookies"} and v}
            self.wrong.append(f"{wrong}\n  {str(shown)[:1500]}")

    def try_out(self, operation: Any, mode: GenerationMode, examples: int) -> None:
        """Send some requests to one operation."""

        @settings(
            max_examples=examples,
            derandomize=not DEEP,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.filter_too_much,
                HealthCheck.data_too_large,
            ],
            deadline=None,
        )
        @given(
            case=operation.as_strategy(generation_mode=mode),
            how=st.sampled_from(get_args(How.__value__)),
            chance=st.randoms(use_true_random=False),
        )
        def some(case: Case[Any], how: How, chance: random.Random) -> None:
            self.send(case, how, chance)

        with suppress(Unsatisfiable):  # nothing against the document can be thought of
            some()


@pytest.mark.parametrize("asker", ASKERS, ids=lambda one: f"{one.name} {one.face}")
def test_no_request_to_an_api_breaks_it_and_every_refusal_says_its_code(
    street: Standing, target: Belongings, asker: Asker
) -> None:
    sending = Sending(street, target, asker)

    def get(path: str) -> requests.Response:
        return requests.get(sending.address + path, headers=sending.own, timeout=30)

    operations = operations_of(get(f"/api/{asker.face}/openapi.json").json())
    assert len(operations) > 20
    for operation, raw in operations:
        examples = DEEP or asker.examples
        if operation.label not in ENDS_SESSIONS or asker.name == "nobody":
            sending.try_out(operation, GenerationMode.POSITIVE, examples)
            if can_be_wrong(raw) and (DEEP or asker.examples > ONE):
                sending.try_out(operation, GenerationMode.NEGATIVE, examples)
    assert not sending.wrong, "\n".join(sending.wrong)
    signed_out = "somebody was signed out meanwhile, and the rest was not tried"
    assert get(f"/api/{asker.face}/v1/me").ok is asker.is_known, signed_out
