"""Pages read as a browser does: their forms, what each can send, what is said at fields."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source"})
NAMED = frozenset({"input", "select", "textarea"})
BUTTONS = frozenset({"submit", "image", "button", "reset"})
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NUMBER = re.compile(r"(?<=/(?:orders)/)[0-9A-Z-]{6,}|(?<=/pay/)[0-9A-Z-]{6,}")
SLUG = re.compile(r"(?<=^/[cp]/).+")


@dataclass
class Element:
    """An element of a page; ``above`` is what it stands in."""

    tag: str
    attrs: dict[str, str]
    above: "Element | None"
    below: list["Element | str"] = field(default_factory=list["Element | str"])

    @property
    def text(self) -> str:
        """What it says, with everything in it."""
        return "".join(one if isinstance(one, str) else one.text for one in self.below).strip()

    def around(self) -> Iterator["Element"]:
        """List what it stands in, the nearest first."""
        at = self.above
        while at is not None:
            yield at
            at = at.above

    def inside(self) -> Iterator["Element"]:
        """List what stands in it."""
        for one in self.below:
            if isinstance(one, Element):
                yield one
                yield from one.inside()


@dataclass(frozen=True)
class Control:
    """A field of a form. ``values``: what can be chosen; () when one writes."""

    name: str
    kind: str
    value: str
    values: tuple[str, ...]

    @property
    def is_seen(self) -> bool:
        """Tell whether a visitor sees it and can mend what stands in it."""
        return self.kind not in {"hidden", "button"}

    @property
    def place(self) -> int | None:
        """Which of the choices is chosen."""
        return self.place_of(self.value)

    def place_of(self, value: str) -> int | None:
        """Tell which of the choices a value is; their words may change with the language."""
        return self.values.index(value) if value in self.values else None


@dataclass(frozen=True)
class Paper:
    """One way to send one form: as its own address says, or as one of its buttons does."""

    where: str  # the page on which it was found
    verb: str
    action: str
    controls: tuple[Control, ...]

    @property
    def name(self) -> str:
        """How tables call it: the action without the ids in it."""
        path = SLUG.sub("{slug}", NUMBER.sub("{number}", UUID.sub("{id}", self.action)))
        pressed = "".join(f" [{one.name}]" for one in self.controls if one.kind == "button")
        return f"{self.verb} {path}{pressed}"

    @property
    def kind(self) -> tuple[str, frozenset[str]]:
        """What makes it the same form on another page."""
        return self.name, frozenset(one.name for one in self.controls)


class Page(HTMLParser):
    """A page that was answered."""

    def __init__(self, html: str) -> None:
        """Read it whole."""
        super().__init__()
        self.root = Element("page", {}, None)
        self._at = self.root
        self.feed(html)
        self.elements = list(self.root.inside())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        made = Element(tag, {name: value or "" for name, value in attrs}, self._at)
        self._at.below.append(made)
        if tag not in VOID:
            self._at = made

    def handle_endtag(self, tag: str) -> None:
        """Close it, and whatever was left open in it."""
        if tag in {self._at.tag, *(one.tag for one in self._at.around())}:
            while self._at.tag != tag and self._at.above is not None:
                self._at = self._at.above
            self._at = self._at.above or self.root

    def _keep_words(self, data: str) -> None:
        self._at.below.append(data)

    handle_data = _keep_words

    @property
    def language(self) -> str:
        """In which it is written."""
        return next((one.attrs.get("lang", "") for one in self.elements if one.tag == "html"), "")

    def links(self) -> list[str]:
        """List where it leads to within the mall."""
        found = [one.attrs.get("href", "") for one in self.elements if one.tag == "a"]
        return [one.partition("#")[0] for one in found if re.match(r"/(?!/)", one)]

    def papers(self, where: str) -> Iterator[Paper]:
        """List every way to send one of its forms."""
        for form, mine in self.forms:
            controls = _controls(mine)
            buttons = [one for one in mine if _submits(one)]
            typed = any(one.is_seen for one in controls) or not mine
            if typed and all(one.attrs.get("name") for one in buttons):
                buttons.append(Element("button", {}, form))  # sent by a key, or by the script
            for button in buttons:
                sent = (*controls, *_pressed(button))
                attrs = {**form.attrs, **_said_by(button)}
                verb = attrs.get("method", "get").upper()
                yield Paper(where, verb, attrs.get("action") or where.partition("?")[0], sent)

    @cached_property
    def forms(self) -> list[tuple[Element, list[Element]]]:
        """List its forms, each with what belongs to it."""
        named = {one.attrs.get("id"): one for one in self.elements if one.tag == "form"}
        found = {id(one): (one, list[Element]()) for one in self.elements if one.tag == "form"}
        for one in self.elements:
            if one.tag in NAMED or one.tag == "button":
                around = (above for above in one.around() if above.tag == "form")
                form = named.get(one.attrs["form"]) if "form" in one.attrs else next(around, None)
                if form is not None:
                    found[id(form)][1].append(one)
        return list(found.values())

    @cached_property
    def controls(self) -> list[Control]:
        """List the fields of all its forms."""
        return [one for _, mine in self.forms for one in _controls(mine)]

    def errors_at(self, name: str) -> list[str]:
        """List what is said at the fields of a name; "" for a field whose words are nowhere."""
        said = list[str]()
        for control in self.elements:
            if control.attrs.get("name") != name or control.tag not in NAMED:
                continue
            for one in (control, *control.around()):
                if one.attrs.get("aria-invalid") == "true":
                    ids = one.attrs.get("aria-describedby", "").split()
                    said.append(" ".join(self._words_of(id) for id in ids).strip())
                    break
        return said

    def notices(self) -> list[str]:
        """List what is said at the top, or as the whole page when there is nothing else on it."""
        alerts = [one for one in self.elements if one.attrs.get("role") in {"alert", "status"}]
        empty = [one for one in self.elements if "empty" in one.attrs.get("class", "").split()]
        return [one.text for one in (*alerts, *empty) if one.text]

    def keeps(self, control: Control, value: str) -> bool:
        """Tell whether a value stands in a field as it did; there may be no such field any more."""
        found = [one for one in self.controls if one.name == control.name]
        if not found or any(one.value == value for one in found):
            return True
        place = control.place_of(value)
        return place is not None and place in {one.place for one in found}

    def shows(self, name: str) -> bool:
        """Tell whether anything stands in the fields of a name."""
        return any(one.value for one in self.controls if one.name == name)

    def _words_of(self, id: str) -> str:
        return next((one.text for one in self.elements if one.attrs.get("id") == id), "")


def _submits(one: Element) -> bool:
    kinds = {"button": "submit", "input": "text"}
    kind = one.attrs.get("type", kinds.get(one.tag, ""))
    return one.tag in kinds and kind in {"submit", "image"} and "disabled" not in one.attrs


def _said_by(button: Element) -> dict[str, str]:
    said = {"action": "formaction", "method": "formmethod"}
    return {name: button.attrs[own] for name, own in said.items() if own in button.attrs}


def _pressed(button: Element) -> list[Control]:
    name, value = button.attrs.get("name", ""), button.attrs.get("value", "")
    return [Control(name, "button", value, ())] if name else []


def _controls(elements: list[Element]) -> list[Control]:
    """Put boxes and buttons of one name together; their value is what is chosen."""
    found = dict[str, Control]()
    for one in elements:
        name, kind = one.attrs.get("name", ""), one.attrs.get("type", one.tag)
        if one.tag not in NAMED or not name or kind in BUTTONS:
            continue
        known = found.get(name)
        values = known.values if known else ()
        value = one.attrs.get("value", "")
        if one.tag == "textarea":
            value = one.text
        if one.tag == "select":
            offered = [option for option in one.inside() if option.tag == "option"]
            values = tuple(option.attrs.get("value", option.text) for option in offered)
            chosen = [option for option in offered if "selected" in option.attrs] or offered[:1]
            value = chosen[0].attrs.get("value", chosen[0].text) if chosen else ""
        if kind in {"radio", "checkbox"}:
            values = (*values, value)
            value = value if "checked" in one.attrs else known.value if known else ""
        found[name] = Control(name, kind, value, values)
    return list(found.values())
