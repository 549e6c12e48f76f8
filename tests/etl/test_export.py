"""Exports: the same rows in every format, totals that add up, GeoJSON by its standard."""

import csv
import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely

from etl import export
from etl.export.columns import GROWTH, IDLE_LIST, VERDICTS
from etl.export.dataset import Dataset, Source
from etl.export.errors import CannotWrite, ExportRefused
from etl.export.geo_files import rounded
from etl.export.totals import totals

DAY = dt.date(2026, 11, 1)
ASKED = export.Question(DAY)


@pytest.fixture(scope="module")
def idle_list(sample_database: str) -> Dataset:
    return export.dataset("idle-list", ASKED)


def csv_rows(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def names_in_form(sheet: Any) -> tuple[int, list[str]]:
    """Return the number of the hidden row of column names, and the names."""
    for row in sheet.iter_rows(max_row=12):
        if row[0].value == "no":
            return row[0].row, [cell.value for cell in row]
    raise AssertionError("the form names no columns")


@pytest.mark.parametrize("what", ["parcels", "verdicts", "idle-list"])
def test_every_format_has_the_same_columns_and_rows(sample_database: str, tmp_path: Path, what: str) -> None:
    for form in set(export.FORMATS[what]) - {"txt"}:  # boundary points have a form of their own
        export.export(what, form, tmp_path / f"x.{form}", ASKED)
    rows = csv_rows(tmp_path / "x.csv")
    features = json.loads((tmp_path / "x.geojson").read_text())["features"]
    names = list(rows[0])
    assert list(features[0]["properties"]) == names
    assert [f["properties"]["parcel_code"] for f in features] == [row["parcel_code"] for row in rows]
    book = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    line, heads = names_in_form(book) if what == "idle-list" else (1, [cell.value for cell in book[1]])
    assert heads == names
    column = names.index("parcel_code") + 1
    assert [book.cell(line + 1 + i, column).value for i in range(len(rows))] == [
        r["parcel_code"] for r in rows
    ]
    table = pyogrio.read_dataframe(tmp_path / "x.gpkg")
    assert list(table.columns) == [*names, "geometry"]
    assert len(table) == len(rows)


def test_boundary_points_of_the_sample_hold_every_parcel_once(sample_database: str, tmp_path: Path) -> None:
    found = export.export("parcels", "txt", tmp_path / "p.txt", ASKED)
    assert [path.name for path in export.files(found, "txt", tmp_path / "p.txt")] == ["p_40.txt", "p_41.txt"]
    plots = [
        line.split(",")[2]
        for path in tmp_path.iterdir()
        for line in path.read_text("gb18030").splitlines()
        if line.endswith("@")
    ]
    assert sorted(plots) == sorted(found.values("parcel_code"))
    export.export("parcels", "txt", tmp_path / "one.txt", ASKED, crs=4528)
    assert (tmp_path / "one.txt").read_text("gb18030").count("@") == len(plots)


def test_the_columns_of_verdicts_are_the_fixed_ones(sample_database: str, tmp_path: Path) -> None:
    export.export("verdicts", "csv", tmp_path / "v.csv", ASKED)
    rows = csv_rows(tmp_path / "v.csv")
    assert ",".join(rows[0]) == (
        "parcel_code,park_code,verdict,band,limbs,cause,path,fee_wan,blocked,by_reference,idle_from,days,"
        "missing,article"
    )
    assert [c.name for c in VERDICTS] == list(rows[0])
    assert any(";" in row["limbs"] or ";" in row["missing"] for row in rows)
    assert not any(row["fee_wan"].endswith("0") and "." in row["fee_wan"] for row in rows)


def test_the_columns_of_growth_are_the_fixed_ones() -> None:
    assert ",".join(c.name for c in GROWTH) == "park_code,year,builtup_ha,change_ha,growth_rate,target_met"


def test_the_idle_list_holds_the_suspected_ones(idle_list: Dataset) -> None:
    assert set(idle_list.values("verdict")) == {"IDLE_NOT_COMMENCED", "MAY_BE_IDLE"}
    assert idle_list.values("no") == list(range(1, len(idle_list.rows) + 1))


def test_totals_equal_the_rows(idle_list: Dataset) -> None:
    lines = totals(idle_list)
    grand = lines[-1]
    assert grand.count == len(idle_list.rows)
    for unit, column in (("area_m2", "area_m2"), ("area_ha", "area_ha"), ("area_mu", "area_mu")):
        assert getattr(grand, unit) == sum(idle_list.values(column), Decimal(0))
    by_park = [line for line in lines if line.label.startswith("小计")]
    by_kind = [line for line in lines if line.label.startswith("合计")]
    for part in (by_park, by_kind):
        assert sum(line.count for line in part) == grand.count
        assert sum((line.area_m2 for line in part), Decimal(0)) == grand.area_m2


def test_units_of_area_by_hand(idle_list: Dataset) -> None:
    # 10,000 m2 are 1 ha are 15 mu, exactly.
    for m2, ha, mu in zip(*(idle_list.values(n) for n in ("area_m2", "area_ha", "area_mu")), strict=True):
        assert ha * 10_000 == m2
        assert mu == ha * 15


def test_the_form_prints_on_a4_and_its_cells_are_real(idle_list: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    export.write(idle_list, "xlsx", path)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    line, names = names_in_form(sheet)
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == ("9", "landscape") or (
        int(sheet.page_setup.paperSize) == 9
    )
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.freeze_panes == f"C{line + 1}"
    row = {name: sheet.cell(line + 1, i + 1) for i, name in enumerate(names)}
    assert isinstance(row["area_m2"].value, int | float)
    assert isinstance(row["idle_from"].value, dt.datetime)
    assert "疑似" in str(sheet["A1"].value)
    texts = [str(cell.value) for cells in sheet.iter_rows(min_row=line) for cell in cells if cell.value]
    assert any("CN 2012-07-01" in text for text in texts), "the rule version is missing"
    assert any("第二条" in text for text in texts), "the definition is missing"


def made(holder: str) -> Dataset:
    """Return an idle list of one parcel that a name tries to break."""
    values = {"no": 1, "parcel_code": "C1", "holder": holder, "verdict": "MAY_BE_IDLE", "band": "", "limbs": ["AREA"],
              "area_m2": Decimal("1.5"), "area_ha": Decimal("0.00015"), "area_mu": Decimal("0.00225"),
              "missing": [], "by_reference": False}  # fmt: skip
    row = [values.get(column.name) for column in IDLE_LIST]
    shape = np.array([shapely.multipolygons([shapely.box(121, 41, 121.001, 41.001)])], dtype=object)
    return Dataset("idle-list", ASKED, Source(None, None), IDLE_LIST, [row], shape)


@pytest.mark.parametrize("holder", ["=1+1", "+CMD", "-2", "@SUM(A1)"])
def test_a_name_is_never_a_formula(tmp_path: Path, holder: str) -> None:
    found = made(holder)
    export.write(found, "xlsx", tmp_path / "x.xlsx")
    export.write(found, "csv", tmp_path / "x.csv")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == holder]
    assert [cell.data_type for cell in cells] == ["s"]
    assert csv_rows(tmp_path / "x.csv")[0]["holder"] == f"'{holder}"


def test_geojson_is_rfc_7946_and_states_its_datum(sample_database: str, tmp_path: Path) -> None:
    path = tmp_path / "parcels.geojson"
    found = export.export("parcels", "geojson", path, ASKED)
    content = json.loads(path.read_text())
    assert "crs" not in content
    shapes = shapely.from_geojson([json.dumps(f["geometry"]) for f in content["features"]])
    parts = shapely.get_parts(shapes)
    assert shapely.is_ccw(shapely.get_exterior_ring(parts)).all()
    holes = [ring for part in parts for ring in part.interiors]
    assert holes, "the sample has parcels with holes"
    assert not shapely.is_ccw(np.array(holes)).any()
    points = shapely.get_coordinates(shapes)
    assert (np.round(points, 7) == points).all()
    assert (points[:, 0] > 100).all(), "longitude comes first"
    assert (points[:, 1] < 60).all()
    meta = json.loads((tmp_path / "parcels.geojson.meta.json").read_text())
    assert (meta["datum"], meta["crs"], meta["rows"]) == ("CGCS2000", "EPSG:4490", len(found.rows))
    assert meta["as_of"] == "2026-11-01"
    assert meta["run"]
    assert meta["rules"]


def test_rounding_keeps_shapes_valid() -> None:
    # Two points 4 mm apart become one at seven decimals; the spike between them must not stay.
    spike = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0.50000004, 0.5), (0.5, 0.50000003), (0, 1)])
    assert shapely.is_valid(spike)
    assert shapely.is_valid(rounded(np.array([spike], dtype=object))).all()


@pytest.mark.parametrize(
    ("what", "form", "crs"),
    [
        ("nothing", "csv", None),
        ("growth", "geojson", None),
        ("parcels", "dxf", None),
        ("parcels", "geojson", 4528),
    ],
)
def test_what_does_not_exist_is_wrong_usage(what: str, form: str, crs: int | None, tmp_path: Path) -> None:
    with pytest.raises(ExportRefused) as refused:
        export.export(what, form, tmp_path / "x", ASKED, crs)
    assert refused.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.csv"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CannotWrite, match="disk is full") as refused:
        export.write(made("甲"), "csv", path)
    assert refused.value.exit_code == 3
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]


def test_an_empty_list_says_so(tmp_path: Path) -> None:
    found = replace(made("甲"), rows=[], shapes=np.array([], dtype=object), undetermined=3)
    export.write(found, "xlsx", tmp_path / "x.xlsx")
    export.write(found, "geojson", tmp_path / "x.geojson")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    assert any("另有 3 宗缺少资料" in str(cell.value) for row in sheet.iter_rows() for cell in row)
    assert json.loads((tmp_path / "x.geojson").read_text())["features"] == []
