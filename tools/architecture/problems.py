"""Problems: every refusal is explained in both languages, with the fields that it carries."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter
from typing import Any

from tools.architecture.fault import Fault
from tools.architecture.house import House, Source, doc_line, last_name

LANGUAGES = ("zh-CN", "en")
ROOT = "mall.kernel.problems"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of problem, as it is written."""

    source: Source
    line: int
    name: str
    code: str
    status: int
    texts: dict[str, str]
    fields: dict[str, str]  # name to type
    why: str  # first line of its docstring


def faults(house: House) -> Iterator[Fault]:
    """Name problems without a text in each language, or whose texts speak of unknown fields."""
    codes = dict[str, Refusal]()
    for one in refusals(house):
        yield from _of_code(one, codes)
        if not one.status:
            yield _fault(one, f"{one.name} has no status", "derive it from a category: Conflict, …")
        for language in LANGUAGES:
            text = one.texts.get(language, "")
            if not text.strip():
                yield _fault(one, f"{one.name} has no text in {language}", "write it in ``texts``")
            for field in sorted(_named(text) - one.fields.keys()):
                what = f"the {language} text of {one.name} names {{{field}}}, which is no field"
                yield _fault(one, what, "add the field, or change the text")
        if one.texts.keys() >= set(LANGUAGES):
            zh, en = (_named(one.texts[language]) for language in LANGUAGES)
            for field in sorted(zh ^ en):
                what = f"only one text of {one.name} names {{{field}}}"
                yield _fault(one, what, "tell both readers the same")


def _of_code(one: Refusal, codes: dict[str, Refusal]) -> Iterator[Fault]:
    owner = one.source.room or "[a-z_]+"  # doors and kernel: "request.not_found"
    if not re.fullmatch(rf"{owner}\.[a-z_]+", one.code):
        what = f"the code of {one.name} is “{one.code}”"
        yield _fault(one, what, f'make it "{one.source.room or "<room>"}.<what>"')
    first = codes.setdefault(one.code, one)
    if one.code and first is not one:
        what = f"{one.name} and {first.name} share the code {one.code}"
        yield _fault(one, what, "a code names one problem")


def refusals(house: House) -> list[Refusal]:
    """Find every problem that can be raised: the classes below a category of the kernel."""
    found = list[Refusal]()
    for source in house:
        if source.parts[0] != "mall" or source.is_test:
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef):
                line = _ancestry(house, source, node)
                is_category = source.module == ROOT and not _assigned(node).get("code")
                if line and line[-1].name == "Problem" and not is_category:
                    found.append(_refusal(source, line))
    return sorted(found, key=lambda one: (one.code, one.name))


def _ancestry(house: House, source: Source, node: ast.ClassDef) -> list[ast.ClassDef]:
    """List a class and its ancestors, nearest first; empty when it is no problem."""
    if source.module == ROOT and node.name == "Problem":
        return [node]
    for base in node.bases:
        found = house.find(source.module, last_name(base))
        if found and isinstance(found[1], ast.ClassDef) and found[1] is not node:
            above = _ancestry(house, found[0], found[1])
            if above:
                return [node, *above]
    return []


def _refusal(source: Source, ancestry: list[ast.ClassDef]) -> Refusal:
    values, fields = dict[str, Any](), dict[str, str]()
    for node in reversed(ancestry):
        values |= _assigned(node)
        for part in node.body:
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                kind = ast.unparse(part.annotation)
                if not kind.startswith("ClassVar"):
                    fields[part.target.id] = kind
    own = _assigned(ancestry[0])
    return Refusal(
        source,
        ancestry[0].lineno,
        ancestry[0].name,
        str(own.get("code", "")),
        int(values.get("status", 0)),
        dict(own.get("texts", {})),
        fields,
        doc_line(ancestry[0]),
    )


def _assigned(node: ast.ClassDef) -> dict[str, Any]:
    """Read the literal values that a class body assigns."""
    values = dict[str, Any]()
    for part in node.body:
        match part:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values[name] = _literal(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                values[name] = _literal(value)
            case _:
                pass
    return {name: value for name, value in values.items() if value is not None}


def _literal(value: ast.expr) -> Any:
    try:
        return ast.literal_eval(value)
    except ValueError:
        return None


def _named(text: str) -> set[str]:
    names = (name for _, name, _, _ in Formatter().parse(text) if name)
    return {name.split(".")[0].split("[")[0] for name in names}


def _fault(one: Refusal, what: str, do: str) -> Fault:
    return Fault(one.source.path, one.line, what, do)
