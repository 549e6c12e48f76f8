"""A second delivery finds between its shapes what it would find alone, though it looks only where something moved."""

import random

import pytest
from shapely import box
from sqlalchemy import text

from data.session import engine
from etl import earlier
from etl.checks import delivery
from etl.checks.limits import packaged
from etl.importer import run
from etl.options import ImportOptions

SIDE = 0.0002  # degrees: 17 m by 22 m
WIDTH = 8
FINDINGS = """
    SELECT code, row_no, supplier_key, params, ST_AsText(point) AS point FROM issue
    WHERE delivery_id = :id AND code IN ('OVERLAP', 'GAP', 'DUPLICATE_SHAPE') ORDER BY code, row_no, params ->> 'other'
"""
REPAIRS = """
    SELECT r.row_no, r.kind, r.chosen, ST_AsText(r.after_geom) FROM repair r JOIN delivery_file f USING (file_id)
    WHERE f.delivery_id = :id ORDER BY 1, 2
"""


@pytest.fixture(autouse=True)
def _home(empty_database):
    yield


def place(at, east=0.0, size=1.0):
    x, y = 121 + at % WIDTH * SIDE + east, 41 + at // WIDTH * SIDE
    return box(x, y, x + size * SIDE, y + size * SIDE)


def field(odd):
    """A field of squares that meet, each ``odd``-th moved by 0.2 m: a gap on one side, an overlap on the other."""
    return {f"P{at:02d}": [place(at, 2.4e-6 * (at % odd == 0)), "甲"] for at in range(WIDTH * WIDTH)}


def write(folder, parcels):
    folder.mkdir()
    lines = [f'{code},{holder},"{shape.wkt}"\n' for code, (shape, holder) in parcels.items()]
    (folder / "parcel.csv").write_text("parcel_code,holder,geom\n" + "".join(lines), encoding="utf-8")
    return folder


def found(number):
    with engine().connect() as connection:
        return [connection.execute(text(sql), {"id": number}).all() for sql in (FINDINGS, REPAIRS)]


def both_ways(folder, monkeypatch, **options):
    """Check a delivery with and without what is known; return what each way finds, and what was known."""
    known = []
    real = delivery.check_overlaps
    monkeypatch.setattr(delivery, "check_overlaps", lambda *args: known.append(args[2:]) or real(*args))
    taken = run([folder], ImportOptions(check_only=True, **options))
    with monkeypatch.context() as patch:
        patch.setattr(earlier, "last", lambda *_: None)
        alone = run([folder], ImportOptions(check_only=True, **options))
    monkeypatch.undo()
    return found(taken.delivery), found(alone.delivery), known[0]


def test_where_nothing_has_moved_only_known_pairs_are_measured(tmp_path, monkeypatch):
    parcels = field(5)
    first = run([write(tmp_path / "a", parcels)], ImportOptions(publish=True))
    assert first.layers[0].issues["OVERLAP"] and first.layers[0].issues["GAP"]
    for code in list(parcels)[::7]:
        parcels[code][1] = "乙"
    folder = write(tmp_path / "b", parcels)
    taken, alone, (known,) = both_ways(folder, monkeypatch)
    assert taken == alone == found(first.delivery)
    shared, open_ = known
    assert shared.settled.all() and len(shared.pairs) == first.layers[0].issues["OVERLAP"]
    assert len(open_.pairs) == first.layers[0].issues["GAP"]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_has_moved_both_ways_find_the_same(tmp_path, monkeypatch, seed):
    chance = random.Random(seed)
    parcels = field(chance.choice([4, 5, 9]))
    run([write(tmp_path / "a", parcels)], ImportOptions(publish=True))
    codes = sorted(parcels)
    for code in chance.sample(codes, 3):  # moved, by little or by much, or grown over the neighbours
        at = int(code[1:])
        parcels[code][0] = place(at, chance.choice([0, 1.2e-6, SIDE / 2]), chance.choice([1, 1.5, 3]))
    for code in chance.sample(codes, 2):
        del parcels[code]
    parcels["P98"] = [place(chance.randrange(64), 1.2e-6), "丙"]
    order = list(parcels)
    chance.shuffle(order)  # the later row of a pair is another one then
    folder = write(tmp_path / "b", {code: parcels[code] for code in order})
    taken, alone, (known,) = both_ways(folder, monkeypatch)
    assert taken == alone and len(taken[0]) > 5
    assert 0 < known[0].settled.sum() < len(parcels)


def test_a_third_parcel_that_goes_opens_a_gap_between_two_that_stay(tmp_path, monkeypatch):
    # 0.3 m between two neighbours, filled by a sliver; without it the strip is nobody's.
    thin = 3.6e-6
    left, right = box(121, 41, 121 + SIDE, 41 + SIDE), box(121 + SIDE + thin, 41, 121 + 2 * SIDE, 41 + SIDE)
    parcels = {"P01": [left, "甲"], "P02": [right, "甲"],
               "P03": [box(121 + SIDE, 41, 121 + SIDE + thin, 41 + SIDE), "甲"]}  # fmt: skip
    first = run([write(tmp_path / "a", parcels)], ImportOptions(publish=True))
    assert not found(first.delivery)[0]
    del parcels["P03"]
    taken, alone, known = both_ways(write(tmp_path / "b", parcels), monkeypatch)
    assert known[0] is not None
    assert taken == alone and [row.code for row in taken[0]] == ["GAP"]


def test_two_gaps_between_the_same_parcels_stay_two(tmp_path, monkeypatch):
    # The right one touches the left one in the middle of the side: 0.3 m open above and below.
    thin, x = 3.6e-6, 121 + SIDE
    right = box(x + thin, 41, x + SIDE, 41 + SIDE) | box(x, 41 + SIDE * 0.45, x + SIDE, 41 + SIDE * 0.55)
    parcels = {"P01": [box(121, 41, x, 41 + SIDE), "甲"], "P02": [right, "甲"]}
    first = run([write(tmp_path / "a", parcels)], ImportOptions(publish=True))
    assert first.layers[0].issues["GAP"] == 2
    parcels["P01"][1] = "乙"
    taken, alone, (known,) = both_ways(write(tmp_path / "b", parcels), monkeypatch)
    assert taken == alone == found(first.delivery) and len(known[1].pairs) == 1


def nothing_known(tmp_path, monkeypatch, parcels, **options):
    taken, alone, known = both_ways(write(tmp_path / "last", parcels), monkeypatch, **options)
    assert taken == alone
    return known == ()


def test_nothing_is_known_with_other_tolerances(tmp_path, monkeypatch):
    parcels = field(5)
    run([write(tmp_path / "a", parcels)], ImportOptions(publish=True))
    limits = {"gap_width_m": 0.1}
    assert nothing_known(tmp_path, monkeypatch, parcels, tolerances=packaged() | limits)


def test_nothing_is_known_where_corners_are_moved(tmp_path, monkeypatch):
    parcels = field(5)
    run([write(tmp_path / "a", parcels)], ImportOptions(publish=True))
    assert nothing_known(tmp_path, monkeypatch, parcels, repairs=("SNAP",))


def test_nothing_is_known_of_parcels_that_came_with_another_delivery(tmp_path, monkeypatch):
    parcels = field(5)
    half = dict(list(parcels.items())[:32])
    run([write(tmp_path / "a", half)], ImportOptions(publish=True))
    run(
        [write(tmp_path / "b", {c: p for c, p in parcels.items() if c not in half})],
        ImportOptions(publish=True),
    )
    assert nothing_known(tmp_path, monkeypatch, parcels)


def test_nothing_is_known_where_not_all_was_listed(tmp_path, monkeypatch):
    parcels, limits = field(5), packaged() | {"findings_listed": 2}
    run([write(tmp_path / "a", parcels)], ImportOptions(publish=True, tolerances=limits))
    assert nothing_known(tmp_path, monkeypatch, parcels, tolerances=limits)


def test_what_is_published_in_between_makes_it_unknown(tmp_path, monkeypatch):
    parcels = field(5)
    run([write(tmp_path / "a", parcels)], ImportOptions(publish=True))
    moved = {code: [place(int(code[1:]), SIDE / 3), holder] for code, (_, holder) in parcels.items()}
    other, real, said = write(tmp_path / "other", moved), earlier.last, []

    def last(*args):
        """Another delivery is published once this one was told of the last."""
        said.append(real(*args))
        if len(said) == 1:
            monkeypatch.setattr(earlier, "last", lambda *_: None)
            run([other], ImportOptions(publish=True))
            monkeypatch.setattr(earlier, "last", last)
        return said[-1]

    monkeypatch.setattr(earlier, "last", last)
    folder = write(tmp_path / "b", parcels)
    taken = run([folder], ImportOptions(check_only=True))
    assert said[0] and said[1] and said[0] != said[1]
    monkeypatch.setattr(earlier, "last", lambda *_: None)
    assert found(taken.delivery) == found(run([folder], ImportOptions(check_only=True)).delivery)
