"""Checks that look at one row at a time: keys, dates, declared areas."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.layers import LAYERS, SNAPSHOTS
from etl.work import Work

DATES_IN_ORDER = {
    "contract": (
        ("signed_on", "delivery_by"), ("signed_on", "delivered_on"), ("signed_on", "commence_by"),
        ("delivery_by", "commence_by"), ("commence_by", "complete_by"), ("signed_on", "complete_by"),
    ),
    "idle_cause": (("from_on", "to_on"),),
}  # fmt: skip
DATES_NEEDED = {
    "contract": ("signed_on",),
    "construction_event": ("happened_on",),
    "investment_report": ("reported_on",),
    "idle_cause": ("from_on",),
}
SETTING_TERMS = ("GRANT", "ALLOCATION", "LEASE")  # contracts that set the terms of idle land


def empty(series: pd.Series) -> NDArray[np.bool_]:
    """Say which values are not known."""
    blank = np.asarray(series == "", dtype=bool)
    return np.asarray(series.isna().to_numpy(dtype=bool) | blank, dtype=bool)


def check_keys(work: Work) -> NDArray[np.bool_]:
    """Return which rows have their key and, in layers of observations, their day; report the others."""
    layer = LAYERS[work.layer or ""]
    stays = np.ones(len(work.row_no), dtype=bool)
    for column in layer.columns:
        observed = column.name == "observed_on" and layer.name in SNAPSHOTS
        if not (column.required or column.name in layer.key or observed) or column.kind is list:
            continue
        gone = empty(work.frame[column.name]) & stays
        code = "OBSERVED_ON_MISSING" if observed else "KEY_EMPTY"
        work.findings.add_rows(code, work.row_no[gone], column.name)
        stays &= ~gone
    return stays


def check_dates(work: Work) -> None:
    """Report dates that are missing where a fact needs one, and dates in the wrong order."""
    frame, layer = work.frame, work.layer or ""
    for column in DATES_NEEDED.get(layer, ()):
        gone = frame[column].isna().to_numpy()
        work.findings.add_rows("DATE_MISSING", work.row_no[gone], column, None, work.keys[gone])
    if layer == "contract":
        terms = (
            frame["contract_type"].isin(SETTING_TERMS)
            & frame["commence_by"].isna()
            & frame["delivered_on"].isna()
        ).to_numpy()
        work.findings.add_rows("DATE_MISSING", work.row_no[terms], "commence_by", None, work.keys[terms])
    for earlier, later in DATES_IN_ORDER.get(layer, ()):
        first, second = frame[earlier].to_numpy(dtype=object), frame[later].to_numpy(dtype=object)
        both = np.flatnonzero(~pd.isna(first) & ~pd.isna(second))
        turned = both[np.asarray(first[both] > second[both], dtype=bool)]
        work.findings.add_rows(
            "DATE_ORDER", work.row_no[turned], earlier, first[turned], work.keys[turned],
            earlier=earlier, later=later, first=first[turned].astype(str), second=second[turned].astype(str),
        )  # fmt: skip
