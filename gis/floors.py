"""Floor area on the parcels of a contract, from the buildings on record."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gis.columns import objects, rows_of
from gis.exact import figure, total
from gis.facts import Tables
from gis.periods import as_days


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: an exact value or what is missing, its two parts, and whether derived."""

    value: Fraction | None
    missing: tuple[str, ...] = ()
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    derived: bool = False


class Floors:
    """The buildings of each parcel that stand on a day.

    A building without a completion date may or may not stand: the floor area
    is unknown. No building on record is not "no building": unknown too.
    """

    def __init__(self, tables: Tables, as_of: dt.date) -> None:
        table = tables.building
        self.day = np.datetime64(as_of, "D")
        self.done = as_days(table["completed_on"])
        self.floor = objects(table["floor_area_m2"])
        parcel = rows_of(table["parcel_code"], tables.parcels)
        self.of: dict[int, list[int]] = defaultdict(list)
        for row, number in enumerate(parcel.tolist()):
            self.of[number].append(row)

    def area(self, parcels: list[int]) -> Side:
        """Return the floor area that stands on some parcels (rows of the parcel table)."""
        rows = [row for parcel in parcels if parcel >= 0 for row in self.of.get(parcel, [])]
        missing: tuple[str, ...] = () if rows else ("building",)
        if any(np.isnat(self.done[row]) for row in rows):
            missing += ("completed_on",)
        standing = [figure(self.floor[row]) for row in rows if self.done[row] <= self.day]
        if any(part is None for part in standing):
            missing += ("floor_area_m2",)
        if missing:
            return Side(None, missing)
        return Side(total(standing) or Fraction(0))
