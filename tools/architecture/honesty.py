"""Tests that are left out say why; nothing waits by sleeping; no failure is swallowed."""

import ast
from collections.abc import Iterator

from tools.architecture.fault import Fault
from tools.architecture.house import House, Source, last_name

LEFT_OUT = frozenset({"skip", "skipif", "xfail", "importorskip"})
SLEEPS = frozenset({"time.sleep", "sleep"})
ANYTHING = frozenset({"Exception", "BaseException"})


def faults(house: House) -> Iterator[Fault]:
    """Name every silent skip, sleep and swallowed exception."""
    for source in house:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler) and _swallows(node):
                what = "every exception is swallowed here"
                yield Fault(source.path, node.lineno, what, "name the exception, or let it rise")
        if source.is_test or source.parts[0] == "tests":
            yield from _of_test(source)


def _of_test(source: Source) -> Iterator[Fault]:
    called = {id(node.func) for node in ast.walk(source.tree) if isinstance(node, ast.Call)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            if _leaves_out(node.func) and not _has_reason(node):
                yield Fault(source.path, node.lineno, "left out without a reason", "say reason=")
            if ast.unparse(node.func) in SLEEPS:
                do = "wait for the thing itself, with a deadline"
                yield Fault(source.path, node.lineno, "a test sleeps", do)
        elif isinstance(node, ast.Attribute) and _leaves_out(node) and id(node) not in called:
            yield Fault(source.path, node.lineno, "left out without a reason", "say reason=")


def _leaves_out(function: ast.expr) -> bool:
    """Recognise ``pytest.skip`` and ``pytest.mark.skip`` and their like."""
    return (
        isinstance(function, ast.Attribute)
        and function.attr in LEFT_OUT
        and last_name(function.value) in {"pytest", "mark"}
    )


def _has_reason(call: ast.Call) -> bool:
    named = [word.value for word in call.keywords if word.arg == "reason"]
    positional = call.args[:1] if last_name(call.func) in {"skip", "xfail"} else []
    return any(_is_said(value) for value in [*named, *positional])


def _is_said(value: ast.expr) -> bool:
    return not (isinstance(value, ast.Constant) and not str(value.value or "").strip())


def _swallows(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    catches_all = any(kind is None or last_name(kind) in ANYTHING for kind in caught)
    return catches_all and all(_does_nothing(node) for node in handler.body)


def _does_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass | ast.Continue) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
