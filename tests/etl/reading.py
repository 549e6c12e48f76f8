"""Helpers of the tests that read a delivery of one form: parcels to write, what is found, what a reader gives."""

import geopandas as gpd
import shapely
from shapely import MultiPolygon, box

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
