"""The land-state tree of a zone (土地利用状况): areas by construction and by supply state, overlays G and H.

Two classifications of the same area: A + B + C and D + E + F both make the
zone, or the tree says by how much not. Codes are those of the evaluation of
development zones; a deeper code (A31) counts into those above it (A3, A).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.areas import LEAST_M2, measure, square_metres
from gis.builtup import current_boundaries, union_areas
from gis.columns import text_array
from gis.periods import as_days
from gis.polygons import valid_polygons
from gis.tables import frame_of, require_columns

CONSTRUCTION = (
    "A", "A1", "A2", "A3", "A31", "A32", "A4", "A5", "A51", "A52", "A6",
    "B", "B1", "B11", "B12", "B2", "B21", "B22", "C", "C1", "C2", "C3",
)  # fmt: skip
SUPPLY = ("D", "D1", "D2", "D21", "D22", "E", "E1", "E2", "E21", "E22", "F")
AVAILABLE = SUPPLY[SUPPLY.index("E") : SUPPLY.index("F")]
OVERLAYS = ("G", "H", "H1", "H2")
CHECKS = ("ZONE", "CONSTRUCTION_GAP", "CONSTRUCTION_TWICE", "SUPPLY_GAP", "SUPPLY_TWICE")
CODES = (*CONSTRUCTION, *SUPPLY, *OVERLAYS, *CHECKS)
ROOTS = {"construction_state": ("A", "B", "C"), "supply_state": ("D", "E", "F")}
STOCK_COLUMNS = ("park_code", "zone_part", "code", "area_m2", "basis", "observed_on", "reason")
USE_COLUMNS = ("parcel_code", "construction_state", "supply_state", "high_tech", "area_m2", "observed_on")
NOT_DETERMINED = "NO_DETERMINATION"


def land_states(
    states: gpd.GeoDataFrame,
    parks: gpd.GeoDataFrame,
    builtup: gpd.GeoDataFrame,
    parcels: gpd.GeoDataFrame,
    as_of: dt.date,
) -> pd.DataFrame:
    """Return the tree of each park on a day.

    Parameters
    ----------
    states
        ``observed_on``, ``construction_state``, ``supply_state``, ``zone_part``, ``high_tech``; geometry
        in EPSG:4490. Of a park the newest observation up to the day counts.
    parks
        ``park_code``, ``boundary_version``, ``valid_from``: the boundary valid on the day is used.
    builtup
        ``observed_on``: where a park has no ``states``, A is read from its newest survey.
    parcels
        ``supplied_on``, ``supply_unknown``: where a park has no ``states``, D is the union of the parcels
        that were supplied by the day.

    Returns
    -------
    pandas.DataFrame
        ``STOCK_COLUMNS``, a row a park, part of the zone (``MAIN``, ``DIRECTION``, "" where the survey does
        not say; never added to one another) and code of ``CODES``. ``area_m2`` is ``Decimal`` square metres
        with 4 decimals, land drawn twice in one state counted once; None with a ``reason`` where nothing
        is on record. ``…_GAP`` is zone without state, ``…_TWICE`` land in two states of one classification:
        roots + gap - twice = zone. G stays None until the department has determined (never 0, never suspected land).

    Raises
    ------
    WrongCRS, MissingColumns
        Geometry is not in EPSG:4490, or a column is absent.
    """
    require_columns(
        states, ("observed_on", "construction_state", "supply_state", "zone_part", "high_tech"), "land_state"
    )
    chosen = current_boundaries(parks, as_of)
    seen = _Seen(states, as_of)
    fall_back = _FallBack(builtup, parcels, as_of)
    rows: list[dict[str, Any]] = []
    for code, zone in zip(chosen["park_code"].astype(str), valid_polygons(chosen.geometry), strict=True):
        day, here = seen.newest(zone)
        if day is None:
            rows += _without_states(code, zone, fall_back)
            continue
        for part in dict.fromkeys(seen.zone_part[here].tolist()):
            rows += _tree(
                code,
                part,
                zone,
                day,
                seen,
                here[seen.zone_part[here] == part],
                len(set(seen.zone_part[here])) == 1,
            )
    return frame_of(rows, STOCK_COLUMNS)


def uses_of_parcels(
    states: gpd.GeoDataFrame, parks: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame, as_of: dt.date
) -> pd.DataFrame:
    """Return the states inside each parcel on a day: one parcel may be in several (part built, part bare).

    Parameters are those of :func:`land_states`; ``parcels`` has ``parcel_code``.

    Returns
    -------
    pandas.DataFrame
        ``USE_COLUMNS``, a row a parcel and combination of states with an area above 0, by parcel.
    """
    seen = _Seen(states, as_of)
    chosen = current_boundaries(parks, as_of)
    rows = [seen.newest(zone)[1] for zone in valid_polygons(chosen.geometry)]
    here = np.unique(np.concatenate(rows)) if rows else np.zeros(0, dtype=int)
    land = valid_polygons(parcels.geometry)
    if not len(here) or not len(land):
        return pd.DataFrame({name: pd.Series(dtype=object) for name in USE_COLUMNS})
    parcel, state = shapely.STRtree(seen.shapes[here]).query(land, predicate="intersects")
    areas = measure(shapely.intersection(land[parcel], seen.shapes[here][state]))
    keys = {
        name: getattr(seen, name)[here][state] for name in ("construction_state", "supply_state", "high_tech")
    }
    table = pd.DataFrame({"row": parcel, **keys, "day": seen.day[here][state], "area": areas})
    sums = (
        table[table["area"] >= LEAST_M2].groupby(["row", *keys, "day"], sort=True)["area"].sum().reset_index()
    )
    codes = parcels["parcel_code"].to_numpy(dtype=object)
    made = {
        "parcel_code": codes[sums["row"].to_numpy()], **{name: sums[name].to_numpy() for name in keys},
        "area_m2": [square_metres(area) for area in sums["area"]], "observed_on": [day.item() for day in sums["day"].to_numpy("datetime64[D]")],
    }  # fmt: skip
    frame = {name: pd.Series(list(made[name]), dtype=object) for name in USE_COLUMNS}
    return pd.DataFrame(frame, columns=list(USE_COLUMNS))


class _Seen:
    """The surveyed states up to a day, as arrays."""

    def __init__(self, states: gpd.GeoDataFrame, as_of: dt.date) -> None:
        day = as_days(states["observed_on"])
        usable = states[day <= np.datetime64(as_of, "D")]
        self.day = as_days(usable["observed_on"])
        self.shapes = valid_polygons(usable.geometry)
        self.tree = shapely.STRtree(self.shapes)
        for name in ("construction_state", "supply_state", "zone_part", "high_tech"):
            values = text_array(usable[name])
            setattr(self, name, np.where(values == np.array(None), "", values).astype(object))

    construction_state: Any
    supply_state: Any
    zone_part: Any
    high_tech: Any

    def newest(self, zone: Any) -> tuple[dt.date | None, Any]:
        """Return the newest day on which states show a zone, and the rows of that day in it."""
        rows = (
            np.sort(self.tree.query(zone, predicate="intersects"))
            if len(self.shapes)
            else np.zeros(0, dtype=int)
        )
        if not len(rows):
            return None, rows
        rows = rows[self.day[rows] == self.day[rows].max()]
        return self.day[rows][0].item(), rows


@dataclass(frozen=True, slots=True)
class _Part:
    """The states of one part of one zone."""

    zone: Any
    shapes: Any

    def area(self, chosen: Any) -> float:
        some = self.shapes[chosen]
        return float(union_areas(some, self.zone)[0]) if len(some) else 0.0


def _tree(
    park: str, part: str, zone: Any, day: dt.date, seen: _Seen, here: Any, whole: bool
) -> Iterator[dict[str, Any]]:
    """Yield the rows of one part of a park; its zone is the park where it is the only part, else its own states."""
    common = {"park_code": park, "zone_part": part, "basis": "LAND_STATE", "observed_on": day, "reason": ""}
    found = _Part(np.array([zone], dtype=object), seen.shapes[here])
    everything = np.ones(len(here), dtype=bool)
    size = float(measure(found.zone)[0]) if whole else found.area(everything)
    states = {"construction_state": (CONSTRUCTION, "CONSTRUCTION"), "supply_state": (SUPPLY, "SUPPLY")}
    for column, (codes, name) in states.items():
        values = getattr(seen, column)[here].astype(str)
        areas = {code: found.area(np.char.startswith(values, code)) for code in codes}
        for code, area in areas.items():
            yield common | {"code": code, "area_m2": square_metres(area)}
        roots = sum((square_metres(areas[root]) for root in ROOTS[column]), Decimal(0))
        classified = square_metres(found.area(values != ""))
        yield common | {"code": f"{name}_GAP", "area_m2": square_metres(size) - classified}
        yield common | {"code": f"{name}_TWICE", "area_m2": roots - classified}
    technology = seen.high_tech[here].astype(str)
    for code in ("H", "H1", "H2"):
        yield common | {
            "code": code,
            "area_m2": square_metres(found.area(np.char.startswith(technology, code))),
        }
    yield common | {"code": "ZONE", "area_m2": square_metres(size)}
    yield common | {"code": "G", "area_m2": None, "reason": NOT_DETERMINED}


class _FallBack:
    """What is known of a park without surveyed states: its built-up patches and its supplied parcels."""

    def __init__(self, builtup: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame, as_of: dt.date) -> None:
        day, on = as_days(builtup["observed_on"]), np.datetime64(as_of, "D")
        self.seen = day[day <= on]
        self.built = valid_polygons(builtup.geometry)[day <= on]
        self.tree = shapely.STRtree(self.built)
        self.supplied = as_days(parcels["supplied_on"]) <= on
        self.unknown = ~self.supplied & parcels["supply_unknown"].to_numpy(dtype=bool)
        self.parcels = valid_polygons(parcels.geometry)
        self.land = shapely.STRtree(self.parcels)

    def a(self, zone: Any) -> tuple[Decimal | None, dt.date | None]:
        """Return the built-up area of the newest survey that shows a zone."""
        rows = self.tree.query(zone, predicate="intersects") if len(self.built) else np.zeros(0, dtype=int)
        if not len(rows):
            return None, None
        rows = np.sort(rows[self.seen[rows] == self.seen[rows].max()])
        area = union_areas(self.built[rows], np.array([zone], dtype=object))[0]
        return square_metres(float(area)), self.seen[rows][0].item()

    def d(self, zone: Any) -> tuple[Decimal | None, str]:
        """Return the area of the supplied parcels inside a zone, or why it is not known."""
        rows = np.sort(self.land.query(zone, predicate="intersects"))
        if not len(rows):
            return None, "NO_PARCELS"
        if self.unknown[rows].any():
            return None, "SUPPLY_UNKNOWN"
        land = self.parcels[rows[self.supplied[rows]]]
        area = union_areas(land, np.array([zone], dtype=object))[0] if len(land) else 0.0
        return square_metres(float(area)), ""


def _without_states(park: str, zone: Any, known: _FallBack) -> Iterator[dict[str, Any]]:
    empty: dict[str, Any] = {
        "park_code": park,
        "zone_part": "",
        "area_m2": None,
        "basis": "",
        "observed_on": None,
        "reason": "NO_LAND_STATE",
    }
    built, day = known.a(zone)
    supplied, why = known.d(zone)
    told: dict[str, dict[str, Any]] = {
        "A": {"area_m2": built, "basis": "BUILTUP", "observed_on": day, "reason": "" if day else "NO_SURVEY"},
        "D": {"area_m2": supplied, "basis": "CONTRACT", "reason": why},
        "G": {"reason": NOT_DETERMINED},
        "ZONE": {"area_m2": square_metres(float(measure(np.array([zone], dtype=object))[0])), "basis": "PARK", "reason": ""},
    }  # fmt: skip
    for code in CODES:
        yield empty | {"code": code} | told.get(code, {})
