"""The growth ledger balances, and a boundary never looks like building."""

import datetime as dt
from decimal import Decimal
from typing import Any

import geopandas as gpd
import hypothesis.strategies as st
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings

from data.rules import builtup_rule
from gis.areas import area_m2
from gis.ledger import LEDGER_COLUMNS, PIECE_COLUMNS, growth_ledger
from gis.rules import BuiltupRule

RULE: BuiltupRule = builtup_rule(dt.date(2026, 1, 1))
END = dt.date(2026, 1, 1)
LINES = ("opening_m2", "correction_m2", "boundary_m2", "new_m2", "sliver_m2")


def box(x: float, y: float, width: float, height: float) -> Any:
    """A rectangle in thousandths of a degree (84 m by 111 m) from 121.5 E, 41 N."""
    west, south = 121.5 + x / 1000, 41 + y / 1000
    return shapely.box(west, south, west + width / 1000, south + height / 1000)


def size(*shapes: Any) -> float:
    return float(area_m2(gpd.GeoSeries(list(shapes), crs=4490)).sum())


def patches(*rows: tuple[str, Any]) -> gpd.GeoDataFrame:
    days = pd.to_datetime(pd.Series([row[0] for row in rows], dtype=object))
    frame = {"observed_on": days, "source": ["测量"] * len(rows)}
    return gpd.GeoDataFrame(frame, geometry=[row[1] for row in rows], crs=4490)


def parks(*rows: tuple[str, str, Any]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        [("A", *row) for row in rows], columns=["park_code", "boundary_version", "valid_from", "geometry"]
    )
    table["valid_from"] = pd.to_datetime(table["valid_from"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=4490)


def parcels(*rows: tuple[str, str | None, Any], unknown: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    frame = {
        "parcel_code": [row[0] for row in rows], "supplied_on": pd.to_datetime(pd.Series([row[1] for row in rows], dtype=object)),
        "supply_unknown": [row[0] in unknown for row in rows],
    }  # fmt: skip
    return gpd.GeoDataFrame(frame, geometry=[row[2] for row in rows], crs=4490)


PARK = parks(("1", "2020-01-01", box(0, 0, 20, 20)))


def balances(row: pd.Series) -> None:
    assert sum((row[name] for name in LINES), -row["demolished_m2"]) == row["closing_m2"]
    assert row["new_infill_m2"] + row["new_edge_m2"] + row["new_leapfrog_m2"] == row["new_m2"]
    assert row["new_supplied_m2"] + row["new_unsupplied_m2"] + row["new_supply_unknown_m2"] == row["new_m2"]
    # A border along a parallel that is cut in two is two chords: L³·tan(lat)/12R each, 0.13 m² at 224 m.
    larger = max(row["opening_m2"] + row["correction_m2"] + row["boundary_m2"], row["closing_m2"])
    assert abs(row["unexplained_m2"]) <= Decimal("0.5") + larger / 10**6


def ledger(*args: Any, **more: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    found = growth_ledger(*args, RULE, END, **more)
    for _, row in found.parks.iterrows():
        balances(row)
    return found.parks, found.parcels


def test_new_and_demolished_land_by_neighbourhood_and_supply() -> None:
    # 2023: a block of 4 x 4 and one of 2 x 2. 2024: the small one is gone; beside the large one a strip of 1 x 4
    # (a long side of four in common with it out of a border of 2 x 84 m + 8 x 111 m = 1,056 m, 444 m: 42 %, an
    # edge), a notch of 1 x 1 between three strips (infill), and a block of 2 x 2 far away (leapfrog).
    first = [("2023-12-31", box(0, 0, 4, 4)), ("2023-12-31", box(10, 0, 2, 2)), ("2023-12-31", box(0, 8, 3, 1)),
             ("2023-12-31", box(0, 9, 1, 1)), ("2023-12-31", box(2, 9, 1, 1))]  # fmt: skip
    second = [("2024-12-31", shape) for day, shape in first if not shape.equals(box(10, 0, 2, 2))]
    second += [
        ("2024-12-31", box(4, 0, 1, 4)),
        ("2024-12-31", box(1, 9, 1, 1)),
        ("2024-12-31", box(15, 15, 2, 2)),
    ]
    land = parcels(("P1", "2022-05-01", box(4, 0, 1, 2)), ("P2", "2025-03-01", box(15, 15, 2, 2)), ("P3", None, box(1, 9, 1, 1)),
                   ("P4", "2020-01-01", box(10, 0, 2, 2)), unknown=("P3",))  # fmt: skip
    rows, by_parcel = ledger(patches(*first, *second), PARK, land)
    (row,) = rows.to_dict("records")
    assert tuple(rows.columns) == LEDGER_COLUMNS and tuple(by_parcel.columns) == PIECE_COLUMNS
    assert (row["from_year"], row["to_year"]) == (2023, 2024)
    wanted = {
        "new_edge_m2": box(4, 0, 1, 4), "new_infill_m2": box(1, 9, 1, 1), "new_leapfrog_m2": box(15, 15, 2, 2),
        "demolished_m2": box(10, 0, 2, 2),
        # P1 was supplied by the end of 2024, P2 only later; of P3 nobody knows.
        "new_supplied_m2": box(4, 0, 1, 2), "new_supply_unknown_m2": box(1, 9, 1, 1),
    }  # fmt: skip
    for name, shape in wanted.items():
        assert float(row[name]) == pytest.approx(size(shape), rel=1e-6), name
    assert row["slivers"] == 0
    # Parcel by parcel; what lies outside every parcel stands last, under no code.
    told = {code: (float(new), float(gone), supply) for code, new, gone, supply in
            by_parcel[["parcel_code", "new_m2", "demolished_m2", "supply"]].itertuples(index=False)}  # fmt: skip
    assert list(told) == ["P1", "P2", "P3", "P4", ""]
    assert told["P2"][2] == "UNSUPPLIED" and told["P3"][2] == "SUPPLY_UNKNOWN"
    assert told["P4"][1] == pytest.approx(size(box(10, 0, 2, 2)), rel=1e-6)
    assert told[""][0] == pytest.approx(size(box(4, 2, 1, 2)), rel=1e-6)
    assert set(by_parcel["source"]) == {"测量", ""}


def test_a_wider_boundary_is_no_building() -> None:
    # Nothing is built in 2024; the boundary of 2024 takes in a block that stood outside.
    zones = parks(("1", "2020-01-01", box(0, 0, 10, 10)), ("2", "2024-06-01", box(0, 0, 20, 10)))
    built = [box(0, 0, 4, 4), box(12, 0, 3, 3)]
    rows, _ = ledger(
        patches(*[(f"{year}-12-31", b) for year in (2023, 2024) for b in built]), zones, parcels()
    )
    (row,) = rows.to_dict("records")
    assert (row["boundary_from"], row["boundary_to"]) == ("1", "2")
    assert (row["new_m2"], row["demolished_m2"], row["sliver_m2"]) == (0, 0, 0)
    assert float(row["boundary_m2"]) == pytest.approx(size(box(12, 0, 3, 3)), rel=1e-6)


def test_slivers_are_a_line_of_their_own() -> None:
    # The later survey is shifted by 1 m at one side (84 m / 1000 = 0.084 m a thousandth; 0.012 = 1 m): thinner than 2 m.
    rows, _ = ledger(
        patches(("2023-12-31", box(0, 0, 4, 4)), ("2024-12-31", box(0, 0, 4.012, 4))), PARK, parcels()
    )
    (row,) = rows.to_dict("records")
    assert row["new_m2"] == 0 and row["slivers"] == 1
    assert float(row["sliver_m2"]) == pytest.approx(size(box(4, 0, 0.012, 4)), rel=1e-4)


def test_a_year_delivered_again_is_a_correction() -> None:
    # 2023 was first published with 3 x 4, then again with 4 x 4; 2024 shows 4 x 4: nothing was built.
    now = patches(("2023-12-31", box(0, 0, 4, 4)), ("2024-12-31", box(0, 0, 4, 4)))
    then = patches(("2023-12-31", box(0, 0, 3, 4)), ("2024-12-31", box(0, 0, 4, 4)))
    rows, _ = ledger(now, PARK, parcels(), first_known=then)
    (row,) = rows.to_dict("records")
    assert row["new_m2"] == 0
    assert float(row["correction_m2"]) == pytest.approx(size(box(3, 0, 1, 4)), rel=1e-6)


def test_years_that_were_not_surveyed_are_named_not_filled() -> None:
    rows, _ = ledger(
        patches(("2010-12-31", box(0, 0, 4, 4)), ("2020-12-31", box(0, 0, 5, 4))), PARK, parcels()
    )
    assert rows[["from_year", "to_year"]].to_numpy().tolist() == [[2010, 2020]]


def test_nothing_seen_gives_no_ledger() -> None:
    none = patches(("2030-12-31", box(0, 0, 1, 1)))
    rows, pieces = ledger(none, PARK, parcels())
    assert rows.empty and pieces.empty and tuple(rows.columns) == LEDGER_COLUMNS


coordinate = st.integers(0, 18).map(lambda n: n / 2)
rectangles = st.builds(
    box,
    coordinate,
    coordinate,
    st.integers(1, 8).map(lambda n: n / 3),
    st.integers(1, 8).map(lambda n: n / 3),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    history=st.lists(st.lists(rectangles, min_size=1, max_size=5), min_size=2, max_size=4),
    corrected=st.lists(rectangles, min_size=1, max_size=3),
    zones=st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=3),
)
def test_every_history_balances(
    history: list[list[Any]], corrected: list[Any], zones: list[tuple[float, float]]
) -> None:
    told = [(f"{2020 + n}-12-31", shape) for n, shapes in enumerate(history) for shape in shapes]
    versions = parks(
        *[(str(n), f"{2019 + n}-06-01", box(0, 0, 5 + x, 5 + y)) for n, (x, y) in enumerate(zones)]
    )
    first = [("2020-12-31", shape) for shape in corrected] + [row for row in told if row[0] > "2021"]
    land = parcels(*[(f"P{n}", "2021-01-01" if n % 2 else None, box(3 * n, 0, 3, 9)) for n in range(3)])
    ledger(patches(*told), versions, land, first_known=patches(*first))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(built=st.lists(rectangles, min_size=1, max_size=5), wider=st.tuples(coordinate, coordinate))
def test_a_boundary_change_alone_never_builds(built: list[Any], wider: tuple[float, float]) -> None:
    told = [(f"{year}-12-31", shape) for year in (2023, 2024) for shape in built]
    zones = parks(
        ("1", "2020-01-01", box(0, 0, 6, 6)), ("2", "2024-06-01", box(0, 0, 4 + wider[0], 4 + wider[1]))
    )
    rows, _ = ledger(patches(*told), zones, parcels())
    for row in rows.to_dict("records"):
        assert (row["new_m2"], row["demolished_m2"], row["sliver_m2"]) == (0, 0, 0)
