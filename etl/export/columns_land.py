"""Columns of the exports about the land of parks, and of the lists for warnings and visits."""

from etl.export.columns import Column

AREAS = (
    Column("park_code", "园区代码", "Park code", width=16),
    Column("year", "年份", "Year", "count"),
    Column("observed_on", "观测日期", "Observed on", "day"),
    Column("boundary_version", "范围版本", "Boundary"),
    Column("builtup_ha", "建成面积（公顷）", "Built-up area (ha)", "number", 4),
    Column("change_ha", "年增减（公顷）", "Change (ha)", "number", 4),
    Column("growth_rate", "增长率", "Growth rate", "number", 6),
    Column("target_met", "逐年递增", "Target met", "flag"),
)
LEDGER = (
    Column("park_code", "园区代码", "Park code", width=16),
    Column("from_year", "期初年份", "From year", "count"),
    Column("to_year", "期末年份", "To year", "count"),
    Column("boundary_from", "期初范围版本", "Boundary then"),
    Column("boundary_to", "比较用范围版本", "Boundary compared on"),
    Column("opening_ha", "期初建成面积（公顷）", "Opening (ha)", "number", 4),
    Column("correction_ha", "数据更正（公顷）", "Correction (ha)", "number", 4),
    Column("boundary_ha", "范围调整（公顷）", "Boundary revision (ha)", "number", 4),
    Column("new_ha", "新增（公顷）", "New (ha)", "number", 4),
    Column("demolished_ha", "拆除（公顷）", "Demolished (ha)", "number", 4),
    Column("sliver_ha", "碎片净值（公顷）", "Slivers, net (ha)", "number", 4),
    Column("closing_ha", "期末建成面积（公顷）", "Closing (ha)", "number", 4),
    Column("new_infill_ha", "其中填充（公顷）", "of new: infill (ha)", "number", 4),
    Column("new_edge_ha", "其中边缘扩展（公顷）", "of new: edge (ha)", "number", 4),
    Column("new_leapfrog_ha", "其中飞地（公顷）", "of new: leapfrog (ha)", "number", 4),
    Column("new_supplied_ha", "其中已供应土地上（公顷）", "of new: on supplied land (ha)", "number", 4),
    Column(
        "new_unsupplied_ha", "其中疑似未供即用（公顷）", "of new: built but not supplied (ha)", "number", 4
    ),
    Column("new_supply_unknown_ha", "其中供应情况不明（公顷）", "of new: supply unknown (ha)", "number", 4),
    Column("slivers", "碎片数", "Slivers", "count"),
    Column("unexplained_ha", "量算误差（公顷）", "Unexplained (ha)", "number", 6),
)
BOUNDARIES = (
    Column("park_code", "园区代码", "Park code", width=16),
    Column("boundary_version", "范围版本", "Boundary", width=16),
    Column("valid_from", "启用日期", "Valid from", "day"),
    Column("current", "系统采用", "Used by the program", "flag"),
    Column("area_ha", "范围面积（公顷）", "Area (ha)", "number", 4),
    Column("builtup_ha", "建成面积（公顷）", "Built-up (ha)", "number", 4),
    Column("observed_on", "建成观测日期", "Observed on", "day"),
    Column("parcels", "宗地数（宗）", "Parcels", "count"),
    Column("parcels_ha", "宗地面积（公顷）", "Land of parcels (ha)", "number", 4),
    Column("suspected", "疑似闲置（宗）", "Suspected idle", "count"),
    Column("suspected_ha", "疑似闲置面积（公顷）", "Suspected idle (ha)", "number", 4),
    Column("undetermined", "资料不全（宗）", "Cannot be decided", "count"),
    Column("entered", "比现行范围多计（宗）", "More than the current one", "count"),
    Column("left_out", "比现行范围少计（宗）", "Fewer than the current one", "count"),
)
LEDGER_PARCELS = (
    Column("park_code", "园区代码", "Park code", width=16),
    Column("from_year", "期初年份", "From year", "count"),
    Column("to_year", "期末年份", "To year", "count"),
    Column("parcel_code", "宗地代码（空为宗地以外）", "Parcel code (empty: outside parcels)", width=21),
    Column("new_ha", "新增（公顷）", "New (ha)", "number", 4),
    Column("demolished_ha", "拆除（公顷）", "Demolished (ha)", "number", 4),
    Column("supply", "供应情况", "Supply"),
    Column("source", "观测来源", "Evidence", width=20),
)
STOCK = (
    Column("park_code", "园区代码", "Park code", width=16),
    Column("zone_part", "分区", "Part of the zone"),
    Column("code", "状况代码", "State", width=20),
    Column("name", "状况", "Name", width=30),
    Column("area_ha", "面积（公顷）", "Area (ha)", "number", 4),
    Column("share", "占园区面积比例", "Share of the zone", "number", 6),
    Column("basis", "依据", "Basis", width=24),
    Column("observed_on", "观测日期", "Observed on", "day"),
    Column("reason", "无数据原因", "Why unknown", width=30),
)
RATES = (
    Column("park_code", "园区代码", "Park code", width=16),
    Column("zone_part", "分区", "Part of the zone"),
    Column("rate", "指标", "Rate", width=22),
    Column("name", "指标名称", "Name", width=28),
    Column("value", "数值", "Value", "number", 6),
    Column("numerator", "分子", "Numerator", "number", 4),
    Column("denominator", "分母", "Denominator", "number", 4),
    Column("unit", "单位", "Unit"),
    Column("over", "超过百分之百", "Over 100 %", "flag"),
    Column("reason", "无数据原因", "Why unknown", width=36),
    Column("formula", "公式", "Formula", width=36),
)
CONSUMPTION = (
    Column("park_code", "园区代码", "Park code", width=16),
    Column("from_year", "期初年份", "From year", "count"),
    Column("to_year", "期末年份", "To year", "count"),
    Column("land_consumption_rate", "土地消耗率", "Land consumption rate", "number", 6),
    Column("population_growth_rate", "人口增长率", "Population growth rate", "number", 6),
    Column("consumption_ratio", "两者之比", "Ratio", "number", 6),
    Column("builtup_per_person", "人均建成面积（㎡）", "Built-up m² per person", "number", 2),
    Column("reason", "无数据原因", "Why unknown", width=36),
)
_PARCEL = (
    Column("parcel_code", "宗地代码", "Parcel code", width=21),
    Column("park_code", "园区代码", "Park code"),
    Column("holder", "土地使用权人", "Holder", width=24),
    Column("location", "坐落", "Location", width=24),
    Column("registered_area_m2", "登记面积（㎡）", "Registered area (m²)", "number", 2),
    Column("verdict", "系统判定代码", "Verdict", width=20),
    Column("band", "档次代码", "Band"),
)
WARNINGS = (
    *_PARCEL,
    Column("warning_days", "预警档次（天）", "Warning level (days)", "count"),
    Column("due_on", "到期日", "Date", "day"),
    Column("days_left", "剩余天数", "Days left", "count"),
    Column("what", "到期事项", "What happens", width=26),
)
VISITS = (
    Column("no", "踏勘次序", "Order", "count"),
    *_PARCEL,
    Column("confidence", "判定把握", "How sure"),
    Column("why", "踏勘理由", "Why", width=40),
)
