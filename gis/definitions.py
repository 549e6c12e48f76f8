"""What every figure about land means: formula, unit, what is counted. Unlike figures cannot be added.

A page or a sheet shows a figure with the id of its definition; a sum of
parcels and contracts, of hectares and 万元, or of one zone's two parts is a
mistake in the program and raises.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from gis.errors import UnlikeFigures


@dataclass(frozen=True, slots=True)
class Definition:
    """One kind of figure. ``thing`` is what is counted or measured; only equal things and units add up."""

    id: str
    zh: str
    en: str
    formula: str
    unit: str
    thing: str
    source: str
    additive: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its definition; ``value`` None is unknown, and so is every sum with it."""

    definition: Definition
    value: Decimal | None


def _of(*rows: tuple[str, ...]) -> dict[str, Definition]:
    made = {}
    for name, zh, en, formula, unit, thing, source, *more in rows:
        made[name] = Definition(name, zh, en, formula, unit, thing, source, "additive" in more)
    return made


_TDT = "开发区土地集约利用评价规程 TD/T 1029"
DEFINITIONS: Final = _of(
    ("parcels", "宗地数", "Parcels", "宗地计数", "宗", "parcel", "系统", "additive"),
    ("contracts", "合同数", "Contracts", "合同计数", "份", "contract", "系统", "additive"),
    ("parcel_area", "宗地面积", "Parcel area", "Σ 登记面积（无登记面积者用图形面积）", "m2", "parcel area", "系统", "additive"),
    ("suspected_area", "疑似闲置面积", "Suspected idle area", "Σ 疑似闲置宗地面积", "m2", "parcel area", "《闲置土地处置办法》第二条", "additive"),
    ("builtup_area", "建成面积", "Built-up area", "当年最新观测图斑的并集 ∩ 园区范围", "m2", "zone area", _TDT, "additive"),
    ("state_area", "分类面积", "Area of a land state", "该类图斑的并集 ∩ 园区范围", "m2", "zone area", _TDT, "additive"),
    ("development_rate", "土地开发率", "Land development rate", "(A + B21) ÷ (A + B)", "1", "rate", _TDT),
    ("supply_rate", "土地供应率", "Land supply rate", "D ÷ (A + B21)", "1", "rate", _TDT),
    ("built_rate", "土地建成率", "Land built rate", "A ÷ D", "1", "rate", _TDT),
    ("built_share", "可建设用地已建成比例", "Built share of buildable land", "A ÷ (A + B)", "1", "rate", _TDT),
    ("industrial_rate", "工业用地率", "Industrial land rate", "A2 ÷ A", "1", "rate", _TDT),
    ("high_tech_rate", "高新技术产业用地率", "High-tech land rate", "H ÷ A", "1", "rate", _TDT),
    ("idle_rate", "土地闲置率", "Idle land rate", "G ÷ D", "1", "rate", _TDT),
    ("comprehensive_far", "综合容积率", "Comprehensive floor-area ratio", "A 上建筑面积 ÷ A", "1", "rate", _TDT),
    ("building_density", "建筑密度", "Building density", "A 上建筑基底面积 ÷ A", "1", "rate", _TDT),
    ("industrial_far", "工业用地综合容积率", "Industrial floor-area ratio", "A2 上建筑面积 ÷ A2", "1", "rate", _TDT),
    ("industrial_intensity", "工业用地固定资产投入强度", "Industrial FAI intensity", "工业（物流）企业累计固定资产投资 ÷ A2", "万元/公顷", "rate", _TDT),
    ("comprehensive_tax", "综合地均税收", "Comprehensive tax per area", "二三产业税收 ÷ A", "万元/公顷", "rate", _TDT),
    ("population_density", "人口密度", "Population density", "常住人口 ÷ A", "人/公顷", "rate", _TDT),
    ("land_consumption_rate", "土地消耗率 LCR", "Land consumption rate", "(V2 − V1) ÷ V1 ÷ 年数", "1/年", "rate", "SDG 11.3.1"),
    ("population_growth_rate", "人口增长率 PGR", "Population growth rate", "ln(P2 ÷ P1) ÷ 年数", "1/年", "rate", "SDG 11.3.1"),
    ("consumption_ratio", "土地消耗率与人口增长率之比", "Ratio of land consumption to population growth", "LCR ÷ PGR", "1", "rate", "SDG 11.3.1"),
    ("builtup_per_person", "人均建成面积", "Built-up area per person", "V ÷ P", "m2/人", "rate", "SDG 11.3.1"),
)  # fmt: skip


def add(figures: Iterable[Figure]) -> Figure:
    """Return the sum of figures of one definition; unknown where one is unknown.

    Raises
    ------
    UnlikeFigures
        There are none, they have several definitions, or their kind is a rate, which never adds up.
    """
    listed = list(figures)
    kinds = {figure.definition.id for figure in listed}
    if len(kinds) != 1 or not listed[0].definition.additive:
        raise UnlikeFigures(sorted(kinds))
    values = [figure.value for figure in listed]
    known = [value for value in values if value is not None]
    whole = sum(known, Decimal(0)) if len(known) == len(values) else None
    return Figure(listed[0].definition, whole)
