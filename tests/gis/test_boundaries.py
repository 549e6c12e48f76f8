"""What each boundary of a park counts, on a field of parcels of 10 by 10 thousandths of a degree."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from gis.boundaries import boundary_counts
from tests.gis.test_ledger import END, RULE, box, parcels, parks, patches, size

# Four parcels in a row, each 10 wide; the old boundary ends in the middle of the third, the new one after the fourth.
LAND = parcels(*((f"P{n}", None, box(10 * n, 0, 10, 10)) for n in range(4)))
VERDICTS = pd.DataFrame(
    {"parcel_code": ["P0", "P1", "P2", "P3"],
     "verdict": ["ACTIVE", "IDLE_NOT_COMMENCED", "MAY_BE_IDLE", "UNDETERMINED"]}
)  # fmt: skip
OLD, NEW = box(0, 0, 24, 10), box(0, 0, 40, 10)
BUILT = patches(("2023-12-31", box(5, 0, 10, 10)), ("2024-12-31", box(5, 0, 30, 10)))
NOTHING = patches()
NEAR = 1e-4  # long borders run straight on the plane: 2 km along a parallel bow by 0.07 m


def counted(zones: Any, day: dt.date = END, built: Any = BUILT, share: Fraction = Fraction(1, 2)) -> Any:
    rule = replace(RULE, inside_share=share)
    return boundary_counts(zones, LAND, built, VERDICTS, rule, day).set_index("boundary_version")


def test_two_boundaries_side_by_side() -> None:
    found = counted(parks(("1992", "1992-01-01", OLD), ("2020", "2020-01-01", NEW)))
    old, new = found.loc["1992"], found.loc["2020"]
    # 4 of 10 of P2 lie in the old boundary: less than half, so it is not counted there.
    assert (old["parcels"], old["suspected"], old["undetermined"]) == (2, 1, 0)
    assert (new["parcels"], new["suspected"], new["undetermined"]) == (4, 2, 1)
    assert (old["current"], new["current"]) == (False, True)
    assert (old["entered"], old["left_out"], new["entered"], new["left_out"]) == (0, 2, 0, 0)
    assert float(old["suspected_m2"]) == pytest.approx(size(box(10, 0, 10, 10)), rel=NEAR)
    # Of 2024 the old boundary shows 5 to 24, the new one 5 to 35; 2023 is older and counts nowhere.
    assert float(old["builtup_m2"]) == pytest.approx(size(box(5, 0, 19, 10)), rel=NEAR)
    assert float(new["builtup_m2"]) == pytest.approx(size(box(5, 0, 30, 10)), rel=NEAR)
    assert old["observed_on"] == new["observed_on"] == dt.date(2024, 12, 31)
    assert float(new["area_m2"]) == pytest.approx(size(NEW), rel=NEAR)


@pytest.mark.parametrize(
    ("share", "count"), [(Fraction(2, 5) - Fraction(1, 1000), 3), (Fraction(2, 5) + Fraction(1, 1000), 2)]
)
def test_the_share_of_the_rule_decides(share: Fraction, count: int) -> None:
    zones = parks(("1992", "1992-01-01", OLD), ("2020", "2020-01-01", NEW))
    assert counted(zones, share=share).loc["1992", "parcels"] == count


def test_a_boundary_that_is_not_yet_valid_does_not_exist() -> None:
    zones = parks(("1992", "1992-01-01", OLD), ("2020", "2020-01-01", NEW))
    assert counted(zones, day=dt.date(2019, 12, 31)).empty
    assert counted(parks(("1992", "1992-01-01", OLD))).empty


def test_without_a_survey_built_up_land_is_unknown() -> None:
    found = counted(parks(("a", None, OLD), ("b", None, NEW)), built=NOTHING)
    assert found["builtup_m2"].tolist() == [None, None] and found["valid_from"].tolist() == [None, None]
    assert found["current"].tolist() == [False, True]  # of undated ones the largest version
    assert found["area_m2"].map(lambda area: isinstance(area, Decimal)).all()
