"""Refusals of wrong fields name the field."""

import msgspec
import pytest
from litestar.exceptions import InternalServerException

from mall.doors.problems import Broken, as_problem
from mall.kernel.problems import InvalidFields


class _Body(msgspec.Struct):
    language: int


class _Call(msgspec.Struct):
    data: _Body
    now: int


def _failure(**given: object) -> Exception:
    try:
        with pytest.raises(msgspec.ValidationError) as wrong:
            msgspec.convert(given, _Call)
        raise InternalServerException from wrong.value
    except InternalServerException as failure:
        return failure


def test_a_wrong_field_called_like_something_given_is_the_callers_mistake() -> None:
    problem = as_problem(_failure(data={"language": "x"}, now=1))
    assert isinstance(problem, InvalidFields)
    assert [error.path for error in problem.errors] == ["language"]


def test_a_wrong_gift_of_the_doors_is_a_bug() -> None:
    assert isinstance(as_problem(_failure(data={"language": 1}, now="x")), Broken)
