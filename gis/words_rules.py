"""Names of the values of rules, and values as people read them."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from gis.words import Words, pairs

KEYS: Final[Words] = pairs(
    first_band_years=("未动工满多久为闲置", "Not commenced for: idle"),
    second_band_years=("未动工满多久可收回", "Not commenced for: recovery"),
    suspension_years=("中止开发满多久", "Suspended for"),
    delivery_years=("未约定动工日期时，自交地起", "No agreed date: after delivery"),
    temporary_use_years=("临时使用最长", "Temporary use at most"),
    developed_share=("已开发面积比例低于", "Developed area below"),
    invested_share=("已投资额比例低于", "Investment below"),
    foundation_share=("一般项目地基施工达到", "Foundation work reached"),
    pit_share=("基坑、桩基完成", "Pit or piles done"),
    fee_share=("土地闲置费占价款", "Idle-land fee, share of the price"),
    fee_places=("费额保留小数位（万元）", "Decimal places of the fee"),
    government_cause_stops_clock=("政府原因期间不计入（0 否 1 是）", "Government cause stops the clock (0 no, 1 yes)"),
    visible_share=("建成区佐证最小比例", "Built-up share that counts as seen"),
    warning_days=("到期前预警", "Warnings before a date"),
    real_estate_landuse=("房地产用地代码", "Land-use codes of real estate"),
    contract_disagreement_share=("约定强度与总额推算值相差", "Stated and derived intensity differ by"),
    area_warning_share=("合同、登记、图形面积相差（比例）", "Areas of one contract differ by"),
    area_warning_m2=("且相差", "and by"),
    peer_least=("同行业比较最少合同数", "Least number of peers"),
    damages_places=("违约金保留小数位（万元）", "Decimal places of damages"),
    target_change_m2=("建成区年增目标大于", "Yearly increase of built-up area above"),
    sliver_m2=("碎片：面积小于", "Sliver: area below"),
    sliver_width_m=("碎片：宽度小于", "Sliver: width below"),
    infill_share=("填充：与原建成区共边比例", "Infill: share of the border in common"),
    inside_share=("计入范围：宗地位于范围内的比例", "Counted in a boundary: share of the parcel inside"),
    least_population_growth_share=("人口年增率不低于（否则不计比值）", "Least yearly population growth for the ratio"),
    slip_share=("单位差错：与换算倍数相差不超过", "Slip of units: within"),
    amount_share=("投资额相差超过（比例）", "Amounts differ by more than"),
    amount_least_wan=("且相差超过", "and by more than"),
    area_share=("面积相差超过（比例）", "Areas differ by more than"),
    area_least_m2=("且相差超过", "and by more than"),
    built_share=("视为已建：建成比例达到", "Seen as built on from"),
    unseen_share=("视为未建：建成比例低于", "Seen as bare below"),
    start_d=("申报开工与许可日期容许差", "Start and permit may be apart by"),
    late_d=("可能为补录滞后：不超过", "Perhaps filed late: within"),
    seen_after_d=("申报开工后应能观测到建设", "A start should be seen after"),
    report_d=("竣工核验后应有投资申报", "Investment should be reported after"),
    promise_times=("上报投资超过约定的倍数", "Reported investment above the promise by"),
    repeated_least_wan=("重复金额的起点", "Repeated amounts from"),
    reporter_least=("报送单位指数最少比对条数", "Least number of facts for an index of a reporter"),
    industrial_zone_share=("工业主导型：工业用地占比大于", "Industry-led: industrial share above"),
    residential_zone_share=("产城融合型：住宅用地占比达到", "Integrated: residential share from"),
)  # fmt: skip
_UNITS = {
    "_m2": ("㎡", "m²"),
    "_m": ("米", "m"),
    "_wan": ("万元", "× 10,000 CNY"),
    "_d": ("天", "days"),
    "_times": ("倍", "times"),
}


def key_word(key: str, lang: str) -> str:
    """Return the name of a value; the key itself where it has none."""
    return KEYS[key]["en" if lang == "en" else "zh"] if key in KEYS else key


def value_word(key: str, value: Any, lang: str) -> str:
    """Return a value as people read it: 1/3, 25 %, 1 year, 6 months, 90, 60, 30 days."""
    english = lang == "en"
    if isinstance(value, Mapping):
        return "; ".join(f"{scheme}: {', '.join(codes)}" for scheme, codes in value.items())
    if isinstance(value, tuple):
        return f"{', '.join(map(str, value))} {'days' if english else '天'}"
    if key.endswith("_years"):
        return _period(Fraction(value), english)
    if key.endswith("_share"):
        return _share(Fraction(value))
    unit = next((pair[english] for end, pair in _UNITS.items() if key.endswith(end)), "")
    return f"{value} {unit}".strip()


def _period(years: Fraction, english: bool) -> str:
    if years.denominator == 1:
        return f"{years} {'year(s)' if english else '年'}"
    return f"{years * 12} {'months' if english else '个月'}"


def _share(share: Fraction) -> str:
    """Return a share as a per cent where that is exact, as a fraction where it is not."""
    percent = share * 100
    if (percent * 10).denominator != 1:
        return str(share)
    return f"{percent.numerator // percent.denominator if percent.denominator == 1 else float(percent)} %"
