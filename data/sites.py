"""Which place a park lies in, so that the rules of its province and city apply to it."""

import datetime as dt

from sqlalchemy import Connection, func, select

from data.models import Park
from data.rules import Site
from gis.errors import LandStockError


class ParkNotFound(LandStockError):
    """No park has this code."""

    code = "park-not-found"

    def __init__(self, park_code: str, known: list[str]) -> None:
        listed = ", ".join(known[:12]) if known else "none yet"
        super().__init__(
            f"There is no park {park_code}. Parks on record: {listed}.",
            f"没有园区 {park_code}。现有园区：{'、'.join(known[:12]) or '尚无'}。请核对园区代码。",
        )


def site_of(connection: Connection, park_code: str, on: dt.date) -> Site:
    """Return a park with its division, by the boundary that is valid on a day.

    Raises
    ------
    ParkNotFound
        No park has this code.
    """
    current = func.upper_inf(Park.known)
    rows = connection.execute(
        select(Park.division_code)
        .where(current, Park.park_code == park_code)
        .order_by((Park.valid_from > on).asc(), Park.valid_from.desc().nulls_last(), Park.boundary_version.desc())
    ).scalars().all()  # fmt: skip
    if not rows:
        known = connection.execute(
            select(Park.park_code).where(current).distinct().order_by(Park.park_code)
        ).scalars()
        raise ParkNotFound(park_code, list(known))
    return Site(park_code, rows[0])
