"""Words of the codes and of traces, in both languages."""

import datetime as dt
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings

from gis import words
from gis.trace import article_in, explain_idle
from tests.gis.makers import COMMENCED, RULE, contract, event, idle_trace, judge, report, tables_of, verdict
from tests.gis.worlds import as_of_days, worlds

LOW = {
    "contracts": [contract(planned_investment_ex_land_wan="10000", due_area_m2="20834.90")],
    "events": [
        *COMMENCED,
        event("PROGRESS", "2022-03-01", developed_area_m2="5667.09"),
        event("SUSPENDED", "2023-03-10"),
    ],
    "reports": [report("2023-03-01", building_wan="3000")],
}


def test_both_sides_of_the_comparison_with_unit():
    trace = idle_trace(verdict("2024-06-01", **LOW), RULE, dt.date(2024, 6, 1))
    told = explain_idle(trace, "en")
    texts = [step["text"] for step in told["arithmetic"]]
    assert "Area ratio: 3 × 5,667.09 = 17,001.27 < 20,834.9 m², below 1/3" in texts
    assert texts[0] == "2024-06-01: Suspected idle: construction suspended"
    assert texts[-1] == "This rule is not yet compared with the official text."
    assert json.loads(json.dumps(trace)) == trace


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(), as_of_days)
def test_every_verdict_says_why_in_both_languages(world, as_of):
    for _, row in judge(tables_of(world), RULE, as_of).iterrows():
        trace = idle_trace(row, RULE, as_of)
        for lang in ("zh", "en"):
            told = explain_idle(trace, lang)
            assert len(told["arithmetic"]) >= 3
            assert told["could_overturn"]
            assert [gap["code"] for gap in told["missing"]] == row["missing"]
            assert all(gap["text"] != gap["code"] for gap in told["missing"])
        assert not re.search(
            "[A-Z]{4,}", " ".join(step["text"] for step in explain_idle(trace, "zh")["arithmetic"])
        )


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("第二条第一款", "Art. 2(1)"),
        ("第十四条第二项", "Art. 14(2)"),
        ("第二十二条", "Art. 22"),
        ("第三十条", "Art. 30"),
    ],
)
def test_articles_in_english(zh, en):
    assert article_in(zh, "en") == en
    assert article_in(zh, "zh") == zh


def test_every_code_has_words_and_a_status():
    for table in (words.VERDICTS, words.BANDS, words.LIMBS, words.CAUSES, words.PATHS, words.MISSING):
        assert all(set(pair) == {"zh", "en"} for pair in table.values())
    assert {words.status_of(code) for code in words.VERDICTS} == {"suspected", "watch", "unknown", "normal"}
    assert all(status in words.STATUS for status in map(words.status_of, words.VERDICTS))
