"""The stored form of an idle-land trace: facts and steps as JSON, without what the row and the rule say already.

    [rule, facts, steps]

A fact is ``[name, value, date, source]`` with empty ends cut off, a step ``[code, holds, …]``. A text that has
stood in the trace before is stored as a negative number, its place among the texts: -1 is the day of the run, which
counts as the first. Which article is behind a step follows from the rule and the step.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

_ARTICLE_OF = {
    "SUPPLY": "supply", "COLLECTIVE": "collective", "COMPLETED": "completion", "COMMENCED": "commencement",
    "FOUNDATION": "commencement", "DUE_DATE": "commencement_date", "DUE": "not_commenced", "STOPPED": "suspended",
    "AREA": "developed_share", "INVESTMENT": "invested_share", "CAUSE": "cause", "GATE": "monitoring",
    "RECOVERY": "recovery", "FEE": "fee",
}  # fmt: skip
_PERIODS = ("first_band_years", "second_band_years")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Parts = list[list[Any]]


def packed(rule: str, today: str, facts: Parts, steps: Parts) -> str:
    """Return facts and steps of a trace as they are stored; their texts are replaced in place."""
    places = {today: -1}
    for parts in (facts, steps):
        for part in parts:
            for number, value in enumerate(part):
                if value.__class__ is str:
                    place = places.get(value)
                    if place is None:
                        places[value] = -1 - len(places)
                    else:
                        part[number] = place
    return _encode([rule, facts, steps])


def idle_trace(row: Mapping[Any, Any], cited: Mapping[str, Any], as_of: dt.date) -> dict[str, Any]:
    """Return the whole trace of an idle-land verdict, as :mod:`gis.trace` puts it into words.

    Parameters
    ----------
    row
        The columns of the verdict, as :func:`gis.idle.judge` gives them.
    cited
        What each rule of the run says of itself (:meth:`gis.rules.Rule.told`), by its ``ref``.
    as_of
        The day that the verdict is about.
    """
    rule, *parts = json.loads(row["trace"]) if isinstance(row["trace"], str) else row["trace"]
    facts, steps = _unpacked(parts, as_of.isoformat())
    told = cited[rule]
    made = {"k": "idle", "v": row["verdict"], "t": as_of.isoformat(), "r": rule, "f": facts}
    made |= {"s": _cited(steps, told["articles"])}
    made |= {"b": row["band"]} if row["band"] else {}
    made |= {"x": told["checked"]} if told["checked"] else {}
    return made | ({"m": list(row["missing"])} if row["missing"] else {})


def _unpacked(made: list[Parts], today: str) -> list[Parts]:
    """Return facts and steps with every text in its place."""
    texts = [today]

    def whole(value: Any) -> Any:
        if isinstance(value, str):
            texts.append(value)
        return texts[-1 - value] if isinstance(value, int) and value < 0 else value

    return [[[whole(value) for value in part] for part in parts] for parts in made]


def _cited(steps: Parts, articles: Mapping[str, str]) -> Parts:
    """Return steps with the article behind each as their third part."""
    periods = iter(_PERIODS)
    found: Parts = []
    for code, holds, *rest in steps:
        key = _ARTICLE_OF.get(code, "")
        if code == "DUE_DATE" and rest[:1] == ["SUPPLEMENT"]:
            key = "restart"
        elif code == "YEARS":
            stopped = any(step[0] == "STOPPED" for step in found)
            key = "suspension_years" if stopped else next(periods)
        found.append([code, holds, articles[key], *rest])
    return found
