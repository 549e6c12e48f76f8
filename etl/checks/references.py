"""Rows that refer to rows of other layers: contracts, parcels, reports, events, causes."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

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

    def add(self, works: Iterable[Work]) -> None:
        """Add the rows that a delivery brings."""
        for work in works:
            if work.layer == "parcel":
                self.keys["parcel"].update(work.frame["parcel_code"])
            elif work.layer == "park":
                self.keys["park"].update(work.frame["park_code"])
            elif work.layer == "contract":
                self.keys["contract"].update(work.frame["contract_no"])
                sets = work.frame["contract_type"].isin([*SETTING_TERMS]) | work.frame["contract_type"].isna()
                for codes in work.frame["parcel_codes"][sets].dropna():
                    self.contracted.update(codes)


def check_references(work: Work, known: Known) -> None:
    """Report references to rows that are nowhere; where a whole layer is still missing, say so once."""
    if work.layer in REFERENCES:
        column, target = REFERENCES[work.layer]
        values = work.frame[column].explode() if column == "parcel_codes" else work.frame[column]
        values = values[~empty(values)]
        if not known.keys[target] and len(values):
            work.findings.add("REFERENCE_LAYER_EMPTY", field=column, target=target, count=len(values))
        else:
            for place, value in values[~values.isin(known.keys[target])].items():
                work.findings.add(
                    "REFERENCE_MISSING", int(work.row_no[int(str(place))]), column, value,
                    key=work.keys[int(str(place))], target=target,
                )  # fmt: skip
    if work.layer == "contract":
        _check_supplements(work, known)
    if work.layer == "parcel":
        _check_contracted(work, known)


def _check_supplements(work: Work, known: Known) -> None:
    supplements = work.frame["contract_type"] == "SUPPLEMENT"
    lost = supplements & (empty(work.frame["amends"]) | ~work.frame["amends"].isin(known.keys["contract"]))
    for place in np.flatnonzero(lost):
        said: Any = work.frame["amends"].iat[int(place)]
        work.findings.add(
            "SUPPLEMENT_WITHOUT_CONTRACT", int(work.row_no[place]), "amends", None if pd.isna(said) else said,
            key=work.keys[place],
        )  # fmt: skip


def _check_contracted(work: Work, known: Known) -> None:
    held = np.flatnonzero(
        ~empty(work.frame["holder"]) & ~work.frame["parcel_code"].isin(known.contracted).to_numpy()
    )
    if not len(held):
        return
    if not known.keys["contract"]:
        work.findings.add("REFERENCE_LAYER_EMPTY", field="parcel_code", target="contract", count=len(held))
        return
    for place in held:
        work.findings.add("PARCEL_WITHOUT_CONTRACT", int(work.row_no[place]), "holder", key=work.keys[place])
