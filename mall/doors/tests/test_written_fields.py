"""Whatever a program may write is declared: no unknown field, no field without a limit."""

import re
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from msgspec import inspect

from mall.doors.given import GIVEN
from mall.doors.web import create_app
from mall.kernel.settings import from_environment

# Handlers stay with the framework's words of today; see pyproject.toml.
pytestmark = pytest.mark.filterwarnings("ignore:Deprecated '(query|header)' parameter")

APIS = ("/api/shop/v1", "/api/console/v1")
_ENDLESS = re.compile(r"(?<!\\)[*+]|\{\d*,\}")  # a repetition of a pattern that ends nowhere
_LIMITED = (
    inspect.BoolType,
    inspect.NoneType,
    inspect.LiteralType,
    inspect.EnumType,
    inspect.UUIDType,
    inspect.DateType,
    inspect.DateTimeType,
    inspect.CustomType,  # an upload, which has a limit of its own
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    """Build the application, to read what it takes."""
    settings = from_environment({"MALL_DATA": str(tmp_path_factory.mktemp("fields"))})
    return next(one for one in vars(create_app(settings)).values() if isinstance(one, Litestar))


def handlers(app: Litestar) -> Iterator[tuple[HTTPRoute, str, HTTPRouteHandler]]:
    """List the endpoints of both APIs: route, verb, handler."""
    for route in app.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith(APIS):
            for handler in route.route_handlers:
                for verb in handler.http_methods - {"OPTIONS"}:
                    yield route, verb, handler


def written(app: Litestar) -> Iterator[tuple[str, str, Any]]:
    """List what each endpoint takes as its body: verb, path, type."""
    for route, verb, handler in handlers(app):
        field = handler.parsed_data_field
        if field is not None:
            yield verb, route.path_format, field.annotation


def asked(app: Litestar) -> Iterator[tuple[str, Any]]:
    """List what each endpoint takes besides: its name, and the type that the framework checks."""
    for route, verb, handler in handlers(app):
        given = GIVEN.keys() | route.path_parameters.keys() | {"request", "data"}
        kinds = get_type_hints(handler.signature_model, include_extras=True)
        for name in handler.signature_model.__struct_fields__:
            if name not in given:
                yield f"{verb} {route.path_format}: {name}", kinds[name]


def unlimited(kind: inspect.Type, where: str) -> Iterator[str]:
    """Name the places of a type where anything or any amount of it may stand."""
    match kind:
        case inspect.Metadata():
            yield from unlimited(kind.type, where)
        case inspect.StructType() | inspect.DataclassType():
            is_form = isinstance(kind, inspect.DataclassType)  # what is no field of it is left out
            if not is_form and not kind.forbid_unknown_fields:
                yield f"{where} takes unknown fields"
            for field in kind.fields:
                yield from unlimited(field.type, f"{where}.{field.encode_name}")
        case inspect.UnionType():
            for one in kind.types:
                yield from unlimited(one, where)
        case inspect.ListType():
            if kind.max_length is None:
                yield f"{where} is as long as you like"
            yield from unlimited(kind.item_type, f"{where}[]")
        case inspect.DictType():
            keys = kind.key_type.type if isinstance(kind.key_type, inspect.Metadata) else None
            keys = keys or kind.key_type
            if kind.max_length is None and not isinstance(keys, inspect.LiteralType):
                yield f"{where} has as many keys as you like"
            yield from unlimited(keys, f"{where}[key]")
            yield from unlimited(kind.value_type, f"{where}[]")
        case inspect.StrType():
            endless = kind.pattern is None or _ENDLESS.search(kind.pattern)
            if kind.max_length is None and endless:
                yield f"{where} is as long as you like"
        case inspect.IntType():
            if (kind.ge is None and kind.gt is None) or (kind.le is None and kind.lt is None):
                yield f"{where} is as large as you like"
        case _:
            if not isinstance(kind, _LIMITED):
                yield f"{where} is a {type(kind).__name__}, of which nothing is known here"


def structs_in(kind: inspect.Type) -> Iterator[inspect.StructType]:
    """List the structs that a type is made of."""
    parts: list[inspect.Type] = []
    match kind:
        case inspect.Metadata():
            parts = [kind.type]
        case inspect.StructType():
            yield kind
            parts = [field.type for field in kind.fields]
        case inspect.UnionType():
            parts = list(kind.types)
        case inspect.ListType():
            parts = [kind.item_type]
        case inspect.DictType():
            parts = [kind.value_type]
        case _:
            pass
    for part in parts:
        yield from structs_in(part)


def test_a_body_takes_no_unknown_field_and_every_field_has_a_limit(app: Litestar) -> None:
    bodies = list(written(app))
    assert len(bodies) > 30
    wrong = [
        one
        for verb, path, kind in bodies
        for one in unlimited(inspect.type_info(kind), f"{verb} {path}: {kind.__name__}")
    ]
    assert not wrong, "\n".join(wrong)


def test_the_documents_list_every_field_that_can_be_written(app: Litestar) -> None:
    document = app.openapi_schema.to_schema()
    shown = document["components"]["schemas"]
    wrong = list[str]()
    for verb, path, kind in written(app):
        operation = document["paths"][path][verb.lower()]
        [content] = operation["requestBody"]["content"].values()
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        if name not in shown:
            wrong.append(f"{verb} {path} does not show what it takes")
        for struct in structs_in(inspect.type_info(kind)):
            fields = {field.encode_name for field in struct.fields}
            listed = [one for key, one in shown.items() if key.endswith(struct.cls.__name__)]
            if not any(one["properties"].keys() == fields for one in listed):
                wrong.append(f"{verb} {path} does not list the fields of {struct.cls.__name__}")
    assert not wrong, "\n".join(wrong)


def test_every_query_parameter_and_header_has_a_limit(app: Litestar) -> None:
    found = list(asked(app))
    assert len(found) > 30
    wrong = [one for where, kind in found for one in unlimited(inspect.type_info(kind), where)]
    assert not wrong, "\n".join(wrong)
