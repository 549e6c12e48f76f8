"""Commands about what a delivery changes, corrections, sources, fix-lists and rebuilding, as a user calls them."""

import json

import openpyxl
import pytest
from click.testing import CliRunner
from shapely import box

from api.cli import main
from data import second_database
from data.cluster import making, server
from data.settings import settings


@pytest.fixture(autouse=True)
def _home(server_place, empty_database, monkeypatch):
    monkeypatch.setattr(
        second_database, "_privileged", lambda name: server.url(server_place, making.SUPERUSER, name)
    )
    yield


def call(*words, code=0):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == code, (done.stdout, done.stderr)
    return done


def answer(*words, code=0):
    return json.loads(call(*words, "--json", code=code).stdout)


def parcels(folder, **holders):
    folder.mkdir()
    lines = [
        f'{code},{holder},S1,20000,"{box(121 + i / 100, 41, 121.005 + i / 100, 41.005).wkt}"\n'
        for i, (code, holder) in enumerate(holders.items())
    ]
    head = "parcel_code,holder,park_code,registered_area_m2,geom\n"
    (folder / "parcel.csv").write_text(head + "".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def delivered(tmp_path):
    call("import", parcels(tmp_path / "1", A="锦洲", B="乙"), "--supplier", "测绘院", "--publish", "--json")
    return answer("import", parcels(tmp_path / "2", A="锦洲", B="丙"), "--supplier", "测绘院")["delivery"]


def test_a_delivery_is_told_with_what_it_changes(delivered):
    found = answer("deliveries", delivered)
    assert found["differences"]["parcel"] == {"CHANGED": 1, "SAME": 1}
    assert found["followup"]["previous"] == delivered - 1 and found["followup"]["mended"] == 0
    assert "属性变化 1，未变 1" in call("deliveries", delivered, "--lang", "zh").stdout
    assert "changed 1, as published 1" in call("deliveries", delivered, "--lang", "en").stdout


def test_a_correction_from_making_to_ending(delivered):
    made = answer("correct", "parcel", "A", "holder", "--old", "锦洲", "--new", "锦州", "--reason", "名称有误",
                  "--document", "证书 1 号")  # fmt: skip
    assert made["publication"] is not None
    (row,) = answer("corrections", "--layer", "parcel", "--key", "A")["corrections"]
    assert (row["old_value"], row["new_value"], row["document"]) == ("锦洲", "锦州", "证书 1 号")
    assert "锦洲 → 锦州" in call("corrections", "--lang", "zh").stdout
    (value,) = answer("source", "parcel", "A", "--field", "holder")["rows"][0]["values"]
    assert (value["value"], value["delivered_value"]) == ("锦州", "锦洲")
    told = call("source", "parcel", "A", "--lang", "zh").stdout
    assert "第 1 号更正" in told and "parcel.csv 第 2 行" in told
    call("correct", "--end", made["correction"], "--reason", "已核实")
    assert (
        answer("corrections")["corrections"] == [] and len(answer("corrections", "--all")["corrections"]) == 1
    )
    assert "没有更正" in call("corrections", "--lang", "zh").stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["parcel", "A", "holder", "--old", "锦洲", "--reason", "x"], 2),  # no new value
        (["parcel", "A", "holder", "--old", "锦洲", "--new", "锦州", "--reason", " "], 2),
        (["parcel", "A", "colour", "--old", "x", "--new", "y", "--reason", "x"], 2),
        (["parcel", "A", "holder", "--old", "他", "--new", "锦州", "--reason", "x"], 1),  # published is another
        (["--end", "99", "--reason", "x"], 1),
        (["parcel", "--end", "1", "--reason", "x"], 2),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_correction_ends_with_its_code(delivered, words, code):
    call("correct", *words, code=code)


def test_what_is_not_there_has_no_source(delivered):
    call("source", "parcel", "Z", code=1)
    call("source", "parcel", "A", "--field", "colour", code=2)


def test_the_fix_list(delivered, tmp_path):
    done = answer("deliveries", delivered, "--fix-list", tmp_path / "清单.xlsx", "--deadline", "2026-12-31")
    assert done["findings"] > 0 and sum(done["by_who"].values()) == done["findings"]
    assert "2026年12月31日" in {
        c.value for row in openpyxl.load_workbook(tmp_path / "清单.xlsx")["封面"] for c in row
    }
    call("deliveries", delivered, "--fix-list", tmp_path / "list.gpkg")
    call("deliveries", delivered, "--fix-list", tmp_path / "list.pdf", code=2)
    call("deliveries", "--fix-list", tmp_path / "list.gpkg", code=2)
    call("deliveries", delivered, "--deadline", "2026-12-31", code=2)


def test_rebuilding(delivered):
    found = answer("rebuild", "--check")
    assert found["equal"] and not found["replaced"]
    assert "重建结果与现状一致" in call("rebuild", "--check", "--lang", "zh").stdout
    sha = answer("deliveries", delivered)["content_sha256"]
    kept = settings().home / "deliveries" / sha / "parcel.csv"
    sound = kept.read_bytes()
    kept.write_bytes(b"x")
    try:
        assert "与报送内容不符" in call("rebuild", "--lang", "zh", code=1).stdout
    finally:
        kept.write_bytes(sound)
