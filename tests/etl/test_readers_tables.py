"""Workbooks and text tables as people make them, and as attackers do."""

import zipfile

import openpyxl
import pytest

from etl.errors import Refused
from etl.readers import table, workbook
from etl.readers.discover import discover, files_of

KNOWN = {"宗地代码", "面积", "合同编号", "受让人", "出让面积(公顷)", "合同/编号"}


def known(name):
    return name in KNOWN


def book(path, rows, merged=(), title="parcel"):
    made = openpyxl.Workbook()
    page = made.active
    page.title = title
    for row in rows:
        page.append(row)
    for block in merged:
        page.merge_cells(block)
    made.save(path)
    return path


def found(path, work):
    work.mkdir(exist_ok=True)
    said = []
    sources = list(discover(files_of([path]), work, lambda path, code, params: said.append(code)))
    return [s.part for s in sources], said


def test_a_format_down_to_the_last_row_makes_no_rows(tmp_path):
    made = openpyxl.Workbook()
    page = made.active
    page.title = "parcel"
    page.append(["宗地代码", "面积"])
    page.append(["A", 1])
    page.cell(1_048_576, 16_384).style = "Good"  # a cell without a value at the far end of the sheet
    made.save(tmp_path / "a.xlsx")
    grid = table.read_sheet(tmp_path / "a.xlsx", "parcel")
    assert grid.rows == [["宗地代码", "面积"], ["A", "1"]]


def test_a_sheet_of_too_many_cells(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "MAX_CELLS", 3)
    with pytest.raises(Refused, match="SHEET_TOO_LARGE"):
        table.read_sheet(book(tmp_path / "a.xlsx", [["a", "b"], ["c", "d"]]), "parcel")


def test_a_value_at_the_far_corner_is_no_bomb(tmp_path):
    made = openpyxl.Workbook()
    made.active.title = "parcel"
    made.active.cell(1_048_576, 16_384, "x")
    made.save(tmp_path / "a.xlsx")
    with pytest.raises(Refused, match="SHEET_TOO_LARGE"):
        table.read_sheet(tmp_path / "a.xlsx", "parcel")


def rewritten(path, old, new):
    """Change the text of the first sheet of a workbook."""
    with zipfile.ZipFile(path) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    members["xl/worksheets/sheet1.xml"] = members["xl/worksheets/sheet1.xml"].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return path


def test_a_merged_block_over_the_whole_sheet_is_refused_unopened(tmp_path):
    path = book(tmp_path / "a.xlsx", [["a", "b"]], ["A1:B1"])
    rewritten(path, b'ref="A1:B1"', b'ref="A1:XFD1048576"')  # 17 thousand million cells
    assert found(path, tmp_path / "work") == ([], ["ARCHIVE_UNSAFE"])


@pytest.mark.parametrize("size", [10, 7_000, 1 << 20, (1 << 20) + 37])
def test_merged_blocks_are_found_wherever_the_text_is_cut(tmp_path, size):
    path = book(tmp_path / "a.xlsx", [["a", "b"]], ["A1:B1"])
    blanks = b"<!--" + b" " * size + b"-->"
    rewritten(path, b"<mergeCells", blanks + b"<mergeCells")
    with zipfile.ZipFile(path) as opened:
        assert workbook._look(opened, "xl/worksheets/sheet1.xml") == (2, 0)


def test_a_workbook_that_unpacks_to_a_bomb(tmp_path):
    path = book(tmp_path / "a.xlsx", [["a"]])
    rewritten(path, b"</sheetData>", b"</sheetData>" + b" " * 30_000_000)
    assert found(path, tmp_path / "work") == ([], ["ARCHIVE_UNSAFE"])


def test_formulas_without_a_stored_result_are_said(tmp_path):
    path = book(tmp_path / "a.xlsx", [["宗地代码", "面积"], ["A", "=1+1"], ["B", 3]])
    assert found(path, tmp_path / "work") == (["parcel"], ["FORMULAS_EMPTY"])


def test_several_header_rows_with_merged_blocks_notes_and_sums(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        [
            ["锦州市土地出让合同台账", None, None],
            ["单位：公顷", None, None],
            ["合同", None, "出让面积(公顷)"],
            ["编号", "受让人", None],
            ["1", "2", "3"],
            ["HT-1", "甲公司", 1.5],
            [None, None, None],
            ["HT-2", "乙公司", "#REF!"],
            ["合计", None, 1.5],
            ["注：以上数据截至2024年", None, None],
        ],
        ["A1:C1", "A3:B3", "C3:C4"],
    )
    raw = table.to_raw(table.read_sheet(path, "parcel"), known, None)
    assert raw.frame.columns.tolist() == ["合同/编号", "合同/受让人", "出让面积(公顷)"]
    assert raw.frame.iloc[-2:].to_numpy().tolist() == [["HT-1", "甲公司", "1.5"], ["HT-2", "乙公司", "#REF!"]]
    assert raw.row_no.tolist()[-2:] == [6, 8]
    said = [(i.code, i.row_no) for i in raw.findings.items]
    assert ("TEXT_DAMAGED", 8) in said and {9, 10} <= {row for code, row in said if code == "ROW_NOTE"}


def test_a_quotation_mark_that_is_never_closed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('宗地代码,面积\nA,"1\nB,2\nC,3\n', encoding="utf-8")
    with pytest.raises(Refused, match="QUOTE_OPEN") as raised:
        table.read_csv(path, None)
    assert (raised.value.params["row"], raised.value.params["rows"]) == (2, 3)


@pytest.mark.parametrize(
    "text", ['a,b\n1,"x\ny"\n', 'a,b\n1,5" pipe\n', 'a,b\n1,"x ""y"" z"\n', 'a,b\n"1\n2",3']
)
def test_quotation_marks_that_are_meant(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    assert len(table.read_csv(tmp_path / "a.csv", None).rows) == 2


def test_utf16_without_a_mark_and_control_characters(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("parcel_code,holder\nA,甲\n".encode("utf-16-le"))
    grid = table.read_csv(path, None)
    assert grid.rows == [["parcel_code", "holder"], ["A", "甲"]] and grid.encoding.name == "utf-16-le"
    path.write_text("宗地代码,面积\nA\x07B,1\nC,2\n", encoding="utf-8")
    raw = table.to_raw(table.read_csv(path, None), known, None)
    assert [(i.code, i.row_no) for i in raw.findings.items] == [("TEXT_DAMAGED", 2)]


def test_one_damaged_byte_makes_no_other_encoding(tmp_path):
    lines = [f"21071100100{n:04d},锦州市第{n}号有限责任公司" for n in range(200)]
    raw = bytearray("\n".join(["宗地代码,受让人", *lines]).encode("gbk"))
    raw[raw.index("市".encode("gbk"), 500) + 1] = 0xFF
    (tmp_path / "a.csv").write_bytes(raw)
    grid = table.read_csv(tmp_path / "a.csv", None)
    assert (grid.encoding.name, grid.encoding.rivals) == ("gb18030", ())
    assert len(table.to_raw(grid, known, None).findings.items) == 1


def test_a_block_merged_over_very_many_rows(tmp_path):
    rows = [["宗地代码", "面积"], *([None, n] for n in range(20_000))]
    path = book(tmp_path / "a.xlsx", rows, ["A1:A20001"])
    grid = table.read_sheet(path, "parcel")
    assert len(grid.wide) == 20_001
    raw = table.to_raw(grid, known, None)  # all of it is header then, as one block says
    assert len(raw.frame) == 0


@pytest.mark.parametrize("text", [b"</f>" + b" " * 3_000_000, b"<mergeCell " * 200_000, b"<f" * 500_000])
def test_text_that_would_be_searched_for_ever(tmp_path, text):
    path = book(tmp_path / "a.xlsx", [["a"]])
    rewritten(path, b"<sheetData>", b"<!--" + text + b"--><sheetData>")
    with zipfile.ZipFile(path) as opened:
        assert workbook._look(opened, "xl/worksheets/sheet1.xml") == (0, 0)
