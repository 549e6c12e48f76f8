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
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from gis.columns import among, coded, figures_at, objects, reaches, rows_of, scaled
from gis.exact import reaches_share
from gis.facts import Tables
from gis.periods import as_days
from gis.rules import IdleLandRule

NEVER = 2**40
ALWAYS = -NEVER
_FAR = 2**62
FINISHING = ("COMPLETED", "COMPLETION_CHECKED")
_KINDS = ("PIT", "PILES", "OTHER")
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
        self.parcel = rows_of(self.table["parcel_code"], tables.parcels)
        self._kinds, self._named = coded(self.table["event"])
        self.here = self.parcel >= 0
        self._cells: dict[str, Any] = {}
        self.known = self.here & ~self.undated & (self.when <= self.day)

    def cell(self, name: str, row: int) -> Any:
        """Return what a column of the event table says in a row; None for nothing."""
        return self.cells(name)[row]

    def cells(self, name: str) -> Any:
        """Return a column of the event table as objects, read once."""
        if name not in self._cells:
            self._cells[name] = objects(self.table[name])
        return self._cells[name]

    @cached_property
    def untyped(self) -> Any:
        """Which rows do not say what happened."""
        return self._kinds < 0

    def rows(self, *kinds: str) -> Any:
        """Return which rows are events of some kinds."""
        return among(self._kinds, self._named, kinds)

    def any(self, chosen: Any) -> Any:
        """Return which parcels have a chosen row."""
        found = np.zeros(self.count, dtype=bool)
        found[self.parcel[chosen & self.here]] = True
        return found

    def first(self, chosen: Any) -> tuple[Any, Any]:
        """Return the first day (NEVER for none) and the row of the chosen, dated rows of each parcel.

        Of two rows of one day the later row counts.
        """
        return self._outer(chosen, NEVER)

    def last(self, chosen: Any) -> tuple[Any, Any]:
        """Return the newest day (ALWAYS for none) and the row of the chosen, dated rows of each parcel."""
        return self._outer(chosen, ALWAYS)

    def _outer(self, chosen: Any, none: int) -> tuple[Any, Any]:
        """Return the outermost day and its row: one key holds both, so that no sorting is needed."""
        day, row = np.full(self.count, none, dtype=np.int64), np.full(self.count, -1, dtype=np.int64)
        rows = np.flatnonzero(chosen & self.known)
        if not len(rows):
            return day, row
        span, parcel = len(self.table), self.parcel[rows]
        best = np.full(self.count, _FAR if none > 0 else -_FAR, dtype=np.int64)
        if none > 0:
            np.minimum.at(best, parcel, self.when[rows] * span + (span - 1 - rows))
        else:
            np.maximum.at(best, parcel, self.when[rows] * span + rows)
        there = np.flatnonzero(np.abs(best) < _FAR)
        day[there], place = np.divmod(best[there], span)
        row[there] = span - 1 - place if none > 0 else place
        return day, row

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
        worst, best = np.zeros(len(self.table), bool), np.zeros(len(self.table), bool)
        types, named = self._types
        other, untyped = (among(types, named, ("OTHER",)))[rows], types[rows] < 0
        whole = self._reaching(rows, self.rule.pit_share)
        some = self._reaching(rows, self.rule.foundation_share)
        worst[rows] = np.where(other, some, whole)
        best[rows] = worst[rows] | np.where(untyped, some, whole & ~other)
        return foundation, worst, best

    def _reaching(self, rows: Any, share: Fraction) -> Any:
        """Say which rows reach a share of the work, exactly: in whole numbers where they fit."""
        done, of = (self.table[name] for name in ("done", "of"))
        quick = reaches(scaled(done, rows), scaled(of, rows), share)
        if quick is not None:
            return quick
        pairs = zip(figures_at(done, rows), figures_at(of, rows), strict=True)
        return np.fromiter((reaches_share(*pair, share) for pair in pairs), dtype=bool, count=len(rows))

    @cached_property
    def _types(self) -> tuple[Any, Any]:
        return coded(self.table["foundation_type"])

    @cached_property
    def foundation_type(self) -> Any:
        """The foundation type of each row; "?" where none is recorded."""
        codes, named = self._types
        named = named.copy()
        named[-1] = _UNTYPED
        return named[codes]

    def of_type(self, kind: str) -> Any:
        """Return which rows name a foundation type ("?": none)."""
        codes, named = self._types
        return codes < 0 if kind == _UNTYPED else among(codes, named, (kind,))

    def _foundation(self, seen: dict[str, Any], reached: dict[str, Any]) -> Any:
        """Return the first day on which a type is on record and all types then on record have reached."""
        found = np.full(self.count, NEVER, dtype=np.int64)
        for candidate in reached.values():
            holds = candidate < NEVER
            if not holds.any():
                continue
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
        for kind in (*_KINDS, _UNTYPED):
            of_kind = foundation & self.of_type(kind)
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
        for kind in _KINDS:
            of_kind = foundation & self.of_type(kind)
            seen[kind] = self.first(of_kind)[0]
            reached[kind] = self.first(of_kind & worst)[0]
        untyped = self.first(foundation & self.of_type(_UNTYPED) & best)[0]
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
