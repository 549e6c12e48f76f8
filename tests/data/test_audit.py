"""The log: written with each change, in the name of whoever made it, and any tampering with it is found."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from data import accounts, audit
from data.cluster import making, server
from data.cluster.place import Place
from data.faults import DatabaseFault
from data.identity import SYSTEM, Actor, acting
from data.session import transaction
from data.settings import Settings


@pytest.fixture
def superuser(server_place: Place, empty_database: str) -> Iterator[Connection]:
    """Hand out a connection that may do everything, as somebody who tampers with the log has it."""
    address = server.url(server_place, making.SUPERUSER, str(make_url(empty_database).database))
    made = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        yield connection


@pytest.fixture(autouse=True)
def _own_seals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "seals_file", lambda: tmp_path / "seals.log")


def entries(**more: Any) -> list[Any]:
    with acting(Actor("审计员", "auditor")), transaction() as connection:
        return audit.search(connection, **more)


def verified(file: Path | None = None) -> audit.Verified:
    with acting(Actor("审计员", "auditor")), transaction() as connection:
        return audit.verify(connection, file)


def sealed() -> int:
    with acting(Actor("worker", SYSTEM)):
        return audit.seal_now()


def make(*names: str) -> None:
    with acting(Actor("赵立", "admin", account_id=None, request="r7")), transaction() as connection:
        for name in names:
            accounts.add(connection, name, "clerk")


@pytest.fixture
def kept(superuser: Connection, _own_seals: None) -> Connection:
    """A log with three seals."""
    for names in (("a1", "a2"), ("b1",), ("c1", "c2")):
        make(*names)
        assert sealed() == 2 * len(names)  # the account, and its one-time code
    return superuser


def test_a_change_is_written_with_old_and_new_and_without_secrets(empty_database: str) -> None:
    make("wangmin")
    with acting(Actor("赵立", "admin", request="r8")), transaction() as connection:
        accounts.set_disabled(connection, "wangmin", True)
    last, code, first = entries()
    assert (first["action"], first["object"], first["object_key"]) == ("insert", "account", "wangmin")
    assert (first["person"], first["role"], first["request"]) == ("赵立", "landstock_admin", "r7")
    assert first["new"]["role"] == "clerk" and first["old"] is None
    assert code["old"] == {"code_hash": None, "code_until": None} and code["new"]["code_hash"] == "***"
    assert last["old"]["disabled_at"] is None and last["new"]["disabled_by"] == "赵立"
    assert last["old"].keys() == last["new"].keys() == {"disabled_at", "disabled_by"}


def test_what_is_rolled_back_was_not(empty_database: str) -> None:
    with pytest.raises(ZeroDivisionError), acting(Actor("赵立", "admin")), transaction() as connection:
        accounts.add(connection, "wangmin", "clerk")
        raise ZeroDivisionError
    assert entries() == []


def test_without_the_log_there_is_no_change(superuser: Connection) -> None:
    superuser.execute(text("REVOKE INSERT ON audit_event FROM landstock_admin"))
    with pytest.raises((DatabaseFault, DBAPIError)):
        make("wangmin")
    superuser.execute(text("GRANT INSERT ON audit_event TO landstock_admin"))
    with acting(Actor("赵立", "admin")), transaction() as connection:
        assert accounts.listed(connection) == []


@pytest.mark.parametrize(
    "forged",
    [
        "INSERT INTO audit_event (person, action, object) VALUES ('别人', 'view', 'parcel')",
        "INSERT INTO audit_event (role, action, object) VALUES ('landstock_clerk', 'view', 'parcel')",
        "INSERT INTO audit_event (account_id, action, object) VALUES (1, 'view', 'parcel')",
        "UPDATE audit_event SET person = '别人'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "SELECT * FROM audit_event",
    ],
)
@pytest.mark.parametrize("role", ["planner", "admin", "committee", "sign_in"])
def test_persons_neither_forge_nor_change_nor_read_it(empty_database: str, role: str, forged: str) -> None:
    make("wangmin")
    with (
        pytest.raises((DatabaseFault, DBAPIError)),
        acting(Actor("某人", role)),
        transaction() as connection,
    ):
        connection.execute(text(forged))
    assert len(entries()) == 2


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET reason = 'x'", "DELETE FROM audit_seal", "TRUNCATE audit_sealed"]
)
def test_not_even_the_program_or_a_superuser_changes_it_by_accident(
    superuser: Connection, statement: str
) -> None:
    make("wangmin")
    with pytest.raises(DBAPIError, match="never changed"):
        superuser.execute(text(statement))


def test_an_honest_log_is_verified(kept: Connection) -> None:
    found = verified()
    assert (found.events, found.seals, found.unsealed, found.troubles) == (10, 3, 0, [])
    assert sealed() == 0  # nothing new, no seal
    make("d1")
    assert verified().unsealed == 2
    lines = audit.seals_file().read_text().splitlines()
    assert len(lines) == 3 and all(len(line.split("\t")[3]) == 64 for line in lines)


REWRITE = (
    # The whole chain computed anew after a change, as somebody does who knows how it is made.
    "DO $$ DECLARE s record; p text := repeat('0', 64); d text; BEGIN FOR s IN SELECT * FROM audit_seal ORDER BY seal_id LOOP "
    "SELECT encode(sha256(convert_to(coalesce(string_agg(jsonb_build_array(e.event_id, to_char(e.at AT TIME ZONE 'UTC', "
    "'YYYY-MM-DD\"T\"HH24:MI:SS.US'), e.person, e.role, e.account_id, e.request, e.action, e.object, e.object_key, e.old, e.new, "
    "e.reason)::text, E'\\n' ORDER BY e.event_id), ''), 'UTF8')), 'hex') INTO d FROM audit_sealed x JOIN audit_event e "
    "USING (event_id) WHERE x.seal_id = s.seal_id; "
    "UPDATE audit_seal SET previous = p, hash = encode(sha256(convert_to(p || E'\\n' || s.n || E'\\n' || d, 'UTF8')), 'hex') "
    "WHERE seal_id = s.seal_id RETURNING hash INTO p; END LOOP; END $$"
)
TAMPERING = {
    "a changed person": ("UPDATE audit_event SET person = '别人' WHERE event_id = 3", {"content"}),
    "a changed time": ("UPDATE audit_event SET at = at + interval '1 microsecond' WHERE event_id = 3", {"content"}),
    "a changed value": ("UPDATE audit_event SET new = new || '{\"role\": \"admin\"}' WHERE event_id = 1", {"content"}),
    "a removed entry": ("DELETE FROM audit_event WHERE event_id = 5", {"count"}),
    "a removed entry and its place": ("DELETE FROM audit_event WHERE event_id = 5; DELETE FROM audit_sealed WHERE event_id = 5", {"count"}),
    "an entry put in": (
        "INSERT INTO audit_event (event_id, at, action, object) VALUES (999, now(), 'view', 'parcel'); "
        "INSERT INTO audit_sealed VALUES (999, 2)", {"count"},
    ),
    "one entry in the place of another": (
        "UPDATE audit_sealed SET seal_id = CASE event_id WHEN 1 THEN 2 ELSE 1 END WHERE event_id IN (1, 5)", {"content"},
    ),
    "two entries in the other order": (
        "UPDATE audit_event SET event_id = -event_id WHERE event_id IN (1, 2); "
        "UPDATE audit_event SET event_id = 3 + event_id WHERE event_id < 0", {"content"},
    ),
    "a removed seal": ("DELETE FROM audit_seal WHERE seal_id = 2", {"chain", "seal-gone"}),
    "the last seal with its entries": (
        "DELETE FROM audit_event WHERE event_id IN (SELECT event_id FROM audit_sealed WHERE seal_id = 3); "
        "DELETE FROM audit_sealed WHERE seal_id = 3; DELETE FROM audit_seal WHERE seal_id = 3", {"seal-gone"},
    ),
    "all of it computed anew": ("UPDATE audit_event SET person = '别人' WHERE event_id = 1; " + REWRITE, {"seal-changed"}),
    "all of it removed": ("DELETE FROM audit_event; DELETE FROM audit_sealed; DELETE FROM audit_seal", {"seal-gone"}),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_by_a_superuser_is_found(kept: Connection, how: str) -> None:
    statement, kinds = TAMPERING[how]
    kept.execute(text("SET session_replication_role = replica"))  # past the triggers
    for one in statement.split("; ") if "DO $$" not in statement else [statement.split("; DO")[0], REWRITE]:
        kept.exec_driver_sql(one.replace("%", "%%"))
    assert {trouble["kind"] for trouble in verified().troubles} >= kinds


def test_a_seal_that_was_not_written_out_yet_is_no_trouble(kept: Connection) -> None:
    lines = audit.seals_file().read_text().splitlines(keepends=True)
    audit.seals_file().write_text("".join(lines[:2]))  # as after a crash between the commit and the file
    assert verified().troubles == []
    assert sealed() == 0 and audit.seals_file().read_text() == "".join(lines)
    audit.seals_file().write_text("".join(lines[1:]))
    assert [one["kind"] for one in verified().troubles] == ["not-in-file"]
    audit.seals_file().unlink()
    assert [one["kind"] for one in verified().troubles] == ["no-file"]


def test_a_copy_of_the_seals_kept_elsewhere_decides(kept: Connection, tmp_path: Path) -> None:
    copy = tmp_path / "copy.log"
    copy.write_text(audit.seals_file().read_text())
    kept.execute(text("SET session_replication_role = replica"))
    kept.execute(text("UPDATE audit_event SET person = '别人' WHERE event_id = 1"))
    kept.exec_driver_sql(REWRITE)
    rows = kept.execute(text("SELECT seal_id, n, hash FROM audit_seal ORDER BY 1")).all()
    audit.seals_file().write_text("".join(f"{row.seal_id}\t-\t{row.n}\t{row.hash}\n" for row in rows))
    assert verified().troubles == []  # whoever rewrites the file beside the database as well
    assert [one["kind"] for one in verified(copy).troubles] == ["seal-changed"] * 3


def test_an_entry_of_an_open_transaction_comes_under_a_later_seal(empty_database: str) -> None:
    with acting(Actor("赵立", "admin")), transaction() as open_transaction:
        accounts.add(open_transaction, "slow", "clerk")  # it has the smaller numbers
        make("quick")
        assert sealed() == 2
    assert sealed() == 2 and verified().troubles == []
    assert [row["object_key"] for row in entries()] == ["quick", "quick", "slow", "slow"]


def test_search(empty_database: str) -> None:
    make("wangmin", "liuyang")
    assert {row["object_key"] for row in entries(q="WANG")} == {"wangmin"}
    assert len(entries(q="赵立")) == 4 and len(entries(action="insert")) == 2
    newest = entries(size=1)[0]["event_id"]
    assert len(entries(before=newest)) == 3
    assert entries(q="%' OR true --") == []


def forget(days: int) -> int:
    with acting(Actor("worker", SYSTEM)), transaction() as connection:
        return audit.forget(connection, days)


def test_old_entries_may_leave_and_their_seals_still_hold(kept: Connection) -> None:
    assert forget(180) == 0
    kept.execute(text("SET session_replication_role = replica"))
    # Two years ago, honestly sealed then: times are put back and the chain is computed anew.
    kept.execute(text("UPDATE audit_event SET at = at - interval '2 years' WHERE event_id <= 6"))
    kept.execute(text("UPDATE audit_seal SET sealed_at = sealed_at - interval '2 years' WHERE seal_id <= 2"))
    kept.exec_driver_sql(REWRITE)
    rows = kept.execute(text("SELECT seal_id, n, hash FROM audit_seal ORDER BY 1")).all()
    audit.seals_file().write_text("".join(f"{row.seal_id}\t-\t{row.n}\t{row.hash}\n" for row in rows))
    kept.execute(text("SET session_replication_role = origin"))
    assert verified().troubles == []
    assert forget(180) == 6 and forget(180) == 0
    found = verified()
    assert found.troubles == [] and len(entries()) == 4
    kept.execute(text("SET session_replication_role = replica"))
    kept.execute(text("UPDATE audit_forgotten SET n = 5 WHERE seal_id = 1"))
    assert [one["kind"] for one in verified().troubles] == ["count"]


@pytest.mark.parametrize("days", [179, 0, -1])
def test_the_log_is_kept_for_180_days_at_least(empty_database: str, days: int) -> None:
    with pytest.raises(DBAPIError, match="at least 180 days"):
        forget(days)
    with pytest.raises(ValueError, match="180"):
        Settings(log_days=days)
