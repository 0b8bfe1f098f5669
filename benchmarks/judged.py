"""What clients were told, and what the checker of tests/faults says to it afterwards."""

from collections import defaultdict
from pathlib import Path
from secrets import token_hex

import msgspec

from benchmarks.clients import Client
from benchmarks.running import HOST, Running
from mall.doors.postgres import libpq
from tests.faults.checker import Entry, judge, make_reader, table

type _Note = tuple[float, float, str, bytes]  # asked and answered at, key, answer


class Notes:
    """Orders that clients were told of, in memory while they are measured, then on paper."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._of = defaultdict[Client, list[_Note]](list)

    def add(self, client: Client, began: float, ended: float, key: str, answer: bytes) -> None:
        """Remember one order. Times are of the monotonic clock."""
        self._of[client].append((began, ended, key, answer))

    def write(self, folder: Path) -> None:
        """Write the histories that the checker reads, one a client, and forget them."""
        for number, notes in enumerate(self._of.values()):
            name = f"client-{number}"
            with (folder / f"{name}.jsonl").open("wb") as file:
                for seq, note in enumerate(notes):
                    file.writelines(
                        msgspec.json.encode(one) + b"\n" for one in _pair(name, seq, note)
                    )
        self._of.clear()


def _pair(name: str, seq: int, note: _Note) -> tuple[Entry, Entry]:
    began, ended, key, answer = note
    told = msgspec.json.decode(answer)
    asked = Entry(name, seq, "place", HOST, began, key=key)
    return asked, msgspec.structs.replace(
        asked,
        ended=ended,
        outcome="ok",
        status=201,
        number=told["number"],
        amount_minor=told["payable_minor"],
        currency=told["currency"],
    )


def check(mall: Running, history: Path) -> int:
    """Let the checker judge what a run has left; gives the number of findings.

    The mall was opened with ``pays``: there is a ledger, be it empty.
    """
    password = token_hex()
    with mall.cluster.connect("mall") as rows:
        role = make_reader(rows, "mall", password)
    reader = libpq(mall.cluster.url(role, password, "mall"))
    ledger = mall.data / "pay" / "ledger.sqlite3"
    verdicts = judge(reader, history, str(ledger), patience=0)
    print(table(verdicts))
    return sum(len(one.findings) for one in verdicts)
