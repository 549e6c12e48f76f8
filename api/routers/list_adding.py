"""Putting parcels to a list of one's own."""

from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from api import list_adding
from api.deps import Asked, AskedDep, ConnectionDep, VisitorDep, asked_of
from api.filters import read_pairs
from api.lists import totals_of
from api.pages import frame, page
from api.visitor import Visitor
from data import queries
from data.identity import actor
from data.list_settings import NoSuchView, ViewRefused
from gis.errors import LandStockError

router = APIRouter(prefix="/lists/add", include_in_schema=False)


@router.get("")
def choose(request: Request, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep) -> HTMLResponse:
    """Show to which list the parcels of a filter may be put."""
    return _form(request, connection, visitor, asked)


def _form(
    request: Request, connection: Connection, visitor: Visitor, asked: Asked, typed_list: str = "",
    typed_name: str = "", error: LandStockError | None = None,
) -> HTMLResponse:  # fmt: skip
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="parcels")
    answer = page(
        request, "list_add.html", visitor, asked, around, current="parcels", path="/lists/add",
        whole=queries.add(list(totals_of(connection, asked.run_id, asked.filter).values())),
        lists=list_adding.lists(connection), may_keep=bool(actor().account_id), typed_list=typed_list,
        typed_name=typed_name, error=None if error is None else error.text(visitor.language),
        error_at="list" if typed_list else "name",
    )  # fmt: skip
    answer.status_code = 422 if error else 200
    return answer


@router.post("", response_class=Response)
def put(
    request: Request, connection: ConnectionDep, visitor: VisitorDep,
    asked: Annotated[str, Form(max_length=60_000)] = "",
    into: Annotated[str, Form(alias="list", max_length=20, pattern=r"^\d*$")] = "",
    name: Annotated[str, Form(max_length=80)] = "",
) -> Response:  # fmt: skip
    """Put the parcels of a filter to a list, and show the list."""
    wanted = asked_of(read_pairs(parse_qsl(urlsplit(asked).query)))
    try:
        number = list_adding.add(connection, wanted, int(into) if into else None, name)
    except (ViewRefused, NoSuchView) as error:
        return _form(request, connection, visitor, wanted, into, name, error)
    return RedirectResponse(f"/lists/views/{number}", 303)
