"""What is reported of each contract against what it promises, what was verified, and what others report."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from gis.accounts import is_base
from gis.columns import coded, figures_at, rows_of
from gis.contracts import Contracts
from gis.disagreements import OVER, UNDER, apart, disagreement
from gis.events import Events
from gis.exact import add
from gis.facts import Tables
from gis.periods import as_days
from gis.reports import COMPONENTS, COUNTED, newest_reports
from gis.rules import CrosscheckRule
from gis.sightings import day_of
from gis.slips import FACTORS, slip
from gis.tables import origin, reporter

_PARTS = tuple(dict.fromkeys((*COUNTED, *COMPONENTS, "land_tax_wan", "total_wan")))
_READ = (
    "contract_no", "kind", "park_code", "holder", "holder_credit_code", "parcel_codes", "committed_wan", "committed_on",
    "committed_source", "reported_wan", "reported_on", "reported_source", "verified_wan", "verified_on", "verified_source",
    "granted_m2", "registered_m2", "shared_with",
)  # fmt: skip
_NEAR = 1e-6
Row = dict[str, Any]


class ContractCheck:
    """The contracts of a day, as :mod:`gis.accounts` puts them side by side, and their reports."""

    def __init__(
        self, tables: Tables, contracts: Contracts, events: Events, sides: pd.DataFrame, rule: CrosscheckRule
    ) -> None:
        self.tables, self.contracts, self.events, self.rule = tables, contracts, events, rule
        self.sides = {name: sides[name].tolist() for name in _READ if name in sides}
        self.row = contracts.index.get_indexer(pd.Index(sides["contract_no"], dtype=object)).tolist()
        self.reports = tables.investment_report
        self.reporters = reporter(self.reports, np.arange(len(self.reports)))
        self.newest = newest_reports(self.reports, contracts, "REPORTED")
        group = np.append(contracts.root, -1)[rows_of(self.reports["contract_no"], contracts.index)]
        self.group = group
        self.told = np.zeros(len(contracts.table) + 1, dtype=bool)
        when = as_days(self.reports["reported_on"])
        self.told[group[(group >= 0) & ~(when > contracts.day)]] = True
        basis, named = coded(self.reports["basis"])
        unclear = (group >= 0) & (np.isnat(when) | (named[basis] == np.array(None)))
        self.unclear = np.zeros(len(contracts.table) + 1, dtype=bool)
        """Contracts of which a report has no date or no basis: it may be the one that counts."""
        self.unclear[group[unclear]] = True
        self.holders = dict(zip(self.sides["contract_no"], self.sides["holder"], strict=True))

    def rows(self) -> Iterator[Row]:
        """Yield every disagreement about a contract, contract by contract."""
        for number in self._worth_reading():
            side, contract = self._side(number), self.row[number]
            if not self.unclear[contract]:
                yield from self._verified(side, contract)
                yield from self._promised(side, contract)
            yield from self._areas(side)
            yield from self._firms(side)
        yield from self._missing()

    def _side(self, number: int) -> Row:
        return {name: values[number] for name, values in self.sides.items()}

    def _worth_reading(self) -> list[int]:
        """Return the contracts whose figures may be apart: a first look, generous to every rounding of its own."""
        said, verified, promised, granted, registered = (
            np.array([np.nan if value is None else float(value) for value in self.sides[name]])
            for name in ("reported_wan", "verified_wan", "committed_wan", "granted_m2", "registered_m2")
        )
        times = np.divide(said, promised, out=np.full(len(said), np.nan), where=promised > 0)
        near = times > float(self.rule.promise_times) * (1 - _NEAR)
        for factor in FACTORS.values():
            width = float(self.rule.slip_share) + _NEAR
            near |= np.abs(times / float(factor) - 1) <= width
            near |= (
                np.abs(
                    np.divide(1, times * float(factor), out=np.full(len(said), np.nan), where=times > 0) - 1
                )
                <= width
            )
        areas = np.abs(granted - registered) > float(self.rule.area_least_m2) * (1 - _NEAR)
        shared = np.array([bool(others) for others in self.sides["shared_with"]], dtype=bool)
        both = ~np.isnan(said) & ~np.isnan(verified)
        return np.flatnonzero(both | (near & np.isnan(verified)) | areas | shared).tolist()

    @staticmethod
    def _row(kind: str, suspicion: str, next_step: str, side: Row, **said: Any) -> Row:
        codes = side["parcel_codes"]
        names = {name: side[name] for name in ("contract_no", "park_code", "holder", "holder_credit_code")}
        one = codes[0] if len(codes) == 1 else ""
        return disagreement(kind, suspicion, next_step, **({"parcel_code": one} | names | said))

    def _said(self, side: Row, contract: int) -> Row:
        report = int(self.newest[contract])
        return {"said": side["reported_wan"], "said_on": side["reported_on"], "said_source": side["reported_source"],
                "reporter": self.reporters[report] if report >= 0 else "", "unit": "WAN"}  # fmt: skip

    def _verified(self, side: Row, contract: int) -> Iterator[Row]:
        """Cumulative amounts only grow: too much if reported by then, too little if reported later."""
        said, found = side["reported_wan"], side["verified_wan"]
        if said is None or found is None:
            return
        known = slip(said, found, self.rule.slip_share)
        over = said > found
        comparable = (
            side["reported_on"] <= side["verified_on"] if over else side["reported_on"] >= side["verified_on"]
        )
        if not (known or comparable) or not apart(
            said, found, self.rule.amount_share, self.rule.amount_least_wan
        ):
            return
        yield self._row(
            "INVESTED_VERIFIED", "OVERREPORTED" if over else "UNDERREPORTED", "REPORTER", side, slip=known,
            direction=OVER if over else UNDER, found=found, found_on=side["verified_on"],
            found_source=side["verified_source"], **self._said(side, contract),
        )  # fmt: skip

    def _promised(self, side: Row, contract: int) -> Iterator[Row]:
        said, promised = side["reported_wan"], side["committed_wan"]
        if said is None or promised is None or promised <= 0 or side["verified_wan"] is not None:
            return  # what was verified is compared with that
        known = slip(said, promised, self.rule.slip_share)
        if known or Fraction(said) > self.rule.promise_times * Fraction(promised):
            direction = OVER if said > promised else UNDER
            yield self._row(
                "INVESTED_PROMISED", "MISMATCH", "REPORTER", side, slip=known, direction=direction, found=promised,
                found_on=side["committed_on"], found_source=side["committed_source"], **self._said(side, contract),
            )  # fmt: skip

    def _areas(self, side: Row) -> Iterator[Row]:
        said, found = side["granted_m2"], side["registered_m2"]
        if (
            said is None
            or found is None
            or not apart(said, found, self.rule.area_share, self.rule.area_least_m2)
        ):
            return
        yield self._row(
            "GRANTED_AREA", "MISMATCH", "BUREAU", side, slip=slip(said, found, self.rule.slip_share), unit="M2", said=said,
            found=found, said_on=side["committed_on"], said_source=side["committed_source"], found_source="REGISTER",
            direction=OVER if said > found else UNDER, explanation="BOUNDARY_CHANGE", reporter=self._who(side),
        )  # fmt: skip

    def _who(self, side: Row) -> str:
        row = self.contracts.index.get_indexer([side["contract_no"]])
        return reporter(self.tables.contract, row)[0]

    def _firms(self, side: Row) -> Iterator[Row]:
        if side["shared_with"] and is_base(side["kind"]):
            others = {self.holders.get(number) for number in side["shared_with"]} - {None, side["holder"]}
            why = "TWO_FIRMS" if others and side["holder"] else "UNEXPLAINED"
            yield self._row(
                "TWO_FIRMS", "MISMATCH", "BUREAU", side, explanation=why, said_on=side["committed_on"],
                said_source=side["committed_source"], found_source="、".join(side["shared_with"]), reporter=self._who(side),
            )  # fmt: skip

    def _missing(self) -> Iterator[Row]:
        """Every parcel of a contract has passed its completion check long ago, and no investment was ever reported."""
        events = self.events
        checked = events.rows("COMPLETION_CHECKED")
        first, row = events.first(checked)
        slices, parcels = self.contracts.slices, self.contracts.pairs["parcel"].to_numpy()
        for number in np.flatnonzero(~self.told[self.row]).tolist():
            side, contract = self._side(number), self.row[number]
            if side["committed_wan"] is None or not is_base(side["kind"]):
                continue
            mine = parcels[slices[contract] : slices[contract + 1]]
            if not len(mine) or (mine < 0).any():
                continue
            last = int(first[mine].max())
            if last + self.rule.report_d >= events.day:
                continue
            source = origin(self.tables.construction_event, row[mine[first[mine].argmax()]][None])[0]
            yield self._row(
                "REPORT_MISSING", "OMITTED", "PARK", side, direction=UNDER, found_on=day_of(last), found_source=source,
                days=events.day - last, reporter=side["park_code"] or "",
            )  # fmt: skip

    def repeated(self) -> Iterator[Row]:
        """Yield reports of one day that repeat those of another contract, figure by figure: the only part that needs all contracts."""
        basis, named = coded(self.reports["basis"])
        when = as_days(self.reports["reported_on"])
        here = (self.group >= 0) & (when <= self.contracts.day) & (named[basis] == "REPORTED")
        rows = np.flatnonzero(here)
        # Two rows of one sum on one day are rare: only they are read figure by figure.
        cells = pd.DataFrame({name: self.reports[name].iloc[rows].astype(str).to_numpy() for name in _PARTS})
        cells["day"] = when[rows].astype(np.int64)
        twice = cells.duplicated(keep=False).to_numpy() if len(cells) else np.zeros(0, dtype=bool)
        groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        figures = [figures_at(self.reports[name], rows[twice]) for name in _PARTS]
        for row, *told in zip(rows[twice].tolist(), *figures, strict=True):
            groups[(int(when[row].astype(np.int64)), *told)].append(row)
        place = {contract: number for number, contract in enumerate(self.row)}
        for (_, *told_values), same in groups.items():
            values: list[Decimal | None] = list(told_values)
            by_contract = {int(self.group[row]): row for row in same}
            told = [value for value in values if value is not None]
            amount = values[_PARTS.index("total_wan")] or add(value or Decimal(0) for value in values)
            if (
                len(by_contract) < 2
                or len(told) < 2
                or amount is None
                or amount < self.rule.repeated_least_wan
            ):
                continue
            first = min(by_contract)
            for contract, row in sorted(by_contract.items()):
                if contract == first or contract not in place:
                    continue
                side, other = self._side(place[contract]), by_contract[first]
                where = origin(self.reports, np.array([row, other]))
                yield self._row(
                    "REPEATED_AMOUNT", "OVERREPORTED", "REPORTER", side, explanation="COPIED", unit="WAN", said=amount,
                    found=amount, said_on=day_of(int(when[row].astype(np.int64))), said_source=where[0],
                    found_on=day_of(int(when[other].astype(np.int64))),
                    found_source=f"{self.contracts.numbers[first]} {where[1]}".strip(), direction=OVER,
                    reporter=self.reporters[row],
                ) | {"size": amount}  # fmt: skip
