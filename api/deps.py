"""What routes are given: a connection, the visitor, the filter, and the run that answers for a day."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlalchemy import Connection

from api import clock
from api.errors import wants_page
from api.filters import FilterQuery
from api.visitor import Visitor, visitor
from api.waiting import run_within
from data import overview
from data.filtering import Filter
from data.session import transaction
from data.settings import settings
from gis.errors import LandStockError


class NothingPublished(LandStockError):
    """There is no published data to answer from."""

    code = "nothing-published"

    def __init__(self) -> None:
        super().__init__(
            "No parcels have been published yet. Import a delivery with `landstock import PATH --publish`, "
            "or start with `landstock demo`.",
            "尚未发布任何宗地。请用 `landstock import PATH --publish` 导入并发布成果，或执行 `landstock demo`。",
        )


def connection() -> Iterator[Connection]:
    """Return a connection for one request, in one transaction, with an end to all waiting."""
    with transaction(timeout_s=settings().request_timeout_s) as opened:
        yield opened


# Committed before the answer leaves, so that whoever follows a redirect finds what was written.
ConnectionDep = Annotated[Connection, Depends(connection, scope="function")]
VisitorDep = Annotated[Visitor, Depends(visitor)]
QueryDep = Annotated[FilterQuery, Query()]


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter together with the run that it is put to. ``run_id`` is empty while nothing is published."""

    query: FilterQuery
    as_of: dt.date
    run_id: int | None
    wait_s: float | None = None
    """How long whoever asked waits for the verdicts of a day that nobody asked for before; without end if ``None``."""

    @property
    def filter(self) -> Filter:
        """The conditions."""
        return self.query.filter()

    def run(self) -> int:
        """Return the run.

        Raises
        ------
        NothingPublished
            There are no data yet.
        """
        if self.run_id is None:
            raise NothingPublished
        return self.run_id


def asked(request: Request, query: QueryDep) -> Asked:
    """Return the filter and the run for its day; a missing run is computed and stored.

    A person who opens a page is told when that takes long; a program, and a part of a page, waits.
    """
    opens_page = wants_page(request) and "hx-request" not in request.headers
    return asked_of(query, settings().day_wait_s if opens_page else None)


def asked_of(query: FilterQuery, wait_s: float | None = None) -> Asked:
    """Return a filter that was read by other means and the run for its day."""
    as_of = query.as_of or clock.today()
    return Asked(query, as_of, run_for(as_of, query.known_on, wait_s), wait_s)


def run_for(as_of: dt.date, known_on: dt.datetime | None, wait_s: float | None) -> int | None:
    """Return the run that answers for a day as known at a moment, computed if need be; nothing while there are no data.

    Raises
    ------
    BeingComputed
        It takes longer than ``wait_s``.
    """
    with transaction() as opened:
        published = overview.frame(opened)["publication_id"] is not None
    return run_within(as_of, known_on, wait_s) if published else None


AskedDep = Annotated[Asked, Depends(asked)]


@dataclass(frozen=True, slots=True)
class Paging:
    """A page of a list. ``sort`` is checked by the query itself."""

    page: int
    size: int
    sort: str


def paging(
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    size: Annotated[int, Query(ge=1, le=1_000)] = 50,
    sort: Annotated[str, Query(max_length=40, description="A column, '-' before it for descending")] = "",
) -> Paging:
    """Return which page of a list is wanted."""
    return Paging(page=page, size=size, sort=sort)


PagingDep = Annotated[Paging, Depends(paging)]
