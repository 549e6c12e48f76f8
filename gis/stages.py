"""Where a parcel stands in its life: from supply to completion, as the record allows to say."""

from typing import Any

import numpy as np

from gis.columns import choose
from gis.events import NEVER
from gis.findings import Findings

STAGES = ("NOT_SUPPLIED", "SUPPLIED", "DELIVERED", "COMMENCED", "COMPLETED")


def stages(found: Findings) -> Any:
    """Return the stage of each parcel on the day; "" where two stages are possible.

    Idle land is no stage of its own: it is a verdict about land that was
    supplied. What the layers hold no fact about (approval before supply,
    operation, recovery) is never guessed.

    Returns
    -------
    numpy.ndarray
        Codes of ``STAGES`` or "", one a row of the parcel table.
    """
    contracts, events = found.contracts, found.events
    first, _, unknown = events.delivered
    handed_over, _, term_unknown = contracts.dates("delivered_on")
    governing = np.where(contracts.undated, -1, contracts.governing)
    by_contract = np.append(handed_over <= contracts.day, [False])[governing]
    delivered = (first < NEVER) | by_contract
    # Without a dated delivery an undated one leaves two stages open.
    open_question = ~delivered & (unknown | np.append(term_unknown, [False])[governing])
    known = ~found.has("UNDETERMINED") | events.commenced
    known &= ~found.supply_unknown & ~found.completion_unknown
    reached = [
        (found.has("NOT_SUPPLIED"), "NOT_SUPPLIED"),
        (found.completed_row >= 0, "COMPLETED"),
        (~known | found.supply_unknown, ""),
        (events.commenced, "COMMENCED"),
        (events.may_have_commenced | open_question | (governing < 0), ""),
        (delivered, "DELIVERED"),
    ]
    return choose(reached, "SUPPLIED")
