"""Every published file goes through the importer; ``real_files.csv`` states what comes out of each.

The table says, file by file: rows read, accepted and rejected, the
coordinate system and where it comes from, the encoding, what blocks it and
every other finding. Shapes and texts of what is accepted are compared with
GDAL's own reading: areas by ``pyproj.Geod``, texts as a set. Large files of
parcels have a test of their own (``test_real_data.py``).
"""

import csv
import datetime as dt
import io
import warnings
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
from pyproj import Geod
from sqlalchemy import text

from data.session import engine
from etl.importer import run
from etl.options import ImportOptions

CHECKOUT = Path(__file__).resolve().parents[2]
REAL = CHECKOUT.parent / "shared" / "data" / "real"
TABLE = Path(__file__).with_name("real_files.csv")
ELSEWHERE = {"jp-okinawa-city-parcels"}  # 102,252 parcels: test_real_data.py
FOLDERS = (
    sorted(p.name for p in REAL.iterdir() if p.is_dir() and p.name not in ELSEWHERE) if REAL.is_dir() else []
)
COLUMNS = (
    "folder",
    "file",
    "read",
    "accepted",
    "rejected",
    "crs",
    "crs_source",
    "encoding",
    "blocked_by",
    "findings",
)
# Polygons without a key: any polygon file can be this layer, whatever its attributes are called.
OPTIONS = ImportOptions(layer="builtup", observed_on=dt.date(2020, 1, 1), person="tests")

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"the published data are not at {REAL}")


def _line(folder, file):
    others = {code: count for code, count in file.issues.items() if code not in file.blocked_by}
    return {
        "folder": folder, "file": file.file, "read": str(file.read), "accepted": str(file.accepted),
        "rejected": str(file.rejected), "crs": file.crs or "", "crs_source": file.crs_source or "",
        "encoding": file.encoding or "", "blocked_by": ";".join(file.blocked_by),
        "findings": ";".join(f"{code}={count}" for code, count in sorted(others.items())),
    }  # fmt: skip


def _not_read(folder, other):
    return dict.fromkeys(COLUMNS, "") | {"folder": folder, "file": other["file"], "blocked_by": other["code"]}


def outcome(folder):
    """Return what the importer makes of one folder of published files, a line a file; and the delivery."""
    report = run([REAL / folder], OPTIONS)
    lines = [_line(folder, file) for file in report.layers] + [_not_read(folder, o) for o in report.not_read]
    return sorted(lines, key=lambda line: line["file"]), report


def expected(folder):
    with TABLE.open(encoding="utf-8", newline="") as opened:
        return [line for line in csv.DictReader(opened) if line["folder"] == folder]


def as_csv(lines):
    sink = io.StringIO()
    writer = csv.DictWriter(sink, COLUMNS, lineterminator="\n")
    writer.writerows(lines)
    return sink.getvalue()


def _staged(delivery):
    asked = text(
        "SELECT f.path, f.encoding, count(*) AS n, sum(ST_Area(s.geom::geography)) AS m2, "
        "array_agg(s.extra ORDER BY s.row_no) AS extras, array_agg(s.row_no ORDER BY s.row_no) AS row_numbers "
        "FROM staging.builtup s JOIN delivery_file f USING (file_id) WHERE f.delivery_id = :id GROUP BY 1, 2"
    )
    with engine().connect() as connection:
        return connection.execute(asked, {"id": delivery}).all()


def _gdal(folder, label, encoding, row_numbers):
    """Return the accepted rows of a file as GDAL reads them, in degrees of the ellipsoid of CGCS2000."""
    path, _, layer = label.partition("#")
    outer, zipped, inner = path.partition(".zip/")
    disk = f"/vsizip/{REAL}/{folder}/{outer}.zip/{inner}" if zipped else str(REAL / folder / path)
    if ".zip/" in inner or "!" in path:
        return None  # GDAL needs another way of naming an archive in an archive, or a "!"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"encoding": encoding} if path.endswith(".shp") and encoding else {}
        frame = pyogrio.read_dataframe(disk, layer=layer or None, on_invalid="ignore", **options)
    taken = frame.iloc[[number - 1 for number in row_numbers]]
    return gpd.GeoDataFrame(taken, crs=frame.crs).to_crs(4490)


def _area_m2(frame):
    geod = Geod(ellps="GRS80")  # differs from the ellipsoid of CGCS2000 by a tenth of a millimetre
    return sum(
        abs(geod.geometry_area_perimeter(part)[0])
        for shape in frame.geometry.make_valid()
        for part in (getattr(shape, "geoms", None) or [shape])
        if "Polygon" in part.geom_type
    )


def _texts(frame):
    columns = [c for c in frame.columns if c != frame.geometry.name and frame[c].dtype.kind in "OTU"]
    found = {str(value).strip() for c in columns for value in frame[c].dropna() if isinstance(value, str)}
    return {value for value in found if value and not value.isascii()}


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_comes_out_of_every_file_is_what_the_table_says(folder, empty_database, tmp_path):
    lines, _ = outcome(folder)
    wanted = as_csv(expected(folder))
    (tmp_path / "found.csv").write_text(as_csv(lines), encoding="utf-8")
    assert as_csv(lines) == wanted, f"found instead: {tmp_path}/found.csv"


def test_the_table_names_every_folder():
    with TABLE.open(encoding="utf-8", newline="") as opened:
        assert sorted({line["folder"] for line in csv.DictReader(opened)}) == FOLDERS


@pytest.mark.parametrize(
    "folder", [f for f in FOLDERS if f not in ("uk-brownfield", "esa-worldcover-n00e006", "ghsl-clips")]
)
def test_accepted_shapes_and_texts_are_those_that_gdal_reads(folder, empty_database):
    _, report = outcome(folder)
    compared = 0
    for path, encoding, count, m2, extras, row_numbers in _staged(report.delivery):
        frame = _gdal(folder, path, encoding, row_numbers)
        if frame is None:
            continue
        assert len(frame) == count
        # Both follow the ellipsoid, one along geodesics and one along the straight lines of the
        # source's own system; sides of hundreds of kilometres make the difference.
        assert float(m2) == pytest.approx(_area_m2(frame), rel=2e-3), path
        kept = {str(value) for extra in extras for value in extra.values()}
        assert _texts(frame) <= kept, path
        assert not any("\ufffd" in value for value in kept), path
        compared += 1
    assert compared or not report.issues().get("CRS_TRANSFORMED")
