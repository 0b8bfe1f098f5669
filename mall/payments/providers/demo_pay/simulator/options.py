"""What the command line and the environment say."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Options:
    """How this provider is run."""

    host: str  # address to listen on
    port: int
    data: Path  # the folder of the ledger
    secret: bytes  # the keys of the merchants come from it
    public: str  # address of the cashier, as browsers reach it
    notify: str | None  # where all notifications go, host header kept; None: where they say
    notify_delays: tuple[float, ...]  # seconds before each try
    refund_seconds: float  # how long a refund takes


def parsed(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> Options:
    """Read the options; ends the process with one sentence when one is missing."""
    beside = int(environ.get("MALL_PORT") or 8000)
    home = environ.get("MALL_SUPERVISED") or environ.get("MALL_DATA") or ".mall"
    parser = argparse.ArgumentParser(prog="demo_pay simulator")
    parser.add_argument("--host", default=environ.get("MALL_HOST") or "127.0.0.1")
    parser.add_argument("--port", type=int, default=int(environ.get("MALL_PAY_PORT") or beside + 1))
    parser.add_argument("--data", type=Path, default=Path(home) / "pay")
    parser.add_argument("--secret", default=environ.get("MALL_PAY_SECRET") or "", help="hex")
    parser.add_argument("--public", default=environ.get("MALL_PAY_PUBLIC_URL") or "")
    parser.add_argument(
        "--notify-base",
        default=environ.get("MALL_PAY_NOTIFY_BASE") or f"http://127.0.0.1:{beside}",
        help="'' sends notifications where their addresses say",
    )
    delays = environ.get("MALL_PAY_NOTIFY_DELAYS") or "0,15,30,180,600,1200,1800,3600"
    parser.add_argument("--notify-delays", default=delays, help="seconds, by comma")
    seconds = float(environ.get("MALL_PAY_REFUND_SECONDS") or 3)
    parser.add_argument("--refund-seconds", type=float, default=seconds)
    given = parser.parse_args(arguments)
    if not given.secret:
        parser.error("MALL_PAY_SECRET is not set: 32 bytes in hex, the same that the mall has")
    if given.notify_base and not urlsplit(str(given.notify_base)).hostname:
        parser.error("--notify-base is not an address")
    domain = environ.get("MALL_DOMAIN") or "localhost"
    return Options(
        host=given.host,
        port=given.port,
        data=given.data,
        secret=bytes.fromhex(given.secret),
        public=(given.public or f"http://{domain}:{given.port}").rstrip("/"),
        notify=given.notify_base.rstrip("/") or None,
        notify_delays=tuple(float(part) for part in given.notify_delays.split(",")),
        refund_seconds=given.refund_seconds,
    )
