"""What surveys saw of each parcel (观测): built-up area by day of observation."""

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from gis.periods import as_days
from gis.tables import require_columns

NEVER = 2**40


class Sightings:
    """Built-up areas of parcels, one row of arrays a year.

    A parcel was seen in a year only if its park was: built-up land of the park is on record that year.
    Where a whole park shows nothing it was not surveyed, so nothing is said about its parcels.
    """

    def __init__(self, built: pd.DataFrame, growth: pd.DataFrame, parcels: pd.Index, parks: Any) -> None:
        """Take what :mod:`gis.builtup` found by parcel and by park; ``parks`` holds the park of each parcel."""
        require_columns(built, ("parcel_code", "year", "builtup_m2", "share"), "parcel_builtup")
        require_columns(growth, ("park_code", "year", "observed_on"), "builtup_growth")
        years = built["year"].to_numpy(dtype=np.int64)
        self.years = np.unique(years)
        self._built = built
        shape = (len(self.years), len(parcels))
        self._row = np.full(shape, -1, dtype=np.int64)
        place = parcels.get_indexer(pd.Index(built["parcel_code"], dtype=object))
        known = place >= 0
        self._row[np.searchsorted(self.years, years[known]), place[known]] = np.flatnonzero(known)
        self._areas = built["builtup_m2"].to_numpy(dtype=object)
        self._shares = built["share"].to_numpy(dtype=object)
        self.day = self._days(growth, parks)
        """When a parcel was seen, by year and parcel, in days since 1970; NEVER for not at all."""
        self.day[self._row < 0] = NEVER
        shares = np.array([-1.0 if value is None else float(value) for value in self._shares.tolist()])
        self.share = np.append(shares, -1.0)[self._row]
        """The share that is built on, for a first look; -1 where it is not known."""
        self.day[self.share < 0] = NEVER

    def _days(self, growth: pd.DataFrame, parks: Any) -> Any:
        known = pd.Index(growth["park_code"].unique(), dtype=object)
        days = np.full((len(self.years), len(known) + 1), NEVER, dtype=np.int64)
        seen = as_days(growth["observed_on"]).astype(np.int64)
        year = np.searchsorted(self.years, growth["year"].to_numpy(dtype=np.int64))
        there = (year < len(self.years)) & np.isin(growth["year"].to_numpy(dtype=np.int64), self.years)
        days[year[there], known.get_indexer(growth["park_code"])[there]] = seen[there]
        return days[:, known.get_indexer(pd.Index(parks, dtype=object))]  # -1: the last column, never seen

    def newest(self) -> Any:
        """Return the newest year in which each parcel was seen, as a row number; -1 for never."""
        return self._choose(self.day < NEVER, last=True)

    def after(self, since: Any) -> Any:
        """Return the first year in which each parcel was seen on or after a day of its own; -1 for none."""
        return self._choose((self.day < NEVER) & (self.day >= since), last=False)

    def before(self, until: Any) -> Any:
        """Return the newest year in which each parcel was seen on or before a day of its own; -1 for none."""
        return self._choose(self.day <= np.minimum(until, NEVER - 1), last=True)

    def largest(self, since: Any) -> Any:
        """Return the year on or after a day of its own in which most of each parcel was built on; -1 for none.

        What was built may be gone again: the newest survey alone says nothing of what once stood.
        """
        if not len(self.years):
            return np.full(self.day.shape[1], -1, dtype=np.int64)
        seen = np.where((self.day < NEVER) & (self.day >= since), self.share, -1.0)
        best = len(seen) - 1 - seen[::-1].argmax(axis=0)
        return np.where(seen.max(axis=0) >= 0, best, -1)

    @staticmethod
    def _choose(these: Any, last: bool) -> Any:
        if not len(these):
            return np.full(these.shape[1], -1, dtype=np.int64)
        order = these[::-1] if last else these
        first = order.argmax(axis=0)
        return np.where(these.any(axis=0), len(these) - 1 - first if last else first, -1)

    def days(self, year: Any) -> Any:
        """Return the day of observation in a year of each parcel; NEVER for the year -1."""
        return self._at(self.day, year, NEVER)

    def shares(self, year: Any) -> Any:
        """Return the share seen in a year of each parcel; -1 for the year -1."""
        return self._at(self.share, year, -1.0)

    @staticmethod
    def _at(values: Any, year: Any, none: Any) -> Any:
        if not len(values):
            return np.full(len(year), none)
        return np.where(year >= 0, values[year, np.arange(values.shape[1])], none)

    def area(self, year: int, parcel: int) -> Decimal:
        """Return the exact area seen, in square metres."""
        found: Decimal = self._areas[self._row[year, parcel]]
        return found

    def exact_share(self, year: int, parcel: int) -> Decimal:
        """Return the share seen, with six decimals."""
        found: Decimal = self._shares[self._row[year, parcel]]
        return found


def day_of(number: int) -> dt.date:
    """Return the date of a number of days since 1970."""
    found: dt.date = np.datetime64(number, "D").item()
    return found
