"""The growth ledger (建成区变化台账): why built-up area is larger or smaller than before.

opening + correction + boundary + new - demolished + slivers = closing, to the
last digit. Both years are compared on the closing boundary, so a wider
boundary is a line of its own and never looks like construction (built-up-area
rules, section 4).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.areas import square_metres
from gis.builtup import current_boundaries, observations, union_areas
from gis.ledger_pieces import RELATIONS, Land, Pieces, compare
from gis.periods import as_days
from gis.polygons import valid_polygons
from gis.rules import BuiltupRule
from gis.tables import frame_of, require_columns

LEDGER_COLUMNS = (
    "park_code", "from_year", "to_year", "boundary_from", "boundary_to", "opening_m2", "correction_m2", "boundary_m2",
    "new_m2", "demolished_m2", "sliver_m2", "closing_m2", "new_infill_m2", "new_edge_m2", "new_leapfrog_m2",
    "new_supplied_m2", "new_unsupplied_m2", "new_supply_unknown_m2", "slivers", "unexplained_m2",
)  # fmt: skip
PIECE_COLUMNS = (
    "park_code", "from_year", "to_year", "parcel_code", "new_m2", "demolished_m2", "supply", "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of each park, and its new and demolished land parcel by parcel."""

    parks: pd.DataFrame
    parcels: pd.DataFrame


def growth_ledger(
    patches: gpd.GeoDataFrame,
    parks: gpd.GeoDataFrame,
    parcels: gpd.GeoDataFrame,
    rule: BuiltupRule,
    as_of: dt.date,
    first_known: gpd.GeoDataFrame | None = None,
) -> Ledger:
    """Return the ledger between each two observed years of a park that follow one another.

    Parameters
    ----------
    patches
        ``observed_on``, geometry in EPSG:4490, ``source`` where known.
    parks
        ``park_code``, ``boundary_version``, ``valid_from``; every version of every boundary.
    parcels
        ``parcel_code``, ``supplied_on`` (the day of the first supply contract; NaT: none) and
        ``supply_unknown`` (a contract without a date); geometry in EPSG:4490.
    rule
        Sizes of slivers and the share of the border that makes new land an infill.
    as_of
        Observations after this day do not exist yet.
    first_known
        The patches as they were first published, where they have changed since; the difference is
        the correction. Without it nothing was corrected.

    Returns
    -------
    Ledger
        ``LEDGER_COLUMNS``, by park and year, and ``PIECE_COLUMNS``. Areas are ``Decimal`` square
        metres with 4 decimals. ``sliver_m2`` is the remainder of the identity; ``unexplained_m2`` is
        what it differs from the slivers that were measured, and should be nothing but rounding.

    Raises
    ------
    WrongCRS, MissingColumns
        Geometry is not in EPSG:4490, or a column is absent.
    """
    require_columns(parcels, ("parcel_code", "supplied_on", "supply_unknown"), "parcel")
    now = _Surveys(patches, parks, as_of)
    then = now if first_known is None else _Surveys(first_known, parks, as_of)
    land = Land(parcels)
    lines: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for code in sorted(now.zones):
        for before, after in pairwise(now.days_of(code)):
            pieces = _pieces(now, code, before, after, rule, land)
            key = {"park_code": code, "from_year": before.year, "to_year": after.year}
            lines.append(key | _line(now, then, code, before, after, pieces))
            rows += [key | row for row in pieces.by_parcel()]
    return Ledger(frame_of(lines, LEDGER_COLUMNS), frame_of(rows, PIECE_COLUMNS))


class _Surveys:
    """The surveys of each park, and the boundaries that were valid then."""

    def __init__(self, patches: gpd.GeoDataFrame, parks: gpd.GeoDataFrame, as_of: dt.date) -> None:
        self.parks = parks
        chosen = current_boundaries(parks, as_of)
        codes = chosen["park_code"].astype(str)
        self.zones = dict(zip(codes, valid_polygons(chosen.geometry), strict=True))
        self.versions = dict(zip(codes, chosen["boundary_version"], strict=True))
        self._days: dict[str, list[dt.date]] = {}
        for (park, _), (day, _) in observations(patches, chosen, as_of).items():
            self._days.setdefault(park, []).append(day)
        self._boundaries: dict[dt.date, dict[str, tuple[Any, Any]]] = {}
        on = as_days(patches["observed_on"])
        shapes = valid_polygons(patches.geometry)
        named = patches["source"] if "source" in patches else pd.Series([None] * len(patches), dtype=object)
        sources = named.fillna("").to_numpy(dtype=object)
        self.shown = {day: (shapes[on == day], sources[on == day]) for day in np.unique(on[~np.isnat(on)])}
        self.trees = {day: shapely.STRtree(here) for day, (here, _) in self.shown.items()}

    def days_of(self, code: str) -> list[dt.date]:
        """Return the day of the survey that counts, for each year in which the park was seen."""
        return sorted(self._days.get(code, []))

    def around(self, day: dt.date, zone: Any) -> tuple[Any, Any]:
        """Return the patches of a day that meet a zone, and their sources."""
        key = np.datetime64(day, "D")
        if key not in self.shown:
            return np.array([], dtype=object), np.array([], dtype=object)
        rows = np.sort(self.trees[key].query(zone, predicate="intersects"))
        shapes, sources = self.shown[key]
        return shapes[rows], sources[rows]

    def boundary(self, code: str, on: dt.date) -> tuple[Any, Any]:
        """Return the boundary of a park that was valid on a day, and its version; the current one if none was."""
        if on not in self._boundaries:
            valid = current_boundaries(self.parks, on)
            shapes = zip(valid_polygons(valid.geometry), valid["boundary_version"], strict=True)
            self._boundaries[on] = dict(zip(valid["park_code"].astype(str), shapes, strict=True))
        return self._boundaries[on].get(code, (self.zones[code], self.versions[code]))

    def area(self, day: dt.date, zone: Any) -> Decimal:
        """Return the built-up area inside a zone on a day, in square metres with 4 decimals."""
        shapes, _ = self.around(day, zone)
        found = union_areas(shapes, np.array([zone], dtype=object))[0] if len(shapes) else 0.0
        return square_metres(float(found))


def _pieces(
    now: _Surveys, code: str, before: dt.date, after: dt.date, rule: BuiltupRule, land: Land
) -> Pieces:
    zone = now.zones[code]
    shapes, sources = now.around(after, zone)
    return compare(now.around(before, zone)[0], shapes, sources, zone, rule, land, np.datetime64(after, "D"))


def _line(
    now: _Surveys, then: _Surveys, code: str, before: dt.date, after: dt.date, pieces: Pieces
) -> dict[str, Any]:
    old_zone, old_version = now.boundary(code, before)
    opening, seen_now = then.area(before, old_zone), now.area(before, old_zone)
    compared, closing = now.area(before, now.zones[code]), now.area(after, now.zones[code])
    relations = {name: square_metres(pieces.of_relation(name)) for name in RELATIONS}
    new, lost = sum(relations.values(), Decimal(0)), square_metres(float(pieces.lost_m2.sum()))
    supplied, unknown = (
        square_metres(pieces.supply_m2["supplied"]),
        square_metres(pieces.supply_m2["supply_unknown"]),
    )
    sliver = closing - compared - new + lost
    measured = square_metres(pieces.sliver_gain_m2) - square_metres(pieces.sliver_loss_m2)
    return {
        "boundary_from": old_version, "boundary_to": now.versions[code],
        "opening_m2": opening, "correction_m2": seen_now - opening, "boundary_m2": compared - seen_now,
        "new_m2": new, "demolished_m2": lost, "sliver_m2": sliver, "closing_m2": closing,
        **{f"new_{name}_m2": area for name, area in relations.items()},
        "new_supplied_m2": supplied, "new_supply_unknown_m2": unknown, "new_unsupplied_m2": new - supplied - unknown,
        "slivers": pieces.slivers, "unexplained_m2": sliver - measured,
    }  # fmt: skip
