"""The alias table against the field names that were seen in deliveries: whole, in another case, and cut at ten bytes."""

import pytest

from etl.issues import Findings
from etl.mapping import names
from etl.mapping.apply import apply
from etl.mapping.names import cut_forms, meanings, resolve
from tests.etl.test_units import frame

# layer -> canonical column -> the names it goes by (docs of the field names in use; the second part are likely ones)
SEEN = {
    "parcel": {
        "parcel_code": "ZDDM ZDDM19 宗地代码 zddm ZONGDICODE 宗地编码 ZDBM",
        "unit_code": "BDCDYH bdcdyh 不动产单元号 不动产单元代码 不动产单元 BDCDYDM",
        "supervision_no": "dzBaBh dz_ba_bh DZJGH 电子监管号 DZJGHM",
        "holder": "QLR tdSyqr srr srr2 YDDWMC QYMC 土地使用权人 受让人 用地单位名称 企业名称 土地使用权 SYQR TDSYZ 权利人 使用权人",
        "holder_credit_code": "qy_fr_dm uniscid 统一社会信用代码 TYSHXYDM ZJHM",
        "location": "ZL zdZl tdZl td_zl XMWZ dkwz 坐落 土地坐落 项目位置 TDZL DZ",
        "registered_area_m2": "ZDMJ DKMJ gdZmj gd_zmj mj tdmj 宗地面积 总面积 ZDZMJ MJ",
        "landuse_code": "YT DLBM DLDM td_yt TDYTDM YDDM",
        "supply_mode": "gyFs gy_fs GDFS 供地方式 供应方式 GYFS CRFS",
        "ownership": "QSXZ 权属性质",
        "park_code": "KFQDM",
    },
    "contract": {
        "contract_no": "bh HTBH 合同编号 CRHTBH 出让合同编号",
        "granted_area_m2": "gyMj gy_mj 出让面积 出让土地面积 面积(公顷) 面积（公顷） CRMJ GDMJ",
        "price_wan": "cjJg je CJJE 成交价格(万元) 合同总金额 CRJK 出让价款",
        "signed_on": "qdRq qd_rq 合同签订日期 签订日期 合同签订日 HTQDRQ QDRQ",
        "delivery_by": "jdSj jd_sj HTYDJDSJ 约定交地时间 约定交地时 约定交 YDJDSJ",
        "delivered_on": "SJJDSJ 实际交地时间 实际交付土地日期 JDQRSRQ",
        "commence_by": "dgSj dg_sj HTYDDGSJ 约定开工时间 约定动工时间 约定开工时 约定动工时 YDKGSJ YDDGSJ KGSJ_YD",
        "complete_by": "jgSj jg_sj HTYDJGSJ 约定竣工时间 约定竣工时 YDJGSJ",
        "intensity_wan_per_ha": "tzQd tz_qd 投资强度 固定资产投资强度 固定资产投 TZQD",
        "total_investment_wan": "YJZTZ 预计总投资 固定资产总投资 ZTZ GDZCTZ",
        "far_min": "minRjl min_rjl RJLXX",
        "industry_code": "hyFl hy_fl HYDM 行业分类",
        "parcel_codes": "ZDDM 宗地代码",
        "holder": "QLR srr 企业名称 受让人",
        "holder_credit_code": "统一社会信用代码 TYSHXYDM",
    },
    "investment_report": {"total_wan": "WCTZ GDZCTZZE 完成投资 YTZE 已投资额"},
    "building": {"floor_area_m2": "JZMJ jzMj ZJZMJ 总建筑面积", "footprint_m2": "JZJDMJ JDZMJ ZDMJ_JZ"},
    "enterprise": {"enterprise_name": "QYMC 企业名称", "credit_code": "统一社会信用代码"},
    "park": {"park_code": "KFQDM", "park_name": "KFQMC 开发区名称 YQMC 园区名称"},
    "park_statistics": {"year": "SJNF 数据年份 ND 年度"},
}
CASES = [
    (layer, column, name) for layer, table in SEEN.items() for column, said in table.items() for name in said.split()
]  # fmt: skip
# Known names without a canonical column: kept with the row, and never taken for another.
KEPT = [
    "DKBH",
    "zdBh",
    "地块编号",
    "宗地编号",
    "TBBH",
    "图斑编号",
    "DJH",
    "地籍号",
    "地号",
    "xmMc",
    "YDXMMC",
    "XMMC",
    "项目名称",
    "TBMJ",
    "TBDLMJ",
    "DLMJ",
    "YTMC",
    "DLMC",
    "TDYT",
    "tdYt",
    "土地用途",
    "地类名称",
    "QLLX",
    "QLXZ",
    "SHAPE_AREA",
    "Shape_Area",
    "SJKGSJ",
    "实际开工时间",
    "SJJGSJ",
    "实际竣工时间",
    "JGHYSJ",
    "竣工核验时间",
    "RJL",
    "maxRjl",
    "JZMD",
    "建筑密度",
    "JZXS",
    "minLhl",
    "LHBL",
    "绿化率",
    "绿地率",
    "minJzXg",
    "JZXG",
    "建筑限高",
    "hy_fl_mc",
    "HYLB",
    "tdLy",
    "土地来源",
    "tdJb",
    "土地级别",
    "DJ",
    "TDXZQK",
    "土地闲置情况",
    "CZCSXM",
    "城镇村属性码",
    "ZLDWDM",
    "ZLDWMC",
    "xzqFullName",
    "行政区",
    "BSM",
    "YSDM",
    "PZWH",
    "GDPFWH",
    "批准文号",
    "BZ",
    "MSSM",
    "备注",
    "JSSJ",
]


@pytest.mark.parametrize(("layer", "column", "name"), CASES)
def test_every_name_that_was_seen_is_found(layer, column, name):
    found = resolve([name], layer, {}, set())
    assert (found.columns, found.ambiguous) == ({column: name}, [])


@pytest.mark.parametrize(("layer", "column", "name"), [case for case in CASES if case[2].isascii()])
def test_case_does_not_matter(layer, column, name):
    for form in (name.lower(), name.upper()):
        assert resolve([form], layer, {}, set()).columns == {column: form}


@pytest.mark.parametrize(("layer", "column", "name"), CASES)
def test_a_name_cut_at_ten_bytes_is_found_or_asked_about(layer, column, name):
    for form in cut_forms(name):
        found = resolve([form], layer, {}, set())
        asked = {one for _, candidates in found.ambiguous for one in candidates}
        assert found.columns == {column: form} or column in asked, form


@pytest.mark.parametrize(
    ("layer", "form", "candidates"),
    [
        # What ten bytes of UTF-8 leave of two names that mean two things.
        ("contract", "合同约", {"commence_by", "complete_by"}),
        ("contract", "固定资", {"intensity_wan_per_ha", "total_investment_wan"}),
        ("contract", "约定容", {"far_min", "far_max"}),
        ("park_statistics", "固定资", {"fixed_asset_investment_wan"}),
    ],
)
def test_what_may_mean_several_things_is_asked(layer, form, candidates):
    found = resolve([form], layer, {}, set())
    asked = {one for _, several in found.ambiguous for one in several}
    assert candidates <= asked or (len(candidates) == 1 and not found.columns)


def test_a_lower_bound_is_that_of_the_header_above_it():
    variants = {"约定容积率/下限": ("约定容积率下限", "下限"), "建筑密度/下限": ("建筑密度下限", "下限")}
    assert resolve(list(variants), "contract", variants, set()).columns == {"far_min": "约定容积率/下限"}
    assert resolve(["下限"], "contract", {}, set()).columns == {}


@pytest.mark.parametrize("name", KEPT)
def test_known_names_without_a_column_are_kept(name):
    for layer in ("parcel", "contract"):
        found = resolve([name], layer, {}, set())
        assert (found.columns, found.ambiguous) == ({}, [])


def test_every_alias_names_what_the_table_says():
    # No alias is lost behind another: its own column is among the meanings of each.
    for column, aliases in names.table()["columns"].items():
        for layer in names.LAYERS:
            for alias in aliases:
                rank, found = meanings(alias, layer)
                claimed = {n for own in names.table()["layers"].get(layer, {}).values() for n in own}
                assert rank == "exact" and (column in found or alias in claimed), (alias, layer, found)


# --- traps


def findings_of(layer="parcel", **columns):
    findings = Findings(layer)
    apply(frame(**columns), layer, None, findings)
    return {(i.code, i.field) for i in findings.items if i.code != "UNIT_NOT_STATED"}


def test_a_name_in_place_of_a_land_use_code_is_said():
    assert findings_of(ZDDM=["A", "B"], YT=["工业用地", "0601"]) == {("COLUMN_LOOKS_LIKE", "landuse_code")}
    assert findings_of(ZDDM=["A"], YT=["0601"]) == set()
    for code in ("061", "05H1", "100101", "M1", "W", "1104A", "0810K"):
        assert findings_of(ZDDM=["A"], YT=[code]) == set(), code


def test_codes_in_a_column_of_names_are_said():
    # TDYT holds names in some deliveries and codes in others.
    assert findings_of(ZDDM=["A", "B"], TDYT=["0601", "0602"]) == {("COLUMN_LOOKS_LIKE", "landuse_code")}
    assert findings_of(ZDDM=["A", "B"], TDYT=["工业用地", "仓储用地"]) == set()
    assert findings_of(ZDDM=["A"], YT=["0601"], TDYT=["0601"]) == set()  # the code is there already


def test_an_area_without_a_unit_is_said():
    findings = Findings("parcel")
    apply(frame(ZDDM=["A"], MJ=["1.5"]), "parcel", None, findings)
    assert findings.counts() == {"UNIT_NOT_STATED": 1}
    assert findings.items[0].params["unit"] == "㎡"
