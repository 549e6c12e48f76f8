"""The fix-list: who mends what, where it is, and what became of the last one."""

import datetime as dt

import openpyxl
import pyogrio
import pytest
from shapely import box
from sqlalchemy import text

from data import deliveries
from data.deliveries import NoSuchDelivery
from data.fixlist import followup
from data.session import engine
from etl.checks import who, words
from etl.export.errors import ExportRefused
from etl.fixlist import write
from etl.importer import run
from etl.options import ImportOptions

DEADLINE = dt.date(2026, 12, 31)
HEAD = "parcel_code,holder,park_code,registered_area_m2,holder_credit_code,geom\n"


@pytest.fixture(autouse=True)
def _home(empty_database):
    yield


def parcels(folder, *lines):
    """Write parcels in EPSG:4528 (zone 40 with its prefix), 100 m wide, 500 m apart."""
    folder.mkdir(exist_ok=True)
    said = []
    for number, (code, holder, area, credit) in enumerate(lines):
        east, north = 40_500_000 + 500 * number, 4_540_000
        said.append(f'{code},{holder},S1,{area},{credit},"{box(east, north, east + 100, north + 100).wkt}"\n')
    (folder / "parcel.csv").write_text(HEAD + "".join(said), encoding="utf-8")
    return folder


def take(folder, supplier="测绘院", **options):
    return run([folder], ImportOptions(crs="EPSG:4528", supplier=supplier, **options))


@pytest.fixture
def delivery(tmp_path):
    # A: 100 m by 100 m is a hectare and 2 ha are registered; B's code has 17 of 18 characters;
    # the third row has no key. All codes are odd for a parcel (PARCEL_CODE_FORM).
    return take(
        parcels(
            tmp_path / "1",
            ("A", "=甲", "20000", ""),
            ("B", "乙", "10000", "91210700MA0T0K2X5"),
            ("", "丙", "", ""),
        )
    )


def lines(path):
    book = openpyxl.load_workbook(path)
    sheet = book[book.sheetnames[1]]
    heads = [cell.value for cell in sheet[3]]
    return book, [
        dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=4)
    ]


def test_the_workbook_says_who_mends_what_and_where(delivery, tmp_path):
    listed = write(delivery.delivery, tmp_path / "清单.xlsx", DEADLINE)
    book, rows = lines(tmp_path / "清单.xlsx")
    groups = [row["序号"] for row in rows if isinstance(row["序号"], str)]
    assert [group.split("（")[0] for group in groups] == ["报送单位", "测绘单位"]
    items = [row for row in rows if isinstance(row["序号"], int)]
    assert len(items) == len(listed.items) and [row["序号"] for row in items] == list(
        range(1, len(items) + 1)
    )
    (area,) = [row for row in items if row["问题"].startswith("登记面积")]
    assert (area["报送单位编号"], area["字段"], area["期限"]) == ("A", "registered_area_m2", "2026-12-31")
    # The middle of A's square in the delivery's own system; in degrees the same point near 120°E.
    assert area["X（北）\n报送坐标系"] == pytest.approx(4_540_050, abs=51)
    assert area["Y（东）\n报送坐标系"] == pytest.approx(40_500_050, abs=51)
    assert area["经度"] == pytest.approx(120.0006, abs=0.0007) and 40.9 < area["纬度"] < 41.1
    (rejected,) = [row for row in items if row["程度"] == "退回"]
    assert rejected["行号"] == 4 and rejected["报送单位编号"] is None
    cover = {cell.value for row in book["封面"].iter_rows() for cell in row}
    assert {"测绘院", "2026年12月31日", "读取 3，接收 2，退回 1"} <= cover
    assert book["整改清单"].print_title_rows == "$3:$3" and book["整改清单"].page_setup.paperSize == 9


def test_a_value_that_looks_like_a_formula_stays_a_text(tmp_path):
    done = take(parcels(tmp_path / "1", ("A", "甲", "=1+1", "")))
    write(done.delivery, tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    cells = [cell for row in book["整改清单"].iter_rows() for cell in row if cell.value == "=1+1"]
    assert cells and all(cell.data_type == "s" for cell in cells)


def test_the_geopackage_has_points_and_shapes_with_the_same_columns(delivery, tmp_path):
    listed = write(delivery.delivery, tmp_path / "list.gpkg", DEADLINE, "en")
    points = pyogrio.read_dataframe(tmp_path / "list.gpkg", layer="issues")
    shapes = pyogrio.read_dataframe(tmp_path / "list.gpkg", layer="rows")
    assert len(points) == len(listed.items) and list(points.columns) == list(shapes.columns)
    assert points.crs == "EPSG:4490" and set(points["deadline"]) == {"2026-12-31"}
    assert set(shapes["supplier_key"]) == {"A", "B"}  # the row without a key was rejected and is nowhere
    whole = shapes[shapes["code"] == "AREA_MISMATCH"].geometry.iloc[0]
    assert whole.contains(points[points["code"] == "AREA_MISMATCH"].geometry.iloc[0])


def test_shapes_are_found_after_publication_too(tmp_path):
    done = take(parcels(tmp_path / "1", ("A", "甲", "20000", "")), publish=True)
    write(done.delivery, tmp_path / "list.gpkg")
    assert len(pyogrio.read_dataframe(tmp_path / "list.gpkg", layer="rows")) >= 1


def test_a_clean_delivery_has_an_empty_list(tmp_path):
    done = take(parcels(tmp_path / "1", ("A", "甲", "20000", "")))
    with engine().begin() as connection:
        connection.execute(text("UPDATE issue SET severity = 'INFORMS'"))
    assert write(done.delivery, tmp_path / "x.xlsx").items == []
    _, rows = lines(tmp_path / "x.xlsx")
    assert rows[0]["序号"] == "没有需要整改的问题。"
    write(done.delivery, tmp_path / "x.gpkg")
    assert len(pyogrio.read_dataframe(tmp_path / "x.gpkg", layer="issues")) == 0


def test_other_endings_and_unknown_deliveries_are_refused(delivery, tmp_path):
    with pytest.raises(ExportRefused):
        write(delivery.delivery, tmp_path / "x.pdf")
    with pytest.raises(NoSuchDelivery):
        write(99, tmp_path / "x.xlsx")
    assert list(tmp_path.glob("*.*")) == []


def test_the_next_delivery_shows_what_was_mended(delivery, tmp_path):
    # A's area is put right; B's code is not; C comes with an area that is wrong.
    second = take(
        parcels(
            tmp_path / "2",
            ("A", "甲", "10000", ""),
            ("B", "乙", "10000", "91210700MA0T0K2X5"),
            ("C", "丙", "5", ""),
        )
    )
    with engine().connect() as connection:
        done = followup(connection, second.delivery)
        whole = deliveries.whole(connection, second.delivery)
        first = followup(connection, delivery.delivery)
    said = {(row["state"], row["code"], row["supplier_key"]) for row in done.rows}
    assert {("MENDED", "AREA_MISMATCH", "A"), ("STILL", "CREDIT_CODE_FORM", "B"), ("NEW", "AREA_MISMATCH", "C"),
            ("MENDED", "KEY_EMPTY", None)} <= said  # fmt: skip
    counted = [sum(state == name for state, *_ in said) for name in ("MENDED", "STILL", "NEW")]
    assert [done.mended, done.still, done.new] == counted
    assert whole["followup"] == {
        "previous": delivery.delivery,
        "mended": counted[0],
        "still": counted[1],
        "new": counted[2],
    }
    assert first is None
    write(second.delivery, tmp_path / "x.xlsx")
    cover = [
        cell.value for row in openpyxl.load_workbook(tmp_path / "x.xlsx")["封面"].iter_rows() for cell in row
    ]
    assert any(value and "清单比对" in value for value in cover if isinstance(value, str))


def test_another_suppliers_delivery_is_not_compared(delivery, tmp_path):
    other = take(parcels(tmp_path / "2", ("A", "甲", "10000", "")), supplier="另一院")
    with engine().connect() as connection:
        assert followup(connection, other.delivery) is None


def test_who_mends_is_said_of_known_findings_only():
    assert set(who.table()) <= set(words.table())
    assert set(who.table().values()) <= set(who.WHO)
