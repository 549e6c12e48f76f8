"""Values that can be read at sight: plain texts, codes and numbers, a whole column at once.

Whatever is not plain is left to the reader of single values, so that both
ways give the same: a test compares them on values of all kinds.
"""

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.mapping.values import EMPTY

_BLANKS = " \u3000\t\r\n"
_CODE = r"^[0-9A-Z][0-9A-Z\-]*$"  # in half-width capitals, without spaces
_NUMBER = r"^[0-9]{1,15}(\.[0-9]{1,6})?$"
Objects = NDArray[np.object_]
Mask = NDArray[np.bool_]


def plain_texts(texts: Objects, *, codes: bool) -> tuple[Objects, Mask]:
    """Return values and which of them are settled: ``None`` for what stands for "not known", else the text."""
    column = _column(texts)
    if column is None:
        return _nothing(len(texts))
    empty = _empty(column)
    settled = empty | _true(pc.match_substring_regex(column, _CODE)) if codes else np.ones(len(texts), bool)
    values = texts.copy()
    values[empty | ~settled] = None
    return values, settled


def plain_numbers(texts: Objects) -> tuple[Objects, Mask]:
    """Return numbers without sign, separator and unit, of at most six decimals; and which texts are such."""
    column = _column(texts)
    if column is None:
        return _nothing(len(texts))
    empty = _empty(column)
    number = np.asarray(pc.match_substring_regex(column, _NUMBER).fill_null(False), dtype=bool)
    # Without the zeros at the end, as ``units.tidy`` leaves it.
    short = pc.replace_substring_regex(column.filter(pa.array(number)), r"(\.[0-9]*?)0+$", r"\1")
    values = np.full(len(texts), None, dtype=object)
    found = pc.utf8_rtrim(short, characters=".").to_pylist()
    values[number] = np.array([*map(Decimal, found), None], dtype=object)[:-1]
    return values, empty | number


def _column(texts: Objects) -> Any:
    """Return texts as an Arrow column, or ``None`` where some are no texts that it can hold."""
    try:
        return pa.array(texts, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        return None


def _empty(column: Any) -> Mask:
    plain = pc.utf8_lower(pc.utf8_trim(column, characters=_BLANKS))
    return _true(pc.is_in(plain, value_set=pa.array(sorted(EMPTY))))


def _true(found: Any) -> Mask:
    return np.asarray(found.fill_null(True), dtype=bool)  # a missing text is an empty one


def _nothing(count: int) -> tuple[Objects, Mask]:
    return np.full(count, None, dtype=object), np.zeros(count, dtype=bool)
