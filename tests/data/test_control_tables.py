"""Official tables of control values: read with their lines, or refused with the line."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from data import rules
from data.rules.tables import read_standards
from gis.errors import InvalidRule

HEADER = "edition,place,indicator,industry_code,industry_code_version,grade_from,grade_to,value,unit,source,binding,from,to,document"
ROW = "2023,CN,INTENSITY,36,2017,9,10,1800,万元/公顷,NATIONAL_RECOMMENDED,false,2023-06-26,,自然资发〔2023〕72号"
GRADES = "division_code,grade,from,to,document\n210703,9,2009-01-01,,国土资发〔2008〕308号\n"


def written(folder: Path, text: str, name: str = "control.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_a_table_is_read_with_its_edition_and_grades(tmp_path):
    files = (written(tmp_path, f"{HEADER}\n{ROW}\n"), written(tmp_path, GRADES, "grades.csv"))
    found = read_standards(files)
    (cell,) = found.of("INTENSITY", "3670", "2017", ("210703", "K"), dt.date(2024, 1, 1))
    assert (cell.value, cell.canonical, cell.binding) == (Decimal(1800), 1800, False)
    assert found.of("INTENSITY", "3670", "2017", ("210703", "K"), dt.date(2023, 6, 25)) == "NO_ROW"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a,b\n", 1, "表头"),
        (f"{HEADER}\n{ROW.replace(',36,', ',,')}\n", 2, "industry_code"),
        (f"{HEADER}\n{ROW}\n{ROW.replace('1800', '1900')}\n", 3, "重复规定"),
        (f"{HEADER}\n{ROW.replace('false', 'true')}\n", 2, "推荐性指标"),
        (f"{HEADER}\n{ROW.replace('1800', '0')}\n", 2, "value"),
        (f"{HEADER}\n{ROW.replace('1800', 'NaN')}\n", 2, "value"),
        (
            f"{HEADER}\n{ROW.replace('1800', '1e999999999')}\n",
            2,
            "value",
        ),  # would fill the memory as a fraction
        (f"{HEADER}\n{ROW.replace('CN,', 'CN/21/3301,')}\n", 2, "place"),  # 3301 does not lie in 21
        (f"{HEADER}\n{ROW.replace('万元/公顷', '元')}\n", 2, "unit"),
        (f"{HEADER}\n{ROW.replace(',9,10,', ',11,10,')}\n", 2, "grade_from"),
        (f"{HEADER}\n{ROW.replace(',9,10,', ',9,16,')}\n", 2, "grade_to"),
        (f"{HEADER}\n{ROW.replace('2023-06-26', '2023-6-26')}\n", 2, "from"),
        (f"{HEADER}\n{ROW.replace('CN,', 'China,')}\n", 2, "place"),
        (f"{HEADER}\n{ROW},1\n", 2, "列"),
        (GRADES.replace("210703", "锦州"), 2, "division_code"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, text, line, said):
    with pytest.raises(InvalidRule) as refused:
        read_standards((written(tmp_path, text),))
    assert refused.value.line == line and said in refused.value.text("zh")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidRule, match="UTF-8"):
        read_standards((path,))


def test_a_table_of_the_installation_counts_and_changes_the_version(tmp_path, monkeypatch):
    monkeypatch.setattr(rules, "local_files", lambda: ())
    monkeypatch.setattr("data.rules.table_files", lambda: tuple(sorted(tmp_path.glob("rules/tables/*.csv"))))
    before = rules.version()
    assert rules.standards().controls == ()
    (tmp_path / "rules" / "tables").mkdir(parents=True)
    written(tmp_path / "rules" / "tables", f"{HEADER}\n{ROW}\n")
    assert len(rules.standards().controls) == 1 and rules.version() != before
