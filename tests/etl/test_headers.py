"""Headers of ledgers as offices draw them: merged groups, columns merged downwards, titles, notes, units."""

from decimal import Decimal

import openpyxl
import pytest

from etl.issues import Findings
from etl.mapping.apply import apply
from etl.mapping.file import ColumnRule, SourceRule
from etl.mapping.names import is_known
from etl.readers.table import read_sheet, to_raw


def read(path, lines, merged, asked=None):
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    for block in merged:
        book.active.merge_cells(block)
    book.save(path)
    return to_raw(read_sheet(path, book.active.title), lambda name: is_known(name, "contract"), asked)


NAMES = ["合同编号", "宗地代码", "出让面积（公顷）"]
DATA = ["HT-1", "GB00001", 1.5]


@pytest.mark.parametrize("asked", [None, 2])
def test_columns_that_are_all_merged_downwards_are_one_header_of_two_rows(tmp_path, asked):
    lines = [["2024年供地台账"], NAMES, [None] * 3, DATA, ["注：以合同为准"]]
    raw = read(tmp_path / "a.xlsx", lines, ["A1:C1", "A2:A3", "B2:B3", "C2:C3"], asked)
    assert list(raw.frame.columns) == NAMES
    # Rows 2 and 3 are the header, row 5 is a note.
    assert (raw.row_no.tolist(), raw.frame.iloc[0].tolist()) == ([4], ["HT-1", "GB00001", "1.5"])
    assert [(i.code, i.row_no) for i in raw.findings.items] == [("ROW_NOTE", 5)]


def test_a_group_over_two_columns_beside_columns_merged_downwards(tmp_path):
    lines = [
        ["合同编号", "约定", None, "备注"],
        [None, "约定动工时间", "约定竣工时间", None],
        ["HT-1", "2022-03-05", "2023-05-31", None],
    ]
    raw = read(tmp_path / "a.xlsx", lines, ["A1:A2", "B1:C1", "D1:D2"])
    assert list(raw.frame.columns) == ["合同编号", "约定/约定动工时间", "约定/约定竣工时间", "备注"]
    assert raw.row_no.tolist() == [3]


def test_a_header_of_one_row_stays_one(tmp_path):
    raw = read(tmp_path / "a.xlsx", [NAMES, DATA, ["HT-2", None, 2]], ["B2:B3"])
    # A block merged over two rows of data holds for both and makes no header of them.
    assert raw.row_no.tolist() == [2, 3]
    assert raw.frame["宗地代码"].tolist() == ["GB00001", "GB00001"]


@pytest.mark.parametrize(
    ("unit", "value", "codes"),
    [(None, Decimal(15_000), []), ("公顷", Decimal(15_000), []), ("亩", None, ["UNIT_CONTRADICTS"])],
)
def test_unit_of_the_header_and_of_the_mapping(tmp_path, unit, value, codes):
    raw = read(tmp_path / "a.xlsx", [NAMES, DATA], [])
    column = ColumnRule(("出让面积（公顷）",), unit=unit)
    findings = Findings("contract")
    # 1.5 hectares are 15,000 m2; where header and mapping disagree nobody can say.
    mapped = apply(
        raw, "contract", SourceRule("*", "contract", columns={"granted_area_m2": column}), findings
    )
    assert mapped.frame["granted_area_m2"].tolist() == [value]
    assert [i.code for i in findings.items if i.code.startswith("UNIT")] == codes


def test_a_row_of_units_below_the_titles_is_part_of_the_header(tmp_path):
    names = ["合同编号", "宗地代码", "出让面积", "成交价格", "投资强度"]
    lines = [names, [None, None, "亩", "(元)", "单位：万元/亩"], ["HT-1", "GB00001", 15, 25_000, 300]]
    raw = read(tmp_path / "a.xlsx", lines, [])
    assert raw.row_no.tolist() == [3] and list(raw.frame.columns)[2] == "出让面积（亩）"
    findings = Findings("contract")
    mapped = apply(raw, "contract", None, findings)
    # 15 mu are exactly one hectare, 25,000 yuan 2.5 wan; 300 wan a mu are 4,500 a hectare.
    found = mapped.frame.iloc[0][["granted_area_m2", "price_wan", "intensity_wan_per_ha"]].tolist()
    assert found == [Decimal(10_000), Decimal("2.5"), Decimal(4_500)]


def test_a_row_with_a_value_is_no_row_of_units(tmp_path):
    lines = [["合同编号", "宗地代码", "出让面积"], ["HT-1", None, "亩"], ["HT-2", "GB00001", 15]]
    assert read(tmp_path / "a.xlsx", lines, []).row_no.tolist() == [2, 3]
