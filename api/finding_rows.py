"""Findings of the checks as rows for people: what is wrong, how it is mended, and by whom."""

from collections.abc import Iterable, Mapping
from typing import Any

from etl.checks import who
from etl.checks.names import short_name
from etl.checks.words import acceptable, how_to_mend, message, table
from maps.catalogue import catalogue

NAMES_OF_COLUMNS = ("field", "earlier", "later", "target")  # parameters that name a column or a layer
RANKS = ("BLOCKS", "REJECTS", "WARNS", "INFORMS")
STEP_OF = {
    "CRS": "recognise",
    "ENCODING": "recognise",
    "LAYER": "recognise",
    "COLUMN": "mapping",
    "KEY": "mapping",
}


def who_mends(code: str) -> str:
    """Return who mends a finding, one of ``etl.checks.who.WHO``, or ``NOBODY`` where nothing is to be done."""
    text = table().get(code, {}).get("mend_zh", "")
    return "NOBODY" if text.startswith(("无需", "一般无需")) else who.who_mends(code)


def in_pages(code: str, lang: str) -> str:
    """Return how to mend a finding, for a page: where the words name options of the command, the step instead."""
    said = how_to_mend(code, lang)
    if "--" not in said:
        return said
    words, key = catalogue(lang), f"mend.{code}"
    if words.has(key):
        return words.text(key)
    step = STEP_OF.get(code.partition("_")[0]) or next(
        (step for option, step in STEP_OF_OPTION.items() if f"--{option}" in said), None
    )
    return words.text(f"mend.{step}") if step else said


# Where the page has what an option of the command does.
STEP_OF_OPTION = {"repair": "repair", "complete": "complete", "crs": "recognise", "encoding": "recognise",
                  "layer": "recognise", "mapping": "mapping", "accept": "accept"}  # fmt: skip


def _worded(name: Any, lang: str) -> Any:
    """Return a canonical column or a layer in words; anything else as it is."""
    words = catalogue(lang)
    kind = next((kind for kind in ("field", "layer") if words.has(f"{kind}.{name}")), None)
    return words.text(f"{kind}.{name}") if kind else name


def finding_row(found: Mapping[Any, Any], lang: str) -> dict[str, Any]:
    """Return one finding in words."""
    params = dict(found["params"] or {})
    for name in ("value", "field"):
        if found.get(name) is not None:
            params.setdefault(name, found[name])
    params |= {name: _worded(params[name], lang) for name in NAMES_OF_COLUMNS if name in params}
    return {
        **{name: found.get(name) for name in ("issue_id", "delivery_id", "file_id", "file", "layer", "row_no",
                                              "supplier_key", "field", "value", "code", "severity")},
        "name": short_name(found["code"], lang),
        "text": message(found["code"], params, lang),
        "mend": in_pages(found["code"], lang),
        "who": who_mends(found["code"]),
        "on_map": found.get("lon") is not None,
        "accept": found["code"] in acceptable(),
    }  # fmt: skip


def finding_rows(found: Iterable[Mapping[Any, Any]], lang: str) -> list[dict[str, Any]]:
    """Return findings in words."""
    return [finding_row(one, lang) for one in found]


def code_rows(by_code: Iterable[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Return findings counted by code, with the short name of each, the most frequent first; layers are summed up."""
    rows: dict[str, dict[str, Any]] = {}
    for one in by_code:
        code = one["code"]
        row = rows.setdefault(
            code,
            {"code": code, "severity": one["severity"], "name": short_name(code, lang), "n": 0, "layers": [],
             "mend": in_pages(code, lang), "who": who_mends(code), "rank": RANKS.index(one["severity"])},
        )  # fmt: skip
        row["n"] += one["n"]
        if one.get("layer") and one["layer"] not in row["layers"]:
            row["layers"].append(one["layer"])
    return sorted(rows.values(), key=lambda row: -row["n"])
