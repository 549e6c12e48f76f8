"""Mappings: suggested from names, confirmed, kept for the supplier, used again."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from data import supplier_mappings
from data.session import transaction
from etl.asked import place_of
from etl.errors import BadMapping, ImportUsage
from etl.importer import run
from etl.mapping.compose import compose, patterns_of
from etl.mapping.file import load, parse
from etl.mapping.suggest import suggest
from etl.options import ImportOptions
from etl.publish import publish
from etl.readers.discover import files_of
from etl.recognise import recognise
from tests.etl.asking import rows

CHECKOUT = Path(__file__).resolve().parents[2]
SAID = {
    "supplier": "某测绘院",
    "sources": [{"match": "*企业*.csv", "layer": "enterprise", "columns": {"credit_code": "代码", "enterprise_name": "全称"}}],
}  # fmt: skip
TABLE = "代码,全称\n91350100M000100Y43,锦州某公司\n"


def table(folder, name="企业2026-10.csv", content=TABLE):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content, encoding="utf-8")
    return folder


# --- suggestions


def one(column, layer="parcel", samples=(), **more):
    (found,) = suggest([column], layer, {column: list(samples)}, **more)
    return found


@pytest.mark.parametrize(
    ("column", "target", "why", "confidence"),
    [
        ("ZDDM", "parcel_code", "EXACT", 95),
        ("zddm", "parcel_code", "CASE", 90),
        ("宗地 代码", "parcel_code", "PLAIN", 80),
        ("registered", "registered_area_m2", "OWN", 75),  # registered_area_m2 cut at ten bytes
        ("不动产单元", "unit_code", "CUT", 60),  # ten bytes of GBK of 不动产单元号
        ("随便什么", None, "NONE", 0),
    ],
)
def test_a_suggestion_says_why(column, target, why, confidence):
    found = one(column)
    assert (found.target, found.why, found.confidence) == (target, why, confidence)


def test_an_ambiguous_name_is_not_decided():
    # 合同约 is what ten bytes of UTF-8 leave of 合同约定动工时间 and of 合同约定竣工时间.
    found = one("合同约", "contract")
    assert (found.target, found.why, found.candidates) == (None, "AMBIGUOUS", ("commence_by", "complete_by"))


def test_two_columns_for_one_are_asked_about():
    found = suggest(["QLR", "SYQR"], "parcel", {})
    assert [(s.target, s.why, s.candidates) for s in found] == [(None, "AMBIGUOUS", ("holder",))] * 2


def test_units_are_found_where_they_are_stated():
    assert (one("出让面积（公顷）", "contract").unit, one("出让面积（公顷）", "contract").unit_why) == (
        "公顷",
        "HEADER",
    )
    assert (one("出让面积", "contract", ["3亩", "4.5亩"]).unit_why) == "TEXT"
    assert one("出让面积", "contract", ["3", "4.5"]).unit_why == "NONE"
    found = suggest(["ZDMJ", "MJDW"], "parcel", {"ZDMJ": ["1.5"], "MJDW": ["公顷"]})
    assert (found[0].target, found[0].unit, found[0].unit_why) == ("registered_area_m2", "MJDW", "COLUMN")


def test_samples_that_do_not_read_lower_the_confidence():
    # Two of the four are no days: 95 % x 2/4, rounded down.
    assert one("签订日期", "contract", ["2023-05-31", "明年", "2023年5月", "20230531"]).confidence == 47


def test_a_confirmed_mapping_comes_first():
    (rule,) = parse(
        {
            "sources": [
                {
                    "match": "*",
                    "layer": "contract",
                    "columns": {"price_wan": {"column": "总价", "unit": "元"}},
                }
            ]
        },
        "x",
    ).sources
    found = suggest(["总价", "成交价格"], "contract", {}, rule)
    assert [(s.target, s.why, s.unit) for s in found] == [("price_wan", "SAVED", "元"), (None, "NONE", None)]


# --- what is confirmed becomes a mapping


def test_figures_in_file_names_are_free_where_that_tells_them_apart():
    assert patterns_of(["a.zip/宗地2026-10.shp"]) == ["*/宗地*-*.shp"]
    assert patterns_of(["建成区_2020.shp", "建成区_2021.shp"]) == ["*/建成区_2020.shp", "*/建成区_2021.shp"]
    assert patterns_of(["a/x.csv", "b/x.csv"]) == ["a/x.csv", "b/x.csv"]
    assert patterns_of(["odd[1]*.csv"]) == ["*/odd[[]*][*].csv"]


def test_confirmed_answers_become_a_mapping():
    said = compose(
        [
            {"path": "台账2026.xlsx", "part": "供地", "kind": "xlsx", "layer": "contract",
             "columns": {"contract_no": "编号", "price_wan": {"column": "总价", "unit": "元"}}, "crs": None},
            {"path": "说明.xlsx", "part": "Sheet1", "kind": "xlsx", "layer": None},
        ],
        "某测绘院",
    )  # fmt: skip
    mapping = parse(said, "x")
    assert [rule.layer for rule in mapping.rules_for("台账2027.xlsx", "供地")] == ["contract"]
    assert mapping.rules_for("台账2027.xlsx", "其他") == []
    assert mapping.ignored("说明.xlsx") is not None
    with pytest.raises(BadMapping):
        compose(
            [{"path": "a.csv", "part": None, "kind": "csv", "layer": "contract", "columns": {"nix": "a"}}],
            None,
        )


@pytest.mark.parametrize(
    "said",
    [
        None, [], {"sources": {}}, {"sources": [1]}, {"sources": [{"match": 5, "layer": "parcel"}]},
        {"sources": [{"match": "*", "layer": ["parcel"]}]},
        {"sources": [{"match": "*", "layer": "parcel", "columns": ["a"]}]},
        {"sources": [{"match": "*", "layer": "parcel", "header": "3"}]},
        {"sources": [{"match": "*", "layer": "parcel", "columns": {"holder": {"column": "a", "values": ["b"]}}}]},
        {"sources": [{"match": "*", "layer": "parcel", "columns": {"holder": {"join": "ab"}}}]},
        {"sources": [{"match": "*", "layer": "parcel", "columns": {"holder": {"column": "a", "unit": "亩"}}}]},
        {"sources": [{"match": "*", "layer": "parcel", "forms": {"parcel_code": "("}}]},
        {"sources": [], "ignore": ["x"]}, {"sources": [], "odd": 1},
    ],
)  # fmt: skip
def test_whatever_is_no_mapping_is_refused(said):
    with pytest.raises(BadMapping):
        parse(said, "mapping")


# --- kept for the supplier


def test_a_mapping_is_kept_when_its_delivery_is_published_and_used_again(empty_database, tmp_path):
    first = table(tmp_path / "a")
    options = ImportOptions(mapping_data=SAID, supplier="某测绘院", person="王工")
    staged = run([first], options)
    with transaction() as connection:
        assert supplier_mappings.newest(connection, "某测绘院") is None
    publish(staged.delivery, "李工")
    with transaction() as connection:
        kept = supplier_mappings.newest(connection, "某测绘院")
    assert (kept.mapping, kept.saved_by) == (SAID, "李工")

    second = table(tmp_path / "b", "企业2026-11.csv", TABLE.replace("某公司", "某厂"))
    report = run([second], ImportOptions(supplier="某测绘院", publish=True))
    assert (report.exit_code, report.layers[0].issues) == (0, {"MAPPING_REUSED": 1})
    ((params,),) = rows("SELECT params FROM issue WHERE code = 'MAPPING_REUSED'")
    assert (params["person"], params["mapping"]) == ("李工", kept.mapping_id)
    assert params["saved"] == kept.saved_at.date().isoformat()
    assert rows("SELECT enterprise_name FROM enterprise WHERE upper_inf(known)") == [("锦州某厂",)]
    # The same mapping is not kept twice.
    assert rows("SELECT count(*) FROM supplier_mapping") == [(1,)]
    # The same file with the mapping given or kept is the same delivery.
    again = run([second], options)
    assert (again.status, again.duplicate_of) == ("DUPLICATE", report.delivery)


def test_a_file_that_the_kept_mapping_does_not_know_is_said(empty_database, tmp_path):
    with transaction() as connection:
        supplier_mappings.save(connection, "某测绘院", SAID, "王工")
    folder = table(tmp_path / "a", "enterprise.csv", TABLE.replace("代码", "统一社会信用代码"))
    report = run([folder], ImportOptions(supplier="某测绘院"))
    assert report.layers[0].issues["MAPPING_NOT_FITTING"] == 1
    # Another supplier's is never used.
    assert "MAPPING_NOT_FITTING" not in run([folder], ImportOptions(supplier="别家")).layers[0].issues


def test_a_new_mapping_replaces_the_kept_one(empty_database, tmp_path):
    with transaction() as connection:
        supplier_mappings.save(connection, "某测绘院", SAID, "王工")
    other = {**SAID, "sources": [SAID["sources"][0] | {"constants": {"status": "在业"}}]}
    run([table(tmp_path / "a")], ImportOptions(mapping_data=other, publish=True, person="李工"))
    with transaction() as connection:  # the supplier is named in the mapping itself
        assert supplier_mappings.newest(connection, "某测绘院").mapping == other
        assert supplier_mappings.suppliers(connection) == ["某测绘院"]


def test_two_mappings_at_once_are_refused(tmp_path):
    with pytest.raises(ImportUsage):
        run([table(tmp_path / "a")], ImportOptions(mapping_data=SAID, mapping=tmp_path / "x.yaml"))


def test_yaml_days_and_words_are_plain_values(empty_database, tmp_path):
    mapping = tmp_path / "m.yaml"
    mapping.write_text(
        "supplier: 甲\nsources:\n  - {match: '*.csv', layer: parcel_x}\n".replace("parcel_x", "enterprise")
        + "    # 是/否 and days come out of YAML as other kinds of values\n"
        + "  - {match: '*.shp', layer: builtup, constants: {observed_on: 2020-10-01}}\n",
        encoding="utf-8",
    )
    folder = table(tmp_path / "a", content="credit_code\n91350100M000100Y43\n")
    run([folder], ImportOptions(mapping=mapping, publish=True))
    with transaction() as connection:
        kept = supplier_mappings.newest(connection, "甲")
    assert kept.mapping["sources"][1]["constants"] == {"observed_on": "2020-10-01"}
    assert kept.saved_at.date() <= dt.date.max


# --- what a delivery is, before it is taken in


def recognised(path, options=ImportOptions(), **more):  # noqa: B008
    with transaction() as connection:
        place = place_of(connection, path)
    return recognise(files_of([path]), options, place, **more)


def test_a_delivery_is_recognised(empty_database, tmp_path):
    frame = gpd.GeoDataFrame(
        {"ZDDM": ["210711001001GB00001"], "QLR": ["锦州某公司"], "ZDMJ": [123.5]},
        geometry=[box(121.1, 41.1, 121.11, 41.11)], crs=4490,
    )  # fmt: skip
    (tmp_path / "d").mkdir()
    frame.to_crs(4549).to_file(tmp_path / "d" / "某某数据.shp", encoding="gbk")
    (tmp_path / "d" / "某某数据.cpg").unlink()
    (tmp_path / "d" / "某某数据.prj").unlink()
    (found,) = recognised(tmp_path / "d")
    assert (found.kind, found.rows, found.geometry) == ("shp", 1, True)
    assert (found.layer, found.layer_why, found.layers[0]) == ("parcel", "COLUMNS", "parcel")
    assert [(s.column, s.target) for s in found.columns] == [
        ("ZDDM", "parcel_code"), ("QLR", "holder"), ("ZDMJ", "registered_area_m2"),
    ]  # fmt: skip
    assert (found.encoding.name, found.encoding.samples["gb18030"]) == ("gb18030", ["锦州某公司"])
    assert (found.crs.label, found.crs.source, found.crs.distance_m) == ("EPSG:4549", "GUESSED", 0)
    assert found.bounds == pytest.approx((121.1, 41.1, 121.11, 41.11), abs=0.001)
    assert [f["code"] for f in found.findings] == ["CRS_GUESSED"]
    # A person says what it is; nothing is stored by any of this.
    (builtup,) = recognised(
        tmp_path / "d", layers={found.label: "builtup"}, options=ImportOptions(crs="EPSG:4549")
    )
    assert (builtup.layer, builtup.layer_why, builtup.crs.source) == ("builtup", "ASKED", "DECLARED")
    assert builtup.findings == []
    assert rows("SELECT count(*) FROM delivery") == [(0,)]


def test_the_sample_is_recognised_without_its_mapping(empty_database):
    """Every table of the sample is proposed as the layer that its mapping has it."""
    folder = CHECKOUT / "data" / "samples" / "jinzhou-2026-10"
    mapping = load(CHECKOUT / "etl" / "mappings" / "jinzhou-sample.yaml")
    found = {(r.path, r.part): r for r in recognised(folder) if r.rows}
    meant = {place: mapping.rules_for(*place)[0].layer for place in found}
    assert {place: r.layer for place, r in found.items()} == meant
    assert {r.layer_why for r in found.values()} <= {"NAME", "COLUMNS"}
    # The eastern parcels have no .prj: they may be in the zone of 123 degrees, with its number in the eastings.
    (east,) = [r for r in found.values() if "东部" in r.path]
    assert (east.crs.source, east.crs.candidates[0]["distance_m"]) in (("GUESSED", 0), ("PRJ", 0))


def test_the_kept_mapping_is_shown_as_such(empty_database, tmp_path):
    (found,) = recognised(table(tmp_path / "d"), ImportOptions(mapping_data=SAID))
    assert (found.layer, found.layer_why) == ("enterprise", "MAPPING")
    assert [(s.target, s.why) for s in found.columns] == [
        ("credit_code", "SAVED"),
        ("enterprise_name", "SAVED"),
    ]
    said = replace(ImportOptions(), mapping_data={**SAID, "ignore": [{"match": "*", "reason": "旧"}]})
    (left_out,) = recognised(tmp_path / "d", said)
    assert [f["code"] for f in left_out.findings] == ["FILE_IGNORED"]


def test_what_cannot_be_read_is_said(empty_database, tmp_path):
    table(tmp_path / "d", "说明.docx", "x")
    table(tmp_path / "d", "parcel.geojson", "<html>")
    table(tmp_path / "d", "whatever.csv", "a,b\n1,2\n")
    found = {r.label.partition("#")[0]: [f["code"] for f in r.findings] for r in recognised(tmp_path / "d")}
    assert found == {
        "说明.docx": ["FILE_NOT_READ"],
        "parcel.geojson": ["UNREADABLE"],
        "whatever.csv": ["LAYER_UNKNOWN"],
    }
