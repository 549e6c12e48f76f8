"""How good the published data are: levels by hand, and what counts as open."""

import pytest
from sqlalchemy import Connection, text

from data import findings, quality
from data.deliveries import delivery
from data.quality import Quality


@pytest.mark.parametrize(
    ("rows", "rejected", "warned", "level"),
    [
        (0, 0, 0, "EMPTY"),
        (1_000, 0, 0, "GOOD"),
        (1_000, 0, 10, "GOOD"),  # exactly one in a hundred is not "more than"
        (1_000, 0, 11, "CHECK"),
        (1_000, 1, 0, "CHECK"),  # a single rejected row is land that is missing
        (1_000, 0, 50, "CHECK"),  # exactly five in a hundred
        (1_000, 0, 51, "CAREFUL"),
        # Rejected rows count on both sides: 53 of 1,053 are 5.03 %.
        (1_000, 53, 0, "CAREFUL"),
        (1_000, 52, 0, "CHECK"),  # 52 of 1,052 are 4.94 %
    ],
)
def test_level(rows: int, rejected: int, warned: int, level: str) -> None:
    assert Quality("parcel", rows, rejected, warned, None).level == level


def test_a_rejected_row_is_open_until_its_key_comes_right(
    sample_database: str, connection: Connection
) -> None:
    """Of the sample's two rejected rows one repeats a key that another row brought: nothing is missing there."""
    rejected = connection.scalars(text("SELECT code FROM issue WHERE severity = 'REJECTS' ORDER BY 1")).all()
    assert rejected == ["DUPLICATE_KEY", "GEOMETRY_INVALID"]
    found = [row["code"] for row in quality.listed(connection, size=2_000) if row["severity"] == "REJECTS"]
    assert found == ["GEOMETRY_INVALID"]


def test_counts_agree_with_the_list(sample_database: str, connection: Connection) -> None:
    listed = quality.listed(connection, size=5_000)
    for kind, column in (
        ("layer", "layer"), ("supplier", "supplier"), ("park", "park_code"), ("code", "code"),
    ):  # fmt: skip
        counted = {}
        for row in quality.counts(connection):
            if row["by"] == kind:
                counted[row["value"]] = counted.get(row["value"], 0) + row["n"]
        assert sum(counted.values()) == len(listed)
        assert set(counted) == {row[column] for row in listed}


def test_nothing_is_open_once_it_is_withdrawn(sample_database: str, connection: Connection) -> None:
    connection.execute(text("UPDATE delivery SET status = 'WITHDRAWN'"))
    assert quality.listed(connection) == []


def test_rows_are_counted_once_by_their_gravest_finding(sample_database: str, connection: Connection) -> None:
    found = delivery(connection, 1)
    counted = findings.severities(connection, found)
    rows = connection.scalar(
        text("SELECT count(DISTINCT (file_id, row_no)) FROM issue WHERE row_no IS NOT NULL")
    )
    assert sum(counted.rows.values()) == rows
    assert counted.clean == counted.read - rows
    assert sum(counted.findings.values()) == connection.scalar(text("SELECT count(*) FROM issue"))
