"""Downloads with the filter of the page that offers them, the page of exports, and its jobs."""

from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from api import export_page
from api.deps import Asked, AskedDep, ConnectionDep, VisitorDep, asked_of
from api.errors import status_of_error, wants_page
from api.export_page import Wanted
from api.exporting import MEDIA, PurposeNeeded, exported
from api.filters import TermCode, TermVerdictCode, read_pairs
from api.pages import Frame, frame, page, unframed
from data import audit, export_jobs
from data.identity import actor
from data.statistics import Terms
from gis.errors import LandStockError

router = APIRouter(prefix="/export", tags=["exports"])
What = Annotated[str, InPath(pattern=r"^[a-z-]{1,40}$", description="What to export, e.g. idle-list")]
Number = Annotated[int, InPath(ge=1, le=2**62)]
Purpose = Annotated[str, Query(max_length=200, description="What a large export is for; goes on record")]
Kind = Literal["xlsx", "csv", "geojson", "gpkg", "txt"]


def wanted(
    what: Annotated[list[str] | None, Query(max_length=40)] = None,
    form: Annotated[str, Query(max_length=10)] = "xlsx",
    crs: Annotated[str, Query(max_length=10, pattern=r"^\d*$")] = "",
    decimals: Annotated[int, Query(ge=0, le=15)] = 7,
    purpose: Purpose = "",
) -> Wanted:
    """Return what the address of the page says beside the filter."""
    return Wanted(tuple(what or ()), form, int(crs) if crs else None, decimals, purpose.strip())


def _page(
    request: Request, connection: Any, visitor: Any, asked: Asked, chosen: Wanted,
    error: LandStockError | None = None,
) -> HTMLResponse:  # fmt: skip
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="export")
    shown = export_page.values(connection, asked, chosen, error, visitor.lang)
    answer = page(request, "export.html", visitor, asked, around, current="export", path="/export", **shown)
    if error is not None:
        status = status_of_error(error)
        answer.status_code = 422 if status >= 500 else status
    return answer


@router.get("", include_in_schema=False)
def export_form(
    request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep,
    what: Annotated[list[str] | None, Query(max_length=40)] = None,
    form: Annotated[str, Query(max_length=10)] = "xlsx",
    crs: Annotated[str, Query(max_length=10, pattern=r"^\d*$")] = "",
    decimals: Annotated[int, Query(ge=0, le=15)] = 7, purpose: Purpose = "",
) -> HTMLResponse:  # fmt: skip
    """Show what may be exported, for the filter of the page that led here."""
    chosen = wanted(what or ["parcels"], form, crs, decimals, purpose)
    return _page(request, connection, visitor, asked, chosen)


@router.get("/now", include_in_schema=False, response_class=Response)
def export_now(
    request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep,
    what: Annotated[list[str] | None, Query(max_length=40)] = None,
    form: Annotated[str, Query(max_length=10)] = "xlsx",
    crs: Annotated[str, Query(max_length=10, pattern=r"^\d*$")] = "",
    decimals: Annotated[int, Query(ge=0, le=15)] = 7, purpose: Purpose = "",
) -> Response:  # fmt: skip
    """Return what the page of exports asks for, as one file."""
    chosen = wanted(what, form, crs, decimals, purpose)
    try:
        name, content = export_page.written(export_page.order_of(asked, chosen, visitor.lang))
    except LandStockError as error:
        if not wants_page(request):
            raise
        return _page(request, connection, visitor, asked, chosen, error)
    return _file(name, content)


def _file(name: str, content: bytes) -> Response:
    media = MEDIA[name.rpartition(".")[2]]
    return Response(
        content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get("/jobs", include_in_schema=False)
def jobs(request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Return the list of the person's export jobs, as the page refreshes it."""
    shown = {"jobs": export_page.jobs(connection), "jobs_open": bool(actor().account_id)}
    return page(
        request, "_export_jobs.html", visitor, asked, Frame(None, None, []), current="export", **shown
    )


@router.post("/jobs", include_in_schema=False, response_class=Response)
def start(
    request: Request, connection: ConnectionDep, visitor: VisitorDep,
    asked: Annotated[str, Form(max_length=60_000)] = "", what: Annotated[list[str] | None, Form(max_length=40)] = None,
    form: Annotated[str, Form(max_length=10)] = "xlsx", crs: Annotated[str, Form(max_length=10, pattern=r"^\d*$")] = "",
    decimals: Annotated[int, Form(ge=0, le=15)] = 7, purpose: Annotated[str, Form(max_length=200)] = "",
) -> Response:  # fmt: skip
    """Start an export as a job."""
    query = read_pairs(parse_qsl(urlsplit(asked).query))
    chosen = wanted(what, form, crs, decimals, purpose)
    put = asked_of(query)
    try:
        order = export_page.order_of(put, chosen, visitor.lang)
    except LandStockError as error:
        return _page(request, connection, visitor, put, chosen, error)
    export_jobs.order(actor(), order.as_json())
    address = urlsplit(asked).query
    return RedirectResponse(f"/export?{address}" if address else "/export", 303)


@router.post("/jobs/{export_id}", include_in_schema=False, response_class=Response)
def change(
    export_id: Number, connection: ConnectionDep, act: Annotated[str, Form(pattern="^(cancel|again)$")] = "cancel"
) -> Response:  # fmt: skip
    """Cancel a job of one's own, or run it again."""
    if act == "again":
        export_jobs.order(actor(), export_jobs.get(connection, export_id).asked)
    else:
        export_jobs.cancel(connection, export_id)
    return RedirectResponse("/export", 303)


@router.get("/jobs/{export_id}/file", include_in_schema=False, response_class=Response)
def download_job(export_id: Number, connection: ConnectionDep) -> Response:
    """Return the file of a job of one's own; the download goes into the log."""
    job = export_jobs.get(connection, export_id)
    path = job.path()
    audit.record(
        connection, "download", "export_job", str(export_id), {"file": path.name, "bytes": job.bytes}
    )
    return FileResponse(path, media_type=MEDIA[path.suffix[1:]], filename=path.name)


@router.get("/{what}.{form}", response_class=Response)
def download(
    what: What,
    form: Kind,
    request: Request,
    asked: AskedDep,
    visitor: VisitorDep,
    purpose: Purpose = "",
    term: Annotated[TermCode | Literal[""], Query(description="Which contract term; all if empty")] = "",
    found: Annotated[
        TermVerdictCode | Literal[""], Query(description="Verdict on the term; all if empty")
    ] = "",
) -> Response:
    """Return a file with exactly the rows of the list that has the same filter."""
    try:
        terms = Terms(term=term or None, verdict=found or None)
        return _file(*exported(what, form, asked, visitor.lang, purpose, terms))
    except PurposeNeeded as error:
        if not wants_page(request):
            raise
        sent = [(name, value) for name, value in request.query_params.multi_items() if name != "purpose"]
        words = error.text(visitor.language)
        return unframed(request, "purpose.html", visitor, request.url.path, 403, error=words, sent=sent)
