"""The steps of an import, worked out from its job, and what its forms say."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from api import wizard
from api.wizard_answers import start_fields
from api.wizard_tables import read_mapping, read_tables, to_confirm
from data.job import Job
from maps.catalogue import catalogue

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
WORDS = catalogue("en")


def column(name: str, target: str | None, **more: Any) -> dict[str, Any]:
    """Return a column as it is recognised."""
    plain = {
        "confidence": 95,
        "why": "EXACT" if target else "NONE",
        "candidates": [],
        "unit": None,
        "unit_why": None,
    }
    return {"column": name, "target": target, "samples": ["1"]} | plain | more


def table(**more: Any) -> dict[str, Any]:
    """Return a table of parcels as it is recognised."""
    plain = {
        "path": "zd.shp", "part": None, "label": "zd.shp", "kind": "shp", "layer": "parcel", "layer_why": "NAME",
        "layers": ["parcel"], "rows": 2, "geometry": True, "findings": [], "bounds": None,
        "encoding": {"name": "gb18030", "source": "GUESSED", "rivals": [], "samples": {}},
        "crs": {"label": "EPSG:4528", "source": "PRJ", "candidates": [], "swapped": False},
        "columns": [column("ZDDM", "parcel_code"), column("MJ", "registered_area_m2"), column("BZ", None)],
    }  # fmt: skip
    return plain | more


def job(**more: Any) -> Job:
    """Return a job with files and nothing else."""
    values: dict[str, Any] = {
        "job_id": 1, "kind": "IMPORT", "state": "DRAFT", "what": None, "created_at": NOW, "created_by": "王敏",
        "files": [{"name": "zd.zip", "path": "zd.zip", "size": 9}], "answers": {"wizard": True}, "content_sha256": None,
        "delivery_id": None, "stage": None, "stage_at": None, "done": 0, "total": 0, "started_at": None,
        "heartbeat_at": None, "finished_at": None, "cancel_asked": False, "worker": None, "attempts": 0,
        "result": None, "error": None, "now": NOW,
    }  # fmt: skip
    return Job(**(values | more))


def recognised(**more: Any) -> Job:
    """Return a job whose tables were looked at."""
    found = {"what": "RECOGNISE", "state": "DONE", "result": {"RECOGNISE": {"tables": [table()]}}}
    return job(**(found | more))


def checked(status: str = "STAGED", blocked: tuple[str, ...] = (), **answers: Any) -> Job:
    """Return a job whose check is done, by exactly its answers."""
    chosen = {"zd.shp": {"use": True, "layer": "parcel", "encoding": "gb18030", "crs": ""}}
    said = {
        "wizard": True,
        "confirmed": True,
        "tables": chosen,
        "mapped": True,
        "mapping_data": {"sources": []},
    }
    report = {"status": status, "layers": [{"read": 2, "rejected": 0, "blocked_by": list(blocked)}]}
    found = recognised(
        what="CHECK", delivery_id=7, answers=said | answers,
        result={"RECOGNISE": {"tables": [table()]}, "CHECK": report},
    )  # fmt: skip
    return replace(found, answers=found.answers | {"checked": wizard.fingerprint(found)} | answers)


def test_steps_follow_each_other() -> None:
    assert wizard.current(job(files=[])) == "files"
    assert wizard.current(job()) == "recognise"
    assert wizard.current(recognised()) == "recognise"  # looked at, not confirmed by anybody
    confirmed = {"wizard": True, "confirmed": True}
    assert wizard.current(recognised(answers=confirmed)) == "mapping"
    assert wizard.current(recognised(answers=confirmed | {"mapped": True})) == "check"
    assert wizard.current(checked()) == "differences"
    assert wizard.current(checked(compared=7)) == "write"


def test_a_later_step_cannot_be_opened_before_its_turn() -> None:
    found = recognised()
    assert [name for name in wizard.STEPS if wizard.reachable(found, name)] == ["files", "recognise"]


def test_a_check_is_out_of_date_once_an_answer_it_rests_on_changes() -> None:
    found = checked(compared=7)
    assert wizard.report(found) is not None
    for changed in (
        {"complete": True},
        {"repairs": []},
        {"accept": ["NO_ROWS"]},
        {"mapping_data": {"sources": [1]}},
    ):
        assert wizard.current(replace(found, answers=found.answers | changed)) == "check"
    assert (
        wizard.current(replace(found, files=[*found.files, {"name": "b", "path": "b", "size": 1}])) == "check"
    )
    # The person who looks at it, or the supplier's name, changes nothing that was checked.
    assert wizard.current(replace(found, answers=found.answers | {"note": "x"})) == "write"


def test_differences_of_another_delivery_do_not_count() -> None:
    assert wizard.current(replace(checked(compared=7), delivery_id=8)) == "differences"


def test_a_refused_delivery_goes_no_further_unless_the_drop_is_what_blocks() -> None:
    assert wizard.current(checked("REFUSED", ("UNREADABLE",))) == "check"
    dropped = checked("REFUSED", ("DROP_THRESHOLD",))
    assert wizard.current(dropped) == "differences"
    assert wizard.current(replace(dropped, answers=dropped.answers | {"compared": 7})) == "differences"


def test_what_was_accepted_blocks_no_more() -> None:
    """The finding stays on record with its severity; whether it blocks is what the check says of the files."""
    assert wizard.blocked(checked("STAGED", ())) == set()
    assert wizard.blocked(checked("REFUSED", ("DROP_THRESHOLD",))) == {"DROP_THRESHOLD"}


def test_what_runs_again_is_not_done() -> None:
    assert wizard.current(replace(checked(compared=7), state="QUEUED")) == "check"
    assert wizard.report(replace(checked(), state="FAILED")) is None


def test_nothing_can_be_changed_after_publication() -> None:
    found = checked(compared=7)
    done = replace(
        found, what="PUBLISH", result=(found.result or {}) | {"PUBLISH": {"publication": 3, "changes": {}}}
    )
    assert wizard.publication(done) == 3
    assert not wizard.changeable(done)
    assert not wizard.is_open(done)
    assert [name for name in wizard.STEPS if wizard.reachable(done, name)] == ["write"]


def test_a_guess_has_to_be_confirmed() -> None:
    crs = {"label": "EPSG:4528", "source": "GUESSED", "candidates": [], "swapped": False}
    guessed = table(crs=crs, findings=[{"code": "CRS_GUESSED", "severity": "BLOCKS", "value": None, "field": None,
                                        "params": {}}])  # fmt: skip
    assert to_confirm(guessed)
    form = {"t0.use": ["1"], "t0.layer": ["parcel"], "t0.encoding": ["gb18030"]}
    assert set(read_tables(form, [guessed], WORDS).errors) == {"t0.crs"}
    said = read_tables(form | {"t0.crs": ["EPSG:4528,yx"]}, [guessed], WORDS)
    assert not said.errors
    assert said.answers["tables"]["zd.shp"]["crs"] == "EPSG:4528,yx"
    other = read_tables(form | {"t0.crs": ["other"], "t0.crs_other": ["4549"]}, [guessed], WORDS)
    assert other.answers["tables"]["zd.shp"]["crs"] == "EPSG:4549"


def test_several_encodings_have_to_be_decided() -> None:
    finding = {"code": "ENCODING_UNCERTAIN", "severity": "BLOCKS", "value": None, "field": None, "params": {}}
    form = {"t0.use": ["1"], "t0.layer": ["parcel"]}
    assert set(read_tables(form, [table(findings=[finding])], WORDS).errors) == {"t0.encoding"}


def test_at_least_one_table_is_taken_in() -> None:
    assert set(read_tables({}, [table()], WORDS).errors) == {"tables"}


def mapped(form: dict[str, list[str]], **more: Any) -> Any:
    """Read the form of step 3 for one table."""
    one = table(**more)
    chosen = {"use": True, "layer": "parcel", "encoding": "gb18030", "crs": ""}
    return read_mapping(
        form, recognised(answers={"wizard": True, "supplier": "S"}), [(0, one, chosen)], [one], WORDS
    )


def test_mapping_is_in_the_form_of_the_mapping_file() -> None:
    said = mapped({"t0.c0": ["parcel_code"], "t0.c1": ["registered_area_m2"], "t0.u1": ["亩"], "t0.c2": [""]})
    assert not said.errors
    entry = said.answers["mapping_data"]["sources"][0]
    assert entry["layer"] == "parcel"
    assert entry["columns"] == {"parcel_code": "ZDDM", "registered_area_m2": {"column": "MJ", "unit": "亩"}}
    assert entry["encoding"] == "gb18030"  # it was a guess, and is confirmed now
    assert said.answers["mapped_counts"] == [2, 3]


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"t0.c1": ["registered_area_m2"]}, "t0.k.parcel_code"),  # the key is missing
        ({"t0.c0": ["parcel_code"], "t0.c1": ["parcel_code"]}, "t0.c1"),  # twice the same
        ({"t0.c0": ["parcel_code"], "t0.c1": ["no_such"]}, "t0.c1"),
    ],
)
def test_mapping_that_cannot_be(form: dict[str, list[str]], wrong: str) -> None:
    said = mapped(form)
    assert set(said.errors) == {wrong}
    assert "mapping_data" not in said.answers
    assert (
        said.answers["typed"]["zd.shp"]["columns"]["ZDDM"] == form.get("t0.c0", [""])[0]
    )  # nothing typed is lost


def test_a_missing_key_may_be_the_same_for_all_rows() -> None:
    said = mapped({"t0.c1": ["registered_area_m2"], "t0.k.parcel_code": ["210727003005GB00001"]})
    assert not said.errors
    assert said.answers["mapping_data"]["sources"][0]["constants"] == {"parcel_code": "210727003005GB00001"}


def test_the_unit_of_a_column_stays_unless_another_is_chosen() -> None:
    columns = [column("ZDDM", "parcel_code"),
               column("MJ", "registered_area_m2", unit="DW", unit_why="COLUMN")]  # fmt: skip
    kept = mapped({"t0.c0": ["parcel_code"], "t0.c1": ["registered_area_m2"], "t0.u1": [""]}, columns=columns)
    rule = kept.answers["mapping_data"]["sources"][0]["columns"]["registered_area_m2"]
    assert rule == {"column": "MJ", "unit_column": "DW"}
    other = mapped(
        {"t0.c0": ["parcel_code"], "t0.c1": ["registered_area_m2"], "t0.u1": ["㎡"]}, columns=columns
    )
    rule = other.answers["mapping_data"]["sources"][0]["columns"]["registered_area_m2"]
    assert rule == {"column": "MJ", "unit": "㎡"}


def test_first_form() -> None:
    form = {"supplier": [" 县局 "], "observed_on": ["2026年3月1日"], "complete": ["1"]}
    said = start_fields(form, WORDS)
    assert not said.errors
    assert said.answers == {"wizard": True, "supplier": "县局", "complete": True, "observed_on": "2026-03-01"}
    assert set(start_fields({"observed_on": ["sometime"]}, WORDS).errors) == {
        "supplier",
        "observed_on",
    }


def test_pages_name_no_options_of_the_command_line() -> None:
    """Whoever mends a finding in the browser is sent to a step of it, in both languages."""
    from api.finding_rows import in_pages
    from etl.checks.words import table as findings

    for lang in ("zh", "en"):
        named = {code for code in findings() if "--" in in_pages(code, lang)}
        assert named == set(), lang
