"""The one filter: each condition against the rows themselves, read without it."""

import datetime as dt
from decimal import Decimal

import pytest
import shapely

from data import comparing, overview, queries
from data.filtering import Filter
from data.models import IdleVerdict
from gis.words import status_of

DAY = "2026-11-01"
RUN = f"SELECT run_id FROM analysis_run WHERE as_of = '{DAY}' ORDER BY run_id LIMIT 1"
ROWS = (
    "SELECT v.entity_id, v.parcel_code, v.stage, v.verdict, v.park_code, p.landuse_code,"
    " ST_XMin(p.geom) AS w, ST_YMin(p.geom) AS s, ST_XMax(p.geom) AS e, ST_YMax(p.geom) AS n"
    f" FROM idle_verdict AS v JOIN parcel AS p USING (version_id) WHERE v.run_id = ({RUN})"
)


@pytest.fixture
def run_id(connection, sample_database):
    """The sample's run of the day."""
    return connection.exec_driver_sql(RUN).scalar_one()


@pytest.fixture
def rows(connection, sample_database):
    """Every parcel of the run."""
    return connection.exec_driver_sql(ROWS).mappings().all()


def codes(connection, run_id, **conditions):
    found = queries.parcel_rows(connection, run_id, Filter(**conditions))
    total = queries.add(list(queries.status_totals(connection, run_id, Filter(**conditions)).values()))
    assert total.n == len(found), "the list and its total are of one mind"
    return {row["parcel_code"] for row in found}


def test_stages_and_the_open_one(connection, run_id, rows):
    for stage, asked in (("DELIVERED", "DELIVERED"), ("COMMENCED", "COMMENCED"), ("", "UNKNOWN")):
        expected = {row["parcel_code"] for row in rows if row["stage"] == stage}
        assert expected, f"the sample has parcels of stage {asked}"
        assert codes(connection, run_id, stage=(asked,)) == expected
    assert codes(connection, run_id, stage=("DELIVERED", "UNKNOWN")) == {
        row["parcel_code"] for row in rows if row["stage"] in ("DELIVERED", "")
    }


def test_a_land_use_by_its_beginning(connection, run_id, rows):
    wanted = next(row["landuse_code"] for row in rows if row["landuse_code"])[:2]
    assert codes(connection, run_id, use=wanted) == {
        row["parcel_code"] for row in rows if (row["landuse_code"] or "").startswith(wanted)
    }
    assert codes(connection, run_id, use="%") == set()


def test_the_day_of_supply_is_that_of_the_governing_contract(connection, run_id, rows):
    """Worked out anew in Python: newest signed by the day, ties by code point; an undated one leaves it open."""
    contracts = connection.exec_driver_sql(
        "SELECT contract_no, parcel_codes, signed_on FROM contract"
        " WHERE upper_inf(known) AND contract_type IN ('GRANT', 'ALLOCATION', 'LEASE')"
    ).all()
    day = dt.date.fromisoformat(DAY)
    signed: dict[str, dt.date | None] = {}
    for parcel in {row["parcel_code"] for row in rows}:
        own = [
            c for c in contracts if parcel in c.parcel_codes and (c.signed_on is None or c.signed_on <= day)
        ]
        if own:
            undated = any(c.signed_on is None for c in own)
            newest = max(own, key=lambda c: (c.signed_on or dt.date.min, c.contract_no))
            signed[parcel] = None if undated else newest.signed_on
    since, until = dt.date(2022, 1, 1), dt.date(2023, 12, 31)
    expected = {code for code, on in signed.items() if on and since <= on <= until}
    assert expected and len(expected) < len(signed)
    assert codes(connection, run_id, supplied_from=since, supplied_to=until) == expected
    assert codes(connection, run_id, supplied_from=since) == {
        c for c, on in signed.items() if on and on >= since
    }
    assert codes(connection, run_id, supplied_to=until) == {
        c for c, on in signed.items() if on and on <= until
    }


def test_chosen_parcels_and_a_box(connection, run_id, rows):
    three = rows[:3]
    assert codes(connection, run_id, entity_ids=tuple(row["entity_id"] for row in three)) == {
        row["parcel_code"] for row in three
    }
    one = three[0]
    box = (one["w"], one["s"], one["e"], one["n"])
    within = codes(connection, run_id, box=box)
    touching = {
        row["parcel_code"]
        for row in rows
        if row["w"] <= box[2] and row["e"] >= box[0] and row["s"] <= box[3] and row["n"] >= box[1]
    }
    assert one["parcel_code"] in within and within <= touching


def test_a_polygon_chooses_what_its_area_touches(connection, run_id, rows):
    """The lower left half of the box around a parcel: found by another library on the same shapes."""
    one = rows[0]
    w, s, e, n = (one[side] for side in "wsen")
    wide, high = e - w, n - s
    corners = ((w - wide, s - high), (e + wide, s - high), (w - wide, n + high))
    shapes = connection.exec_driver_sql(
        "SELECT v.parcel_code, ST_AsBinary(p.geom) FROM idle_verdict v JOIN parcel p USING (version_id) WHERE run_id = %s",
        (run_id,),
    )
    half = shapely.Polygon(corners)
    expected = {code for code, shape in shapes if shapely.from_wkb(bytes(shape)).intersects(half)}
    assert codes(connection, run_id, polygon=corners) == expected
    whole = codes(connection, run_id, box=(w - wide, s - high, e + wide, n + high))
    assert expected < whole


def test_moves_between_a_run_and_itself_and_another(connection, run_id, sample_database):
    same = comparing.moves(connection, run_id, run_id, None)
    everything = queries.totals_by(connection, run_id, Filter(), IdleVerdict.verdict)
    assert same.changed == 0
    assert sum(same.counts.values()) == sum(total.n for total in everything.values())
    assert all(before == after for before, after in same.counts)
    assert comparing.rows(connection, run_id, run_id, None, size=10, page=1) == []


def test_moves_of_a_month(connection, run_id, sample_database):
    """last + came - went = now, for every status; the list has every parcel that the counts count."""
    from etl.analysis.run import ensure_run

    before = ensure_run(dt.date(2025, 11, 1))
    found = comparing.moves(connection, before, run_id, None)
    assert found.changed > 0
    for code, total in queries.status_totals(connection, run_id, Filter()).items():
        last = queries.status_totals(connection, before, Filter())[code].n
        came = sum(n for (old, new), n in found.counts.items() if new == code != old)
        went = sum(n for (old, new), n in found.counts.items() if old == code != new)
        assert last + came - went == total.n
    listed = comparing.rows(connection, before, run_id, None, size=10_000, page=1)
    assert len(listed) == found.changed
    suspected = [
        "suspected" in {status_of(v) for v in (row["before_verdict"], row["after_verdict"]) if v}
        for row in listed
    ]
    assert suspected == sorted(suspected, reverse=True)


def test_what_falls_due_is_what_the_rows_say(connection, run_id, sample_database):
    until = dt.date(2026, 12, 1)
    listed = overview.due(connection, run_id, None, until, size=10_000)
    by_time = connection.exec_driver_sql(
        f"SELECT count(*) FROM idle_verdict WHERE run_id = {run_id} AND next_due_on <= '2026-12-01'"
    ).scalar_one()
    to_cure = connection.exec_driver_sql(
        "SELECT count(DISTINCT contract_no) FROM intensity_verdict WHERE verdict = 'SHORT'"
        f" AND run_id = {run_id} AND cure_until BETWEEN '2026-11-01' AND '2026-12-01'"
    ).scalar_one()
    assert by_time and len(listed) == by_time + to_cure == listed[0]["n"]
    assert [row["on_day"] for row in listed] == sorted(row["on_day"] for row in listed)
    second = overview.due(connection, run_id, None, until, size=5, page=2)
    assert [row["parcel_code"] for row in second] == [row["parcel_code"] for row in listed[5:10]]


FILTERS = (
    {}, {"status": ("suspected",)}, {"status": ("normal", "unknown"), "area_min": Decimal(9_000)}, {"q": "gb001"},
    {"holder": "公司"}, {"supplied_from": dt.date(2019, 1, 1)}, {"q": "有限", "status": ("watch",)},
)  # fmt: skip


@pytest.mark.parametrize("asked", FILTERS, ids=str)
@pytest.mark.parametrize("sort", ["parcel_code", "-days", "holder", "-area", "status"])
def test_totals_and_page_read_at_once_are_those_read_apart(connection, run_id, asked, sort):
    chosen = Filter(**asked)
    everything = [row["parcel_code"] for row in queries.parcel_rows(connection, run_id, chosen, sort=sort)]
    apart = queries.status_totals(connection, run_id, chosen.without("status"))
    for number in (1, 2):
        wanted = queries.Page(sort, 25, number)
        totals, found = queries.totals_and_page(connection, run_id, chosen, wanted)
        assert totals == apart
        page = everything[(number - 1) * 25 : number * 25]
        assert sorted(found) == sorted(page)
        assert queries.page_codes(connection, run_id, chosen, wanted) == page
    assert everything, "a filter that finds nothing shows nothing here"


def test_letters_are_found_in_either_case_and_wildcards_are_letters(connection, run_id):
    upper, lower = codes(connection, run_id, q="GB0010"), codes(connection, run_id, q="gb0010")
    assert upper == lower and upper
    assert codes(connection, run_id, q="gb_010") == set() == codes(connection, run_id, holder="公%司")


def test_looking_at_a_run_as_a_whole_leaves_the_planner_as_it_was(connection, run_id):
    def setting():
        return connection.exec_driver_sql("SHOW enable_nestloop").scalar_one()

    before = setting()
    queries.totals_and_page(connection, run_id, Filter(holder="公司"), queries.Page("days", 5, 1))
    assert setting() == before == "on"
