"""Traces of suspended land and of what follows from idle land: ratios, cause, path, fee."""

from typing import Any

from gis.exact import TRUE, UNKNOWN, decimal_text, plain
from gis.ratios import Ratio
from gis.shown import Shown, fact
from gis.trace_text import Parts


class ConsequenceWriter(Shown):
    """Writes the facts and steps of the suspended limb and of the consequence."""

    @staticmethod
    def _pause(days: Any) -> list[int]:
        """Return the days left out of a period, for the end of its step; nothing where there are none."""
        return [int(days)] if days else []

    def _suspension(self, n: int, facts: list[list[Any]], steps: list[list[Any]]) -> None:
        found, since = self.found, self.stopped_on[n]
        if found.events.suspension_unknown[n]:
            steps.append(["STOPPED", None])
            return
        if since is None:
            steps.append(["STOPPED", 0])
            return
        row = int(found.events.suspended[1][n])
        facts.append(self.event("suspended", row, None))
        last = str(self.stop_last[n])
        steps.append(["STOPPED", 1, since])
        passed, pause = int(self.today > last), self._pause(self.stop_paused[n])
        steps.append(["YEARS", passed, since, self.suspension, last, self.today, *pause])
        contract = int(found.contracts.governing[n])
        if contract in found.areas and not found.contracts.undated[n]:
            self._area(found.areas[contract], contract, facts, steps)
            self._investment(found.investments[contract], contract, facts, steps)
        self._consequence(n, facts, steps)

    def _area(self, ratio: Ratio, contract: int, facts: Parts, steps: Parts) -> None:
        part, whole = decimal_text(ratio.part), decimal_text(ratio.whole)
        row = ratio.row
        shown = (self.event_day[row], self.event_from[row]) if row >= 0 else (None, None)
        facts.append(fact("developed_area_m2", part or "@unknown", *shown))
        stated = int(self.found.contracts.term("due_area_m2")[0][contract])
        source = self.contract_from[stated] if stated >= 0 else "@registered"
        facts.append(fact("due_area_m2", whole or "@unknown", None, source))
        low = None if ratio.low == UNKNOWN else int(ratio.low == TRUE)
        steps.append(["AREA", low, part, whole, str(self.found.rule.developed_share)])

    def _investment(self, ratio: Ratio, contract: int, facts: Parts, steps: Parts) -> None:
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
        steps.append(["INVESTMENT", low, part, whole, share, int(ratio.bound)])

    def _consequence(self, n: int, facts: list[list[Any]], steps: list[list[Any]]) -> None:
        found = self.found
        if found.verdict[n] not in ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE"):
            return
        cause, row = found.causes.cause[n], int(found.causes.row[n])
        flags = found.causes.flags.get(n, [])
        if row >= 0:
            facts.append(fact("cause", f"@{cause}", self.verified_on[row], self.cause_from[row]))
        steps.append(["CAUSE", None if cause == "CAUSE_PENDING" else 1, cause, *flags])
        path = found.path[n]
        if path == "ART12":
            known = self.recorded[n]
            steps.append(["GATE", None if known is None else int(bool(known))])
        elif path == "RECOVERY":
            steps.append(["RECOVERY", 1])
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
        price, whole, paid = (plain(one) for one in (fee.price_wan, fee.whole_wan, fee.fee_wan))
        steps.append(["FEE", holds, price, share, whole, *shares, paid])
