"""Pages that are made for paper: the map on one sheet, and dossiers of a list."""

from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from api import atlas_page, dossier_page, handout_page, printing
from api.deps import Asked, AskedDep, ConnectionDep, VisitorDep, asked_of
from api.exporting import MEDIA
from api.filters import read_pairs
from api.pages import frame, page
from api.printing import SheetDep
from api.visitor import Visitor
from data import queries
from data.models import IdleVerdict
from data.settings import settings
from gis.errors import LandStockError

router = APIRouter(prefix="/print", include_in_schema=False)


@router.get("/sheet")
def sheet(
    request: Request, asked: AskedDep, form: SheetDep, connection: ConnectionDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show the map of a filter on one sheet of paper, and the form that shapes it."""
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="map")
    shown = printing.values(connection, asked, form)
    return page(request, "print_sheet.html", visitor, asked, around, current="map", **shown)


@router.get("/dossiers")
def dossiers(
    request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show the dossiers of a filter, each on one sheet; above a number, how to split them."""
    around, most = frame(connection, asked), settings().dossiers_at_once
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="parcels")
    n_found = queries.add(list(queries.status_totals(connection, asked.run_id, asked.filter).values())).n
    rows = [] if n_found > most else queries.parcel_rows(connection, asked.run_id, asked.filter)
    sheets = [
        dossier_page.values(connection, asked, row["parcel_code"], visitor.lang, number, len(rows))
        for number, row in enumerate(rows, 1)
    ]
    by_park = queries.totals_by(connection, asked.run_id, asked.filter, IdleVerdict.park_code)
    return page(
        request, "print_dossiers.html", visitor, asked, around, current="parcels", sheets=sheets,
        n_found=n_found, most=most, by_park=by_park,
    )  # fmt: skip


@router.get("/atlas")
def atlas(request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Show what an atlas of the filter would hold, and the person's jobs."""
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="parcels")
    shown = atlas_page.values(connection, asked, visitor.lang)
    return page(request, "print_atlas.html", visitor, asked, around, current="parcels", **shown)


@router.post("/atlas", response_class=Response)
def make_atlas(
    request: Request, connection: ConnectionDep, visitor: VisitorDep,
    asked: Annotated[str, Form(max_length=60_000)] = "", purpose: Annotated[str, Form(max_length=200)] = "",
) -> Response:  # fmt: skip
    """Start the atlas of a filter as a job."""
    put = asked_of(read_pairs(parse_qsl(urlsplit(asked).query)))
    try:
        atlas_page.order(put, purpose, visitor.lang, connection)
    except LandStockError as error:
        shown = atlas_page.values(connection, put, visitor.lang, purpose, error)
        around = frame(connection, put)
        answer = page(request, "print_atlas.html", visitor, put, around, current="parcels", **shown)
        answer.status_code = 422
        return answer
    query = urlsplit(asked).query
    return RedirectResponse(f"/print/atlas?{query}" if query else "/print/atlas", 303)


Purpose = Annotated[str, Query(max_length=200, description="What a large map is for; goes on record")]


@router.get("/handout")
def handout(
    request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show what the map of the filter in one file would hold."""
    return _handout(request, connection, visitor, asked)


def _handout(
    request: Request, connection: Connection, visitor: Visitor, asked: Asked, purpose: str = "",
    error: LandStockError | None = None,
) -> HTMLResponse:  # fmt: skip
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="map")
    shown = handout_page.values(connection, asked, visitor.lang, purpose, error)
    answer = page(
        request, "print_handout.html", visitor, asked, around, current="map", path="/print/handout", **shown
    )
    answer.status_code = 422 if error else 200
    return answer


@router.get("/handout.html", response_class=Response)
def handout_file(
    request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep, purpose: Purpose = ""
) -> Response:
    """Return the map of the filter as one file that opens offline."""
    try:
        name, content = handout_page.written(connection, asked, purpose, visitor.lang)
    except LandStockError as error:
        return _handout(request, connection, visitor, asked, purpose, error)
    told = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA["html"], headers=told)
