"""What the page of the parcel table shows: rows with their columns, totals, paging, the choice of columns and views."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from sqlalchemy import Connection

from api.deps import Asked, Paging
from api.lists import list_values
from data import list_settings, listing
from data.identity import actor
from data.listing import ListColumn

SORT = "parcel_code"
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
    found = list_values(connection, asked, paging, asked.filter, SORT)
    return found | {
        "columns": on, "own_columns": own, "column_choices": _choices(on),
        "views": list_settings.views(connection, actor()),
        "beside": listing.beside(connection, asked.run(), on, [row["parcel_code"] for row in found["rows"]]),
    }  # fmt: skip


def _choices(on: Sequence[ListColumn]) -> list[tuple[ListColumn, bool]]:
    """Return every column that may be chosen: those on show in their order, then the others."""
    shown_names = {column.name for column in on}
    others = [column for column in listing.allowed(actor().role) if column.name not in shown_names]
    return [(column, True) for column in on] + [(column, False) for column in others]
