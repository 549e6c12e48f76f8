"""What a delivery changes: every kind, counted exactly, on parcels drawn so that the answer is plain."""

import pytest
from shapely import box
from shapely.affinity import translate
from sqlalchemy import text

from data import changes
from data.session import engine
from etl import differences
from etl.importer import run
from etl.options import ImportOptions

PUBLISH = ImportOptions(publish=True)
STAGE = ImportOptions()
W, H = 0.004, 0.003  # about 334 by 333 m at 41° north
HEAD = "parcel_code,holder,park_code,registered_area_m2,note,geom\n"


@pytest.fixture(autouse=True)
def _home(empty_database):
    yield


def place(column, row=0, width=1.0, height=1.0):
    """Return a box in a grid of parcels that touch."""
    west, south = 121 + column * W, 41 + row * H
    return box(west, south, west + width * W, south + height * H)


def parcels(folder, **shapes):
    """Write parcels: code -> shape, or (shape, holder, area, note)."""
    folder.mkdir(exist_ok=True)
    lines = []
    for code, given in shapes.items():
        shape, *said = given if isinstance(given, tuple) else (given,)
        holder, area, note = [*said, *("甲", "", "")[len(said) :]]
        lines.append(f'{code},{holder},S1,{area},{note},"{shape.wkt}"\n')
    (folder / "parcel.csv").write_text(HEAD + "".join(lines), encoding="utf-8")
    return folder


def found(report):
    """Return totals and rows by key of a delivery's parcels."""
    with engine().connect() as connection:
        listed = changes.rows(connection, report.delivery, "parcel", limit=1_000)
        totals = changes.totals(connection, report.delivery)["parcel"]
    return {kind: n for kind, n in totals.items() if n}, {row["row_key"]: row for row in listed}


def test_a_first_delivery_is_all_new(tmp_path):
    totals, rows = found(run([parcels(tmp_path / "1", A=place(0), B=place(2))], STAGE))
    assert totals == {"NEW": 2}
    # 334.3 m by 333.2 m on the ellipsoid: about 0.112 km².
    assert rows["A"]["kind"] == "NEW" and 111_000 < rows["A"]["after_m2"] < 113_000


def test_every_kind_of_one_row(tmp_path):
    run(
        [parcels(tmp_path / "1", A=place(0), B=place(2), C=place(4), D=place(6), E=place(8), F=place(10))],
        PUBLISH,
    )
    moved = translate(place(2), 0.00001)  # a hundred thousandth of a degree of longitude: 0.84 m at 41°
    after = parcels(tmp_path / "2", A=place(0), B=moved, C=place(4, height=1.5), D=(place(6), "乙", "", "x"),
                    F=(translate(place(10), 1e-9), "甲", "12.50"), G=place(12))  # fmt: skip
    totals, rows = found(run([after], STAGE))
    assert totals == {"NEW": 1, "CHANGED": 2, "MOVED": 1, "RESHAPED": 1, "GONE": 1, "SAME": 1}
    assert {key: row["kind"] for key, row in rows.items()} == {
        "B": "MOVED", "C": "RESHAPED", "D": "CHANGED", "E": "GONE", "F": "CHANGED", "G": "NEW"}  # fmt: skip
    assert 0.83 < float(rows["B"]["moved_m"]) < 0.85
    # Half as high again: the area after is one and a half of that before.
    assert float(rows["C"]["after_m2"] / rows["C"]["before_m2"]) == pytest.approx(1.5, rel=1e-4)
    assert rows["D"]["fields"] == {"holder": ["甲", "乙"], "extra.note": [None, "x"]}
    # A nanodegree is a tenth of a millimetre: no move; the area is a figure without trailing zeros.
    assert rows["F"]["fields"] == {"registered_area_m2": [None, "12.5"]} and rows["F"]["moved_m"] < 0.001


def test_moved_and_changed_says_both(tmp_path):
    run([parcels(tmp_path / "1", A=place(0))], PUBLISH)
    _, rows = found(run([parcels(tmp_path / "2", A=(translate(place(0), 0.001), "乙"))], STAGE))
    assert rows["A"]["kind"] == "MOVED" and rows["A"]["fields"] == {"holder": ["甲", "乙"]}


def test_another_form_of_the_same_size_and_centre_is_reshaped(tmp_path):
    run([parcels(tmp_path / "1", A=box(121, 41, 121.004, 41.001))], PUBLISH)
    # A quarter as wide and four times as high about the same centre (121.002, 41.0005).
    turned = box(121.0015, 40.9985, 121.0025, 41.0025)
    _, rows = found(run([parcels(tmp_path / "2", A=turned)], STAGE))
    assert rows["A"]["kind"] == "RESHAPED"


def test_a_split_and_a_merger(tmp_path):
    run([parcels(tmp_path / "1", A=place(0, width=2), B=place(4), C=place(5), D=place(8))], PUBLISH)
    after = parcels(tmp_path / "2", A1=place(0), A2=place(1), M=place(4, width=2), D=place(8))
    report = run([after], ImportOptions(complete=True, accept=("DROP_THRESHOLD",), reason="分宗、合宗"))
    totals, rows = found(report)
    assert totals == {"NEW": 2, "SPLIT": 1, "MERGED": 1, "GONE": 2, "SAME": 1}
    assert (rows["A"]["kind"], rows["A"]["others"]) == ("SPLIT", ["A1", "A2"])
    assert (rows["A1"]["kind"], rows["A1"]["others"]) == ("NEW", ["A"])
    assert (rows["M"]["kind"], rows["M"]["others"]) == ("MERGED", ["B", "C"])
    assert (rows["B"]["kind"], rows["B"]["others"]) == ("GONE", ["M"])
    with engine().connect() as connection:
        pairs = connection.execute(text(
            "SELECT parent_key, child_key, kind, shared_m2 FROM delivery_overlap ORDER BY 1, 2")).all()  # fmt: skip
    assert [tuple(p[:3]) for p in pairs] == [
        ("A", "A1", "SPLIT"), ("A", "A2", "SPLIT"), ("B", "M", "MERGE"), ("C", "M", "MERGE")]  # fmt: skip
    assert pairs[0].shared_m2 == rows["A1"]["after_m2"]  # the part lies in the whole


def test_a_part_left_out_is_no_split(tmp_path):
    run([parcels(tmp_path / "1", A=place(0, width=2))], PUBLISH)
    # Two parts of 0.7 and 0.9 of a half: 80 % of A, and a split needs 98 %.
    after = parcels(tmp_path / "2", A1=place(0, width=0.7), A2=place(1, width=0.9))
    _, rows = found(run([after], STAGE))
    assert rows["A"]["kind"] == "GONE" and rows["A"]["others"] == ["A1", "A2"]


def test_a_boundary_that_moved_between_neighbours(tmp_path):
    run([parcels(tmp_path / "1", A=place(0), B=place(1))], PUBLISH)
    # A takes a fifth of B: both are reshaped, and the land went from B to A.
    after = parcels(tmp_path / "2", A=place(0, width=1.2), B=box(121 + 1.2 * W, 41, 121 + 2 * W, 41 + H))
    _, rows = found(run([after], STAGE))
    assert rows["A"]["kind"] == rows["B"]["kind"] == "RESHAPED"
    assert rows["A"]["others"] == ["B"] and rows["B"]["others"] == ["A"]
    with engine().connect() as connection:
        (pair,) = connection.execute(text("SELECT parent_key, child_key, kind FROM delivery_overlap")).all()
    assert tuple(pair) == ("B", "A", "ADJUST")


def test_a_new_parcel_drawn_over_a_published_one_is_no_lineage(tmp_path):
    run([parcels(tmp_path / "1", A=place(0))], PUBLISH)
    _, rows = found(run([parcels(tmp_path / "2", B=place(0.5))], STAGE))  # half over A, which stays
    assert (rows["B"]["kind"], rows["B"]["others"]) == ("NEW", [])


def test_what_is_listed_is_bounded_and_what_is_counted_is_not(tmp_path, monkeypatch):
    limits = differences.tolerances() | {"changes_kept": 3}
    monkeypatch.setattr(differences, "tolerances", lambda: limits)
    names = dict.fromkeys("ABCDE")
    run([parcels(tmp_path / "1", **{n: place(2 * i) for i, n in enumerate(names)})], PUBLISH)
    totals, rows = found(
        run([parcels(tmp_path / "2", **{n: (place(2 * i), "乙") for i, n in enumerate(names)})], STAGE)
    )
    assert totals == {"CHANGED": 5} and list(rows) == ["A", "B", "C"]


def test_rows_without_a_key_go_by_content(tmp_path):
    head = "parcel_code,event,happened_on\n"
    (tmp_path / "1").mkdir(), (tmp_path / "2").mkdir()
    (tmp_path / "1" / "construction_event.csv").write_text(
        head + "A,PERMIT,2024-01-01\nA,PERMIT,2024-02-01\n"
    )
    (tmp_path / "2" / "construction_event.csv").write_text(
        head + "A,PERMIT,2024-01-01\nA,PERMIT,2024-03-01\n"
    )
    run([tmp_path / "1"], PUBLISH)
    report = run([tmp_path / "2"], STAGE)
    with engine().connect() as connection:
        totals = changes.totals(connection, report.delivery)["construction_event"]
        rows = changes.rows(connection, report.delivery)
    assert totals == {"NEW": 1, "GONE": 1, "SAME": 1}
    assert [(r["row_key"], r["kind"]) for r in rows] == [
        ("A/PERMIT/2024-02-01", "GONE"), ("A/PERMIT/2024-03-01", "NEW")]  # fmt: skip


def test_patches_replace_their_own_day(tmp_path):
    def patches(folder, *shapes):
        folder.mkdir()
        lines = [f'2024-12-31,测,"{shape.wkt}"\n' for shape in shapes]
        (folder / "builtup.csv").write_text("observed_on,source,geom\n" + "".join(lines), encoding="utf-8")
        return folder

    run([patches(tmp_path / "1", place(0), place(4))], PUBLISH)
    # Outside all parks a patch ends only where a delivered one covers it: that of column 4 stays.
    staged = run([patches(tmp_path / "2", place(0, width=1.1))], STAGE)
    with engine().connect() as connection:
        assert changes.totals(connection, staged.delivery)["builtup"] == {"NEW": 1, "GONE": 1, "SAME": 0}
