"""What a room shows: its face, its problems, what it announces and whom it hears."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.architecture.fault import Fault
from tools.architecture.house import Definition, House, Source, doc_line, last_name

_WORD = re.compile(r"[A-Z]\w+")
_LINE = re.compile(r"^\s*(hears|announces)\b(.*)$")


@dataclass(frozen=True, slots=True)
class Name:
    """One name on a face."""

    name: str
    kind: str  # "value", "event", "problem", "action", "question", "function", "constant"
    signature: str  # empty for what is not called
    says: str  # the first line of its docstring


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens, as it is announced."""

    owner: str  # the room
    name: str
    stored_as: str  # "orders.paid.v1"
    says: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """One reaction."""

    event: Event
    room: str
    reaction: str
    says: str


def faults(house: House) -> Iterator[Fault]:
    """Name faces that do not say what they hold, or say what is not so."""
    for room in house.rooms:
        face = house.sources[f"mall.{room}"]
        if not doc_line(face.tree):
            yield Fault(face.path, 1, "the face says nothing", "say what the room is")
        for name in names(house, room):
            if not name.kind:
                what = f"{name.name} is in __all__ and defined nowhere"
                yield Fault(face.path, 1, what, "import it, or take it out")
        told = told_by(face)
        announces = {event.name for event in events(house, room)}
        hears = {one.event.name for one in hearings(house, room)}
        yield from _compared(face, "announces", told["announces"], announces, announces)
        yield from _compared(face, "hears", told["hears"], hears, hears - announces)


def _compared(
    face: Source, verb: str, told: set[str], real: set[str], needed: set[str]
) -> Iterator[Fault]:
    """Compare; what a room hears of itself may be told and need not."""
    if missing := sorted(needed - told):
        what = f"the room {verb} {', '.join(missing)}, and its face does not say so"
        yield Fault(face.path, 1, what, f"add it to the line “{verb}”")
    if too_many := sorted(told - real):
        what = f"the face says that the room {verb} {', '.join(too_many)}, and it does not"
        yield Fault(face.path, 1, what, f"mend the line “{verb}”")


def told_by(face: Source) -> dict[str, set[str]]:
    """Read the lines ``hears`` and ``announces`` of a face; a line goes on until the next."""
    told, verb = dict[str, set[str]](hears=set(), announces=set()), ""
    for line in (ast.get_docstring(face.tree) or "").splitlines():
        if found := _LINE.match(line):
            verb, line = found[1], found[2]
        elif not line.strip():
            verb = ""
        if verb:
            told[verb] |= set(_WORD.findall(line))
    return told


def names(house: House, room: str) -> list[Name]:
    """List what stands in ``__all__``, in order."""
    face = house.sources[f"mall.{room}"]
    listed = face.names.get("__all__")
    value = listed.value if isinstance(listed, ast.Assign) else None
    parts = value.elts if isinstance(value, ast.List | ast.Tuple) else []
    texts = [part.value for part in parts if isinstance(part, ast.Constant)]
    return [_name(house, face, str(text)) for text in texts]


def _name(house: House, face: Source, name: str) -> Name:
    found = house.find(face.module, name)
    if found is None:
        return Name(name, "outside" if isinstance(face.names.get(name), tuple) else "", "", "")
    source, node = found
    return Name(name, _kind(source, node), _signature(node), doc_line(node))


def _kind(source: Source, node: Definition) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        powers = {ast.unparse(a.annotation) for a in node.args.args if a.annotation}
        return "change" if "Tx" in powers else "question" if "Read" in powers else "rule"
    if isinstance(node, ast.ClassDef):
        if any(last_name(base) == "Event" for base in node.bases):
            return "event"
        is_problem = any(isinstance(n, ast.Assign) and "code" in _targets(n) for n in node.body)
        return "problem" if is_problem else "value"
    return "value" if isinstance(node, ast.TypeAlias) else "constant"


def _targets(node: ast.Assign) -> set[str]:
    return {last_name(target) for target in node.targets}


def _signature(node: Definition) -> str:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    gives = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"({ast.unparse(node.args)}){gives}"


def events(house: House, room: str) -> list[Event]:
    """List the events that a room announces."""
    source = house.sources.get(f"mall.{room}.events")
    found = list[Event]()
    for node in source.tree.body if source else ():
        if isinstance(node, ast.ClassDef) and any(last_name(b) == "Event" for b in node.bases):
            stored = [
                n.value.value
                for n in node.body
                if isinstance(n, ast.Assign)
                and "name" in _targets(n)
                and isinstance(n.value, ast.Constant)
            ]
            found.append(Event(room, node.name, str(*stored[:1]), doc_line(node)))
    return found


def hearings(house: House, room: str) -> list[Hearing]:
    """List the reactions of a room, its answers to its own events included."""
    source = house.sources.get(f"mall.{room}.reactions")
    found = list[Hearing]()
    for node in source.tree.body if source else ():
        if source and isinstance(node, ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                match decorator:
                    case ast.Call(func=ast.Name(id="hears"), args=[heard]):
                        event = _event(house, source, heard)
                        found.append(Hearing(event, room, node.name, doc_line(node)))
                    case _:
                        pass
    return found


def _event(house: House, source: Source, heard: ast.expr) -> Event:
    name = last_name(heard)
    if isinstance(heard, ast.Attribute):  # payments.Paid
        owner = last_name(heard.value)
    else:
        known = source.names.get(name)
        owner = known[0].split(".")[1] if isinstance(known, tuple) and "." in known[0] else ""
    return next((e for e in events(house, owner) if e.name == name), Event(owner, name, "", ""))
