"""Random sequences of publications and withdrawals, and two processes at once: the state is always the expected one."""

import os
import random
import subprocess
import sys

import pytest
from shapely import box
from sqlalchemy import text

from data.session import engine, transaction
from etl import restore_point
from etl.errors import NotPublishable
from etl.importer import run
from etl.options import ImportOptions
from etl.publish import withdraw

CODES = "ABCDEF"
WHOLE = ImportOptions(publish=True, complete=True, accept=("DROP_THRESHOLD",), reason="试验")


@pytest.fixture(autouse=True)
def _home(empty_database):
    yield


def parcels(folder, said):
    folder.mkdir()
    lines = []
    for code, (holder, wide) in said.items():
        west = 121 + CODES.index(code) / 100
        lines.append(f'{code},{holder},S1,注{holder},"{box(west, 41, west + 0.001 * wide, 41.005).wkt}"\n')
    (folder / "parcel.csv").write_text(
        "parcel_code,holder,park_code,note,geom\n" + "".join(lines), encoding="utf-8"
    )
    return folder


def state():
    """Return the full content of what is published, by key."""
    with engine().connect() as connection:
        rows = connection.execute(
            text(
                "SELECT parcel_code, to_jsonb(p) - '{version_id,known,published_by,ended_by,end_reason}'::text[] AS row "
                "FROM parcel p WHERE upper_inf(known)"
            )
        )
        return {row.parcel_code: row.row for row in rows}


def ranges_overlap():
    with engine().connect() as connection:
        return connection.scalar(
            text(
                "SELECT count(*) FROM parcel a JOIN parcel b ON a.parcel_code = b.parcel_code "
                "AND a.version_id < b.version_id AND a.known && b.known"
            )
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_withdrawing_restores_exactly_what_was_before(tmp_path, seed):
    # The model: for each key the stack of what was published for it, by which delivery. A delivery can be taken
    # back when all that it changed is on top, and taking it back removes just that.
    chosen = random.Random(seed)
    stacks = {code: [(0, None)] for code in CODES}
    published, refused, taken = [], 0, 0
    for step in range(14):
        if published and chosen.random() < 0.45:
            number = published[-1] if chosen.random() < 0.7 else chosen.choice(published)
            touched = [stack for stack in stacks.values() if any(by == number for by, _ in stack)]
            if all(stack[-1][0] == number for stack in touched):
                withdraw(number, "试验")
                for stack in touched:
                    stack.pop()
                published.remove(number)
                taken += 1
            else:
                with pytest.raises(NotPublishable):
                    withdraw(number, "试验")
                refused += 1
        else:
            codes = chosen.sample(CODES, chosen.randint(1, len(CODES)))
            said = {code: (chosen.choice("甲乙"), chosen.randint(1, 2)) for code in sorted(codes)}
            complete = chosen.random() < 0.4
            options = WHOLE if complete else ImportOptions(publish=True)
            before, report = state(), run([parcels(tmp_path / str(step), said)], options)
            after = state()
            if report.status == "DUPLICATE":
                assert before == after
                continue
            assert set(after) == (set(said) if complete else set(before) | set(said))
            for code, stack in stacks.items():
                if before.get(code) != after.get(code):
                    stack.append((report.delivery, after.get(code)))
            published.append(report.delivery)
        assert state() == {code: stack[-1][1] for code, stack in stacks.items() if stack[-1][1] is not None}
        assert ranges_overlap() == 0
    assert taken > 0


IMPORT = (
    "import sys; from pathlib import Path; from data.identity import Actor, act; from etl.importer import run; from etl.options import ImportOptions; "
    "act(Actor('tests', 'clerk')); print(run([Path(sys.argv[1])], ImportOptions(publish=True)).status)"
)


def test_two_processes_import_one_layer_at_once(tmp_path):
    # Both hold A and B, each with its own holder, and a parcel of its own.
    one = parcels(tmp_path / "1", {"A": ("甲", 1), "B": ("甲", 1), "C": ("甲", 1)})
    two = parcels(tmp_path / "2", {"A": ("乙", 1), "B": ("乙", 1), "D": ("乙", 1)})
    processes = [
        subprocess.Popen([sys.executable, "-c", IMPORT, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         text=True, env=dict(os.environ))
        for folder in (one, two)
    ]  # fmt: skip
    said = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert [out.strip() for out, _ in said] == ["PUBLISHED", "PUBLISHED"]
    found = state()
    assert set(found) == {"A", "B", "C", "D"} and ranges_overlap() == 0
    # One came after the other: A and B are of the same delivery, whichever that was.
    assert found["A"]["holder"] == found["B"]["holder"]
    with engine().connect() as connection:
        assert connection.scalar(text("SELECT count(DISTINCT entity_id) FROM parcel")) == 4


def test_a_restore_point_is_set_before_each_publication():
    with transaction() as connection:
        assert restore_point.mark(connection, 7)  # the embedded server lets the application
    assert restore_point.name_of(7) == "landstock-before-publication-7"
