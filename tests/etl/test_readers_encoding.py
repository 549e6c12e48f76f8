"""Encodings: right, or two are named and a person chooses; never a wrong one in silence."""

import random
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from etl.options import ImportOptions
from etl.read import Reader
from etl.readers.dbf import read_dbf
from etl.readers.encoding import as_rivals, detect, known
from etl.readers.raw import Source

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real" / "nasty-mapshaper" / "dbf"
LETTERS = {
    "gb18030": "锦州市太和区凌河古塔松山新区滨海经济技术开发义县黑山北镇凌汤子工业园有限公司责任股份集团石化装备制造物流仓储食品医药化机械电能源汽"
    "车零部件农科展投资建设程宗地代码土使用权人坐落面积途合同编号签订日期约定开时间竣动强度容率绿出让划拨租赁商住宅",
    "big5": "臺北市高雄臺中縣國土地號使用分區所有權人面積公司有限股份工業區產業園區新竹科學園段小建築登記日期合約開發桃園龜山鄉鎮路街號",
    "cp932": "沖縄県那覇市字大字丁目番地土地所有者面積用途地域商業工業住宅東京都千代田区横浜市中区山下町会社株式有限製作所物流倉庫ひらがなカタカナのはをに",
    "euc_jp": "沖縄県那覇市字大字丁目番地土地所有者面積用途地域商業工業住宅東京都千代田区横浜市中区山下町会社株式有限製作所物流倉庫ひらがなカタカナのはをに",
    "cp949": "서울특별시강남구토지면적용도지역공업단지주식회사번지소유자",
}


def names(letters, chance, count):
    return "\n".join(
        "".join(chance.choice(letters) for _ in range(chance.randint(2, 12))) for _ in range(count)
    )


@pytest.mark.parametrize("encoding", [*LETTERS, "utf-8"])
def test_tables_of_names_are_never_wrong_in_silence(encoding):
    asked = 0
    for number in range(300):
        chance = random.Random(number)
        text = names(LETTERS.get(encoding, LETTERS["gb18030"]), chance, chance.choice((3, 5, 10, 40)))
        found = detect(text.encode(encoding))
        assert found.rivals or found.name == encoding, (number, found)
        asked += bool(found.rivals)
    # Chinese, Taiwanese and Japanese tables are sure but for a few of three short names; Korean shares its bytes with GB2312.
    if encoding in ("gb18030", "big5", "cp932", "utf-8"):
        assert asked <= 15


EXPECTED = {
    "gbk": ("gb18030", "GUESSED", "简体国语"),
    "gb2312": ("gb18030", "GUESSED", "简体国语"),
    "big5": ("big5", "GUESSED", "繁體國語"),
    "shiftjis": ("cp932", "GUESSED", "ひたちなか市"),
    "utf8": ("utf-8", "UTF8", "国语國語"),
    "ldid/chinese": ("gb18030", "LDID", "简体"),
    "cpg/shiftjis": ("cp932", "CPG", "カタカナひらがな"),
    "cpg/big5": ("big5", "CPG", "國語"),
    "cpg/euckr": ("cp949", "CPG", "한국말"),
    "cpg/koi8r": ("koi8-r", "CPG", "русский"),
    "cpg/latin2": ("iso8859-2", "CPG", "čeština"),
    "cpg/win1251": ("cp1251", "CPG", "РУССКИЙ"),
    "cpg/win874": ("cp874", "CPG", "ภาษาไทย"),
    "cpg/utf16": ("utf-16", "CPG", None),  # no rows; its field names are in units of two bytes
}


@pytest.mark.skipif(not REAL.is_dir(), reason=f"the published data are not at {REAL}")
@pytest.mark.parametrize("name", EXPECTED)
def test_tables_of_other_projects(name):
    path = REAL / f"{name}.dbf"
    cpg = path.with_suffix(".cpg")
    read = read_dbf(path, cpg.read_text() if cpg.exists() else None, None)
    encoding, source, text = EXPECTED[name]
    assert (read.encoding.name, read.encoding.source, read.encoding.rivals) == (encoding, source, ())
    strange = [v for column in read.frame for v in read.frame[column].dropna() if not v.isascii()]
    assert strange[:1] == ([text] if text else [])
    assert not read.findings.items


@pytest.mark.skipif(not REAL.is_dir(), reason=f"the published data are not at {REAL}")
@pytest.mark.parametrize("name", ["eucjp", "latin1", "periphereies"])
def test_tables_that_cannot_be_told_are_asked_about(name):
    assert read_dbf(REAL / f"{name}.dbf", None, None).encoding.rivals


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("GBK", "gb18030"), ("936", "gb18030"), ("ANSI 936", "gb18030"), ("cp936", "gb18030"), ("GB18030", "gb18030"), ("54936", "gb18030"),
        ("UTF-8", "utf-8"), ("65001", "utf-8"), ("utf8\r\n", "utf-8"), ("shiftjis", "cp932"), ("SJIS", "cp932"), ("932", "cp932"),
        ("Big-5", "big5"), ("950", "cp950"), ("UTF16", "utf-16"), ("88591", "iso8859-1"), ("8859_1", "iso8859-1"), ("8859-15", "iso8859-15"),
        ("windows-1252", "cp1252"), ("EUC-JP", "euc_jp"), ("OEM", None), ("", None), ("rubbish", None), ("hex", None), ("zip", None),
    ],
)  # fmt: skip
def test_names_of_encodings_as_files_write_them(name, python):
    assert known(name) == python


HOLDERS = [
    "锦州市太和区某某开发有限公司",
    "凌海市某某制造有限责任公司",
    "义县某某物流股份有限公司",
    "北镇市某某食品厂",
]


def written(folder, encoding, ldid=0):
    gpd.GeoDataFrame({"holder": HOLDERS}, geometry=[box(n, 0, n + 1, 1) for n in range(4)], crs=4490).to_file(
        folder / "parcel.shp", encoding=encoding
    )
    (folder / "parcel.cpg").unlink(missing_ok=True)
    raw = bytearray((folder / "parcel.dbf").read_bytes())
    raw[29] = ldid
    (folder / "parcel.dbf").write_bytes(raw)
    return folder / "parcel.dbf"


@pytest.mark.parametrize("ldid", [0x00, 0x03, 0x57, 0x58, 0x4D, 0x13, 0xC9])
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_language_bytes_do_not_make_mojibake(tmp_path, encoding, ldid):
    # 0x57 and 0x03 say "the system's own", which is 1252 in the table of the format and GBK on the system that wrote it.
    read = read_dbf(written(tmp_path, encoding, ldid), None, None)
    assert read.frame["holder"].tolist() == HOLDERS or read.encoding.rivals


@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [
        ("gbk", "ISO-8859-1"),
        ("gbk", "1252"),
        ("utf-8", "GBK"),
        ("utf-8", "936"),
        ("gbk", "Big5"),
        ("utf-8", "88591"),
    ],
)
def test_a_cpg_that_its_own_table_contradicts_is_asked_about(tmp_path, encoding, cpg):
    read = read_dbf(written(tmp_path, encoding), cpg, None)
    assert read.frame["holder"].tolist() == HOLDERS or read.encoding.rivals, read.frame["holder"].tolist()


def test_an_uncertain_encoding_blocks_and_shows_names_in_each(tmp_path):
    dbf = written(tmp_path, "gbk")
    dbf.with_suffix(".cpg").write_text("ISO-8859-1")
    (tmp_path / "work").mkdir()
    source = Source("parcel.shp", dbf.with_suffix(".shp"), "shp", None, ("parcel",))
    work = Reader(ImportOptions(), None, tmp_path / "work").read(source, None, "builtup")
    assert "ENCODING_UNCERTAIN" in work.blocked_by
    (issue,) = [i for i in work.findings.items if i.code == "ENCODING_UNCERTAIN"]
    assert len(issue.params["sample"]) >= 3 and issue.params["rivals"] == ["gb18030"]
    assert issue.params["others"] == [f"gb18030: {', '.join(HOLDERS)}"]
    declared = Reader(ImportOptions(encoding="gb18030"), None, tmp_path / "work").read(
        source, None, "builtup"
    )
    assert not [code for code in declared.findings.counts() if code.startswith("ENCODING")]


def test_field_names_cut_inside_a_character(tmp_path):
    dbf = written(tmp_path, "gbk")
    raw = bytearray(dbf.read_bytes())
    raw[32:43] = "土地使用权人".encode()[:10] + b"\x00"  # three characters and a stray byte
    dbf.write_bytes(raw)
    read = read_dbf(dbf, None, "utf-8")
    assert read.frame.columns.tolist() == ["土地使"]
    raw[32:43] = b"a" + "土地使用权".encode("gbk")[:9] + b"\x00"  # four characters and a half
    dbf.write_bytes(raw)
    read = read_dbf(dbf, None, None)
    assert read.frame.columns.tolist() == ["a土地使用"] and read.encoding.name == "gb18030"


def test_repeated_field_names_stay_apart(tmp_path):
    frame = gpd.GeoDataFrame({"a": ["1"], "b": ["2"], "a_1": ["3"]}, geometry=[box(0, 0, 1, 1)], crs=4490)
    frame.to_file(tmp_path / "x.shp")
    raw = bytearray((tmp_path / "x.dbf").read_bytes())
    raw[64:66] = b"a\x00"
    (tmp_path / "x.dbf").write_bytes(raw)
    read = read_dbf(tmp_path / "x.dbf", None, None)
    assert len(set(read.frame.columns)) == 3 and sorted(read.frame.iloc[0]) == ["1", "2", "3"]


def test_samples_in_the_rival_encodings():
    found = detect("서울특별시강남구토지면적".encode("euc-kr"))
    assert found.rivals
    assert as_rivals(["a"], found)[0].endswith(": a")
