"""The growth ledger of five prefectures between two censuses, against the published areas (人口集中地区 2010, 2020)."""

import datetime as dt
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gis.ledger import growth_ledger
from tests.gis.test_ledger import RULE, balances, parcels

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real" / "jp-did-built-up"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"the published data are not at {REAL}")

# Σ of the published km² (MENSEKI) of the folder's own description, 2010 and 2020.
PUBLISHED = {
    "01": ("799.27", "801.97"), "08": ("242.21", "277.36"), "09": ("189.29", "208.71"), "26": ("263.52", "267.58"),
    "47": ("130.91", "143.81"),
}  # fmt: skip


def layer(year: int, prefecture: str) -> gpd.GeoDataFrame:
    """Return the areas of a census in degrees; JGD2000, WGS 84 and CGCS2000 agree to some centimetres."""
    if year == 2010:
        archive = REAL / f"2010_did_ddsw_{prefecture}.zip"
        with zipfile.ZipFile(archive) as inside:
            name = next(name for name in inside.namelist() if name.endswith(".shp"))
        found = gpd.read_file(f"/vsizip/{archive}/{name}", encoding="cp932")
    else:
        found = gpd.read_file(
            next((REAL / "public" / "GeoJSON" / "2020").glob(f"r02_did_{prefecture}_*.geojson"))
        )
    made: gpd.GeoDataFrame = found[["geometry"]].set_crs(4490, allow_override=True)
    return made.assign(observed_on=pd.Timestamp(year, 10, 1), source="国勢調査")


@pytest.mark.parametrize("prefecture", sorted(PUBLISHED))
def test_ten_years_of_a_prefecture(prefecture: str, capsys: Any) -> None:
    both = [layer(year, prefecture) for year in (2010, 2020)]
    patches = gpd.GeoDataFrame(pd.concat(both, ignore_index=True), crs=4490)
    zone = {"park_code": [prefecture], "boundary_version": ["1"], "valid_from": [pd.Timestamp(2000, 1, 1)]}
    around = gpd.GeoDataFrame(zone, geometry=[shapely.box(*patches.total_bounds).buffer(0.1)], crs=4490)
    found = growth_ledger(patches, around, parcels(), RULE, dt.date(2021, 1, 1)).parks
    (row,) = found.to_dict("records")
    balances(pd.Series(row))
    assert (row["from_year"], row["to_year"]) == (2010, 2020)
    shown = []
    for name, published in zip(("opening_m2", "closing_m2"), PUBLISHED[prefecture], strict=True):
        km2 = row[name] / 1_000_000
        # The description of the data: geometry agrees with the published figures within 0.15 %.
        assert abs(km2 / Decimal(published) - 1) < Decimal("0.0015")
        shown += [f"{km2:.2f} ({published}, {(km2 / Decimal(published) - 1) * 100:+.3f} %)"]
    # All of it is on land that no contract on record supplied.
    assert row["new_supplied_m2"] == 0 and row["new_unsupplied_m2"] == row["new_m2"] > 0
    with capsys.disabled():
        new, gone, sliver, rest = (
            row[k] / 1_000_000 for k in ("new_m2", "demolished_m2", "sliver_m2", "unexplained_m2")
        )
        print(f"\n{prefecture}: {shown[0]} + {new:.2f} - {gone:.2f} {sliver:+.2f} = {shown[1]} km2; {row['slivers']} slivers, "
              f"unexplained {rest * 1_000_000:.1f} m2")  # fmt: skip
