"""Public notices of idle land: put up and taken down by approvers."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import clock
from api.deps import VisitorDep
from api.filters import read_day
from api.pages import unframed
from api.visitor import Visitor
from data import notices
from data.models.public_edition import NOTICE_CAUSES
from data.session import transaction
from data.settings import settings
from gis.words import CAUSES

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Words = Annotated[str, Form(max_length=200)]


def _page(request: Request, visitor: Visitor, status: int = 200, **values: Any) -> HTMLResponse:
    with transaction(settings().request_timeout_s) as connection:
        rows = notices.listed(connection)
    causes = {code: CAUSES[code][visitor.language] for code in NOTICE_CAUSES}
    values = {"rows": rows, "causes": causes, "error": "", "typed": {}} | values
    return unframed(request, "notices.html", visitor, "/notices", status, **values)


@router.get("/notices")
def notices_(request: Request, visitor: VisitorDep) -> HTMLResponse:
    """Show the notices that stand and those that were taken down."""
    return _page(request, visitor)


@router.post("/notices")
def publish(
    request: Request,
    visitor: VisitorDep,
    parcel_code: Annotated[str, Form(max_length=80)],
    document: Words,
    determined_on: Annotated[str, Form(max_length=40)],
    idle_from: Annotated[str, Form(max_length=40)],
    cause: Annotated[str, Form(max_length=20)] = "",
    holder: Words = "",
    location: Words = "",
) -> Response:
    """Put up the notice of a determination."""
    typed = {
        "parcel_code": parcel_code, "document": document, "determined_on": determined_on, "idle_from": idle_from,
        "cause": cause, "holder": holder, "location": location,
    }  # fmt: skip
    try:
        if (cause and cause not in NOTICE_CAUSES) or not document.strip():
            raise notices.NoticeFault(
                "A notice needs the number of its determination, and a cause of the list or none.",
                "公告须填写认定文书号；原因从列表中选择，或不填。",
            )
        of = notices.Determination(
            parcel_code.strip(),
            document.strip(),
            _day(determined_on),
            _day(idle_from),
            cause or None,
            holder.strip(),
            location.strip(),
        )
        with transaction(settings().request_timeout_s) as connection:
            notices.publish(connection, of, clock.today())
    except notices.NoticeFault as error:
        return _page(request, visitor, 422, error=error.text(visitor.language), typed=typed)
    return RedirectResponse("/notices", 303)


def _day(value: str) -> dt.date:
    try:
        day: dt.date = read_day(value)
    except ValueError:
        raise notices.NoticeFault(
            f"“{value}” is no day; write it as 2026-01-31, 2026.1.31 or 20260131.",
            f"“{value}”不是日期，应形如 2026-01-31、2026.1.31、2026年1月31日或 20260131。",
        ) from None
    return day


@router.post("/notices/{number}")
def withdraw(
    request: Request,
    visitor: VisitorDep,
    number: Annotated[int, Path(ge=1, le=2**62)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Take a notice down."""
    try:
        with transaction(settings().request_timeout_s) as connection:
            notices.withdraw(connection, number, reason)
    except notices.NoticeFault as error:
        return _page(request, visitor, 422, error=error.text(visitor.language))
    return RedirectResponse("/notices", 303)
