"""Investment in phases (分期): what is due by a day, and nothing pro rata where a contract states no phases.

    T_due(t) = sum of T_k with D_k <= t,  A_due(t) likewise;  phase rate = T_actual(t) / T_due(t)

Intensity is taken on the area that is due only. Source: investment-intensity rules, section 6.1.
"""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from gis.columns import objects, rows_of
from gis.contracts import Contracts
from gis.exact import add, figure, half_up, plain
from gis.facts import Tables
from gis.periods import as_days

_HA = 10_000
NO_PHASES: dict[str, Any] = dict.fromkeys(("due_wan", "due_m2", "phase_rate", "due_intensity", "phases"))


class Phases:
    """The phases of the contracts of a day."""

    def __init__(self, tables: Tables, contracts: Contracts, as_of: dt.date) -> None:
        table = tables.contract_phase
        self.day = np.datetime64(as_of, "D")
        self.named = objects(table["phase"]).tolist()
        self.area, self.money = (
            [figure(value) for value in table[name]] for name in ("area_m2", "investment_wan")
        )
        self.on = as_days(table["due_on"])
        self.of_contract: dict[int, list[int]] = defaultdict(list)
        roots = np.append(contracts.root, -1)[rows_of(table["contract_no"], contracts.index)]
        rows = rows_of(table["contract_no"], contracts.index)
        signed = np.append(contracts.signed, np.datetime64("NaT", "D"))[rows]
        self.on[np.isnat(signed)] = np.datetime64(
            "NaT", "D"
        )  # of a paper without a date: it may not hold yet
        for row in np.flatnonzero(~(signed > self.day)).tolist():
            self.of_contract[int(roots[row])].append(row)

    def of(
        self, contract: int, invested: Decimal | None, granted: Decimal | None, committed: Decimal | None
    ) -> dict[str, Any]:
        """Return what is due of a contract: sums, rate, intensity on the area due, the phases, and flags.

        Phases of a supplement signed after the day are not there yet. A phase without a date, or of a paper
        without one, may be due or not: sums are None then. A due phase without an area or an amount
        makes the sum of that figure None.
        """
        rows = self.of_contract.get(contract)
        if not rows:
            return dict(NO_PHASES)
        dated = not np.isnat(self.on[rows]).any()
        due = [row for row in rows if self.on[row] <= self.day]
        due_wan, due_m2 = (_sum(values, due) if dated else None for values in (self.money, self.area))
        whole_wan, whole_m2 = _sum(self.money, rows), _sum(self.area, rows)
        flags = [] if dated and None not in (whole_wan, whole_m2) else ["PHASES_INCOMPLETE"]
        stated = ((whole_wan, committed), (whole_m2, granted))
        if any(found is not None and said is not None and found != said for found, said in stated):
            flags.append("PHASES_DIFFER")
        return {
            "due_wan": due_wan, "due_m2": due_m2, "phase_rate": _quotient(invested, due_wan, 1),
            "due_intensity": _quotient(invested, due_m2, _HA), "phases": [self._told(row) for row in rows],
            "flags": flags, "last_due": max(self.on[rows]) if dated else None,
        }  # fmt: skip

    def _told(self, row: int) -> dict[str, Any]:
        known = not np.isnat(self.on[row])
        return {
            "phase": self.named[row], "area_m2": plain(self.area[row]), "investment_wan": plain(self.money[row]),
            "due_on": str(self.on[row]) if known else None, "due": bool(self.on[row] <= self.day) if known else None,
        }  # fmt: skip


def _sum(values: list[Decimal | None], rows: list[int]) -> Decimal | None:
    """Return the sum of some rows; zero of none."""
    return add(values[row] for row in rows) if rows else Decimal(0)


def _quotient(part: Decimal | None, whole: Decimal | None, factor: int) -> Decimal | None:
    if part is None or whole is None or whole <= 0:
        return None
    return half_up(Fraction(part) * factor / Fraction(whole), 6)
