"""Texts of the storefront are written in Chinese: each has its English, and none is left over."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

from tools.architecture.fault import Fault
from tools.architecture.house import House, Source, files, last_name

STOREFRONT = "mall/doors/storefront"
TEMPLATES = f"{STOREFRONT}/templates"
ENGLISH = f"{STOREFRONT}/words/en.json"

SAYING = f"{STOREFRONT}/saying.py"  # which knows both languages

_CHINESE = re.compile("[\u4e00-\u9fff]")

type Use = tuple[str, int, str | None]  # path, line, text; None: not a literal


def faults(house: House) -> Iterator[Fault]:
    """Compare the texts in templates and pages with the dictionary."""
    used = list[Use]()
    for path in files(house.root / TEMPLATES, ".html", ".jinja", ".j2", ".xml", ".txt"):
        relative = path.relative_to(house.root).as_posix()
        try:
            used += [(relative, line, text) for line, text in in_template(path)]
        except TemplateSyntaxError as error:
            what = f"cannot be parsed: {error.message}"
            yield Fault(relative, error.lineno, what, "mend the template")
    for source in house:
        is_page = source.path.startswith(f"{STOREFRONT}/") and source.path != SAYING
        if is_page and not source.is_test:
            used += in_python(source)
    yield from _compared(used, house.root / ENGLISH)


def _compared(used: list[Use], dictionary: Path) -> Iterator[Fault]:
    known: dict[str, str] = {}
    if dictionary.is_file():
        known = json.loads(dictionary.read_text(encoding="utf-8"))
    missing = dict[str, Fault]()  # each text once, where it is said first
    for path, line, text in used:
        if text is None:
            yield Fault(path, line, "_() around something that is no literal", "write the text out")
        elif not known.get(text, "").strip():
            fault = Fault(path, line, f"no English for “{text}”", f"add it to {ENGLISH}")
            missing.setdefault(text, fault)
    yield from missing.values()
    for text in sorted(known.keys() - {text for _, _, text in used}):
        yield Fault(ENGLISH, 1, f"nothing says “{text}”", "remove the entry")


def in_template(path: Path) -> Iterator[tuple[int, str | None]]:
    """Find the texts of one template with their lines."""
    tree = Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    for call in tree.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_":
            first = call.args[0] if call.args else None
            literal = isinstance(first, nodes.Const) and isinstance(first.value, str)
            yield call.lineno, first.value if literal and isinstance(first, nodes.Const) else None


def in_python(source: Source) -> Iterator[Use]:
    """Find the texts of one Python file: what is said, and every string with Chinese in it."""
    explained = {id(value) for node in ast.walk(source.tree) for value in _not_said(node)}
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=function, args=[ast.Constant(value=str(text)), *_]):
                if last_name(function) in {"_", "say"} and not _CHINESE.search(text):
                    yield source.path, node.lineno, text
            case ast.Constant(value=str(text)):
                if _CHINESE.search(text) and id(node) not in explained:
                    yield source.path, node.lineno, text
            case _:
                pass


def _not_said(node: ast.AST) -> list[ast.expr]:
    """Find strings that readers never see as they are: docstrings, and texts in both languages."""
    match node:
        case ast.Expr(value=ast.Constant() as value):
            return [value]
        case ast.Dict(keys=keys, values=values):
            languages = {key.value for key in keys if isinstance(key, ast.Constant)}
            return values if {"zh-CN", "en"} <= languages else []
        case _:
            return []
