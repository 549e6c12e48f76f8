"""The different texts of a column, decoded all at once where nothing about them is odd."""

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

BLANKS = " \u3000\ufeff"
# What ``encoding.looks_damaged`` finds, as Arrow writes it; blanks beyond ASCII count as letters here.
_DAMAGE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{e000}-\x{f8ff}\x{fffd}-\x{ffff}]|[^ \t-\r] {5,}[^ \t-\r]{1,2}$"
_OTHER = ("utf-16", "utf-32", "utf-7", "utf_7", "iso2022", "hz")  # a line's end means something else in them
_MOST = 2**31 - 1  # bytes that one Arrow column of texts can hold


def decode(cells: NDArray[np.uint8], encoding: str, form: str | None = None) -> Any:
    """Return an Arrow column of texts without the blanks around them, null for an empty one.

    Parameters
    ----------
    cells
        What the cells hold: a row of bytes each, zeros after its end.
    encoding
        Python's name of the encoding.
    form
        What every cell that is not blank has to be.

    Returns
    -------
    pyarrow.Array or None
        ``None`` where a cell cannot be read or is of another form: each is then looked at alone.
    """
    if encoding.startswith(_OTHER):
        return None
    if not cells.all():
        zero = cells == 0
        after = np.logical_and.accumulate(zero[:, ::-1], axis=1)[:, ::-1]
        if not np.array_equal(zero, after):  # what follows a zero is a rest in a buffer
            return None
        cells = np.where(after, np.uint8(ord(" ")), cells)
    found = _texts(cells, encoding, form)
    if found is None:
        return None
    damaged = pc.any(pc.match_substring_regex(found, _DAMAGE)).as_py()
    other = form is not None and pc.all(pc.match_substring_regex(found, f"^(?:{form})$")).as_py() is False
    return None if damaged or other else found


def _texts(cells: NDArray[np.uint8], encoding: str, form: str | None) -> Any:
    """Return the decoded texts, or ``None`` where that fails or a cell holds a line's end."""
    if (cells == ord("\n")).any():
        return None
    count, width = cells.shape
    if (not cells.size or cells.max() < 0x80) and _keeps_ascii(encoding):
        if cells.size > _MOST:
            return None
        offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
        column = pa.StringArray.from_buffers(
            count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(cells))
        )
        trimmed = pc.ascii_trim(column, characters=" ")
    else:
        if form is not None:  # a wide blank is none beside a number
            return None
        lines = np.full((count, width + 1), ord("\n"), dtype=np.uint8)
        lines[:, :width] = cells
        try:
            whole = lines.tobytes().decode(encoding).encode()
        except UnicodeError:
            return None
        ends = np.flatnonzero(np.frombuffer(whole, dtype=np.uint8) == ord("\n"))
        if len(ends) != count or len(whole) > _MOST:
            return None
        offsets = np.concatenate([[0], ends + 1]).astype(np.int32)
        column = pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(whole))
        trimmed = pc.utf8_trim(column, characters=BLANKS + "\n")
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


@cache
def _keeps_ascii(encoding: str) -> bool:
    """Say whether the signs of ASCII are themselves in an encoding."""
    signs = bytes(range(0x80))
    return signs.decode(encoding, errors="replace") == signs.decode("ascii")
