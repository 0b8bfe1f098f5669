"""Texts of the storefront are written in Chinese: each has its English, and none is left over."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

from tools.architecture.fault import Fault
from tools.architecture.house import House, Source, files, last_name

STOREFRONT = "mall/doors/storefront"
TEMPLATES = f"{STOREFRONT}/templates"
ENGLISH = f"{STOREFRONT}/words/en.json"

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
        if source.path.startswith(f"{STOREFRONT}/") and not source.is_test:
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
    """Find the texts of one Python file; the function that translates may take any text."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and last_name(node.func) == "_" and node.args:
            match node.args[0]:
                case ast.Constant(value=str(text)):
                    yield source.path, node.lineno, text
                case _:
                    yield source.path, node.lineno, None
