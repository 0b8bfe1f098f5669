"""Styles, script and icons: built once, held in memory, served as things that never change."""

import gzip
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from litestar.types import HTTPResponseStartEvent, HTTPScope, Send

_ZIPPED = {".css", ".js", ".svg", ".json", ".html", ".map", ".webmanifest", ".txt"}
_YEAR = b"public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _File:
    headers: list[tuple[bytes, bytes]]
    body: bytes
    zipped: bytes | None


class StaticFiles:
    """The built files of a folder, by their address below ``/assets/``."""

    def __init__(self, folder: Path) -> None:
        """Read everything; names carry a hash of their content, so nothing is read again."""
        self._files = {
            f"/assets/{path.relative_to(folder).as_posix()}": _load(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix != ".map"
        }

    async def serve(self, scope: HTTPScope, send: Send) -> None:
        """Answer with a file, or with 404."""
        found = self._files.get(scope["path"])
        if found is None:
            headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
            await _answer(send, 404, headers, b"not found")
            return
        headers, body = found.headers, found.body
        if found.zipped and any(
            name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"]
        ):
            headers, body = [*headers, (b"content-encoding", b"gzip")], found.zipped
        await _answer(send, 200, headers, body)


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    start: HTTPResponseStartEvent = {
        "type": "http.response.start",
        "status": status,
        "headers": [*headers, length],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _load(path: Path) -> _File:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind.endswith(("javascript", "json", "svg+xml")):
        kind += "; charset=utf-8"
    body = path.read_bytes()
    zipped = gzip.compress(body, 9) if path.suffix in _ZIPPED and len(body) > 500 else None
    headers = [
        (b"content-type", kind.encode()),
        (b"cache-control", _YEAR),
        (b"vary", b"accept-encoding"),
        (b"x-content-type-options", b"nosniff"),
    ]
    return _File(headers, body, zipped)
