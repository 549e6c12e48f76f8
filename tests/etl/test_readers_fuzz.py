"""Bytes changed in valid files: every outcome is rows or a finding, never another error, never a hang.

A case is a number: the same number makes the same damage everywhere. Numbers
that once found a fault are kept in ``FOUND``.
"""

import random
import shutil
import signal
import warnings
import zipfile

import geopandas as gpd
import openpyxl
import pytest
from shapely import MultiPolygon, Polygon, box

from etl.options import ImportOptions
from etl.read import Reader
from etl.readers.discover import discover, files_of
from tests.damage import damaged

CASES = 30  # a format, by default
MANY = 1000
SECONDS = 30  # a file of some kilobytes that takes longer hangs
# Numbers of damage that once led to an error: format -> numbers.
FOUND: dict[str, tuple[int, ...]] = {
    "shp": (660, 1221),
    "packed": (406, 1205),
    "kml": (507,),
    "csv": (533,),
    "xlsx": (455, 843),
}

HOLED = Polygon(
    [(121, 41), (121.1, 41), (121.1, 41.1), (121, 41.1)],
    [[(121.02, 41.02), (121.04, 41.02), (121.04, 41.04)]],
)
SHAPES = [
    box(121.2, 41, 121.3, 41.1),
    HOLED,
    MultiPolygon([box(121.4, 41, 121.41, 41.01), box(121.42, 41, 121.43, 41.01)]),
]


def table():
    return gpd.GeoDataFrame(
        {
            "observed_o": ["2024-01-01", "2024-01-02", "2024-01-03"],
            "source": ["锦州市某某公司", "影像", "x"],
            "n": [1.5, 2.25, 3.0],
        },
        geometry=SHAPES,
        crs=4490,
    )


def shp(folder):
    table().to_file(folder / "builtup.shp", encoding="gbk")


def packed(folder):
    inner = folder.parent / "packed"
    inner.mkdir()
    shp(inner)
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as opened:
        for part in sorted(inner.iterdir()):
            opened.write(part, f"成果/{part.name}")


def gdb(folder):
    table().to_file(folder / "x.gdb", driver="OpenFileGDB", layer="builtup", geometry_type="MultiPolygon")


def gpkg(folder):
    table().to_file(folder / "builtup.gpkg", layer="builtup")


def geojson(folder):
    table().to_file(folder / "builtup.geojson")


def fgb(folder):
    table().to_file(folder / "builtup.fgb", driver="FlatGeobuf")


def parquet(folder):
    table().to_parquet(folder / "builtup.parquet")


def kml(folder):
    ring = "121,41 121.1,41 121.1,41.1 121,41"
    (folder / "builtup.kml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>宗地</name>'
        '<Placemark><name>甲</name><ExtendedData><Data name="observed_on"><value>2024-01-01</value></Data></ExtendedData>'
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        "</Placemark></Folder></Document></kml>",
        encoding="utf-8",
    )


def dxf(folder):
    lines = ["0", "SECTION", "2", "ENTITIES", "0", "LWPOLYLINE", "5", "1F", "8", "宗地", "90", "4", "70", "1"]
    for x, y in ((121, 41), (121.1, 41), (121.1, 41.1), (121, 41.1)):
        lines += ["10", str(x), "20", str(y)]
    lines += [
        "0",
        "TEXT",
        "5",
        "20",
        "8",
        "注记",
        "10",
        "121.05",
        "20",
        "41.05",
        "40",
        "2",
        "1",
        "某某公司",
        "0",
        "ENDSEC",
        "0",
        "EOF",
    ]
    (folder / "builtup.dxf").write_bytes("\n".join(lines).encode("gbk"))


def txt(folder):
    (folder / "builtup.txt").write_bytes(
        "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=40\n[地块坐标]\n4,0.5,A,甲,面,,,,@\n"
        "J1,1,4541000.0,40560000.0\nJ2,1,4541000.0,40560100.0\nJ3,1,4541100.0,40560100.0\nJ1,1,4541000.0,40560000.0\n".encode(
            "gbk"
        )
    )


def csv(folder):
    (folder / "builtup.csv").write_bytes(
        'observed_on,source,geom\n2024-01-01,锦州市某某公司,"POLYGON((121 41,121.1 41,121.1 41.1,121 41))"\n2024-01-02,"a\nb",\n'.encode(
            "gbk"
        )
    )


def xlsx(folder):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "builtup"
    page.append(["建成区", None, None])
    page.merge_cells("A1:C1")
    page.append(["observed_on", "source", "geom"])
    page.append(["2024-01-01", "影像", "POLYGON((121 41,121.1 41,121.1 41.1,121 41))"])
    book.save(folder / "book.xlsx")


FORMS = (shp, packed, gdb, gpkg, geojson, fgb, parquet, kml, dxf, txt, csv, xlsx)


def late(number, frame):
    raise TimeoutError


def outcome(folder, work):
    """Read everything in a folder; each file has rows or a finding."""
    said = []
    reader = Reader(ImportOptions(), None, work)
    seen = 0
    for source in discover(files_of([folder]), work, lambda path, code, params: said.append(code)):
        read = reader.read(source, None, "builtup")
        assert read.blocked_by or read.read == read.accepted + read.rejected
        seen += 1
    assert seen or said


def run(form, numbers, tmp_path):
    valid = tmp_path / "valid" / "in"
    valid.mkdir(parents=True)
    form(valid)
    files = [path for path in sorted(valid.rglob("*")) if path.is_file()]
    content = {path: path.read_bytes() for path in files}
    (tmp_path / "first").mkdir()
    outcome(valid, tmp_path / "first")
    failed = {}
    before = signal.signal(signal.SIGALRM, late)
    try:
        for number in numbers:
            chance = random.Random(number)
            hit = chance.choice([path for path in files if content[path]])
            hit.write_bytes(damaged(content[hit], chance))
            work = tmp_path / "work"
            work.mkdir()
            signal.alarm(SECONDS)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    warnings.simplefilter(
                        "ignore", RuntimeWarning
                    )  # of numbers that are none, from GDAL and GEOS
                    outcome(valid, work)
            except Exception as error:
                failed[number] = f"{hit.name}: {type(error).__name__}: {error}"[:200]
            finally:
                signal.alarm(0)
            shutil.rmtree(work)
            hit.write_bytes(content[hit])
    finally:
        signal.signal(signal.SIGALRM, before)
    assert not failed


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_damaged_files_have_an_outcome(form, tmp_path):
    run(form, (*FOUND.get(form.__name__, ()), *range(CASES)), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_many_damaged_files_have_an_outcome(form, tmp_path):
    run(form, range(CASES, CASES + MANY), tmp_path)
