"""Exact figures as whole numbers of one small unit: Python's integers add, multiply and compare without a limit."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gis.columns import objects, scaled
from gis.exact import figure, plain

SHOWN_PLACES = 6
"""Decimals of a figure that is shown; quotients are rounded half-up to them."""
_MILLIONTHS = 10**SHOWN_PLACES

Numbers = list[int | None]


def whole_numbers(columns: Mapping[str, pd.Series]) -> tuple[int, dict[str, Numbers]]:
    """Return the unit as a power of ten and each column in it: a figure is its number / unit; None if not recorded."""
    read = {name: _exact(column) for name, column in columns.items()}
    most = max((places for _, places in read.values()), default=0)
    return 10**most, {
        name: [None if number is None else number * 10 ** (most - places) for number in numbers]
        if places < most
        else numbers
        for name, (numbers, places) in read.items()
    }


def _exact(column: pd.Series) -> tuple[Numbers, int]:
    """Return the numbers of a column and how many decimals they have."""
    kind = column.dtype
    if isinstance(kind, pd.ArrowDtype) and pa.types.is_decimal128(kind.pyarrow_dtype):
        found = scaled(column, np.arange(len(column)))
        if found is not None:
            values, recorded, places = found
            numbers: Numbers = values.tolist()
            for row in np.flatnonzero(~recorded).tolist():
                numbers[row] = None
            return numbers, places
    decimals = [figure(value) for value in objects(column).tolist()]
    places = max((_places(value) for value in decimals if value is not None), default=0)
    return [None if value is None else _in_units(value, places) for value in decimals], places


def decimal_texts(column: pd.Series) -> list[str | None]:
    """Return the figures of a column as decimal texts without trailing zeros; None where nothing is recorded."""
    kind = column.dtype
    if (
        isinstance(kind, pd.ArrowDtype)
        and pa.types.is_decimal128(kind.pyarrow_dtype)
        and kind.pyarrow_dtype.scale
    ):
        texts = pc.cast(pa.chunked_array(column.array.__arrow_array__()), pa.string())
        found: list[str | None] = pc.utf8_rtrim(pc.utf8_rtrim(texts, "0"), ".").to_pylist()
        return found
    return [plain(figure(value)) for value in objects(column).tolist()]


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _in_units(value: Decimal, places: int) -> int:
    part, whole = value.as_integer_ratio()
    number: int = part * 10**places // whole  # without rest: ``places`` are enough
    return number


def sum_of(numbers: Iterable[int | None]) -> int | None:
    """Return a sum; None if a part is missing or there are none."""
    found = None
    for number in numbers:
        if number is None:
            return None
        found = number + (found or 0)
    return found


def millionths(part: int, whole: int) -> int:
    """Return part / whole in millionths, half away from zero. ``whole`` is above zero."""
    scaled_part = abs(part) * _MILLIONTHS
    rounded: int = (2 * scaled_part + whole) // (2 * whole)
    return rounded if part >= 0 else -rounded


def shown(number: int, unit: int = _MILLIONTHS) -> str:
    """Return number / unit as a decimal text without trailing zeros; ``unit`` is a power of ten."""
    whole, rest = divmod(abs(number), unit)
    text = f"{whole}.{str(unit + rest)[1:]}".rstrip("0") if rest else str(whole)
    return f"-{text}" if number < 0 else text


def decimals(numbers: Numbers, unit: int) -> list[Decimal | None]:
    """Return numbers / unit as decimals, exactly."""
    return [None if number is None else Decimal(shown(number, unit)) for number in numbers]


def exceeds(part: int, whole: int, share: Fraction) -> bool:
    """Say whether ``part`` is more than a share of ``whole``."""
    return part * share.denominator > whole * share.numerator
