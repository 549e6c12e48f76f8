"""The form of codes and what they refer to. A wrong form is a warning: old and local numbers exist.

Each different value is judged once and all of a column at once: the forms by the regular
expressions of Arrow, the check characters by a table of numbers.
"""

import re
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from numpy.typing import NDArray

from etl.coded import Coded, coded_of
from etl.issues import Findings

_PARCEL = r"[0-9]{12}[GJZ][ABCDEFGHLNSWXY][0-9]{5}"
_CREDIT = r"[0-9A-HJ-NP-RTUW-Y]{2}[0-9]{6}[0-9A-HJ-NP-RTUW-Y]{10}"  # GB 32100-2015: no I, O, S, V, Z
FORMS: dict[str, tuple[str, str]] = {
    "parcel_code": ("PARCEL_CODE_FORM", _PARCEL),
    "parcel_codes": ("PARCEL_CODE_FORM", _PARCEL),
    "unit_code": ("UNIT_CODE_FORM", _PARCEL + r"[FLQW][0-9]{8}"),
    "supervision_no": ("SUPERVISION_NO_FORM", r"[0-9]{6}[0-9]{4}[A-Z][0-9]{5,6}(-[0-9]+)?"),
    "holder_credit_code": ("CREDIT_CODE_FORM", _CREDIT),
    "credit_code": ("CREDIT_CODE_FORM", _CREDIT),
    "division_code": ("DIVISION_CODE_FORM", r"[0-9]{6}"),
}
CHECKED = frozenset({"holder_credit_code", "credit_code"})  # codes with a check character
PLACED = ("parcel_code", "supervision_no", "division_code")  # codes that begin with a division
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = np.array([3**place % 31 for place in range(17)])
_VALUES = np.zeros(256, dtype=np.int64)
_VALUES[[ord(letter) for letter in _LETTERS]] = range(len(_LETTERS))
# Letters, figures, \d, sets of them, groups, and how often: {3} or {5,6}.
_BOTH_KNOW = re.compile(
    r"(?:[0-9A-Za-z|)-]|\\d|\((?:\?:)?|\[(?:[0-9A-Za-z]|\\d)+\]|\{\d{1,2}(?:,\d{1,2})?\})+"
)
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "o": "0", "i": "1", "l": "1"})

Values = NDArray[np.object_]
Mask = NDArray[np.bool_]


@cache
def divisions() -> dict[str, str]:
    """Return the divisions of the city: code -> name."""
    text = (files("etl.checks") / "divisions.yaml").read_text(encoding="utf-8")
    return {str(code): name for code, name in yaml.safe_load(text).items()}


@cache
def landuse() -> dict[str, dict[str, Any]]:
    """Return the land-use schemes: name -> how it is written, and a form of its codes."""
    text = (files("etl.checks") / "landuse.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return loaded


def check_character(code: str) -> str:
    """Return the last character of a credit code from its first 17 (GB 32100-2015, ISO 7064 by 31)."""
    return _LETTERS[int(_check_numbers(np.frombuffer(code[:17].encode("ascii"), np.uint8)[None])[0])]


def _check_numbers(letters: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the numbers of the check characters of codes, given as bytes."""
    return np.asarray((31 - _VALUES[letters[:, :17]] @ _WEIGHTS % 31) % 31, dtype=np.int64)


def matches(values: Any, form: str) -> Mask:
    """Say which texts are of a form as a whole; ``values`` is an Arrow column of texts or an array of them."""
    if not len(values):
        return np.zeros(0, dtype=bool)
    found = pc.match_substring_regex(_column(values), rf"\A(?:{form})\z")
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _column(values: Any) -> Any:
    return values if isinstance(values, pa.Array) else pa.array(values, pa.string())


def right(column: str, values: Any, own: str | None = None) -> Mask:
    """Say which codes of a column are right. ``own`` is a form that a supplier's mapping declares."""
    if own is not None:
        return _own_form(_column(values), own)
    good = matches(values, FORMS[column][1])
    if column in CHECKED and good.any():
        codes = _column(values).filter(pa.array(good))
        letters = np.frombuffer(codes.buffers()[2], np.uint8, 18 * len(codes)).reshape(-1, 18)
        good[good] = _check_numbers(letters) == _VALUES[letters[:, 17]]
    return good


def _own_form(values: Any, own: str) -> Mask:
    """Say which texts are of a form that a person wrote in the language of Python, which knows more than Arrow's.

    Where both know all of it, what fits for Arrow fits for Python, whose digits are more.
    """
    known = re.compile(own)
    good = np.zeros(len(values), dtype=bool)
    if _BOTH_KNOW.fullmatch(own):
        with suppress(pa.ArrowInvalid):  # too long for it
            good = matches(values, own)
    rest = np.flatnonzero(~good)
    texts = values.take(pa.array(rest)).to_pylist()
    good[rest] = [known.fullmatch(text) is not None for text in texts]
    return good


def is_credit_code(code: str) -> bool:
    """Say whether a text is a unified social credit code with a right check character."""
    return bool(right("credit_code", np.array([code], dtype=object))[0])


def _hints(column: str, values: Values, own: str | None) -> list[str | None]:
    """Return what a code may be where O stands for 0 or I for 1; ``None`` where that does not make it right."""
    tried = np.array([_plain(column, str(value)) for value in values], dtype=object)
    good = right(column, tried, own) & (tried != values)
    return [hint if fits else None for hint, fits in zip(tried, good, strict=True)]


def _plain(column: str, value: str) -> str:
    plain = value.translate(_LOOKALIKES)
    return (
        plain[:12] + value[12:14] + plain[14:]
        if column in ("parcel_code", "parcel_codes", "unit_code")
        else plain
    )


def check_codes(
    frame: pd.DataFrame, rows: NDArray[np.int64], keys: Any, own: dict[str, str], findings: Findings
) -> None:
    """Report codes of a wrong form, of no division, or that contradict each other."""
    for column in frame.columns:
        if column in FORMS:
            _check_form(frame, column, rows, keys, own.get(column), findings)
        if column in PLACED:
            _check_division(coded_of(frame[column]), column, rows, keys, findings)
    if {"unit_code", "parcel_code"} <= set(frame.columns):
        _check_unit(frame, rows, keys, findings)
    if "landuse_scheme" in frame.columns:
        _check_landuse(frame, rows, keys, findings)


def _check_form(
    frame: pd.DataFrame, column: str, rows: NDArray[np.int64], keys: Any, own: str | None, findings: Findings
) -> None:
    given = frame[column].explode() if column == "parcel_codes" else frame[column]
    values = coded_of(given)
    wrong = np.append(~right(column, values.values, own), False)[values.codes]
    at = given.index.to_numpy(dtype=np.int64)[wrong] if column == "parcel_codes" else np.flatnonzero(wrong)
    bad = values[wrong]
    hints = _hints(column, bad[: findings.most].objects(), own)
    findings.add_rows(
        FORMS[column][0], rows[at], column, bad, keys[at], hint=[*hints, *[None] * (len(bad) - len(hints))]
    )


def _check_division(
    values: Coded, column: str, rows: NDArray[np.int64], keys: Any, findings: Findings
) -> None:
    """Report codes of this city whose first six digits are no division of it; other cities have tables of their own."""
    first = pc.utf8_slice_codeunits(values.values, 0, 6).dictionary_encode()
    different, number = first.dictionary.to_numpy(zero_copy_only=False), np.asarray(first.indices)
    begins = different.astype("U6")
    city = {code[:4] for code in divisions()}
    odd = np.isin(begins.astype("U4"), list(city)) & ~np.isin(begins, list(divisions()))
    odd &= matches(different, "[0-9]{6}")
    lost = np.flatnonzero(np.append(odd[number], False)[values.codes])
    findings.add_rows(
        "DIVISION_UNKNOWN",
        rows[lost],
        column,
        values[lost],
        keys[lost],
        division=begins[number[values.codes[lost]]],
    )


def _check_unit(frame: pd.DataFrame, rows: NDArray[np.int64], keys: Any, findings: Findings) -> None:
    both = np.flatnonzero((frame["unit_code"].notna() & frame["parcel_code"].notna()).to_numpy())
    units, parcels = (coded_of(frame[name].iloc[both]) for name in ("unit_code", "parcel_code"))
    begins = (pc.utf8_slice_codeunits(units.arrow(), 0, 19), pc.utf8_slice_codeunits(parcels.arrow(), 0, 30))
    other = np.flatnonzero(pc.not_equal(*begins))
    other = other[matches(units[other].arrow(), FORMS["unit_code"][1])]
    at = both[other]
    findings.add_rows(
        "UNIT_CODE_OTHER", rows[at], "unit_code", units[other], keys[at], parcel=parcels[other]
    )  # fmt: skip


def _scheme(said: str) -> str | None:
    """Return the scheme that a text names."""
    plain = re.sub(r"[\s《》()（）]", "", said).lower()
    return next((name for name, scheme in landuse().items() if plain in scheme["names"]), None)


def _check_landuse(frame: pd.DataFrame, rows: NDArray[np.int64], keys: Any, findings: Findings) -> None:
    codes, schemes = frame["landuse_code"], frame["landuse_scheme"]
    lost = np.flatnonzero(codes.notna() & schemes.isna())
    findings.add_rows("LANDUSE_SCHEME_MISSING", rows[lost], "landuse_scheme", None, keys[lost])
    for said in schemes.dropna().unique():
        here = (codes.notna() & (schemes == said)).to_numpy()
        name = _scheme(str(said))
        if name is None:
            findings.add(
                "LANDUSE_SCHEME_UNKNOWN", field="landuse_scheme", value=said, count=int(here.sum()), known=list(landuse())
            )  # fmt: skip
            continue
        values = coded_of(codes)
        fits = np.append(matches(values.values, landuse()[name]["codes"]), True)[values.codes]
        odd = np.flatnonzero(here & ~fits)
        findings.add_rows(
            "LANDUSE_CODE_UNKNOWN", rows[odd], "landuse_code", values[odd], keys[odd], scheme=name
        )
