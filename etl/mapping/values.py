"""Read typed values from delivered texts. What cannot be read is said, never guessed."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from etl.mapping.dates import Unreadable
from etl.mapping.signs import has_odd_digits

EMPTY = frozenset(
    {"", "/", "\\", "／", "无", "-", "－", "—", "——", "--", "---", "–", "null", "<null>", "none", "nan", "nil", "<空>", "空", "n/a", "#n/a"}
)  # fmt: skip
TRUE = frozenset({"是", "true", "1", "y", "yes", "t", "√", "✓", "对", "有", "真", "已", "1.0"})
FALSE = frozenset(
    {"否", "false", "0", "n", "no", "f", "×", "x", "错", "无", "没有", "假", "未", "0.0", "不是"}
)
MOST_DIGITS = 24  # more is a code or a fault, never a figure
MOST_WHOLE = 2**31 - 1
_NUMBER = re.compile(r"([+-]?)((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:e([+-]?\d{1,2}))?(.*)", re.I)


def is_empty(text: str | None) -> bool:
    """Say whether a text stands for "not known"."""
    return text is None or text.strip(" \u3000\t\r\n").lower() in EMPTY


def read_number(text: str) -> tuple[Decimal, str]:
    """Return the number that a text starts with, exactly, and the unit written after it.

    Full-width digits and thousands separators are understood; a decimal comma is not.

    Raises
    ------
    Unreadable
        The text does not start with one whole number.
    """
    if has_odd_digits(text):
        raise Unreadable(text)
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"^[约≈¥￥]\s*", "", plain) if plain[:1] in "¥￥" else plain
    plain = re.sub(r"(?<=\d)[ '’](?=\d{3}(?!\d))", ",", plain).replace("、", "\x00")
    found = _NUMBER.fullmatch(plain)
    if not found:
        raise Unreadable(text)
    sign, digits, exponent, unit = found.groups()
    if len(digits) > MOST_DIGITS:
        raise Unreadable(text)
    unit = unit.strip()
    if unit and not re.fullmatch(r"[^\d.,+\-~\x00至]*[²³2]?(?:/\D+[²2]?)?", unit):
        raise Unreadable(text)
    try:
        number = Decimal(sign + digits.replace(",", "")).scaleb(int(exponent or 0))
    except InvalidOperation as error:
        raise Unreadable(text) from error
    if number and abs(number.adjusted()) >= MOST_DIGITS:
        raise Unreadable(text)
    return number, unit


def read_bool(text: str) -> bool:
    """Return a yes or a no.

    Raises
    ------
    Unreadable
        It is neither.
    """
    said = unicodedata.normalize("NFKC", text).strip().lower()
    if said in TRUE:
        return True
    if said in FALSE:
        return False
    raise Unreadable(text)


def read_int(text: str) -> int:
    """Return a whole number; 2023年 is 2023.

    Raises
    ------
    Unreadable
        It is none.
    """
    number, unit = read_number(text)
    if number != number.to_integral_value() or unit not in ("", "年", "年度") or abs(number) > MOST_WHOLE:
        raise Unreadable(text)
    return int(number)


def read_list(text: str, separator: str | None = None) -> list[str]:
    """Return the parts of a list inside a cell, spaces removed, in order, each once.

    Spaces part codes too, but not inside one code that is written in groups.
    """
    if separator:
        parts = text.split(separator)
    else:
        parts = [
            part
            for group in re.split(r"[;；、，,\r\n]+", text)
            for part in ([group] if _GROUPED.fullmatch(tidy_code(group)) else group.split())
        ]
    return list(dict.fromkeys(tidy_code(part) for part in parts if part.strip()))


def tidy_code(text: str) -> str:
    """Return a code without spaces, in half-width capitals; no other sign becomes another one."""
    return "".join(text.translate(_HALF_WIDTH).split()).translate(_CAPITALS)


_GROUPED = re.compile(r"\d{12}[GJZ][A-Z]\d{5}(?:[FLQW]\d{8})?")  # one parcel or unit code
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20,
    0xFEFF: None,
    0x200B: None,
}
_CAPITALS = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
