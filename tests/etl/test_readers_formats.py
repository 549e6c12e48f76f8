"""Geodatabases, FlatGeobuf, GeoParquet, names and tables by themselves: what each gives as rows, and what costs only its row."""

import shutil
import sqlite3
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from shapely import Polygon

from etl.errors import Refused
from etl.options import ImportOptions
from etl.read import Reader
from tests.etl.reading import CODES, SHAPES, codes, found, parcels, read, shapes


@pytest.mark.parametrize("form", ["folder", "itself", "zip", "gdb.zip", "bare zip"])
def test_file_geodatabase(tmp_path, form):
    folder = tmp_path / "in"
    folder.mkdir()
    parcels().to_file(
        folder / "市.gdb", driver="OpenFileGDB", geometry_type="MultiPolygon", layer="parcel_宗地"
    )
    parcels().to_file(
        folder / "市.gdb", driver="OpenFileGDB", geometry_type="MultiPolygon", layer="park", mode="a"
    )
    path, inside = folder, "市.gdb"
    if form == "itself":
        path = folder / "市.gdb"
    elif form != "folder":
        name = "市.gdb.zip" if form != "zip" else "成果.zip"
        inside = {"zip": "成果.zip/市.gdb", "gdb.zip": "市.gdb.zip/市.gdb", "bare zip": "市.gdb.zip"}[form]
        with zipfile.ZipFile(tmp_path / name, "w") as opened:
            for part in sorted((folder / "市.gdb").iterdir()):
                opened.write(part, part.name if form == "bare zip" else f"市.gdb/{part.name}")
        path = tmp_path / name
    sources, said = found(path, tmp_path / "work")
    assert (sorted(sources), said) == ([f"{inside}#parcel_宗地", f"{inside}#park"], [])
    source = sources[f"{inside}#parcel_宗地"]
    assert source.names == ("parcel_宗地", "市")
    raw = read(source, tmp_path / "work")
    assert raw.frame["宗地代码"].tolist() == CODES and raw.frame["宗地面积"].tolist() == ["1.5", "2"]
    assert [shape.area for shape in shapes(raw)] == pytest.approx([1e-4, 2e-4])
    assert raw.crs == "EPSG:4490"


def test_a_geodatabase_is_never_written_to(tmp_path):
    parcels().to_file(tmp_path / "x.gdb", driver="OpenFileGDB", geometry_type="MultiPolygon", layer="parcel")
    before = {p.name: p.read_bytes() for p in (tmp_path / "x.gdb").iterdir()}
    sources, _ = found(tmp_path / "x.gdb", tmp_path / "work")
    read(sources["x.gdb#parcel"], tmp_path / "work")
    assert {p.name: p.read_bytes() for p in (tmp_path / "x.gdb").iterdir()} == before


def test_flatgeobuf(tmp_path):
    parcels().to_file(tmp_path / "parcel.fgb", driver="FlatGeobuf")
    sources, _ = found(tmp_path / "parcel.fgb", tmp_path / "work")
    (raw,) = [read(source, tmp_path / "work") for source in sources.values()]
    assert sorted(raw.frame["宗地代码"]) == CODES and raw.crs == "EPSG:4490"


def test_geoparquet(tmp_path):
    day = pd.to_datetime(["2024-05-01", None])
    parcels(签订日期=day, n=[1, 2], ok=[True, None]).to_parquet(tmp_path / "parcel.parquet")
    sources, _ = found(tmp_path / "parcel.parquet", tmp_path / "work")
    raw = read(sources["parcel.parquet"], tmp_path / "work")
    assert raw.frame["宗地代码"].tolist() == CODES and raw.frame["宗地面积"].tolist() == ["1.5", "2"]
    assert raw.frame["签订日期"].tolist() == ["2024-05-01", None] and raw.frame["n"].tolist() == ["1", "2"]
    assert raw.frame["ok"].tolist() == ["true", None]
    assert [shape.area for shape in shapes(raw)] == pytest.approx([1e-4, 2e-4])
    work = Reader(ImportOptions(), None, tmp_path / "work").read(sources["parcel.parquet"], None, "parcel")
    assert (work.crs, work.crs_source, work.accepted) == ("EPSG:4490", "PRJ", 2)


def test_parquet_without_shapes_and_with_bare_wkb(tmp_path):
    pq.write_table(
        pa.table({"contract_no": ["A", "B"], "parcel_codes": [CODES, []]}), tmp_path / "contract.parquet"
    )
    pq.write_table(
        pa.table({"a": ["1"], "geometry": [shapely.to_wkb(SHAPES[0])]}), tmp_path / "builtup.parquet"
    )
    sources, _ = found(tmp_path, tmp_path / "work")
    table = read(sources["contract.parquet"], tmp_path / "work")
    assert table.wkb is None and table.frame["parcel_codes"].tolist() == [";".join(CODES), None]
    bare = read(sources["builtup.parquet"], tmp_path / "work")
    assert bare.crs is None and shapes(bare)[0].equals(SHAPES[0])


@pytest.mark.parametrize("limit", ["MAX_BYTES", "MAX_ROWS"])
def test_parquet_that_says_it_unpacks_to_more_than_the_limit(tmp_path, monkeypatch, limit):
    parcels().to_parquet(tmp_path / "parcel.parquet")
    monkeypatch.setattr(f"etl.readers.parquet.{limit}", 1)
    sources, _ = found(tmp_path / "parcel.parquet", tmp_path / "work")
    with pytest.raises(Refused, match="ARCHIVE_UNSAFE"):
        read(sources["parcel.parquet"], tmp_path / "work")


def test_surfaces_in_space_cost_their_row(tmp_path):
    # A WKB of kind 15 (polyhedral surface) with no parts, as a multipatch comes from a geodatabase.
    surface = b"\x01\x0f\x00\x00\x00\x00\x00\x00\x00"
    pq.write_table(
        pa.table({"a": ["1", "2"], "geometry": [surface, shapely.to_wkb(SHAPES[0])]}),
        tmp_path / "builtup.parquet",
    )
    sources, _ = found(tmp_path, tmp_path / "work")
    raw = read(sources["builtup.parquet"], tmp_path / "work")
    assert codes(raw) == [("GEOMETRY_MULTIPATCH", 1)] and raw.wkb[0] is None


def test_a_ring_of_too_many_points_costs_its_row(tmp_path, monkeypatch):
    monkeypatch.setattr("etl.readers.rings.MAX_POINTS", 100)
    angle = np.linspace(0, 2 * np.pi, 200)
    large = Polygon(np.column_stack((121 + np.cos(angle), 41 + np.sin(angle))))
    gpd.GeoDataFrame({"a": [1, 2]}, geometry=[large, SHAPES[0]], crs=4490).to_file(tmp_path / "builtup.gpkg")
    sources, _ = found(tmp_path, tmp_path / "work")
    (raw,) = [read(source, tmp_path / "work") for source in sources.values()]
    assert codes(raw) == [("GEOMETRY_TOO_LARGE", 1)] and raw.wkb[0] is None and raw.wkb[1] is not None


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "FORMAT_NOT_READ"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "FORMAT_NOT_READ"),
        ("a.tar.gz", b"\x1f\x8b", "FORMAT_NOT_READ"),
        ("a.tar", b"x", "FORMAT_NOT_READ"),
        ("a.rar", b"Rar!", "FORMAT_NOT_READ"),
        ("a.dwg", b"AC1032", "FORMAT_NOT_READ"),
        ("readme.txt", "说明：本次成果…".encode("gbk"), "FILE_NOT_READ"),
        ("a.tif", b"II*\x00", "FILE_NOT_READ"),
        ("a.geojson", b'<OGRVRTDataSource><OGRVRTLayer name="passwd"/></OGRVRTDataSource>', "UNREADABLE"),
        ("a.geojson", b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd"}', "UNREADABLE"),
        ("a.gpkg", b"<OGRVRTDataSource/>", "UNREADABLE"),
        ("a.dxf", b"<html>", "UNREADABLE"),
        ("a.fgb", b"<html>", "UNREADABLE"),
        ("a.kml", b"<html>", "NOTHING"),
    ],
)  # fmt: skip
def test_what_is_not_read_is_answered(tmp_path, name, content, code):
    (tmp_path / name).write_bytes(content)
    sources, said = found(tmp_path / name, tmp_path / "work")
    if code == "NOTHING":
        code = "UNREADABLE"
    assert (sources, said) == ({}, [(name, code)])


def test_a_folder_named_like_a_database_is_none(tmp_path):
    (tmp_path / "x.gdb").mkdir()
    (tmp_path / "x.gdb" / "a00000001.gdbtable").write_bytes(b"<html>")
    assert found(tmp_path, tmp_path / "work") == ({}, [("x.gdb", "UNREADABLE")])
    shutil.rmtree(tmp_path / "work")


@pytest.mark.parametrize(
    "name", ["!builtup", "built?up=1", "a;b", "a#b", "100%20", "http:x", "zip:a", "[x]", "a'b\"c", "名 称\n"]
)
def test_names_that_look_like_addresses_are_names(tmp_path, name):
    folder = tmp_path / f"in {name}"
    folder.mkdir()
    frame = gpd.GeoDataFrame({"宗地代码": CODES}, geometry=SHAPES, crs=4490)
    frame.to_file(tmp_path / "x.geojson")
    frame.to_file(tmp_path / "x.gpkg", layer="x")
    frame.to_file(tmp_path / "x.shp", encoding="utf-8")
    for path in tmp_path.glob("x.*"):
        path.rename(folder / f"{name}{path.suffix}")
    sources, said = found(folder, tmp_path / f"work {name}")
    assert said == [] and len(sources) == 3
    for source in sources.values():
        raw = read(source, tmp_path / f"work {name}")
        assert len(raw.frame) == 2 and shapes(raw)[0].equals(SHAPES[0]), source.label


def test_a_geopackage_with_a_log_is_read_whole_and_not_written_to(tmp_path):
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "builtup.gpkg"
    gpd.GeoDataFrame({"a": ["1", "2"]}, geometry=SHAPES, crs=4490).to_file(
        path, layer="builtup", SPATIAL_INDEX="NO"
    )
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("UPDATE builtup SET a = '3' WHERE fid = 2")
    writer.commit()  # still open: the change is in the log
    copied = tmp_path / "copied"
    shutil.copytree(tmp_path / "in", copied)
    writer.close()
    before = {p.name: p.read_bytes() for p in copied.iterdir() if not p.name.endswith("-shm")}
    assert "builtup.gpkg-wal" in before
    (copied / "builtup.gpkg-shm").unlink(missing_ok=True)
    sources, _ = found(copied, tmp_path / "work")
    raw = read(sources["builtup.gpkg#builtup"], tmp_path / "work")
    assert raw.frame["a"].tolist() == ["1", "3"]
    assert {p.name: p.read_bytes() for p in copied.iterdir()} == before


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_an_attribute_table_alone_takes_its_cpg_along(tmp_path, form):
    (tmp_path / "in").mkdir()
    gpd.GeoDataFrame({"holder": ["カタカナ"]}, geometry=[SHAPES[0]], crs=4490).to_file(
        tmp_path / "contract.shp", encoding="cp932"
    )
    for part in ("dbf", "cpg"):
        (tmp_path / f"contract.{part}").rename(tmp_path / "in" / f"contract.{part.upper()}")
    (tmp_path / "in" / "contract.CPG").write_text("shiftjis")
    path = tmp_path / "in"
    if form == "zip":
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as opened:
            for part in sorted((tmp_path / "in").iterdir()):
                opened.write(part, part.name)
    sources, said = found(path, tmp_path / "work")
    (source,) = sources.values()
    raw = read(source, tmp_path / "work")
    assert said == [] and raw.wkb is None
    assert (raw.encoding.name, raw.encoding.source, raw.frame.iloc[0].tolist()) == (
        "cp932",
        "CPG",
        ["カタカナ"],
    )
