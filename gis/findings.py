"""What an idle-land run has found, before it is put into words or rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gis.consequence import Causes, Fee
from gis.contracts import Contracts
from gis.events import NEVER, Events
from gis.facts import Tables
from gis.ratios import Ratio, Ratios
from gis.rules import IdleLandRule

NOT_A_DAY = np.datetime64("NaT", "D")


@dataclass(slots=True)
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
    due_basis: Any  # SUPPLEMENT, CONTRACT, ALLOCATION, DELIVERY_EVENT, DELIVERED_ON, ""
    supply_unknown: Any
    completed_row: Any
    completion_unknown: Any
    verdict: Any
    band: Any
    limbs: list[list[str]]
    areas: dict[int, Ratio]
    investments: dict[int, Ratio]
    causes: Causes
    path: Any
    blocked: Any
    fees: dict[int, Fee]
    missing: list[list[str]]


def suspended_on(found: Findings) -> Any:
    """Return the day since which construction is stopped, as ``datetime64[D]``; NaT if it is not."""
    since = found.events.suspended[0]
    stopped = since < NEVER
    return np.where(stopped, np.where(stopped, since, 0).astype("datetime64[D]"), NOT_A_DAY)
