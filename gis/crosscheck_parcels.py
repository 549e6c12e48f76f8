"""What is reported of each parcel against its permit, its contract, and what surveys saw of it."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from gis.columns import figures_at, objects, rows_of, unrecorded
from gis.contracts import Contracts
from gis.disagreements import OVER, UNDER, apart, disagreement
from gis.events import FINISHING, Events
from gis.exact import figure
from gis.facts import Tables
from gis.periods import as_days
from gis.rules import CrosscheckRule
from gis.sightings import NEVER, Sightings, day_of
from gis.slips import slip
from gis.tables import origin, reporter

_SURVEY = "SURVEY"  # the source of what a survey of built-up land shows
_BUILDING = ("PERMIT", "REPORTED_START", "FOUNDATION", "PROGRESS", "COMPLETED", "COMPLETION_CHECKED")
_DEVELOPED = {
    OVER: ("OVERREPORTED", "REPORTER", "UNEXPLAINED"), UNDER: ("MISMATCH", "BUREAU", "SURVEY_WIDER"),
}  # fmt: skip
Row = dict[str, Any]


class ParcelCheck:
    """The parcels of a day with what is said about them."""

    def __init__(
        self, tables: Tables, contracts: Contracts, events: Events, seen: Sightings, rule: CrosscheckRule
    ) -> None:
        self.tables, self.contracts, self.events, self.seen, self.rule = tables, contracts, events, seen, rule
        self.codes = tables.parcel["parcel_code"].to_numpy(dtype=object)
        self.names = {
            name: objects(tables.parcel[name]) for name in ("park_code", "holder", "holder_credit_code")
        }
        every = np.arange(len(tables.construction_event))
        self.origins, self.reporters = (how(tables.construction_event, every) for how in (origin, reporter))
        self.newest = seen.newest()
        self.newest_share, self.newest_day = seen.shares(self.newest), seen.days(self.newest)
        self.unseen = (self.newest_share >= 0) & (self.newest_share < float(rule.unseen_share) + 1e-9)
        self.start, self.start_row = events.first(events.rows("REPORTED_START"))
        self.done, self.done_row = events.first(events.rows(*FINISHING))

    def rows(self) -> Iterator[Row]:
        """Yield every disagreement about a parcel, kind by kind."""
        yield from self._starts()
        yield from self._not_seen()
        yield from self._built_without_start()
        yield from self._suspended_but_grows()
        yield from self._developed()
        yield from self._buildings()
        yield from self._registered()

    def _row(self, kind: str, suspicion: str, next_step: str, parcel: int, **said: Any) -> Row:
        names = {name: values[parcel] for name, values in self.names.items()}
        return disagreement(
            kind, suspicion, next_step, **({"parcel_code": self.codes[parcel]} | names | said)
        )

    def _event(self, row: int) -> Row:
        """Return who said something in an event, when, and where it stands."""
        return {"said_on": day_of(int(self.events.when[row])), "said_source": self.origins[row],
                "reporter": self.reporters[row]}  # fmt: skip

    def _sight(self, year: int, parcel: int) -> Row:
        day = day_of(int(self.seen.day[year, parcel]))
        return {"found_on": day, "found_source": _SURVEY}

    @cached_property
    def _permits(self) -> tuple[Any, Any]:
        """The first permit, and whether one is on record at all, dated or not, by the day."""
        rows = self.events.rows("PERMIT")
        return self.events.first(rows)[0], self.events.any(rows & (self.events.known | self.events.undated))

    def _starts(self) -> Iterator[Row]:
        permit, any_permit = self._permits
        nameless = self.events.any(self.events.untyped)  # an event of no kind may be the permit
        begun, grace = (self.start < NEVER) & ~nameless, self.rule.start_d
        late = self.events.day - self.start
        for parcel in np.flatnonzero(begun & ~any_permit & (late > grace)).tolist():
            yield self._start("START_WITHOUT_PERMIT", parcel, int(late[parcel]))
        undated = self.events.any(self.events.rows("PERMIT") & self.events.undated)
        early = permit - self.start
        for parcel in np.flatnonzero(begun & (permit < NEVER) & ~undated & (early > grace)).tolist():
            found = {"found_on": day_of(int(permit[parcel])), "found_source": self._permit_source(parcel)}
            yield self._start("START_BEFORE_PERMIT", parcel, int(early[parcel]), **found)
        governing = self.contracts.governing
        clear = (governing >= 0) & (self.contracts.superseded == 0) & ~self.contracts.undated
        signed = np.append(self.contracts.signed, np.datetime64("NaT", "D"))[governing].astype(np.int64)
        before = np.where(clear & begun, signed - self.start, 0)
        for parcel in np.flatnonzero(before > grace).tolist():
            contract = int(governing[parcel])
            found = {"found_on": day_of(int(signed[parcel])), "contract_no": self.contracts.numbers[contract],
                     "found_source": origin(self.tables.contract, np.array([contract]))[0]}  # fmt: skip
            row = self._start("START_BEFORE_CONTRACT", parcel, int(before[parcel]), **found)
            yield row | {"suspicion": "MISMATCH", "next_step": "BUREAU"}

    def _permit_source(self, parcel: int) -> str:
        return str(self.origins[self.events.permit[1][parcel]])

    def _start(self, kind: str, parcel: int, days: int, **found: Any) -> Row:
        why = "LATE_FILING" if days <= self.rule.late_d else "UNEXPLAINED"
        said = self._event(int(self.start_row[parcel])) | found | {"days": days, "explanation": why}
        return self._row(kind, "OVERREPORTED", "REPORTER", parcel, direction=OVER, **said)

    def _not_seen(self) -> Iterator[Row]:
        """Yield reported starts and completions after which a survey shows bare land."""
        for kind, day, row, wait in (
            ("COMPLETED_NOT_SEEN", self.done, self.done_row, 0),
            ("START_NOT_SEEN", np.where(self.done < NEVER, NEVER, self.start), self.start_row, self.rule.seen_after_d),
        ):  # fmt: skip
            there = (day < NEVER) & self.unseen & (self.newest_day >= day + wait) & (self.newest_day < NEVER)
            most = self.seen.largest(np.where(there, day, NEVER))
            for parcel in np.flatnonzero(there & (most >= 0)).tolist():
                year = int(self.newest[parcel])
                share = self.seen.exact_share(year, parcel)
                if self.seen.exact_share(int(most[parcel]), parcel) < self.rule.unseen_share:
                    said = (
                        self._event(int(row[parcel]))
                        | self._sight(year, parcel)
                        | {"found": share, "unit": "SHARE"}
                    )
                    yield self._row(kind, "OVERREPORTED", "REPORTER", parcel, direction=OVER, **said)

    def _built_without_start(self) -> Iterator[Row]:
        """Yield supplied land on which a survey shows buildings, while nothing about building is on record."""
        events = self.events
        told = events.any(events.rows(*_BUILDING) & (events.known | events.undated)) | events.any(
            events.untyped
        )
        supplied = (self.contracts.governing >= 0) & ~told
        built = self.newest_share >= float(self.rule.built_share) - 1e-9
        signed = np.append(self.contracts.signed, np.datetime64("NaT", "D"))[self.contracts.governing].astype(
            np.int64
        )
        there = supplied & built & (self.newest_day < NEVER) & (self.newest_day >= signed)
        before = self.seen.before(np.where(there, signed, -NEVER))
        for parcel in np.flatnonzero(there).tolist():
            year = int(self.newest[parcel])
            share, area = self.seen.exact_share(year, parcel), self.seen.area(year, parcel)
            if share < self.rule.built_share or area < self.rule.area_least_m2:
                continue
            stood = before[parcel] >= 0 and (
                self.seen.exact_share(int(before[parcel]), parcel) >= self.rule.built_share
            )
            yield self._row(
                "BUILT_WITHOUT_START", "MISMATCH" if stood else "OMITTED", "PARK", parcel, direction=UNDER,
                contract_no=self.contracts.numbers[int(self.contracts.governing[parcel])],
                explanation="BUILT_BEFORE_SUPPLY" if stood else "UNEXPLAINED", unit="M2", found=area, size=area,
                reporter=self.names["park_code"][parcel] or "", **self._sight(year, parcel),
            )  # fmt: skip

    def _suspended_but_grows(self) -> Iterator[Row]:
        since, row = self.events.suspended
        clear = (since < NEVER) & ~self.events.suspension_unknown
        first = self.seen.after(np.where(clear, since, NEVER))
        later = clear & (first >= 0) & (self.newest > first)
        for parcel in np.flatnonzero(later).tolist():
            one, two = int(first[parcel]), int(self.newest[parcel])
            before, after = self.seen.area(one, parcel), self.seen.area(two, parcel)
            if after > before and apart(after, before, self.rule.area_share, self.rule.area_least_m2):
                said = self._event(int(row[parcel])) | self._sight(two, parcel)
                yield self._row("SUSPENDED_BUT_GROWS", "UNDERREPORTED", "REPORTER", parcel, direction=UNDER,
                                unit="M2", said=before, found=after, **said)  # fmt: skip

    def _developed(self) -> Iterator[Row]:
        """Compare the developed area last reported with built-up land seen later (too much) or earlier (too little).

        A survey draws a site under construction as a whole, so more seen than reported is a question only
        where the verdict rests on the developed area, on suspended land, and then no suspicion.
        """
        events = self.events
        stated = ~unrecorded(self.tables.construction_event["developed_area_m2"])
        undated = events.any(stated & events.undated)
        when, row = events.last(stated)
        asked = (row >= 0) & ~undated
        later = self.seen.largest(np.where(asked, when, NEVER))
        stopped = asked & (events.suspended[0] < NEVER)
        earlier = self.seen.before(np.where(stopped, when, -NEVER))
        parcels = np.flatnonzero(asked & ((later >= 0) | (earlier >= 0)))
        said = figures_at(self.tables.construction_event["developed_area_m2"], row[parcels])
        for parcel, area in zip(parcels.tolist(), said, strict=True):
            for year, direction in ((int(later[parcel]), OVER), (int(earlier[parcel]), UNDER)):
                found = None if year < 0 or area is None else self.seen.area(year, parcel)
                if area is None or found is None or (area > found) != (direction == OVER):
                    continue
                if apart(area, found, self.rule.area_share, self.rule.area_least_m2):
                    what, next_step, why = _DEVELOPED[direction]
                    more = self._event(int(row[parcel])) | self._sight(year, parcel) | {"explanation": why}
                    yield self._row("DEVELOPED_AREA", what, next_step, parcel, direction=direction, unit="M2", said=area,
                                    found=found, slip=slip(area, found, self.rule.slip_share), **more)  # fmt: skip
                    break

    def _buildings(self) -> Iterator[Row]:
        """Yield buildings on record before a survey that shows bare land."""
        table = self.tables.building
        parcel = rows_of(table["parcel_code"], self.tables.parcels)
        done = as_days(table["completed_on"])
        day = np.where(np.isnat(done), NEVER, done.astype(np.int64))
        seen_on = np.append(np.where(self.unseen, self.newest_day, -NEVER), -NEVER)[parcel]
        mine = np.flatnonzero((parcel >= 0) & (day <= seen_on) & (seen_on < NEVER))
        origins = origin(table, mine)
        shown: set[int] = set()
        for row, on, where in zip(mine.tolist(), parcel[mine].tolist(), origins, strict=True):
            year = int(self.newest[on])
            share = self.seen.exact_share(year, on)
            if on not in shown and share < self.rule.unseen_share:
                shown.add(on)
                yield self._row("BUILDINGS_NOT_SEEN", "MISMATCH", "BUREAU", on, direction=OVER, unit="SHARE", found=share,
                                said_on=day_of(int(day[row])), said_source=where, reporter=reporter(table, np.array([row]))[0],
                                **self._sight(year, on))  # fmt: skip

    def _registered(self) -> Iterator[Row]:
        """Compare the registered area with the drawn one, where the store has measured it."""
        drawn = self.tables.parcel.get("drawn_area_m2")
        if drawn is None:
            return
        said, found = objects(self.tables.parcel["registered_area_m2"]), objects(drawn)
        one, two = (
            np.array([np.nan if v is None else float(v) for v in part.tolist()]) for part in (said, found)
        )
        near = float(self.rule.area_share) * 0.99
        rough = np.abs(one - two) > near * np.maximum(one, two)  # a first look; exact figures decide below
        origins = origin(self.tables.parcel, np.arange(len(self.codes)))
        for parcel in np.flatnonzero(rough).tolist():
            area, shown = figure(said[parcel]), figure(found[parcel])
            if (
                area is None
                or shown is None
                or area <= 0
                or not apart(area, shown, self.rule.area_share, self.rule.area_least_m2)
            ):
                continue
            yield self._row("REGISTERED_AREA", "MISMATCH", "BUREAU", parcel, direction=OVER if area > shown else UNDER,
                            unit="M2", said=area, found=shown, said_source=origins[parcel], found_source="DRAWN",
                            explanation="BOUNDARY_CHANGE", slip=slip(area, shown, self.rule.slip_share),
                            reporter=reporter(self.tables.parcel, np.array([parcel]))[0])  # fmt: skip
