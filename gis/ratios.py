"""The two ratios of suspended land, over the governing contract, and the area due.

Only the contracts that a verdict asks about are computed. Reports without a
date or a basis: the newest verified report decides, so an undated verified
one (or one without a basis) makes the amounts unknown; an undated reported
one does so only while nothing is verified, since it could decide nothing else.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from gis.columns import figures_at
from gis.contracts import Contracts
from gis.events import NEVER, Events
from gis.exact import FALSE, UNKNOWN, total
from gis.facts import Tables
from gis.quick_ratios import Answers, quick_areas, quick_investments
from gis.reports import COMPONENTS, choose_reports
from gis.rules import IdleLandRule


@dataclass(frozen=True, slots=True)
class Ratio:
    """One ratio: three-valued ``low``, both sides, the row read, and the facts that are missing.

    ``bound`` says that ``part`` is a lower bound: not all components are stated.
    """

    low: int
    part: Fraction | None
    whole: Fraction | None
    row: int
    missing: tuple[str, ...]
    bound: bool = False


class Ratios:
    """The ratios of contracts, computed once for each contract asked about."""

    def __init__(self, tables: Tables, contracts: Contracts, events: Events, rule: IdleLandRule) -> None:
        self.rule = rule
        self.contracts = contracts
        self.events = events
        self._registered = tables.parcel["registered_area_m2"]
        self._area_of: dict[int, Decimal | None] = {}
        self.reports = tables.investment_report
        self._codes = contracts.pairs["code"].to_numpy(dtype=object)
        self._rows = contracts.pairs["parcel"].to_numpy()
        self._stated: dict[int, Decimal | None] = {}
        self._due: dict[int, tuple[Fraction | None, str]] = {}

    @property
    def none(self) -> Answers:
        """Ratios of no contract."""
        return Answers(np.arange(0), np.zeros(0, np.int8), len(self.contracts.numbers), self._areas)

    def parcels(self, contract: int) -> list[tuple[str, int]]:
        """Return the codes and parcel rows (-1: not on record) of a contract, by code."""
        start, stop = self.contracts.slices[contract : contract + 2]
        return list(zip(self._codes[start:stop], self._rows[start:stop].tolist(), strict=True))

    def area_of(self, row: int) -> Decimal | None:
        """Return the registered area of a parcel row; None where it is unknown."""
        if row not in self._area_of:
            self._area_of[row] = figures_at(self._registered, [row])[0]
        return self._area_of[row]

    def _look_up(self, asked: Any) -> None:
        """Read the areas that some contracts ask for, all at once."""
        start, stop = self.contracts.slices[asked], self.contracts.slices[asked + 1]
        rows = np.concatenate([np.arange(0), *(self._rows[a:b] for a, b in zip(start, stop, strict=True))])
        rows = np.unique(rows[rows >= 0])
        self._area_of.update(zip(rows.tolist(), figures_at(self._registered, rows), strict=True))
        new = [contract for contract in asked.tolist() if contract not in self._stated]
        self._stated.update(zip(new, self.contracts.figures("due_area_m2", new), strict=True))

    def due(self, contract: int) -> tuple[Fraction | None, str]:
        """Return the area due for development of a contract, or what is missing for it."""
        if contract not in self._due:
            self._due[contract] = self._due_area(contract)
        return self._due[contract]

    def _due_area(self, contract: int) -> tuple[Fraction | None, str]:
        _, unknown = self.contracts.term("due_area_m2")
        if unknown[contract]:
            return None, "signed_on"
        if contract not in self._stated:
            self._stated[contract] = self.contracts.figures("due_area_m2", [contract])[0]
        stated = self._stated[contract]
        if stated is not None:
            return (Fraction(stated), "") if stated > 0 else (None, "due_area_m2")
        area = total(self.area_of(row) for _, row in self.parcels(contract))
        return (area, "") if area is not None and area > 0 else (None, "registered_area_m2")

    def areas(self, asked: Any) -> Answers:
        """Return the area ratio of each contract asked about."""
        quick = quick_areas(asked, self.contracts, self.events, self.rule.developed_share)
        return Answers(asked, quick, len(self.contracts.numbers), self._areas)

    def investments(self, asked: Any) -> Answers:
        """Return the investment ratio of each contract asked about."""
        share = self.rule.invested_share
        quick = quick_investments(asked, self.contracts, self.reports, COMPONENTS, share)
        return Answers(asked, quick, len(self.contracts.numbers), self._investments)

    def _areas(self, asked: Any) -> dict[int, Ratio]:
        if not len(asked):
            return {}
        self._look_up(asked)
        newest, row, undated = self._developed(asked)
        return {contract: self._area(contract, newest, row, undated) for contract in asked.tolist()}

    def _developed(self, asked: Any) -> tuple[dict[int, Decimal], dict[int, int], Any]:
        """Return the newest developed area of the parcels asked for, its row, and which have an undated one."""
        events = self.events
        wanted = np.zeros(events.count + 1, dtype=bool)
        wanted[self._rows[np.isin(self.contracts.pairs["contract"].to_numpy(), asked)]] = True
        states = events.here & events.table["developed_area_m2"].notna().to_numpy()
        _, newest_row = events.last(states)
        rows = np.flatnonzero(states & events.known)
        newest_day = np.append(events.when, NEVER)[newest_row]
        rows = rows[(events.when[rows] == newest_day[events.parcel[rows]]) & wanted[events.parcel[rows]]]
        column = figures_at(events.table["developed_area_m2"], rows)
        value: dict[int, Decimal] = {}
        where: dict[int, int] = {}
        for row, parcel, area in zip(rows.tolist(), events.parcel[rows].tolist(), column, strict=True):
            # Two records of one day: built land does not shrink within it, so the larger counts.
            if area is not None and (parcel not in value or area > value[parcel]):
                value[parcel], where[parcel] = area, row
        return value, where, events.any(states & events.undated)

    def _area(
        self,
        contract: int,
        newest: dict[int, Decimal],
        where: dict[int, int],
        undated: Any,
    ) -> Ratio:
        whole, gap = self.due(contract)
        missing = [gap] if gap else []
        rows = [row for _, row in self.parcels(contract)]
        if any(row >= 0 and undated[row] for row in rows):
            missing.append("happened_on")
        if any(row not in newest for row in rows):
            missing.append("developed_area_m2")
        seen = max((where[row] for row in rows if row in where), default=-1)
        unknown_part = any(row not in newest or undated[row] for row in rows)
        part = None if unknown_part else total(newest[row] for row in rows)
        if part is None or whole is None:
            return Ratio(UNKNOWN, part, whole, seen, tuple(missing))
        return Ratio(_below(part, whole, self.rule.developed_share), part, whole, seen, ())

    def _investments(self, asked: Any) -> dict[int, Ratio]:
        if not len(asked):
            return {}
        name = "planned_investment_ex_land_wan"
        unknown = self.contracts.term(name)[1]
        planned = self.contracts.figures(name, asked)
        chosen, gaps = choose_reports(self.reports, self.contracts, asked)
        rows = [chosen.get(contract, -1) for contract in asked.tolist()]
        amounts = [figures_at(self.reports[component], rows) for component in COMPONENTS]
        return {
            contract: self._investment(whole, bool(unknown[contract]), row, stated, gaps.get(contract, ()))
            for contract, whole, row, *stated in zip(asked.tolist(), planned, rows, *amounts, strict=True)
        }

    def _investment(
        self,
        whole: Decimal | None,
        unknown: bool,
        row: int,
        amounts: list[Decimal | None],
        gaps: tuple[str, ...],
    ) -> Ratio:
        missing = list(gaps)
        if unknown:
            missing.append("signed_on")
        elif whole is None or whole <= 0:
            missing.append("planned_investment_ex_land_wan")
        stated = dict(zip(COMPONENTS, amounts, strict=True)) if row >= 0 else {}
        part = None if gaps else total(value for value in stated.values() if value is not None)
        full = Fraction(whole) if whole is not None and whole > 0 else None
        bound = any(value is None for value in stated.values())
        absent = [name for name, value in stated.items() if value is None]
        if part is None or full is None or whole is None:
            low = UNKNOWN
        else:
            low = _below(part, full, self.rule.invested_share)
        if bound and low != FALSE:  # the stated components are only a lower bound
            low = UNKNOWN
            missing += absent
        return Ratio(low, part, full, row, tuple(missing) if low == UNKNOWN else (), bound)


def _below(part: Fraction, whole: Fraction, share: Fraction) -> int:
    left = part.numerator * whole.denominator * share.denominator
    return int(left < whole.numerator * part.denominator * share.numerator)
