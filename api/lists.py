"""What the pages of lists share: rows, totals and paging of one filter."""

from typing import Any

from sqlalchemy import Connection

from api import kept
from api.deps import Asked, Paging
from api.filters import Links
from api.pages import shown
from data import queries
from data.filtering import Filter
from data.queries import Total

SIZES = (25, 50, 100, 200)
MOST_FOUND = 20_000  # parcels that a list of numbers is handed on for
NO_PARCEL = 0  # numbers begin at 1


def list_values(
    connection: Connection, asked: Asked, paging: Paging, chosen: Filter, sort: str
) -> dict[str, Any]:
    """Return rows, totals and paging of a list."""
    order = paging.sort or sort
    chosen = _found(connection, asked.run(), chosen)
    totals = totals_of(connection, asked.run(), chosen.without("status"))
    here = [total for code, total in totals.items() if not chosen.status or code in chosen.status]
    whole = queries.add(here)
    pages = max(1, -(-whole.n // paging.size))
    number = min(paging.page, pages)
    rows = queries.parcel_rows(connection, asked.run(), chosen, sort=order, size=paging.size, page=number)
    more = {} if paging.size == SIZES[1] else {"size": str(paging.size)}
    more |= {"sort": order} if order != sort else {}
    return {
        "rows": rows, "totals": shown(totals), "whole": whole, "all": queries.add(list(totals.values())),
        "page": number, "pages": pages, "size": paging.size, "sizes": SIZES, "sort": order,
        "links": Links(asked.query, **more),
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


def undetermined(connection: Connection, run_id: int, park: str | None) -> queries.Total:
    """Return how many parcels can't be decided."""
    unknown = Filter(park=park, status=("unknown",))
    return totals_of(connection, run_id, unknown)["unknown"]
