"""Import-linter contracts of this house; ``pyproject.toml`` says what they apply to."""

from collections.abc import Iterator
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

type Import = tuple[str, str]  # who imports, what is imported


class HouseContract(Contract):
    """A contract over direct imports, each of them judged alone."""

    advice = ""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect the imports that this contract does not allow, with their lines."""
        broken = sorted(
            f"{importer} -> {imported} (l.{_line(graph, importer, imported)})"
            for importer, imported in _imports(graph)
            if self.breaks(importer, imported)
        )
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def breaks(self, importer: str, imported: str) -> bool:
        """Tell whether this import is against the contract."""
        raise NotImplementedError

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name every import with what to do about it."""
        for line in check.metadata["broken"]:
            output.print_error(f"- {line}: {self.advice}")


class FacesContract(HouseContract):
    """From outside a room only the room itself may be imported.

    The doors may also import what a room hangs out for them. The kernel has no face: it is open.
    A test may use what another room's tests are made with.
    """

    advice = "import the room's face instead"
    container = fields.StringField()
    doors = fields.StringField()
    kernel = fields.StringField()
    hung_out_for_doors = fields.ListField(subfield=fields.StringField())

    def breaks(self, importer: str, imported: str) -> bool:
        """Tell whether somebody climbs in through a window."""
        prefix = f"{self.container}."
        if not (importer.startswith(prefix) and imported.startswith(prefix)):
            return False
        (room_from, *_), (room_to, *inside) = (
            name.removeprefix(prefix).split(".") for name in (importer, imported)
        )
        if room_from == room_to or not inside or room_to == self.kernel:
            return False
        if inside[0] == "tests" and ".tests." in importer:
            return False
        hung_out: Any = self.hung_out_for_doors
        return not (room_from == self.doors and inside[0] in hung_out)


class InsideContract(HouseContract):
    """In every room the files import downwards only, in one order for all rooms.

    ``layers`` runs from top to bottom; files on one line separated by ``|`` do not see each other,
    by ``:`` they do. Only the top line and tests may use the room's own face.
    """

    advice = "inside a room imports go down this order only"
    container = fields.StringField()
    not_rooms = fields.ListField(subfield=fields.StringField())
    layers = fields.ListField(subfield=fields.StringField())

    def breaks(self, importer: str, imported: str) -> bool:
        """Tell whether a file imports one above it, or its own room's face."""
        top, room, file, *_ = [*importer.split("."), "", "", ""]
        top_to, room_to, file_to, *_ = [*imported.split("."), "", "", ""]
        not_rooms: Any = self.not_rooms
        if (top, room) != (top_to, room_to) or top != self.container or room in not_rooms:
            return False
        steps = self._steps()
        if file not in steps or file == file_to:
            return False
        height, _ = steps[file]
        if not file_to:
            return height > 0
        height_to, sees_neighbours = steps.get(file_to, (height, True))
        return height_to < height or (height_to == height and not sees_neighbours)

    def _steps(self) -> dict[str, tuple[int, bool]]:
        layers: Any = self.layers
        return {
            name.strip(): (height, ":" in layer)
            for height, layer in enumerate(layers)
            for name in layer.replace(":", "|").split("|")
        }


class SimulatorContract(HouseContract):
    """A simulator and the mall know each other over the wire only.

    ``simulators`` is the name of their modules. Tests may import them, to start them.
    """

    advice = "a simulator shares no code with the mall"
    simulators = fields.StringField()

    def breaks(self, importer: str, imported: str) -> bool:
        """Tell whether an import crosses the border of a simulator, in either direction."""
        inside, inside_to = self._border(importer), self._border(imported)
        if inside == inside_to or "tests" in importer.split("."):
            return False
        root = importer.split(".")[0]
        return imported.split(".")[0] == root

    def _border(self, module: str) -> str | None:
        parts = module.split(".")
        if self.simulators not in parts:
            return None
        return ".".join(parts[: parts.index(str(self.simulators)) + 1])


def _imports(graph: ImportGraph) -> Iterator[Import]:
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            yield importer, imported


def _line(graph: ImportGraph, importer: str, imported: str) -> int:
    details = graph.get_import_details(importer=importer, imported=imported)
    return details[0]["line_number"] if details else 0
