"""Deliveries drawn by hand, taken into a real PostGIS: what is accepted, rejected, blocked and said."""

import datetime as dt
from decimal import Decimal

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from shapely import box

from etl.errors import ImportUsage, PathMissing, UnknownLayer
from etl.importer import run
from etl.options import ImportOptions
from gis.areas import area_m2
from tests.etl.asking import rows

PARK = box(121.0, 41.0, 121.1, 41.1)
CODE = "210711001001GB{:05d}"


@pytest.fixture(autouse=True)
def _home(empty_database):
    yield


def write(folder, name, content, encoding="utf-8"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content, encoding=encoding)
    return folder


def codes(report):
    return {f.layer: f.issues for f in report.layers}


def parcels(shapes, path, crs=4490, **columns):
    table = {"parcel_code": [CODE.format(n + 1) for n in range(len(shapes))]} | columns
    gpd.GeoDataFrame(table, geometry=shapes, crs=4490).to_crs(crs).to_file(path, layer="parcel")


def parks(folder, version="2021", shape=PARK):
    gpd.GeoDataFrame(
        {"park_code": ["S1"], "park_name": ["北园"], "boundary_version": [version]},
        geometry=[shape],
        crs=4490,
    ).to_file(folder / f"park_{version}.gpkg", layer="park")


def test_canonical_table_with_wkt(tmp_path):
    write(
        tmp_path,
        "parcel.csv",
        "parcel_code,registered_area_m2,in_monitoring_system,geom\n"
        f'{CODE.format(1)},"9,300.50",是,"POLYGON((121.01 41.01,121.011 41.01,121.011 41.011,121.01 41.011,121.01 41.01))"\n',
    )
    report = run([tmp_path / "parcel.csv"], ImportOptions(publish=True))
    assert report.exit_code == 0
    assert report.layers[0].crs_source == "DECLARED"
    (row,) = rows("SELECT *, ST_SRID(geom) AS srid, GeometryType(geom) AS kind FROM parcel")
    assert (row.registered_area_m2, row.in_monitoring_system, row.srid) == (Decimal("9300.50"), True, 4490)
    assert row.kind == "MULTIPOLYGON"
    drawn = area_m2(gpd.GeoSeries([box(121.01, 41.01, 121.011, 41.011)], crs=4490))[0]
    assert float(row.drawn_area_m2) == pytest.approx(drawn, abs=0.001)
    # 0.001 degrees square at 41 N is about 84 m x 111 m, 9,340 m2; 9,300.5 is off by more than 10 m2.
    assert report.layers[0].issues["AREA_MISMATCH"] == 1


def test_zone_and_cut_names(tmp_path):
    # In a shapefile registered_area_m2 is cut to "registered": the layer's own cut form.
    shape = box(121.01, 41.01, 121.02, 41.02)
    frame = gpd.GeoDataFrame(
        {"parcel_cod": [CODE.format(1)], "registered": [123.25], "holder": ["锦州某公司"]},
        geometry=[shape],
        crs=4490,
    )
    frame.to_crs(4528).to_file(tmp_path / "parcel_west.shp", encoding="gbk")
    (tmp_path / "parcel_west.cpg").unlink()
    report = run([tmp_path], ImportOptions(publish=True))
    (file,) = report.layers
    assert (file.crs, file.crs_source, file.encoding, file.accepted) == ("EPSG:4528", "PRJ", "gb18030", 1)
    (row,) = rows("SELECT holder, registered_area_m2, ST_AsText(ST_Centroid(geom), 4) AS at FROM parcel")
    assert row == ("锦州某公司", Decimal("123.25"), "POINT(121.015 41.015)")


def test_a_guessed_system_blocks_until_confirmed(tmp_path):
    frame = gpd.GeoDataFrame(
        {"parcel_cod": [CODE.format(1)]}, geometry=[box(121.6, 41.5, 121.61, 41.51)], crs=4490
    )
    frame.to_crs(4529).to_file(tmp_path / "parcel.shp")
    (tmp_path / "parcel.prj").unlink()
    blocked = run([tmp_path], ImportOptions(publish=True))
    assert (blocked.exit_code, blocked.layers[0].blocked_by) == (1, ["CRS_GUESSED"])
    ((params,),) = rows("SELECT params FROM issue WHERE code = 'CRS_GUESSED'")
    assert params["guess"] == "EPSG:4529"
    confirmed = run([tmp_path], ImportOptions(publish=True, crs="EPSG:4529"))
    assert (confirmed.exit_code, confirmed.layers[0].crs_source) == (0, "DECLARED")
    accepted = run([tmp_path], ImportOptions(publish=True, accept=("CRS_GUESSED",), reason="核对过控制点"))
    assert (accepted.exit_code, accepted.layers[0].crs_source) == (0, "GUESSED")


@pytest.mark.parametrize("epsg", [2364, 21421])
def test_xian_and_beijing_are_never_cgcs2000(tmp_path, epsg):
    frame = gpd.GeoDataFrame({"parcel_cod": ["A"]}, geometry=[box(121, 41, 121.01, 41.01)], crs=4490)
    frame.to_crs(epsg).to_file(tmp_path / "parcel.shp")
    assert run([tmp_path], ImportOptions()).layers[0].blocked_by == ["CRS_NOT_CGCS2000"]


def test_one_bad_shape_never_costs_the_layer(tmp_path):
    good = box(121.01, 41.01, 121.02, 41.02)
    bowtie = shapely.Polygon([(121.03, 41.01), (121.04, 41.02), (121.04, 41.01), (121.03, 41.02)])
    # A spike of no width: repaired, the area stays.
    spike = shapely.Polygon(
        [(121.05, 41.01), (121.06, 41.01), (121.06, 41.02), (121.06, 41.03), (121.06, 41.02), (121.05, 41.02)]
    )
    line = shapely.LineString([(121.07, 41.01), (121.08, 41.02)])
    deep = shapely.force_3d(box(121.08, 41.05, 121.09, 41.06), 7)
    frame = gpd.GeoDataFrame(
        {"parcel_code": list("ABCDEF")},
        geometry=np.array([good, bowtie, spike, line, None, deep], dtype=object),
        crs=4490,
    )
    frame.to_file(tmp_path / "parcel.gpkg", layer="parcel")
    report = run([tmp_path], ImportOptions(publish=True))
    (file,) = report.layers
    assert (file.read, file.accepted, file.rejected) == (6, 3, 3)
    said = {c: n for c, n in file.issues.items() if c.startswith(("GEOMETRY", "Z_"))}
    assert said == {
        "GEOMETRY_INVALID": 1, "GEOMETRY_REPAIRED": 1, "GEOMETRY_NOT_POLYGON": 1, "GEOMETRY_MISSING": 1, "Z_DROPPED": 1,
    }  # fmt: skip
    assert [r[0] for r in rows("SELECT parcel_code FROM parcel ORDER BY 1")] == ["A", "C", "F"]
    ((kept,),) = rows("SELECT extra FROM parcel WHERE parcel_code = 'C'")
    assert kept["delivered_geometry"].startswith("EPSG:4490;POLYGON")
    assert rows("SELECT bool_and(ST_IsValid(geom) AND ST_NDims(geom) = 2) FROM parcel") == [(True,)]


def test_checks_against_each_other_and_the_park(tmp_path):
    parks(tmp_path)
    shapes = [
        box(121.01, 41.01, 121.02, 41.02),  # 1
        box(121.019, 41.01, 121.03, 41.02),  # 2 overlaps 1 by a tenth
        box(121.03, 41.01, 121.04, 41.02),  # 3 touches 2: no overlap
        box(121.09, 41.05, 121.11, 41.06),  # 4 crosses the park's edge
        box(121.2, 41.05, 121.21, 41.06),  # 5 outside
        box(121.05, 41.05, 121.06, 41.06),  # 6
        box(121.05, 41.05, 121.06, 41.06),  # 7 the same shape as 6
    ]
    parcels(shapes, tmp_path / "parcel.gpkg")
    report = run([tmp_path], ImportOptions(publish=True))
    found = {
        (r.code, r.supplier_key): r
        for r in rows("SELECT code, supplier_key, params, ST_X(point) x FROM issue")
    }
    assert ("OVERLAP", CODE.format(2)) in found
    assert sum(code == "OVERLAP" for code, _ in found) == 1
    assert 121.019 < found["OVERLAP", CODE.format(2)].x < 121.02
    assert ("CROSSES_PARK", CODE.format(4)) in found
    assert ("OUTSIDE_PARK", CODE.format(5)) in found
    assert ("DUPLICATE_SHAPE", CODE.format(7)) in found
    assert report.exit_code == 0
    assert rows("SELECT parcel_code FROM parcel WHERE park_code IS NULL") == [(CODE.format(5),)]
    assert rows("SELECT count(*) FROM parcel WHERE park_code = 'S1'") == [(6,)]


def test_contracts_and_what_they_refer_to(tmp_path):
    parcels([box(121.01, 41.01, 121.02, 41.02)], tmp_path / "parcel.gpkg", holder=["甲"])
    write(
        tmp_path,
        "contract.csv",
        "contract_no,contract_type,amends,parcel_codes,signed_on,commence_by,price_wan\n"
        f"C1,出让,,{CODE.format(1)};{CODE.format(9)},2021年3月5日,2020-01-01,/\n"
        "C2,SUPPLEMENT,CX,,2022-01-01,,\n"
        "C3,SUPPLEMENT,C1,,1900-01-01,,三百\n"
        ",GRANT,,,2022-01-01,2023-01-01,\n"
        "C1,GRANT,,,2020-01-01,2022-01-01,5\n"
        "C4,乱写,,,2020-01-01,2022-01-01,5亿元\n",
    )
    report = run([tmp_path], ImportOptions(publish=True))
    said = codes(report)["contract"]
    assert {c: said[c] for c in said if c not in ("COLUMNS_KEPT",)} == {
        "DATE_MISSING": 1,  # C3: its only date is a placeholder
        "DATE_ORDER": 1,  # C1 was to commence before it was signed
        "DATE_PLACEHOLDER": 1,
        "DUPLICATE_KEY": 1,
        "KEY_EMPTY": 1,
        "REFERENCE_MISSING": 1,
        "SUPPLEMENT_WITHOUT_CONTRACT": 1,
        "UNIT_IN_TEXT": 1,
        "VALUE_NOT_IN_LIST": 1,
        "VALUE_UNREADABLE": 1,
    }
    contract = next(f for f in report.layers if f.layer == "contract")
    assert (contract.read, contract.accepted, contract.rejected) == (6, 4, 2)
    kept = dict(rows("SELECT contract_no, extra FROM contract"))
    assert kept["C3"] == {"signed_on": "1900-01-01", "price_wan": "三百"}
    assert dict(rows("SELECT contract_no, price_wan FROM contract")) == {
        "C1": None,
        "C2": None,
        "C3": None,
        "C4": 50_000,
    }
    assert rows("SELECT row_no, value FROM issue WHERE code = 'VALUE_UNREADABLE'") == [(4, "三百")]


def test_a_ledger_with_merged_headers_and_notes(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "contract"
    page.append(["2024年供地台账"])
    page.append(["序号", "合同编号", "宗地代码", "约定", None, "出让面积（公顷）", "成交价格（万元）"])
    page.append([None, None, None, "约定动工时间", "约定竣工时间", None, None])
    page.append([1, "HT-1", CODE.format(1), dt.date(2022, 3, 5), 45077, 1.5, "１,２００"])
    page.append([None, None, CODE.format(2), None, None, None, None])
    page.append(["合计", None, None, None, None, 1.5, 1200])
    page.append(["注：面积以合同为准"])
    for block in ("A1:G1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:F3", "G2:G3", "A7:G7"):
        page.merge_cells(block)
    book.save(tmp_path / "台账.xlsx")
    report = run([tmp_path], ImportOptions(publish=True))
    (file,) = report.layers
    # The second row has no contract number of its own: it is rejected and said, not guessed.
    assert (file.read, file.accepted, file.rejected) == (2, 1, 1)
    assert file.issues["ROW_NOTE"] == 2
    (row,) = rows("SELECT * FROM contract")
    assert (row.commence_by, row.complete_by) == (dt.date(2022, 3, 5), dt.date(2023, 5, 31))
    assert (row.granted_area_m2, row.price_wan, row.row_no) == (15_000, 1_200, 4)
    assert row.extra["成交价格（万元）"] == "１,２００" if "成交价格（万元）" in row.extra else True


def test_an_ambiguous_cut_name_asks(tmp_path):
    # 合同约 is what ten bytes of UTF-8 leave of 合同约定动工时间 and of 合同约定竣工时间.
    write(tmp_path, "contract.csv", "contract_no,合同约\nC1,2022-01-01\n")
    report = run([tmp_path], ImportOptions(publish=True))
    assert report.layers[0].blocked_by == ["COLUMN_AMBIGUOUS"]
    ((params,),) = rows("SELECT params FROM issue WHERE code = 'COLUMN_AMBIGUOUS'")
    assert params["candidates"] == ["commence_by", "complete_by"]


def test_one_bad_file_never_costs_the_others(tmp_path):
    write(tmp_path, "enterprise.csv", "credit_code,enterprise_name\n91350100M000100Y43,某公司\n", "gbk")
    write(tmp_path, "parcel.geojson", "<html>not found</html>")
    write(tmp_path, "whatever.csv", "a,b\n1,2\n")
    write(tmp_path, "说明.txt", "x")
    report = run([tmp_path], ImportOptions(publish=True, encoding="gbk"))
    assert report.exit_code == 1 and report.published
    refused = {f.file: f.blocked_by for f in report.layers if f.blocked_by}
    assert refused == {"parcel.geojson": ["UNREADABLE"], "whatever.csv": ["LAYER_UNKNOWN"]}
    assert report.not_read == [{"file": "说明.txt", "code": "FILE_NOT_READ"}]
    assert rows("SELECT enterprise_name FROM enterprise") == [("某公司",)]


def test_check_only_publishes_and_stages_nothing(tmp_path):
    write(tmp_path, "enterprise.csv", "credit_code\n91350100M000100Y43\n")
    report = run([tmp_path], ImportOptions(check_only=True))
    assert (report.status, report.exit_code) == ("CHECKED", 0)
    assert rows("SELECT count(*) FROM staging.enterprise") == [(0,)]
    assert rows("SELECT status FROM delivery") == [("CHECKED",)]


def test_wrong_usage(tmp_path):
    write(tmp_path, "a.csv", "x\n")
    with pytest.raises(PathMissing):
        run([tmp_path / "nowhere"], ImportOptions())
    with pytest.raises(UnknownLayer) as raised:
        run([tmp_path], ImportOptions(layer="parcels"))
    assert raised.value.exit_code == 2 and "park_statistics" in str(raised.value)
    for wrong in (
        {"crs": "EPSG:999999"}, {"encoding": "klingon"}, {"accept": ("DROP_THRESHOLD",)}, {"accept": ("NOPE",), "reason": "x"},
    ):  # fmt: skip
        with pytest.raises(ImportUsage):
            run([tmp_path], ImportOptions(**wrong))


def test_hostile_texts_stay_texts(tmp_path):
    name = "'); DROP TABLE parcel; --<script>\\\\N\\t"
    write(
        tmp_path,
        "enterprise.csv",
        f'credit_code,enterprise_name,备注\n91350100M000100Y43,"{name}","a""b\nc"\n',
    )
    run([tmp_path], ImportOptions(publish=True))
    assert rows("SELECT enterprise_name, extra FROM enterprise") == [(name, {"备注": 'a"b\nc'})]


def test_a_delivery_without_data_is_refused_in_words(tmp_path):
    (tmp_path / "nothing").mkdir()
    write(tmp_path / "notes", "readme.md", "see the mail")
    for folder in ("nothing", "notes"):
        report = run([tmp_path / folder], ImportOptions(publish=True))
        assert report.status == "REFUSED" and report.exit_code == 1
        assert report.issues()["DELIVERY_EMPTY"] == 1


def test_a_table_of_nothing_but_a_header_is_said(tmp_path):
    # An export that failed looks like this; an empty register does too, so it is said and does not block.
    write(tmp_path / "a", "parcel.csv", "parcel_code,holder,geom\n")
    report = run([tmp_path / "a"], ImportOptions(crs="EPSG:4490", publish=True))
    assert codes(report) == {"parcel": {"ROWS_NONE": 1}}  # and nothing about parks: no row lies anywhere
    assert report.published and report.exit_code == 0


def test_only_the_parts_of_a_shapefile_come_with_it(tmp_path):
    frame = gpd.GeoDataFrame(
        {"parcel_cod": [CODE.format(1)]}, geometry=[box(121.01, 41.01, 121.02, 41.02)], crs=4490
    )
    frame.to_file(tmp_path / "parcel.shp")
    write(tmp_path, "parcel.csv", f"parcel_code,geom\n{CODE.format(9)},\n")
    write(tmp_path, "parcel.shp.xml", "<metadata/>")
    report = run([tmp_path / "parcel.shp"], ImportOptions(check_only=True))
    assert [file.file for file in report.layers] == ["parcel.shp"]
    assert rows("SELECT count(*) FROM delivery_file WHERE layer = 'parcel'") == [(1,)]
