"""Traces of idle-land verdicts: the facts and rule steps behind each, in a compact form without words.

A trace is ``{"k": "idle", "v": verdict, "b": band, "t": day, "r": rule, "x":
who checked the rule or null, "f": facts, "s": steps}``. A fact is ``[name,
value, date, source]`` with empty ends cut off; a step is ``[code, holds,
article, …]``. ``gis.trace`` turns them into words.
"""

from typing import Any

import numpy as np
import pandas as pd

from gis.contracts import text_array
from gis.events import NEVER
from gis.exact import TRUE, UNKNOWN, decimal_text, figure, plain
from gis.findings import Findings, suspended_on
from gis.periods import anniversary, as_days
from gis.ratios import Ratio
from gis.rules import IdleLandRule
from gis.tables import origin

_ARTICLE = {
    "NOT_SUPPLIED": "supply", "COMPLETED": "completion", "NOT_DUE": "not_commenced", "OVERDUE": "not_commenced",
    "IDLE_NOT_COMMENCED": "not_commenced", "ACTIVE": "commencement", "SUSPENDED_UNDER_1Y": "suspended",
    "MAY_BE_IDLE": "suspended", "SUSPENDED_NOT_IDLE": "suspended", "UNDETERMINED": "missing",
}  # fmt: skip
_PATH_ARTICLE = {"ART12": "disposal", "FEE": "fee", "RECOVERY": "recovery"}
_CONTRARY = ("PROGRESS", "REPORTED_START", "COMPLETED")


def articles(found: Findings) -> list[str]:
    """Return the articles of each verdict: what defines it, then what follows from it."""
    rule = found.rule
    law = rule.instrument.split("（")[0]
    made: dict[tuple[str, str], str] = {}
    texts = []
    for key in zip(found.verdict, found.path, strict=True):
        if key not in made:
            named = [rule.cite(_ARTICLE[key[0]])]
            named += [rule.cite(_PATH_ARTICLE[key[1]])] if key[1] in _PATH_ARTICLE else []
            made[key] = f"《{law}》{'、'.join(dict.fromkeys(named))}"
        texts.append(made[key])
    return texts


def _iso(days: Any) -> list[str | None]:
    return [None if text == "NaT" else text for text in np.datetime_as_string(days).tolist()]


def _days(numbers: Any) -> list[str | None]:
    """Return days since 1970 as text; None for one that is no day."""
    there = np.abs(numbers) < NEVER
    days = np.where(there, numbers, 0).astype("datetime64[D]")
    return _iso(np.where(there, days, np.datetime64("NaT", "D")))


def traces(found: Findings, builtup: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return the trace of each parcel, in the order of the parcel table."""
    writer = _Writer(found, builtup)
    return [writer.trace(number) for number in range(len(found.verdict))]


class _Writer:
    """Writes traces; columns that all parcels share are read once."""

    def __init__(self, found: Findings, builtup: pd.DataFrame | None) -> None:
        self.found = found
        rule, contracts, events = found.rule, found.contracts, found.events
        self.today = str(found.day)
        self.due, self.stopped_on = _iso(found.due), _iso(suspended_on(found))
        self.due_last = [
            _iso(anniversary(found.due, n)) for n in (rule.first_band_years, rule.second_band_years)
        ]
        self.stop_last = _iso(anniversary(suspended_on(found), rule.suspension_years))
        self.signed = _iso(contracts.signed)
        self.contract_from = origin(contracts.table, np.arange(len(contracts.table)))
        self.event_from = origin(events.table, np.arange(len(events.table)))
        self.event_day = _iso(as_days(events.table["happened_on"]))
        self.permit_row, self.foundation_row = events.permit[1], events.foundation_row
        self.delivered_row = events.delivered[1]
        self.contrary = [(code, events.last(events.rows(code))[1]) for code in _CONTRARY]
        self.holder = text_array(found.tables.parcel["holder"])
        self.collective = found.tables.parcel["ownership"].to_numpy(dtype=object) == "COLLECTIVE"
        self.recorded = text_array(found.tables.parcel["in_monitoring_system"])
        self.builtup = _newest_share(builtup)
        self.codes = found.tables.parcel["parcel_code"].to_numpy(dtype=object)
        self.report_from = origin(
            found.tables.investment_report,
            np.arange(len(found.tables.investment_report)),
        )
        tables = found.tables
        self.delivered_on = _iso(as_days(contracts.table["delivered_on"]))
        self.reported_on = _iso(as_days(tables.investment_report["reported_on"]))
        self.report_basis = tables.investment_report["basis"].tolist()
        self.verified_on = _iso(as_days(tables.idle_cause["verified_on"]))
        self.basis = found.due_basis.tolist()
        late = np.minimum(events.foundation_late, NEVER)
        self.days = [_days(part) for part in (events.permit[0], late, events.commenced_late)]
        self.cause_from = origin(found.tables.idle_cause, np.arange(len(found.tables.idle_cause)))

    def trace(self, n: int) -> dict[str, Any]:
        found = self.found
        verdict = found.verdict[n]
        facts: list[list[Any]] = []
        steps: list[list[Any]] = []
        self._supply(n, facts, steps)
        if verdict != "NOT_SUPPLIED" and not found.supply_unknown[n]:
            self._completion(n, facts, steps)
            if verdict != "COMPLETED":
                self._commencement(n, facts, steps)
        rule: IdleLandRule = found.rule
        for step in steps:
            step[2] = rule.cite(step[2])
        made = {
            "k": "idle",
            "v": verdict,
            "t": self.today,
            "r": rule.ref,
            "f": facts,
            "s": steps,
        }
        made |= {"b": found.band[n]} if found.band[n] else {}
        made |= {"x": rule.checked} if rule.checked else {}
        made |= {"m": found.missing[n]} if found.missing[n] else {}
        return made

    def _supply(self, n: int, facts: list[list[Any]], steps: list[list[Any]]) -> None:
        found, contracts = self.found, self.found.contracts
        governing = int(contracts.governing[n])
        if governing >= 0:
            row = governing
            value = f"{contracts.numbers[row]}|{contracts.kind[row]}"
            facts.append(fact("contract", value, self.signed[row], self.contract_from[row]))
            if contracts.superseded[n]:
                facts.append(fact("superseded", str(int(contracts.superseded[n]))))
        else:
            facts.append(fact("contract", "@none"))
        facts.append(fact("holder", self.holder[n] or "@none"))
        if self.collective[n]:
            steps.append(["COLLECTIVE", 1, "collective"])
        if found.verdict[n] == "NOT_SUPPLIED":
            steps.append(["SUPPLY", 0, "supply", "FUTURE" if contracts.future[n] else "NONE"])
        elif contracts.undated[n]:
            steps.append(["SUPPLY", None, "supply", "UNDATED"])
        elif governing < 0:
            steps.append(["SUPPLY", None, "supply", "HOLDER"])

    def _completion(self, n: int, facts: list[list[Any]], steps: list[list[Any]]) -> None:
        found, row = self.found, int(self.found.completed_row[n])
        if row >= 0:
            area = figure(found.events.column("developed_area_m2")[row])
            contract = int(found.contracts.governing[n])
            due = found.ratios.due(contract)[0] if area is not None and contract >= 0 else None
            facts.append(
                fact(
                    "completion_check",
                    plain(area) or "@whole",
                    self.event_day[row],
                    self.event_from[row],
                )
            )
            steps.append(
                [
                    "COMPLETED",
                    1,
                    "completion",
                    self.event_day[row],
                    plain(area),
                    decimal_text(due),
                ]
            )
        elif found.completion_unknown[n]:
            steps.append(["COMPLETED", None, "completion"])

    def _commencement(self, n: int, facts: list[list[Any]], steps: list[list[Any]]) -> None:
        events = self.found.events
        permit, foundation = int(self.permit_row[n]), int(self.foundation_row[n])
        facts.append(self._event("permit", permit, None))
        facts.append(self._event("foundation", foundation, self._foundation(foundation)))
        if foundation >= 0:
            steps.append(self._foundation_step(foundation))
        days = [part[n] for part in self.days]
        if events.commenced[n]:
            steps.append(["COMMENCED", 1, "commencement", *days])
            self._suspension(n, facts, steps)
        else:
            holds = None if events.may_have_commenced[n] else 0
            steps.append(["COMMENCED", holds, "commencement", *days[:2]])
            self._evidence(n, facts)
            self._due(n, facts, steps)

    def _event(self, name: str, row: int, value: str | None) -> list[Any]:
        if row < 0:
            return fact(name, "@none")
        return fact(name, value or "@there", self.event_day[row], self.event_from[row])

    def _foundation(self, row: int) -> str | None:
        if row < 0:
            return None
        done, of = (plain(figure(self.found.events.column(name)[row])) for name in ("done", "of"))
        return f"{self.found.events.foundation_type[row]}|{done or '?'}|{of or '?'}"

    def _foundation_step(self, row: int) -> list[Any]:
        rule, kind = self.found.rule, self.found.events.foundation_type[row]
        share = rule.foundation_share if kind == "OTHER" else rule.pit_share
        _, worst, best = self.found.events.reached
        holds = int(worst[row]) if worst[row] == best[row] else None
        done, of = (plain(figure(self.found.events.column(name)[row])) for name in ("done", "of"))
        return ["FOUNDATION", holds, "commencement", str(kind), done, of, str(share)]

    def _evidence(self, n: int, facts: list[list[Any]]) -> None:
        for code, rows in self.contrary:
            row = int(rows[n])
            if row >= 0:
                facts.append(self._event(f"contrary_{code.lower()}", row, None))
        share = self.builtup.get(self.codes[n])
        if share is not None:
            facts.append(fact("contrary_builtup", share[1], share[0]))

    def _due(self, n: int, facts: list[list[Any]], steps: list[list[Any]]) -> None:
        found, due, basis = self.found, self.due[n], self.basis[n]
        if due is None:
            steps.append(["DUE_DATE", None, "commencement_date"])
            return
        row, delivered = int(found.due_row[n]), int(self.delivered_row[n])
        if basis == "DELIVERY_EVENT":
            shown = self.event_day[delivered], self.event_from[delivered]
        else:
            shown = self.signed[row], self.contract_from[row]
        facts.append(fact("commencement_date", due, *shown))
        start = self.event_day[delivered] if basis == "DELIVERY_EVENT" else None
        if basis == "DELIVERED_ON":
            start = self.delivered_on[row]
        steps.append(
            [
                "DUE_DATE",
                1,
                "restart" if basis == "SUPPLEMENT" else "commencement_date",
                basis,
                due,
                start,
            ]
        )
        steps.append(["DUE", int(self.today > due), "not_commenced", due, self.today])
        if self.today > due:
            years = found.rule.first_band_years, found.rule.second_band_years
            keys = "first_band_years", "second_band_years"
            for count, last, key in zip(years, self.due_last, keys, strict=True):
                passed = int(self.today > str(last[n]))
                steps.append(["YEARS", passed, key, due, count, last[n], self.today])
                if not passed:
                    break
        self._consequence(n, facts, steps)

    def _suspension(self, n: int, facts: list[list[Any]], steps: list[list[Any]]) -> None:
        found, since = self.found, self.stopped_on[n]
        if found.events.suspension_unknown[n]:
            steps.append(["STOPPED", None, "suspended"])
            return
        if since is None:
            steps.append(["STOPPED", 0, "suspended"])
            return
        row = int(found.events.suspended[1][n])
        facts.append(self._event("suspended", row, None))
        last = str(self.stop_last[n])
        steps.append(["STOPPED", 1, "suspended", since])
        years = found.rule.suspension_years
        steps.append(
            [
                "YEARS",
                int(self.today > last),
                "suspension_years",
                since,
                years,
                last,
                self.today,
            ]
        )
        contract = int(found.contracts.governing[n])
        if contract in found.areas and not found.contracts.undated[n]:
            self._area(found.areas[contract], contract, facts, steps)
            self._investment(found.investments[contract], contract, facts, steps)
        self._consequence(n, facts, steps)

    def _area(
        self,
        ratio: Ratio,
        contract: int,
        facts: list[list[Any]],
        steps: list[list[Any]],
    ) -> None:
        part, whole = decimal_text(ratio.part), decimal_text(ratio.whole)
        row = ratio.row
        shown = (self.event_day[row], self.event_from[row]) if row >= 0 else (None, None)
        facts.append(fact("developed_area_m2", part or "@unknown", *shown))
        stated = int(self.found.contracts.term("due_area_m2")[0][contract])
        source = self.contract_from[stated] if stated >= 0 else "@registered"
        facts.append(fact("due_area_m2", whole or "@unknown", None, source))
        low = None if ratio.low == UNKNOWN else int(ratio.low == TRUE)
        steps.append(
            [
                "AREA",
                low,
                "developed_share",
                part,
                whole,
                str(self.found.rule.developed_share),
            ]
        )

    def _investment(
        self,
        ratio: Ratio,
        contract: int,
        facts: list[list[Any]],
        steps: list[list[Any]],
    ) -> None:
        part, whole = decimal_text(ratio.part), decimal_text(ratio.whole)
        row = ratio.row
        shown: tuple[Any, Any] = (None, None)
        if row >= 0:
            shown = (
                self.reported_on[row],
                self.report_from[row],
            )
            facts.append(fact("report_basis", f"@{self.report_basis[row]}", *shown))
        facts.append(fact("invested_ex_land_wan", part or "@unknown", *shown))
        stated = int(self.found.contracts.term("planned_investment_ex_land_wan")[0][contract])
        source = self.contract_from[stated] if stated >= 0 else None
        facts.append(fact("planned_investment_ex_land_wan", whole or "@unknown", None, source))
        low = None if ratio.low == UNKNOWN else int(ratio.low == TRUE)
        share = str(self.found.rule.invested_share)
        steps.append(["INVESTMENT", low, "invested_share", part, whole, share, int(ratio.bound)])

    def _consequence(self, n: int, facts: list[list[Any]], steps: list[list[Any]]) -> None:
        found = self.found
        if found.verdict[n] not in ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE"):
            return
        cause, row = found.causes.cause[n], int(found.causes.row[n])
        flags = found.causes.flags.get(n, [])
        if row >= 0:
            facts.append(fact("cause", f"@{cause}", self.verified_on[row], self.cause_from[row]))
        steps.append(["CAUSE", None if cause == "CAUSE_PENDING" else 1, "cause", cause, *flags])
        path = found.path[n]
        if path == "ART12":
            known = self.recorded[n]
            steps.append(["GATE", None if known is None else int(bool(known)), "monitoring"])
        elif path == "RECOVERY":
            steps.append(["RECOVERY", 1, "recovery"])
        elif path == "FEE":
            self._fee(n, facts, steps)

    def _fee(self, n: int, facts: list[list[Any]], steps: list[list[Any]]) -> None:
        fee = self.found.fees[n]
        contract = int(self.found.contracts.governing[n])
        row = int(self.found.contracts.term("price_wan")[0][contract])
        source = self.contract_from[row] if row >= 0 else None
        facts.append(fact("price_wan", plain(fee.price_wan) or "@unknown", None, source))
        share = str(self.found.rule.fee_share)
        shares = plain(fee.area_m2), decimal_text(fee.areas_m2)
        holds = None if fee.fee_wan is None else 1
        steps.append(
            [
                "FEE",
                holds,
                "fee",
                plain(fee.price_wan),
                share,
                plain(fee.whole_wan),
                *shares,
                plain(fee.fee_wan),
            ]
        )


def fact(name: str, value: Any = None, date: str | None = None, source: str | None = None) -> list[Any]:
    """Return a fact of a trace, without its empty end."""
    parts = [name, value, date, source or None]
    while parts[-1] is None:
        parts.pop()
    return parts


def _newest_share(builtup: pd.DataFrame | None) -> dict[Any, tuple[str, str]]:
    """Return the newest year and built-up share of each parcel that has built-up land in it."""
    if builtup is None or builtup.empty:
        return {}
    rows = zip(builtup["parcel_code"], builtup["year"], builtup["share"], strict=True)
    newest: dict[Any, tuple[str, str]] = {}
    for code, year, share in sorted(rows, key=lambda row: (str(row[0]), row[1])):
        newest[code] = (str(int(year)), plain(figure(share)) or "0")
    return {code: pair for code, pair in newest.items() if pair[1] != "0"}
