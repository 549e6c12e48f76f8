"""Runs: computed once, reused, complete for a park, right for a time known."""

import contextvars
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pandas as pd
import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from data.models import AnalysisRun, IdleVerdict
from data.session import transaction
from data.sites import ParkNotFound
from etl.analysis.rows import copy_frame
from etl.analysis.run import ensure_run
from etl.analysis.summary import summary
from gis.errors import RuleNotInForce

DAY = dt.date(2026, 11, 1)


def test_a_stored_run_is_reused(sample_database: str) -> None:
    assert ensure_run(DAY) == ensure_run(DAY)


def test_two_requests_at_once_compute_one_run(sample_database: str) -> None:
    day = dt.date(2026, 6, 30)
    with ThreadPoolExecutor(2) as pool:
        first, second = (
            future.result()
            for future in [pool.submit(contextvars.copy_context().run, ensure_run, day) for _ in range(2)]
        )
    assert first == second
    with transaction() as connection:
        count = select(func.count()).where(AnalysisRun.as_of == day)
        assert connection.execute(count).scalar_one() == 1


def test_a_run_of_one_park_is_that_part_of_the_whole(sample_database: str) -> None:
    whole, part = ensure_run(DAY), ensure_run(DAY, park_code="S217904")
    columns = [c for c in IdleVerdict.__table__.c if c.name not in ("run_id", "trace")]
    with transaction() as connection:
        one = connection.execute(
            select(*columns).where(IdleVerdict.run_id == part).order_by(IdleVerdict.parcel_code)
        ).all()
        same = connection.execute(
            select(*columns)
            .where(IdleVerdict.run_id == whole, IdleVerdict.park_code == "S217904")
            .order_by(IdleVerdict.parcel_code)
        ).all()
    assert one == same
    assert one


def test_an_unknown_park_names_those_that_exist(sample_database: str) -> None:
    with pytest.raises(ParkNotFound, match="S217901"):
        ensure_run(DAY, park_code="NOWHERE")


def test_before_the_first_publication_nothing_is_known(sample_database: str) -> None:
    run_id = ensure_run(DAY, known_on=dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    with transaction() as connection:
        found = summary(connection, run_id)
    assert (found.parcels, found.publication_id) == (0, None)


def test_before_the_law_there_is_no_verdict(sample_database: str) -> None:
    # The Measures are in force from 2012-07-01.
    with pytest.raises(RuleNotInForce):
        ensure_run(dt.date(2012, 6, 30))


def test_the_summary_adds_up(sample_database: str) -> None:
    with transaction() as connection:
        found = summary(connection, ensure_run(DAY))
    assert sum(n for n, _ in found.verdicts.values()) == found.parcels
    assert sum((area for _, area in found.verdicts.values()), Decimal(0)) == found.area_m2
    assert sum(n for n, _ in found.parks.values()) == found.parcels
    idle = [found.verdicts[code] for code in ("IDLE_NOT_COMMENCED", "MAY_BE_IDLE")]
    assert found.suspected == (sum(n for n, _ in idle), sum(area for _, area in idle))


ODD = ['a"b', "c,d", "e\\f", "g\nh\t", "", " ", "\\N", "{}", "NULL", "锦州"]
TABLE = Table(
    "odd", MetaData(), Column("word", Text), Column("words", ARRAY(Text)), Column("told", JSON), Column("day", Date),
    Column("figure", Numeric), Column("whole", Integer), Column("holds", Boolean), prefixes=["TEMPORARY"],
)  # fmt: skip


def test_values_survive_copy(connection: Connection) -> None:
    """Every value comes back as it went in: texts with signs of their own, nothing, exact figures, days, lists, JSON."""
    rows = [
        {"word": word, "words": [word, *ODD], "told": {"k": [word, None]}, "day": dt.date(2024, 2, 29),
         "figure": Decimal("1.50"), "whole": number, "holds": number % 2 == 0} for number, word in enumerate(ODD)
    ]  # fmt: skip
    nothing = dict.fromkeys(("word", "told", "day", "figure", "whole", "holds")) | {"words": []}
    frame = pd.DataFrame(
        {name: pd.Series([row[name] for row in [*rows, nothing]], dtype=object) for name in nothing}
    )
    frame["day"] = [*frame["day"][:-1], pd.NaT]
    TABLE.create(connection)
    assert copy_frame(connection, TABLE, frame.drop(columns="whole"), whole=7) == len(rows) + 1
    found = connection.execute(select(TABLE)).mappings().all()
    assert [dict(row) for row in found] == [row | {"whole": 7} for row in [*rows, nothing]]
    assert [str(row["figure"]) for row in found[:1]] == ["1.50"]
    TABLE.drop(connection)
