"""Pages about deliveries: they stand beside the analysis and wait for no run of it."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from api import clock
from api.deps import Asked
from api.filters import FilterQuery, Links
from api.pages import Frame, page, running_load
from api.visitor import Visitor
from data import feeds, overview


def plain_page(
    request: Request,
    connection: Connection,
    template: str,
    visitor: Visitor,
    *,
    current: str,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """Return a page that shows deliveries. Its links keep the page's own query, without language and unit."""
    around = Frame(
        overview.frame(connection),
        None,
        [],
        running_load(connection),
        feeds.stale(connection, clock.today()),
    )
    own = {k: v for k, v in request.query_params.items() if k not in ("lang", "unit") and v}
    nothing_asked = Asked(query=FilterQuery(), as_of=clock.today(), run_id=None)
    values.setdefault("links", Links(FilterQuery(), **own))
    response = page(request, template, visitor, nothing_asked, around, current=current, **values)
    response.status_code = status
    return response
