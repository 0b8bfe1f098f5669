"""What is read without the parser is read as the parser would have read it."""

from typing import Any, cast

import httptools
from hypothesis import example, given
from hypothesis import strategies as some

from mall.doors.command.plain_requests import read_plain

LINE = b"POST /orders HTTP/1.1"
_NAMES = some.sampled_from(
    [
        *(b"Host", b"host", b"Content-Type", b"Idempotency-Key", b"Cookie", b"X_Y", b"A b", b""),
        *(b"Content-Length", b"content-length", b"Transfer-Encoding", b"TE", b"Trailer"),
        *(b"Connection", b"Upgrade", b"Expect", b"X-\xc3\xa9", b" Host", b"Host "),
    ]
)
_VALUES = some.sampled_from(
    [
        *(b"mall.test", b"application/json", b"a=b; c=d", b"", b" ", b" x", b"x ", b"\tx", b"x\ty"),
        *(b"0", b"2", b"02", b"+2", b"2, 2", b"9" * 5000, b"chunked", b"keep-alive", b"Keep-Alive"),
        *(b"close", b"websocket", b"100-continue"),
        *(b"\xff", b"x\x00y", b"x\ry", b"x\ny", b"x\r\n y"),
    ]
)
_HEADS = some.lists(some.tuples(_NAMES, some.sampled_from([b": ", b":", b" : "]), _VALUES))
_BODIES = some.sampled_from([b"", b"{}", b"{}{}", b"0\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"])


class Heard:
    """What the parser tells of."""

    def __init__(self, received: bytes) -> None:
        self.url, self.body, self.ends = b"", b"", 0
        self.headers = list[tuple[bytes, bytes]]()
        self.parser: Any = httptools.HttpRequestParser(cast("Any", self))
        self.parser.feed_data(received)

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.ends += 1


def written(head: list[tuple[bytes, bytes, bytes]], body: bytes, *, tells: bool) -> bytes:
    lines = [b"".join(parts) for parts in head]
    lines += [b"content-length: %d" % len(body)] if tells else []
    return b"\r\n".join([LINE, *lines, b"", body])


@given(head=_HEADS, body=_BODIES, tells=some.booleans())
@example(head=[(b"Host", b": ", b"x")], body=b"{}", tells=True)
def test_what_is_read_is_what_the_parser_reads(
    head: list[tuple[bytes, bytes, bytes]], body: bytes, tells: bool
) -> None:
    received = written(head, body, tells=tells)
    plain = read_plain(received, len(LINE))
    if plain is None:
        return
    heard = Heard(received)
    assert (list(plain[0].items()), plain[1]) == (heard.headers, heard.body)
    assert heard.ends == 1 and heard.url == b"/orders"
    assert heard.parser.should_keep_alive() and not heard.parser.should_upgrade()


def test_what_programs_send_is_plain() -> None:
    head = [
        (b"Host", b": ", b"demo.localhost:8000"),
        (b"Connection", b": ", b"keep-alive"),
        (b"sec-ch-ua", b": ", b'"Chromium";v="150", "Not=A?Brand";v="24"'),
        (b"Accept-Language", b": ", b"zh-CN,zh;q=0.9"),
        (b"Cookie", b": ", b"mall_shopper=abc; mall_language=zh-CN"),
        (b"Content-Type", b": ", b"application/json"),
    ]
    plain = read_plain(written(head, b"{}", tells=True), len(LINE))
    assert plain is not None and plain[1] == b"{}"
    assert plain[0][b"cookie"] == b"mall_shopper=abc; mall_language=zh-CN"


def test_whatever_is_special_is_left_to_the_parser() -> None:
    for special in (
        b"Transfer-Encoding: chunked",
        b"Expect: 100-continue",
        b"Connection: close",
        b"Connection: upgrade",
        b"Upgrade: h2c",
        b"Content-Length: 2",  # the second one
        b"X-Empty: ",
        b"Folded: one\r\n two",
        b"No colon",
    ):
        received = LINE + b"\r\ncontent-length: 2\r\n" + special + b"\r\n\r\n{}"
        assert read_plain(received, len(LINE)) is None, special
    good = LINE + b"\r\ncontent-length: 2\r\n\r\n{}"
    assert read_plain(good, len(LINE)) is not None
    for piece in (good[:-1], good + b"G", good[: good.index(b"\r\n\r\n")], LINE + b"\r\n\r\n"):
        assert read_plain(piece, len(LINE)) is None, piece
