"""The columns that a trace shows, as text: days, sources, what is on record."""

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from gis.columns import among, coded, objects, text_array
from gis.events import NEVER
from gis.findings import Findings, suspended_on
from gis.pauses import paused_days
from gis.periods import as_days, counted
from gis.tables import origin
from gis.whole_numbers import decimal_texts, shown, whole_numbers

_CONTRARY = ("PROGRESS", "REPORTED_START", "COMPLETED")


def _iso(days: Any) -> list[str | None]:
    return [None if text == "NaT" else text for text in np.datetime_as_string(days).tolist()]


def _days(numbers: Any) -> list[str | None]:
    """Return days since 1970 as text; None for one that is no day."""
    there = np.abs(numbers) < NEVER
    days = np.where(there, numbers, 0).astype("datetime64[D]")
    return _iso(np.where(there, days, np.datetime64("NaT", "D")))


class Shown:
    """The columns that traces show, read once for all parcels of a run."""

    def __init__(self, found: Findings, builtup: pd.DataFrame | None) -> None:
        self.found = found
        rule, contracts, events = found.rule, found.contracts, found.events
        self.today, self.rule_ref = str(found.day), rule.ref
        self.bands = [counted(years) for years in (rule.first_band_years, rule.second_band_years)]
        self.suspension = counted(rule.suspension_years)
        self.pit_share, self.other_share = str(rule.pit_share), str(rule.foundation_share)
        self.due, self.stopped_on = _iso(found.due), _iso(suspended_on(events))
        self.due_last = [_iso(found.first_last), _iso(found.second_last)]
        self.stop_last = _iso(found.stalled_last)
        self.paused = paused_days(found.tables, rule, found.day, found.due)
        self.stop_paused = paused_days(found.tables, rule, found.day, suspended_on(events))
        self.signed = _iso(contracts.signed)
        self.contract_from = origin(contracts.table, np.arange(len(contracts.table)))
        self.event_from = origin(events.table, np.arange(len(events.table)))
        self.event_day = _iso(as_days(events.table["happened_on"]))
        self.permit_row, self.foundation_row = events.permit[1].tolist(), events.foundation_row.tolist()
        self.delivered_row = events.delivered[1].tolist()
        self.contrary = [(code, events.last(events.rows(code))[1].tolist()) for code in _CONTRARY]
        self.foundation_type = events.foundation_type.tolist()
        self.done, self.of = (decimal_texts(events.table[name]) for name in ("done", "of"))
        self.worst, self.best = (part.astype(int).tolist() for part in events.reached[1:])
        self.holder = text_array(found.tables.parcel["holder"])
        self.collective = among(*coded(found.tables.parcel["ownership"]), ("COLLECTIVE",))
        self.recorded = objects(found.tables.parcel["in_monitoring_system"])
        self.builtup = _newest_share(builtup, rule.visible_share)
        self.codes = found.tables.parcel["parcel_code"].to_numpy(dtype=object)
        self.report_from = origin(
            found.tables.investment_report,
            np.arange(len(found.tables.investment_report)),
        )
        tables = found.tables
        self.delivered_on = _iso(as_days(contracts.table["delivered_on"]))
        self.reported_on = _iso(as_days(tables.investment_report["reported_on"]))
        self.report_basis = text_array(tables.investment_report["basis"]).tolist()
        self.verified_on = _iso(as_days(tables.idle_cause["verified_on"]))
        self.basis = found.due_basis.tolist()
        late = np.minimum(events.foundation_late, NEVER)
        self.days = [_days(part) for part in (events.permit[0], late, events.commenced_late)]
        self.cause_from = origin(found.tables.idle_cause, np.arange(len(found.tables.idle_cause)))

    def event(self, name: str, row: int, value: str | None) -> list[Any]:
        """Return the fact that an event row is on record, or that there is none (row -1)."""
        if row < 0:
            return fact(name, "@none")
        return fact(name, value or "@there", self.event_day[row], self.event_from[row])


def fact(name: str, value: Any = None, date: str | None = None, source: str | None = None) -> list[Any]:
    """Return a fact of a trace, without its empty end."""
    parts = [name, value, date, source or None]
    while parts[-1] is None:
        parts.pop()
    return parts


def _newest_share(builtup: pd.DataFrame | None, least: Fraction) -> dict[Any, tuple[str, str]]:
    """Return the newest year and built-up share of each parcel that has built-up land in it.

    Below the least share an overlap is a slip of two surveys, no evidence.
    """
    if builtup is None or builtup.empty:
        return {}
    newest = builtup.sort_values("year", kind="stable").drop_duplicates("parcel_code", keep="last")
    unit, read = whole_numbers({"share": newest["share"].astype(object)})
    rows = zip(newest["parcel_code"].tolist(), newest["year"].tolist(), read["share"], strict=True)
    return {
        code: (str(int(year)), shown(share, unit))
        for code, year, share in rows
        if share is not None and share * least.denominator >= least.numerator * unit
    }
