"""What the page of the parcel table shows: rows with their columns, totals, paging, the choice of columns and views."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from sqlalchemy import Connection

from api import kept
from api.deps import Asked, Paging
from api.filters import Links
from api.pages import shown
from data import list_settings, listing, queries
from data.filtering import Filter
from data.identity import actor
from data.listing import ListColumn
from data.queries import Total

SORT = "parcel_code"
SIZES = (25, 50, 100, 200)
MOST_FOUND = 20_000  # parcels that a list of numbers is handed on for
NO_PARCEL = 0  # numbers begin at 1
COOKIE = "landstock_columns"
A_YEAR = 365 * 24 * 3600


def columns(request: Request, connection: Connection) -> tuple[list[ListColumn], bool]:
    """Return the columns of the person who asks, and whether it chose them.

    They are kept with the account, else in a cookie.
    """
    who = actor()
    if not who.account_id:
        names: Sequence[str] = request.cookies.get(COOKIE, "")[:1_000].split(".")
    else:
        names = list_settings.columns(connection, who)
    own = [name for name in names if name in listing.COLUMNS]
    return listing.chosen(own, who.role), bool(own)


def arranged(names: Sequence[str], up: str, down: str) -> list[str]:
    """Return names with one of them moved a place up or down; a move that leads out of the list changes nothing."""
    found = list(dict.fromkeys(name for name in names if name in listing.COLUMNS))
    name, step = (up, -1) if up else (down, 1)
    if name in found:
        place = found.index(name)
        target = min(max(place + step, 0), len(found) - 1)
        found.insert(target, found.pop(place))
    return found


def values(
    connection: Connection, asked: Asked, paging: Paging, on: Sequence[ListColumn], own: bool
) -> dict[str, Any]:
    """Return what the table of parcels shows of the filter: rows, columns, totals, pages."""
    run_id, order = asked.run(), paging.sort or SORT
    chosen = _found(connection, run_id, asked.filter)
    totals = totals_of(connection, run_id, chosen.without("status"))
    whole = queries.add(
        [total for code, total in totals.items() if not chosen.status or code in chosen.status]
    )
    size = paging.size
    pages = max(1, -(-whole.n // size))
    number = min(paging.page, pages)
    rows = queries.parcel_rows(connection, run_id, chosen, sort=order, size=size, page=number)
    more = {} if size == SIZES[1] else {"size": str(size)}
    more |= {"sort": order} if order != SORT else {}
    return {
        "rows": rows, "totals": shown(totals), "whole": whole, "all": queries.add(list(totals.values())),
        "page": number, "pages": pages, "size": size, "sizes": SIZES, "sort": order,
        "links": Links(asked.query, **more), "columns": on, "own_columns": own,
        "column_choices": _choices(on), "views": list_settings.views(connection, actor()),
        "beside": listing.beside(connection, run_id, on, [row["parcel_code"] for row in rows]),
    }  # fmt: skip


def _found(connection: Connection, run_id: int, asked: Filter) -> Filter:
    """Return a filter with a typed text as the parcels that it finds, looked for once instead of for each part."""
    if asked.q is None:
        return asked
    found = queries.matching_ids(connection, run_id, asked.without("status"))
    if len(found) > MOST_FOUND:
        return asked
    return Filter(status=asked.status, entity_ids=found or (NO_PARCEL,))


def totals_of(connection: Connection, run_id: int, chosen: Filter) -> dict[str, Total]:
    """Return count and area by status of a filter."""
    if not kept.lasting(chosen):
        return queries.status_totals(connection, run_id, chosen)
    return kept.of_run(
        connection, run_id, ("totals", chosen), lambda: queries.status_totals(connection, run_id, chosen)
    )


def _choices(on: Sequence[ListColumn]) -> list[tuple[ListColumn, bool]]:
    """Return every column that may be chosen: those on show in their order, then the others."""
    shown_names = {column.name for column in on}
    others = [column for column in listing.allowed(actor().role) if column.name not in shown_names]
    return [(column, True) for column in on] + [(column, False) for column in others]
