"""The house as text: every Python file, read and parsed once, and where its names come from."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.architecture.fault import Fault

CODE = ("mall", "tools", "tests", "benchmarks", "migrations", "conftest.py")
NOT_OURS = frozenset({"node_modules", "__pycache__", ".venv", "static", "dist", "build"})
GROUND = frozenset({"kernel", "doors"})  # parts of the staircase that are no rooms

type Definition = (
    ast.ClassDef
    | ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Assign
    | ast.AnnAssign
    | ast.TypeAlias
)
type Known = Definition | tuple[str, str]  # made here, or (module, name) that it is imported from


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file."""

    path: str  # relative to the root, with slashes
    module: str  # as it is imported
    text: str
    tree: ast.Module
    names: dict[str, Known]

    @property
    def parts(self) -> tuple[str, ...]:
        """Split the path; the last part is the file's name."""
        return tuple(self.path.split("/"))

    @property
    def room(self) -> str | None:
        """Name the room that the file stands in. None: kernel, doors, or outside ``mall``."""
        top, *rest = self.parts
        is_room = top == "mall" and len(rest) > 1 and rest[0] not in GROUND
        return rest[0] if is_room else None

    @property
    def is_test(self) -> bool:
        """Tell whether the file belongs to tests."""
        return "tests" in self.parts or self.parts[-1] == "conftest.py"

    @property
    def is_simulator(self) -> bool:
        """Tell whether the file plays a stranger: a program of its own beside the mall."""
        return any(part.removesuffix(".py") == "simulator" for part in self.parts)

    @property
    def is_rules(self) -> bool:
        """Tell whether the file holds rules."""
        return self.parts[-1] == "rules.py" or "rules" in self.parts[:-1]


@dataclass(frozen=True, slots=True)
class House:
    """All files below a root."""

    root: Path
    sources: dict[str, Source] = field(default_factory=dict[str, Source])  # by module
    unreadable: list[Fault] = field(default_factory=list[Fault])

    def __iter__(self) -> Iterator[Source]:
        return iter(self.sources.values())

    @property
    def rooms(self) -> list[str]:
        """List the rooms that have a face."""
        names = (module.split(".") for module in self.sources if module.count(".") == 1)
        return sorted(
            name
            for top, name in names
            if top == "mall"
            and name not in GROUND
            and self.sources[f"mall.{name}"].parts[-1] == "__init__.py"
        )

    def of_room(self, room: str) -> list[Source]:
        """List the files of a room, without its tests."""
        return [source for source in self if source.room == room and not source.is_test]

    def find(self, module: str, name: str) -> tuple[Source, Definition] | None:
        """Find where a name that ``module`` knows is defined, following imports. None: outside."""
        source = self.sources.get(module)
        if source is None:
            return None
        match source.names.get(name):
            case None:
                return None
            case (origin, as_named):
                return self.find(origin, as_named) if origin != module else None
            case definition:
                return source, definition


def read(root: Path) -> House:
    """Read every Python file of the house. Files that cannot be parsed are faults."""
    house = House(root)
    for path in _python_files(root):
        relative = path.relative_to(root).as_posix()
        module = relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        text = path.read_text(encoding="utf-8")
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            house.unreadable.append(
                Fault(relative, error.lineno or 1, f"cannot be parsed: {error.msg}", "mend it")
            )
            continue
        house.sources[module] = Source(relative, module, text, tree, _names(tree))
    return house


def files(root: Path, *suffixes: str) -> Iterator[Path]:
    """Give our own files below ``root`` with one of the suffixes, in order."""
    for folder, folders, names in root.walk():
        folders[:] = sorted(f for f in folders if f not in NOT_OURS and not f.startswith("."))
        yield from (folder / name for name in sorted(names) if name.endswith(suffixes))


def staircase(root: Path) -> list[list[str]]:
    """Read the staircase from ``pyproject.toml``: top to bottom, rooms on one line together."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers: list[str] = next(c["layers"] for c in contracts if c.get("containers") == ["mall"])
    return [[name.strip(" ()") for name in layer.split("|")] for layer in layers]


def doc_line(node: ast.Module | Definition) -> str:
    """Give the first line of a docstring; empty when there is none."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.TypeAlias):
        return ""
    return (ast.get_docstring(node) or "").partition("\n")[0]


def last_name(node: ast.AST) -> str:
    """Give the last word of ``a.b.c``; empty for what is no name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _names(tree: ast.Module) -> dict[str, Known]:
    """Tell what the names of a module stand for."""
    known = dict[str, Known]()
    for node in tree.body:
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                known[node.name] = node
            case ast.TypeAlias():
                known[last_name(node.name)] = node
            case ast.Assign():
                known |= {last_name(target): node for target in node.targets}
            case ast.AnnAssign():
                known[last_name(node.target)] = node
            case ast.ImportFrom(module=str(module)):
                known |= {alias.asname or alias.name: (module, alias.name) for alias in node.names}
            case _:
                pass
    return known


def _python_files(root: Path) -> Iterator[Path]:
    for name in CODE:
        place = root / name
        if place.is_file():
            yield place
        elif place.is_dir():
            yield from files(place, ".py")
