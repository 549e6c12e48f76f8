"""What the pages of lists share: rows, totals and paging of one filter."""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import InstrumentedAttribute

from api import kept
from api.deps import Asked, Paging
from api.filters import Links
from api.pages import shown
from data import queries
from data.filtering import Filter
from data.queries import Total

SIZES = (25, 50, 100, 200)


def list_values(
    connection: Connection, asked: Asked, paging: Paging, chosen: Filter, sort: str
) -> dict[str, Any]:
    """Return rows, totals and paging of a list."""
    order = paging.sort or sort
    totals, codes = _found(connection, asked.run(), chosen, queries.Page(order, paging.size, paging.page))
    here = [total for code, total in totals.items() if not chosen.status or code in chosen.status]
    whole = queries.add(here)
    pages = max(1, -(-whole.n // paging.size))
    number = min(paging.page, pages)
    if number != paging.page or codes is None:
        codes = queries.page_codes(connection, asked.run(), chosen, queries.Page(order, paging.size, number))
    rows = queries.parcel_rows(connection, asked.run(), codes, sort=order)
    more = {} if paging.size == SIZES[1] else {"size": str(paging.size)}
    more |= {"sort": order} if order != sort else {}
    return {
        "rows": rows, "totals": shown(totals), "whole": whole, "all": queries.add(list(totals.values())),
        "page": number, "pages": pages, "size": paging.size, "sizes": SIZES, "sort": order,
        "links": Links(asked.query, **more),
    }  # fmt: skip


def _found(
    connection: Connection, run_id: int, chosen: Filter, wanted: queries.Page
) -> tuple[dict[str, Total], list[str] | None]:
    """Return the totals of a filter without its status and, where it takes long to read, the page read with them.

    A typed text and the day of supply are looked for in every row: once is enough. Everything else is read sooner
    from the indexes, one after the other.
    """
    if not any((chosen.q, chosen.holder, chosen.supplied_from, chosen.supplied_to)):
        return totals_of(connection, run_id, chosen.without("status")), None
    codes: list[str] | None = None

    def both() -> dict[str, Total]:
        nonlocal codes
        totals, codes = queries.totals_and_page(connection, run_id, chosen, wanted)
        return totals

    broad = chosen.without("status")
    totals = kept.of_run(connection, run_id, ("totals", broad), both) if kept.lasting(broad) else both()
    return totals, codes


def totals_of(connection: Connection, run_id: int, chosen: Filter) -> dict[str, Total]:
    """Return count and area by status of a filter."""
    if not kept.lasting(chosen):
        return queries.status_totals(connection, run_id, chosen)
    return kept.of_run(
        connection, run_id, ("totals", chosen), lambda: queries.status_totals(connection, run_id, chosen)
    )


def totals_by(
    connection: Connection, run_id: int, chosen: Filter, *keys: InstrumentedAttribute[Any]
) -> dict[Any, Total]:
    """Return count and area of a filter by one key, or by a tuple of keys."""

    def counted() -> dict[Any, Total]:
        return queries.totals_by(connection, run_id, chosen, *keys)

    if not kept.lasting(chosen):
        return counted()
    return kept.of_run(connection, run_id, ("by", chosen, *(key.key for key in keys)), counted)


def undetermined(connection: Connection, run_id: int, park: str | None) -> queries.Total:
    """Return how many parcels can't be decided."""
    unknown = Filter(park=park, status=("unknown",))
    return totals_of(connection, run_id, unknown)["unknown"]
