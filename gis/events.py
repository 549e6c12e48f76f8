"""What had happened on each parcel by a day: permit, foundation, suspension, completion.

Days are whole numbers (days since 1970). What is not known is held as two
bounds: the earliest and the latest day that the record allows.

What an event without a date does. It may lie at any day, so it widens a
bound or makes a start unknown, and it is always listed as missing:

- a permit may be the first one: the earliest commencement moves back, the
  latest does not move;
- a foundation record that reached its threshold, a completion: the same; one
  that had not reached it may stand before all others, so its type has to
  reach the threshold by a dated record before the foundation surely counts;
- a suspension may be the current one: whether and since when construction is
  stopped is unknown, if it has commenced;
- a resumption may end the suspension on record: unknown, if there is one;
- a completion check may have passed: completion is unknown;
- a delivery may be the first one: the day of delivery is unknown;
- a developed area may be the newest one: the developed area is unknown;
- progress and reported starts decide nothing.
"""

import datetime as dt
from functools import cached_property
from typing import Any, cast

import numpy as np
import pandas as pd

from gis.contracts import text_array
from gis.exact import figure, reaches_share
from gis.facts import Tables
from gis.periods import as_days
from gis.rules import IdleLandRule

NEVER = 2**40
ALWAYS = -NEVER
FINISHING = ("COMPLETED", "COMPLETION_CHECKED")
_TYPES = ("PIT", "PILES", "OTHER")
_UNTYPED = "?"


class Events:
    """The construction events of a set of parcels, as they stand on a day."""

    def __init__(self, tables: Tables, rule: IdleLandRule, as_of: dt.date) -> None:
        self.rule = rule
        self.table = tables.construction_event
        self.count = len(tables.parcel)
        self.day = int(np.datetime64(as_of, "D").astype(np.int64))
        dates = as_days(self.table["happened_on"])
        self.undated = np.isnat(dates)
        self.when = np.where(self.undated, NEVER, dates.astype(np.int64))
        parcels = pd.Index(tables.parcel["parcel_code"])
        self.parcel = parcels.get_indexer(pd.Index(self.table["parcel_code"]))
        self.kind = text_array(self.table["event"])
        self.here = self.parcel >= 0
        self._columns: dict[str, list[Any]] = {}
        self.known = self.here & ~self.undated & (self.when <= self.day)

    def column(self, name: str) -> list[Any]:
        """Return a column of the event table as a list, read once."""
        if name not in self._columns:
            self._columns[name] = self.table[name].to_numpy(dtype=object).tolist()
        return self._columns[name]

    def rows(self, *kinds: str) -> Any:
        """Return which rows are events of some kinds."""
        return np.isin(self.kind.astype(str), kinds)

    def any(self, chosen: Any) -> Any:
        """Return which parcels have a chosen row."""
        found = np.zeros(self.count, dtype=bool)
        found[self.parcel[chosen & self.here]] = True
        return found

    def first(self, chosen: Any) -> tuple[Any, Any]:
        """Return the first day (NEVER for none) and the row of the chosen, dated rows of each parcel."""
        rows = np.flatnonzero(chosen & self.known)
        rows = rows[np.argsort(-self.when[rows], kind="stable")]
        row = np.full(self.count, -1, dtype=np.int64)
        row[self.parcel[rows]] = rows
        return np.where(row >= 0, np.append(self.when, NEVER)[row], NEVER), row

    def last(self, chosen: Any) -> tuple[Any, Any]:
        """Return the newest day (ALWAYS for none) and the row of the chosen, dated rows of each parcel."""
        rows = np.flatnonzero(chosen & self.known)
        rows = rows[np.argsort(self.when[rows], kind="stable")]
        row = np.full(self.count, -1, dtype=np.int64)
        row[self.parcel[rows]] = rows
        return np.where(row >= 0, np.append(self.when, NEVER)[row], ALWAYS), row

    @cached_property
    def permit(self) -> tuple[Any, Any]:
        """The first dated permit, and its row."""
        return self.first(self.rows("PERMIT"))

    @cached_property
    def finished(self) -> tuple[Any, Any]:
        """The first completion of either kind, which counts as foundation reached, and its row."""
        return self.first(self.rows(*FINISHING))

    @cached_property
    def reached(self) -> tuple[Any, Any, Any]:
        """Foundation rows; whether each reached its threshold at worst, and at best.

        The two differ only for a row without a type: at worst it needs the
        whole, at best the smaller share.
        """
        foundation = self.rows("FOUNDATION") & self.here
        rows = np.flatnonzero(foundation)
        done, of = (self.table[name].to_numpy(dtype=object)[rows] for name in ("done", "of"))
        worst, best = np.zeros(len(self.table), bool), np.zeros(len(self.table), bool)
        types = self.foundation_type[rows]
        for row, kind, part, whole in zip(rows, types, done, of, strict=True):
            share = self.rule.foundation_share if kind == "OTHER" else self.rule.pit_share
            worst[row] = reaches_share(figure(part), figure(whole), share)
            share = self.rule.foundation_share if kind == _UNTYPED else share
            best[row] = worst[row] or reaches_share(figure(part), figure(whole), share)
        return foundation, worst, best

    @cached_property
    def foundation_type(self) -> Any:
        """The foundation type of each row; "?" where none is recorded."""
        kinds = text_array(self.table["foundation_type"])
        return np.where(np.equal(kinds, cast(Any, None)), _UNTYPED, kinds)

    def _foundation(self, seen: dict[str, Any], reached: dict[str, Any]) -> Any:
        """Return the first day on which a type is on record and all types then on record have reached."""
        found = np.full(self.count, NEVER, dtype=np.int64)
        for candidate in reached.values():
            holds = candidate < NEVER
            for kind, since in seen.items():
                holds &= (since > candidate) | (reached[kind] <= candidate)
            found = np.where(holds, np.minimum(found, candidate), found)
        return found

    @cached_property
    def foundation_late(self) -> Any:
        """The latest day on which the foundation counts as reached: undated rows at their worst."""
        foundation, worst, _ = self.reached
        seen: dict[str, Any] = {}
        reached: dict[str, Any] = {}
        for kind in (*_TYPES, _UNTYPED):
            of_kind = foundation & (self.foundation_type == kind)
            first_seen = self.first(of_kind)[0]
            blocked = self.any(of_kind & self.undated & ~worst)
            seen[kind] = np.where(blocked, ALWAYS, first_seen)
            reached[kind] = self.first(of_kind & worst)[0]
        return np.minimum(self._foundation(seen, reached), self.finished[0])

    @cached_property
    def foundation_early(self) -> Any:
        """The earliest day on which the foundation may count as reached: undated rows at their best."""
        foundation, worst, best = self.reached
        seen: dict[str, Any] = {}
        reached: dict[str, Any] = {}
        for kind in _TYPES:
            of_kind = foundation & (self.foundation_type == kind)
            seen[kind] = self.first(of_kind)[0]
            reached[kind] = self.first(of_kind & worst)[0]
        untyped = self.first(foundation & (self.foundation_type == _UNTYPED) & best)[0]
        found = np.minimum(np.minimum(self._foundation(seen, reached), untyped), self.finished[0])
        anywhere = self.any(self.undated & (self.rows(*FINISHING) | (foundation & best)))
        return np.where(anywhere, ALWAYS, found)

    @cached_property
    def foundation_row(self) -> Any:
        """The row that shows the state of the foundation: the newest one on record."""
        return self.last(self.rows("FOUNDATION"))[1]

    @cached_property
    def commenced_late(self) -> Any:
        """The latest possible commencement: the later of the permit and the foundation."""
        return np.maximum(self.permit[0], self.foundation_late)

    @cached_property
    def commenced_early(self) -> Any:
        """The earliest possible commencement."""
        any_day = self.any(self.rows("PERMIT") & self.undated)
        return np.maximum(np.where(any_day, ALWAYS, self.permit[0]), self.foundation_early)

    @cached_property
    def commenced(self) -> Any:
        """Whether development has surely commenced by the day."""
        return self.commenced_late <= self.day

    @cached_property
    def may_have_commenced(self) -> Any:
        """Whether development has commenced, or may have."""
        return self.commenced_early <= self.day

    def _suspended(self, commenced: Any) -> tuple[Any, Any]:
        resumed = self.last(self.rows("RESUMED"))[0]
        since = np.maximum(commenced, resumed + 1)  # a resumption on the same day ends the suspension
        counts = self.rows("SUSPENDED") & self.here & (self.when >= np.append(since, NEVER)[self.parcel])
        return self.first(counts)

    @cached_property
    def suspended(self) -> tuple[Any, Any]:
        """The day since which construction is stopped (NEVER if it is not), and its row."""
        return self._suspended(self.commenced_late)

    @cached_property
    def suspension_unknown(self) -> Any:
        """Whether it is unknown if, or since when, construction is stopped."""
        early = self._suspended(self.commenced_early)[0]
        late = self.suspended[0]
        stopped = (early < NEVER) | (late < NEVER)
        undated_stop = self.any(self.rows("SUSPENDED") & self.undated)
        undated_restart = self.any(self.rows("RESUMED") & self.undated)
        return undated_stop | (undated_restart & stopped) | (early != late)

    @cached_property
    def delivered(self) -> tuple[Any, Any, Any]:
        """The first dated delivery, its row, and whether the first delivery is unknown."""
        first, row = self.first(self.rows("DELIVERED"))
        return first, row, self.any(self.rows("DELIVERED") & self.undated)
