"""Every finding that the checks can make is made by a test, or named here with the reason why it is not."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
from shapely import box

from etl.checks.words import table
from etl.errors import Refused
from etl.importer import run
from etl.issues import Findings
from etl.options import ImportOptions
from etl.placing import Asked, place
from etl.readers.crs import Decision, parse
from etl.work import Work

TESTS = Path(__file__).resolve().parents[1]
CODE = "210711001001GB{:05d}"
EAST, NORTH = 1 / 84_137.0, 1 / 111_048.0  # a metre in degrees at 41 N

# Codes that no test of this folder can make, and why.
NOT_MADE = {
    "FILE_TOO_COSTLY": "the limits of the child process; exceeding them takes gigabytes or minutes",
    "CRS_TEXT_UNKNOWN": "a remark beside the answer about a system, made by the reader of boundary points",
    "CORRECTION_MENDED": "said by the corrections, whose tests look at what became of them instead",
}


def test_every_code_is_made_by_a_test():
    texts = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    assert set(NOT_MADE) <= set(table())
    assert [code for code in table() if f'"{code}"' not in texts and code not in NOT_MADE] == []


def metres(*shapes):
    return [shapely.transform(s, lambda p: p * [EAST, NORTH] + [121.05, 41.05]) for s in shapes]


def parcels(folder, shapes, name="parcel.shp", crs=4490, **columns):
    folder.mkdir(exist_ok=True)
    frame = gpd.GeoDataFrame(
        {"parcel_cod": [CODE.format(n + 1) for n in range(len(shapes))]} | columns, geometry=shapes, crs=4490
    )
    frame.to_crs(crs).to_file(folder / name, **({} if name.endswith("shp") else {"layer": "parcel"}))
    return folder


def said(folder, **options):
    report = run([folder], ImportOptions(**({"check_only": True} | options)))
    return report.issues()


@pytest.fixture(autouse=True)
def _home(empty_database):
    yield


SQUARES = metres(box(0, 0, 50, 50), box(50, 0, 100, 50), box(100, 0, 150, 50), box(150, 0, 200, 50))


def test_parts_of_a_shapefile_that_are_missing_or_deleted(tmp_path):
    parcels(tmp_path / "a", SQUARES)
    (tmp_path / "a" / "parcel.dbf").unlink()
    found = said(tmp_path / "a")
    assert found["DBF_MISSING"] == 1 and found["KEY_COLUMN_MISSING"] == 1
    parcels(tmp_path / "b", SQUARES)
    dbf = tmp_path / "b" / "parcel.dbf"
    data = bytearray(dbf.read_bytes())
    data[int.from_bytes(data[8:10], "little")] = ord("*")  # the mark of the first record
    dbf.write_bytes(data)
    assert said(tmp_path / "b")["ROWS_DELETED"] == 1


def test_systems_that_contradict_or_cannot_be_read(tmp_path):
    parcels(tmp_path / "a", SQUARES, crs=4528)
    assert said(tmp_path / "a", crs="EPSG:4549")["CRS_CONTRADICTS"] == 1
    (tmp_path / "a" / "parcel.prj").write_text("PROJCS[rubbish", encoding="utf-8")
    assert said(tmp_path / "a")["CRS_UNREADABLE"] == 1
    # Metres taken for degrees: the recognition says so first; the shapes are refused even where it does not.
    assert placed([box(0, 0, 5e5, 5e5)]).code == "COORDINATES_OUT_OF_RANGE"
    # One of five on another continent: that row is left out, the layer stays.
    stays, findings = placed([*SQUARES, box(20, 20, 20.1, 20.1)])
    assert stays == [True] * 4 + [False]
    assert [(i.code, i.row_no) for i in findings.items] == [("COORDINATES_FAR", 5)]


def placed(shapes):
    """Place shapes that are said to be in degrees; return which rows stay and what was found, or the refusal."""
    work = Work("parcel.shp", "parcel", Findings("parcel"), row_no=np.arange(1, len(shapes) + 1))
    decision = Decision(parse("EPSG:4490"), "DECLARED", False)
    delivered = shapely.to_wkb(np.array(shapes, dtype=object))
    asked = Asked(work, delivered, np.ones(len(shapes), dtype=bool), None, "")
    try:
        return place(asked, lambda _: decision, lambda _: None).stays.tolist(), work.findings
    except Refused as refused:
        return refused


def test_texts_whose_encoding_is_not_said(tmp_path):
    holders = [
        "锦州某某新材料有限公司",
        "锦州某某装备制造有限公司",
        "辽宁某某食品加工有限公司",
        "凌海某某仓储物流有限公司",
    ]
    folder = parcels(tmp_path / "a", SQUARES, holder=holders)
    gpd.read_file(folder / "parcel.shp").to_file(folder / "parcel.shp", encoding="gbk")
    (folder / "parcel.cpg").unlink(missing_ok=True)
    assert said(folder)["ENCODING_GUESSED"] == 1
    assert said(folder, encoding="utf-8")["ENCODING_BROKEN"] >= 1


def test_tables_without_what_a_layer_needs(tmp_path):
    (tmp_path / "parcel.csv").write_text(f"parcel_code,holder\n{CODE.format(1)},A\n", encoding="utf-8")
    assert said(tmp_path)["GEOMETRY_COLUMN_MISSING"] == 1
    (tmp_path / "parcel.csv").unlink()
    (tmp_path / "builtup.csv").write_text(f'source,geom\nx,"{SQUARES[0].wkt}"\n', encoding="utf-8")
    assert said(tmp_path)["OBSERVED_ON_MISSING"] == 1


def test_an_area_that_is_too_large_for_its_unit(tmp_path):
    (tmp_path / "parcel.csv").write_text(
        f'parcel_code,宗地面积(公顷),geom\n{CODE.format(1)},2500,"{SQUARES[0].wkt}"\n', encoding="utf-8"
    )
    assert said(tmp_path)["AREA_MAGNITUDE"] == 1


def test_workbooks(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "enterprise"
    for row in (
        ["credit_code", "enterprise_name"],
        ["91350100M000100Y43", "A"],
        [None, "某某新材料有限公司"],
    ):
        book.active.append(row)
    book.create_sheet("contract").sheet_state = "hidden"
    book.save(tmp_path / "enterprise.xlsx")
    assert said(tmp_path)["SHEET_HIDDEN"] == 1
    mapping = tmp_path.parent / "mapping.yaml"
    rule = "sources:\n  - match: '*.xlsx'\n    layer: enterprise\n    {}\n    columns: {{credit_code: credit_code, enterprise_name: enterprise_name}}\n"
    mapping.write_text("supplier: x\n" + rule.format("header: 99"), encoding="utf-8")
    assert said(tmp_path, mapping=mapping)["HEADER_NOT_FOUND"] == 1
    mapping.write_text("supplier: x\n" + rule.format("drop_empty: [credit_code]"), encoding="utf-8")
    assert said(tmp_path, mapping=mapping)["ROW_DROPPED"] == 1


def test_references_both_ways(tmp_path):
    folder = parcels(tmp_path / "a", SQUARES, holder=["A", "B", None, None])
    found = said(folder)
    assert found["REFERENCE_LAYER_EMPTY"] == 1 and "PARCEL_WITHOUT_CONTRACT" not in found
    head = "contract_no,contract_type,parcel_codes,signed_on,commence_by\n"
    (folder / "contract.csv").write_text(
        f"{head}H1,GRANT,{CODE.format(1)};{CODE.format(9)},2020-01-01,2021-01-01\n", encoding="utf-8"
    )
    events = [f"{CODE.format(1)},PERMIT,2019-12-31", f"{CODE.format(8)},PERMIT,2020-02-01"]
    (folder / "construction_event.csv").write_text(
        "parcel_code,event,happened_on\n" + "\n".join(events) + "\n", encoding="utf-8"
    )
    # Of the parcels with a holder only the first has a contract; the contract names parcel 9, an event parcel 8.
    found = said(folder, publish=True, check_only=False)
    assert (found["PARCEL_WITHOUT_CONTRACT"], found["REFERENCE_MISSING"], found["EVENT_ORDER"]) == (1, 2, 1)
    # Against what is published: the second parcel's contract comes later; then all is there.
    later = tmp_path / "b"
    later.mkdir()
    (later / "contract.csv").write_text(
        f"{head}H2,GRANT,{CODE.format(2)};{CODE.format(7)},2020-01-01,2021-01-01\n", encoding="utf-8"
    )
    assert said(later, publish=True, check_only=False)["REFERENCE_MISSING"] == 1
    assert "PARCEL_WITHOUT_CONTRACT" not in said(
        parcels(tmp_path / "c", SQUARES, holder=["A", "B", None, None])
    )


def test_against_what_is_published_and_what_came_last(tmp_path):
    parcels(tmp_path / "a", SQUARES)
    said(tmp_path / "a", publish=True, check_only=False, supplier="锦州")
    # One of four: 75 % fewer, of rows and of area; three of four gone; it lies over the fourth by 10 x 50 m2.
    moved = gpd.GeoDataFrame(
        {"parcel_cod": [CODE.format(1)]}, geometry=metres(box(160, 0, 210, 50)), crs=4490
    )
    (tmp_path / "b").mkdir()
    moved.to_file(tmp_path / "b" / "parcel.shp")
    options = {"supplier": "锦州", "tolerances": {"gone_listed": 1}}
    found = said(tmp_path / "b", **options)
    names = ("OVERLAP_PUBLISHED", "GONE_MANY", "ROWS_FEWER", "AREA_LESS", "ROW_GONE", "ROWS_GONE_MORE")
    assert {name: found.get(name) for name in names} == dict.fromkeys(names, 1)
    assert not {"ROWS_FEWER", "AREA_LESS"} & set(said(tmp_path / "b", supplier="别家"))
    assert said(tmp_path / "b", complete=True)["DROP_THRESHOLD"] == 1
