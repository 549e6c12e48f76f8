"""Properties of reading values: what is written comes back exactly, and what is not surely meant is refused.

Each test states its own way of telling the meaning of a text, apart from the
code under test: a text is made from a value, or every reading is written back.
"""

import datetime as dt
import re
import unicodedata
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from etl.checks.codes import _LETTERS, FORMS, check_character, is_credit_code
from etl.mapping import units
from etl.mapping.dates import (
    FIRST_SERIAL,
    LAST_SERIAL,
    PLACEHOLDERS,
    SERIAL_ZERO,
    Placeholder,
    Unreadable,
    read_date,
)
from etl.mapping.figures import read_figure
from etl.mapping.file import ColumnRule
from etl.mapping.values import read_int, read_list, read_number, tidy_code

WIDE = str.maketrans("0123456789.,-+/ABCXYZ", "０１２３４５６７８９．，－＋／ＡＢＣＸＹＺ")
DIGITS = "〇一二三四五六七八九"
days = st.dates(dt.date(1901, 1, 1), dt.date(2199, 12, 31))
figures = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=4)
# Signs that occur in real tables, and some that look like digits.
messy = st.text(
    st.sampled_from("0123456789０１２５九十〇年月日号-/.,，、 　:TZ+¥%亩公顷万亿元㎡m²½①Ⅷ²³٣约至~eE()（）'"),
    max_size=14,
)


def spoken(number):
    """Return a number below 100 as Chinese offices write it: 二十一, 十, 三十."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return head + (DIGITS[ones] if ones or not tens else "")


# --- days


@given(days, st.sampled_from(["", "号", "日"]), st.booleans(), st.booleans())
def test_a_day_comes_back_from_every_way_of_writing_it(day, end, wide, spaced):
    year = "".join(DIGITS[int(d)] for d in f"{day:%Y}")
    forms = [
        f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}", f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}{end}", f"{day:%Y-%m-%d} 00:00:00", f"{day:%Y-%m-%d}T08:30:00+08:00",
        f"{year}年{spoken(day.month)}月{spoken(day.day)}日", f"{year.replace('〇', '零')}年{spoken(day.month)}月{spoken(day.day)}日",
    ]  # fmt: skip
    for form in forms:
        text = form.translate(WIDE) if wide and "T" not in form else form
        text = f" {text}　" if spaced else text
        assert read_date(text) == day, text


@given(days)
def test_a_serial_of_a_workbook_is_the_day_that_it_shows(day):
    serial = (day - dt.date(1899, 12, 30)).days
    if FIRST_SERIAL <= serial <= LAST_SERIAL:
        assert read_date(str(serial)) == day
        assert read_date(f"{serial}.75") == day  # a quarter to six in the evening is the same day
    else:  # before 1954 or after 2119 five digits are rather a number
        with pytest.raises(Unreadable):
            read_date(str(serial))


@given(st.dates(dt.date(1950, 1, 2), dt.date(2150, 1, 1)), st.times(), st.integers(-12, 14))
def test_a_moment_with_its_offset_names_the_day_in_china(day, time, hours):
    zone = dt.timezone(dt.timedelta(hours=hours))
    there = dt.datetime.combine(day, time.replace(microsecond=0), tzinfo=zone)
    in_china = there.astimezone(dt.timezone(dt.timedelta(hours=8))).date()
    assert read_date(there.isoformat()) == in_china
    if hours == 0:
        assert read_date(there.isoformat().replace("+00:00", "Z")) == in_china


def test_midnight_in_china_written_in_utc_is_the_next_day():
    # Web services write 31 May as 2023-05-30T16:00:00Z: read by its digits it would be the day before.
    assert read_date("2023-05-30T16:00:00Z") == dt.date(2023, 5, 31)
    assert read_date("2023-05-31T00:00:00Z") == dt.date(2023, 5, 31)


@given(
    st.sampled_from(sorted(PLACEHOLDERS)), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"])
)
def test_a_placeholder_is_never_a_day(day, form):
    text = (
        form.replace("%Y", f"{day.year:04}").replace("%m", f"{day.month:02}").replace("%d", f"{day.day:02}")
    )
    with pytest.raises(Placeholder):
        read_date(text)


@given(st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99), st.sampled_from("-/."))
def test_three_numbers_are_their_day_or_are_refused(year, month, day, sign):
    text = f"{year:04}{sign}{month}{sign}{day}"
    try:
        meant = dt.date(year, month, day)
    except ValueError:
        meant = None
    try:
        found = read_date(text)
    except (Unreadable, Placeholder):
        # Refused: no day at all, one that stands for nothing, or a year that nobody means.
        assert meant is None or meant in PLACEHOLDERS or not 1900 <= year <= 2199
    else:
        assert found == meant


@given(messy)
def test_whatever_is_read_as_a_day_says_that_day(text):
    try:
        found = read_date(text)
    except (Unreadable, Placeholder):
        return
    plain = unicodedata.normalize("NFKC", text)
    digits = re.sub(r"\D", "", plain)
    if re.fullmatch(r"\s*\d{5}(\.\d+)?\s*", plain):
        assert found == SERIAL_ZERO + dt.timedelta(days=int(digits[:5]))
    elif len(digits) >= 5:  # otherwise it is written in Chinese numerals
        assert digits.startswith(f"{found.year}")


# --- numbers


@given(figures, st.booleans(), st.booleans())
def test_a_number_comes_back_from_every_way_of_writing_it(number, wide, grouped):
    text = f"{number:,f}" if grouped else f"{number:f}"
    assert read_number(text.translate(WIDE) if wide else text) == (number, "")


@given(
    figures,
    st.sampled_from(["亩", "公顷", "㎡", "万元", "亿元", "元", "万元/亩", "km²", "平方米", "hm²"]),
    st.booleans(),
)
def test_the_unit_after_a_number_is_kept_apart(number, unit, spaced):
    found, written = read_number(f"{number:f}{' ' if spaced else ''}{unit}")
    assert found == number
    assert unicodedata.normalize("NFKC", unit) == written


@given(st.integers(1, 999), st.sampled_from("½¼¾²³¹①⑫Ⅷ⁴₂"))
def test_signs_that_look_like_digits_are_none(number, sign):
    # Normalised, 10² would be 102 and 5½ would be 51⁄2.
    for text in (f"{number}{sign}", f"{sign}{number}", f"{number}.{sign}"):
        with pytest.raises(Unreadable):
            read_number(text)
        with pytest.raises((Unreadable, Placeholder)):
            read_date(f"2023-05-1{sign}")
    assert read_number(f"{number}m²") == (number, "m2")


@given(messy)
@example("0¥")
def test_whatever_is_read_as_a_number_says_that_number(text):
    try:
        found, unit = read_number(text)
    except Unreadable:
        return
    # Written anew without grouping, the figure is a part of the text: nothing was added, left out or moved.
    # A sign of money stands before the figure; behind it, it is what is written as the unit.
    plain, written = (re.sub(r"[,\s'’¥￥]", "", part) for part in (unicodedata.normalize("NFKC", text), unit))
    assert plain.endswith(written)
    said = plain[: len(plain) - len(written)]
    assert Fraction(Decimal(said)) == Fraction(found)


@given(st.integers(-(10**11), 10**11), st.sampled_from(["", "年", ".0", ".5", "亩"]))
def test_whole_numbers(number, end):
    text = f"{number}{end}"
    if end in (".5", "亩") or abs(number) >= 2**31:
        with pytest.raises(Unreadable):
            read_int(text)
    else:
        assert read_int(text) == number


@pytest.mark.parametrize("text", ["1e30", "1e-30", "1E+99", "9" * 25, "150%"])
def test_figures_beyond_all_land_are_refused(text):
    with pytest.raises(Unreadable):
        read_figure(text, "far_min", ColumnRule(("x",)), None, {})


# --- units


@given(
    st.decimals(0, 10**9, places=3), st.sampled_from(sorted(units.AREA)), st.sampled_from(sorted(units.AREA))
)
def test_an_area_is_the_same_in_every_unit(number, one, other):
    # There and back over square metres, with no more lost than the rounding to six decimals.
    into, back = units.factor(one, "area"), units.factor(other, "area")
    there, _ = units.convert(number, into, back)
    again, _ = units.convert(there, back, into)
    assert abs(Fraction(again) - Fraction(number)) <= Fraction(1, 2_000_000) * (1 + back / into)


@given(
    st.decimals(0, 10**6, places=4),
    st.sampled_from(["亩", "公顷", "㎡", "km²"]),
    st.sampled_from(["亩", "公顷", "㎡", "km²"]),
)
def test_two_units_are_one_figure_or_a_finding(number, header, written):
    found = read_figure(f"{number}{written}", "granted_area_m2", ColumnRule((f"面积（{header}）",)), None, {})
    if units.factor(header, "area") == units.factor(written, "area"):
        exact = Fraction(number) * units.factor(written, "area")
        assert abs(Fraction(found.value) - exact) <= Fraction(1, 2_000_000)
    else:
        assert (found.value, found.said[0]) == (None, "UNIT_CONTRADICTS")


@given(
    st.decimals(0, 10**6, places=4), st.text(st.sampled_from("亩公顷平方米万亿元kmhaw²㎡ /每"), max_size=6)
)
def test_any_unit_is_known_or_the_figure_is_refused(number, unit):
    try:
        found = read_figure(f"{number}{unit}", "granted_area_m2", ColumnRule(("granted_area_m2",)), None, {})
    except Unreadable:
        assert units.factor(unit, "area") is None and unit.strip()
        return
    factor = units.factor(unit, "area") if unit.strip() else Fraction(1)
    assert abs(Fraction(found.value) - Fraction(number) * factor) <= Fraction(1, 2_000_000)


# --- codes


@given(
    st.text(_LETTERS, min_size=2, max_size=2),
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.text(_LETTERS, min_size=9, max_size=9),
)
def test_a_credit_code_has_one_right_check_character(head, division, tail):
    body = head + division + tail
    right = [letter for letter in _LETTERS if is_credit_code(body + letter)]
    assert right == [check_character(body)]
    # By the definition of GB 32100: the weighted sum of all eighteen is divisible by 31.
    code = body + right[0]
    weights = [pow(3, place, 31) for place in range(17)] + [1]
    assert (
        sum(_LETTERS.index(letter) * weight for letter, weight in zip(code, weights, strict=True)) % 31 == 0
    )


@given(st.text(_LETTERS, min_size=9, max_size=9), st.integers(8, 15))
def test_two_neighbours_exchanged_are_found(tail, place):
    body = f"91210700{tail}"
    code = body + check_character(body)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assume(swapped != code)
    assert not is_credit_code(swapped)


@given(st.text(max_size=20))
def test_any_text_is_a_credit_code_or_not(text):
    assert is_credit_code(text) == (
        re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", text) is not None
        and check_character(text) == text[17]
    )


parcel_codes = st.from_regex(r"[0-9]{12}[GJZ][ABCDEFGHLNSWXY][0-9]{5}", fullmatch=True)


@given(parcel_codes, st.sampled_from(FORMS["parcel_code"][1:]))
def test_every_parcel_code_fits_its_form_and_no_shorter_one(code, form):
    assert re.fullmatch(form, code)
    assert not re.fullmatch(form, code[:-1]) and not re.fullmatch(form, f"{code}0")
    assert not re.fullmatch(form, code[:12] + "0" + code[13:])
    assert re.fullmatch(FORMS["unit_code"][1], f"{code}W00000000")


@given(parcel_codes, st.integers(1, 18))
def test_a_code_is_tidied_without_becoming_another(code, place):
    for written in (code.lower(), code.translate(WIDE), f" {code[:place]} {code[place:]}　", f"\ufeff{code}"):
        assert tidy_code(written) == code


@given(st.text(max_size=20))
def test_tidying_changes_width_case_and_spaces_only(text):
    found = tidy_code(text)
    assert tidy_code(found) == found
    kept = [sign for sign in text if not sign.isspace() and sign not in "\ufeff\u200b"]
    assert len(found) == len(kept)
    for before, after in zip(kept, found, strict=True):
        assert after in (before, before.upper(), unicodedata.normalize("NFKC", before).upper())
        assert after == before or before.isascii() or unicodedata.east_asian_width(before) == "F"


@given(
    st.lists(parcel_codes, unique=True, min_size=1, max_size=5),
    st.sampled_from(["；", ";", "、", "，", ",", "\n", " ", "; "]),
)
def test_a_list_of_codes_comes_back(codes, sign):
    assert read_list(sign.join(codes)) == codes
    with_spaces = [f"{code[:6]} {code[6:12]} {code[12:]}" for code in codes]
    if sign.strip():  # one code written in groups is one code
        assert read_list(sign.join(with_spaces)) == codes


@given(st.text(max_size=30))
def test_no_text_breaks_a_reader(text):
    for read in (read_date, read_number, read_int):
        with suppress(Unreadable, Placeholder):
            read(text)
    read_list(text)
