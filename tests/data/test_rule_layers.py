"""Layers of place: whose file counts where, what it may say, and what it is refused for, with the line."""

import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from data import rules
from data.rules import Site
from data.rules.reader import read_pack
from gis.errors import InvalidRule
from tests.gis.makers import cause, contract, day, judge, parcel, tables

DAY = dt.date(2026, 1, 1)


def pack(
    folder: Path,
    name: str,
    place: str,
    values: str,
    rule: str = "idle_land",
    since: str = "2020-01-01",
    head: str = "",
) -> Path:
    """Write a rule file; its values begin in line 9 (10 with a line of ``head``)."""
    path = folder / f"{name}.yaml"
    path.write_text(
        f"id: {rule}\nplace: {place}\n{head}versions:\n  - from: {since}\n    published: {since}\n    instrument: {name}办法\n"
        f"    checked: null\n    values:\n{values}",
        encoding="utf-8",
    )
    return path


WARN = "      warning_days: {{value: [{0}], unit: day, article: 第三条}}\n"
PROVINCE, CITY, PARK = Site("A", "980101"), Site("B", "970100"), Site("K", "970102")


def test_each_park_has_the_rules_of_its_place(tmp_path: Path) -> None:
    files = [
        pack(tmp_path, "省", "CN/98", WARN.format(45), head="open: [warning_days]\n"),
        pack(tmp_path, "市", "CN/97/9701", WARN.format(60), head="open: [warning_days]\n"),
        pack(tmp_path, "园", "CN/97/9701/K", WARN.format(120)),
    ]
    found = {
        site.park_code: rules.idle_land_rule(DAY, files, site)
        for site in (PROVINCE, CITY, PARK, Site("X", "110101"))
    }
    assert {park: rule.warning_days for park, rule in found.items()} == {
        "A": (45,),
        "B": (60,),
        "K": (120,),
        "X": (90, 60, 30),
    }
    # The verdict names every layer that made its rule, and the local instrument where a value is local.
    assert found["K"].ref == "idle_land/CN/2012-07-01+CN/97/9701/2020-01-01+CN/97/9701/K/2020-01-01"
    assert (
        found["K"].cite("warning_days") == "《园办法》第三条"
        and found["K"].cite("first_band_years") == "第二条第一款"
    )
    # Without a division nobody can say which of two provinces is meant: national law alone.
    assert rules.idle_land_rule(DAY, files, Site("Y", None)).place == "CN"
    assert (
        rules.idle_land_rule(DAY, files[1:2], Site("Y", None)).place == "CN/97/9701"
    )  # an installation of one city


# One parcel, worked out by hand. Agreed start 2022-06-01: idle from 2023-06-02, two years end on 2024-06-01. On
# 2023-12-31 there are 153 days left until then (31+29+31+30+31+1), on 2024-03-10 there are 83 (21+30+31+1). A
# verified cause of preparatory work counts for real-estate land only; industrial land (06) is none by national law.
EVERY_PLACE = {
    ("nation", "2023-12-31"): ("CAUSE_PENDING", "NONE", None),
    ("nation", "2024-03-10"): ("CAUSE_PENDING", "NONE", 90),
    # The province counts 06 as real estate from 2024 on: the cause counts, Art. 12 applies.
    ("province", "2023-12-31"): ("CAUSE_PENDING", "NONE", None),
    ("province", "2024-03-10"): ("PREPARATORY", "ART12", 90),
    # The city warns 180 and 60 days before: 153 days are within 180, 83 are, too.
    ("city", "2023-12-31"): ("CAUSE_PENDING", "NONE", 180),
    ("city", "2024-03-10"): ("CAUSE_PENDING", "NONE", 180),
}


@pytest.mark.parametrize(("place", "as_of"), sorted(EVERY_PLACE))
def test_one_parcel_under_three_places_and_two_dates(tmp_path: Path, place: str, as_of: str) -> None:
    codes = '      real_estate_landuse: {value: {国土空间用地用海分类: ["06", "07", "09"]}, unit: code, article: 第二条}\n'
    files = [
        pack(tmp_path, "省", "CN/98", codes, since="2024-01-01"),
        pack(tmp_path, "市", "CN/97/9701", WARN.format("180, 60")),
    ]
    site = {"nation": Site("N", "110101"), "province": PROVINCE, "city": CITY}[place]
    world = tables(
        [parcel(landuse_code="0601", landuse_scheme="国土空间用地用海分类")], [contract(commence_by="2022-06-01")],
        causes=[cause("PREPARATORY", from_on="2022-06-01", verified_on="2022-06-10")],
    )  # fmt: skip
    row = judge(world, rules.idle_land_rule(day(as_of), files, site), day(as_of)).iloc[0]
    assert (row["cause"], row["path"], row["warning_days"]) == EVERY_PLACE[place, as_of]


TARGET = "      target_change_m2: {{value: {0}, unit: m2, article: 第五条}}\n"


def test_a_place_may_only_tighten_what_it_may_tighten(tmp_path: Path) -> None:
    more = pack(tmp_path, "市", "CN/9701", TARGET.format(50_000), rule="builtup")
    assert rules.builtup_rule(DAY, [more], CITY).target_change_m2 == 50_000
    less = pack(
        tmp_path,
        "松",
        "CN/9701",
        TARGET.format(50_000),
        rule="builtup",
        head="tighten: {target_change_m2: larger}\n",
    )
    below = pack(tmp_path, "园", "CN/9701/K", TARGET.format(40_000), rule="builtup")
    with pytest.raises(
        InvalidRule, match=r"园\.yaml, line 9: target_change_m2: may only be larger than 50000 of CN/9701"
    ):
        rules.builtup_rule(DAY, [less, below], PARK)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (
        "twice",
        {"values": WARN.format(1) + WARN.format(2)},
        "line 10: warning_days stands twice, first in line 9",
    ),
    (
        "unit",
        {"values": "      warning_days: {value: [1], article: 第一条}\n"},
        "line 9: unit: expected a text",
    ),
    (
        "article",
        {"values": "      warning_days: {value: [1], unit: day}\n"},
        "line 9: article: expected a text",
    ),
    (
        "header",
        {"values": WARN.format(1), "head": "opne: [warning_days]\n"},
        "line 3: opne means nothing here",
    ),
    (
        "key",
        {"values": "      warning_day: {value: 1, unit: day, article: 第一条}\n"},
        "line 9: warning_day is no key",
    ),
    (
        "open",
        {"values": WARN.format(1), "head": "open: [warning_day]\n"},
        "line 3: open: warning_day is no key",
    ),
    ("place", {"values": WARN.format(1), "place": "CN/21/3301"}, "line 2: place: CN/21/3301 is no place"),
    ("land", {"values": WARN.format(1), "place": "FR"}, "line 2: place: FR is no place"),
    ("date", {"values": WARN.format(1), "since": "2020-13-01"}, "line 4: 2020-13-01 is no day"),
    (
        "closed",
        {"values": "      fee_share: {value: 1/10, unit: '1', article: 第一条}\n"},
        "line 9: CN does not leave fee_share open",
    ),
    (
        "alias",
        {"values": "      warning_days: &a {value: [1], unit: day, article: 第一条}\n"},
        "line 9: anchors and aliases",
    ),
]


@pytest.mark.parametrize(("name", "given", "problem"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused_with_the_line(tmp_path: Path, name: str, given: dict[str, Any], problem: str) -> None:
    path = pack(tmp_path, name, **{"place": "CN/98", **given})
    with pytest.raises(InvalidRule) as refused:
        rules.idle_land_rule(DAY, [path])
    assert problem in str(refused.value)
    assert "第 " in refused.value.text("zh")  # and in Chinese, with the line


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [("first_band_years", "1/7", "months as 1/2"), ("first_band_years", "2", "must be later than first_band_years"),
     ("developed_share", "3/2", "no share of a whole"), ("fee_share", "0.2", "expected a fraction"), ("fee_places", "-1", "whole number")],
)  # fmt: skip
def test_a_national_what_if_that_contradicts_itself(
    tmp_path: Path, key: str, value: str, problem: str
) -> None:
    national = (Path(rules.__file__).parent / "CN" / "idle_land.yaml").read_text(encoding="utf-8")
    line = next(line for line in national.splitlines() if line.strip().startswith(f"{key}:"))
    path = tmp_path / "what-if.yaml"
    before = line.partition("value: ")[2].partition(",")[0]
    path.write_text(
        national.replace(line, line.replace(f"value: {before}", f"value: {value}")), encoding="utf-8"
    )
    with pytest.raises(InvalidRule, match=problem):
        rules.idle_land_rule(DAY, [path])


def test_two_files_of_one_place_are_refused(tmp_path: Path) -> None:
    files = [pack(tmp_path, name, "CN/98", WARN.format(9)) for name in ("甲", "乙")]
    with pytest.raises(InvalidRule, match="same rule and place"):
        rules.idle_land_rule(DAY, files)


def test_a_file_that_unfolds_or_is_huge_is_not_read(tmp_path: Path) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    (tmp_path / "bomb.yaml").write_text(bomb, encoding="utf-8")
    with pytest.raises(InvalidRule, match="anchors"):
        read_pack(tmp_path / "bomb.yaml")
    (tmp_path / "huge.yaml").write_text("#" * 300_000, encoding="utf-8")
    with pytest.raises(InvalidRule, match="larger than"):
        read_pack(tmp_path / "huge.yaml")


def test_half_a_year_is_six_months(tmp_path: Path) -> None:
    national = (Path(rules.__file__).parent / "CN" / "idle_land.yaml").read_text(encoding="utf-8")
    path = tmp_path / "half.yaml"
    path.write_text(
        national.replace("first_band_years: {value: 1,", "first_band_years: {value: 1/2,"), encoding="utf-8"
    )
    assert rules.idle_land_rule(DAY, [path]).first_band_years == Fraction(1, 2)
