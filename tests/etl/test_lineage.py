"""Which parcel came out of which, both ways; found by old numbers; and where each value comes from."""

import datetime as dt

import pytest
from shapely import box
from sqlalchemy import text

from data import dossier, search
from data.provenance import NoSuchField, RowNotFound, sources
from data.session import engine
from etl.analysis.run import ensure_run
from etl.correcting import Wanted, make
from etl.importer import run
from etl.options import ImportOptions
from etl.publish import withdraw

W, H = 0.004, 0.003
TODAY = dt.date(2030, 1, 1)
WHOLE = ImportOptions(
    publish=True,
    complete=True,
    accept=("DROP_THRESHOLD",),
    reason="分宗、合宗",
    supplier="测绘院",
    person="接收人",
)


@pytest.fixture(autouse=True)
def _home(empty_database):
    yield


def place(column, width=1.0):
    west = 121 + column * W
    return box(west, 41, west + width * W, 41 + H)


def parcels(folder, **shapes):
    folder.mkdir()
    lines = [f'{code},甲,S1,监{code},旧{code}9,"{shape.wkt}"\n' for code, shape in shapes.items()]
    head = "parcel_code,holder,park_code,supervision_no,原宗地代码,geom\n"
    (folder / "parcel.csv").write_text(head + "".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def divided(tmp_path):
    """A is split into A1 and A2, then A1 and B become M."""
    run([parcels(tmp_path / "1", AAA=place(0, 2), BBB=place(2))], WHOLE)
    run([parcels(tmp_path / "2", AA1=place(0), AA2=place(1), BBB=place(2))], WHOLE)
    # AA2 lies west of BBB: together they are one.
    return run([parcels(tmp_path / "3", AA1=place(0), MMM=place(1, 2))], WHOLE)


def lineage(code):
    run_id = ensure_run(TODAY, person="tests")
    with engine().connect() as connection:
        found = dossier.dossier(connection, run_id, parcel_code=code).lineage
        return [(row["direction"], row["kind"], row["parcel_code"], row["depth"]) for row in found]


def found(part):
    run_id = ensure_run(TODAY, person="tests")
    with engine().connect() as connection:
        return {
            (row["text"], row["detail"])
            for row in search.find(connection, run_id, part)
            if row["kind"] == "parcel"
        }


def test_predecessors_by_any_number_of_steps(divided):
    assert lineage("MMM") == [
        ("from", "MERGE", "AA2", 1),
        ("from", "MERGE", "BBB", 1),
        ("from", "SPLIT", "AAA", 2),
    ]
    assert lineage("AA1") == [("from", "SPLIT", "AAA", 1)]


def test_successors_and_the_land_that_passed(divided):
    with engine().connect() as connection:
        rows = connection.execute(
            text(
                "SELECT p.parcel_code AS parent, c.parcel_code AS child, l.kind, l.shared_m2, c.drawn_area_m2 "
                "FROM lineage l JOIN parcel p ON p.entity_id = l.parent_entity_id "
                "JOIN parcel c ON c.entity_id = l.child_entity_id AND lower(c.known) >= lower(p.known) ORDER BY 1, 2"
            )
        ).all()
    assert {(r.parent, r.child, r.kind) for r in rows} == {
        ("AAA", "AA1", "SPLIT"), ("AAA", "AA2", "SPLIT"), ("AA2", "MMM", "MERGE"), ("BBB", "MMM", "MERGE")}  # fmt: skip
    # All of AA1 came out of AAA: what passed is its whole area, to a ten-millionth.
    (part,) = [r for r in rows if r.child == "AA1"]
    assert float(part.shared_m2) == pytest.approx(float(part.drawn_area_m2), rel=1e-6)


def test_lineage_goes_with_the_publication(divided):
    withdraw(divided.delivery, "误报")
    assert lineage("AA2") == [("from", "SPLIT", "AAA", 1)]
    with engine().connect() as connection:
        # Nothing is deleted: the record of the withdrawn one is there and counts no more.
        assert connection.scalar(text("SELECT count(*) FROM lineage")) == 4


def test_a_parcel_is_found_by_the_number_of_its_predecessor(divided):
    assert found("AAA") == {("AA1", "AAA"), ("MMM", "AAA")}
    assert found("BBB") == {("MMM", "BBB")}
    assert {code for code, _ in found("MMM")} == {"MMM"}


def test_a_parcel_is_found_by_delivered_old_numbers_and_earlier_ones(tmp_path):
    run([parcels(tmp_path / "1", AAA=place(0))], WHOLE)
    make(Wanted("parcel", "AAA", "supervision_no", "监AAA", "电2024", "换发"), "更正人")
    assert found("旧AAA9") == {("AAA", "旧AAA9")}
    assert found("监AAA") == {("AAA", "监AAA")}
    assert {code for code, _ in found("电2024")} == {"AAA"}


def test_the_source_of_each_value(tmp_path):
    first = run([parcels(tmp_path / "1", AAA=place(0))], WHOLE)
    done = make(Wanted("parcel", "AAA", "holder", "甲", "甲公司", "名称不全", "证书 3 号"), "更正人")
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "parcel.csv").write_text(
        f'parcel_code,holder,park_code,supervision_no,location,原宗地代码,geom\n'
        f'AAA,甲,S1,监AAA,某路,旧AAA9,"{place(0).wkt}"\n', encoding="utf-8")  # fmt: skip
    third = run([tmp_path / "2"], WHOLE)
    with engine().connect() as connection:
        (row,) = sources(connection, "parcel", "AAA")
        (only,) = sources(connection, "parcel", "AAA", "location")
    values = {value["field"]: value for value in row["values"]}
    assert row["current"] and row["versions"] == 3
    # The number and the shape were first said by the first delivery, in row 2 of its file.
    for name in ("supervision_no", "geom"):
        assert (values[name]["delivery"], values[name]["file"], values[name]["row_no"]) == (
            first.delivery,
            "parcel.csv",
            2,
        )
    assert (values["supervision_no"]["supplier"], values["supervision_no"]["person"]) == ("测绘院", "接收人")
    assert (values["holder"]["value"], values["holder"]["delivered_value"]) == ("甲公司", "甲")
    assert values["holder"]["delivery"] == done.delivery_id
    assert values["holder"]["correction"]["document"] == "证书 3 号"
    assert values["location"]["delivery"] == third.delivery and values["location"]["correction"] is None
    assert [value["field"] for value in only["values"]] == ["location"]


def test_the_source_of_nothing(tmp_path):
    run([parcels(tmp_path / "1", AAA=place(0))], WHOLE)
    with engine().connect() as connection:
        with pytest.raises(RowNotFound):
            sources(connection, "parcel", "ZZZ")
        with pytest.raises(NoSuchField):
            sources(connection, "parcel", "AAA", "colour")
        with pytest.raises(NoSuchField):
            sources(connection, "roads", "AAA")
