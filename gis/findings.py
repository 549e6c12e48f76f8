"""What an idle-land run has found, before it is put into words or rows."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gis.consequence import Causes, Fee
from gis.contracts import Contracts
from gis.events import NEVER, Events
from gis.facts import Tables
from gis.quick_ratios import Answers
from gis.ratios import Ratios
from gis.rules import IdleLandRule

VERDICTS = (
    "NOT_SUPPLIED", "COMPLETED", "NOT_DUE", "OVERDUE", "IDLE_NOT_COMMENCED", "ACTIVE", "SUSPENDED_UNDER_1Y",
    "MAY_BE_IDLE", "SUSPENDED_NOT_IDLE", "UNDETERMINED",
)  # fmt: skip
NOT_A_DAY = np.datetime64("NaT", "D")


@dataclass
class Findings:
    """Everything found about the parcels of one run; arrays over the rows of the parcel table."""

    tables: Tables
    rule: IdleLandRule
    day: np.datetime64
    contracts: Contracts
    events: Events
    ratios: Ratios
    due: Any  # commencement date that counts, datetime64[D]
    due_row: Any  # the contract row that states it, or that was delivered
    first_last: Any  # the last day of the first period after the commencement date, datetime64[D]
    second_last: Any
    stalled_last: Any  # the last day of the year of a suspension
    due_basis: Any  # SUPPLEMENT, CONTRACT, ALLOCATION, DELIVERY_EVENT, DELIVERED_ON, ""
    supply_unknown: Any
    completed_row: Any
    completion_unknown: Any
    code: Any  # the verdict as the number of its place in VERDICTS
    second_band: Any  # whether the second band has begun, for land that is not commenced
    limbs: list[list[str]]
    areas: Answers
    investments: Answers
    causes: Causes
    path: Any
    blocked: Any
    fees: dict[int, Fee]
    missing: list[list[str]]

    @cached_property
    def verdict(self) -> Any:
        """The verdict of each parcel."""
        return np.array(VERDICTS, dtype=object)[self.code]

    @cached_property
    def band(self) -> Any:
        """The band of land that is not commenced: Y1, Y2; "" for other land."""
        idle = self.has("IDLE_NOT_COMMENCED")
        return np.array(["", "Y1", "Y2"], dtype=object)[idle * (1 + self.second_band.astype(np.int8))]

    def has(self, *verdicts: str) -> Any:
        """Return which parcels have one of some verdicts."""
        found = self.code == VERDICTS.index(verdicts[0])
        for verdict in verdicts[1:]:
            found |= self.code == VERDICTS.index(verdict)
        return found


def suspended_on(events: Events) -> Any:
    """Return the day since which construction is stopped, as ``datetime64[D]``; NaT if it is not."""
    since = events.suspended[0]
    stopped = since < NEVER
    return np.where(stopped, np.where(stopped, since, 0).astype("datetime64[D]"), NOT_A_DAY)
