"""Pages written from the code: rooms, the staircase, the problems, and who may use what."""

import ast
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tools.architecture import endpoints, faces, permissions, problems
from tools.architecture.fault import Fault
from tools.architecture.house import House, doc_line, staircase

ROOMS = "docs/rooms"
PROBLEMS = "docs/problems.md"
NOTE = "<!-- Written by `python -m tools.architecture write` from the code; change the code. -->\n"
SECTIONS = {
    "change": "Changes, in the caller's transaction",
    "question": "Questions",
    "rule": "Rules and plain functions",
    "value": "Values",
    "constant": "Constants",
    "event": "Events",
    "problem": "Problems",
    "outside": "Passed on",
}


def faults(house: House) -> Iterator[Fault]:
    """Compare the pages with what the code would write now."""
    do = "run `python -m tools.architecture write`"
    wanted = pages(house)
    for path, text in wanted.items():
        file = house.root / path
        if not file.is_file():
            yield Fault(path, 1, "the page is missing", do)
        elif file.read_text(encoding="utf-8") != text:
            yield Fault(path, 1, "the page is older than the code", do)
    for path in _left_over(house, wanted):
        yield Fault(path, 1, "the page is about a room that is gone", do)


def write(house: House) -> list[str]:
    """Write what is missing or old, remove what is left over; list the paths that changed."""
    changed = list[str]()
    wanted = pages(house)
    for path, text in wanted.items():
        file = house.root / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            changed.append(path)
    for path in _left_over(house, wanted):
        Path(house.root, path).unlink()
        changed.append(path)
    return changed


def pages(house: House) -> dict[str, str]:
    """Write every page, by path."""
    written = {f"{ROOMS}/{room}.md": room_page(house, room) for room in house.rooms}
    written[f"{ROOMS}/README.md"] = staircase_page(house)
    written[PROBLEMS] = problems_page(house)
    if (house.root / endpoints.WEB).is_file():
        with suppress(Exception):  # an application that cannot be built is named by its own guard
            written[permissions.PAGE] = NOTE + "\n" + permissions.page(endpoints.application())
    return written


def room_page(house: House, room: str) -> str:
    """Write the page of one room: what its face shows."""
    face = house.sources[f"mall.{room}"]
    lines = [NOTE, f"# {room}\n"]
    for part in (ast.get_docstring(face.tree) or "").split("\n\n"):
        told = part.strip().startswith(("hears", "announces"))
        lines.append(f"```text\n{part}\n```\n" if told else f"{part}\n")
    names = faces.names(house, room)
    for kind, title in SECTIONS.items():
        of_kind = [name for name in names if name.kind == kind]
        if of_kind and kind not in {"event", "problem"}:
            lines += [f"## {title}\n", *_name_lines(of_kind)]
    lines += [*_event_lines(house, room), *_hearing_lines(house, room)]
    if found := [one for one in problems.refusals(house) if one.source.room == room]:
        lines.append("## Problems\n")
        lines += [f"- `{p.code}` ({p.status}) `{p.name}` — {p.why}" for p in found]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _name_lines(names: list[faces.Name]) -> Iterator[str]:
    for name in names:
        says = f" — {name.says}" if name.says else ""
        yield f"- `{name.name}{name.signature}`{says}"
    yield ""


def _event_lines(house: House, room: str) -> Iterator[str]:
    everything = [one for other in house.rooms for one in faces.hearings(house, other)]
    if announced := faces.events(house, room):
        yield "## Announces\n"
        for event in announced:
            heard = [f"{h.room}.{h.reaction}" for h in everything if h.event == event]
            by = f" Heard by {', '.join(f'`{name}`' for name in heard)}." if heard else ""
            yield f"- `{event.name}` (`{event.stored_as}`) — {event.says}{by}"
        yield ""


def _hearing_lines(house: House, room: str) -> Iterator[str]:
    if heard := faces.hearings(house, room):
        yield "## Hears\n"
        for one in heard:
            yield f"- `{one.event.owner}.{one.event.name}` → `{one.reaction}`: {one.says}"
        yield ""


def staircase_page(house: House) -> str:
    """Write the index: the staircase from top to bottom; rooms on one line do not see each other.

    Rooms that have a place and are not built yet are left out.
    """
    lines = [NOTE, "# The staircase\n", "Imports and calls go down only.\n"]
    for step in staircase(house.root):
        told = list[str]()
        for room in step:
            face = house.sources.get(f"mall.{room}")
            if face is not None:
                link = f"[{room}]({room}.md)" if room in house.rooms else room
                told.append(f"**{link}** {doc_line(face.tree)}")
        if told:
            lines.append(f"1. {'<br>'.join(told)}")
    return "\n".join(lines) + "\n"


def problems_page(house: House) -> str:
    """Write the catalogue of everything that the mall may refuse."""
    lines = [
        NOTE,
        "# Problems\n",
        "Every refusal is an `application/problem+json` with a stable `code`, the fields named "
        "here, and a text in the reader's language.\n",
        "| code | status | 中文 | English | fields |",
        "|---|---|---|---|---|",
    ]
    for one in problems.refusals(house):
        fields = ", ".join(f"`{name}: {kind}`" for name, kind in one.fields.items()) or "-"
        texts = [one.texts.get(language, "") for language in problems.LANGUAGES]
        cells = [f"`{one.code}`", str(one.status), *texts, fields]
        lines.append(f"| {' | '.join(cell.replace('|', '\\|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _left_over(house: House, wanted: dict[str, str]) -> list[str]:
    there = sorted((house.root / ROOMS).glob("*.md"))
    paths = [path.relative_to(house.root).as_posix() for path in there]
    return [path for path in paths if path not in wanted]
