"""Values of canonical columns as texts and back: one form for everything that stores or compares a value as text."""

import datetime as dt
from decimal import Decimal
from typing import Any

from data.layers import LayerColumn
from etl.mapping.dates import Unreadable, read_date
from etl.mapping.reading import CODES
from etl.mapping.values import is_empty, read_bool, read_int, read_list, read_number, tidy_code
from etl.numbers import text_of


def value_of(column: LayerColumn, text: str | None) -> Any:
    """Return the value that a text stands for in a column, ``None`` for an empty one.

    Raises
    ------
    Unreadable, Placeholder
        The text is no value of this column.
    """
    if text is None or not text.strip() or (column.kind is not bool and is_empty(text)):
        return [] if column.kind is list else None
    if column.kind is Decimal:
        number, unit = read_number(text)
        if unit:
            raise Unreadable(text)
        return number
    if column.kind is dt.date:
        return read_date(text)
    if column.kind is bool:
        return read_bool(text)
    if column.kind is int:
        return read_int(text)
    if column.kind is list:
        return read_list(text)
    if column.choices:
        code = text.strip().upper()
        if code not in column.choices:
            raise Unreadable(text)
        return code
    return tidy_code(text) if column.name in CODES else text


def as_text(value: Any) -> str | None:
    """Return a value in the one form of texts, ``None`` for an empty one."""
    if value is None or value == [] or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | int):
        return text_of(value)
    if isinstance(value, list | tuple):
        return ";".join(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)
