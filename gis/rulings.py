"""One answer for each rule about a parcel: it fires, it does not, or nobody can decide.

Read off a stored trace, so that "why is it on the list" and "why is it not"
have the same answer as the verdict: the first step that decides the rule.
"""

from dataclasses import dataclass
from typing import Any

from gis.trace import tell_step
from gis.words import RULING_NAMES, RULINGS, word

FIRES, DOES_NOT_FIRE, CANNOT_DECIDE = "FIRES", "DOES_NOT_FIRE", "CANNOT_DECIDE"
_OF_TERM = {"SHORT": FIRES, "MET": DOES_NOT_FIRE, "NOT_DUE": DOES_NOT_FIRE}


@dataclass(frozen=True, slots=True)
class Ruling:
    """The answer of one rule and the step of the trace that decides it (None: the record ends before)."""

    rule: str
    answer: str
    step: list[Any] | None


def idle_rulings(trace: dict[str, Any]) -> list[Ruling]:
    """Return the answers of the three rules of Art. 2: not commenced, area and investment of suspended land.

    Exactly one answer a rule. The first fires where, and only where, the
    verdict is ``IDLE_NOT_COMMENCED``; one of the others where it is ``MAY_BE_IDLE``.
    """
    steps = {step[0]: step for step in reversed(trace["s"])}  # of two periods the first counts: one year
    rules = {"not_commenced": _not_commenced, "area": _suspended, "investment": _suspended}
    made = []
    for name, decide in rules.items():
        answer, step = _supplied(steps) or decide(steps, name.upper())
        made.append(Ruling(f"{trace['r']}#{name}", answer, step))
    return made


def term_ruling(contract_no: str, term: str, trace: dict[str, Any]) -> Ruling:
    """Return the answer of one term of a contract: it fires where the contract is not kept."""
    decisive = next((step for step in trace["s"] if step[0] == "AT_LEAST"), None)
    answer = _OF_TERM.get(trace["v"], CANNOT_DECIDE)
    return Ruling(f"{trace['r']}#{term.lower()}:{contract_no}", answer, decisive)


def tell_ruling(ruling: Ruling, lang: str) -> dict[str, Any]:
    """Return a ruling in words: ``rule``, ``name``, ``answer``, ``answer_word``, ``article``, ``why``."""
    name = ruling.rule.partition("#")[2].partition(":")[0]
    told = tell_step(ruling.step, ruling.rule.partition("#")[0], lang) if ruling.step else None
    return {
        "rule": ruling.rule,
        "name": word(RULING_NAMES, name, lang),
        "answer": ruling.answer,
        "answer_word": word(RULINGS, ruling.answer, lang),
        "article": told["article"] if told else "",
        "why": told["text"] if told else "",
    }


def _supplied(steps: dict[str, list[Any]]) -> tuple[str, list[Any]] | None:
    """Return the answer for all rules where supply or completion decides it."""
    decisive = (("SUPPLY", 0), ("COMPLETED", 1))
    for code, settles in decisive:  # completed land needs no contract that is known to govern
        step = steps.get(code)
        if step is not None and step[1] == settles:
            return DOES_NOT_FIRE, step
    for code, _ in decisive:
        step = steps.get(code)
        # Which contract governs may be open without deciding anything: land that has commenced needs none.
        if step is not None and step[1] is None and (code == "COMPLETED" or "COMMENCED" not in steps):
            return CANNOT_DECIDE, step
    return None


def _not_commenced(steps: dict[str, list[Any]], _: str) -> tuple[str, list[Any]]:
    commenced = steps["COMMENCED"]
    if commenced[1] == 1:
        return DOES_NOT_FIRE, commenced
    for code in ("DUE", "YEARS"):  # before its time no start is needed, known or unknown
        if code in steps and steps[code][1] == 0:
            return DOES_NOT_FIRE, steps[code]
    if commenced[1] is None:
        return CANNOT_DECIDE, commenced
    return (FIRES, steps["YEARS"]) if "YEARS" in steps else (CANNOT_DECIDE, steps["DUE_DATE"])


def _suspended(steps: dict[str, list[Any]], ratio: str) -> tuple[str, list[Any] | None]:
    commenced = steps["COMMENCED"]
    if commenced[1] != 1:
        return (DOES_NOT_FIRE if commenced[1] == 0 else CANNOT_DECIDE), commenced
    stopped = steps["STOPPED"]
    if stopped[1] != 1:
        return (DOES_NOT_FIRE if stopped[1] == 0 else CANNOT_DECIDE), stopped
    if steps["YEARS"][1] == 0:
        return DOES_NOT_FIRE, steps["YEARS"]
    step = steps.get(ratio)
    answers = {1: FIRES, 0: DOES_NOT_FIRE}
    return (CANNOT_DECIDE if step is None else answers.get(step[1], CANNOT_DECIDE)), step
