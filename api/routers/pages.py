"""Pages for people."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator
from sqlalchemy import Connection, RowMapping

from api import dossier_page, kept, map_page
from api.access import may
from api.deps import Asked, AskedDep, ConnectionDep, PagingDep, VisitorDep
from api.filters import Day
from api.lists import totals_by, totals_of
from api.pages import frame, page, shown
from data import list_settings, overview, queries
from data.filtering import Filter
from data.identity import actor
from data.models import IdleVerdict
from gis.periods import month_before
from maps.viewer import weekday

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
DUE_DAYS = 30
DUE_SHOWN = 8  # on the first page


@router.get("/")
def today(request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Show what there is to do today."""
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="today")
    run_id, park = asked.run_id, asked.query.park
    narrowed = Filter(park=park)
    totals = totals_of(connection, run_id, narrowed)
    by_park = totals_by(connection, run_id, Filter(), IdleVerdict.park_code, IdleVerdict.verdict)
    last_run = overview.stored_run(connection, run_id, month_before(asked.as_of))
    return page(
        request, "today.html", visitor, asked, around, current="today",
        totals=shown(totals), whole=queries.add(list(totals.values())),
        last=totals_of(connection, last_run, narrowed) if last_run else None, last_on=month_before(asked.as_of),
        due=_due_soon(connection, asked, run_id), due_days=DUE_DAYS,
        missing=kept.of_run(connection, run_id, ("missing", park), lambda: queries.missing_totals(connection, run_id, narrowed)),
        deliveries=overview.recent_deliveries(connection) if may(actor().role, "/deliveries") else [], by_park=by_park,
        weekday=weekday(asked.as_of, visitor.lang),
    )  # fmt: skip


def _due_soon(connection: Connection, asked: Asked, run_id: int) -> Sequence[RowMapping]:
    """Return the first of what falls due, of the stored run."""
    park, until = asked.query.park, _until(asked)
    what = ("due", park, until)
    return kept.of_run(
        connection, run_id, what, lambda: overview.due(connection, run_id, park, until, size=DUE_SHOWN)
    )


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
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="map")
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
    shown = dossier_page.values(connection, asked, parcel_code, visitor.lang)
    return page(request, "dossier.html", visitor, asked, frame(connection, asked), current="parcels", **shown)


@router.get("/help")
def help_(request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Show the colour key, the keys, the definitions and the licences."""
    return page(request, "help.html", visitor, asked, frame(connection, asked), current="help")
