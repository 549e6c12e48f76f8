"""Rule packs: form, dates, articles, layers of place, refusals with the line."""

import datetime as dt
from pathlib import Path

import pytest

from data import rules
from data.rules.reader import read_pack
from gis.errors import InvalidRule, RuleNotInForce

PACKS = sorted((Path(rules.__file__).parent / "CN").glob("*.yaml"))
DAY = dt.date(2026, 1, 1)
CITY = """id: idle_land
place: CN/99
open: []
versions:
  - from: 2020-01-01
    published: 2019-12-01
    instrument: 某市规定
    values:
      {key}: {{value: {value}, unit: day, article: 第一条}}
"""


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_packs_are_dated_and_cited(path):
    pack = read_pack(path)
    starts = [version.since for version in pack.versions]
    assert starts == sorted(set(starts))
    for version in pack.versions:
        assert version.published <= version.since
        assert all(version.articles[key].strip() and version.units[key] for key in version.values)


def test_no_rule_before_its_first_day():
    assert rules.idle_land_rule(dt.date(2012, 7, 1)).since == dt.date(2012, 7, 1)
    with pytest.raises(RuleNotInForce, match="2012-07-01") as refused:
        rules.idle_land_rule(dt.date(2012, 6, 30))
    assert refused.value.exit_code == 1


def test_a_city_sets_only_what_is_open(tmp_path):
    city = tmp_path / "city.yaml"
    city.write_text(CITY.format(key="warning_days", value="[45]"), encoding="utf-8")
    found = rules.idle_land_rule(DAY, [city])
    assert (found.warning_days, found.place, found.suspension_years) == ((45,), "CN/99", 1)
    assert rules.idle_land_rule(DAY).warning_days == (90, 60, 30)
    assert rules.version([city]) != rules.version()


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("suspension_years", 3, "does not leave suspension_years open"),
        ("no_such_key", 3, "no key"),
        ("warning_days", "[0]", "whole days"),
        ("developed_share", 0.33, "fraction"),
    ],
)
def test_refusals_name_the_line(tmp_path, key, value, problem):
    city = tmp_path / "refused.yaml"
    city.write_text(CITY.format(key=key, value=value), encoding="utf-8")
    with pytest.raises(InvalidRule, match=problem) as refused:
        rules.idle_land_rule(DAY, [city])
    assert "line 9" in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "- 1", "id: idle_land\nplace: [", "id: idle_land\nplace: CN\nversions: []"]
)
def test_files_that_are_no_pack(tmp_path, text):
    path = tmp_path / "none.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidRule, match="line"):
        read_pack(path)
