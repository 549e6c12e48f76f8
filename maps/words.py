"""What a verdict is called in a row: the finding, the cause, and the next step with its article."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from gis.trace import article_in
from gis.words import CAUSES, VERDICTS
from maps import formats
from maps.catalogue import Catalogue

_LAW = re.compile("^\u300a[^\u300b]*\u300b")  # a name in title marks
ENUMERATION = "\u3001"


def finding(words: Catalogue, row: Mapping[Any, Any]) -> str:
    """Return the computed finding in a few words, for a column that is headed as suspected."""
    verdict = row["verdict"]
    if verdict == "IDLE_NOT_COMMENCED":
        return words.text(f"finding.{row['band']}")
    if verdict == "MAY_BE_IDLE":
        limbs = words.text("list.comma").join(words.text(f"limb.{limb}") for limb in row["limbs"])
        return words.text("finding.suspended", limbs=limbs)
    if verdict == "UNDETERMINED":
        return missing(words, row["missing"])
    return VERDICTS[verdict][words.lang]


def article(words: Catalogue, text: str | None) -> str:
    """Return the articles of a verdict in the page's language, without the name of the Measures, or a dash."""
    if not text:
        return formats.DASH
    articles = _LAW.sub("", text).split(ENUMERATION)
    return words.text("list.comma").join(article_in(one, words.lang) for one in articles)


def missing(words: Catalogue, codes: Sequence[str]) -> str:
    """Return the first missing fact, and how many more there are."""
    if not codes:
        return VERDICTS["UNDETERMINED"][words.lang]
    first = formats.missing_words(codes[:1], words.lang)[0]
    more = words.text("finding.more", n=len(codes) - 1) if len(codes) > 1 else ""
    return first + more


def cause(words: Catalogue, code: str | None) -> str:
    """Return the cause in words, or a dash."""
    return CAUSES.get(code or "", {}).get(words.lang) or (code or formats.DASH)


def next_step(words: Catalogue, row: Mapping[Any, Any]) -> dict[str, str] | None:
    """Return what the Measures provide next, with the article, for a suspected parcel; else nothing.

    The program only says which article would apply: the bureau investigates
    and determines first (Art. 5-9).
    """
    path = row["path"]
    if row["verdict"] not in ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE"):
        return None
    step = {"text": words.text(f"next.{path}"), "article": words.text(f"next.{path}.article"), "note": ""}
    if path == "FEE":
        fee: Decimal | None = row["fee_wan"]
        step["note"] = (
            words.text("next.fee", fee=formats.plain(fee)) if fee is not None else words.text("next.no_fee")
        )
    elif row["blocked"]:
        step["note"] = words.text("next.blocked")
    return step


def landuse_key(row: Mapping[Any, Any]) -> str:
    """Return the catalogue key of a land use; codes mean different things in the two schemes."""
    scheme = "gb" if "21010" in (row["landuse_scheme"] or "") else "space"
    return f"landuse.{scheme}.{row['landuse_code']}"


def landuse(words: Catalogue, row: Mapping[Any, Any]) -> str:
    """Return the land use in words with its code; the code alone where it has no words; else the reason."""
    code = row["landuse_code"]
    if not code:
        return f"{formats.DASH} {words.text('reason.landuse')}"
    key = landuse_key(row)
    return f"{words.text(key)} {code}" if words.has(key) else str(code)


FAVOURABLE = ("completed", "commenced", "foundation", "gate")  # conditions that speak for the holder
ADVERSE = ("years", "stopped", "area", "investment", "fee", "recovery")


def rules(words: Catalogue, steps: Sequence[Mapping[Any, Any]]) -> tuple[list[dict[str, str]], str]:
    """Return the rules of a trace as rows (name, article, tag, kind of tag, text), and the note on the rule.

    A step without a name of its own is the conclusion if it holds, else a
    note on how far the rule has been checked.
    """
    rows, note = [], ""
    for step in steps:
        name = str(step["rule"]).partition("#")[2]
        if not name and step["holds"] is None:
            note = str(step["text"])
            continue
        tag, kind = "rule.open", "warn"
        if step["holds"] is False:
            tag, kind = "rule.not", "danger" if name in FAVOURABLE else ""
        elif step["holds"]:
            tag, kind = "rule.holds", "danger" if name in ADVERSE else "ok" if name in FAVOURABLE else ""
        rows.append(
            {
                "name": words.text(f"rule_name.{name or 'conclusion'}")
                if words.has(f"rule_name.{name or 'conclusion'}")
                else name,
                "article": str(step["article"] or ""),
                "tag": words.text(tag) if name else "",
                "kind": kind,
                "text": str(step["text"]),
            }
        )
    return rows, note


def unit_word(words: Catalogue, unit: str) -> str:
    """Return a unit of a contract term in words."""
    key = f"measure_unit.{unit}"
    if unit == "1":
        return ""
    return words.text(key) if words.has(key) else unit
