"""Powers are parameters: what a function may touch stands in its signature.

Nothing holds a transaction and the outside at once, so that no row stays locked while a stranger
answers; rules are never ``async``; only doors ask the clock, hold the database and commit.
"""

import ast
from collections.abc import Iterator

from tools.architecture.fault import Fault
from tools.architecture.house import House, Source, last_name

type Function = ast.FunctionDef | ast.AsyncFunctionDef

CLOCKS = frozenset(
    {
        "utc_now",
        "time.utc_now",
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "datetime.datetime.now",
        "time.time",
        "time.time_ns",
        "func.now",
        "func.current_timestamp",
        "func.clock_timestamp",
    }
)
CLOCK_MAKERS = frozenset(
    {"mall/kernel/time.py", "mall/kernel/ids.py"}  # an id of version 7 begins with its time
)
ENDINGS = frozenset({"commit", "rollback"})


def faults(house: House) -> Iterator[Fault]:
    """Name every signature and call that takes a power it must not have."""
    for source in house:
        if source.parts[0] == "mall" and not source.is_test:
            for node in ast.walk(source.tree):
                yield from _faults_of(source, node)


def _faults_of(source: Source, node: ast.AST) -> Iterator[Fault]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from _of_signature(source, node)
    elif isinstance(node, ast.Call):
        yield from _of_call(source, node)
    elif isinstance(node, ast.ImportFrom) and source.room and not source.is_simulator:
        for alias in node.names:
            if alias.name == "Database":
                yield _fault(source, node, "a room holds the database", "take ``Read``/``Tx``")


def _of_signature(source: Source, node: Function) -> Iterator[Fault]:
    named = {
        last_name(part)
        for argument in _arguments(node)
        if argument.annotation
        for part in ast.walk(_unquoted(argument.annotation))
    }
    if {"Tx", "Outside"} <= named:
        what = f"{node.name} holds a transaction and the outside at once"
        yield _fault(source, node, what, "split it into the three steps of an errand")
    if source.is_rules and not source.is_simulator:
        if isinstance(node, ast.AsyncFunctionDef):
            yield _fault(source, node, f"the rule {node.name} is async", "make it a plain function")
        for power in sorted({"Read", "Tx", "Outside"} & named):
            what = f"the rule {node.name} takes {power}"
            yield _fault(source, node, what, "load first, hand the rule plain values")


def _of_call(source: Source, node: ast.Call) -> Iterator[Fault]:
    called = ast.unparse(node.func)
    in_doors = source.parts[1] == "doors" or source.is_simulator
    if called in CLOCKS and not in_doors and source.path not in CLOCK_MAKERS:
        yield _fault(source, node, f"{called}() asks the clock", "take ``now: Instant``")
    ends = isinstance(node.func, ast.Attribute) and node.func.attr in ENDINGS
    if ends and source.room and not source.is_simulator:
        what = f"{called}() ends the caller's transaction"
        yield _fault(source, node, what, "leave it to the door")


def _unquoted(annotation: ast.expr) -> ast.expr:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return ast.parse(annotation.value, mode="eval").body
    return annotation


def _arguments(node: Function) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _fault(source: Source, node: ast.stmt | ast.expr, what: str, do: str) -> Fault:
    return Fault(source.path, node.lineno, what, do)
