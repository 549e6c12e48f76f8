"""The different texts of a column, decoded all at once where nothing about them is odd."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

BLANKS = " \u3000\ufeff"
# What ``encoding.looks_damaged`` finds, as Arrow writes it; blanks beyond ASCII count as letters here.
_DAMAGE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{e000}-\x{f8ff}\x{fffd}-\x{ffff}]|[^ \t-\r] {5,}[^ \t-\r]{1,2}$"
_OTHER = ("utf-16", "utf-32", "utf-7", "utf_7", "iso2022", "hz")  # a line's end means something else in them


def decode(values: Sequence[bytes], encoding: str, form: str | None = None) -> list[str | None] | None:
    """Return texts without the blanks around them, ``None`` for an empty one.

    Parameters
    ----------
    values
        What the cells hold.
    encoding
        Python's name of the encoding.
    form
        What every cell that is not blank has to be.

    Returns
    -------
    list or None
        ``None`` where a cell cannot be read or is of another form: each is then looked at alone.
    """
    if encoding.startswith(_OTHER):
        return None
    joined = b"\n".join(values)
    if b"\x00" in joined or joined.count(b"\n") != max(0, len(values) - 1):
        return None
    if form is not None and not joined.isascii():  # a wide blank is none beside a number
        return None
    try:
        text = joined.decode(encoding)
    except UnicodeDecodeError:
        return None
    parts = [part.strip(BLANKS) or None for part in text.split("\n")] if values else []
    column = pa.array(parts, pa.string())
    damaged = pc.any(pc.match_substring_regex(column, _DAMAGE)).as_py()
    other = form is not None and pc.all(pc.match_substring_regex(column, f"^(?:{form})$")).as_py() is False
    return None if damaged or other else parts
