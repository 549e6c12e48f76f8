"""Mapping files for published data of other countries: what comes out of each, and what is said about it."""

from decimal import Decimal
from pathlib import Path

import pytest

from etl.importer import run
from etl.options import ImportOptions
from tests.etl.asking import rows

CHECKOUT = Path(__file__).resolve().parents[2]
REAL = CHECKOUT.parent / "shared" / "data" / "real"
MAPPINGS = CHECKOUT / "etl" / "mappings"

pytestmark = [
    pytest.mark.skipif(not REAL.is_dir(), reason=f"the published data are not at {REAL}"),
    pytest.mark.usefixtures("empty_database"),
]


def taken_in(folder, mapping=None, **options):
    given = MAPPINGS / mapping if mapping else None
    return run([REAL / folder], ImportOptions(publish=True, mapping=given, **options))


def test_every_site_of_the_brownfield_registers():
    report = taken_in("uk-brownfield", "uk-brownfield.yaml")
    assert (report.exit_code, len(report.layers)) == (0, 67)
    # 6,025 sites as the source's description says; each has its own number within its authority.
    assert sum(f.read for f in report.layers) == sum(f.accepted for f in report.layers) == 6_025
    assert rows("SELECT count(*), count(contract_type), count(signed_on) FROM contract") == [(6_025, 0, 0)]
    # 3.38 hectares in Ladywood are 33,800 square metres; its address and coordinates stay with the row.
    ((area, extra),) = rows(
        "SELECT granted_area_m2, extra FROM contract WHERE contract_no = 'local-authority-eng:BIR/CC1'"
    )
    assert area == Decimal(33_800)
    assert (extra["site-address"], extra["latitude"]) == ("Ledsam Street, Ladywood", "52.48027")
    assert extra["start-date"] == "2017-12-19"
    issues = report.issues()
    assert "VALUE_UNREADABLE" not in issues and "UNIT_CONTRADICTS" not in issues
    assert issues["DATE_MISSING"] == 6_025  # a register says nowhere when anything was signed
    # Without a type no site counts as a contract of any parcel.
    assert rows("SELECT count(*) FROM contract WHERE cardinality(parcel_codes) > 0") == [(0,)]


def test_a_french_cadastre():
    report = taken_in("fr-cadastre-epinay", "fr-cadastre.yaml")
    (file,) = report.layers
    assert (file.read, file.accepted + file.rejected, file.crs, file.crs_source) == (
        4_241,
        4_241,
        "EPSG:4326",
        "PRJ",
    )
    assert file.rejected == file.issues.get("GEOMETRY_INVALID", 0) + file.issues.get("ROW_DUPLICATE", 0)
    assert "PARCEL_CODE_FORM" not in file.issues
    ((area, location),) = rows(
        "SELECT registered_area_m2, location FROM parcel WHERE parcel_code = '91216000AB0037'"
    )
    assert (area, location) == (254_881, "91216 000 AB 37")
    # The figures are square metres: hardly any agrees to 0.1 %, but no other unit fits better.
    assert "UNIT_LOOKS_LIKE" not in file.issues


def test_growth_centres_of_ontario():
    report = taken_in("ca-ggh-urban-growth-centres", "ca-ggh.yaml")
    (file,) = [f for f in report.layers if f.layer]
    assert (file.read, file.accepted, file.crs) == (26, 26, "EPSG:26917")
    assert rows("SELECT count(*), count(DISTINCT zone_code) FROM plan_zone") == [(26, 25)]
    # Toronto's is the largest, 2,120.49 hectares as the source says; the shape agrees within 0.1 %.
    ((hectares, drawn),) = rows(
        "SELECT (extra->>'Area_Ha')::numeric, ST_Area(geom::geography) / 10000 FROM plan_zone "
        "WHERE zone_code = 'Downtown Toronto'"
    )
    assert drawn == pytest.approx(float(hectares), rel=0.001)


def test_counties_in_gbk_without_a_system():
    blocked = taken_in("cn-anhui-counties-gbk", "cn-anhui.yaml")
    (file,) = blocked.layers
    # In degrees, but 800 km from the city that this installation knows: nothing is guessed.
    assert (file.blocked_by, file.encoding) == (["CRS_UNKNOWN"], "gb18030")
    report = taken_in("cn-anhui-counties-gbk", "cn-anhui.yaml", crs="EPSG:4490")
    (file,) = report.layers
    assert (file.read, file.accepted + file.rejected, file.crs_source) == (78, 78, "DECLARED")
    assert rows("SELECT park_name FROM park WHERE park_code = '1491'") == [("天长市",)]


def test_points_of_chicago_are_no_parcels():
    # An inventory of lots as points, in square feet and with days as month/day/year: it has no polygon to take in.
    report = taken_in("us-chicago-city-owned-land-2020", layer="parcel")
    (file,) = report.layers
    assert (file.blocked_by, report.published) == (["KEY_COLUMN_MISSING"], False)
    mapping = {"sources": [{"match": "*.csv", "layer": "parcel", "columns": {"parcel_code": "PIN"}}]}
    told = run([REAL / "us-chicago-city-owned-land-2020"], ImportOptions(publish=True, mapping_data=mapping))
    assert told.layers[0].blocked_by == ["GEOMETRY_COLUMN_MISSING"]
