"""Floor area on the parcels of a contract, from the buildings on record."""

import datetime as dt
from collections import defaultdict

import numpy as np

from gis.columns import rows_of
from gis.facts import Tables
from gis.periods import as_days
from gis.whole_numbers import Numbers, sum_of

_NO_BUILDING = None, ("building",)


class Floors:
    """The buildings of each parcel that stand on a day.

    A building without a completion date may or may not stand: the floor area
    is unknown. No building on record is not "no building": unknown too.
    """

    def __init__(self, tables: Tables, as_of: dt.date, floor: Numbers) -> None:
        self.floor = floor
        done = as_days(tables.building["completed_on"])
        self.undated, self.stands = np.isnat(done).tolist(), (done <= np.datetime64(as_of, "D")).tolist()
        self.of: dict[int, list[int]] = defaultdict(list)
        for row, number in enumerate(rows_of(tables.building["parcel_code"], tables.parcels).tolist()):
            self.of[number].append(row)

    def area(self, parcels: list[int]) -> tuple[int | None, tuple[str, ...]]:
        """Return the floor area that stands on some parcels (rows of the parcel table), or what is missing for it.

        In the unit of ``floor``.
        """
        if not self.of:
            return _NO_BUILDING
        rows = [row for parcel in parcels if parcel >= 0 for row in self.of.get(parcel, [])]
        missing: tuple[str, ...] = () if rows else ("building",)
        if any(self.undated[row] for row in rows):
            missing += ("completed_on",)
        standing = [self.floor[row] for row in rows if self.stands[row]]
        if any(part is None for part in standing):
            missing += ("floor_area_m2",)
        return (None, missing) if missing else (sum_of(standing) or 0, ())
