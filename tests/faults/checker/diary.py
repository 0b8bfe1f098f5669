"""What a client of the mall writes down about itself: the format of histories.

A history is a folder of ``<client>.jsonl`` files, one a client. A line is an ``Entry``; a request
has two of them with the same ``seq``: one before it is sent, one when it is answered or given up.
A request with the first line only was never heard of again, like one that is ``unknown``.
"""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

type Op = Literal["place", "pay", "cancel", "see", "trespass"]
type Outcome = Literal["begun", "ok", "refused", "unknown"]


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request as the client knows it. Times are seconds of the client's monotonic clock.

    ``place`` asks for an order, ``pay`` pays at the provider's cashier, ``cancel`` and ``see`` are
    about an order of one's own, and ``trespass`` asks for what belongs to another mall or person.
    """

    client: str
    seq: int  # counts the requests of the client
    op: Op
    host: str  # of the mall, without the port
    began: float
    ended: float | None = None
    outcome: Outcome = "begun"
    status: int | None = None  # of HTTP; None: there was no answer
    key: str = ""  # the idempotency key
    number: str = ""  # of the order
    amount_minor: int | None = None  # what the order costs, as answered
    currency: str = ""
    asked: Mapping[str, Any] = {}  # the request in a few words, for whoever reads a finding


class Diary:
    """Writes the history of one client; every line is with the system before the call returns."""

    def __init__(self, folder: Path, client: str) -> None:
        """Begin, or go on with, the file of a client."""
        folder.mkdir(parents=True, exist_ok=True)
        self._client, self._seq = client, time.time_ns()  # goes on behind an older file's
        self._file = (folder / f"{client}.jsonl").open("ab", buffering=0)

    def begin(
        self, op: Op, host: str, *, key: str = "", number: str = "", **asked: object
    ) -> Entry:
        """Write that a request is about to be sent."""
        self._seq += 1
        entry = Entry(
            self._client,
            self._seq,
            op,
            host.split(":")[0],
            time.monotonic(),
            key=key,
            number=number,
            asked=asked,
        )
        self._write(entry)
        return entry

    def end(
        self, entry: Entry, status: int | None, answer: Mapping[str, Any] | None = None
    ) -> None:
        """Write what came of it. ``status`` None, or 500 and more: nobody knows.

        ``answer`` may hold ``number``, ``payable_minor`` and ``currency`` of an order.
        """
        told = answer or {}
        self._write(
            msgspec.structs.replace(
                entry,
                ended=time.monotonic(),
                outcome=_outcome(status),
                status=status,
                number=str(told.get("number") or entry.number),
                amount_minor=told.get("payable_minor"),
                currency=str(told.get("currency") or ""),
            )
        )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, entry: Entry) -> None:
        self._file.write(msgspec.json.encode(entry) + b"\n")


def entries(folder: Path) -> Iterator[Entry]:
    """Read the histories of a folder, line by line; a line that was torn by a kill is left out."""
    decoder = msgspec.json.Decoder(Entry)
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    yield decoder.decode(line)


def _outcome(status: int | None) -> Outcome:
    if status is None or status >= 500:
        return "unknown"
    return "ok" if status < 400 else "refused"
