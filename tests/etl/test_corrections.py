"""Corrections: they hold while the source still says the old value, survive deliveries, and can be taken back."""

import pytest
from shapely import box

from data.corrections import list_corrections, of_delivery
from data.session import engine
from etl.correcting import Wanted, end, make
from etl.errors import CorrectionRefused, CorrectionUsage
from etl.importer import run
from etl.options import ImportOptions
from etl.publish import withdraw
from tests.etl.asking import rows

PUBLISH = ImportOptions(publish=True)


@pytest.fixture(autouse=True)
def _home(empty_database):
    yield


def parcels(folder, note="", **holders):
    folder.mkdir(exist_ok=True)
    lines = [
        f'{code},{holder},S1,{area},x{note},长名{note},"{box(121 + i / 100, 41, 121.005 + i / 100, 41.005).wkt}"\n'
        for i, (code, (holder, area)) in enumerate(holders.items())
    ]
    head = "parcel_code,holder,park_code,registered_area_m2,b_note,an_other_note,geom\n"
    (folder / "parcel.csv").write_text(head + "".join(lines), encoding="utf-8")
    return folder


def events(folder, *lines):
    folder.mkdir(exist_ok=True)
    (folder / "construction_event.csv").write_text(
        "parcel_code,event,happened_on\n" + "".join(f"{x}\n" for x in lines)
    )
    return folder


def holder(code):
    return rows("SELECT holder FROM parcel WHERE parcel_code = :code AND upper_inf(known)", code=code)[0][0]


def outcomes(report):
    with engine().connect() as connection:
        return [(r["outcome"], r["found_value"]) for r in of_delivery(connection, report.delivery)]


def wrong(key="A", field="holder", old="锦洲", new="锦州", layer="parcel", document=None):
    return Wanted(layer, key, field, old, new, "名称有误", document)


def test_it_takes_effect_at_once_and_survives_the_next_delivery(tmp_path):
    run([parcels(tmp_path / "1", A=("锦洲", "100.50"), B=("乙", "1"))], PUBLISH)
    done = make(wrong(document="证书 1 号"), "审核员")
    assert holder("A") == "锦州" and holder("B") == "乙"
    # The delivered value stays with the row.
    ((extra,),) = rows("SELECT extra FROM parcel WHERE parcel_code = 'A' AND upper_inf(known)")
    assert extra == {"b_note": "x", "an_other_note": "长名", "delivered_value": {"holder": "锦洲"}}
    again = run([parcels(tmp_path / "2", A=("锦洲", "100.50"), B=("丙", "1"))], PUBLISH)
    assert holder("A") == "锦州" and holder("B") == "丙"
    assert outcomes(again) == [("APPLIED", "锦洲")]
    assert again.issues()["CORRECTION_APPLIED"] == 1
    # The corrected row is the published one, letter for letter: it gets no new version.
    assert again.changes["parcel"] == {"new": 0, "changed": 1, "unchanged": 1, "ended": 0}
    (finding,) = rows("SELECT value, params FROM issue WHERE code = 'CORRECTION_APPLIED'")
    assert finding.value == "锦洲" and finding.params["delivered_value"] == "锦洲"
    assert rows("SELECT person, document FROM correction") == [("审核员", "证书 1 号")]
    assert done.publication_id is not None


def test_the_source_mends_it_or_says_something_else(tmp_path):
    run([parcels(tmp_path / "1", A=("锦洲", "1"))], PUBLISH)
    make(wrong())
    mended = run([parcels(tmp_path / "2", A=("锦州", "1"))], PUBLISH)
    assert (outcomes(mended), holder("A")) == ([("MENDED", "锦州")], "锦州")
    other = run([parcels(tmp_path / "3", A=("葫芦岛", "1"))], PUBLISH)
    assert (outcomes(other), holder("A")) == ([("SOURCE_CHANGED", "葫芦岛")], "葫芦岛")
    assert other.issues()["CORRECTION_OUTDATED"] == 1
    missing = run([parcels(tmp_path / "4", B=("乙", "1"))], PUBLISH)
    assert outcomes(missing) == [("ROW_MISSING", None)]
    with engine().connect() as connection:
        (row,) = list_corrections(connection)
    assert row["used"] == {"MENDED": 1, "SOURCE_CHANGED": 1, "ROW_MISSING": 1}
    assert row["last_outcome"] == "ROW_MISSING"


def test_a_delivery_that_was_withdrawn_says_nothing_about_a_correction_any_more(tmp_path):
    run([parcels(tmp_path / "1", A=("锦洲", "1"))], PUBLISH)
    make(wrong())
    kept = run([parcels(tmp_path / "2", A=("锦洲", "2"))], PUBLISH)
    other = run([parcels(tmp_path / "3", A=("葫芦岛", "2"))], PUBLISH)
    withdraw(other.delivery, "误报")
    with engine().connect() as connection:
        (row,) = list_corrections(connection)
    assert (row["used"], row["last_outcome"], row["last_delivery_id"]) == (
        {"APPLIED": 1},
        "APPLIED",
        kept.delivery,
    )
    assert holder("A") == "锦州"


def test_values_are_compared_by_their_kind(tmp_path):
    run([parcels(tmp_path / "1", A=("甲", "100.50"))], PUBLISH)
    make(wrong(field="registered_area_m2", old="100.5", new="１２０"))  # full-width digits are read
    assert rows("SELECT registered_area_m2 FROM parcel WHERE upper_inf(known)") == [(120,)]
    again = run([parcels(tmp_path / "2", note="2", A=("甲", "100.500"))], PUBLISH)
    assert outcomes(again) == [("APPLIED", "100.5")]
    assert rows("SELECT registered_area_m2 FROM parcel WHERE upper_inf(known)") == [(120,)]


def test_an_empty_value_is_filled(tmp_path):
    run([parcels(tmp_path / "1", A=("", "1"))], PUBLISH)
    make(wrong(old="", new="甲"))
    assert holder("A") == "甲"
    assert outcomes(run([parcels(tmp_path / "2", note="2", A=("", "1"))], PUBLISH)) == [("APPLIED", None)]
    assert holder("A") == "甲"


def test_before_anything_is_published_it_waits(tmp_path):
    done = make(wrong())
    assert done.publication_id is None
    run([parcels(tmp_path / "1", A=("锦洲", "1"))], PUBLISH)
    assert holder("A") == "锦州"


def test_ending_it_brings_the_delivered_value_back(tmp_path):
    run([parcels(tmp_path / "1", A=("锦洲", "1"))], PUBLISH)
    before = rows("SELECT content_hash, extra, holder, entity_id FROM parcel WHERE upper_inf(known)")
    number = make(wrong()).correction_id
    ended = end(number, "查无此事", "审核员")
    assert ended.publication_id is not None and holder("A") == "锦洲"
    after = rows("SELECT content_hash, extra, holder, entity_id FROM parcel WHERE upper_inf(known)")
    assert after[0][1:] == before[0][1:]
    assert rows("SELECT ended_by, end_reason FROM correction") == [("审核员", "查无此事")]
    assert outcomes(run([parcels(tmp_path / "2", note="2", A=("锦洲", "1"))], PUBLISH)) == []
    with pytest.raises(CorrectionRefused):
        end(number, "再次")


def test_withdrawing_its_publication_ends_it_and_restores(tmp_path):
    run([parcels(tmp_path / "1", A=("锦洲", "1"))], PUBLISH)
    done = make(wrong())
    withdraw(done.delivery_id, "误更正", "审核员")
    assert holder("A") == "锦洲"
    assert rows("SELECT ended_by, end_reason FROM correction") == [("审核员", "误更正")]


def test_withdrawing_the_publication_of_its_end_puts_it_in_force_again(tmp_path):
    run([parcels(tmp_path / "1", A=("锦洲", "1"))], PUBLISH)
    ended = end(make(wrong()).correction_id, "查无此事")
    withdraw(ended.delivery_id, "确有其事")
    assert holder("A") == "锦州"
    assert rows("SELECT ended_at FROM correction") == [(None,)]


def test_rows_without_a_key_are_found_by_what_they_refer_to(tmp_path):
    run(
        [events(tmp_path / "1", "A,PERMIT,2024-01-01", "A,COMPLETED,2025-01-01", "B,PERMIT,2024-01-01")],
        PUBLISH,
    )
    make(wrong(layer="construction_event", field="happened_on", old="2024-01-01", new="2024-03-01"))
    current = "SELECT parcel_code, event, happened_on::text FROM construction_event WHERE upper_inf(known) ORDER BY 1, 2"
    expected = [
        ("A", "COMPLETED", "2025-01-01"),
        ("A", "PERMIT", "2024-03-01"),
        ("B", "PERMIT", "2024-01-01"),
    ]
    assert rows(current) == expected
    assert rows("SELECT count(DISTINCT entity_id) FROM construction_event") == [(3,)]
    later = run([events(tmp_path / "2", "A,PERMIT,2024-01-01", "C,PERMIT,2024-01-01")], PUBLISH)
    assert outcomes(later) == [("APPLIED", "2024-01-01")]
    assert rows(current) == [*expected, ("C", "PERMIT", "2024-01-01")]
    (number,) = rows("SELECT max(delivery_id) FROM delivery WHERE options ? 'correction'")[0]
    withdraw(number, "误更正")
    assert ("A", "PERMIT", "2024-01-01") in rows(current) and ("A", "PERMIT", "2024-03-01") not in rows(
        current
    )


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (wrong(layer="roads"), CorrectionUsage),
        (wrong(field="parcel_code"), CorrectionUsage),  # a key is the name of the row
        (wrong(field="geom"), CorrectionUsage),
        (wrong(layer="builtup", field="source"), CorrectionUsage),
        (wrong(field="registered_area_m2", old="1", new="100亩"), CorrectionUsage),
        (wrong(field="ownership", old="STATE", new="PRIVATE"), CorrectionUsage),
        (wrong(new="锦洲"), CorrectionUsage),
        (wrong(old="葫芦岛"), CorrectionRefused),  # published is 锦洲
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_and_leaves_nothing(tmp_path, wanted, error):
    run([parcels(tmp_path / "1", A=("锦洲", "1"))], PUBLISH)
    with pytest.raises(error):
        make(wanted)
    assert rows("SELECT count(*) FROM correction") == [(0,)]


def test_a_second_correction_of_the_same_field_is_refused(tmp_path):
    run([parcels(tmp_path / "1", A=("锦洲", "1"))], PUBLISH)
    make(wrong())
    with pytest.raises(CorrectionRefused):
        make(wrong(old="锦州", new="大锦州"))


def test_a_stage_entered_wrongly_is_reversed_on_record_and_the_reversal_can_be_taken_back(tmp_path):
    run([events(tmp_path / "1", "A,PERMIT,2024-01-05", "A,SUSPENDED,2024-10-01")], PUBLISH)
    stages = "SELECT event, happened_on FROM construction_event WHERE upper_inf(known) ORDER BY happened_on"
    before = rows(stages)
    wanted = Wanted("construction_event", "A", "event", "SUSPENDED", "", "误录，现场未停工", "巡查记录 12 号")
    done = make(wanted, "审核员")
    assert [row[0] for row in rows(stages)] == ["PERMIT", None]
    # Nothing is gone: the entry is an earlier version, and the log has the reversal with person and reason.
    assert rows("SELECT count(*) FROM construction_event WHERE event = 'SUSPENDED'") == [(1,)]
    ((new,),) = rows("SELECT new FROM audit_event WHERE object = 'correction' AND action = 'insert'")
    assert new["person"] == "审核员" and new["reason"] == wanted.reason and new["old_value"] == "SUSPENDED"
    end(done.correction_id, "停工属实", "审核员")
    assert rows(stages) == before
    ((reason,),) = rows(
        "SELECT new ->> 'end_reason' FROM audit_event WHERE object = 'correction' AND action = 'update'"
    )
    assert reason == "停工属实"
