"""The two ratios of suspended land for the plain case, all contracts at once in whole numbers.

Plain is a contract with one parcel on record, a stated term, and one dated
record that decides; all figures recorded and small enough for 64 bits. The
answer is the one of :mod:`gis.ratios`, which judges every other contract and
gives the facts of each when they are asked for.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gis.columns import among, coded, rows_of, scaled
from gis.contracts import Contracts
from gis.events import Events
from gis.exact import FALSE, TRUE
from gis.periods import as_days

OPEN = 2  # not a plain case
_LIMIT = 2**62


class Answers(Mapping[int, Any]):
    """The ratios of the contracts asked about: ``low`` of plain cases at once, each ratio when it is read."""

    def __init__(self, asked: Any, quick: Any, count: int, make: Callable[[Any], dict[int, Any]]) -> None:
        self._asked, self._make = asked, make
        self._quick = np.full(count + 1, OPEN, dtype=np.int8)
        self._quick[asked] = quick
        self._made: dict[int, Any] = make(asked[quick == OPEN])
        self._among = np.zeros(count + 1, dtype=bool)
        self._among[asked] = True

    def lows(self, contracts: Any) -> Any:
        """Return ``low`` for some contracts asked about: TRUE, FALSE or UNKNOWN."""
        found = self._quick[contracts]
        for place in np.flatnonzero(found == OPEN).tolist():
            found[place] = self._made[int(contracts[place])].low
        return found

    def plain(self, contracts: Any) -> Any:
        """Return which contracts are plain cases, hence lack nothing."""
        return self._quick[contracts] != OPEN

    def __getitem__(self, contract: int) -> Any:
        """Return a ratio with its facts."""
        if contract not in self._made:
            if not (0 <= contract < len(self._among) and self._among[contract]):
                raise KeyError(contract)
            left = np.array([other for other in self._asked.tolist() if other not in self._made])
            self._made |= self._make(left)
        return self._made[contract]

    def __contains__(self, contract: object) -> bool:
        """Say whether a contract was asked about."""
        return isinstance(contract, int) and contract >= 0 and bool(self._among[contract])

    def __iter__(self) -> Iterator[int]:
        """Go through the contracts asked about."""
        return iter(self._asked.tolist())

    def __len__(self) -> int:
        """Return how many contracts were asked about."""
        return len(self._asked)


def quick_areas(asked: Any, contracts: Contracts, events: Events, share: Fraction) -> Any:
    """Return for each contract asked about whether its area ratio is low; ``OPEN`` where the case is not plain."""
    start, stop = contracts.slices[asked], contracts.slices[asked + 1]
    single = stop - start == 1
    parcel = np.append(contracts.pairs["parcel"].to_numpy(), -1)[np.where(single, start, -1)]
    states = events.here & events.table["developed_area_m2"].notna().to_numpy()
    counted = np.append(np.bincount(events.parcel[states & events.known], minlength=events.count), 0)
    undated = np.append(events.any(states & events.undated), True)
    row = np.append(events.last(states)[1], -1)[parcel]
    due, unknown = contracts.term("due_area_m2")
    plain = (counted[parcel] == 1) & ~undated[parcel] & (due[asked] >= 0) & ~unknown[asked]
    part = scaled(events.table["developed_area_m2"], row[plain])
    return _below(plain, part, scaled(contracts.table["due_area_m2"], due[asked][plain]), share)


def quick_investments(asked: Any, contracts: Contracts, reports: Any, names: Any, share: Fraction) -> Any:
    """Return for each contract asked about whether its investment is low; ``OPEN`` where the case is not plain."""
    count = len(contracts.numbers)
    group = np.append(contracts.root, -1)[rows_of(reports["contract_no"], contracts.index)]
    when = as_days(reports["reported_on"])
    rows = np.flatnonzero((group >= 0) & ~(when > contracts.day))
    counted = np.bincount(group[rows], minlength=count)
    only = np.full(count, -1, dtype=np.int64)
    only[group[rows]] = rows
    row = only[asked]
    usable = np.append(among(*coded(reports["basis"]), ("VERIFIED", "REPORTED")) & ~np.isnat(when), False)
    term, unknown = contracts.term("planned_investment_ex_land_wan")
    plain = (counted[asked] == 1) & usable[row] & (term[asked] >= 0) & ~unknown[asked]
    parts = [scaled(reports[name], row[plain]) for name in names]
    whole = scaled(contracts.table["planned_investment_ex_land_wan"], term[asked][plain])
    return _below(plain, _sum(parts), whole, share)


def _sum(parts: list[Any]) -> Any:
    """Return the sum of scaled figures, recorded where all are."""
    if any(part is None for part in parts) or len({part[2] for part in parts}) != 1:
        return None
    if any(int(np.abs(part[0]).max(initial=0)) >= _LIMIT // len(parts) for part in parts):
        return None
    valid = np.logical_and.reduce([part[1] for part in parts])
    return sum(part[0] for part in parts), valid, parts[0][2]


def _below(plain: Any, part: Any, whole: Any, share: Fraction) -> Any:
    """Return TRUE, FALSE or OPEN for the cases asked about; ``part`` and ``whole`` are those of the plain ones."""
    found = np.full(len(plain), OPEN, dtype=np.int8)
    if part is None or whole is None or part[2] != whole[2]:
        return found
    most = max(int(np.abs(side[0]).max(initial=0)) for side in (part, whole))
    if most * max(share.numerator, share.denominator) >= _LIMIT:
        return found
    low = np.where(part[0] * share.denominator < whole[0] * share.numerator, TRUE, FALSE)
    found[plain] = np.where(part[1] & whole[1] & (whole[0] > 0), low, OPEN)
    return found
