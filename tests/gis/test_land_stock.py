"""The land-state tree, the rates of a zone, land consumption, and figures that cannot be added."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import geopandas as gpd
import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import assume, given

from gis.consumption import consumption
from gis.definitions import DEFINITIONS, Figure, add
from gis.errors import UnlikeFigures
from gis.land_state import CODES, NOT_DETERMINED, STOCK_COLUMNS, USE_COLUMNS, land_states, uses_of_parcels
from gis.rates import RATES, Zone, rates, zone_type
from tests.gis.test_ledger import RULE, box, parcels, parks, patches, size

END = dt.date(2026, 1, 1)
HA = 10_000


def states(*rows: tuple[str, str, str, str, Any]) -> gpd.GeoDataFrame:
    """Rows of day, construction state, supply state, part of the zone, shape; H1 where the shape says so."""
    frame = {
        "observed_on": pd.to_datetime(pd.Series([row[0] for row in rows], dtype=object)),
        "construction_state": [row[1] or None for row in rows], "supply_state": [row[2] or None for row in rows],
        "zone_part": [row[3] or None for row in rows], "high_tech": [None] * len(rows),
    }  # fmt: skip
    return gpd.GeoDataFrame(frame, geometry=[row[4] for row in rows], crs=4490)


def tree(found: pd.DataFrame, part: str = "") -> dict[str, Decimal | None]:
    own = found[found["zone_part"] == part]
    return dict(zip(own["code"], own["area_m2"], strict=True))


ZONE = parks(("1", "2020-01-01", box(0, 0, 10, 10)))


def cells(count: float) -> Any:
    """The area of some cells of a thousandth of a degree at the foot of the zone, within a part in 10,000."""
    return pytest.approx(size(box(0, 0, 1, 1)) * count, rel=3e-4)


def test_both_classifications_make_the_zone() -> None:
    # 100 cells: 40 A2 in D21, 10 A31 in D1, 20 B21 in E21, 20 B22 in F, 10 C1 in F.
    found = land_states(
        states(("2024-12-31", "A2", "D21", "", box(0, 0, 10, 4)), ("2024-12-31", "A31", "D1", "", box(0, 4, 10, 1)),
               ("2024-12-31", "B21", "E21", "", box(0, 5, 10, 2)), ("2024-12-31", "B22", "F", "", box(0, 7, 10, 2)),
               ("2024-12-31", "C1", "F", "", box(0, 9, 10, 1)), ("2023-12-31", "C", "F", "", box(0, 0, 10, 10))),
        ZONE, patches(), parcels(), END,
    )  # fmt: skip
    area = tree(found)
    assert tuple(found.columns) == STOCK_COLUMNS and set(area) == set(CODES)
    wanted = {"A": 50, "A2": 40, "A3": 10, "A31": 10, "A1": 0, "B": 40, "B21": 20, "B1": 0, "C": 10, "C1": 10,
              "D": 50, "D2": 40, "D21": 40, "D1": 10, "E": 20, "E2": 20, "F": 30, "ZONE": 100, "H": 0}  # fmt: skip
    for code, count in wanted.items():
        assert float(area[code] or 0) == cells(count), code
    assert area["G"] is None
    assert found.loc[found["code"] == "G", "reason"].tolist() == [NOT_DETERMINED]
    assert set(found["observed_on"]) == {dt.date(2024, 12, 31)}
    balances(area)


def balances(area: dict[str, Any]) -> None:
    """Roots + gap - twice = zone, to the last digit."""
    for roots, name in (("ABC", "CONSTRUCTION"), ("DEF", "SUPPLY")):
        whole = sum(area[root] for root in roots) + area[f"{name}_GAP"] - area[f"{name}_TWICE"]
        assert whole == area["ZONE"]


def test_gaps_and_land_in_two_states_are_said() -> None:
    # A covers 60 cells, C another 30 of which 10 are also A: 80 classified, 20 open. Nothing is said of supply.
    found = land_states(
        states(("2024-12-31", "A", "", "", box(0, 0, 10, 6)), ("2024-12-31", "A2", "", "", box(0, 0, 5, 6)),
               ("2024-12-31", "C", "", "", box(0, 5, 10, 3))),
        ZONE, patches(), parcels(), END,
    )  # fmt: skip
    area = tree(found)
    assert float(area["A"] or 0) == cells(60)  # drawn twice within one state: once
    assert float(area["CONSTRUCTION_TWICE"] or 0) == cells(10)
    assert float(area["CONSTRUCTION_GAP"] or 0) == cells(20)
    assert float(area["SUPPLY_GAP"] or 0) == cells(100)
    balances(area)


def test_main_zone_and_direction_zone_are_never_added() -> None:
    found = land_states(
        states(("2024-12-31", "A", "D", "MAIN", box(0, 0, 10, 4)), ("2024-12-31", "B21", "E", "MAIN", box(0, 4, 10, 1)),
               ("2024-12-31", "A", "D", "DIRECTION", box(0, 5, 10, 5))),
        ZONE, patches(), parcels(), END,
    )  # fmt: skip
    assert float(tree(found, "MAIN")["ZONE"] or 0) == cells(50)
    assert float(tree(found, "DIRECTION")["A"] or 0) == cells(50)
    assert set(found["zone_part"]) == {"MAIN", "DIRECTION"}


def test_a_park_without_states_has_what_surveys_and_contracts_say() -> None:
    land = parcels(("P1", "2022-01-01", box(0, 0, 2, 2)), ("P2", "2027-01-01", box(2, 0, 2, 2)))
    none = states(("2030-12-31", "A", "D", "", box(0, 0, 1, 1)))
    found = land_states(
        none, ZONE, patches(("2024-12-31", box(0, 0, 3, 3)), ("2023-12-31", box(0, 0, 9, 9))), land, END
    )
    area = tree(found)
    assert float(area["A"] or 0) == cells(9) and float(area["D"] or 0) == cells(4)
    assert area["B"] is None and area["A2"] is None and area["G"] is None
    # Who holds the land under a contract without a date is not known to be supplied: unknown, not zero.
    doubtful = parcels(("P1", None, box(0, 0, 2, 2)), unknown=("P1",))
    assert tree(land_states(none, ZONE, patches(), doubtful, END))["D"] is None
    assert tree(land_states(none, ZONE, patches(), parcels(), END))["D"] is None


def test_one_parcel_in_several_states() -> None:
    land = parcels(("P1", None, box(0, 0, 4, 4)), ("P2", None, box(50, 50, 1, 1)))
    found = uses_of_parcels(
        states(("2024-12-31", "A2", "D21", "", box(0, 0, 4, 1)), ("2024-12-31", "B21", "D21", "", box(0, 1, 4, 3))),
        ZONE, land, END,
    )  # fmt: skip
    assert tuple(found.columns) == USE_COLUMNS
    told = {row["construction_state"]: float(row["area_m2"]) for row in found.to_dict("records")}
    assert told == {"A2": cells(4), "B21": cells(12)}
    assert set(found["parcel_code"]) == {"P1"}


EXAMPLE = {"A": 560, "A1": 100, "A2": 310, "B": 400, "B21": 90, "B22": 250, "B1": 60, "C": 40, "D": 600}


def zone(areas: dict[str, int | None], **figures: int) -> Zone:
    known = {code: None if ha is None else Decimal(ha) * HA for code, ha in areas.items()}
    return Zone(known, {name: Decimal(value) for name, value in figures.items()}, {"G": NOT_DETERMINED})


def test_worked_example() -> None:
    # 1,000 ha; A 560, B21 90, B 400, D 600, A2 310; floor area 470 万㎡ on A and 248 万㎡ on A2; tax 30,000 万元.
    found = {row["rate"]: row for row in rates(zone(EXAMPLE, floor_m2=4_700_000, industrial_floor_m2=2_480_000,
                                                     tax_wan=30_000, population=56_000))}  # fmt: skip
    shown = {name: str(found[name]["value"]) for name in found if found[name]["value"] is not None}
    assert shown == {
        "development_rate": "0.677083",  # 650 / 960
        "supply_rate": "0.923077",  # 600 / 650
        "built_rate": "0.933333",  # 560 / 600
        "built_share": "0.583333",  # 560 / 960
        "industrial_rate": "0.553571",  # 310 / 560
        "comprehensive_far": "0.839286",  # 470 / 560
        "industrial_far": "0.800000",  # 248 / 310
        "comprehensive_tax": "53.571429",  # 30,000 / 560, over A, not over A2
        "population_density": "100.000000",
    }
    # Identified idle land is unknown until somebody has determined it: the rate is, too.
    assert found["idle_rate"]["reason"] == f"G:{NOT_DETERMINED}" and found["idle_rate"]["value"] is None
    assert [row["rate"] for row in rates(zone(EXAMPLE))] == list(RATES)


def test_idle_rate_once_determined() -> None:
    found = {row["rate"]: row["value"] for row in rates(zone(EXAMPLE | {"G": 12}))}
    assert found["idle_rate"] == Decimal("0.020000")  # over D, not over A


def test_more_built_than_supplied_is_shown_and_flagged() -> None:
    found = {row["rate"]: row for row in rates(zone({"A": 660, "B": 300, "B21": 0, "D": 600}))}
    assert found["built_rate"]["value"] == Decimal("1.100000") and found["built_rate"]["over"]
    assert not found["development_rate"]["over"]


def test_zero_and_missing_denominators_give_none_with_the_reason() -> None:
    found = {row["rate"]: row for row in rates(zone({"A": 0, "B": 0, "B21": 0, "D": None}))}
    assert {row["value"] for row in found.values()} == {None}
    assert found["development_rate"]["reason"] == "ZERO_DENOMINATOR"
    assert found["built_rate"]["reason"] == "D:NOT_ON_RECORD"
    assert all(row["reason"] for row in found.values())


hectares = st.decimals(min_value="0.01", max_value=5000, places=4)


@given(a=hectares, b21=hectares, rest=hectares, d=hectares)
def test_development_times_supply_times_built_is_the_built_share(
    a: Decimal, b21: Decimal, rest: Decimal, d: Decimal
) -> None:
    found = {row["rate"]: row for row in rates(Zone({"A": a, "B": b21 + rest, "B21": b21, "D": d}, {}, {}))}
    exact = {name: Fraction(row["numerator"]) / Fraction(row["denominator"]) for name, row in found.items()
             if row["value"] is not None}  # fmt: skip
    assert exact["development_rate"] * exact["supply_rate"] * exact["built_rate"] == exact["built_share"]
    assert found["built_rate"]["over"] == (a > d)


@pytest.mark.parametrize(
    ("a1", "a2", "name", "kind"),
    [(100, 310, "", "INDUSTRY"), (140, 310, "", "OTHER"), (140, 168, "", "INTEGRATED"), (100, 168, "", "OTHER"),
     (None, 310, "", None), (None, None, "锦州保税区", "INDUSTRY")],
)  # fmt: skip
def test_type_of_a_zone(a1: int | None, a2: int | None, name: str, kind: str | None) -> None:
    # A = 560: 30 % are 168 (not above), 25 % are 140 (reached).
    known = {"A": Decimal(560), "A1": a1 and Decimal(a1), "A2": a2 and Decimal(a2)}
    assert zone_type(known, name, RULE.industrial_zone_share, RULE.residential_zone_share) == kind  # type: ignore[arg-type]


def test_land_consumption_by_hand() -> None:
    # 10 years, V 100 -> 120: LCR 0.02 a year. P 1,000 -> 1,100: PGR = ln 1.1 / 10 = 0.00953102. Ratio 2.098412.
    (found,) = consumption(
        {2010: Decimal(100), 2020: Decimal(120)},
        {2010: Decimal(1000), 2020: Decimal(1100)},
        Fraction(1, 1000),
    )
    assert found.land_consumption_rate == Decimal("0.020000")
    assert found.population_growth_rate == Decimal("0.009531")
    assert found.consumption_ratio == Decimal("2.098412")
    assert found.builtup_per_person == Decimal("0.109091") and found.reason == ""


@pytest.mark.parametrize(
    ("people", "reason"),
    [({}, "NO_POPULATION"), ({2020: 100, 2021: 90}, "POPULATION_DOES_NOT_GROW"), ({2020: 100, 2021: 100}, "POPULATION_DOES_NOT_GROW"),
     ({2020: 0, 2021: 100}, "ZERO_POPULATION")],
)  # fmt: skip
def test_a_shrinking_city_has_no_ratio(people: dict[int, int], reason: str) -> None:
    known = {year: Decimal(count) for year, count in people.items()}
    (found,) = consumption({2020: Decimal(10), 2021: Decimal(11)}, known, Fraction(1, 1000))
    assert found.consumption_ratio is None and found.reason == reason
    assert found.land_consumption_rate == Decimal("0.100000")


@given(
    st.lists(st.decimals(0, 10**6, places=2), min_size=1),
    st.sampled_from(sorted(DEFINITIONS)),
    st.sampled_from(sorted(DEFINITIONS)),
)
def test_only_like_figures_are_added(values: list[Decimal], one: str, other: str) -> None:
    figures = [Figure(DEFINITIONS[one], value) for value in values]
    if not DEFINITIONS[one].additive:
        with pytest.raises(UnlikeFigures):
            add(figures)
        return
    assert add(figures).value == sum(values)
    assert add([*figures, Figure(DEFINITIONS[one], None)]).value is None
    assume(one != other)
    with pytest.raises(UnlikeFigures, match=one):
        add([*figures, Figure(DEFINITIONS[other], Decimal(1))])
