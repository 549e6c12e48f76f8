"""What differs between two idle-land lists, and what the facts prove of the reason.

A list is told from the one before by parcel code. Days run on every day and are no difference.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

KINDS: Final = ("ENTERED", "LEFT", "CHANGED")
LEFT_REASONS: Final = (
    "STARTED", "COMPLETED", "TAKEN_BACK", "EXTENSION", "GOVERNMENT_CAUSE", "SPLIT", "CORRECTION", "EXCLUSION",
)  # fmt: skip
"""Why a parcel may leave a list: the fixed set that a person chooses from."""
ENTERED_REASONS: Final = ("TIME", "DATA", "SPLIT", "NEW")
CHANGED_REASONS: Final = ("TIME", "DATA")
COMPARED: Final = (
    "park_code", "holder", "contract_no", "area_m2", "verdict", "band", "limbs", "cause", "path", "fee_wan", "blocked",
    "idle_from", "missing",
)  # fmt: skip
_PROVEN: Final = {
    "COMPLETED": "COMPLETED", "ACTIVE": "STARTED", "SUSPENDED_UNDER_1Y": "STARTED", "NOT_DUE": "EXTENSION",
    "OVERDUE": "EXTENSION", "NOT_SUPPLIED": "TAKEN_BACK",
}  # fmt: skip
"""Verdict on a parcel that left -> the reason that its facts speak for."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One parcel that entered, left or changed; ``fields`` holds column -> (before, after) of a change."""

    parcel_code: str
    kind: str
    reason: str
    area_m2: Decimal
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def changes(
    last: Mapping[str, Row], now: Mapping[str, Row], last_on: dt.date, born: Mapping[str, str]
) -> list[Change]:
    """Return the differences of two lists, each by parcel code: entered, left, then changed.

    Parameters
    ----------
    last, now
        The rows of the list before and of this one, with the columns ``COMPARED``.
    last_on
        The day of the list before.
    born
        Parcels that came into being since: code -> ``SPLIT`` (out of other parcels) or ``NEW``.

    Returns
    -------
    list of Change
        A parcel that left has the reason "": it is given by a person (:func:`proposed`).
        ``len(last) + entered - left == len(now)``.
    """
    entered = [
        Change(code, "ENTERED", _why_entered(now[code], last_on, born.get(code)), now[code]["area_m2"])
        for code in sorted(now.keys() - last.keys())
    ]
    left = [Change(code, "LEFT", "", last[code]["area_m2"]) for code in sorted(last.keys() - now.keys())]
    changed = []
    for code in sorted(last.keys() & now.keys()):
        differing = {
            name: (last[code][name], now[code][name])
            for name in COMPARED
            if last[code][name] != now[code][name]
        }
        if differing:
            changed.append(Change(code, "CHANGED", _why_changed(differing), now[code]["area_m2"], differing))
    return [*entered, *left, *changed]


def _why_entered(row: Row, last_on: dt.date, born: str | None) -> str:
    """Say whether time alone brought a parcel in: it was not idle yet on the day of the list before."""
    if born:
        return born
    return "TIME" if row["idle_from"] is not None and row["idle_from"] > last_on else "DATA"


def _why_changed(differing: Mapping[str, Any]) -> str:
    """Say whether only what follows from the passing of two years changed."""
    return (
        "TIME" if "band" in differing and set(differing) <= {"band", "path", "fee_wan", "missing"} else "DATA"
    )


def proposed(row: Row | None, into: Sequence[str]) -> str:
    """Return the reason that the facts speak for where a parcel left the list; "" where they prove none.

    Parameters
    ----------
    row
        The present verdict on the parcel (``verdict``), or nothing where there is no such parcel any more.
    into
        Codes of the parcels that it became.
    """
    if row is None:
        return "SPLIT" if into else ""
    return _PROVEN.get(row["verdict"], "")
