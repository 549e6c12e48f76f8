"""Everything on record about one parcel, as one stored run saw it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Connection, RowMapping

from data import audit
from data.sql import load
from gis.errors import LandStockError

METRES_A_DEGREE = 111_320.0  # of latitude; good to 1 in 300, for drawing only
SMALLEST_VIEW_M = 220.0


class ParcelNotFound(LandStockError):
    """No parcel of the run has this code."""

    code: ClassVar[str] = "parcel-not-found"

    def __init__(self, wanted: str | int) -> None:
        self.wanted = wanted
        super().__init__(
            f"There is no parcel {wanted} in the data asked for. Check the number, the day and the "
            "moment of knowledge; the list of parcels finds it by a part of its number.",
            f"所查数据中没有宗地 {wanted}。请核对宗地号、截至日期和数据时点；宗地列表可按宗地号的一部分查找。",
        )


@dataclass(frozen=True, slots=True)
class Drawing:
    """A small map: SVG paths in metres around ``centre``; the view is ``width`` by ``height`` metres."""

    width: float
    height: float
    parcels: Sequence[RowMapping]
    parks: Sequence[RowMapping]


@dataclass(frozen=True, slots=True)
class Dossier:
    """One parcel with its verdict, its papers and its history."""

    parcel: RowMapping
    contracts: Sequence[RowMapping]
    events: Sequence[RowMapping]
    intensity: Sequence[RowMapping]
    builtup: Sequence[RowMapping]
    issues: Sequence[RowMapping]
    versions: Sequence[RowMapping]
    lineage: Sequence[RowMapping] = ()


def _rows(connection: Connection, query: str, **params: Any) -> Sequence[RowMapping]:
    return connection.execute(load(query), params).mappings().all()


def parcel(
    connection: Connection, run_id: int, *, parcel_code: str | None = None, entity_id: int | None = None
) -> RowMapping:
    """Return one parcel with its verdict, by code or by identity.

    Raises
    ------
    ParcelNotFound
        The run has no such parcel.
    """
    found = _rows(connection, "dossier_parcel", run_id=run_id, parcel_code=parcel_code, entity_id=entity_id)
    if not found:
        raise ParcelNotFound(parcel_code if parcel_code is not None else entity_id or 0)
    return found[0]


def dossier(
    connection: Connection, run_id: int, *, parcel_code: str | None = None, entity_id: int | None = None
) -> Dossier:
    """Return everything on record about one parcel; the look at it goes into the log.

    Raises
    ------
    ParcelNotFound
        The run has no such parcel.
    """
    found = parcel(connection, run_id, parcel_code=parcel_code, entity_id=entity_id)
    here = {"run_id": run_id, "parcel_code": found["parcel_code"]}
    audit.record(connection, "view", "parcel", found["parcel_code"], {"as_of": found["as_of"]})
    return Dossier(
        parcel=found,
        contracts=_rows(connection, "dossier_contracts", **here),
        events=_rows(connection, "dossier_events", **here),
        intensity=_rows(connection, "dossier_intensity", **here),
        builtup=_rows(connection, "dossier_builtup", **here),
        issues=_rows(connection, "dossier_issues", parcel_code=found["parcel_code"], limit=5),
        versions=_rows(connection, "dossier_versions", entity_id=found["entity_id"]),
        lineage=_rows(connection, "dossier_lineage", entity_id=found["entity_id"], run_id=run_id),
    )


def drawing(connection: Connection, run_id: int, found: RowMapping, *, ratio: float) -> Drawing:
    """Return the parcel and its neighbours drawn in metres; ``ratio`` is width over height of the view."""
    lon, lat = (found["west"] + found["east"]) / 2, (found["south"] + found["north"]) / 2
    kx, ky = METRES_A_DEGREE * math.cos(math.radians(lat)), METRES_A_DEGREE
    across, up = (found["east"] - found["west"]) * kx, (found["north"] - found["south"]) * ky
    height = max(SMALLEST_VIEW_M / ratio, 2.2 * up, 2.2 * across / ratio)
    width = height * ratio
    box = {
        "run_id": run_id, "lon": lon, "lat": lat, "kx": kx, "ky": ky,
        "west": lon - width / 2 / kx, "east": lon + width / 2 / kx,
        "south": lat - height / 2 / ky, "north": lat + height / 2 / ky,
    }  # fmt: skip
    return Drawing(
        width, height, _rows(connection, "dossier_map", **box), _rows(connection, "dossier_park", **box)
    )
