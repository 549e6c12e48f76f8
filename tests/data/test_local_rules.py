"""Rule files of an installation's own places: another city is a file, not code."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import rules
from data.settings import settings
from gis.errors import InvalidRule

DAY = dt.date(2026, 11, 1)
CITY = """
id: idle_land
place: CN/2107
title: {zh: 锦州市闲置土地预警, en: Warnings of the city}
versions:
  - from: 2026-01-01
    published: 2025-12-01
    instrument: 某市闲置土地预警办法
    values:
      warning_days: {value: [120, 60], unit: day, article: 第三条}
    quote: 到期前一百二十日、六十日预警。
    checked: null
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Hand out the folder of local rules, empty before and after."""
    found = settings().home / "rules"
    found.mkdir(parents=True)
    yield found
    for path in found.iterdir():
        path.unlink()
    found.rmdir()


def test_a_city_file_counts_without_being_named(folder: Path) -> None:
    national, before = rules.idle_land_rule(DAY), rules.version()
    (folder / "city.yaml").write_text(CITY, encoding="utf-8")
    rule = rules.idle_land_rule(DAY)
    assert (tuple(rule.warning_days), rule.place) == ((120, 60), "CN/2107")
    # What the city does not set stays national law, and the version of the rules says that it changed.
    assert rule.developed_share == national.developed_share
    assert rules.version() != before


def test_a_local_file_never_replaces_national_law(folder: Path) -> None:
    (folder / "nation.yaml").write_text(CITY.replace("CN/2107", "CN"), encoding="utf-8")
    with pytest.raises(InvalidRule, match="below CN"):
        rules.idle_land_rule(DAY)
