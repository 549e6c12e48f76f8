"""What pages say about the whole: the state of the data, the parks, the newest deliveries, what falls due, growth."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from data.queries import Total, add
from data.sql import load
from gis.words import STATUS, status_of


@dataclass(frozen=True, slots=True)
class Park:
    """A park as pages name it; ``box`` is west, south, east, north in degrees."""

    park_code: str
    park_name: str | None
    box: tuple[float, float, float, float] | None

    @property
    def name(self) -> str:
        """The name, else the code."""
        return self.park_name or self.park_code


@dataclass(frozen=True, slots=True)
class ParkTotal:
    """Parcels of one park by map status."""

    code: str
    name: str
    counts: dict[str, int]
    total: Total


def park_totals(parks: Sequence[Park], found: Mapping[tuple[str | None, str], Total]) -> list[ParkTotal]:
    """Return the totals of each park from totals by park and verdict."""
    rows = []
    for park in parks:
        own = {verdict: total for (code, verdict), total in found.items() if code == park.park_code}
        counts = dict.fromkeys(STATUS, 0)
        for verdict, total in own.items():
            counts[status_of(verdict)] += total.n
        rows.append(ParkTotal(park.park_code, park.name, counts, add(list(own.values()))))
    return rows


def frame(connection: Connection) -> RowMapping:
    """Return the state of the published data (see ``frame.sql``)."""
    return connection.execute(load("frame")).mappings().one()


def running_load(connection: Connection) -> RowMapping | None:
    """Return the import that is under way (see ``running_load.sql``), or nothing."""
    return connection.execute(load("running_load")).mappings().first()


def run(connection: Connection, run_id: int) -> RowMapping:
    """Return day, publication and rules of a run (see ``run.sql``)."""
    return connection.execute(load("run"), {"run_id": run_id}).mappings().one()


def parks(connection: Connection, run_id: int) -> list[Park]:
    """Return the parks of a run, by code (see ``parks.sql``)."""
    rows = connection.execute(load("parks"), {"run_id": run_id}).all()
    return [
        Park(r.park_code, r.park_name, None if r.west is None else (r.west, r.south, r.east, r.north))
        for r in rows
    ]


def extent(connection: Connection, run_id: int, park: str | None) -> tuple[float, float, float, float] | None:
    """Return the box around the parcels of a run in degrees, or nothing without parcels."""
    row = connection.execute(load("extent"), {"run_id": run_id, "park": park}).one()
    return None if row.west is None else (row.west, row.south, row.east, row.north)


def recent_deliveries(connection: Connection, limit: int = 6) -> Sequence[RowMapping]:
    """Return the newest deliveries (see ``deliveries_recent.sql``)."""
    return connection.execute(load("deliveries_recent"), {"limit": limit}).mappings().all()


def due(
    connection: Connection, run_id: int, park: str | None, until: dt.date, *, size: int, page: int = 1
) -> Sequence[RowMapping]:
    """Return one page of what falls due up to a day (see ``due.sql``)."""
    values = {"run_id": run_id, "park": park, "until": until, "limit": size, "offset": (page - 1) * size}
    return connection.execute(load("due"), values).mappings().all()


def stored_run(connection: Connection, like: int, as_of: dt.date) -> int | None:
    """Return the stored run of another day on the same data by the same rules, if there is one."""
    found: int | None = connection.execute(load("stored_run"), {"like": like, "as_of": as_of}).scalar_one()
    return found


def growth(connection: Connection, run_id: int, park: str | None) -> Sequence[RowMapping]:
    """Return built-up area per park and year (see ``growth.sql``)."""
    return connection.execute(load("growth"), {"run_id": run_id, "park": park}).mappings().all()
