"""Publication, withdrawal, repetition, interruption: the published state is always a whole one."""

import contextvars
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from shapely import box
from sqlalchemy import text

from data import deliveries
from data.deliveries import NoSuchDelivery
from data.session import transaction
from etl import importer, publish
from etl.errors import NotPublishable
from etl.importer import run
from etl.options import ImportOptions
from tests.etl.asking import parcel_file, rows

PUBLISH = ImportOptions(publish=True)


@pytest.fixture(autouse=True)
def _home(empty_database):
    yield


def builtup_file(folder, *boxes, day="2024-12-31"):
    folder.mkdir(exist_ok=True)
    lines = [f'{day},测,"{box(*b).wkt}"\n' for b in boxes]
    (folder / "builtup.csv").write_text("observed_on,source,geom\n" + "".join(lines), encoding="utf-8")
    return folder


def state():
    """Return what is published, as far as a reader sees it."""
    return rows(
        "SELECT parcel_code, holder, entity_id, content_hash, row_no, extra, drawn_area_m2, ST_AsText(geom) "
        "FROM parcel WHERE upper_inf(known) ORDER BY parcel_code"
    )


def test_only_changed_rows_get_a_new_version(tmp_path):
    run([parcel_file(tmp_path / "1", A="甲", B="乙", C="丙")], PUBLISH)
    before = {row.parcel_code: row for row in state()}
    second = run([parcel_file(tmp_path / "2", A="甲", B="丁", D="戊")], PUBLISH)
    assert second.changes == {"parcel": {"new": 1, "changed": 1, "unchanged": 1, "ended": 0}}
    after = {row.parcel_code: row for row in state()}
    assert after["A"] == before["A"]
    assert (after["B"].holder, after["B"].entity_id) == ("丁", before["B"].entity_id)
    assert "C" in after  # gone is reported, ended only with --complete
    assert second.layers[0].issues["ROW_GONE"] == 1
    assert rows("SELECT count(*), count(DISTINCT version_id) FROM parcel") == [(5, 5)]
    ((overlapping,),) = rows(
        "SELECT count(*) FROM parcel a JOIN parcel b ON a.parcel_code = b.parcel_code AND a.version_id < b.version_id "
        "AND a.known && b.known"
    )
    assert overlapping == 0


def test_the_same_delivery_twice_changes_nothing_and_says_so(tmp_path):
    first = run([parcel_file(tmp_path / "1", A="甲")], PUBLISH)
    again = run([parcel_file(tmp_path / "copy-of-1", A="甲")], PUBLISH)
    assert (again.status, again.duplicate_of, again.exit_code) == ("DUPLICATE", first.delivery, 0)
    assert rows("SELECT count(*) FROM parcel") == [(1,)]
    assert rows("SELECT count(*) FROM publication") == [(1,)]


def test_an_old_delivery_after_a_newer_one_is_no_duplicate(tmp_path):
    run([parcel_file(tmp_path / "1", A="甲")], PUBLISH)
    run([parcel_file(tmp_path / "2", A="乙")], PUBLISH)
    assert run([tmp_path / "1"], PUBLISH).changes["parcel"]["changed"] == 1
    assert [row.holder for row in state()] == ["甲"]


def test_complete_ends_what_is_gone(tmp_path):
    run([parcel_file(tmp_path / "1", **dict.fromkeys("ABCDEFGHIJ", "甲"))], PUBLISH)
    # 1 of 10 is a tenth, below a fifth; 3 of the 9 left are a third, above it.
    done = run(
        [parcel_file(tmp_path / "2", **dict.fromkeys("ABCDEFGHI", "甲"))],
        ImportOptions(publish=True, complete=True),
    )
    assert done.changes["parcel"] == {"new": 0, "changed": 0, "unchanged": 9, "ended": 1}
    assert rows("SELECT end_reason FROM parcel WHERE parcel_code = 'J'") == [("GONE",)]
    parcel_file(tmp_path / "3", **dict.fromkeys("ABCDEF", "甲"))
    blocked = run([tmp_path / "3"], ImportOptions(publish=True, complete=True))
    assert (blocked.layers[0].blocked_by, blocked.published, blocked.exit_code) == (
        ["DROP_THRESHOLD"],
        False,
        1,
    )
    accepted = run(
        [tmp_path / "3"],
        ImportOptions(publish=True, complete=True, accept=("DROP_THRESHOLD",), reason="三宗已注销"),
    )
    assert accepted.changes["parcel"]["ended"] == 3


def test_complete_is_blocked_by_a_blocked_file_of_the_layer(tmp_path):
    parcel_file(tmp_path / "1", A="甲")
    (tmp_path / "1" / "parcel_2.csv").write_text(
        'parcel_code,geom\nZ,"POLYGON((500000 4540000,500100 4540000,500100 4540100,500000 4540000))"\n'
    )
    report = run([tmp_path / "1"], ImportOptions(publish=True, complete=True))
    assert {f.file: f.blocked_by for f in report.layers} == {
        "parcel.csv": ["LAYER_INCOMPLETE"],
        "parcel_2.csv": report.layers[1].blocked_by,
    }
    assert not report.published and report.layers[1].blocked_by[0].startswith("CRS_")


def test_withdrawing_restores_exactly_what_was_before(tmp_path):
    first = run([parcel_file(tmp_path / "1", A="甲", B="乙")], PUBLISH)
    before = state()
    second = run([parcel_file(tmp_path / "2", A="丙", C="丁")], PUBLISH)
    between = state()
    third = run([parcel_file(tmp_path / "3", A="戊")], PUBLISH)
    with pytest.raises(NotPublishable, match=str(third.delivery)):
        publish.withdraw(second.delivery, "误报")
    publish.withdraw(third.delivery, "误报")
    assert state() == between
    publish.withdraw(second.delivery, "误报")
    assert state() == before
    publish.withdraw(first.delivery, "误报")
    assert state() == []
    assert (
        rows("SELECT action, reason FROM publication ORDER BY 1 DESC")
        == [("WITHDRAW", "误报")] * 3 + [("PUBLISH", None)] * 3
    )
    # History is kept: what was known in between can still be asked for.
    assert rows(
        "SELECT holder FROM parcel WHERE parcel_code = 'A' AND known @> "
        "(SELECT published_at FROM publication WHERE delivery_id = :id AND action = 'PUBLISH')", id=second.delivery
    ) == [("丙",)]  # fmt: skip
    with pytest.raises(NotPublishable):
        publish.withdraw(first.delivery, "again")


def test_publish_later(tmp_path):
    staged = run([parcel_file(tmp_path / "1", A="甲")], ImportOptions())
    assert (staged.status, staged.published, state()) == ("STAGED", False, [])
    done = publish.publish(staged.delivery, "王")
    assert done.changes["parcel"]["new"] == 1 and len(state()) == 1
    assert rows("SELECT count(*) FROM staging.parcel") == [(0,)]
    with pytest.raises(NotPublishable):
        publish.publish(staged.delivery)
    with pytest.raises(NoSuchDelivery):
        publish.publish(4711)


def test_events_without_a_key_are_compared_by_content(tmp_path):
    head = "序号,parcel_code,event,happened_on\n"
    for name, lines in (
        ("1", "1,A,PERMIT,2022-01-01\n"),
        ("2", "1,A,DELIVERED,2021-01-01\n2,A,PERMIT,2022-01-01\n2,A,PERMIT,2022-01-01\n"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "construction_event.csv").write_text(head + lines, encoding="utf-8")
    run([tmp_path / "1"], PUBLISH)
    second = run([tmp_path / "2"], PUBLISH)
    # The running number of the permit moved from 1 to 2: still the same event.
    assert second.changes["construction_event"] == {"new": 1, "changed": 0, "unchanged": 1, "ended": 0}
    assert second.layers[0].issues["ROW_DUPLICATE"] == 1


def test_observations_replace_their_own_day_where_they_lie(tmp_path):
    west, east = (121.0, 41.0, 121.1, 41.1), (122.0, 41.5, 122.1, 41.6)
    run([builtup_file(tmp_path / "1", west)], PUBLISH)
    run([builtup_file(tmp_path / "2", east)], PUBLISH)
    run([builtup_file(tmp_path / "3", west, day="2023-12-31")], PUBLISH)
    # Another district and another day leave the first patch alone; a new drawing of it replaces it.
    assert rows("SELECT count(*) FROM builtup WHERE upper_inf(known)") == [(3,)]
    done = run([builtup_file(tmp_path / "4", (121.0, 41.0, 121.1, 41.12))], PUBLISH)
    assert done.changes["builtup"] == {"new": 1, "changed": 0, "unchanged": 0, "ended": 1}
    assert rows("SELECT count(*) FROM builtup WHERE upper_inf(known)") == [(3,)]


def test_observations_replace_all_of_a_delivered_park(tmp_path):
    (tmp_path / "p").mkdir()
    lines = "".join(f'{c},1,"{box(w, 41, w + 0.1, 41.1).wkt}"\n' for c, w in (("S1", 121.0), ("S2", 121.1)))
    (tmp_path / "p" / "park.csv").write_text("park_code,boundary_version,geom\n" + lines)
    run([tmp_path / "p"], PUBLISH)
    run(
        [
            builtup_file(
                tmp_path / "1",
                (121.01, 41.01, 121.02, 41.02),
                (121.05, 41.05, 121.06, 41.06),
                (121.15, 41.05, 121.16, 41.06),
            )
        ],
        PUBLISH,
    )
    # The new survey of S1 has one patch; the two old ones of S1 end, that of S2 stays.
    done = run([builtup_file(tmp_path / "2", (121.03, 41.03, 121.04, 41.04))], PUBLISH)
    assert done.changes["builtup"] == {"new": 1, "changed": 0, "unchanged": 0, "ended": 2}
    publish.withdraw(done.delivery, "错")
    assert rows("SELECT count(*) FROM builtup WHERE upper_inf(known)") == [(3,)]


KILLED = """
import os, signal, sys
from pathlib import Path
from etl import importer, publish
from data.identity import Actor, act
from etl.options import ImportOptions
act(Actor("tests", "clerk"))
if sys.argv[2] == "inside":
    finish = publish._finish
    publish._finish = lambda *a: os.kill(os.getpid(), signal.SIGKILL)  # all rows written, nothing committed
def progress(stage, done, total):
    if stage == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
importer.run([Path(sys.argv[1])], ImportOptions(publish=True), progress)
"""


@pytest.mark.parametrize("stage", ["keep", "read", "check", "stage", "publish", "inside"])
def test_kill_at_any_stage_leaves_the_published_state(tmp_path, stage):
    run([parcel_file(tmp_path / "1", A="甲", B="乙")], PUBLISH)
    before = state()
    parcel_file(tmp_path / "2", A="丙", C="丁")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "2"), stage], check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert state() == before
    assert run([tmp_path / "2"], PUBLISH).changes["parcel"] == {
        "new": 1,
        "changed": 1,
        "unchanged": 0,
        "ended": 0,
    }
    # Tests that run beside this one have folders of their own there.
    left = (folder.name for folder in (importer.settings().home / "work").iterdir())
    assert not [name for name in left if not Path("/proc", name.split("-")[1]).exists()]


def test_two_imports_of_one_layer_at_once(tmp_path):
    folders = [parcel_file(tmp_path / str(n), A=f"人{n}", B="乙", **{chr(67 + n): "丙"}) for n in range(3)]
    reports, faults = [], []

    def work(folder):
        try:
            reports.append(run([folder], PUBLISH))
        except Exception as error:  # shown by the assertion below
            faults.append(error)

    threads = [
        threading.Thread(target=contextvars.copy_context().run, args=(work, folder)) for folder in folders
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert sum(r.changes["parcel"]["new"] for r in reports) == 5  # A, B and one of each
    assert [row.parcel_code for row in state()] == list("ABCDE")


def test_publication_waits_for_the_one_before(tmp_path):
    staged = run([parcel_file(tmp_path / "1", A="甲")], ImportOptions())
    done = threading.Event()
    with transaction() as connection:
        publish.lock(connection, ["parcel"])
        waiting = threading.Thread(
            target=contextvars.copy_context().run,
            args=(lambda: (publish.publish(staged.delivery), done.set()),),
        )
        waiting.start()
        assert not done.wait(0.5)
    waiting.join(20)
    assert done.is_set() and len(state()) == 1


def test_reads(tmp_path):
    report = run([parcel_file(tmp_path / "1", A="甲")], PUBLISH)
    with transaction() as connection:
        (listed,) = deliveries.list_deliveries(connection)
        assert (listed["status"], listed["rows_accepted"]) == ("PUBLISHED", 1)
        one = deliveries.delivery(connection, report.delivery)
        assert [f["path"] for f in one["files"]] == ["parcel.csv"] and len(one["publications"]) == 1
        found = deliveries.issues(connection, report.delivery, severity="WARNS")
        assert {i["code"] for i in found} >= {"PARCEL_CODE_FORM"} and found[0]["file"] == "parcel.csv"
        with pytest.raises(NoSuchDelivery):
            deliveries.delivery(connection, 4711)


def indexes():
    return rows("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'parcel' ORDER BY indexname")


def test_indexes_rest_during_a_first_large_publication_and_are_there_after_it(tmp_path, monkeypatch):
    monkeypatch.setattr("etl.publish_layer._BULK", 2)
    asked = []
    monkeypatch.setattr("etl.publish_layer.text", lambda sql: asked.append(sql) or text(sql))
    before = indexes()
    first = run([parcel_file(tmp_path / "1", A="甲", B="乙", C="丙")], PUBLISH)
    assert [sql for sql in asked if "_indexes(" in sql] == [
        "SELECT rest_indexes(:layer)", "SELECT wake_indexes(:layer)",
    ]  # fmt: skip
    assert first.changes["parcel"] == {"new": 3, "changed": 0, "unchanged": 0, "ended": 0}
    assert indexes() == before and rows("SELECT count(*) FROM pg_class WHERE relname = 'ix_parcel_geom'") == [
        (1,)
    ]
    # Three rows are there now: three staged ones are no reason to let readers wait.
    asked.clear()
    run([parcel_file(tmp_path / "2", A="甲", B="丁", C="丙")], PUBLISH)
    assert not [sql for sql in asked if "rest_indexes" in sql] and indexes() == before


def test_a_failure_while_indexes_rest_brings_them_back(tmp_path, monkeypatch):
    monkeypatch.setattr("etl.publish_layer._BULK", 2)
    before = indexes()
    monkeypatch.setattr("etl.publish_layer.INSERT_FIRST", "SELECT 1 / 0")
    staged = run([parcel_file(tmp_path / "1", A="甲", B="乙")], ImportOptions())
    with pytest.raises(Exception, match="division by zero"):
        publish.publish(staged.delivery)
    assert indexes() == before and state() == []


def test_staged_rows_that_a_crash_took_are_missed(tmp_path):
    # Staging is not logged: after a crash of the server its tables are empty.
    staged = run([parcel_file(tmp_path / "1", A="甲", B="乙")], ImportOptions())
    with transaction() as connection:
        connection.execute(text("TRUNCATE staging.parcel"))
    with pytest.raises(NotPublishable, match=r"Of 2 accepted rows of parcel 0 .* Import the delivery again"):
        publish.publish(staged.delivery)
    assert state() == [] and rows("SELECT status FROM delivery") == [("STAGED",)]
