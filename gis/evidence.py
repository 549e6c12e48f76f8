"""Traces of idle-land verdicts: the facts and rule steps behind each, in a compact form without words.

A fact is ``[name, value, date, source]`` with empty ends cut off; a step is ``[code, holds, …]``.
:mod:`gis.trace_text` stores and reads them, :mod:`gis.trace` turns them into words.
"""

from typing import Any

import pandas as pd

from gis.evidence_consequence import ConsequenceWriter
from gis.exact import decimal_text, figure, plain
from gis.findings import Findings
from gis.shown import fact
from gis.trace_text import packed

_ARTICLE = {
    "NOT_SUPPLIED": "supply", "COMPLETED": "completion", "NOT_DUE": "not_commenced", "OVERDUE": "not_commenced",
    "IDLE_NOT_COMMENCED": "not_commenced", "ACTIVE": "commencement", "SUSPENDED_UNDER_1Y": "suspended",
    "MAY_BE_IDLE": "suspended", "SUSPENDED_NOT_IDLE": "suspended", "UNDETERMINED": "missing",
}  # fmt: skip
_PATH_ARTICLE = {"ART12": "disposal", "FEE": "fee", "RECOVERY": "recovery"}


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


def traces(found: Findings, builtup: pd.DataFrame | None) -> list[str]:
    """Return the trace of each parcel as it is stored, in the order of the parcel table."""
    writer = _Writer(found, builtup)
    return [writer.trace(number) for number in range(len(found.verdict))]


class _Writer(ConsequenceWriter):
    """Writes the trace of one parcel after another."""

    def trace(self, n: int) -> str:
        found = self.found
        verdict = found.verdict[n]
        facts: list[list[Any]] = []
        steps: list[list[Any]] = []
        self._supply(n, facts, steps)
        if verdict != "NOT_SUPPLIED" and not found.supply_unknown[n]:
            self._completion(n, facts, steps)
            if verdict != "COMPLETED":
                self._commencement(n, facts, steps)
        return packed(self.rule_ref, self.today, facts, steps)

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
            steps.append(["COLLECTIVE", 1])
        if found.verdict[n] == "NOT_SUPPLIED":
            steps.append(["SUPPLY", 0, "FUTURE" if contracts.future[n] else "NONE"])
        elif contracts.undated[n]:
            steps.append(["SUPPLY", None, "UNDATED"])
        elif governing < 0:
            steps.append(["SUPPLY", None, "HOLDER"])

    def _completion(self, n: int, facts: list[list[Any]], steps: list[list[Any]]) -> None:
        found, row = self.found, int(self.found.completed_row[n])
        if row >= 0:
            area = figure(found.events.cell("developed_area_m2", row))
            contract = int(found.contracts.governing[n])
            due = found.ratios.due(contract)[0] if area is not None and contract >= 0 else None
            shown = self.event_day[row], self.event_from[row]
            facts.append(fact("completion_check", plain(area) or "@whole", *shown))
            steps.append(["COMPLETED", 1, self.event_day[row], plain(area), decimal_text(due)])
        elif found.completion_unknown[n]:
            steps.append(["COMPLETED", None])

    def _commencement(self, n: int, facts: list[list[Any]], steps: list[list[Any]]) -> None:
        events = self.found.events
        permit, foundation = int(self.permit_row[n]), int(self.foundation_row[n])
        facts.append(self.event("permit", permit, None))
        facts.append(self.event("foundation", foundation, self._foundation(foundation)))
        if foundation >= 0:
            steps.append(self._foundation_step(foundation))
        days = [part[n] for part in self.days]
        if events.commenced[n]:
            steps.append(["COMMENCED", 1, *days])
            self._suspension(n, facts, steps)
        else:
            holds = None if events.may_have_commenced[n] else 0
            steps.append(["COMMENCED", holds, *days[:2]])
            self._evidence(n, facts)
            self._due(n, facts, steps)

    def _foundation(self, row: int) -> str | None:
        if row < 0:
            return None
        return f"{self.foundation_type[row]}|{self.done[row] or '?'}|{self.of[row] or '?'}"

    def _foundation_step(self, row: int) -> list[Any]:
        kind = str(self.foundation_type[row])
        share = self.other_share if kind == "OTHER" else self.pit_share
        holds = self.worst[row] if self.worst[row] == self.best[row] else None
        return ["FOUNDATION", holds, kind, self.done[row], self.of[row], share]

    def _evidence(self, n: int, facts: list[list[Any]]) -> None:
        for code, rows in self.contrary:
            row = int(rows[n])
            if row >= 0:
                facts.append(self.event(f"contrary_{code.lower()}", row, None))
        share = self.builtup.get(self.codes[n])
        if share is not None:
            facts.append(fact("contrary_builtup", share[1], share[0]))

    def _due(self, n: int, facts: list[list[Any]], steps: list[list[Any]]) -> None:
        found, due, basis = self.found, self.due[n], self.basis[n]
        if due is None:
            steps.append(["DUE_DATE", None])
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
        steps.append(["DUE_DATE", 1, basis, due, start])
        steps.append(["DUE", int(self.today > due), due, self.today])
        if self.today > due:
            for count, last in zip(self.bands, self.due_last, strict=True):
                passed = int(self.today > str(last[n]))
                steps.append(["YEARS", passed, due, count, last[n], self.today, *self._pause(self.paused[n])])
                if not passed:
                    break
        self._consequence(n, facts, steps)
