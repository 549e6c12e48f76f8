"""Geodatabases, KML, drawings, FlatGeobuf, GeoParquet: what each gives as rows, and what costs only its row."""

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
from shapely import MultiPolygon, Polygon, box

from etl.errors import Refused
from etl.options import ImportOptions
from etl.read import Reader
from etl.readers import formats
from etl.readers.discover import discover, files_of

CODES = ["210711001001GB00001", "210711001001GB00002"]
SHAPES = [
    box(121.0, 41.0, 121.01, 41.01),
    MultiPolygon([box(121.02, 41, 121.03, 41.01), box(121.04, 41, 121.05, 41.01)]),
]


def parcels(**columns):
    return gpd.GeoDataFrame({"宗地代码": CODES, "宗地面积": [1.5, 2.0]} | columns, geometry=SHAPES, crs=4490)


def found(path, work):
    work.mkdir(exist_ok=True)
    said = []
    sources = list(discover(files_of([path]), work, lambda path, code, params: said.append((path, code))))
    return {s.label: s for s in sources}, said


def read(source, work, encoding=None, accept=False):
    return formats.read(source, encoding, accept, work)


def shapes(raw):
    return shapely.from_wkb(raw.wkb, on_invalid="ignore")


def codes(raw):
    return [(issue.code, issue.row_no) for issue in raw.findings.items]


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


def ring(*points):
    return " ".join(f"{x},{y},0" for x, y in points)


SQUARE = ring((121, 41), (121.1, 41), (121.1, 41.1), (121, 41.1), (121, 41))
HOLE = ring((121.02, 41.02), (121.02, 41.04), (121.04, 41.04), (121.04, 41.02), (121.02, 41.02))


def polygon(outer, hole=None):
    inner = (
        f"<innerBoundaryIs><LinearRing><coordinates>{hole}</coordinates></LinearRing></innerBoundaryIs>"
        if hole
        else ""
    )
    return f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{outer}</coordinates></LinearRing></outerBoundaryIs>{inner}</Polygon>"


KML = f"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>成果</name>
<Folder><name>parcel_宗地</name>
<Placemark><name>甲</name><ExtendedData><Data name="宗地代码"><value>{CODES[0]}</value></Data>
<SchemaData schemaUrl="#s"><SimpleData name="备注">a &lt; b</SimpleData></SchemaData></ExtendedData>{polygon(SQUARE, HOLE)}</Placemark>
<Placemark><name>乙</name><MultiGeometry>{polygon(SQUARE)}{polygon(HOLE)}</MultiGeometry></Placemark>
<Placemark><name>点</name><Point><coordinates>121,41</coordinates></Point></Placemark>
<Placemark><name>坏</name>{polygon("121,41 x,y 121,42")}</Placemark>
</Folder>
<Placemark><name>外</name>{polygon(SQUARE)}</Placemark></Document></kml>"""


@pytest.mark.parametrize("form", ["kml", "kmz"])
def test_kml(tmp_path, form):
    path = tmp_path / f"park.{form}"
    if form == "kml":
        path.write_text(KML, encoding="utf-8")
    else:
        with zipfile.ZipFile(path, "w") as opened:
            opened.writestr("doc.kml", KML)
            opened.writestr("files/icon.png", b"\x89PNG")
    sources, said = found(path, tmp_path / "work")
    where = "park.kml" if form == "kml" else "park.kmz/doc.kml"
    assert sorted(sources) == [where, f"{where}#parcel_宗地"]
    assert [code for _, code in said] == ([] if form == "kml" else ["FILE_NOT_READ"])
    assert sources[where].names == (
        "park",
    )  # a document in a .kmz is called doc.kml: the archive's name counts
    raw = read(sources[f"{where}#parcel_宗地"], tmp_path / "work")
    assert raw.frame["宗地代码"].tolist() == [CODES[0], None, None, None]
    assert raw.frame["备注"].tolist()[0] == "a < b" and raw.frame["name"].tolist() == ["甲", "乙", "点", "坏"]
    first, second, third, _ = shapes(raw)
    assert first.area == pytest.approx(0.1 * 0.1 - 0.02 * 0.02) and len(first.interiors) == 1
    assert second.geom_type == "MultiPolygon" and third.geom_type == "Point"
    assert raw.crs == "EPSG:4326"
    work = Reader(ImportOptions(), None, tmp_path / "work").read(
        sources[f"{where}#parcel_宗地"], None, "parcel"
    )
    counts = work.findings.counts()
    assert codes(raw) == [("POINT_UNREADABLE", 4)]
    assert (work.read, work.rejected) == (4, 3)  # all but the first have no parcel code or no shape
    assert counts["GEOMETRY_NOT_POLYGON"] == 1


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><kml>&b;</kml>',
        '<?xml version="1.0"?>' + " " * 9000 + '<!DOCTYPE k [<!ENTITY a SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&a;</name></Placemark></kml>',
        "<kml>" + "<Folder>" * 5000,
        "<kml><Placemark>",
        "",
    ],
)  # fmt: skip
def test_kml_that_is_a_trap(tmp_path, text):
    (tmp_path / "parcel.kml").write_text(text)
    assert found(tmp_path / "parcel.kml", tmp_path / "work") == ({}, [("parcel.kml", "UNREADABLE")])


def lwpolyline(handle, layer, points, closed):
    lines = [
        "0",
        "LWPOLYLINE",
        "5",
        handle,
        "100",
        "AcDbEntity",
        "8",
        layer,
        "100",
        "AcDbPolyline",
        "90",
        str(len(points)),
    ]
    lines += ["70", "1" if closed else "0"]
    return lines + [word for x, y in points for word in ("10", str(x), "20", str(y))]


def text(handle, words, x, y):
    return ["0", "TEXT", "5", handle, "100", "AcDbEntity", "8", "注记", "100", "AcDbText", "10", str(x), "20", str(y), "30", "0",
            "40", "2", "1", words]  # fmt: skip


def drawing(path, *entities):
    head = [
        "0",
        "SECTION",
        "2",
        "HEADER",
        "9",
        "$ACADVER",
        "1",
        "AC1015",
        "9",
        "$DWGCODEPAGE",
        "3",
        "ANSI_936",
        "0",
        "ENDSEC",
    ]
    body = [line for entity in entities for line in entity]
    lines = [*head, "0", "SECTION", "2", "ENTITIES", *body, "0", "ENDSEC", "0", "EOF"]
    path.write_bytes("\r\n".join(lines).encode("gbk"))


def test_closed_lines_of_a_drawing_become_polygons(tmp_path):
    old = ["0", "POLYLINE", "5", "23", "8", "老宗地", "66", "1", "70", "1"]
    for x, y in ((0, 20), (5, 20), (5, 25)):
        old += ["0", "VERTEX", "8", "老宗地", "10", str(x), "20", str(y), "30", "7.5"]
    drawing(
        tmp_path / "parcel.dxf",
        lwpolyline("1F", "宗地", [(0, 0), (10, 0), (10, 10), (0, 10)], True),
        lwpolyline("20", "宗地", [(20, 0), (30, 0), (30, 10)], False),
        lwpolyline(
            "21", "宗地", [(40, 0), (50, 0), (50, 10), (40, 0)], False
        ),  # open by its mark, closed by its points
        text("22", "某某公司", 5, 5),
        text("24", "一类工业", 6, 6),
        text("25", "在外", 90, 90),
        [*old, "0", "SEQEND"],
    )
    sources, said = found(tmp_path / "parcel.dxf", tmp_path / "work")
    raw = read(sources["parcel.dxf"], tmp_path / "work")
    assert said == [] and raw.crs is None
    assert raw.frame["Layer"].tolist() == ["宗地", "宗地", "宗地", "老宗地"]
    assert raw.frame["Handle"].tolist() == ["1F", "20", "21", "23"]
    assert raw.frame["Text"].tolist() == ["某某公司;一类工业", None, None, None]
    # 10 x 10; open; half of 10 x 10; half of 5 x 5, its height dropped.
    assert [s.area if s is not None else None for s in shapes(raw)] == [100, None, 50, 12.5]
    assert codes(raw) == [("POLYLINE_OPEN", 2), ("ENTITIES_LEFT", None)]
    assert raw.findings.items[0].params["handle"] == "20"


def test_an_open_line_is_refused_once(tmp_path):
    drawing(tmp_path / "builtup.dxf", lwpolyline("20", "建成区", [(20, 0), (30, 0), (30, 10)], False),
            lwpolyline("21", "建成区", [(121, 41), (121.1, 41), (121.1, 41.1)], True))  # fmt: skip
    sources, _ = found(tmp_path / "builtup.dxf", tmp_path / "work")
    reader = Reader(ImportOptions(crs="EPSG:4490"), None, tmp_path / "work")
    work = reader.read(sources["builtup.dxf"], None, "builtup")
    counts = work.findings.counts()
    assert counts["POLYLINE_OPEN"] == 1 and "GEOMETRY_MISSING" not in counts and work.rejected == 2


def test_blocks_inside_blocks_are_not_multiplied(tmp_path):
    # Nine blocks of ten of the one before: a hundred million lines, if they were drawn.
    lines = [
        "0",
        "SECTION",
        "2",
        "HEADER",
        "9",
        "$ACADVER",
        "1",
        "AC1015",
        "0",
        "ENDSEC",
        "0",
        "SECTION",
        "2",
        "BLOCKS",
    ]
    for level in range(9):
        lines += ["0", "BLOCK", "8", "0", "2", f"B{level}", "70", "0", "10", "0", "20", "0", "3", f"B{level}"]
        if level == 0:
            lines += lwpolyline("1", "x", [(0, 0), (1, 0), (1, 1)], True)
        else:
            lines += [
                w
                for n in range(10)
                for w in ("0", "INSERT", "8", "0", "2", f"B{level - 1}", "10", str(n), "20", "0")
            ]
        lines += ["0", "ENDBLK", "8", "0"]
    lines += [
        "0",
        "ENDSEC",
        "0",
        "SECTION",
        "2",
        "ENTITIES",
        "0",
        "INSERT",
        "5",
        "2F",
        "8",
        "0",
        "2",
        "B8",
        "10",
        "0",
        "20",
        "0",
    ]
    lines += lwpolyline("30", "宗地", [(0, 0), (10, 0), (10, 10)], True)
    (tmp_path / "parcel.dxf").write_bytes("\n".join([*lines, "0", "ENDSEC", "0", "EOF"]).encode("gbk"))
    sources, _ = found(tmp_path / "parcel.dxf", tmp_path / "work")
    raw = read(sources["parcel.dxf"], tmp_path / "work")
    assert raw.frame["Handle"].tolist() == ["30"] and codes(raw) == [("ENTITIES_LEFT", None)]


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
