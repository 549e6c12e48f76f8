"""From errors raised on purpose to HTTP answers; the only place that knows both."""

import logging
from http import HTTPStatus
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.exceptions import HTTPException

from api.access import may
from api.headers import HEADERS
from api.visitor import visitor
from api.waiting import BeingComputed
from api.whom import administrators
from data.settings import settings
from gis.errors import LandStockError
from maps.viewer import render

PROBLEM = "application/problem+json"
INVALID_CODES = {"unknown-sort", "rule-not-in-force"}
NOT_FOUND_CODES = {
    "nothing-published", "no-such-run", "no-such-tile", "park-not-found", "parcel-not-found", "job-not-found",
    "delivery-not-found", "finding-not-found", "sign-on-not-set", "no-such-list", "view-not-found", "export-not-found",
    "no-such-basemap", "no-basemap-tile",
}  # fmt: skip
OTHER_STATUS = {
    "other-origin": 403,
    "no-rights": 403,
    "approval-needed": 403,
    "purpose-needed": 403,
    "cannot-decide": 409,
    "same-person": 403,
    "reasons-missing": 422,
    "not-checked": 409,
    "not-signed-in": 401,
    "plain-from-afar": 403,
    "sign-in-refused": 401,
    "sign-on-refused": 401,
    "sign-in-locked": 429,
    "job-busy": 409,
    "job-not-ready": 409,
    "basemap-unreachable": 502,
    "upload-too-large": 413,
    "body-too-large": 413,
    "body-too-slow": 408,
}
BY_EXIT_CODE = {2: 422, 3: 503}  # wrong usage; the environment
UNREACHABLE = {
    "zh": "数据库暂时无法连接。请稍后重试；`landstock doctor` 可查看原因。",
    "en": "The database cannot be reached at the moment. Try again; `landstock doctor` says why.",
}
FAILED = {
    "zh": "请求未能完成。原因见服务器日志。",
    "en": "The request failed. The log of the server holds the reason.",
}
NO_TEXT = {
    "zh": "内容含有文本中不允许的字符（NUL，0x00）。请去掉后重新提交。",
    "en": "What was sent holds a character that no text has (NUL, 0x00). Take it out and send it again.",
}
_UNTRANSLATABLE = "22P05"  # SQLSTATE of the same character inside JSON
log = logging.getLogger("landstock")


def status_of_error(error: LandStockError) -> int:
    """Return the HTTP status of an error raised on purpose."""
    if error.code in NOT_FOUND_CODES:
        return 404
    if error.code in OTHER_STATUS:
        return OTHER_STATUS[error.code]
    return 422 if error.code in INVALID_CODES else BY_EXIT_CODE.get(error.exit_code, 500)


def seen_by(request: Request) -> dict[str, Any]:
    """Return what every page is told of the person who looks at it: who it is, and which paths it may ask for."""
    me = getattr(request.state, "me", None)
    return {
        "me": me,
        "approvals_on": bool(settings().two_person),
        "may": lambda path, method="GET": me is not None and may(me.role, path, method),
    }


def wants_page(request: Request) -> bool:
    """Say whether a person in a browser asked, and not a program."""
    machine = request.url.path.startswith(("/api/v1", "/tiles", "/ogc", "/healthz", "/readyz"))
    asked = "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers
    return not machine and asked


def problem(request: Request, status: int, code: str, detail: str, **more: object) -> Response:
    """Return problem details (RFC 9457), or the same as a page in the visitor's language."""
    title = HTTPStatus(status).phrase
    if not wants_page(request):
        body = {"type": code, "title": title, "status": status, "detail": detail, **more}
        return JSONResponse(body, status, media_type=PROBLEM)
    whom = administrators() if code == "no-rights" else []
    page = _page(request, "error.html", status=status, code=code, detail=detail, administrators=whom)
    return HTMLResponse(page, status)


def _page(request: Request, template: str, **values: object) -> str:
    """Return a page that needs no data, in the visitor's language."""
    here = visitor(request)
    return render(
        template, lang=here.lang, unit=here.unit, frame=None, links=None, current="", visitor=here,
        path=request.url.path, **values, **seen_by(request),
    )  # fmt: skip


def _lang(request: Request) -> Literal["zh", "en"]:
    """Return the visitor's language."""
    return visitor(request).language


def _place(location: tuple[object, ...]) -> str:
    return ".".join(str(part) for part in location if part not in ("query", "path", "body"))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if wants_page(request):
        from api.refusals import refused_filter  # it reads the filter, which asks for errors itself

        form = refused_filter(request, error, visitor(request), **seen_by(request))
        if form is not None:
            return form
    found = [{"field": _place(tuple(e["loc"])), "message": e["msg"]} for e in error.errors()]
    detail = "; ".join(f"{e['field']}: {e['message']}" for e in found)
    return problem(request, 422, "invalid-request", detail, errors=found)


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, LandStockError)
    if isinstance(error, BeingComputed):
        return _being_computed(request, error)
    status = status_of_error(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s: %s", error.code, error)
    return problem(request, status, error.code, error.text(_lang(request)))


def _being_computed(request: Request, error: BeingComputed) -> Response:
    """Answer with a page that opens what was asked for as soon as it can be shown."""
    url = request.url.include_query_params(as_of=error.other.isoformat()) if error.other else None
    page = _page(
        request, "waiting.html", day=error.as_of, done=error.done, total=error.total, other_day=error.other,
        other_link=f"{url.path}?{url.query}" if url else None,
    )  # fmt: skip
    return HTMLResponse(page, HTTPStatus.ACCEPTED, headers={"Cache-Control": "no-store"})


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.headers and "Location" in error.headers:  # another page is the answer, not a fault
        return RedirectResponse(error.headers["Location"], error.status_code)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    return problem(request, error.status_code, code, str(error.detail))


def _value(request: Request, error: Exception) -> Response:
    """Answer for a value that the driver can't send: text with a NUL; anything else is a fault of the program."""
    if "NUL (0x00)" in str(error):
        return problem(request, 422, "no-text", NO_TEXT[_lang(request)])
    return unexpected(request, error)


def _database(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)
    if getattr(error.orig, "pgcode", None) == _UNTRANSLATABLE:
        return problem(request, 422, "no-text", NO_TEXT[_lang(request)])
    log.error("database: %s", error.orig)
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return problem(request, 503, "database-unreachable", UNREACHABLE[_lang(request)])
    return problem(request, 500, "internal", FAILED[_lang(request)])


def unexpected(request: Request, error: Exception) -> Response:
    """Answer for a fault of the program: nothing of it reaches the client."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    answer = problem(request, 500, "internal", FAILED[_lang(request)])
    answer.headers.update(HEADERS)  # sent from outside the application's own layers
    return answer


def answer_for(request: Request, error: Exception) -> Response:
    """Return the answer for an error that came before the routes."""
    if isinstance(error, LandStockError):
        return _ours(request, error)
    if isinstance(error, DBAPIError):
        return _database(request, error)
    return _value(request, error) if isinstance(error, ValueError) else unexpected(request, error)


def install(app: FastAPI) -> None:
    """Answer every error in one form."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(LandStockError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(ValueError, _value)
    app.add_exception_handler(Exception, unexpected)
