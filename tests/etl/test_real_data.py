"""Published data of other countries, read in place: what comes out is stated file by file."""

from pathlib import Path

import pytest

from etl.importer import run
from etl.options import ImportOptions
from tests.etl.asking import rows

CHECKOUT = Path(__file__).resolve().parents[2]
REAL = CHECKOUT.parent / "shared" / "data" / "real"
MAPPINGS = CHECKOUT / "etl" / "mappings"

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"the published data are not at {REAL}")


def show(report, capsys):
    with capsys.disabled():
        print(f"\n{report.timings} {report.issues()}")


def test_okinawa_parcels(empty_database, capsys):
    options = ImportOptions(publish=True, mapping=MAPPINGS / "jp-okinawa-parcels.yaml")
    report = run([REAL / "jp-okinawa-city-parcels"], options)
    show(report, capsys)
    files = {f.file.partition(".zip/")[0].removeprefix("okinawa_city_47211_"): f for f in report.layers}
    # Counts of the source's own description; nothing is rejected: its 203 invalid
    # polygons in metres are spikes and touching rings, mended within 0.1 % or 1 m2.
    assert {
        name: (f.read, f.accepted, f.rejected, f.crs, f.crs_source, f.encoding) for name, f in files.items()
    } == {
        "part1": (29_845, 29_845, 0, "EPSG:6683", "PRJ", "cp932"),
        "part2": (23_293, 23_293, 0, "EPSG:6683", "PRJ", "cp932"),
        "part3": (24_845, 24_845, 0, "EPSG:6683", "PRJ", "cp932"),
        "part4": (24_269, 24_269, 0, "EPSG:6683", "PRJ", "cp932"),
        "local_coords": (1_565, 0, 0, None, None, "cp932"),
    }
    assert files["local_coords"].blocked_by == ["CRS_UNKNOWN"]
    assert [other["code"] for other in report.not_read] == ["FILE_NOT_READ"] * 7
    assert all(other["file"].startswith("original-xml/") for other in report.not_read)
    assert (report.exit_code, report.published) == (1, True)
    # Overlaps: as many as plain geometry finds pair by pair. Small and thin ones are ditches and remnants of old lots.
    assert report.issues() == {
        "COLUMNS_KEPT": 4, "CRS_TRANSFORMED": 4, "CRS_UNKNOWN": 1, "FILE_NOT_READ": 7, "GAP": 1_254,
        "GEOMETRY_REPAIRED": 203, "NO_PARKS": 4, "OVERLAP": 2_744, "PARCEL_TINY": 3_683, "SLIVER": 8_358,
    }  # fmt: skip
    widest = "SELECT max((params ->> 'width_m')::numeric) FROM issue WHERE code = 'GAP'"
    assert 0.4 < rows(widest)[0][0] <= 0.5  # no strip is wider than the tolerance
    assert rows("SELECT count(*), count(DISTINCT entity_id), bool_and(ST_IsValid(geom)) FROM parcel") == [
        (102_252, 102_252, True)
    ]
    ((code, location, extra),) = rows(
        "SELECT parcel_code, location, extra FROM parcel WHERE extra->>'FUDE_ID' = 'H000000001' "
        "AND extra->>'MAPNAME' = '山内１６Ａ０１'"
    )
    assert (code, location) == ("47211-009-002-0000-666", "沖縄市山内２丁目666")
    assert extra["SEIDO"] == "甲二"
    # The same once more: what was blocked is tried again, what is published stays as it is.
    again = run([REAL / "jp-okinawa-city-parcels"], options)
    show(again, capsys)
    assert again.changes == {"parcel": {"new": 0, "changed": 0, "unchanged": 102_252, "ended": 0}}
    # Its overlaps and gaps are known from the first time; they are the same, one by one.
    assert again.issues() == report.issues()
    listed = (
        "SELECT code, supplier_key, params, ST_AsText(point) FROM issue WHERE delivery_id = :id "
        "AND code IN ('OVERLAP', 'GAP') ORDER BY code, supplier_key, params::text"
    )
    assert rows(listed, id=again.delivery) == rows(listed, id=report.delivery)


def test_built_up_districts(empty_database, capsys):
    options = ImportOptions(publish=True, mapping=MAPPINGS / "jp-did.yaml")
    report = run([REAL / "jp-did-built-up"], options)
    show(report, capsys)
    read = {
        f.file.partition("#")[0].rpartition("/")[2]: (f.read, f.accepted, f.crs, f.encoding)
        for f in report.layers
    }
    assert read == {
        "h22_did_01.shp": (78, 78, "EPSG:4612", "cp932"),
        "h22_did_08.shp": (45, 45, "EPSG:4612", "cp932"),
        "h22_did_09.shp": (22, 22, "EPSG:4612", "cp932"),
        "h22_did_26.shp": (39, 39, "EPSG:4612", "cp932"),
        "h22_did_47.shp": (27, 27, "EPSG:4612", "cp932"),
        "r02_did_01_hokkaido.geojson": (80, 80, "EPSG:4326", None),
        "r02_did_08_ibaraki.geojson": (44, 44, "EPSG:4326", None),
        "r02_did_09_tochigi.geojson": (23, 23, "EPSG:4326", None),
        "r02_did_26_kyoto.geojson": (43, 43, "EPSG:4326", None),
        "r02_did_47_okinawa.geojson": (24, 24, "EPSG:4326", None),
    }
    assert [other["code"] for other in report.not_read] == ["FILE_IGNORED"]
    assert (report.exit_code, report.issues()) == (
        0, {"COLUMNS_KEPT": 10, "CRS_TRANSFORMED": 10, "FILE_IGNORED": 1, "GEOMETRY_REPAIRED": 1},
    )  # fmt: skip
    # Sums of MENSEKI (km2, rounded to 0.01 a patch) as the sources publish them; the shapes agree within 0.2 %.
    km2 = {
        (row.day, int(row.prefecture)): row.km2
        for row in rows(
            "SELECT observed_on::text AS day, extra->>'KEN' AS prefecture, "
            "sum(ST_Area(geom::geography)) / 1e6 AS km2 FROM builtup GROUP BY 1, 2"
        )
    }
    published = {
        "2010-10-01": {1: 799.27, 8: 242.21, 9: 189.29, 26: 263.52, 47: 130.91},
        "2020-10-01": {1: 801.97, 8: 277.36, 9: 208.71, 26: 267.58, 47: 143.81},
    }
    assert km2 == {
        (day, prefecture): pytest.approx(area, rel=0.002)
        for day, areas in published.items()
        for prefecture, area in areas.items()
    }
    ((name,),) = rows(
        "SELECT extra->>'CITYNAME' FROM builtup WHERE extra->>'KEN' = '47' AND extra->>'CITY' = '211' AND observed_on = '2010-10-01' LIMIT 1"
    )
    assert name == "沖縄市"
