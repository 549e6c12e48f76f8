"""Built-up area by park and year, and inside parcels."""

import datetime as dt
from decimal import Decimal
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gis import builtup
from gis.areas import area_m2
from gis.builtup import growth_rate
from gis.errors import WrongCRS

by_park_and_year: Any = builtup.by_park_and_year
by_parcel_and_year: Any = builtup.by_parcel_and_year
END = dt.date(2026, 1, 1)
# Edges are straight on the plane of a place. One along a parallel then leaves it by up to s2 tan(41°) / 8R: 0.5 mm
# over the 168 m of a parcel and 2 mm over the 336 m of a patch, at both ends of a parcel of 222 m.
BOW = 1.4e-5


def box(x, y, width, height):
    """A rectangle in thousandths of a degree from 121.5 E, 41 N."""
    west, south = 121.5 + x / 1000, 41 + y / 1000
    return shapely.box(west, south, west + width / 1000, south + height / 1000)


def patches(*rows):
    days, shapes = zip(*rows, strict=True) if rows else ((), ())
    return gpd.GeoDataFrame(
        {"observed_on": pd.to_datetime(pd.Series(days, dtype=object))}, geometry=list(shapes), crs=4490
    )


def parks(*rows):
    names = ("park_code", "boundary_version", "valid_from", "geometry")
    table = pd.DataFrame(rows, columns=names)
    table["valid_from"] = pd.to_datetime(table["valid_from"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=4490)


def size(shape):
    return area_m2(gpd.GeoSeries([shape], crs=4490)).iloc[0]


PARK = parks(("A", "1", "2020-01-01", box(0, 0, 10, 10)))


def test_worked_example_of_the_rate():
    # 560 ha one year, 583 the next (new 26, lost 3): (583 - 560) / 560 = 4.11 %.
    assert growth_rate(Decimal(560), Decimal(583)) == Decimal("0.041071")
    assert growth_rate(Decimal(0), Decimal(5)) is None
    assert growth_rate(None, Decimal(5)) is None


def test_overlapping_patches_count_once_and_end_at_the_boundary():
    # 4 x 4 and 4 x 4 shifted by 2: 16 + 16 - 4 = 28 cells; the third lies outside the park.
    found = by_park_and_year(
        patches(("2021-12-31", box(0, 0, 4, 4)), ("2021-12-31", box(2, 2, 4, 4)), ("2021-12-31", box(10, 0, 3, 3))),
        PARK, END,
    )  # fmt: skip
    expected = size(box(0, 0, 4, 4)) + size(box(2, 2, 4, 4)) - size(box(2, 2, 2, 2))
    assert float(found["builtup_m2"].iloc[0]) == pytest.approx(expected, rel=1e-6)


def test_newest_day_of_a_year_counts_and_a_gap_has_no_growth():
    found = by_park_and_year(
        patches(("2021-06-30", box(0, 0, 9, 9)), ("2021-12-31", box(0, 0, 4, 5)), ("2022-12-31", box(0, 0, 5, 5)),
                ("2024-12-31", box(0, 0, 8, 5)), ("2025-12-31", box(0, 0, 8, 5)), ("2026-12-31", box(0, 0, 1, 1))),
        PARK, END,
    ).set_index("year")  # fmt: skip
    assert found.index.tolist() == [2021, 2022, 2024, 2025]  # 2026-12-31 lies after the day
    assert found.loc[2021, "observed_on"] == dt.date(2021, 12, 31)
    assert found.loc[2022, "growth_rate"] == Decimal("0.25")  # 25 cells after 20
    assert found.loc[2022, "target_met"] is True
    assert found.loc[2024, ["change_m2", "growth_rate", "target_met"]].tolist() == [None, None, None]
    # The same area is no increase.
    assert (found.loc[2025, "change_m2"], found.loc[2025, "target_met"]) == (Decimal("0.0000"), False)


def test_one_boundary_the_newest_valid_on_the_day():
    both = parks(
        ("A", "1", "2020-01-01", box(0, 0, 5, 5)), ("A", "2", "2023-01-01", box(0, 0, 10, 10)),
        ("A", "3", "2030-01-01", box(0, 0, 20, 20)),
    )  # fmt: skip
    seen = patches(("2021-12-31", box(0, 0, 20, 20)), ("2022-12-31", box(0, 0, 20, 20)))
    found = by_park_and_year(seen, both, END)
    assert found["boundary_version"].tolist() == ["2", "2"]
    assert found["change_m2"].tolist() == [None, Decimal("0.0000")]  # a wider boundary is no construction
    assert by_park_and_year(seen, both, dt.date(2022, 12, 31))["boundary_version"].tolist() == ["1", "1"]


def test_parks_are_surveyed_on_days_of_their_own():
    two = parks(("A", "1", None, box(0, 0, 5, 5)), ("B", "1", None, box(20, 0, 5, 5)))
    seen = patches(("2021-12-31", box(0, 0, 2, 2)), ("2021-11-30", box(20, 0, 2, 2)))
    assert by_park_and_year(seen, two, END)["observed_on"].tolist() == [
        dt.date(2021, 12, 31),
        dt.date(2021, 11, 30),
    ]
    parcels = gpd.GeoDataFrame(
        {"parcel_code": ["x", "y"], "park_code": ["A", "B"]},
        geometry=[box(0, 0, 4, 2), box(20, 0, 4, 2)],
        crs=4490,
    )
    found = by_parcel_and_year(seen, parcels, END, two)
    assert [float(share) for share in found["share"]] == pytest.approx([0.5, 0.5], abs=BOW)


def test_share_of_a_parcel():
    parcels = gpd.GeoDataFrame(
        {"parcel_code": ["whole", "half", "none"]},
        geometry=[box(1, 1, 1, 1), box(3, 0, 2, 2), box(8, 8, 1, 1)],
        crs=4490,
    )
    found = by_parcel_and_year(
        patches(("2021-12-31", box(0, 0, 4, 4)), ("2021-12-31", box(0, 0, 4, 4))), parcels, END
    )
    assert [float(share) for share in found["share"]] == pytest.approx([1, 0.5, 0], abs=BOW)
    assert found["share"].tolist()[::2] == [Decimal("1.000000"), Decimal("0.000000")]


def test_a_bow_tie_is_made_valid_first():
    tie = shapely.Polygon([(121.5, 41), (121.502, 41.002), (121.502, 41), (121.5, 41.002)])
    found = by_park_and_year(patches(("2021-12-31", tie)), PARK, END)
    # Two triangles of 2 x 1 cells each over 2: two cells together.
    assert float(found["builtup_m2"].iloc[0]) == pytest.approx(size(box(0, 0, 1, 2)), rel=1e-3)


def test_nothing_given_nothing_found():
    assert by_park_and_year(patches(), PARK, END).empty
    assert by_park_and_year(patches(("2021-12-31", box(0, 0, 1, 1))), PARK.iloc[:0], END).empty
    with pytest.raises(WrongCRS):
        by_park_and_year(patches(("2021-12-31", box(0, 0, 1, 1))).to_crs(4549), PARK, END)
