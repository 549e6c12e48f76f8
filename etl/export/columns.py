"""What a column of an export is called, on paper and in files, and what is in it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "count", "day", "flag", "list"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``name`` is the one of files; ``zh`` and ``en`` are for people.

    ``digits`` are the decimals shown on paper; ``width`` is in characters and
    0 for a column of codes that paper does not show.
    """

    name: str
    zh: str
    en: str
    kind: Kind = "text"
    digits: int = 0
    width: int = 12


PARCEL = (
    Column("parcel_code", "宗地代码", "Parcel code", width=21),
    Column("park_code", "园区代码", "Park code"),
    Column("unit_code", "不动产单元号", "Real-estate unit code", width=20),
    Column("supervision_no", "电子监管号", "Supervision number", width=18),
    Column("location", "坐落", "Location", width=24),
    Column("holder", "土地使用权人", "Holder", width=24),
    Column("holder_credit_code", "统一社会信用代码", "Credit code", width=20),
    Column("registered_area_m2", "登记面积（㎡）", "Registered area (m²)", "number", 2),
    Column("landuse_code", "土地用途代码", "Land use code"),
    Column("landuse_scheme", "用途分类标准", "Land use scheme"),
    Column("supply_mode", "供应方式", "Supply mode"),
    Column("ownership", "权属性质", "Ownership"),
    Column("in_monitoring_system", "已录入监测监管系统", "In the monitoring system", "flag"),
)
DRAWN = Column("drawn_area_m2", "图形面积（㎡）", "Drawn area (m²)", "number", 2)

VERDICT = (
    Column("verdict", "系统判定代码", "Verdict", width=0),
    Column("band", "档次代码", "Band", width=0),
    Column("limbs", "情形代码", "Limbs", "list", width=0),
    Column("cause", "原因代码", "Cause", width=0),
    Column("path", "处置路径代码", "Path", width=0),
    Column("fee_wan", "闲置费\n（万元）", "Idle fee (10,000 CNY)", "number", 2, 9),
    Column("blocked", "处置受限", "Blocked", width=0),
    Column("by_reference", "参照适用", "By reference", "flag", width=0),
    Column("idle_from", "闲置\n起始日", "Idle from", "day", width=11),
    Column("days", "闲置\n天数", "Days", "count", width=6),
    Column("missing", "缺少资料代码", "Missing", "list", width=0),
    Column("article", "法条", "Article", width=0),
)
VERDICTS = (*PARCEL[:2], *VERDICT)

PARCELS = (*PARCEL, DRAWN, *VERDICT[:2])
MAPPED = (*PARCELS, *VERDICT[2:])

IDLE_LIST = (
    Column("no", "序号", "No.", "count", width=5),
    Column("parcel_code", "宗地代码", "Parcel code", width=13),
    Column("park_code", "园区代码", "Park code", width=0),
    Column("park_name", "园区", "Park", width=13),
    Column("supervision_no", "电子监管号", "Supervision number", width=11),
    Column("holder", "土地使用权人", "Holder", width=16),
    Column("location", "坐落", "Location", width=13),
    Column("contract_no", "合同编号", "Contract", width=11),
    Column("registered_area_m2", "登记面积（㎡）", "Registered area (m²)", "number", 2, 0),
    Column("area_m2", "面积\n（㎡）", "Area (m²)", "number", 2, 12),
    Column("area_ha", "面积\n（公顷）", "Area (ha)", "number", 4, 9),
    Column("area_mu", "面积\n（亩）", "Area (mu)", "number", 2, 9),
    Column("finding", "系统判定（疑似）", "Finding (suspected)", width=18),
    Column("cause_text", "闲置原因", "Cause", width=12),
    Column("path_text", "处置路径", "Disposal path", width=12),
    Column("provision", "条款", "Provision", width=15),
    *VERDICT,
)

PARKS = (
    Column("park_code", "园区代码", "Park code", width=16),
    Column("park_name", "园区名称", "Park", width=24),
    Column("level", "级别", "Level"),
    Column("division_code", "行政区代码", "Division code"),
    Column("boundary_version", "范围版本", "Boundary version"),
    Column("approved_area_ha", "批准面积（公顷）", "Approved area (ha)", "number", 2),
    Column("valid_from", "生效日期", "Valid from", "day"),
)
BUILTUP = (
    Column("observed_on", "观测日期", "Observed on", "day"),
    Column("source", "来源", "Source", width=30),
    Column("area_m2", "面积（㎡）", "Area (m²)", "number", 2),
)
BUILDINGS = (
    Column("building_id", "建筑编号", "Building", width=20),
    Column("parcel_code", "宗地代码", "Parcel code", width=21),
    Column("floor_area_m2", "建筑面积（㎡）", "Floor area (m²)", "number", 2),
    Column("footprint_m2", "基底面积（㎡）", "Footprint (m²)", "number", 2),
    Column("storeys", "层数", "Storeys", "number"),
    Column("completed_on", "竣工日期", "Completed on", "day"),
)
PLAN_ZONES = (
    Column("plan", "规划", "Plan", width=20),
    Column("version", "版本", "Version"),
    Column("zone_code", "分区代码", "Zone code"),
    Column("zone_class", "分区类别", "Zone class", width=18),
    Column("valid_from", "生效日期", "Valid from", "day"),
)
INTENSITY = (
    Column("contract_no", "合同编号", "Contract", width=20),
    Column("term", "条款", "Term", width=18),
    Column("park_code", "园区代码", "Park code"),
    Column("parcel_codes", "宗地代码", "Parcels", "list", width=24),
    Column("verdict", "判定", "Verdict"),
    Column("actual", "实际", "Actual", "number", 2),
    Column("required", "约定", "Required", "number", 2),
    Column("unit", "单位", "Unit"),
    Column("rate", "达标率", "Rate", "number", 6),
    Column("basis", "数据口径", "Basis"),
    Column("threshold_source", "标准来源", "Source of the threshold", width=24),
    Column("binding", "有约束力", "Binding", "flag"),
    Column("missing", "缺少资料", "Missing", "list", width=24),
    Column("shortfall", "缺口", "Shortfall", "number", 2),
    Column("shortfall_share", "缺口比例", "Shortfall, share", "number", 6),
    Column("damages_wan", "按合同条款违约金（万元）", "Damages by the clause (10,000 CNY)", "number", 6, 16),
    Column("no_damages", "无违约金原因代码", "Why no damages", width=18),
    Column("cure", "整改期代码", "Time to cure", width=12),
    Column("cure_until", "整改期至", "Cure until", "day"),
)
GROWTH = (
    Column("park_code", "园区代码", "Park code", width=16),
    Column("year", "年份", "Year", "count"),
    Column("builtup_ha", "建成面积（公顷）", "Built-up area (ha)", "number", 4),
    Column("change_ha", "年增减（公顷）", "Change (ha)", "number", 4),
    Column("growth_rate", "增长率", "Growth rate", "number", 6),
    Column("target_met", "逐年递增", "Target met", "flag"),
)
