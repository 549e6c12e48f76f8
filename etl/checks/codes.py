"""The form of codes. A wrong form is a warning: old and local numbers exist."""

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.issues import Findings

FORMS: dict[str, tuple[str, str]] = {
    "parcel_code": ("PARCEL_CODE_FORM", r"\d{12}[GJZ][ABCDEFGHLNSWXY]\d{5}"),
    "parcel_codes": ("PARCEL_CODE_FORM", r"\d{12}[GJZ][ABCDEFGHLNSWXY]\d{5}"),
    "unit_code": ("UNIT_CODE_FORM", r"\d{12}[GJZ][ABCDEFGHLNSWXY]\d{5}[FLQW]\d{8}"),
    "supervision_no": ("SUPERVISION_NO_FORM", r"\d{6}\d{4}[A-Z]\d{5,6}(-\d+)?"),
    "holder_credit_code": ("CREDIT_CODE_FORM", ""),
    "credit_code": ("CREDIT_CODE_FORM", ""),
    "division_code": ("DIVISION_CODE_FORM", r"\d{6}"),
}
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
_WEIGHTS = tuple(3**place % 31 for place in range(17))


def check_character(code: str) -> str:
    """Return the last character of a credit code from its first 17 (GB 32100-2015, ISO 7064 by 31)."""
    total = sum(_LETTERS.index(letter) * weight for letter, weight in zip(code[:17], _WEIGHTS, strict=True))
    return _LETTERS[(31 - total % 31) % 31]


def is_credit_code(code: str) -> bool:
    """Say whether a text is a unified social credit code with a right check character."""
    if len(code) != 18 or any(letter not in _LETTERS for letter in code) or not code[2:8].isdigit():
        return False
    return check_character(code) == code[17]


def _right(column: str, value: str, own: str | None) -> bool:
    if own is not None:
        return re.fullmatch(own, value) is not None
    form = FORMS[column][1]
    return re.fullmatch(form, value) is not None if form else is_credit_code(value)


def check_forms(
    frame: pd.DataFrame, rows: NDArray[np.int64], keys: Any, own: dict[str, str], findings: Findings
) -> None:
    """Report codes of a wrong form. ``own`` are forms that the supplier's mapping declares (regular expressions)."""
    for column in frame.columns:
        if column not in FORMS:
            continue
        values = frame[column]
        exploded = values.explode() if column == "parcel_codes" else values
        present = exploded.dropna()
        bad = [value for value in present.unique() if not _right(column, value, own.get(column))]
        wrong = present[present.isin(bad)]
        for place, value in zip(wrong.index.to_numpy(dtype=np.int64), wrong, strict=True):
            findings.add(FORMS[column][0], int(rows[place]), column, value, key=keys[place])
    if "landuse_scheme" in frame.columns:
        lost = frame["landuse_code"].notna() & frame["landuse_scheme"].isna()
        for place in np.flatnonzero(lost):
            findings.add("LANDUSE_SCHEME_MISSING", int(rows[place]), "landuse_scheme", key=keys[place])
