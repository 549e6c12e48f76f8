"""Two days, or two states of knowledge, side by side."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.deps import AskedDep, ConnectionDep, PagingDep, VisitorDep, run_for
from api.filters import Day, FilterQuery, Links, Moment
from api.pages import frame, page
from data import comparing, overview, queries
from data.filtering import Filter
from gis.periods import month_before

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
SIZE = 50


class CompareQuery(FilterQuery):
    """The filter, which says the later side, and the day and the knowledge of the earlier side."""

    from_on: Day | None = None
    from_known: Moment | None = None


@router.get("/compare")
def compare(
    request: Request,
    query: Annotated[CompareQuery, Query()],
    asked: AskedDep,
    paging: PagingDep,
    connection: ConnectionDep,
    visitor: VisitorDep,
) -> HTMLResponse:
    """Show which verdicts differ between two days, or between what was known then and what is known now."""
    around = frame(connection, asked)
    if asked.run_id is None:
        return page(request, "nothing.html", visitor, asked, around, current="compare")
    park = asked.query.park
    then = query.from_on or (asked.as_of if query.from_known else month_before(asked.as_of))
    if query.from_on or query.from_known:
        before_run = run_for(then, query.from_known, asked.wait_s)
    else:  # a page that nobody has asked anything of computes nothing
        before_run = overview.stored_run(connection, asked.run_id, then)
    if before_run is None:
        return page(
            request, "compare.html", visitor, asked, around, current="compare", then=then, from_known=None, moves=None
        )  # fmt: skip
    found = comparing.moves(connection, before_run, asked.run_id, park)
    pages = max(1, -(-found.changed // SIZE))
    number = min(paging.page, pages)
    more = {"from_on": then.isoformat()} | (
        {"from_known": query.from_known.isoformat()} if query.from_known else {}
    )
    narrowed = Filter(park=park)
    return page(
        request, "compare.html", visitor, asked, around, current="compare",
        then=then, from_known=query.from_known, moves=found, page=number, pages=pages, size=SIZE,
        rows=comparing.rows(connection, before_run, asked.run_id, park, size=SIZE, page=number),
        before=queries.status_totals(connection, before_run, narrowed),
        after=queries.status_totals(connection, asked.run_id, narrowed),
        links=Links(asked.query, **more), earlier=Links(FilterQuery(as_of=then, known_on=query.from_known)),
    )  # fmt: skip
