"""KML and drawings: what each gives as rows, and what costs only its row."""

import zipfile

import pytest

from etl.options import ImportOptions
from etl.read import Reader
from tests.etl.reading import CODES, codes, found, read, shapes


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
