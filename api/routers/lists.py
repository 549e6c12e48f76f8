"""The table of parcels: its page, the panel beside it, the choice of columns, saved views, the count of a selection."""

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api import clock, listing
from api.deps import AskedDep, ConnectionDep, PagingDep, VisitorDep
from api.filters import FilterUnread, read_pairs
from api.lists import totals_of
from api.pages import Frame, frame, page, unframed
from data import dossier as records
from data import list_settings, overview, queries
from data import listing as columns
from data.identity import actor
from data.list_settings import ViewRefused
from gis.errors import LandStockError
from gis.trace import explain_idle
from gis.trace_text import idle_trace

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Name = Annotated[str, Form(max_length=80)]
Back = Annotated[str, Form(max_length=8_000)]
_ASIDE = ("list", "page")
"""Parts of an address that belong to a visit, and not to a view."""


@router.get("/parcels")
def parcels(
    request: Request, asked: AskedDep, paging: PagingDep, connection: ConnectionDep, visitor: VisitorDep,
    view: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> HTMLResponse:  # fmt: skip
    """Show the parcels that match the filter."""
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="parcels")
    kept, own = listing.columns(request, connection)
    opened = None if view is None else list_settings.view(connection, actor(), view)
    if opened is not None and opened.columns:
        kept, own = columns.chosen(opened.columns, actor().role), True
    values = listing.values(connection, asked, paging, kept, own)
    if opened is not None:
        values["links"].more["view"] = str(opened.view_id)
    stale = [] if opened is None else _stale(opened, asked, around)
    return page(
        request, "parcels.html", visitor, asked, around, current="parcels",
        opened=opened, stale=stale, columns_open=request.query_params.get("list") == "columns", **values,
    )  # fmt: skip


def _stale(view: list_settings.View, asked: Any, around: Any) -> list[tuple[str, str]]:
    """Return what of a view does not hold any more: a park that is gone, a day that is not today's."""
    found = []
    pairs = dict(view.query)
    park = pairs.get("park")
    if park is not None and park not in {one.park_code for one in around.parks}:
        found.append(("park", park))
    if pairs.get("as_of", "") and asked.as_of != clock.today():
        found.append(("as_of", pairs["as_of"]))
    if pairs.get("known_on"):
        found.append(("known_on", pairs["known_on"][:10]))
    return found


@router.get("/lists/panel/{parcel_code:path}")
def panel(
    parcel_code: Annotated[str, Path(max_length=80, pattern=r"^[^\x00]+$")],
    request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep,
) -> HTMLResponse:  # fmt: skip
    """Show the short form of a dossier that stands beside the table."""
    run_id = asked.run()
    found = records.dossier(connection, run_id, parcel_code=parcel_code)
    parks = overview.parks(connection, run_id)
    dates = [columns.COLUMNS["commence_by"]]
    contracts = columns.beside(connection, run_id, dates, [parcel_code])["contracts"]
    told = explain_idle(idle_trace(found.parcel, found.parcel["cited"], found.parcel["as_of"]), visitor.lang)
    return page(
        request, "_parcel_panel.html", visitor, asked, Frame(None, None, parks), current="parcels",
        parcel=found.parcel, contract=contracts.get(parcel_code), told=told, builtup=found.builtup,
    )  # fmt: skip


@router.get("/lists/selection")
def selection(
    request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep
) -> HTMLResponse:
    """Return count and area of the chosen parcels, as the server counts them, and what may be done with them."""
    totals = totals_of(connection, asked.run(), asked.filter)
    return page(
        request, "_selection.html", visitor, asked, Frame(None, None, []), current="parcels",
        chosen=queries.add(list(totals.values())),
    )  # fmt: skip


@router.get("/lists/columns")
def columns_in_cookie(
    request: Request, back: Annotated[str, Query(max_length=8_000)] = "",
    cols: Annotated[list[str] | None, Query(max_length=60)] = None,
    up: Annotated[str, Query(max_length=40)] = "", down: Annotated[str, Query(max_length=40)] = "",
    reset: Annotated[str, Query(max_length=1)] = "",
) -> Response:  # fmt: skip
    """Keep the columns of somebody without an account, in a cookie."""
    names = [] if reset else listing.arranged(cols or [], up, down)
    answer = _to_list(back, bool(up or down))
    if names:
        answer.set_cookie(listing.COOKIE, ".".join(names), max_age=listing.A_YEAR, samesite="lax", httponly=True,
                          path="/")  # fmt: skip
    else:
        answer.delete_cookie(listing.COOKIE, path="/")
    return answer


@router.post("/lists/columns")
def columns_of_account(
    connection: ConnectionDep, back: Back = "", cols: Annotated[list[str] | None, Form(max_length=60)] = None,
    up: Annotated[str, Form(max_length=40)] = "", down: Annotated[str, Form(max_length=40)] = "",
    reset: Annotated[str, Form(max_length=1)] = "",
) -> Response:  # fmt: skip
    """Keep the columns of an account."""
    names = [] if reset else listing.arranged(cols or [], up, down)
    list_settings.keep_columns(connection, actor(), names)
    return _to_list(back, bool(up or down))


def _to_list(back: str, choosing: bool = False, **more: str) -> RedirectResponse:
    """Go back to the table as it was; ``choosing`` leaves the choice of columns open."""
    pairs = [(name, value) for name, value in parse_qsl(urlsplit(back).query) if name not in (*_ASIDE, *more)]
    pairs += [("list", "columns")] if choosing else []
    pairs += list(more.items())
    return RedirectResponse(f"/parcels?{urlencode(pairs)}" if pairs else "/parcels", 303)


@router.post("/lists/views")
def keep_view(
    request: Request, connection: ConnectionDep, visitor: VisitorDep, name: Name = "", back: Back = "",
    share: Annotated[str, Form(max_length=10)] = "",
) -> Response:  # fmt: skip
    """Keep the filter, the columns and the order of a table under a name."""
    try:
        return _kept(request, connection, name, back, share)
    except (FilterUnread, ViewRefused) as error:
        return _refused(request, visitor, error, name, back, share)


def _refused(
    request: Request, visitor: Any, error: LandStockError, name: str, back: str, share: str = ""
) -> Response:
    """Return the form again, with what is wrong and nothing typed lost."""
    words = error.text(visitor.language)
    return unframed(request, "view_refused.html", visitor, request.url.path, 422, error=words, typed=name,
                    back=back, share=share)  # fmt: skip


def _kept(request: Request, connection: Any, name: str, back: str, share: str) -> Response:
    pairs = parse_qsl(urlsplit(back).query)
    query = read_pairs(pairs).pairs()
    sort = next((value for key, value in pairs if key == "sort"), "")
    kept, own = listing.columns(request, connection)
    names = [column.name for column in kept] if own else []
    number = list_settings.keep_view(connection, actor(), name, query, names, sort, share)
    return _to_list("?" + urlencode([*query, *([("sort", sort)] if sort else [])]), view=str(number))


@router.get("/lists/views/{view_id}")
def open_view(
    connection: ConnectionDep, view_id: Annotated[int, Path(ge=1, le=2**62)],
    to: Annotated[str, Query(pattern="^(parcels|map|export)$")] = "parcels",
) -> Response:  # fmt: skip
    """Open a saved view as a list, on the map, or for an export."""
    found = list_settings.view(connection, actor(), view_id)
    pairs = list(found.query)
    if to == "parcels":
        pairs += [*([("sort", found.sort)] if found.sort else []), ("view", str(view_id))]
    return RedirectResponse(f"/{to}?{urlencode(pairs)}" if pairs else f"/{to}", 303)


@router.post("/lists/views/{view_id}")
def change_view(
    request: Request, connection: ConnectionDep, visitor: VisitorDep,
    view_id: Annotated[int, Path(ge=1, le=2**62)], name: Name = "", back: Back = "",
    act: Annotated[str, Form(pattern="^(rename|delete)$")] = "rename",
) -> Response:  # fmt: skip
    """Rename or delete a view of one's own."""
    if act == "delete":
        list_settings.delete_view(connection, actor(), view_id)
        pairs = [(key, value) for key, value in parse_qsl(urlsplit(back).query) if key != "view"]
        return _to_list("?" + urlencode(pairs))
    try:
        list_settings.rename_view(connection, actor(), view_id, name)
    except ViewRefused as error:
        return _refused(request, visitor, error, name, back)
    return _to_list(back)
