"""The whole state anew from kept deliveries, corrections and decisions: it is the present one, or is said not to be."""

from dataclasses import replace
from pathlib import Path

import pytest
from shapely import box
from sqlalchemy import text

from data import second_database, supplier_mappings
from data.cluster import making, server
from data.session import transaction
from data.settings import settings
from etl import rebuild as rebuilding
from etl import sample
from etl.correcting import Wanted, end, make
from etl.errors import ChangedMeanwhile
from etl.importer import run
from etl.options import ImportOptions
from etl.publish import publish, withdraw
from etl.rebuild import rebuild
from tests.etl.asking import rows

TOP = Path(__file__).resolve().parents[2]
PUBLISH = ImportOptions(publish=True, supplier="测绘院")


@pytest.fixture(autouse=True)
def _privileged(server_place, empty_database, monkeypatch):
    """Let databases be made as on the embedded server, where the program has the right to."""
    address = lambda name: server.url(server_place, making.SUPERUSER, name)  # noqa: E731
    monkeypatch.setattr(second_database, "_privileged", address)
    yield


def change(sql):
    with transaction() as connection:
        connection.execute(text(sql))


def databases():
    return {name for (name,) in rows("SELECT datname FROM pg_database WHERE datname LIKE 'landstock_%'")}


def parcels(folder, **said):
    folder.mkdir(exist_ok=True)
    lines = [
        f'{code},{holder},S1,"{box(121 + i / 100, 41, 121.005 + i / 100, 41.005).wkt}"\n'
        for i, (code, holder) in enumerate(said.items())
    ]
    (folder / "parcel.csv").write_text(
        "parcel_code,holder,park_code,geom\n" + "".join(lines), encoding="utf-8"
    )
    return folder


def eventful(tmp_path):
    """Deliver, publish later, publish a split, correct, end a correction, withdraw, repeat, refuse."""
    run([parcels(tmp_path / "1", A="甲", B="乙", C="丙")], PUBLISH)
    staged = run([parcels(tmp_path / "2", A="甲", B="丁", D="戊")], ImportOptions(supplier="测绘院"))
    kept = make(Wanted("parcel", "A", "holder", "甲", "甲公司", "名称不全", "证书"), "更正人")
    publish(staged.delivery, "发布人", "核对无误")
    ended = make(Wanted("parcel", "B", "holder", "丁", "丁公司", "名称不全"), "更正人")
    end(ended.correction_id, "已核实无误", "更正人")
    third = run([parcels(tmp_path / "3", A="甲", E="己")], PUBLISH)
    withdraw(third.delivery, "误报", "发布人")
    run([parcels(tmp_path / "2", A="甲", B="丁", D="戊")], PUBLISH)
    run([tmp_path / "2"], PUBLISH)  # the same again: DUPLICATE
    taken = make(Wanted("parcel", "D", "holder", "戊", "戊公司", "名称不全"), "更正人")
    withdraw(taken.delivery_id, "误更正", "发布人")
    again = end(kept.correction_id, "误结束", "更正人")
    withdraw(again.delivery_id, "仍须更正", "发布人")
    (tmp_path / "4").mkdir()
    (tmp_path / "4" / "parcel.csv").write_text("nothing\n1\n")
    run([tmp_path / "4"], ImportOptions(check_only=True))
    return kept


def test_what_was_done_is_done_again(tmp_path):
    eventful(tmp_path)
    before = rows("SELECT parcel_code, holder, known, published_by, ended_by FROM parcel ORDER BY 3, 1")
    found = rebuild(check=True)
    assert [(t.table, t.what, t.differing) for t in found.tables if not t.equal] == []
    assert (found.troubles, found.damaged, found.equal, found.replaced) == ([], [], True, False)
    counts = {(t.table, t.what): t.rows for t in found.tables}
    assert counts["parcel", "current"] == 4 and counts["correction", "records"] == 3
    assert counts["publication", "records"] == rows("SELECT count(*) FROM publication")[0][0]
    # Nothing of the present state was touched, and the second database is gone.
    assert (
        rows("SELECT parcel_code, holder, known, published_by, ended_by FROM parcel ORDER BY 3, 1") == before
    )
    assert not any(name.startswith("landstock_rebuild") for name in databases())


def test_the_sample_a_changed_delivery_a_correction_and_a_withdrawal(tmp_path):
    mapping = TOP / "etl" / "mappings" / "jinzhou-sample.yaml"
    assert run(
        [TOP / "data" / "samples" / sample.FOLDER], ImportOptions(mapping=mapping, publish=True)
    ).published
    code, holder = rows(
        "SELECT parcel_code, holder FROM parcel WHERE upper_inf(known) AND holder IS NOT NULL ORDER BY 1 LIMIT 1"
    )[0]
    make(Wanted("parcel", code, "holder", holder, "更正后的名称", "登记簿为准"))
    changed = run([parcels(tmp_path / "1", Z1="甲", Z2="乙")], PUBLISH)
    withdraw(changed.delivery, "误报")
    run([parcels(tmp_path / "2", Z1="丙")], PUBLISH)
    found = rebuild(check=True)
    assert [(t.table, t.what, t.differing) for t in found.tables if not t.equal] == []
    layers = {layer for (layer,) in rows("SELECT DISTINCT layer FROM delivery_file WHERE rows_accepted > 0")}
    assert found.equal and layers | {"delivery", "publication", "correction"} <= {
        t.table for t in found.tables
    }


def test_a_value_that_was_changed_behind_the_programs_back_is_found(tmp_path):
    run([parcels(tmp_path / "1", A="甲", B="乙")], PUBLISH)
    change("UPDATE parcel SET holder = '他人' WHERE parcel_code = 'B'")
    found = rebuild(check=True)
    (current,) = [t for t in found.tables if (t.table, t.what) == ("parcel", "current")]
    assert not found.equal and not current.equal and current.differing == ["B"]
    assert rows("SELECT holder FROM parcel WHERE parcel_code = 'B'") == [("他人",)]


def test_a_damaged_and_a_missing_kept_delivery_are_said_and_nothing_is_built(tmp_path):
    first = run([parcels(tmp_path / "1", A="甲")], PUBLISH)
    second = run([parcels(tmp_path / "2", B="乙")], PUBLISH)
    one, two = (rows("SELECT content_sha256 FROM delivery WHERE delivery_id = :id", id=n)[0][0]
                for n in (first.delivery, second.delivery))  # fmt: skip
    kept = settings().home / "deliveries"
    sound = (kept / one / "parcel.csv").read_bytes()
    (kept / one / "parcel.csv").write_bytes(sound[:-1] + b"x")
    (kept / two).rename(tmp_path / "away")
    try:
        found = rebuild(check=False)
        assert [trouble.what for trouble in found.damaged] == [
            f"delivery {first.delivery}",
            f"delivery {second.delivery}",
        ]
        assert "不符" in found.damaged[0].zh and "is missing" in found.damaged[1].en
        assert not found.replaced and not found.equal
    finally:
        (kept / one / "parcel.csv").write_bytes(sound)
        (tmp_path / "away").rename(kept / two)
    assert rebuild(check=True).equal


def test_the_rebuilt_database_takes_the_place_of_the_present_one(tmp_path):
    said = {"sources": [{"match": "parcel.csv", "layer": "parcel", "columns": {"holder": "holder"}}]}
    run([parcels(tmp_path / "1", A="甲", B="乙")], replace(PUBLISH, mapping_data=said))
    with transaction() as connection:
        supplier_mappings.save(
            connection, "测绘院", {"sources": [{"match": "*.shp", "layer": "parcel"}]}, "某人"
        )
    change("UPDATE parcel SET holder = '他人' WHERE parcel_code = 'B'")
    state = rows("SELECT parcel_code, lower(known), published_by FROM parcel ORDER BY 1")
    kept = rows("SELECT supplier, saved_by FROM supplier_mapping ORDER BY mapping_id")
    assert len(kept) == 2
    found = rebuild(check=False)
    try:
        assert found.replaced and not found.equal  # the present state was not what was delivered
        assert rows("SELECT holder FROM parcel WHERE parcel_code = 'B'") == [("乙",)]
        assert rows("SELECT parcel_code, lower(known), published_by FROM parcel ORDER BY 1") == state
        # The mapping that the publication kept and the one that a person kept are both there, each once.
        assert rows("SELECT supplier, saved_by FROM supplier_mapping ORDER BY mapping_id") == kept
        assert found.kept_as in databases()
        # Numbers go on where they were.
        after = run([parcels(tmp_path / "2", C="丙")], PUBLISH)
        assert after.delivery == 2 and after.publication == 2
        with transaction() as connection:
            supplier_mappings.save(
                connection, "另一院", {"sources": [{"match": "*.shp", "layer": "parcel"}]}, "某人"
            )
    finally:
        second_database.drop(found.kept_as)


def test_what_is_done_meanwhile_is_not_lost(tmp_path, monkeypatch):
    run([parcels(tmp_path / "1", A="甲")], PUBLISH)
    build = rebuilding._build

    def meanwhile(*given):
        build(*given)
        run([parcels(tmp_path / "2", B="乙")], PUBLISH)

    monkeypatch.setattr(rebuilding, "_build", meanwhile)
    with pytest.raises(ChangedMeanwhile):
        rebuild(check=False)
    assert [code for (code,) in rows("SELECT parcel_code FROM parcel ORDER BY 1")] == ["A", "B"]
    assert not any(name.startswith("landstock_rebuild") for name in databases())
