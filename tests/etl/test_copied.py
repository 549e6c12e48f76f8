"""Facts read by columns are what the database holds: to the last digit, empty texts and lists included."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Column, Date, Integer, MetaData, Numeric, Table, Text, select
from sqlalchemy.dialects.postgresql import ARRAY

from data.session import transaction
from etl.copied import column, copied, joined
from gis.columns import figures_at, objects

COLUMNS: dict[str, Any] = {"t": Text, "l": ARRAY(Text), "d": Date, "n": Numeric, "i": Integer}
NUMBERS = [
    "0",
    "-0.5",
    "1.123456",
    "1.1234567",
    "0.0000001",
    "9" * 23 + ".999999",
    "9" * 30,
    "9" * 36 + ".5",
    "-" + "8" * 34,
]


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_stays_what_it_is(text: str) -> None:
    """Also beside others: a long one must not change what the short ones are read as."""
    for listed in ([text], [text, "1.5", None]):
        found = column(pa.chunked_array([pa.array(listed, pa.string())]), Decimal)
        assert figures_at(found, range(len(listed))) == [
            None if one is None else Decimal(one) for one in listed
        ]


def test_texts_lists_and_days(sample_database: str) -> None:
    texts = ["a,b", "", None, 'quo"ted', "line\nbreak", "\\N", "100%"]
    lists: list[Any] = [["P1"], [], None, ["a\x1fb", "c'", "，"], [""], ["P1", "P2"], ["%s"]]
    days = [dt.date(2024, 2, 29), None, dt.date(1900, 1, 1), dt.date(9999, 12, 31), None, None, None]
    kinds = {"t": str, "l": list, "d": dt.date, "n": Decimal}
    with transaction() as connection:
        connection.exec_driver_sql(
            "CREATE TEMP TABLE v (t text, l text[], d date, n numeric, i serial) ON COMMIT DROP"
        )
        for row in zip(texts, lists, days, strict=True):
            connection.exec_driver_sql("INSERT INTO v (t, l, d, n) VALUES (%s, %s, %s, 1.10)", row)
        table = Table("v", MetaData(), *(Column(name, kind) for name, kind in COLUMNS.items()))
        statement = select(table.c.t, joined(table.c.l), table.c.d, table.c.n).order_by(table.c.i)
        found = copied(connection, statement, kinds)
    assert objects(column(found["t"], str)).tolist() == texts
    read = objects(column(found["l"], list)).tolist()
    assert [None if one is None else list(one) for one in read] == lists
    seen = column(found["d"], dt.date)
    assert [None if gone else day.date() for gone, day in zip(seen.isna(), seen, strict=True)] == days
    assert figures_at(column(found["n"], Decimal), range(7)) == [Decimal("1.10")] * 7
