"""Two-person approval: nobody consents to what he asked himself, and consent holds once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data import approvals
from data.approvals import ApprovalNeeded, CannotDecide
from data.faults import DatabaseFault
from data.identity import Actor, acting
from data.session import transaction
from data.settings import settings
from etl import publish
from etl.importer import run
from etl.options import ImportOptions

TABLE = "enterprise.csv"


@pytest.fixture
def staged(empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A delivery that waits for its publication, where publications need a second person."""
    monkeypatch.setenv("LANDSTOCK_TWO_PERSON", '["publish"]')
    settings.cache_clear()
    (tmp_path / TABLE).write_text(
        "credit_code,enterprise_name\n912107260359800457,示例企业\n", encoding="utf-8"
    )
    report = run([tmp_path / TABLE], ImportOptions(person="王敏"))
    assert report.status == "STAGED"
    yield report.delivery
    monkeypatch.undo()
    settings.cache_clear()


def decide(person: str, number: int, approve: bool = True) -> None:
    with acting(Actor(person, "approver")), transaction() as connection:
        approvals.decide(connection, number, approve, "同意")


def requests() -> list[tuple[object, ...]]:
    with transaction() as connection:
        return [(row["approval_id"], row["asked_by"], row["decision"], row["used_at"] is not None)
                for row in approvals.listed(connection)]  # fmt: skip


def published() -> int:
    with transaction() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM enterprise")) or 0)


def test_a_publication_waits_for_a_second_person(staged: int) -> None:
    for _ in range(2):  # asking again makes no second request
        with pytest.raises(ApprovalNeeded, match="Request 1"):
            publish.publish(staged, "王敏")
    assert requests() == [(1, "王敏", None, False)] and published() == 0
    with pytest.raises(CannotDecide):
        decide("王敏", 1)
    decide("周毅", 1)
    with pytest.raises(CannotDecide):  # once
        decide("周毅", 1, approve=False)
    publish.publish(staged, "王敏")
    assert requests() == [(1, "王敏", "APPROVED", True)] and published() == 1


def test_a_refused_request_publishes_nothing(staged: int) -> None:
    with pytest.raises(ApprovalNeeded):
        publish.publish(staged, "王敏")
    decide("周毅", 1, approve=False)
    with pytest.raises(ApprovalNeeded, match="Request 2"):
        publish.publish(staged, "王敏")
    assert published() == 0


def test_consent_for_one_delivery_is_none_for_another(staged: int, tmp_path: Path) -> None:
    with pytest.raises(ApprovalNeeded):
        publish.publish(staged, "王敏")
    decide("周毅", 1)
    (tmp_path / TABLE).write_text(
        "credit_code,enterprise_name\n91210726MA0000000X,另一企业\n", encoding="utf-8"
    )
    with pytest.raises(ApprovalNeeded, match="Request 2"):
        run([tmp_path / TABLE], ImportOptions(person="王敏", publish=True))
    assert published() == 0


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("approver", "UPDATE approval SET decision = 'APPROVED', decided_by = '别人', decided_at = now()"),
        ("clerk", "UPDATE approval SET decision = 'APPROVED', decided_by = '周毅', decided_at = now()"),
        ("approver", "UPDATE approval SET used_at = now()"),
        ("approver", "UPDATE approval SET asked_by = '某人'"),
        ("clerk", "INSERT INTO approval (kind, object_key, asked_by) VALUES ('publish', '1', '别人')"),
        ("clerk", "INSERT INTO approval (kind, object_key, asked_by, decision, decided_by) "
                  "VALUES ('publish', '1', '周毅', 'APPROVED', '别人')"),
        ("auditor", "INSERT INTO approval (kind, object_key, asked_by) VALUES ('publish', '1', '周毅')"),
    ],
)  # fmt: skip
def test_the_database_holds_it_too(staged: int, role: str, statement: str) -> None:
    with pytest.raises(ApprovalNeeded):
        publish.publish(staged, "王敏")
    with pytest.raises((DatabaseFault, DBAPIError)), acting(Actor("周毅", role)), transaction() as connection:
        connection.execute(text(statement))
    assert requests() == [(1, "王敏", None, False)]


def test_ones_own_request_is_not_even_seen_by_an_update(staged: int) -> None:
    with pytest.raises(ApprovalNeeded):
        publish.publish(staged, "王敏")
    with acting(Actor("王敏", "approver")), transaction() as connection:
        done = connection.execute(
            text("UPDATE approval SET decision = 'APPROVED', decided_by = '王敏', decided_at = now()")
        )
        assert done.rowcount == 0


def test_what_is_done_again_asks_nobody(staged: int) -> None:
    with approvals.decided_before():  # as a rebuild of the whole state does
        publish.publish(staged, "王敏")
    assert published() == 1 and requests() == []
