"""Readers and what may be wrong with files: every file has an outcome, none a traceback."""

import io
import os
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from etl.errors import BadMapping, PathMissing, PathUnreadable, Refused
from etl.mapping.file import load
from etl.options import ImportOptions
from etl.read import Reader
from etl.readers import archive, table
from etl.readers.dbf import read_dbf
from etl.readers.discover import discover, files_of
from etl.readers.vector import read_shapefile

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"
NASTY = [f"nasty-{name}" for name in ("gdal-autotest", "mapshaper", "pyshp", "shapelib", "fiona")]


def packed(path, members):
    with zipfile.ZipFile(path, "w") as opened:
        for name, content in members.items():
            opened.writestr(name, content)


def found(folder, work):
    work.mkdir()
    said = []
    sources = list(discover(files_of([folder]), work, lambda path, code, params: said.append((path, code))))
    return {s.path: s for s in sources}, said


def layer(folder, name="parcel", encoding="gbk"):
    folder.mkdir(exist_ok=True)
    gpd.GeoDataFrame({"holder": ["锦州市某某公司"]}, geometry=[box(121, 41, 121.1, 41.1)], crs=4490).to_file(
        folder / f"{name}.shp", encoding=encoding
    )
    return folder


def test_members_that_lead_outside_are_refused_and_the_others_read(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    names = ("../x.csv", "/tmp/y.csv", "a/../../z.csv", "C:\\w.csv", "好/parcel.csv")
    packed(folder / "a.zip", dict.fromkeys(names, "a\n1\n"))
    sources, said = found(folder, tmp_path / "work")
    assert list(sources) == ["a.zip/好/parcel.csv"]
    assert [code for _, code in said] == ["MEMBER_REFUSED"] * 4
    assert not (tmp_path / "x.csv").exists() and not (tmp_path / "z.csv").exists()


def test_name_of_a_member_in_gbk():
    info = zipfile.ZipInfo("宗地.csv".encode("gbk").decode("cp437"))
    info.flag_bits = 0
    assert archive.member_name(info) == "宗地.csv"


def test_archive_in_an_archive_and_no_deeper(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    content = {"parcel.csv": "a\n1\n"}
    for _ in range(2):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as opened:
            for name, text in content.items():
                opened.writestr(name, text)
        content = {"inner.zip": inner.getvalue(), "sub/parcel.csv": "a\n1\n"}
    packed(folder / "a.zip", content)
    sources, said = found(folder, tmp_path / "work")
    assert sorted(sources) == ["a.zip/inner.zip/sub/parcel.csv", "a.zip/sub/parcel.csv"]
    assert said == [("a.zip/inner.zip/inner.zip", "MEMBER_REFUSED")]


@pytest.mark.parametrize(("limit", "value"), [("MAX_MEMBERS", 1), ("MAX_BYTES", 3)])
def test_too_many_or_too_large_members(tmp_path, monkeypatch, limit, value):
    monkeypatch.setattr(archive, limit, value)
    folder = tmp_path / "in"
    folder.mkdir()
    packed(folder / "a.zip", {"a.csv": "1234", "b.csv": "1"})
    assert found(folder, tmp_path / "work") == ({}, [("a.zip", "ARCHIVE_UNSAFE")])


def test_empty_archive_and_what_is_none(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    packed(folder / "a.zip", {})
    (folder / "b.zip").write_text("<html>")
    (folder / "c.xlsx").write_text("<html>")
    assert found(folder, tmp_path / "work")[1] == [
        ("a.zip", "ARCHIVE_EMPTY"), ("b.zip", "UNREADABLE"), ("c.xlsx", "UNREADABLE"),
    ]  # fmt: skip


@pytest.mark.parametrize("mark", ["gbk", "none", "wrong", "byte"])
def test_encoding_of_an_attribute_table(tmp_path, mark):
    folder = layer(tmp_path / "in")
    raw = bytearray((folder / "parcel.dbf").read_bytes())
    raw[29] = 0x4D if mark == "byte" else 0
    (folder / "parcel.dbf").write_bytes(raw)
    said = {"gbk": "GBK", "wrong": "UTF-8"}.get(mark)  # a .cpg that cannot decode the table is passed over
    read = read_dbf(folder / "parcel.dbf", said, None)
    assert read.frame["holder"].tolist() == ["锦州市某某公司"]
    assert (read.encoding.name, read.encoding.source) == (
        "gb18030", {"gbk": "CPG", "byte": "LDID"}.get(mark, "GUESSED"),
    )  # fmt: skip


def test_missing_index_and_endings_in_capitals(tmp_path):
    folder = layer(tmp_path / "in")
    (folder / "parcel.shx").unlink()
    for path in list(folder.iterdir()):
        path.rename(path.with_suffix(path.suffix.upper()))
    sources, said = found(folder, tmp_path / "work")
    raw = read_shapefile(sources["parcel.SHP"], None, False, tmp_path / "work")
    assert (len(raw.frame), raw.wkb[0] is not None, said) == (1, True, [])
    assert [i.code for i in raw.findings.items] == ["SHX_MISSING"]
    assert not list(folder.glob("*.shx"))  # a delivery is never written to


@pytest.mark.parametrize(
    ("part", "code"),
    [("shp", "STRUCTURE_DAMAGED"), ("dbf", "STRUCTURE_DAMAGED"), ("html", "UNREADABLE")],
)
def test_damaged_parts(tmp_path, part, code):
    folder = layer(tmp_path / "in")
    path = folder / ("parcel.dbf" if part == "dbf" else "parcel.shp")
    path.write_bytes(b"<html>" * 40 if part == "html" else path.read_bytes()[:-10])
    sources, _ = found(folder, tmp_path / "work")
    with pytest.raises(Refused) as raised:
        read_shapefile(sources["parcel.shp"], None, False, tmp_path / "work")
    assert raised.value.code == code


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gbk"])
def test_text_tables(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_text("holder,备注\n锦州市某某开发有限公司,=1+1\n'); DROP TABLE parcel,a,b\n短\n", encoding)
    raw = table.to_raw(table.read_csv(path, None), lambda name: name in ("holder", "备注"), None)
    # A cell too many is kept in a column of its own and said, one too few is empty; formulas are texts.
    assert raw.frame.columns.tolist() == ["holder", "备注", "column 3"]
    assert raw.frame.to_numpy().tolist() == [
        ["锦州市某某开发有限公司", "=1+1", None], ["'); DROP TABLE parcel", "a", "b"], ["短", None, None],
    ]  # fmt: skip
    assert [(issue.code, issue.row_no) for issue in raw.findings.items] == [("CELLS_BEYOND", 3)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sources:\n  - match: [a\n", "line 3"),
        ("sources:\n  - {match: a, layer: parcels}\n", "sources.0.*layer"),
        ("sources:\n  - {match: a, layer: parcel, columns: {nope: A}}\n", "no column nope"),
    ],
)
def test_broken_mapping_files(tmp_path, text, said):
    path = tmp_path / "m.yaml"
    path.write_text(text)
    with pytest.raises(BadMapping, match=said) as raised:
        load(path)
    assert raised.value.exit_code == 2


def test_missing_path(tmp_path):
    with pytest.raises(PathMissing) as raised:
        files_of([tmp_path / "nowhere"])
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("name", NASTY)
def test_odd_files_of_other_projects_have_an_outcome(tmp_path, name):
    if not (REAL / name).is_dir():
        pytest.skip(f"{name} is not at {REAL}")
    sources, _ = found(REAL / name, tmp_path / "work")
    reader = Reader(ImportOptions(), None, tmp_path / "work")
    assert sources
    for source in sources.values():
        work = reader.read(source, None, "builtup")
        assert work.blocked_by or work.read == work.accepted + work.rejected, source.path


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    # As root every file may be read, so the answer of the system is replaced.
    (tmp_path / "secret.csv").write_text("a\n1\n")
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "secret.csv")
    with pytest.raises(PathUnreadable, match="secret"):
        files_of([tmp_path])
