"""The HTTP of the provider: a thread a connection, few and small."""

import ipaddress
import logging
import os
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from . import cashier, faults
from .api import Answer, Api
from .asking import Refusal
from .clock import Clock
from .ledger import Ledger
from .notices import Courier, Outbox
from .options import Options
from .trading import Trading
from .words import WORDS, language_of

log = logging.getLogger("demo_pay")

_LONGEST = 64_000  # bytes of a request
_LATE_SECONDS, _UNKNOWN_CALLS = 60.0, 3
_STEP = 0.2


class Provider:
    """Everything of one run."""

    def __init__(self, options: Options) -> None:
        """Open the ledger and start to carry what waits there."""
        self.clock = Clock()
        self.ledger = Ledger(options.data)
        outbox = Outbox(self.ledger, self.clock, len(options.notify_delays))
        self.trading = Trading(
            self.ledger, outbox, self.clock, options.public, options.refund_seconds
        )
        self.api = Api(options, self.ledger, self.trading, self.clock)
        self._courier = Courier(
            self.ledger, self.clock, options.secret, options.notify, options.notify_delays
        )
        self._ended = threading.Event()
        for work in (self._courier.run, self._end_refunds):
            threading.Thread(target=_or_end_the_process, args=(work,), daemon=True).start()

    def end(self) -> None:
        """Stop the threads; what waits is in the ledger."""
        self._ended.set()
        self._courier.end()

    def _end_refunds(self) -> None:
        while not self._ended.wait(_STEP):
            self.trading.end_due_refunds()


def _or_end_the_process(work: Callable[[], None]) -> None:
    """Work; a provider that carries nothing any more must not look alive."""
    try:
        work()
    except BaseException:
        log.exception("this provider cannot go on")
        os._exit(1)


class Server(ThreadingHTTPServer):
    """Listens; connections end with the process."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], provider: Provider) -> None:
        """Listen at the address."""
        self.provider = provider
        super().__init__(address, Handler)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride] - it is ours

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer(b"")

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer a POST."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _LONGEST:
            if length.isdigit():  # read on a little: who is still sending does not hear an answer
                self.rfile.read(min(int(length), 1_000_000))
            self._send(413, b"", {"Connection": "close"})  # else it would be used once more
            return
        self._answer(self.rfile.read(int(length)))

    def log_message(self, format: str, *args: object) -> None:
        """Log at a low level: addresses of cashier pages are secrets."""
        log.debug(format, *args)

    def _answer(self, body: bytes) -> None:
        try:
            self._send(*self._route(body))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _route(self, body: bytes) -> Answer:
        provider, path = self.server.provider, urlsplit(self.path).path
        if path == "/health":
            return 200, b'{"status": "ok"}', {"Content-Type": "application/json"}
        if path.startswith("/v1/"):
            return provider.api.call(self.command, self.path, self._header, body)
        if path.startswith("/control/"):
            if not ipaddress.ip_address(self.client_address[0]).is_loopback:
                return 403, b"", {}
            return provider.api.control(self.command, self.path, body)
        if path.startswith("/cashier/") and self.command in {"GET", "POST"}:
            return self._cashier(path.removeprefix("/cashier/"), body)
        return 404, b"", {}

    def _header(self, name: str) -> str:
        return self.headers.get(name, "")

    def _cashier(self, token: str, body: bytes) -> Answer:
        asked = parse_qs(urlsplit(self.path).query)
        language = language_of(asked.get("lang", [""])[0], self._header("Accept-Language"))
        provider = self.server.provider
        if self.command == "POST":
            return self._pay(token, language, parse_qs(body.decode(errors="replace")))
        note = WORDS[language]["forged_done"] if "forged" in asked else ""
        page = cashier.page_of(
            provider.trading.by_token(token), language, provider.clock.now(), note
        )
        return page.status, page.body, page.headers

    def _pay(self, token: str, language: str, form: dict[str, list[str]]) -> Answer:
        provider = self.server.provider
        method = form.get("method", [cashier.METHODS[0]])[0]
        kind = form.get("fault", ["none"])[0]
        if method not in cashier.METHODS or kind not in {"none", *cashier.DRILLS}:
            note, now = WORDS[language]["no_choice"], provider.clock.now()
            page = cashier.page_of(provider.trading.by_token(token), language, now, note)
            return 422 if page.status == 200 else page.status, page.body, page.headers
        fault = faults.Fault(kind, _LATE_SECONDS) if kind in faults.PAYMENT else None
        try:
            trade = provider.trading.pay(token, method, fault)
        except Refusal:
            page = cashier.page_of(None, language, provider.clock.now())
            return page.status, page.body, page.headers
        if kind == "unknown":
            merchant = trade["merchant"]
            faults.order(provider.ledger, kind, merchant=merchant, count=_UNKNOWN_CALLS, seconds=0)
        forged = "&forged=1" if kind == "forged" else ""
        return 303, b"", {"Location": f"/cashier/{token}?lang={language}{forged}"}

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
