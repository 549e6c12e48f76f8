"""The verdict of every idle-land rule on one parcel: fires, does not fire, or cannot be decided; never two, never none.

The rules are the cases in which the Measures speak of idle land: not commenced for a year, and for two; stopped
for a year with too little area developed, and with too little invested.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

FIRES, NOT, OPEN = "FIRES", "NOT", "OPEN"
STEPS_OF: Final = {
    "NOT_COMMENCED_1Y": ("commenced", "due_date", "due", "years"),
    "NOT_COMMENCED_2Y": ("commenced", "due_date", "due", "years"),
    "STOPPED_AREA": ("commenced", "stopped", "area"),
    "STOPPED_INVESTMENT": ("commenced", "stopped", "investment"),
}
"""Each rule with the steps of a trace that it rests on."""
_ARTICLES: Final = {
    "NOT_COMMENCED_1Y": "not_commenced", "NOT_COMMENCED_2Y": "recovery", "STOPPED_AREA": "suspended",
    "STOPPED_INVESTMENT": "suspended",
}  # fmt: skip
_LIMBS: Final = {"STOPPED_AREA": "AREA", "STOPPED_INVESTMENT": "INVESTMENT"}


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What one rule says; ``steps`` are those of the trace that it rests on, in their order."""

    rule: str
    article: str
    verdict: str
    steps: tuple[Mapping[str, Any], ...]


def every_rule(row: Mapping[Any, Any], arithmetic: Sequence[Mapping[str, Any]]) -> list[RuleVerdict]:
    """Return one verdict for each rule of :data:`STEPS_OF`.

    Parameters
    ----------
    row
        ``verdict``, ``band``, ``limbs`` and ``cited`` of the idle-land verdict.
    arithmetic
        The steps of its trace in words (:func:`gis.trace.explain_idle`).
    """
    named = [(str(step["rule"]).partition("#")[2], step) for step in arithmetic]
    held = {name: step["holds"] for name, step in named if name}
    articles = row["cited"][arithmetic[0]["rule"]]["articles"]
    return [
        RuleVerdict(
            rule,
            articles[_ARTICLES[rule]],
            _verdict(rule, row, held),
            tuple(step for name, step in named if name in rests_on),
        )
        for rule, rests_on in STEPS_OF.items()
    ]


def _verdict(rule: str, row: Mapping[Any, Any], held: Mapping[str, bool | None]) -> str:
    verdict, limb = row["verdict"], _LIMBS.get(rule)
    if verdict == "IDLE_NOT_COMMENCED" and limb is None:
        return FIRES if rule == "NOT_COMMENCED_1Y" or row["band"] == "Y2" else NOT
    if verdict == "MAY_BE_IDLE" and limb is not None:
        return FIRES if limb in row["limbs"] else _of_limb(limb, held)
    if verdict != "UNDETERMINED":
        return NOT
    commenced = held.get("commenced")
    if limb is None:
        return NOT if commenced else OPEN
    return NOT if commenced is False else _of_limb(limb, held)


def _of_limb(limb: str, held: Mapping[str, bool | None]) -> str:
    """Return what is known of a limb that was not found to be met."""
    return NOT if held.get(limb.lower()) is False else OPEN
