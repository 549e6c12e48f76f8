"""Words of land states, of how a figure is known, and of why it is not."""

from typing import Final

from gis.words import Words, pairs

STATES: Final[Words] = pairs(
    ZONE=("园区面积", "Zone area"),
    A=("已建成城镇建设用地", "Built urban construction land"), A1=("住宅用地", "Residential"),
    A2=("工矿仓储用地", "Industrial, mining and storage"), A3=("交通运输用地", "Transport"),
    A31=("街巷用地", "Streets"), A32=("其他交通运输用地", "Other transport"), A4=("商服用地", "Commercial service"),
    A5=("公共管理与公共服务用地", "Public"), A51=("公园与绿地", "Parks and green"),
    A52=("其他公共管理与公共服务用地", "Other public"), A6=("其他城镇建设用地", "Other built"),
    B=("未建成城镇建设用地", "Not built as urban land"), B1=("已建成农村建设用地", "Built rural land"),
    B11=("已建成农村工矿仓储用地", "Rural industrial"), B12=("其他已建成农村建设用地", "Other built rural"),
    B2=("其他土地", "Other land"), B21=("已达到供地条件的其他土地", "Meets supply conditions"),
    B22=("未达到供地条件的其他土地", "Does not meet supply conditions"), C=("不可建设土地", "Not buildable"),
    C1=("河湖及蓄滞洪区", "Rivers, lakes, flood storage"), C2=("自然生态保护区", "Nature reserves"), C3=("其他不可建设土地", "Other"),
    D=("已供应国有建设用地", "Supplied state land"), D1=("划拨", "Allocated"), D2=("有偿使用", "Paid use"),
    D21=("有偿使用且未到期", "Paid use, not expired"), D22=("有偿使用已到期但未处置", "Paid use, expired and not handled"),
    E=("尚可供应土地", "Still available"), E1=("尚可划拨", "For allocation"), E2=("尚可有偿使用", "For paid use"),
    E21=("尚可供应工矿仓储用地", "Industrial, for paid use"), E22=("其他", "Other, for paid use"), F=("不可供应土地", "Cannot be supplied"),
    G=("闲置土地（已认定）", "Idle land (determined)"), H=("高新技术产业用地", "High-tech industry land"),
    H1=("高新技术产业用地一类", "High-tech, class 1"), H2=("高新技术产业用地二类", "High-tech, class 2"),
    CONSTRUCTION_GAP=("未填建设状况的面积", "Without construction state"), CONSTRUCTION_TWICE=("建设状况重复的面积", "In two construction states"),
    SUPPLY_GAP=("未填供应状况的面积", "Without supply state"), SUPPLY_TWICE=("供应状况重复的面积", "In two supply states"),
)  # fmt: skip

STATE_GROUPS: Final = {
    "construction": (("A", "B", "C"), "CONSTRUCTION_GAP", "CONSTRUCTION_TWICE"),
    "supply": (("D", "E", "F"), "SUPPLY_GAP", "SUPPLY_TWICE"),
}
"""Branch of the tree of states -> the states that together make the zone, what has none of them, what has two."""


BASES: Final[Words] = pairs(
    LAND_STATE=("土地利用状况调查", "Survey of land states"), BUILTUP=("建成区图斑", "Built-up patches"),
    CONTRACT=("供地合同与宗地", "Supply contracts and parcels"), PARK=("园区范围", "Park boundary"),
)  # fmt: skip

REASONS: Final[Words] = pairs(
    NO_DETERMINATION=("尚未记录任何认定决定", "No determination is on record yet"),
    NO_LAND_STATE=("没有土地利用状况调查", "No survey of land states"), NO_SURVEY=("没有建成区观测", "No built-up survey"),
    NO_PARCELS=("没有宗地", "No parcels"), SUPPLY_UNKNOWN=("有合同缺签订日期或类型", "A contract lacks its date or type"),
    ZERO_DENOMINATOR=("分母为零", "The denominator is zero"), NOT_ON_RECORD=("无记录", "Not on record"),
    NO_BUILDING=("没有建筑记录", "No building on record"), BUILDING_WITHOUT_DATE=("有建筑缺竣工日期", "A building has no completion date"),
    BUILDING_WITHOUT_AREA=("有建筑缺面积", "A building has no area"), NO_STATISTICS=("没有园区统计", "No statistics of the park"),
    ONLY_YEARLY_FLOW=("只有当年投资额，没有累计额", "Only the year's flow is on record, no cumulative amount"),
    NO_POPULATION=("缺人口数", "No population"), ZERO_POPULATION=("人口为零", "The population is zero"),
    POPULATION_DOES_NOT_GROW=("人口没有增长，比值无意义", "The population does not grow: the ratio means nothing"),
    ZERO_BUILTUP=("期初建成面积为零", "No built-up land at the start"),
)  # fmt: skip

ZONE_PARTS: Final[Words] = pairs(
    MAIN=("主区", "Main zone"), DIRECTION=("发展方向区", "Development-direction zone")
)

ZONE_TYPES: Final[Words] = pairs(
    INDUSTRY=("工业主导型", "Industry-led"), INTEGRATED=("产城融合型", "City-industry integrated"), OTHER=("其他", "Other"),
)  # fmt: skip


def reason_words(reasons: str, lang: str) -> str:
    """Return why a figure is not known, in words: ``B21:NO_LAND_STATE`` names the state that is missing."""
    place = "en" if lang == "en" else "zh"
    told = []
    for reason in filter(None, reasons.split(";")):
        name, _, code = reason.rpartition(":")
        text = REASONS[code][place] if code in REASONS else code
        state = STATES[name][place] if name in STATES else ""
        told.append((f"{state}：{text}" if place == "zh" else f"{state}: {text}") if state else text)
    return ("；" if place == "zh" else "; ").join(dict.fromkeys(told))
