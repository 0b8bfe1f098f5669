"""Refusals become HTTP here (RFC 9457), and nowhere else."""

import logging
from typing import Any

import msgspec
import psycopg
from litestar import Request, Response
from litestar.exceptions import (
    ClientException,
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mall.doors.field_errors import body_error, field_errors
from mall.doors.given import give_language
from mall.kernel.i18n import Texts, pick
from mall.kernel.lanes import BatchFailed
from mall.kernel.problems import (
    FieldError,
    Invalid,
    InvalidFields,
    NotAllowed,
    Nothing,
    Problem,
    TooMany,
    Unavailable,
)

log = logging.getLogger("mall.doors")
type AnyRequest = Request[Any, Any, Any]


class Away(Unavailable):
    """The database is away or too busy; nothing is known to have been done."""

    code = "doors.away"
    texts = {
        "zh-CN": "系统正忙，请稍后重试，您的操作不会重复执行",
        "en": "We are busy; please try again in a moment. Nothing will be done twice",
    }


class Malformed(Invalid):
    """The request is not what it claims to be (JSON, form, multipart)."""

    code = "request.malformed"
    texts = {"zh-CN": "请求内容无法读取", "en": "The request cannot be read"}
    status = 400


class TooLong(Invalid):
    """The request's body is longer than the address takes."""

    code = "request.too_long"
    texts = {"zh-CN": "提交的内容过大", "en": "This is more than can be sent at once"}
    status = 413


class WrongMethod(Invalid):
    """The address exists, but not for this verb."""

    code = "request.method_not_allowed"
    texts = {"zh-CN": "该地址不支持这种操作", "en": "This address does not do that"}
    status = 405


class CrossSite(NotAllowed):
    """Another site's page tried to act in a visitor's name."""

    code = "request.cross_site"
    texts = {
        "zh-CN": "该操作来自其他网站，已拒绝；请在本站页面内操作",
        "en": "This came from another site and was refused; please do it on our own pages",
    }


class Broken(Problem):
    """A bug of ours. The log has the rest under the same trace."""

    code = "doors.broken"
    texts = {
        "zh-CN": "系统出错了，我们已记录，请稍后重试",
        "en": "Something broke on our side; it has been logged. Please try again later",
    }
    status = 500


class ProblemBody(msgspec.Struct, kw_only=True, omit_defaults=True):
    """RFC 9457, with our typed fields."""

    type: str
    title: str
    status: int
    code: str
    fields: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    trace: str = ""


def as_problem(failure: BaseException) -> Problem:
    """Find the refusal behind a failure; a bug becomes ``Broken``."""
    if isinstance(failure, Problem):
        return failure
    if isinstance(failure, BatchFailed) and failure.__cause__ is not None:
        return as_problem(failure.__cause__)
    if isinstance(failure, ValidationException):
        return InvalidFields(field_errors(failure))
    if isinstance(failure, InternalServerException):
        wrong = body_error(failure.__cause__)
        return InvalidFields((wrong,)) if wrong else Broken()
    if isinstance(failure, MethodNotAllowedException):
        return WrongMethod()
    if isinstance(failure, NotFoundException):
        return Nothing("page")
    if isinstance(failure, HTTPException) and failure.status_code == TooLong.status:
        return TooLong()
    if isinstance(failure, UnicodeDecodeError):  # a multipart text that is none: bytes, or a file
        return Malformed()
    if isinstance(failure, RecursionError) and "deserializing" in str(failure):  # JSON in JSON in
        return Malformed()
    if isinstance(failure, ClientException) or (
        isinstance(failure, HTTPException) and failure.status_code < 500
    ):
        return Malformed()
    if isinstance(failure, DBAPIError | psycopg.Error | PoolTimeout | TimeoutError):
        if _rubbish_text(failure):
            return Malformed()
        if _is_away(failure):
            return Away(1)
    return Broken()


def _is_away(failure: BaseException) -> bool:
    if isinstance(failure, PoolTimeout | TimeoutError | psycopg.OperationalError):
        return True
    cause = failure.__cause__ or getattr(failure, "orig", None)
    return isinstance(cause, psycopg.OperationalError)


def _rubbish_text(failure: BaseException) -> bool:
    """Tell whether PostgreSQL refused a text that no text column can hold (NUL, lone surrogate)."""
    cause = failure.__cause__ or getattr(failure, "orig", None) or failure
    return isinstance(cause, psycopg.errors.UntranslatableCharacter) or (
        isinstance(cause, psycopg.DataError) and "NUL" in str(cause)
    )


def problem_response(request: AnyRequest, failure: Exception) -> Response[Any]:
    """Turn a failure into ``application/problem+json``."""
    problem = as_problem(failure)
    trace = str(getattr(request.state, "trace", ""))
    if isinstance(problem, Broken):
        log.error("trace %s %s %s", trace, request.method, request.url.path, exc_info=failure)
    language = give_language(request)
    errors = problem.errors if isinstance(problem, InvalidFields) else ()
    body = ProblemBody(
        type=f"/problems/{problem.code}",
        title=problem.text(language),
        status=problem.status,
        code=problem.code,
        fields={} if errors else _plain(problem),
        errors=[_error(error, language) for error in errors],
        trace=trace if isinstance(problem, Broken) else "",
    )
    headers = dict[str, str]()
    if isinstance(problem, TooMany | Unavailable):
        headers["Retry-After"] = str(problem.retry_after_seconds)
    if isinstance(failure, MethodNotAllowedException):
        headers.update(failure.headers or {})
    return Response(
        body,
        status_code=problem.status,
        media_type="application/problem+json",
        headers=headers,
    )


def _plain(problem: Problem) -> dict[str, Any]:
    return msgspec.to_builtins(problem.fields())


def _error(error: FieldError, language: str) -> dict[str, str]:
    texts: Texts = error.texts
    return {"path": error.path, "code": error.code, "message": pick(texts, language)}
