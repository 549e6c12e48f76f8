"""Exactly one verdict of every rule, worked out by hand from the Measures for each way a verdict can come about."""

from typing import Any

import pytest

from gis.every_rule import FIRES, NOT, OPEN, STEPS_OF, every_rule

REF = "idle_land/CN"
CITED = {
    REF: {
        "articles": {
            "not_commenced": "第二条第一款",
            "recovery": "第十四条第二项",
            "suspended": "第二条第二款",
        }
    }
}


def judged(
    verdict: str, band: str | None = None, limbs: tuple[str, ...] = (), **held: bool | None
) -> list[str]:
    row = {"verdict": verdict, "band": band, "limbs": list(limbs), "cited": CITED}
    steps: list[dict[str, Any]] = [{"rule": REF, "holds": True, "text": verdict, "article": "x"}]
    steps += [
        {"rule": f"{REF}#{name}", "holds": one, "text": name, "article": "x"} for name, one in held.items()
    ]
    found = every_rule(row, steps)
    assert [one.rule for one in found] == [*STEPS_OF]
    assert [one.article for one in found] == [
        "第二条第一款",
        "第十四条第二项",
        "第二条第二款",
        "第二条第二款",
    ]
    return [one.verdict for one in found]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        # A year, but not two; who has not commenced can't have stopped (Art. 2).
        (judged("IDLE_NOT_COMMENCED", "Y1", commenced=False), [FIRES, NOT, NOT, NOT]),
        (judged("IDLE_NOT_COMMENCED", "Y2", commenced=False), [FIRES, FIRES, NOT, NOT]),
        # One limb is enough for the verdict; the other is told apart.
        (judged("MAY_BE_IDLE", None, ("AREA",), commenced=True, area=True, investment=False), [NOT, NOT, FIRES, NOT]),
        (judged("MAY_BE_IDLE", None, ("AREA",), commenced=True, area=True, investment=None), [NOT, NOT, FIRES, OPEN]),
        (judged("MAY_BE_IDLE", None, ("AREA", "INVESTMENT"), commenced=True), [NOT, NOT, FIRES, FIRES]),
        # What is missing decides which rule stays open.
        (judged("UNDETERMINED", commenced=False), [OPEN, OPEN, NOT, NOT]),
        (judged("UNDETERMINED", commenced=True, area=False, investment=None), [NOT, NOT, NOT, OPEN]),
        (judged("UNDETERMINED"), [OPEN, OPEN, OPEN, OPEN]),
        (judged("COMPLETED", completed=True), [NOT, NOT, NOT, NOT]),
        (judged("SUSPENDED_UNDER_1Y", commenced=True, stopped=True), [NOT, NOT, NOT, NOT]),
    ],
)  # fmt: skip
def test_one_verdict_a_rule(found: list[str], expected: list[str]) -> None:
    assert found == expected
