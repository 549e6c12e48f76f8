"""The decoder of plain polygons gives what GDAL gives, byte for byte, or leaves a record to it."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyogrio.raw import write

from etl.errors import Refused
from etl.readers import plain_shape, structure, vector

CHECKOUT = Path(__file__).resolve().parents[2]
PLACES = (CHECKOUT / "data" / "samples", CHECKOUT.parent / "shared" / "data" / "real")


def shapefiles(folder):
    """Yield the shapefiles that lie about and those in archives, the latter unpacked."""
    for place in PLACES:
        yield from (path for path in place.rglob("*") if path.suffix.lower() == ".shp")
        for archive in place.rglob("*.zip"):
            if not zipfile.is_zipfile(archive):
                continue
            with zipfile.ZipFile(archive) as opened:
                for number, name in enumerate(opened.namelist()):
                    target = folder / f"{archive.stem}-{number}{Path(name).suffix.lower()}"
                    if target.suffix == ".shp" and not opened.getinfo(name).flag_bits & 1:
                        target.write_bytes(opened.read(name))
                        yield target


def both(shp, work, monkeypatch):
    """Return the shapes by both ways and how many records were plain."""
    index = next((p for p in shp.parent.glob(f"{shp.stem}.*") if p.suffix.lower() == ".shx"), None)
    found = structure.check(shp, index, accept=True)
    records = vector._shapes(shp, found, work)
    monkeypatch.setattr(plain_shape, "plain_records", lambda *_: np.zeros(len(found), dtype=bool))
    gdal = vector._shapes(shp, found, work)[:]
    monkeypatch.undo()
    places = np.flatnonzero(records.plain)
    points, starts = records.rings(places)
    built = shapely.from_wkb(gdal[places])
    assert np.array_equal(points, shapely.get_coordinates(built))
    assert np.diff(starts).tolist() == shapely.get_num_coordinates(built).tolist()
    return records[:], gdal, len(places)


def test_all_files_read_alike(tmp_path, monkeypatch):
    (tmp_path / "files").mkdir()
    taken = files = 0
    for shp in shapefiles(tmp_path / "files"):
        try:
            ours, gdal, plain = both(shp, tmp_path, monkeypatch)
        except Refused:
            continue  # neither way reads it
        taken, files = taken + plain, files + 1
        differ = [place for place in range(len(gdal)) if ours[place] != gdal[place]]
        assert not differ, f"{shp}: records {differ[:5]}"
    assert taken > 1_000
    if PLACES[1].is_dir():
        # The parcels of Okinawa alone are 103,817, all but a few of one ring.
        assert taken > 100_000 and files > 100


def test_what_is_not_plain_is_left_to_gdal(tmp_path, monkeypatch):
    square = shapely.box(0, 0, 10, 10)
    holed = square.difference(shapely.box(2, 2, 4, 4))
    two = shapely.MultiPolygon([square, shapely.box(20, 0, 30, 10)])
    path = tmp_path / "a.shp"
    shapes = np.array([shapely.to_wkb(s) for s in (square, holed, two)], dtype=object)
    write(path, shapes, [np.array([1, 2, 3])], ["n"], geometry_type="Polygon", crs="EPSG:4549")
    ours, gdal, plain = both(path, tmp_path, monkeypatch)
    assert plain == 1 and ours.tolist() == gdal.tolist() and None not in ours


@pytest.mark.parametrize("place", [-1, -9])
def test_an_open_ring_is_not_plain(tmp_path, monkeypatch, place):
    path = tmp_path / "a.shp"
    shapes = np.array([shapely.to_wkb(shapely.box(0, 0, 10, 10))], dtype=object)
    write(path, shapes, [np.array([1])], ["n"], geometry_type="Polygon", crs="EPSG:4549")
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1  # the last point is another one than the first
    path.write_bytes(raw)
    ours, gdal, plain = both(path, tmp_path, monkeypatch)
    assert plain == 0 and ours.tolist() == gdal.tolist()


def test_batches_cover_all_records(tmp_path, monkeypatch):
    monkeypatch.setattr(plain_shape, "_BATCH_BYTES", 300)  # two records of 136 bytes
    path = tmp_path / "a.shp"
    shapes = np.array([shapely.to_wkb(shapely.box(n, 0, n + 1, 1)) for n in range(11)], dtype=object)
    write(path, shapes, [np.arange(11)], ["n"], geometry_type="Polygon", crs="EPSG:4549")
    ours, gdal, plain = both(path, tmp_path, monkeypatch)
    assert plain == 11 and ours.tolist() == gdal.tolist()


def test_a_file_that_is_cut_off_while_it_is_read_is_refused(tmp_path):
    path = tmp_path / "a.shp"
    shapes = np.array([shapely.to_wkb(shapely.box(n, 0, n + 1, 1)) for n in range(3)], dtype=object)
    write(path, shapes, [np.arange(3)], ["n"], geometry_type="Polygon", crs="EPSG:4549")
    records = vector._shapes(path, structure.check(path, path.with_suffix(".shx"), accept=False), tmp_path)
    path.write_bytes(path.read_bytes()[:-40])
    assert records[:2][0] is not None
    for look in (lambda: records[:], lambda: records.rings(np.array([2]))):
        with pytest.raises(Refused) as refused:
            look()
        assert refused.value.code == "STRUCTURE_DAMAGED"
