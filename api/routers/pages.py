"""Pages for people."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator

from api import map_page
from api.access import may
from api.deps import Asked, AskedDep, ConnectionDep, PagingDep, VisitorDep
from api.documents import governing
from api.filters import Day
from api.pages import findings, frame, page, shown
from data import dossier as records
from data import list_settings, overview, queries
from data.filtering import Filter
from data.identity import actor
from data.models import IdleVerdict
from gis.periods import month_before
from gis.term_trace import term_trace
from gis.trace import explain_idle, explain_intensity
from gis.trace_text import idle_trace
from maps import drawing
from maps.catalogue import catalogue
from maps.viewer import weekday

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
DUE_DAYS = 30
MAP_RATIO = 1.5


@router.get("/")
def today(request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Show what there is to do today."""
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="today")
    run_id, park = asked.run_id, asked.query.park
    narrowed = Filter(park=park)
    totals = queries.status_totals(connection, run_id, narrowed)
    by_park = queries.totals_by(connection, run_id, Filter(), IdleVerdict.park_code, IdleVerdict.verdict)
    last_run = overview.stored_run(connection, run_id, month_before(asked.as_of))
    return page(
        request, "today.html", visitor, asked, around, current="today",
        totals=shown(totals), whole=queries.add(list(totals.values())),
        last=queries.status_totals(connection, last_run, narrowed) if last_run else None, last_on=month_before(asked.as_of),
        due=overview.due(connection, run_id, park, _until(asked), size=8), due_days=DUE_DAYS,
        missing=queries.missing_totals(connection, run_id, narrowed),
        deliveries=overview.recent_deliveries(connection) if may(actor().role, "/deliveries") else [], by_park=by_park,
        weekday=weekday(asked.as_of, visitor.lang),
    )  # fmt: skip


def _until(asked: Asked) -> dt.date:
    return asked.as_of + dt.timedelta(days=DUE_DAYS)


@router.get("/due")
def due(
    request: Request, asked: AskedDep, paging: PagingDep, connection: ConnectionDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show all that falls due within the next days."""
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="today")
    park, until = asked.query.park, _until(asked)
    rows = overview.due(connection, asked.run_id, park, until, size=paging.size, page=paging.page)
    return page(
        request, "due.html", visitor, asked, around, current="today", due=rows, due_days=DUE_DAYS, until=until,
        page=paging.page, size=paging.size, pages=max(1, -(-(rows[0].n if rows else 0) // paging.size)),
    )  # fmt: skip


@router.get("/map")
def map_(
    request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep,
    vs: Annotated[Day | None, BeforeValidator(lambda day: day or None), Query(description="A day to compare with")] = None,
) -> HTMLResponse:  # fmt: skip
    """Show the map; its script fills the frame."""
    around = frame(connection, asked)
    data = map_page.page_data(connection, asked, around, visitor.lang, visitor.unit, vs)
    views = list_settings.views(connection, actor())
    return page(request, "map.html", visitor, asked, around, current="map", data=data, views=views)


@router.get("/parcels/{parcel_code:path}")  # old numbers such as 12-3/4 hold a slash
def dossier(
    parcel_code: Annotated[str, Path(max_length=80, pattern=r"^[^\x00]+$")],
    request: Request,
    asked: AskedDep,
    connection: ConnectionDep,
    visitor: VisitorDep,
) -> HTMLResponse:
    """Show everything on record about one parcel, on one sheet."""
    run_id, lang = asked.run(), visitor.lang
    found = records.dossier(connection, run_id, parcel_code=parcel_code)
    words = catalogue(lang)
    contract = governing(found.contracts)
    return page(
        request, "dossier.html", visitor, asked, frame(connection, asked), current="parcels",
        found=found, parcel=found.parcel, contract=contract,
        told=explain_idle(idle_trace(found.parcel, found.parcel["cited"], found.parcel["as_of"]), lang),
        intensity=[(row, explain_intensity(term_trace(row, row["facts"], row["cited"], row["as_of"]), lang)) for row in found.intensity],
        map=records.drawing(connection, run_id, found.parcel, ratio=MAP_RATIO),
        timeline=drawing.timeline(found, contract, asked.as_of, words),
        builtup=drawing.builtup_bars(found.builtup),
        history=drawing.history(found, asked.as_of, words), findings=findings(found.issues, lang),
    )  # fmt: skip


@router.get("/help")
def help_(request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Show the colour key, the keys, the definitions and the licences."""
    return page(request, "help.html", visitor, asked, frame(connection, asked), current="help")
