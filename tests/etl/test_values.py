"""Dates, numbers, units, codes: by hand and as properties."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.checks.codes import _LETTERS, check_character, is_credit_code
from etl.mapping import units
from etl.mapping.dates import Placeholder, Unreadable, read_date
from etl.mapping.values import is_empty, read_bool, read_int, read_list, read_number

DAY = dt.date(2023, 5, 31)
days = st.dates(dt.date(1901, 1, 1), dt.date(2099, 12, 31))
_DIGITS = "〇一二三四五六七八九"


def _spoken(number: int) -> str:
    """Return a number below 100 as Chinese offices write it: 二十一, 十, 三十."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


@pytest.mark.parametrize(
    "text",
    [
        "2023-05-31", "2023/5/31", "2023.5.31", "20230531", "2023年5月31日", "2023年05月31号", "２０２３年５月３１日",
        "2023 年 5 月 31 日", "二〇二三年五月三十一日", "2023-05-31 00:00:00", "2023-05-31T08:30:00+08:00", "45077",
        "45077.0", " 2023-5-31 ",
    ],
)  # fmt: skip
def test_every_form_of_one_day(text):
    # 45077 days after 1899-12-30 is 31 May 2023, as a workbook shows it.
    assert read_date(text) == DAY


@pytest.mark.parametrize(
    "text", ["2023年5月", "23-5-31", "05/31/2023", "31.5.2023", "2023-02-30", "202305", "明年", "5"]
)
def test_what_is_not_surely_one_day_is_not_read(text):
    with pytest.raises(Unreadable):
        read_date(text)


@pytest.mark.parametrize(
    "text", ["1900-01-01", "1899-12-30", "1900/1/1", "0", "1", "1900-01-00", "0000-00-00"]
)
def test_placeholders_are_no_days(text):
    with pytest.raises(Placeholder):
        read_date(text)


@given(days)
def test_days_come_back_from_every_form(day):
    spoken = f"{''.join(_DIGITS[int(d)] for d in f'{day:%Y}')}年{_spoken(day.month)}月{_spoken(day.day)}日"
    forms = [
        day.isoformat(), f"{day:%Y%m%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}年{day.month}月{day.day}日", spoken,
    ]  # fmt: skip
    assert {read_date(form) for form in forms} == {day}


@given(st.text(max_size=20))
def test_any_text_is_a_day_or_is_refused(text):
    with suppress(Unreadable, Placeholder):
        assert isinstance(read_date(text), dt.date)


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("1,234.50", "1234.50", ""), ("１２３．５", "123.5", ""), ("300亩", "300", "亩"), ("12.5 公顷", "12.5", "公顷"),
        ("-3", "-3", ""), ("1 234 567", "1234567", ""), ("2.5万元/亩", "2.5", "万元/亩"), (".5", "0.5", ""),
        ("6000㎡", "6000", "m2"), ("0.1", "0.1", ""), ("¥1,000元", "1000", "元"),
    ],
)  # fmt: skip
def test_numbers_are_read_exactly(text, number, unit):
    assert read_number(text) == (Decimal(number), unit)


@pytest.mark.parametrize(
    "text", ["64,300,1", "约三百", "12-15", "1、2", "3亩5分", "abc", "1.2.3", "10~20", "1" * 30]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(Unreadable):
        read_number(text)


@given(st.decimals(-(10**12), 10**12, places=6))
def test_numbers_come_back(number):
    for text in (f"{number:f}", f"{number:,f}"):
        assert read_number(text) == (number, "")


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_is_refused(text):
    with suppress(Unreadable):
        read_number(text)


@pytest.mark.parametrize(
    ("number", "unit", "m2"),
    [
        ("1", "公顷", "10000"), ("15", "亩", "10000"), ("1", "km²", "1000000"), ("3", "亩", "2000"),
        ("1", "亩", "666.666667"),  # 2000/3, half-up at six decimals
        ("1.25", "万平方米", "12500"),
    ],
)  # fmt: skip
def test_areas_in_square_metres(number, unit, m2):
    factor = units.factor(unit, "area")
    assert units.convert(Decimal(number), factor, Fraction(1))[0] == Decimal(m2)


@pytest.mark.parametrize(
    ("number", "unit", "wan"),
    [
        ("1", "亿元", "10000"),
        ("123456.78", "元", "12.345678"),
        ("5", "万元", "5"),
        ("0.005", "元", "0.000001"),
    ],
)
def test_money_in_wan(number, unit, wan):
    # 0.005 yuan is 0.0000005 wan: exactly half a millionth, rounded up.
    factor = units.factor(unit, "money")
    assert units.convert(Decimal(number), factor, Fraction(10_000))[0] == Decimal(wan)


def test_intensity_of_a_mu_is_fifteen_times_that_of_a_hectare():
    # 300 万元/亩 x 15 亩/公顷 = 4 500 万元/公顷; 450 元/㎡ x 10 000 = 450 万元/公顷.
    assert units.convert(Decimal(300), units.factor("万元/亩", "rate"), Fraction(1))[0] == 4500
    assert units.convert(Decimal(450), units.factor("元/㎡", "rate"), Fraction(1))[0] == 450


@given(st.integers(0, 10**9))
def test_mu_and_back_is_exact_for_threes(count):
    # 3 mu are 2,000 m2 exactly, so any multiple of three comes out whole.
    value, exact = units.convert(Decimal(3 * count), units.factor("亩", "area"), Fraction(1))
    assert (value, exact) == (2000 * count, True)


@given(st.decimals(0, 10**6, places=4))
def test_conversion_is_off_by_half_a_millionth_at_most(number):
    value, exact = units.convert(number, units.factor("亩", "area"), Fraction(1))
    off = abs(Fraction(value) - Fraction(number) * Fraction(2000, 3))
    assert off <= Fraction(1, 2_000_000)
    assert exact == (off == 0)


@pytest.mark.parametrize(
    ("header", "dimension", "unit"),
    [("出让面积（公顷）", "area", "公顷"), ("投资强度(万元/亩)", "rate", "万元/亩"), ("成交价格[万元]", "money", "万元"),
     ("面积", "area", None), ("备注（亩产）", "area", None)],
)  # fmt: skip
def test_unit_of_a_header(header, dimension, unit):
    assert units.unit_in_header(header, dimension) == unit


@pytest.mark.parametrize(
    ("text", "said"), [("是", True), ("否", False), ("true", True), ("1", True), ("0", False), ("Ｙ", True)]
)
def test_yes_and_no(text, said):
    assert read_bool(text) is said


def test_empty_values():
    assert all(is_empty(text) for text in ("", " ", "/", "无", "-", "——", "　", None, "NULL"))
    assert not any(is_empty(text) for text in ("0", "否", "无锡"))


def test_lists_and_years():
    assert read_list("210711001001GB00001；210711001001gb00002、Ｑ") == [
        "210711001001GB00001",
        "210711001001GB00002",
        "Q",
    ]
    assert read_int("2024年") == 2024


def test_credit_code_by_hand():
    # 91350100M000100Y4: the example of GB 32100-2015 with its check character 3.
    assert check_character("91350100M000100Y4") == "3"
    assert is_credit_code("91350100M000100Y43")
    assert not is_credit_code("91350100M000100Y44")
    assert not is_credit_code("91350100MO00100Y43")  # letter O for zero


@given(st.text(_LETTERS, min_size=9, max_size=9), st.sampled_from(_LETTERS))
def test_a_changed_character_is_found(tail, other):
    body = f"91210700{tail}"
    code = body + check_character(body)
    assert is_credit_code(code)
    if other != code[10]:
        assert not is_credit_code(code[:10] + other + code[11:])
