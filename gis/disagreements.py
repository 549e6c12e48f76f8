"""One disagreement of two sources (不一致): what was said, what another source shows, how far apart, and what that may be.

A disagreement is a question to somebody, never a finding of fault: a suspicion is
*suspected* over-reporting (疑似虚报), under-reporting (疑似瞒报) or omission (疑似漏报), and a slip of
units is none of them. A missing fact disagrees with nothing.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from gis.exact import half_up

COLUMNS = (
    "kind", "parcel_code", "contract_no", "park_code", "holder", "holder_credit_code", "reporter",
    "direction", "suspicion", "explanation", "slip", "next_step", "unit",
    "said", "said_on", "said_source", "found", "found_on", "found_source", "ratio", "size", "days", "rule_ref",
)  # fmt: skip
KINDS = (
    "START_WITHOUT_PERMIT", "START_BEFORE_PERMIT", "START_BEFORE_CONTRACT", "START_NOT_SEEN", "BUILT_WITHOUT_START",
    "COMPLETED_NOT_SEEN", "SUSPENDED_BUT_GROWS", "DEVELOPED_AREA", "BUILDINGS_NOT_SEEN", "REGISTERED_AREA",
    "GRANTED_AREA", "TWO_FIRMS", "INVESTED_VERIFIED", "INVESTED_PROMISED", "REPEATED_AMOUNT", "REPORT_MISSING",
)  # fmt: skip
SUSPICIONS = ("OVERREPORTED", "UNDERREPORTED", "OMITTED", "MISMATCH")
EXPLANATIONS = (
    "UNIT_SLIP", "LATE_FILING", "TWO_FIRMS", "BOUNDARY_CHANGE", "BUILT_BEFORE_SUPPLY", "COPIED", "SURVEY_WIDER",
    "UNEXPLAINED",
)  # fmt: skip
NEXT_STEPS = ("REPORTER", "PARK", "BUREAU")
OVER, UNDER = "OVER", "UNDER"
_UNSAID: dict[str, Any] = {
    "parcel_code": "", "contract_no": "", "park_code": None, "holder": None, "holder_credit_code": None,
    "reporter": "", "direction": "", "explanation": "UNEXPLAINED", "slip": "", "unit": "",
    "said": None, "said_on": None, "said_source": "", "found": None, "found_on": None, "found_source": "",
    "ratio": None, "size": None, "days": None,
}  # fmt: skip


def disagreement(kind: str, suspicion: str, next_step: str, **said: Any) -> dict[str, Any]:
    """Return one row with the columns ``COLUMNS`` but for the rule's.

    ``said`` and ``found`` are ``Decimal`` in ``unit`` (``M2``, ``WAN``, ``SHARE``); ratio and size follow
    from them. A slip of units is a mismatch, whatever was suspected.
    """
    row = _UNSAID | {"kind": kind, "suspicion": suspicion, "next_step": next_step} | said
    if row["slip"]:
        row |= {"suspicion": "MISMATCH", "explanation": "UNIT_SLIP"}
    one, other = row["said"], row["found"]
    if one is not None and other is not None and row["unit"] != "SHARE":
        row["size"] = abs(one - other)
        row["ratio"] = half_up(Fraction(one) / Fraction(other), 6) if other > 0 else None
    return row


def apart(one: Decimal, other: Decimal, share: Fraction, least: Fraction) -> bool:
    """Say whether two figures differ by more than a share of the larger and by more than a least amount, exactly."""
    difference = abs(Fraction(one) - Fraction(other))
    return difference > least and difference > share * max(Fraction(one), Fraction(other))
