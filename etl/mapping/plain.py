"""Values that can be read at sight: plain texts, codes and numbers, a whole column at once.

Whatever is not plain is left to the reader of single values, so that both
ways give the same: a test compares them on values of all kinds.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from etl.mapping.values import EMPTY

_BLANKS = " \u3000\t\r\n"
_CODE = r"^[0-9A-Z][0-9A-Z\-]*$"  # in half-width capitals, without spaces
_NUMBER = r"^[0-9]{1,15}(\.[0-9]{1,6})?$"
Mask = NDArray[np.bool_]


def plain_texts(texts: Any, *, codes: bool) -> tuple[Any, Mask]:
    """Return values and which of them are settled: null for what stands for "not known", else the text."""
    empty = _empty(texts)
    settled = empty | _true(pc.match_substring_regex(texts, _CODE)) if codes else np.ones(len(texts), bool)
    return _where(settled & ~empty, texts), settled


def plain_numbers(texts: Any) -> tuple[Any, Mask]:
    """Return numbers without sign, separator and unit, of at most six decimals; and which texts are such.

    A number is the text of a ``Decimal`` without the zeros at its end, as ``units.tidy`` leaves it.
    """
    number = np.asarray(pc.match_substring_regex(texts, _NUMBER).fill_null(False), dtype=bool)
    short = pc.replace_substring_regex(_where(number, texts), r"(\.[0-9]*?)0+$", r"\1")
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
