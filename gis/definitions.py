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
    ("statuses", "各状态宗地数", "Parcels by status", "按地图状态计数，每宗地只计入一种状态", "宗", "parcel", "系统", "additive"),
    ("suspected", "疑似闲置宗地数", "Suspected idle parcels", "系统判定为疑似闲置（满一年、满两年、可能闲置）的宗地计数", "宗", "parcel", "《闲置土地处置办法》第二条", "additive"),
    ("undetermined", "无法判定宗地数", "Parcels that cannot be decided", "缺少判定所需资料的宗地计数，不计入疑似闲置", "宗", "parcel", "系统", "additive"),
    ("suspected_y1", "未动工满一年宗地数", "Not commenced for one year", "系统判定为疑似闲置、逾期未动工满一年不足两年的宗地计数", "宗", "parcel", "《闲置土地处置办法》第二条、第十四条", "additive"),
    ("suspected_y2", "未动工满两年宗地数", "Not commenced for two years", "系统判定为疑似闲置、逾期未动工满两年的宗地计数", "宗", "parcel", "《闲置土地处置办法》第二条、第十四条", "additive"),
    ("suspected_stopped", "中止开发可以认定宗地数", "Suspended, may be determined idle", "已动工、中止开发满一年，且开发面积或投资额低于规定比例的宗地计数", "宗", "parcel", "《闲置土地处置办法》第二条", "additive"),
    ("missing_fact", "缺少某项资料的宗地数", "Parcels that lack one fact", "无法判定宗地中缺少该项资料的计数；一宗可缺多项，各项不能相加", "宗", "parcel", "系统"),
    ("due", "近期到期事项", "Due soon", "今后 30 日内判定将因到期变化的宗地、整改期届满的合同，各计一项", "项", "matter", "供地合同，《闲置土地处置办法》", "additive"),
    ("data_rows", "现行行数", "Rows in force", "各图层当前有效的行计数", "行", "row", "系统", "additive"),
    ("rows_rejected", "被退回的行数", "Rows rejected", "因数据问题未发布、尚未补正的行计数；一行有多个问题也只计一次", "行", "row", "系统", "additive"),
    ("rows_warned", "须修补的行数", "Rows to mend", "已发布、尚有问题须修补的行计数；一行有多个问题也只计一次", "行", "row", "系统", "additive"),
    ("findings", "未解决的数据问题数", "Open findings", "尚未解决的数据问题计数；一行可有多个问题", "个", "finding", "系统", "additive"),
    ("suspected_share", "疑似闲置占比", "Suspected idle share", "疑似闲置宗地面积 ÷ 全部宗地面积", "1", "rate", "系统"),
    ("idle_by_month", "按形成月份的疑似闲置面积", "Suspected idle area by month", "Σ 当月起构成疑似闲置的宗地面积，按档次分列", "m2", "parcel area", "《闲置土地处置办法》第二条", "additive"),
    ("growth_change", "年增减面积", "Change of built-up area", "本年建成面积 − 上年建成面积", "m2", "zone area", _TDT, "additive"),
    ("growth_rate", "建成面积增速", "Growth rate of built-up area", "（本年建成面积 − 上年建成面积）÷ 上年建成面积", "1", "rate", _TDT),
    ("growth_target", "逐年递增目标", "Target of yearly growth", "本年建成面积 > 上年建成面积 + 目标增量", "1", "rate", "规则库 builtup"),
    ("ledger_new", "新增建成", "New building", "期初未建成、期末已建成的面积，同一园区范围内比较", "m2", "zone area", _TDT, "additive"),
    ("ledger_removed", "拆除", "Removed", "期初已建成、期末未建成的面积，同一园区范围内比较", "m2", "zone area", _TDT, "additive"),
    ("ledger_boundary", "范围调整", "Boundary revision", "园区范围改变带入或带出的建成面积，不属于建设", "m2", "zone area", "园区范围批复", "additive"),
    ("ledger_correction", "数据更正", "Correction", "对以往观测的更正，不属于建设", "m2", "zone area", "系统", "additive"),
    ("ledger_sliver", "碎片净值", "Slivers, net", "小于最小图斑面积的差异净值", "m2", "zone area", "规则库 builtup", "additive"),
    ("contract_terms", "约定指标数", "Contract terms", "合同约定的投资强度、总投资、容积率各计一项", "项", "contract term", "供地合同", "additive"),
    ("term_reached", "约定达到比例", "Share of a contract term reached", "实际值 ÷ 约定值", "1", "rate", "供地合同"),
    ("term_amounts", "承诺、申报与核实投资", "Promised, reported and verified investment", "合同约定的投资额；企业最近一次申报额；主管部门最近一次核实额", "万元", "investment", "供地合同，投资申报与核实记录", "additive"),
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

_GUIDE = "TD/T 1029, intensive land use in development zones"
_MEASURES = "Measures for Disposal of Idle Land (闲置土地处置办法), Article 2"
_ENGLISH: Final = {
    "系统": "The program", _TDT: _GUIDE, "《闲置土地处置办法》第二条": _MEASURES,
    "供地合同，《闲置土地处置办法》": "Land contracts, Measures for Disposal of Idle Land (闲置土地处置办法)",
    "规则库 builtup": "Rules, builtup", "园区范围批复": "Approval of the park boundary", "供地合同": "Land contracts",
    "供地合同，投资申报与核实记录": "Land contracts, reports and verifications of investment",
    "宗地计数": "Count of parcels", "合同计数": "Count of contracts",
    "Σ 登记面积（无登记面积者用图形面积）": "Σ registered area (drawn area where none is registered)",
    "Σ 疑似闲置宗地面积": "Σ area of suspected idle parcels",
    "当年最新观测图斑的并集 ∩ 园区范围": "Union of the newest patches of the year ∩ park boundary",
    "该类图斑的并集 ∩ 园区范围": "Union of the patches of that state ∩ park boundary",
    "A 上建筑面积 ÷ A": "Floor area on A ÷ A", "A 上建筑基底面积 ÷ A": "Footprint on A ÷ A", "A2 上建筑面积 ÷ A2": "Floor area on A2 ÷ A2",
    "工业（物流）企业累计固定资产投资 ÷ A2": "Cumulative fixed-asset investment of industry and logistics ÷ A2",
    "二三产业税收 ÷ A": "Taxes of the secondary and tertiary sectors ÷ A", "常住人口 ÷ A": "Resident population ÷ A",
    "(V2 − V1) ÷ V1 ÷ 年数": "(V2 − V1) ÷ V1 ÷ years", "ln(P2 ÷ P1) ÷ 年数": "ln(P2 ÷ P1) ÷ years",
    "按地图状态计数，每宗地只计入一种状态": "Count by map status; every parcel has exactly one",
    "系统判定为疑似闲置（满一年、满两年、可能闲置）的宗地计数": "Count of parcels that the program suspects to be idle (one year, two years, may be idle)",
    "缺少判定所需资料的宗地计数，不计入疑似闲置": "Count of parcels that lack facts for a verdict; never counted as suspected",
    "系统判定为疑似闲置、逾期未动工满一年不足两年的宗地计数": "Count of parcels suspected idle that were not commenced for one year or more, under two years, after the agreed date",
    "系统判定为疑似闲置、逾期未动工满两年的宗地计数": "Count of parcels suspected idle that were not commenced for two years or more after the agreed date",
    "已动工、中止开发满一年，且开发面积或投资额低于规定比例的宗地计数": "Count of commenced parcels with building suspended for a year and developed area or investment below the legal share",
    "无法判定宗地中缺少该项资料的计数；一宗可缺多项，各项不能相加": "Count of undecided parcels that lack the fact; one may lack several, so the counts never add up",
    "今后 30 日内判定将因到期变化的宗地、整改期届满的合同，各计一项": "Parcels whose verdict changes by time within 30 days, and contracts whose time to cure ends, one each",
    "各图层当前有效的行计数": "Count of the rows of a layer in force",
    "因数据问题未发布、尚未补正的行计数；一行有多个问题也只计一次": "Count of rows not published because of a finding and not mended yet; a row counts once",
    "已发布、尚有问题须修补的行计数；一行有多个问题也只计一次": "Count of published rows with a finding to mend; a row counts once",
    "尚未解决的数据问题计数；一行可有多个问题": "Count of findings not settled yet; a row may have several",
    "《闲置土地处置办法》第二条、第十四条": "Measures for Disposal of Idle Land (闲置土地处置办法), Articles 2 and 14",
    "行": "rows", "个": "findings",
    "疑似闲置宗地面积 ÷ 全部宗地面积": "Area of suspected idle parcels ÷ area of all parcels",
    "Σ 当月起构成疑似闲置的宗地面积，按档次分列": "Σ area of parcels suspected idle from that month on, by band",
    "本年建成面积 − 上年建成面积": "Built-up area of the year − of the year before",
    "（本年建成面积 − 上年建成面积）÷ 上年建成面积": "(Built-up area − that of the year before) ÷ that of the year before",
    "本年建成面积 > 上年建成面积 + 目标增量": "Built-up area > that of the year before + increase asked for",
    "期初未建成、期末已建成的面积，同一园区范围内比较": "Not built at the start, built at the end, within one boundary",
    "期初已建成、期末未建成的面积，同一园区范围内比较": "Built at the start, not built at the end, within one boundary",
    "园区范围改变带入或带出的建成面积，不属于建设": "Built-up land that a change of the boundary brings in or takes out; never building",
    "对以往观测的更正，不属于建设": "Correction of earlier surveys; never building",
    "小于最小图斑面积的差异净值": "Net of differences below the smallest patch",
    "合同约定的投资强度、总投资、容积率各计一项": "Investment intensity, total investment and floor-area ratio of a contract count one each",
    "实际值 ÷ 约定值": "Actual ÷ required",
    "合同约定的投资额；企业最近一次申报额；主管部门最近一次核实额": "Amount of the contract; latest report of the enterprise; latest verification by the authority",
    "宗": "parcels", "份": "contracts", "项": "items", "万元": "10,000 CNY", "万元/公顷": "10,000 CNY/ha", "人/公顷": "persons/ha", "1/年": "1/year",
    "m2/人": "m²/person", "m2": "m²",
}  # fmt: skip


def told(text: str, lang: str) -> str:
    """Return a formula, a unit or a source in a language; symbols are the same in all."""
    if lang == "en":
        return _ENGLISH.get(text, text)
    return text.replace("m2", "㎡")


def described(name: str, lang: str) -> dict[str, str]:
    """Return what a figure means in a language: name, formula, unit, what it counts, source.

    Raises
    ------
    KeyError
        There is no such definition: a mistake in the program.
    """
    kind = DEFINITIONS[name]
    return {
        "id": name, "name": kind.en if lang == "en" else kind.zh, "formula": told(kind.formula, lang),
        "unit": told(kind.unit, lang), "thing": kind.thing.replace(" ", "_"), "source": told(kind.source, lang),
    }  # fmt: skip


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
