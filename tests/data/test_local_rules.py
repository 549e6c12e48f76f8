"""Rule files of an installation's own places: another city is a file, not code."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import rules
from data.growth_targets import growth_targets
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


GROWTH = """
id: builtup
place: {place}
title: {{zh: 建成区目标, en: Target of built-up area}}
{head}versions:
  - from: 2026-01-01
    published: 2025-12-01
    instrument: 某市建成区目标
    values:
      target_change_m2: {{value: {m2}, unit: m2, article: 第二条}}
    checked: null
"""


def test_the_target_of_growth_is_that_of_the_place_of_each_park(folder: Path) -> None:
    """The country asks for more than before, the city for 5 ha more, one of its parks for 8 ha."""
    rows = [{"park_code": park, "division_code": division}
            for park, division in (("S217901", "210711"), ("S217902", "210711"), ("S217903", "220101"))]  # fmt: skip
    assert {target.increase_m2 for target in growth_targets(rows, DAY).values()} == {0}
    city = GROWTH.format(place="CN/2107", m2=50_000, head="tighten: {target_change_m2: larger}\n")
    (folder / "city.yaml").write_text(city, encoding="utf-8")
    park = GROWTH.format(place="CN/2107/S217902", m2=80_000, head="")
    (folder / "park.yaml").write_text(park, encoding="utf-8")
    found = growth_targets(rows, DAY)
    assert [found[row["park_code"]].increase_m2 for row in rows] == [50_000, 80_000, 0]
    assert found["S217901"].article == "《某市建成区目标》第二条"
    assert found["S217903"].article == "建成区面积逐年递增"


def test_a_local_file_never_replaces_national_law(folder: Path) -> None:
    (folder / "nation.yaml").write_text(CITY.replace("CN/2107", "CN"), encoding="utf-8")
    with pytest.raises(InvalidRule, match="below CN"):
        rules.idle_land_rule(DAY)
