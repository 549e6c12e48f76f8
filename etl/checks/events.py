"""Dated facts of one parcel against each other and against its contract, over the files of a delivery."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from etl.checks.rows import SETTING_TERMS
from etl.work import Work

# The first of the one is not after the first of the other. Later phases may begin again, so only firsts count;
# a permit may come before the land is handed over.
IN_ORDER = (
    ("DELIVERED", "REPORTED_START"), ("DELIVERED", "FOUNDATION"), ("FOUNDATION", "COMPLETED"),
    ("REPORTED_START", "COMPLETED"), ("COMPLETED", "COMPLETION_CHECKED"), ("SUSPENDED", "RESUMED"),
)  # fmt: skip


def first_signed(works: list[Work], published: Mapping[str, Any]) -> dict[str, Any]:
    """Return the day of the first contract of each parcel: of those published and those delivered."""
    found = dict(published)
    for work in works:
        if work.layer != "contract" or work.blocked_by:
            continue
        frame = work.frame
        sets = (frame["contract_type"].isin(SETTING_TERMS) & frame["signed_on"].notna()).to_numpy()
        pairs = frame.loc[sets, ["parcel_codes", "signed_on"]].explode("parcel_codes").dropna()
        for code, day in pairs.groupby("parcel_codes")["signed_on"].min().items():
            found[str(code)] = min(day, found.get(str(code), day))
    return found


def check_events(works: list[Work], signed: Mapping[str, Any]) -> None:
    """Report facts dated before what must come first, on the row that is too early."""
    events = [w for w in works if w.layer == "construction_event" and not w.blocked_by and len(w.row_no)]
    if not events:
        return
    table = pd.DataFrame(
        {
            "work": np.repeat(np.arange(len(events)), [len(w.row_no) for w in events]),
            "place": np.concatenate([np.arange(len(w.row_no)) for w in events]),
            "parcel": np.concatenate([w.frame["parcel_code"] for w in events]),
            "event": np.concatenate([w.frame["event"] for w in events]),
            "day": np.concatenate([w.frame["happened_on"] for w in events]),
        }
    ).dropna()
    first = table.sort_values("day", kind="stable").drop_duplicates(["parcel", "event"])
    contract = table["parcel"].map(signed)
    early = table[contract.notna() & (table["day"].where(contract.notna()) < contract).fillna(False)]
    _report(events, early, "SIGNED", contract[early.index])
    for before, after in IN_ORDER:
        one, two = (first[first["event"] == name].set_index("parcel") for name in (before, after))
        both = two.join(one["day"].rename("earlier"), how="inner")
        _report(
            events,
            both[both["day"] < both["earlier"]],
            before,
            both["earlier"][both["day"] < both["earlier"]],
        )


def _report(events: list[Work], rows: pd.DataFrame, before: str, days: pd.Series) -> None:
    days_of = np.asarray(days, dtype=object).astype(str)
    for number, work in enumerate(events):
        here = (rows["work"] == number).to_numpy()
        at = rows["place"].to_numpy(dtype=np.int64)[here]
        work.findings.add_rows(
            "EVENT_ORDER", work.row_no[at], "happened_on", rows["day"].to_numpy(dtype=object)[here].astype(str),
            work.keys[at], event=rows["event"].to_numpy(dtype=object)[here], before=before, day=days_of[here],
        )  # fmt: skip
