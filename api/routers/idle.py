"""The idle-land list: draft, check, freezing, and the lists frozen before."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from api import freezing
from api.deps import Asked, AskedDep, ConnectionDep, PagingDep, VisitorDep
from api.exporting import MEDIA
from api.filters import Links
from api.frozen_files import frozen_file, seal
from api.lists import list_values, totals_by, undetermined
from api.pages import frame, page
from api.visitor import Visitor
from api.wizard_routes import FormDep
from data import frozen_lists, queries
from data.filtering import Filter
from data.freezing import NotChecked, ReasonsMissing, SamePerson, remark, remarks
from data.identity import actor
from data.models import IdleVerdict
from gis.errors import LandStockError, UsageFault
from gis.list_change import LEFT_REASONS

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
SORT = "idle_from"
SHOWN_CHANGES = 60  # of what entered or changed; all of what left
Number = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/idle")
def idle(
    request: Request, asked: AskedDep, paging: PagingDep, connection: ConnectionDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show the idle list: every parcel that is suspected, with the reason and the next step."""
    return _idle(request, asked, paging, connection, visitor)


def _idle(
    request: Request, asked: Asked, paging: Any, connection: Connection, visitor: Visitor, *,
    error: LandStockError | None = None, typed: Mapping[str, Mapping[str, str]] = {},
) -> HTMLResponse:  # fmt: skip
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="idle")
    run_id, chosen = asked.run_id, queries.idle_filter(asked.filter)
    values = list_values(connection, asked, paging, chosen, SORT)
    broad = chosen.without("band")
    kinds = (IdleVerdict.verdict, IdleVerdict.band)
    here = _standing(connection, asked)
    made = page(
        request, "idle.html", visitor, asked, around, current="idle",
        by_kind=totals_by(connection, run_id, queries.idle_filter(broad.without("verdict")), *kinds),
        by_path=totals_by(connection, run_id, chosen, IdleVerdict.path),
        by_cause=totals_by(connection, run_id, chosen.without("cause"), IdleVerdict.cause),
        undetermined=undetermined(connection, run_id, asked.query.park), here=here,
        evidence=freezing.evidence(here.found, visitor.lang) if here else {}, shown_changes=SHOWN_CHANGES,
        may_write=actor().role in freezing.WRITERS, reasons_allowed=LEFT_REASONS,
        error=error.text(visitor.language) if error else "", typed=typed, **values,
    )  # fmt: skip
    if error:
        made.status_code = 422
    return made


def _standing(connection: Connection, asked: Asked) -> freezing.Standing | None:
    """Return where the list stands; nothing for those who take no part in it, and for a committee that named no park."""
    if actor().role == "planner":
        return None
    try:
        return freezing.standing(connection, asked.run(), freezing.scope_of(asked.query.park))
    except UsageFault:
        return None


@router.post("/idle/check")
def check(
    request: Request,
    asked: AskedDep,
    paging: PagingDep,
    connection: ConnectionDep,
    visitor: VisitorDep,
    said: FormDep,
) -> Response:
    """Put on record that the list was checked, with a reason for every parcel that left."""
    reasons = freezing.left_reasons(said)
    try:
        here = freezing.standing(connection, asked.run(), freezing.scope_of(asked.query.park))
        freezing.check(connection, here, reasons)
    except (ReasonsMissing, UsageFault) as error:
        return _idle(request, asked, paging, connection, visitor, error=error, typed=reasons)
    return RedirectResponse(Links(asked.query)("/idle"), 303)


@router.post("/idle/freeze")
def freeze(
    request: Request, asked: AskedDep, paging: PagingDep, connection: ConnectionDep, visitor: VisitorDep
) -> Response:
    """Freeze the list that was checked."""
    try:
        here = freezing.standing(connection, asked.run(), freezing.scope_of(asked.query.park))
        number = freezing.freeze(connection, here)
    except (NotChecked, SamePerson, UsageFault) as error:
        return _idle(request, asked, paging, connection, visitor, error=error)
    return RedirectResponse(Links(asked.query).bare(f"/idle/frozen/{number}"), 303)


@router.get("/idle/undetermined")
def undecided(
    request: Request, asked: AskedDep, paging: PagingDep, connection: ConnectionDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show the parcels that can't be decided: what is missing, who has it, what was noted."""
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="idle")
    chosen = Filter(park=asked.query.park, status=("unknown",), missing=asked.query.missing)
    values = list_values(connection, asked, paging, chosen, "parcel_code")
    return page(
        request, "undetermined.html", visitor, asked, around, current="idle",
        missing=queries.missing_totals(connection, asked.run_id, Filter(park=asked.query.park)),
        remarks=remarks(connection, [row["parcel_code"] for row in values["rows"]]) if actor().role != "planner" else {},
        may_write=actor().role in freezing.WRITERS, **values,
    )  # fmt: skip


@router.post("/idle/remark")
def remark_(
    asked: AskedDep,
    connection: ConnectionDep,
    parcel_code: Annotated[str, Form(max_length=80)],
    park_code: Annotated[str, Form(max_length=80)] = "",
    said: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Note something on a parcel that can't be decided."""
    if said.strip():
        remark(connection, parcel_code, park_code or None, said)
    return RedirectResponse(Links(asked.query)("/idle/undetermined"), 303)


@router.get("/idle/frozen")
def frozen_(
    request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show the frozen lists."""
    rows = frozen_lists.listed(connection, asked.query.park)
    return page(
        request, "frozen_lists.html", visitor, asked, frame(connection, asked), current="idle", rows=rows
    )


@router.get("/idle/frozen/{number}.{form}", response_class=Response)
def frozen_download(
    number: Number,
    form: Literal["xlsx", "csv", "geojson", "json"],
    connection: ConnectionDep,
    visitor: VisitorDep,
) -> Response:
    """Return a frozen list as a file."""
    head = frozen_lists.one(connection, number)
    content = frozen_file(connection, head, form, visitor.lang)
    place = "_CGCS2000" if form == "geojson" else ""
    name = f"frozen-list-{number}_{head['as_of']:%Y%m%d}{place}.{form}"
    return Response(
        content,
        media_type=MEDIA.get(form, "application/json"),
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/idle/frozen/{number}")
def frozen_one(
    number: Number, request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show a frozen list as it was frozen, and whether it still proves its hash."""
    head = frozen_lists.one(connection, number)
    rows = frozen_lists.frozen_rows(connection, number)
    return page(
        request, "frozen_list.html", visitor, asked, frame(connection, asked), current="idle", head=head, rows=rows,
        whole=frozen_lists.proves(head, rows), changes=frozen_lists.frozen_changes(connection, number),
        previous=frozen_lists.one(connection, head["previous_id"]) if head["previous_id"] else None,
        seal=seal(head, visitor.lang),
    )  # fmt: skip
