"""Answers are kept for a moment, and never more of them than fit."""

import pytest
from litestar.types import HTTPResponseStartEvent

from mall.doors import micro_cache
from mall.doors.micro_cache import Kept, Key, MicroCache

START: HTTPResponseStartEvent = {"type": "http.response.start", "status": 200, "headers": []}


def key(path: str = "/", mall: str = "demo", zipped: bool = False) -> Key:
    return (mall, path, b"", "zh-CN", zipped)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(micro_cache, "monotonic", lambda: now[0])
    return now


def test_an_answer_is_given_again_until_its_second_is_over(clock: list[float]) -> None:
    kept = MicroCache()
    kept.put(key(), Kept(START, b"hello", 1))
    found = kept.get(key())
    assert found is not None and found.body == b"hello"
    clock[0] += 1
    assert kept.get(key()) is None


def test_an_answer_may_be_renewed_for_a_minute(clock: list[float]) -> None:
    kept = MicroCache()
    assert kept.stale(key()) is None
    kept.put(key(), Kept(START, b"hello", 1))
    for _ in range(59):
        clock[0] += 1
        stale = kept.stale(key())
        assert kept.get(key()) is None and stale is not None
        kept.renew(stale)
        assert kept.get(key()) is stale
    clock[0] += 1
    assert kept.get(key()) is None and kept.stale(key()) is None


def test_nobody_gets_the_answer_of_another_mall_language_or_encoding(clock: list[float]) -> None:
    kept = MicroCache()
    kept.put(key(), Kept(START, b"hello", 1))
    assert kept.get(key(mall="tea")) is None
    assert kept.get(key(zipped=True)) is None
    assert kept.get(key("/p/tea")) is None


def test_more_than_fits_makes_room_by_forgetting(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(micro_cache, "_BYTES_AT_MOST", 10)
    kept = MicroCache()
    kept.put(key("/a"), Kept(START, b"12345", 1))
    kept.put(key("/a"), Kept(START, b"54321", 1))  # in place of the first: not counted twice
    kept.put(key("/b"), Kept(START, b"12345", 1))
    assert kept.get(key("/a")) is not None
    kept.put(key("/c"), Kept(START, b"1", 1))
    assert kept.get(key("/a")) is None and kept.get(key("/b")) is None
    assert kept.get(key("/c")) is not None
