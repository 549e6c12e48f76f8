"""Hostile archives: nothing outside, nothing huge, nothing left behind, and the honest members are read."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from data.settings import settings
from etl.errors import NoSpace
from etl.importer import run
from etl.options import ImportOptions
from etl.readers import archive, formats
from etl.readers.discover import discover, files_of

CSV = "parcel_code,holder\nA,甲\n"


def packed(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as opened:
        for name, content in members:
            opened.writestr(name, content)
    return path


def raw_member(name, content):
    """Return a one-member archive whose name is given as bytes, as other programs write it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        opened.writestr(zipfile.ZipInfo("x" * len(name)), content)
    return buffer.getvalue().replace(b"x" * len(name), name)


def found(path, work):
    work.mkdir(exist_ok=True)
    said = []
    sources = list(
        discover(files_of([path]), work, lambda path, code, params: said.append((path, code, params)))
    )
    return [s.path for s in sources], said


def codes(said):
    return [code for _, code, _ in said]


@pytest.mark.parametrize(
    "name",
    ["../x.csv", "a/../../x.csv", "/tmp/x.csv", "\\\\server\\x.csv", "\\x.csv", "C:\\x.csv", "c:x.csv", "..\\x.csv", "a\\..\\..\\x.csv",
     "a/\nb.csv", "a\x1b[31m.csv", "a" * 1200 + ".csv"],
)  # fmt: skip
def test_odd_paths_are_refused_and_the_rest_is_read(tmp_path, name):
    packed(tmp_path / "a.zip", [(name, CSV), ("parcel.csv", CSV)])
    sources, said = found(tmp_path / "a.zip", tmp_path / "work")
    assert sources == ["a.zip/parcel.csv"] and codes(said) == ["MEMBER_REFUSED"]
    assert all("\n" not in path and "\x1b" not in path for path, _, _ in said)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "work"]


def test_backslashes_of_old_programs_are_folders(tmp_path):
    packed(tmp_path / "a.zip", [("成果\\parcel.csv", CSV)])
    assert found(tmp_path / "a.zip", tmp_path / "work") == (["a.zip/成果/parcel.csv"], [])


@pytest.mark.parametrize(
    ("mode", "why"),
    [(stat.S_IFLNK, "symlink"), (stat.S_IFIFO, "special file"), (stat.S_IFCHR, "special file")],
)
def test_links_and_devices(tmp_path, mode, why):
    info = zipfile.ZipInfo("parcel.csv")
    info.external_attr = (mode | 0o777) << 16
    packed(tmp_path / "a.zip", [(info, "/etc/passwd")])
    sources, said = found(tmp_path / "a.zip", tmp_path / "work")
    assert sources == [] and [(path, code, params["why"]) for path, code, params in said] == [
        ("a.zip/parcel.csv", "MEMBER_REFUSED", why)
    ]


def test_links_in_a_folder_are_not_followed(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "parcel.csv").symlink_to("/etc/passwd")
    assert found(tmp_path / "in", tmp_path / "work") == ([], [])


def test_encrypted_members(tmp_path):
    packed(tmp_path / "a.zip", [("parcel.csv", CSV)])
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag stands in both headers
        raw[raw.index(mark) + place] |= 1
    (tmp_path / "a.zip").write_bytes(raw)
    sources, said = found(tmp_path / "a.zip", tmp_path / "work")
    assert sources == [] and [(path, code, params["why_zh"]) for path, code, params in said] == [
        ("a.zip/parcel.csv", "MEMBER_REFUSED", "已加密")
    ]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_without_a_mark_are_utf8_or_gbk(tmp_path, encoding):
    (tmp_path / "a.zip").write_bytes(raw_member("parcel_宗地.csv".encode(encoding), CSV.encode()))
    assert found(tmp_path / "a.zip", tmp_path / "work") == (["a.zip/parcel_宗地.csv"], [])


def test_a_zero_in_a_name_hides_no_ending(tmp_path):
    (tmp_path / "a.zip").write_bytes(raw_member(b"a.csv\x00.exe", CSV.encode()))
    sources, said = found(tmp_path / "a.zip", tmp_path / "work")
    assert sources == [] and codes(said) == ["MEMBER_REFUSED"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_second_of_two_members_of_one_name_is_refused(tmp_path):
    packed(tmp_path / "a.zip", [("parcel.csv", CSV), ("parcel.csv", "other"), ("PARCEL.CSV", "third")])
    sources, said = found(tmp_path / "a.zip", tmp_path / "work")
    assert sources == ["a.zip/parcel.csv"]
    assert [(path, params["why"]) for path, _, params in said] == [
        ("a.zip/parcel.csv", "duplicate name"), ("a.zip/PARCEL.CSV", "duplicate name"),
    ]  # fmt: skip


def test_a_bomb_by_ratio(tmp_path):
    packed(tmp_path / "a.zip", [("parcel.csv", b"\x00" * 20_000_000)])  # packs to a thousandth
    assert codes(found(tmp_path / "a.zip", tmp_path / "work")[1]) == ["ARCHIVE_UNSAFE"]
    assert not any(path.is_file() for path in (tmp_path / "work").rglob("*"))


def nested(content, count):
    inner = io.BytesIO()
    packed(inner, [(f"t{n}.csv", content) for n in range(3)], zipfile.ZIP_STORED)
    return [(f"i{n}.zip", inner.getvalue()) for n in range(count)]


@pytest.mark.parametrize(("limit", "value"), [("MAX_BYTES", 3_000), ("MAX_MEMBERS", 10)])
def test_archives_inside_share_one_budget(tmp_path, monkeypatch, limit, value):
    monkeypatch.setattr(archive, limit, value)
    packed(tmp_path / "a.zip", nested("x" * 60, 5))  # 5 archives of 3 members, about 500 bytes each
    sources, said = found(tmp_path / "a.zip", tmp_path / "work")
    assert sources and "ARCHIVE_UNSAFE" in codes(said)
    assert len(sources) + codes(said).count("ARCHIVE_UNSAFE") * 3 == 15


def test_archives_of_one_folder_share_one_budget(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 5)
    (tmp_path / "in").mkdir()
    for name in ("a.zip", "b.zip"):
        packed(tmp_path / "in" / name, [(f"{n}.csv", CSV) for n in range(3)])
    sources, said = found(tmp_path / "in", tmp_path / "work")
    assert len(sources) == 3 and codes(said) == ["ARCHIVE_UNSAFE"]


@pytest.mark.parametrize("size", [5, 5_000_000])
def test_a_member_that_is_not_as_long_as_it_says(tmp_path, size):
    packed(tmp_path / "a.zip", [("parcel.csv", "x" * 1000)])
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", raw, raw.index(mark) + place, size)
    (tmp_path / "a.zip").write_bytes(raw)
    sources, said = found(tmp_path / "a.zip", tmp_path / "work")
    assert sources == [] and codes(said) in (["ARCHIVE_UNSAFE"], ["UNREADABLE"])


def test_a_list_of_members_that_is_itself_a_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_DIRECTORY", 1000)
    packed(tmp_path / "a.zip", [(f"{n}.csv", "") for n in range(100)])
    assert codes(found(tmp_path / "a.zip", tmp_path / "work")[1]) == ["ARCHIVE_UNSAFE"]


def test_members_that_lie_over_each_other(tmp_path):
    # One packed text, named by two entries: a small archive that unpacks to as much as one likes.
    packed(tmp_path / "a.zip", [("a.csv", "x" * 1000), ("b.csv", "y" * 1000)])
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    second = raw.rindex(b"PK\x01\x02")
    struct.pack_into("<I", raw, second + 42, 0)  # the second entry points at the first member
    (tmp_path / "a.zip").write_bytes(raw)
    sources, said = found(tmp_path / "a.zip", tmp_path / "work")
    assert sources == [] and codes(said) == ["UNREADABLE"]


def test_more_than_the_disk_has_room_for(tmp_path, monkeypatch):
    packed(tmp_path / "a.zip", [("parcel.csv", "x" * 1000)])
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 10})())
    with pytest.raises(NoSpace):
        found(tmp_path / "a.zip", tmp_path / "work")


def test_file_names_that_are_no_utf8(tmp_path):
    (tmp_path / "in").mkdir()
    with open(os.fsencode(tmp_path / "in") + b"/parcel_" + "宗地".encode("gbk") + b".csv", "w") as opened:
        opened.write(CSV)
    assert found(tmp_path / "in", tmp_path / "work") == (["parcel_宗地.csv"], [])


def test_an_import_of_hostile_archives_leaves_nothing_behind(tmp_path, empty_database, monkeypatch):
    monkeypatch.setenv(
        "LANDSTOCK_HOME", str(tmp_path / "home")
    )  # other tests work in the common one meanwhile
    settings.cache_clear()
    folder = tmp_path / "in"
    folder.mkdir()
    square = "121.01 41.01,121.02 41.01,121.02 41.02,121.01 41.02,121.01 41.01"
    good = f"parcel_code,holder,geom\n'); DROP TABLE parcel; --,<b>'甲'</b>,\"POLYGON(({square}))\"\n"
    packed(
        folder / "好'\".zip",
        [("../parcel.csv", good), ("宗 '\"地/parcel.csv", good), ("bomb.csv", b"\x00" * 9_000_000)],
    )
    packed(folder / "bomb.zip", [("parcel.csv", b"\x00" * 20_000_000)])
    (folder / "page.zip").write_text("<html>")
    (folder / "parcel\n名.csv").write_text(good)
    report = run([folder], ImportOptions(publish=True))
    accepted = {f.file: f.accepted for f in report.layers}
    assert accepted["好'\".zip/宗 '\"地/parcel.csv"] == 1 and report.published
    assert report.issues()["MEMBER_REFUSED"] == 1 and report.issues()["ARCHIVE_UNSAFE"] == 1
    assert list((settings().home / "work").iterdir()) == []
    assert not (tmp_path / "parcel.csv").exists()
    monkeypatch.undo()
    settings.cache_clear()


def test_layers_of_one_archive_in_folders_capitals_and_an_inner_archive(tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    for name in ("parcel", "park"):
        gpd.GeoDataFrame({"a": [name]}, geometry=[box(121, 41, 121.1, 41.1)], crs=4490).to_file(
            folder / f"{name}.shp"
        )
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as opened:
        for part in sorted(folder.glob("park.*")):
            opened.write(part, f"下层/{part.name}")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as opened:
        for part in sorted(folder.glob("parcel.*")):
            if part.suffix != ".shx":
                opened.write(part, f"成果/一/{part.name.upper()}")
        opened.writestr("成果/二/park.zip", inner.getvalue())
    (tmp_path / "work").mkdir()
    sources = list(
        discover(files_of([tmp_path / "a.zip"]), tmp_path / "work", lambda *said: pytest.fail(str(said)))
    )
    assert [s.path for s in sources] == ["a.zip/成果/一/PARCEL.SHP", "a.zip/成果/二/park.zip/下层/park.shp"]
    read = {s.names[0].lower(): formats.read(s, None, False, tmp_path / "work") for s in sources}
    assert {name: raw.frame["a"].tolist() for name, raw in read.items()} == {
        "parcel": ["parcel"],
        "park": ["park"],
    }
    assert [i.code for i in read["parcel"].findings.items] == ["SHX_MISSING"]


REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"
PUBLISHED = {
    "nasty-mapshaper/features/zip/points.zip": {"points.zip/points/points.shp": 295},
    "nasty-mapshaper/features/zip/zip-in-zip.zip": {"zip-in-zip.zip/zip/points.zip/points/points.shp": 295},
    "nasty-pyshp/blockgroups_multishapefile.zip": {
        f"blockgroups_multishapefile.zip/blockgroups{n}.shp": 663 for n in ("", "2")
    },
    "nasty-pyshp/empty_zipfile.zip": {},  # a text that is no data
    "nasty-pyshp/REL.zip": {"REL.zip/REL/releaseArea20090407.shp": 1},
}


@pytest.mark.skipif(not REAL.is_dir(), reason=f"the published data are not at {REAL}")
@pytest.mark.parametrize("name", PUBLISHED)
def test_archives_of_other_projects(tmp_path, name):
    (tmp_path / "work").mkdir()
    said = []
    sources = list(
        discover(files_of([REAL / name]), tmp_path / "work", lambda path, code, params: said.append(code))
    )
    rows = {s.path: len(formats.read(s, None, False, tmp_path / "work").frame) for s in sources}
    assert rows == PUBLISHED[name] and set(said) <= {"FILE_NOT_READ"}
