"""Every way in over HTTP says who may use it: shoppers by ``access``, staff by ``permission``."""

import ast
from collections.abc import Iterator

from tools.architecture.fault import Fault
from tools.architecture.house import House, Source, last_name

ROUTES = frozenset(
    {
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
        "route",
        "asgi",
        "websocket",
        "websocket_listener",
    }
)
ACCESS = frozenset({"anyone", "shopper", "member"})
FOR_ALL_STAFF = frozenset({"anyone", "signed_in"})  # before signing in; whoever has signed in
KEYS = {"shop_api.py": ("access",), "console_api.py": ("permission",)}
EITHER = ("access", "permission")

type Function = ast.FunctionDef | ast.AsyncFunctionDef


def faults(house: House) -> Iterator[Fault]:
    """Name every handler that does not say who may call it, or names an unknown permission."""
    allowed = {"access": ACCESS, "permission": permissions(house)}
    for source in house:
        if source.parts[0] == "mall" and not source.is_test and not source.is_simulator:
            for handler, declared, line in handlers(house, source):
                yield from _of_handler(source, handler, declared, line, allowed)


def _of_handler(
    source: Source,
    handler: str,
    declared: dict[str, str],
    line: int,
    allowed: dict[str, frozenset[str]],
) -> Iterator[Fault]:
    keys = KEYS.get(source.parts[-1], EITHER)
    said = [key for key in keys if key in declared]
    if not said:
        wanted = " or ".join(f'opt={{"{key}": …}}' for key in keys)
        yield Fault(source.path, line, f"{handler} does not say who may call it", f"add {wanted}")
    for key in said:
        if allowed[key] and declared[key] not in allowed[key]:
            what = f"{handler} has the unknown {key} “{declared[key]}”"
            known = "mall.staff.PERMISSIONS" if key == "permission" else ", ".join(sorted(ACCESS))
            yield Fault(source.path, line, what, f"use one of {known}")


def handlers(house: House, source: Source) -> Iterator[tuple[str, dict[str, str], int]]:
    """Find the handlers of a file with what they declare, their own or their controller's."""
    controllers = [node for node in source.tree.body if isinstance(node, ast.ClassDef)]
    shared = {
        id(method): _opt_of_class(house, source, node)
        for node in controllers
        for method in node.body
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and _is_route(source, decorator.func):
                    opt = next((k.value for k in decorator.keywords if k.arg == "opt"), None)
                    own = _values(house, source, opt) if opt else {}
                    yield node.name, shared.get(id(node), {}) | own, node.lineno


def permissions(house: House) -> frozenset[str]:
    """Read the names of the permissions; empty while ``mall.staff`` does not list any."""
    found = house.find("mall.staff", "PERMISSIONS")
    if found is None or not isinstance(found[1], ast.Assign | ast.AnnAssign):
        return frozenset()
    names = _strings(found[1].value)
    return frozenset(names) | FOR_ALL_STAFF if names else frozenset()


def _strings(value: ast.expr | None) -> list[str]:
    """Read the strings that a mapping, set or sequence is keyed by or made of."""
    match value:
        case ast.Dict(keys=parts) | ast.Set(elts=parts) | ast.Tuple(elts=parts):
            return [p.value for p in parts if isinstance(p, ast.Constant) and type(p.value) is str]
        case ast.List(elts=parts) | ast.Call(args=[ast.Set(elts=parts)]):
            return [p.value for p in parts if isinstance(p, ast.Constant) and type(p.value) is str]
        case _:
            return []


def _is_route(source: Source, function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in ROUTES and ast.unparse(function.value) == "litestar"
    known = source.names.get(last_name(function))
    return isinstance(known, tuple) and known[0].startswith("litestar") and known[1] in ROUTES


def _opt_of_class(house: House, source: Source, node: ast.ClassDef) -> dict[str, str]:
    for part in node.body:
        match part:
            case (
                ast.Assign(targets=[ast.Name(id="opt")], value=value)
                | ast.AnnAssign(target=ast.Name(id="opt"), value=ast.expr() as value)
            ):
                return _values(house, source, value)
            case _:
                pass
    return {}


def _values(house: House, source: Source, opt: ast.expr) -> dict[str, str]:
    """Read ``opt``: a mapping with literal or named values, or the name of such a mapping."""
    match _followed(house, source, opt):
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            read = {
                key.value: _followed(house, source, value)
                for key, value in pairs
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
            return {k: str(v.value) for k, v in read.items() if isinstance(v, ast.Constant)}
        case _:
            return {}


def _followed(house: House, source: Source, value: ast.expr) -> ast.expr:
    """Replace the name of a constant by what it stands for."""
    if isinstance(value, ast.Name) and (found := house.find(source.module, value.id)):
        node = found[1]
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            return node.value
    return value
