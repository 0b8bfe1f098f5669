"""Requests that came in one piece and are as plain as most are, read without the parser.

The parser calls back for every part of a request, which costs more than reading it. Whatever is not
exactly what is expected here - two headers of a name, a space too many, a body in chunks - is left
to the parser, which alone knows what is right and what is refused.
"""

import re

_HEADERS = re.compile(rb"(?:\r\n[A-Za-z-]+: [!-~](?:[ -~]*[!-~])?)+")
_SPECIAL = frozenset({b"expect", b"te", b"trailer", b"transfer-encoding", b"upgrade"})

type Plain = tuple[dict[bytes, bytes], bytes]  # headers by their names in lower case, body


def read_plain(received: bytes, start: int) -> Plain | None:
    """Read a request whose first line ends at ``start``. None: the parser has to look at it."""
    end = received.find(b"\r\n\r\n", start)
    if end < 0 or _HEADERS.fullmatch(received, start, end) is None:
        return None
    lines = received[start + 2 : end].split(b"\r\n")
    headers: dict[bytes, bytes] = {}
    for line in lines:
        name, _, value = line.partition(b": ")
        headers[name.lower()] = value
    if len(headers) < len(lines) or not _SPECIAL.isdisjoint(headers):
        return None
    if headers.get(b"connection", b"keep-alive").lower() != b"keep-alive":
        return None
    body = received[end + 4 :]
    return (headers, body) if headers.get(b"content-length") == b"%d" % len(body) else None
