"""Files read by whole columns and read value by value come out the same: rows, hashes, shapes, findings."""

import dataclasses
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyogrio.raw import write

from etl.mapping.file import load
from etl.options import ImportOptions
from etl.read import Reader
from etl.readers.discover import discover, files_of

CHECKOUT = Path(__file__).resolve().parents[2]
SAMPLES = CHECKOUT / "data" / "samples"
OKINAWA = CHECKOUT.parent / "shared" / "data" / "real" / "jp-okinawa-city-parcels"
MAPPINGS = CHECKOUT / "etl" / "mappings"


def works(paths, mapping, folder, crs=None):
    """Read all shapefiles among some paths as their mapping says."""
    folder.mkdir()
    rules = load(mapping)
    found = []
    for source in discover(files_of(paths), folder, lambda *_: None):
        if source.kind == "shp":
            for rule in rules.rules_for(source.path, None):
                reader = Reader(ImportOptions(crs=crs), None, folder)
                found.append(reader.read(source, rule, rule.layer))
    return found


def one_by_one(patch):
    """Take the ways by whole columns out."""
    patch.setattr(
        "etl.readers.plain_shape.plain_records", lambda _, found, __: np.zeros(len(found), dtype=bool)
    )
    patch.setattr("etl.readers.plain_text.decode", lambda *_: None)
    for name in ("plain_texts", "plain_numbers"):
        patch.setattr(
            f"etl.mapping.plain.{name}",
            lambda texts, **_: (pa.nulls(len(texts), pa.string()), np.zeros(len(texts), dtype=bool)),
        )


def told(work):
    """Return what is known of a file after its reading, in a form that can be compared."""
    issues = [
        (
            i.code,
            i.layer,
            i.row_no,
            i.supplier_key,
            i.field,
            i.value,
            str(i.params),
            None if i.point is None else i.point.wkt,
        )
        for i in map(dataclasses.replace, work.findings.items)
    ]
    return {
        "head": (work.path, work.layer, work.read, work.rejected, work.crs, work.crs_source, work.encoding),
        "frame": [list(map(repr, work.frame[name])) for name in work.frame.columns],
        "rows": work.row_no.tolist(),
        "shapes": None if work.shapes is None else shapely.to_wkb(work.shapes[:]).tolist(),
        "drawn": None if work.drawn_m2 is None else work.drawn_m2.tolist(),
        "rest": (work.extra.tolist(), work.keys.tolist(), work.hashes.tolist()),
        "issues": issues,
    }


def compare(paths, mapping, tmp_path, crs=None):
    """Read twice and compare; return the files as they were read by whole columns."""
    by_column = works(paths, mapping, tmp_path / "columns", crs)
    with pytest.MonkeyPatch.context() as patch:
        one_by_one(patch)
        by_value = works(paths, mapping, tmp_path / "values", crs)
    assert len(by_column) == len(by_value) > 0
    for one, other in zip(by_column, by_value, strict=True):
        assert told(one) == told(other)
    return by_column


def test_the_sample_with_its_planted_faults(tmp_path):
    found = compare([SAMPLES], MAPPINGS / "jinzhou-sample.yaml", tmp_path)
    assert {work.layer for work in found} == {"park", "parcel", "builtup", "building", "land_state"}
    assert sum(len(work.row_no) for work in found) > 1_000


def _city(folder):
    """Write 2,000 parcels, some of them faulty in each way that a table and a shape may be."""
    folder.mkdir()
    number = np.arange(2_000)
    x, y = 560_000 + number % 50 * 60.0, 4_520_000 + number // 50 * 60.0
    shapes = shapely.box(x, y, x + 58, y + 58)
    holes = number % 40 == 0
    shapes[holes] = shapely.difference(shapes[holes], shapely.box(x + 20, y + 20, x + 30, y + 30)[holes])
    shapes[7] = shapely.Polygon([(x[7], y[7]), (x[7] + 58, y[7] + 58), (x[7] + 58, y[7]), (x[7], y[7] + 58)])
    shapes[8] = shapely.multipolygons([shapes[8], shapely.box(x[8], y[8] + 59, x[8] + 9, y[8] + 60)])
    shapes[9] = shapely.Polygon()
    code = np.array([f"210711001001GB{n:05d}" for n in number], dtype=object)
    code[[3, 4, 5, 6]] = ["210711001001gb00003", " 210711001001GB 00004", "２１０7", ""]
    holder = np.array([f"锦州第{n % 300}公司" for n in number], dtype=object)
    holder[10:16] = ["无", "/", "null", "龙\u3000", "a\tb", '"引号"']
    area = np.array([f"{3364 + n % 7 / 8:.3f}" for n in number], dtype=object)
    area[20:30] = [
        "3,364",
        "3364㎡",
        "5.0亩",
        "0.3364公顷",
        "-",
        "三千",
        "1e3",
        "+7",
        "3364.1234567",
        "９００",
    ]
    use = np.array([("工业用地", "商服用地", "林地")[n % 3] for n in number], dtype=object)
    day = np.array(["20240131" if n % 5 else "2024年2月30日" for n in number], dtype=object)
    write(folder / "parcels.shp", shapely.to_wkb(shapes), [code, holder, area, use, day],
          ["DKBH", "QLR", "PZMJ", "TDYT", "GDRQ"], geometry_type="Polygon", crs="EPSG:4549", encoding="GBK")  # fmt: skip
    mapping = folder / "city.yaml"
    mapping.write_text(
        "sources:\n- match: '*parcels.shp'\n  layer: parcel\n  encoding: gbk\n  columns:\n"
        "    parcel_code: DKBH\n    holder: QLR\n    registered_area_m2: PZMJ\n"
        "    landuse_code: {column: TDYT, values: {工业用地: '0601', 商服用地: '05'}}\n",
        encoding="utf-8",
    )
    return folder / "parcels.shp", mapping


def test_a_city_with_faults(tmp_path):
    shp, mapping = _city(tmp_path / "city")
    (work,) = compare([shp.parent], mapping, tmp_path)
    codes = work.findings.counts()
    # A third of 2,000 rows (666 of them: 2, 5, 8 …) has a use that the mapping doesn't name; one code is empty.
    assert (codes["VALUE_NOT_IN_LIST"], codes["KEY_EMPTY"]) == (666, 1)
    assert {"VALUE_UNREADABLE", "UNIT_IN_TEXT", "PARCEL_CODE_FORM", "COLUMNS_KEPT"} <= set(codes)


@pytest.mark.skipif(not OKINAWA.is_dir(), reason=f"the published data are not at {OKINAWA}")
def test_parcels_of_okinawa(tmp_path):
    archive = next(path for path in sorted(OKINAWA.rglob("*.zip")) if "part2" in path.name)
    assert zipfile.is_zipfile(archive)
    (work,) = compare([archive], MAPPINGS / "jp-okinawa-parcels.yaml", tmp_path)
    assert (work.read, work.encoding) == (23_293, "cp932")
