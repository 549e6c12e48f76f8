"""The form of codes and what they refer to. A wrong form is a warning: old and local numbers exist.

Each different value is judged once and all of a column at once: the forms by the regular
expressions of Arrow, the check characters by a table of numbers.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from numpy.typing import NDArray

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
    return _LETTERS[int(_check_numbers(np.array([code[:17] + "0"], dtype="S18"))[0])]


def _check_numbers(codes: NDArray[np.bytes_]) -> NDArray[np.int64]:
    letters = _VALUES[codes.view(np.uint8).reshape(len(codes), 18)[:, :17]]
    return np.asarray((31 - letters @ _WEIGHTS % 31) % 31, dtype=np.int64)


def matches(values: Values, form: str) -> Mask:
    """Say which texts are of a form as a whole."""
    if not len(values):
        return np.zeros(0, dtype=bool)
    found = pc.match_substring_regex(pa.array(values, pa.string()), rf"\A(?:{form})\z")
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def right(column: str, values: Values, own: str | None = None) -> Mask:
    """Say which codes of a column are right. ``own`` is a form that a supplier's mapping declares."""
    if own is not None:  # a person wrote it in the language of Python, which knows more than Arrow's
        known = re.compile(own)
        return np.array([known.fullmatch(value) is not None for value in values], dtype=bool)
    good = matches(values, FORMS[column][1])
    if column in CHECKED and good.any():
        codes = values[good].astype("S18")
        last = _VALUES[codes.view(np.uint8).reshape(len(codes), 18)[:, 17]]
        good[good] = _check_numbers(codes) == last
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
            _check_division(frame[column], column, rows, keys, findings)
    if {"unit_code", "parcel_code"} <= set(frame.columns):
        _check_unit(frame, rows, keys, findings)
    if "landuse_scheme" in frame.columns:
        _check_landuse(frame, rows, keys, findings)


def _check_form(
    frame: pd.DataFrame, column: str, rows: NDArray[np.int64], keys: Any, own: str | None, findings: Findings
) -> None:
    values = frame[column].explode() if column == "parcel_codes" else frame[column]
    places = np.arange(len(frame)) if column != "parcel_codes" else values.index.to_numpy(dtype=np.int64)
    number, different = pd.factorize(values.to_numpy(dtype=object))
    texts = np.array([str(value) for value in different], dtype=object)
    wrong = np.append(~right(column, texts, own), False)[number]
    at = places[wrong]
    bad = values.to_numpy(dtype=object)[wrong]
    hints = _hints(column, bad[: findings.most], own)
    findings.add_rows(
        FORMS[column][0], rows[at], column, bad, keys[at], hint=[*hints, *[None] * (len(bad) - len(hints))]
    )


def _prefixes(values: pd.Series, length: int) -> NDArray[np.str_]:
    return values.fillna("").astype(str).to_numpy(dtype=f"U{length}")


def _check_division(
    values: pd.Series, column: str, rows: NDArray[np.int64], keys: Any, findings: Findings
) -> None:
    """Report codes of this city whose first six digits are no division of it; other cities have tables of their own."""
    texts = pa.array(values.to_numpy(dtype=object), pa.string(), from_pandas=True)
    first = pc.utf8_slice_codeunits(texts.fill_null(""), 0, 6).dictionary_encode()
    different, number = first.dictionary.to_numpy(zero_copy_only=False), np.asarray(first.indices)
    begins = different.astype("U6")
    city = {code[:4] for code in divisions()}
    odd = np.isin(begins.astype("U4"), list(city)) & ~np.isin(begins, list(divisions()))
    odd &= matches(different, "[0-9]{6}")
    lost = np.flatnonzero(odd[number])
    findings.add_rows(
        "DIVISION_UNKNOWN",
        rows[lost],
        column,
        values.to_numpy()[lost],
        keys[lost],
        division=begins[number[lost]],
    )


def _check_unit(frame: pd.DataFrame, rows: NDArray[np.int64], keys: Any, findings: Findings) -> None:
    both = (frame["unit_code"].notna() & frame["parcel_code"].notna()).to_numpy()
    other = _prefixes(frame["unit_code"], 19) != _prefixes(frame["parcel_code"], 30)
    at = np.flatnonzero(both & other)
    at = at[matches(frame["unit_code"].to_numpy(dtype=object)[at], FORMS["unit_code"][1])]
    findings.add_rows(
        "UNIT_CODE_OTHER", rows[at], "unit_code", frame["unit_code"].to_numpy()[at], keys[at],
        parcel=frame["parcel_code"].to_numpy()[at],
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
        number, different = pd.factorize(codes.to_numpy(dtype=object)[here])
        fits = matches(np.array([str(code) for code in different], dtype=object), landuse()[name]["codes"])
        odd = np.flatnonzero(here)[~np.append(fits, True)[number]]
        findings.add_rows(
            "LANDUSE_CODE_UNKNOWN", rows[odd], "landuse_code", codes.to_numpy()[odd], keys[odd], scheme=name
        )
