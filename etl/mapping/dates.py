"""Dates as Chinese offices write them. What is not surely one day is not read."""

import datetime as dt
import re
import unicodedata

from etl.mapping.signs import has_odd_digits

PLACEHOLDERS = frozenset(
    {
        dt.date(1900, 1, 1),
        dt.date(1899, 12, 30),
        dt.date(1899, 12, 31),
        dt.date(1, 1, 1),
        dt.date(9999, 12, 31),
    }
)
SERIAL_ZERO = dt.date(1899, 12, 30)  # day 0 of a workbook; right from 1 March 1900 on
FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000  # 1954 to 2119: five digits that are no year
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
FIRST_YEAR, LAST_YEAR = 1900, 2199  # any other is a slip of the pen, or no date
CHINA = dt.timedelta(hours=8)
_TIME = r"(?:[T ]+([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(Z|[+-][01]\d:?[0-5]\d)?)?"
_FORMS = [
    re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}"),
    re.compile(rf"(\d{{4}})()(\d{{2}})(\d{{2}}){_TIME}"),
    re.compile(rf"(\d{{4}})年()(\d{{1,2}})月(\d{{1,2}})[日号]?{_TIME}"),
]
_SERIAL = re.compile(r"(\d{1,5})(?:\.\d+)?")


class Unreadable(ValueError):
    """A value is not in any form that is surely understood."""


class Placeholder(ValueError):
    """A date that stands for "not known"."""


def _chinese_number(text: str) -> str:
    """Return the digits of a month or day such as 十二 or 三十一."""
    if "十" not in text:
        return text.translate(_DIGITS)
    tens, _, ones = text.partition("十")
    return f"{tens.translate(_DIGITS) or '1'}{ones.translate(_DIGITS) or '0'}"


def _plain(text: str) -> str:
    """Return a date text in plain digits, without the spaces inside it."""
    text = unicodedata.normalize("NFKC", text).strip()
    text = re.sub(r"\s*([年月日号/.-])\s*", r"\1", text).strip()
    if found := re.fullmatch(
        r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]+)月([一二三四五六七八九十]+)[日号]?", text
    ):
        year, month, day = found.groups()
        return f"{year.translate(_DIGITS)}年{_chinese_number(month)}月{_chinese_number(day)}日"
    return text


def read_date(text: str) -> dt.date:
    """Return the day that a text names.

    Raises
    ------
    Unreadable
        It names no day, or not surely one (a month alone, a two-digit year, 03/04/2023).
    Placeholder
        It is a day that stands for "not known", such as 1900-01-01.
    """
    if has_odd_digits(text):
        raise Unreadable(text)
    plain = _plain(text)
    for form in _FORMS:
        if found := form.fullmatch(plain):
            year, _, month, day, hour, minute, zone = found.groups()
            try:
                return _real(_in_china(dt.date(int(year), int(month), int(day)), hour, minute, zone))
            except (ValueError, OverflowError) as error:
                if isinstance(error, Placeholder):
                    raise
                if (int(month), int(day)) == (0, 0) or int(year) in (0, 1900):
                    raise Placeholder(text) from error
                raise Unreadable(text) from error
    if found := _SERIAL.fullmatch(plain):
        serial = int(found[1])
        if serial <= 2:
            raise Placeholder(text)
        if FIRST_SERIAL <= serial <= LAST_SERIAL:
            return SERIAL_ZERO + dt.timedelta(days=serial)
    raise Unreadable(text)


def _in_china(day: dt.date, hour: str | None, minute: str | None, zone: str | None) -> dt.date:
    """Return the day in China at a moment with its offset: 16:00 in UTC is midnight, the start of the next day."""
    if zone is None:
        return day
    sign = -1 if zone.startswith("-") else 1
    figures = zone.strip("Z+-").replace(":", "")
    offset = sign * dt.timedelta(hours=int(figures[:2] or 0), minutes=int(figures[2:] or 0))
    moment = dt.datetime.combine(day, dt.time(int(hour or 0), int(minute or 0)))
    return (moment - offset + CHINA).date()


def _real(day: dt.date) -> dt.date:
    if day in PLACEHOLDERS:
        raise Placeholder(day.isoformat())
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(day)
    return day
