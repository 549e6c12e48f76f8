"""Traces put into words, in Chinese or English, when somebody reads them.

``explain_…`` returns ``facts``, ``arithmetic``, ``missing`` and
``could_overturn``; the arithmetic opens with the conclusion and ends by
saying whether anybody has compared the rule with the official text.
"""

import re
from typing import Any

from gis.figures import as_decimal, money_or_area, number, units_in
from gis.phrases import FACTS, OVERTURN, STEPS, VALUES
from gis.words import BANDS, CAUSES, INTENSITY_VERDICTS, MISSING, VERDICTS, word

LAWS = {
    "idle_land": {
        "zh": "《闲置土地处置办法》",
        "en": "Measures for Disposing of Idle Land (闲置土地处置办法)",
    },
    "intensity": {"zh": "国有建设用地使用权出让合同", "en": "grant contract (出让合同)"},
}
_CLAUSES_EN = {
    "投资强度条款": "intensity clause", "固定资产总投资条款": "total-investment clause",
    "规划条件条款": "planning-conditions clause", "开竣工条款": "start-and-completion clause",
}  # fmt: skip
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
NOT_CHECKED = {
    "zh": "本规则条目尚未与官方文本核对。",
    "en": "This rule is not yet compared with the official text.",
}

Answer = dict[str, Any]


def explain_idle(trace: dict[str, Any], lang: str) -> Answer:
    """Return the words of an idle-land trace; raises nothing for a trace of this program."""
    opening = [word(VERDICTS, trace["v"], lang)]
    if trace.get("b"):
        opening.append(word(BANDS, trace["b"], lang))
    return _explain(trace, lang, opening)


def explain_intensity(trace: dict[str, Any], lang: str) -> Answer:
    """Return the words of an intensity trace, in the same form as :func:`explain_idle`."""
    return _explain(trace, lang, [word(INTENSITY_VERDICTS, trace["v"], lang)])


def article_in(text: str, lang: str) -> str:
    """Return an article reference in a language: 第二条第一款 is "Art. 2(1)"."""
    if lang != "en":
        return text
    if text in _CLAUSES_EN:
        return _CLAUSES_EN[text]
    found = re.fullmatch(r"第([^条]+)条(?:第([^款项]+)[款项])?", text)
    if not found:
        return text
    part = f"({_numeral(found[2])})" if found[2] else ""
    return f"Art. {_numeral(found[1])}{part}"


def _numeral(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def _explain(trace: dict[str, Any], lang: str, opening: list[str]) -> Answer:
    place = 1 if lang == "en" else 0
    rule_id = trace["r"].partition("/")[0]
    missing = [{"code": code, "text": word(MISSING, code, lang)} for code in trace.get("m", [])]
    because = ""
    if missing and trace["v"] == "UNDETERMINED":
        joined = ("；" if place == 0 else "; ").join(item["text"] for item in missing)
        because = f"（缺：{joined}）" if place == 0 else f" (missing: {joined})"
    conclusion = (" · ".join(opening)) + because
    law = LAWS.get(rule_id, {"zh": rule_id, "en": rule_id})["en" if place else "zh"]
    head = {"rule": trace["r"], "article": law, "holds": True, "text": f"{trace['t']}: {conclusion}"}
    steps = [tell_step(step, trace["r"], lang) for step in trace["s"]]
    tail = [] if trace.get("x") else [
        {"rule": trace["r"], "article": law, "holds": None, "text": NOT_CHECKED["en" if place else "zh"]}
    ]  # fmt: skip
    return {
        "facts": [_fact(entry, lang) for entry in trace["f"]],
        "arithmetic": [head, *steps, *tail],
        "missing": missing,
        "could_overturn": [pair[place] for pair in OVERTURN.get(trace["v"], [])],
    }


def tell_step(step: list[Any], rule: str, lang: str) -> dict[str, Any]:
    """Return one step of a trace in words: ``rule``, ``article``, ``holds``, ``text``."""
    code, held, article, *parts = step
    holds = None if held is None else bool(held)
    text = units_in(STEPS[code](parts, holds, lang)[1 if lang == "en" else 0], lang)
    return {
        "rule": f"{rule}#{code.lower()}",
        "article": article_in(article, lang),
        "holds": holds,
        "text": text,
    }


def _fact(entry: list[Any], lang: str) -> dict[str, Any]:
    name, value, date, source = [*entry, None, None, None, None][:4]
    place = 1 if lang == "en" else 0
    return {
        "name": name,
        "label": FACTS.get(name, (name, name))[place],
        "value": None if value is None else units_in(_value(name, str(value), lang), lang),
        "source": _value("", source, lang) if source else "",
        "date": date,
    }


def _value(name: str, value: str, lang: str) -> str:
    place = 1 if lang == "en" else 0
    if value.startswith("@"):
        code = value[1:]
        return word(CAUSES, code, lang) if code in CAUSES else VALUES.get(code, (code, code))[place]
    if name == "contract" and "|" in value:
        number_of, _, kind = value.rpartition("|")
        return f"{number_of} ({VALUES.get(kind, (kind, kind))[place]})"
    if name == "foundation" and value.count("|") == 2:
        kind, done, of = value.split("|")
        return f"{VALUES.get(kind, (kind, kind))[place]} {number(done)} / {number(of)}"
    unit = money_or_area(name)
    return f"{number(value)}{unit}" if unit and as_decimal(value) is not None else value
