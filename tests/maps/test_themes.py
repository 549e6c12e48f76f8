"""Themes of the map: which class a parcel has, against the stored runs read another way; how far classes look apart."""

from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select

from data.identity import Actor, acting
from data.map_classes import map_classes, read
from data.models import IdleVerdict, Parcel
from data.session import engine
from data.sql import load
from maps import theme_columns, themes, tiles
from maps.catalogue import catalogue
from maps.tiles import TileFilter
from tests.maps.colours import SIGHTS, difference, lab, smallest
from tests.maps.test_tiles import address

FILLED = {"determined": "#9e2a1f", "disposing": "#2f6db5", "investigating": "#d97f0f", "closed": "#5fb59a",
          "suspected": "#ffe36e", "watch": "#b39ddb", "normal": "#e3e6ea"}  # fmt: skip


def classes_of(connection, run_id, theme):
    query = (
        select(IdleVerdict.parcel_code, theme_columns.column(theme))
        .join(Parcel, Parcel.version_id == IdleVerdict.version_id)
        .where(IdleVerdict.run_id == run_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


# ---- how classes look ----


def test_the_measure_of_difference_is_that_of_the_standard():
    # Pairs 1, 7 and 34 of the table of Sharma, Wu and Dalal (2005).
    pairs = [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ]
    for one, other, expected in pairs:
        assert difference(one, other) == pytest.approx(expected, abs=1e-4)


def test_statuses_are_as_far_apart_as_the_specification_says():
    css = (themes.__file__.rsplit("/", 1)[0]) + "/static/css/landstock.css"
    with open(css, encoding="utf-8") as file:
        text = file.read()
    assert all(f"--s-{code}:{colour}" in text for code, colour in FILLED.items())
    assert smallest(FILLED)[0] == pytest.approx(17.8, abs=0.05)


@pytest.mark.parametrize("theme", themes.THEMES)
def test_two_classes_differ_by_colour_or_by_pattern(theme):
    shades = themes.classes(theme)
    assert {shade.pattern for shade in shades} <= {"", *themes.PATTERNS}
    for i, one in enumerate(shades):
        for other in shades[i + 1 :]:
            if one.pattern != other.pattern:
                continue
            seen = [difference(lab(one.fill, sight), lab(other.fill, sight)) for sight in SIGHTS]
            assert min(seen) > 15, (one, other)
            # Where print has no colour: a step of lightness, or else the pattern tells them apart.
            assert abs(lab(one.fill)[0] - lab(other.fill)[0]) >= 8, (one, other)


def test_the_year_of_completion_goes_from_light_to_dark_in_one_hue():
    years = [lab(shade.fill) for shade in themes.classes("completion") if shade.code.startswith("y")]
    assert [light for light, _, _ in years] == sorted((light for light, _, _ in years), reverse=True)
    assert all(b < -4 for _, _, b in years)  # blue


def test_the_neutral_class_of_intensity_begins_at_100_percent():
    codes = [shade.code for shade in themes.classes("intensity")]
    steps = [code for code in codes if code.startswith("r")]
    assert len(steps) == len(map_classes().reached) + 1
    neutral = themes.classes("intensity")[map_classes().reached.index(Decimal(1)) + 1]
    _, a, b = lab(neutral.fill)
    assert abs(a) < 3
    assert abs(b) < 6


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_class_has_its_words(lang):
    for theme in themes.shown(catalogue(lang)):
        words = [one["word"] for one in theme["classes"]]
        assert all(words)
        assert len(set(words)) == len(words)
    shown = {one["code"]: one["classes"] for one in themes.shown(catalogue(lang))}
    assert shown["intensity"][2]["word"] == {"zh": "80%（含）至 100%", "en": "80 % to under 100 %"}[lang]
    assert shown["completion"][1]["word"] == {"zh": "2015–2017 年", "en": "2015–2017"}[lang]


# ---- bounds ----

STATED = {
    "construction": {"whole_share": "0.95", "surveyed_share": "0.95"},
    "intensity": {"reached": ["0.5", "1", "1.5"]},
    "completion": {"since": [2015, 2020]},
}


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("construction", "whole_share"), "0.5"),  # two halves would both be the whole
        (("construction", "surveyed_share"), "1.01"),
        (("intensity", "reached"), ["0.5", "1.5"]),  # no class begins at 100 %
        (("intensity", "reached"), ["1", "0.5"]),
        (("intensity", "reached"), ["1", "1.1", "1.2", "1.3"]),  # more than colours
        (("completion", "since"), [2020, 2015]),
    ],
)
def test_bounds_that_cannot_be_are_refused(where, value):
    assert read(STATED).completed_since == (2015, 2020)
    with pytest.raises(ValueError, match=r"map class|shares"):
        read({**STATED, where[0]: {**STATED[where[0]], where[1]: value}})


# ---- which class a parcel has ----


def test_intensity_is_that_of_the_contract_that_the_list_names(connection, run_id):
    found = classes_of(connection, run_id, "intensity")
    rows = connection.execute(load("list_intensity"), {"run_id": run_id, "codes": list(found)}).mappings()
    listed = {row["parcel_code"]: row for row in rows}
    expected = {}
    for code in found:
        row = listed.get(code)
        if row is None:
            expected[code] = "none"
        elif row["verdict"] in ("NOT_DUE", "UNDETERMINED"):
            expected[code] = {"NOT_DUE": "not_due", "UNDETERMINED": "unknown"}[row["verdict"]]
        else:
            share = Fraction(row["actual"]) / Fraction(row["required"])
            expected[code] = f"r{sum(share >= Fraction(bound) for bound in map_classes().reached)}"
            # 100 % is where the verdict changes, and no class lies on both sides of it.
            assert (row["verdict"] == "MET") == (share >= 1)
    assert found == expected
    assert {"none", "not_due", "unknown", "r1", "r2", "r3"} <= set(found.values())


def test_construction_is_the_state_that_takes_the_parcel(connection, run_id):
    found = classes_of(connection, run_id, "construction")
    drawn = connection.exec_driver_sql(
        "SELECT v.parcel_code, p.drawn_area_m2 FROM idle_verdict v JOIN parcel p USING (version_id) WHERE run_id = %s",
        (run_id,),
    ).all()
    uses = {}
    for code, state, area in connection.exec_driver_sql(
        "SELECT parcel_code, construction_state, area_m2 FROM parcel_use WHERE run_id = %s", (run_id,)
    ):
        own = uses.setdefault(code, {})
        own[state[:1]] = own.get(state[:1], Fraction(0)) + Fraction(area)
    most = Fraction(95, 100)
    for code, drawn_m2 in drawn:
        own = {state: area for state, area in uses.get(code, {}).items() if state}
        surveyed = sum(own.values(), Fraction(0))
        whole = [state for state, area in own.items() if area >= most * surveyed]
        if surveyed < most * Fraction(drawn_m2):
            assert found[code] == "unknown"
        else:
            words = {"A": "built", "B": "not_built", "C": "not_buildable"}
            assert found[code] == (words[whole[0]] if whole else "part"), code
    assert {"built", "part", "not_built", "unknown"} <= set(found.values())


def test_completion_is_the_year_of_the_check_in_the_trace(connection, run_id):
    found = classes_of(connection, run_id, "completion")
    rows = connection.exec_driver_sql(
        "SELECT parcel_code, stage, trace FROM idle_verdict WHERE run_id = %s", (run_id,)
    )
    since = map_classes().completed_since
    n = 0
    for code, stage, trace in rows:
        if stage != "COMPLETED":
            assert found[code] == ("unknown" if stage == "" else "open")
            continue
        n += 1
        year = next(int(fact[2][:4]) for fact in trace[1] if fact[0] == "completion_check")
        assert found[code] == f"y{sum(year >= first for first in since)}"
    assert n > 500


def test_an_earlier_check_of_a_part_leaves_the_year_open(connection, run_id):
    """A permit of a completed parcel made a check of 1 m2: whether that or the later one completed is not in the rows."""
    code, permitted, checked = connection.exec_driver_sql(
        "SELECT v.parcel_code, p.happened_on, c.happened_on FROM idle_verdict v JOIN construction_event p USING (parcel_code)"
        " JOIN construction_event c USING (parcel_code) WHERE v.run_id = %s AND v.stage = 'COMPLETED' AND p.event = 'PERMIT'"
        " AND c.event = 'COMPLETION_CHECKED' AND extract(year FROM p.happened_on) < extract(year FROM c.happened_on)"
        " ORDER BY 1 LIMIT 1",
        (run_id,),
    ).one()
    change = (
        "UPDATE construction_event SET event = 'COMPLETION_CHECKED', developed_area_m2 = 1, happened_on = %s"
        " WHERE parcel_code = %s AND event = 'PERMIT'"
    )
    connection.exec_driver_sql(change, (permitted, code))
    assert classes_of(connection, run_id, "completion")[code] == "unknown"
    # In the year of the other check it makes no difference which of them it was.
    connection.exec_driver_sql(
        "UPDATE construction_event SET happened_on = %s WHERE parcel_code = %s AND event = 'COMPLETION_CHECKED'",
        (checked, code),
    )
    assert classes_of(connection, run_id, "completion")[code].startswith("y")


def test_a_planner_sees_the_same_classes(connection, run_id):
    """Traces are withheld from planners; no class is read from them."""
    everything = {theme: classes_of(connection, run_id, theme) for theme in themes.THEMES}
    with acting(Actor("planner", "planner")), engine().begin() as own:
        assert {theme: classes_of(own, run_id, theme) for theme in themes.THEMES} == everything


@pytest.mark.parametrize("theme", themes.THEMES)
def test_a_tile_of_a_theme_stays_small(connection, run_id, parcel, theme):
    plain = len(tiles.tile(connection, *address("WebMercatorQuad", parcel, 14), run_id))
    content = tiles.tile(connection, *address("WebMercatorQuad", parcel, 14), run_id, TileFilter(theme=theme))
    assert plain < len(content) <= 150_000
