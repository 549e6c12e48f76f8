"""Rows that refer to rows of other layers: contracts, parcels, reports, events, causes."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np

from etl.checks.rows import SETTING_TERMS, empty
from etl.work import Work

# layer -> (column, the layer it refers to)
REFERENCES = {
    "contract": ("parcel_codes", "parcel"),
    "contract_phase": ("contract_no", "contract"),
    "investment_report": ("contract_no", "contract"),
    "construction_event": ("parcel_code", "parcel"),
    "idle_cause": ("parcel_code", "parcel"),
    "building": ("parcel_code", "parcel"),
    "park_statistics": ("park_code", "park"),
}


class Known:
    """The keys that exist: what is published and what this delivery brings."""

    def __init__(self, parcels: Iterable[str], contracts: Iterable[str], parks: Iterable[str]) -> None:
        self.keys = {"parcel": set(parcels), "contract": set(contracts), "park": set(parks)}
        self.contracted: set[str] = set()
        self.first_signed: dict[str, Any] = {}

    def add(self, works: Iterable[Work], *, parcels: bool = True) -> None:
        """Add the rows that a delivery brings; its parcels only where something refers to them."""
        for work in works:
            if work.layer == "parcel" and parcels:
                self.keys["parcel"].update(work.frame["parcel_code"])
            elif work.layer == "park":
                self.keys["park"].update(work.frame["park_code"])
            elif work.layer == "contract":
                self.keys["contract"].update(work.frame["contract_no"])
                sets = work.frame["contract_type"].isin([*SETTING_TERMS]) | work.frame["contract_type"].isna()
                self.contracted.update(chain.from_iterable(work.frame["parcel_codes"][sets].dropna()))


def check_references(work: Work, known: Known) -> None:
    """Report references to rows that are nowhere; where a whole layer is still missing, say so once."""
    if work.layer in REFERENCES:
        column, target = REFERENCES[work.layer]
        _check_target(work, column, target, known)
    if work.layer == "contract":
        _check_supplements(work, known)
    if work.layer == "parcel":
        _check_contracted(work, known)


def _check_target(work: Work, column: str, target: str, known: Known) -> None:
    values = work.frame[column].explode() if column == "parcel_codes" else work.frame[column]
    values = values[~empty(values)]
    if not known.keys[target] and len(values):
        work.findings.add("REFERENCE_LAYER_EMPTY", field=column, target=target, count=len(values))
        return
    lost = values[~values.isin(known.keys[target])]
    at = lost.index.to_numpy(dtype=np.int64)
    work.findings.add_rows(
        "REFERENCE_MISSING",
        work.row_no[at],
        column,
        lost.to_numpy(dtype=object),
        work.keys[at],
        target=target,
    )


def _check_supplements(work: Work, known: Known) -> None:
    supplements = work.frame["contract_type"] == "SUPPLEMENT"
    lost = supplements & (empty(work.frame["amends"]) | ~work.frame["amends"].isin(known.keys["contract"]))
    at = np.flatnonzero(lost)
    said = work.frame["amends"].where(work.frame["amends"].notna(), None).to_numpy(dtype=object)
    work.findings.add_rows("SUPPLEMENT_WITHOUT_CONTRACT", work.row_no[at], "amends", said[at], work.keys[at])


def _check_contracted(work: Work, known: Known) -> None:
    held = np.flatnonzero(
        ~empty(work.frame["holder"]) & ~work.frame["parcel_code"].isin(known.contracted).to_numpy()
    )
    if not len(held):
        return
    if not known.keys["contract"]:
        work.findings.add("REFERENCE_LAYER_EMPTY", field="parcel_code", target="contract", count=len(held))
        return
    work.findings.add_rows("PARCEL_WITHOUT_CONTRACT", work.row_no[held], "holder", None, work.keys[held])
