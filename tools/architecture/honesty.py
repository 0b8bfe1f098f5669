"""A test can fail, says why it is left out and waits for things, not for time.

Nowhere is a failure swallowed.
"""

import ast
from collections.abc import Iterator

from tools.architecture.fault import Fault
from tools.architecture.house import House, Source, last_name

LEFT_OUT = frozenset({"skip", "skipif", "xfail", "importorskip"})
SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "sleep"})
ANYTHING = frozenset({"Exception", "BaseException"})
JUDGES = frozenset({"raises", "warns", "fail", "expect"})  # of pytest and of the browser

type Function = ast.FunctionDef | ast.AsyncFunctionDef


def faults(house: House) -> Iterator[Fault]:
    """Name silent skips, sleeps, tests that cannot fail, and swallowed exceptions."""
    for source in house:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler) and _swallows(node):
                what = "every exception is swallowed here"
                yield Fault(source.path, node.lineno, what, "name the exception, or let it rise")
        if source.is_test or source.parts[0] == "tests":
            yield from _of_skips(source)
            yield from _of_sleeps(source)
            yield from _of_promises(house, source)


def _of_skips(source: Source) -> Iterator[Fault]:
    called = {id(node.func) for node in ast.walk(source.tree) if isinstance(node, ast.Call)}
    for node in ast.walk(source.tree):
        is_call = isinstance(node, ast.Call)
        function = node.func if is_call else node
        is_mark = not is_call and id(node) not in called
        if _leaves_out(function) and (is_mark or (is_call and not _has_reason(node))):
            line = node.lineno if isinstance(node, ast.expr) else 1
            yield Fault(source.path, line, "left out without a reason", "say reason=")


def _leaves_out(function: ast.AST) -> bool:
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


def _of_sleeps(source: Source) -> Iterator[Fault]:
    """Find sleeps outside of a loop that asks again; a sleep of 0 only lets others run."""
    loops = [node for node in ast.walk(source.tree) if isinstance(node, ast.While | ast.For)]
    asking = {id(node) for loop in loops for node in ast.walk(loop)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in SLEEPS:
            seconds = node.args[0] if node.args else None
            is_nothing = isinstance(seconds, ast.Constant) and seconds.value == 0
            if id(node) not in asking and not is_nothing:
                do = "wait for the thing itself, asking again until a deadline"
                yield Fault(source.path, node.lineno, "a test sleeps", do)


def _of_promises(house: House, source: Source) -> Iterator[Fault]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            is_ours = node.name.startswith("test_") and source.parts[-1].startswith("test_")
            if is_ours and not _judges(house, source, node, deeper=3):
                what = f"{node.name} cannot fail"
                yield Fault(source.path, node.lineno, what, "assert what its name promises")


def _judges(house: House, source: Source, function: ast.AST, *, deeper: int) -> bool:
    """Tell whether a test asserts something, itself or in a function or class that it uses."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
            return True
        if isinstance(node, ast.Call) and last_name(node.func) in JUDGES:
            return True
        if isinstance(node, ast.Name) and deeper:
            used = house.find(source.module, node.id)
            is_ours = used and used[0].is_test and used[1] is not function
            if used and is_ours and _judges(house, *used, deeper=deeper - 1):
                return True
    return False


def _swallows(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    catches_all = any(kind is None or last_name(kind) in ANYTHING for kind in caught)
    return catches_all and all(_does_nothing(node) for node in handler.body)


def _does_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass | ast.Continue) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
