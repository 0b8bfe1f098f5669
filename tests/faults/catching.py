"""Catches what the payment simulator sends to the mall, and lets it through or keeps it back."""

import http.client
import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.waiting import eventually

_PATIENCE = 30.0  # seconds, for one notification
_OF_THE_CONNECTION = {"host", "content-length", "connection", "accept-encoding"}


@dataclass(frozen=True, slots=True)
class Caught:
    """A genuine notification as it was sent."""

    path: str
    headers: Mapping[str, str]  # without those of the connection
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        """What it says."""
        return json.loads(self.body)


class Catcher:
    """Stands where notifications go, so it must be there before the simulator is."""

    def __init__(self) -> None:
        """Listen; nothing is let through before it is known where to."""
        self.caught = list[Caught]()
        self._port: int | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where the simulator should send everything."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def pass_on_to(self, port: int | None) -> None:
        """Let through what comes from now on, to a port of this machine; None: keep it."""
        self._port = port

    @contextmanager
    def keeping(self) -> Generator[None]:
        """Let nothing through inside the ``with``; the simulator believes that it arrived."""
        before, self._port = self._port, None
        try:
            yield
        finally:
            self._port = before

    def wait_for(self, kind: str, out_trade_no: str, *, after: int = 0) -> Caught:
        """Wait for the notification of a kind about a payment; ``after`` so many were caught."""

        def caught() -> Caught | None:
            for one in self.caught[after:]:
                told = one.told
                about = told.get("trade") or told["refund"]
                if (told["type"], about["out_trade_no"]) == (kind, out_trade_no):
                    return one
            return None

        def others() -> str:
            return f"no {kind} of {out_trade_no} among {len(self.caught)}"

        return eventually(caught, _PATIENCE, every=0.02, why=others)

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        catcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                own = {
                    name: value
                    for name, value in self.headers.items()
                    if name.lower() not in _OF_THE_CONNECTION
                }
                catcher.caught.append(Caught(self.path, own, body))
                status = catcher.pass_on(self.path, dict(self.headers), body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: every failure is an answer."""

        return Handler

    def pass_on(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """Let one through, and give the answer; what is kept was taken as far as anybody sees."""
        if self._port is None:
            return 200
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("POST", path, body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 502
        finally:
            connection.close()
