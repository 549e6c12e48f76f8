"""Short names of the findings, for columns and menus."""

import re
from functools import cache
from importlib.resources import files

import yaml

from etl.checks.words import table

_PLACE = re.compile(r"[“\"]?\{\w+\}[”\"]?")
_STOP = re.compile(r"[：:，,（(;；]")
LONGEST = 24


@cache
def _names() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = yaml.safe_load(
        (files("etl.checks") / "names.yaml").read_text(encoding="utf-8")
    )
    return loaded


@cache
def short_name(code: str, lang: str) -> str:
    """Return the short name of a finding; one without is called by the beginning of its words, else by its code."""
    own = _names().get(code)
    if own is not None:
        return own[lang]
    said = table().get(code, {}).get(lang, "")
    begun = _STOP.split(_PLACE.sub(" ", said).strip())[0].strip()
    return begun if 0 < len(begun) <= LONGEST else code.replace("_", " ").capitalize()
