"""Values that can be read at sight: plain texts, codes and numbers, a whole column at once.

Whatever is not plain is left to the reader of single values, so that both
ways give the same: a test compares them on values of all kinds.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.mapping.values import EMPTY, MOST_DIGITS

_BLANKS = " \u3000\t\r\n"
_CODE = r"^[0-9A-Z][0-9A-Z\-]*$"  # in half-width capitals, without spaces
_NUMBER = r"^[0-9]{1,15}(\.[0-9]{1,15})?$"
_LONG = r"\.[0-9]{7,}$"
_EXACT, _ROUNDED = pa.decimal128(38, 15), pa.decimal128(38, 6)  # room for all digits and a carry
Mask = NDArray[np.bool_]


def plain_texts(texts: Any, *, codes: bool) -> tuple[Any, Mask]:
    """Return values and which of them are settled: null for what stands for "not known", else the text."""
    empty = _empty(texts)
    settled = empty | _true(pc.match_substring_regex(texts, _CODE)) if codes else np.ones(len(texts), bool)
    return _where(settled & ~empty, texts), settled


def plain_numbers(texts: Any, *, rounded: bool = False) -> tuple[Any, Mask]:
    """Return numbers without sign, separator and unit; and which texts are such.

    A number is the text of a ``Decimal`` without the zeros at its end, as ``units.tidy`` leaves it;
    ``rounded`` half-up to six decimals, as ``units.convert`` does.
    """
    number = np.asarray(pc.match_substring_regex(texts, _NUMBER).fill_null(False), dtype=bool)
    number &= np.asarray(pc.binary_length(texts).fill_null(0)) <= MOST_DIGITS
    found = _where(number, texts)
    long = pc.match_substring_regex(found, _LONG).fill_null(False) if rounded else None
    if long is not None and pc.any(long).as_py():
        exact = pc.round(found.filter(long).cast(_EXACT), 6, round_mode="half_towards_infinity")
        found = pc.replace_with_mask(found, long, exact.cast(_ROUNDED).cast(pa.string()))
    short = pc.replace_substring_regex(found, r"(\.[0-9]*?)0+$", r"\1")
    return pc.ascii_rtrim(short, characters="."), _empty(texts) | number


def as_column(texts: Any) -> Any:
    """Return texts as an Arrow column, or ``None`` where some are no texts that it can hold."""
    try:
        return pa.array(texts, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        return None


def _where(mask: Mask, texts: Any) -> Any:
    return texts if mask.all() else pc.if_else(pa.array(mask), texts, pa.scalar(None, pa.string()))


def _empty(column: Any) -> Mask:
    plain = pc.utf8_lower(pc.utf8_trim(column, characters=_BLANKS))
    return _true(pc.is_in(plain, value_set=pa.array(sorted(EMPTY))))


def _true(found: Any) -> Mask:
    return np.asarray(found.fill_null(True), dtype=bool)  # a missing text is an empty one
