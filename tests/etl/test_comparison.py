"""What a staged delivery changes is compared once; a publication uses it unless something came in between."""

import pytest
from sqlalchemy import text

from data import jobs, staged
from data.session import transaction
from etl import comparison, publish
from etl.importer import run
from etl.options import ImportOptions
from tests.etl.asking import parcel_file, rows

PUBLISH = ImportOptions(publish=True)
WHOLE = ImportOptions(complete=True, accept=("DROP_THRESHOLD",), reason="试验")


@pytest.fixture(autouse=True)
def _home(empty_database):
    yield


def holders():
    return dict(rows("SELECT parcel_code, holder FROM parcel WHERE upper_inf(known)"))


def kept():
    """Return what is kept of comparisons: row and the key of the version, where there is one."""
    return rows(
        "SELECT c.row_no, p.parcel_code FROM staging.compared_row c LEFT JOIN parcel p USING (version_id) ORDER BY 1, 2"
    )


@pytest.fixture
def compared(monkeypatch):
    """Count the comparisons."""
    made = []
    before = comparison._compare
    monkeypatch.setattr(
        comparison, "_compare", lambda *args, **named: made.append(args[1]) or before(*args, **named)
    )
    return made


def test_only_what_differs_is_kept_and_used(tmp_path, compared):
    run([parcel_file(tmp_path / "1", A="甲", B="乙", C="丙")], PUBLISH)
    assert compared == [] and kept() == []  # a first delivery has nothing to be compared with
    later = run([parcel_file(tmp_path / "2", A="甲", B="丁", D="戊")], WHOLE)
    # Row 3 (the titles are row 1) replaces B, row 4 is new, C is gone; row 2 is as it was.
    assert kept() == [(3, "B"), (4, None), (None, "C")]
    done = publish.publish(later.delivery)
    assert compared == ["parcel"]
    assert done.changes["parcel"] == {"new": 1, "changed": 1, "unchanged": 1, "ended": 1}
    assert holders() == {"A": "甲", "B": "丁", "D": "戊"}
    assert kept() == rows("SELECT * FROM staging.comparison") == []


def test_a_part_of_a_layer_keeps_nothing_of_what_it_leaves_out(tmp_path):
    run([parcel_file(tmp_path / "1", A="甲", B="乙", C="丙")], PUBLISH)
    run([parcel_file(tmp_path / "2", B="丁")], ImportOptions())
    assert kept() == [(2, "B")]


def test_what_is_published_in_between_is_compared_anew(tmp_path, compared):
    run([parcel_file(tmp_path / "1", A="甲", B="乙", C="丙")], PUBLISH)
    later = run([parcel_file(tmp_path / "2", A="甲", B="丁", D="戊")], WHOLE)
    between = run([parcel_file(tmp_path / "3", A="己", B="丁", D="庚", E="辛")], PUBLISH)
    done = publish.publish(later.delivery)
    assert len(compared) == 3
    # A and D have other holders meanwhile, B is what the delivery says, C and E are in none of its rows.
    assert done.changes["parcel"] == {"new": 0, "changed": 2, "unchanged": 1, "ended": 2}
    assert holders() == {"A": "甲", "B": "丁", "D": "戊"}
    assert between.changes["parcel"] == {"new": 2, "changed": 2, "unchanged": 0, "ended": 0}


def test_a_withdrawal_in_between_is_one_as_well(tmp_path, compared):
    run([parcel_file(tmp_path / "1", A="甲", B="乙")], PUBLISH)
    second = run([parcel_file(tmp_path / "2", A="丙")], PUBLISH)
    later = run([parcel_file(tmp_path / "3", A="丙", B="乙")], ImportOptions())
    assert kept() == []
    publish.withdraw(second.delivery, "试验")
    done = publish.publish(later.delivery)
    assert len(compared) == 3 and done.changes["parcel"]["changed"] == 1
    assert holders() == {"A": "丙", "B": "乙"}


def test_other_layers_do_not_make_a_comparison_old(tmp_path, compared):
    run([parcel_file(tmp_path / "1", A="甲")], PUBLISH)
    later = run([parcel_file(tmp_path / "2", A="乙")], ImportOptions())
    firms = tmp_path / "3"
    firms.mkdir()
    (firms / "enterprise.csv").write_text(
        "credit_code,enterprise_name\n91210700MA0XXXXX0A,某公司\n", encoding="utf-8"
    )
    run([firms], PUBLISH)
    publish.publish(later.delivery)
    assert compared == ["parcel"] and holders() == {"A": "乙"}


def test_a_key_that_had_ended_keeps_its_number(tmp_path):
    run([parcel_file(tmp_path / "1", A="甲", B="乙", C="丙")], PUBLISH)
    numbers = dict(rows("SELECT parcel_code, entity_id FROM parcel"))
    publish.publish(run([parcel_file(tmp_path / "2", A="甲")], WHOLE).delivery)
    run([parcel_file(tmp_path / "3", A="甲", B="丁", D="戊")], PUBLISH)
    now = dict(rows("SELECT parcel_code, entity_id FROM parcel WHERE upper_inf(known)"))
    assert (now["A"], now["B"]) == (numbers["A"], numbers["B"])
    assert now["D"] not in numbers.values()


@pytest.mark.parametrize("way", ["check only", "discarded"])
def test_a_comparison_leaves_with_the_staged_rows(tmp_path, way):
    run([parcel_file(tmp_path / "1", A="甲", B="乙")], PUBLISH)
    done = run([parcel_file(tmp_path / "2", A="丙")], ImportOptions(check_only=way == "check only"))
    if way == "discarded":
        assert kept() == [(2, "A")]
        with transaction() as connection:
            jobs.discard_staged(connection, done.delivery)
    assert kept() == rows("SELECT * FROM staging.comparison") == rows("SELECT * FROM staging.parcel") == []


def firms_of(connection, file_id):
    connection.execute(
        text(
            "INSERT INTO staging.enterprise (file_id, credit_code, content_hash, row_no) "
            "SELECT :file, g::text, gen_random_uuid(), g FROM generate_series(1, 10000) AS g"
        ),
        {"file": file_id},
    )


def size():
    return rows("SELECT pg_relation_size('staging.enterprise')")[0][0]


def test_a_table_with_one_delivery_is_emptied_at_once(empty_database):
    with transaction() as connection:
        firms_of(connection, 1)
        firms_of(connection, 2)
    assert size() > 0
    with transaction() as connection:
        staged.discard(connection, "enterprise", [1, 2])
    assert size() == 0


def test_rows_of_another_delivery_stay(empty_database):
    with transaction() as connection:
        firms_of(connection, 1)
        connection.execute(text("UPDATE staging.enterprise SET file_id = 2 WHERE row_no = 1"))
        firms_of(connection, 1)
    with transaction() as connection:
        staged.discard(connection, "enterprise", [1])
        held = text(
            "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'AccessExclusiveLock'"
        )
        assert connection.scalar(held) == 0
    assert rows("SELECT file_id FROM staging.enterprise") == [(2,)]


def test_rows_that_another_import_is_staging_stay(empty_database):
    with transaction() as connection:
        firms_of(connection, 1)
    with transaction() as other:
        other.execute(
            text(
                "INSERT INTO staging.enterprise (file_id, credit_code, content_hash, row_no) "
                "VALUES (2, 'x', gen_random_uuid(), 1)"
            )
        )
        with transaction() as connection:  # it is not waited for
            staged.discard(connection, "enterprise", [1])
    assert rows("SELECT file_id FROM staging.enterprise") == [(2,)]
