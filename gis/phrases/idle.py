"""Sentences of the steps of an idle-land trace, in Chinese and English. Each step names its article elsewhere."""

from fractions import Fraction
from typing import Any

from gis.exact import decimal_text
from gis.figures import number, sign, times
from gis.phrases.shared import VALUES, Say
from gis.words import BLOCKS, CAUSES, word

FACTS = {
    "contract": ("供地合同", "Supply contract"), "superseded": ("已被取代的旧合同数", "Older contracts superseded"),
    "holder": ("土地使用权人", "Holder"), "commencement_date": ("动工开发日期", "Commencement date"),
    "permit": ("施工许可证", "Construction permit"), "foundation": ("基础施工", "Foundation"),
    "suspended": ("中止开发", "Suspension"), "completion_check": ("竣工核验", "Completion check"),
    "developed_area_m2": ("已开发面积", "Developed area"), "due_area_m2": ("应动工开发面积", "Area due for development"),
    "report_basis": ("投资数据来源", "Basis of the investment figure"),
    "invested_ex_land_wan": ("已投资额（不含地价和税费）", "Invested, without land price and taxes"),
    "planned_investment_ex_land_wan": ("总投资额（不含地价和税费）", "Total investment, without land price and taxes"),
    "cause": ("闲置原因", "Cause"), "price_wan": ("出让（划拨）价款", "Price of the land"),
    "contrary_progress": ("相反证据：施工进度", "Contrary evidence: progress"),
    "contrary_reported_start": ("相反证据：开工申报", "Contrary evidence: reported start"),
    "contrary_completed": ("相反证据：竣工申报", "Contrary evidence: completion reported"),
    "contrary_builtup": ("相反证据：建成区占宗地比例", "Contrary evidence: built-up share"),
}  # fmt: skip

OVERTURN = {
    "NOT_SUPPLIED": [("补录当日以前签订的供地合同", "A supply contract signed by the day")],
    "COMPLETED": [("竣工核验被撤销，或核验范围小于应开发面积", "The check was withdrawn or covered less than the area due")],
    "NOT_DUE": [("更早的约定动工日期", "An earlier commencement date")],
    "OVERDUE": [
        ("当日以前的施工许可证和达标的基础施工记录", "A permit and a foundation record that reached its threshold"),
        ("补充协议约定了更晚的动工日期", "A supplement with a later commencement date"),
    ],
    "ACTIVE": [("中止开发的记录", "A record that construction is suspended"), ("施工许可证被撤销", "The permit was withdrawn")],
    "UNDETERMINED": [("补齐所列缺失资料", "The missing facts listed above")],
}  # fmt: skip
OVERTURN["IDLE_NOT_COMMENCED"] = [
    *OVERTURN["OVERDUE"],
    (
        "经核实的政府原因或不可抗力（改变处置方式）",
        "A verified government cause or force majeure (changes the path)",
    ),
]
OVERTURN["SUSPENDED_UNDER_1Y"] = [
    ("复工记录", "A resumption"),
    ("更早的中止日期", "An earlier start of the suspension"),
]
OVERTURN["SUSPENDED_NOT_IDLE"] = [
    ("复工记录", "A resumption"),
    ("更小的已开发面积或已投资额", "A smaller developed area or investment"),
]
OVERTURN["MAY_BE_IDLE"] = [
    ("复工记录，或更晚的中止日期", "A resumption, or a later start of the suspension"),
    ("更大的已开发面积或已投资额", "A larger developed area or investment"),
    ("本项为“可以认定”，由主管部门裁量", "This limb says 'may': the department decides"),
]


def _ratio(parts: list[Any], holds: bool | None, unit: str, what: tuple[str, str]) -> tuple[str, str]:
    """Say a share crosswise: 3 × 5,667.09 = 17,001.27 < 20,834.90."""
    part, whole, share = parts[0], parts[1], Fraction(parts[2])
    if part is None or whole is None:
        sides = f"{number(part)} ÷ {number(whole)} {unit}"
        return f"{what[0]}：{sides}，缺资料，无法比较", f"{what[1]}: {sides}, cannot be compared"
    left, right = times(share.denominator, part), times(share.numerator, whole)
    shown = f"{left} {sign(share.denominator, part, share.numerator, whole)} {right} {unit}"
    if holds is None:
        return f"{what[0]}：{shown}，但缺部分资料，无法判断", f"{what[1]}: {shown}, but part of it is missing"
    ends = ("不足", "below") if holds else ("达到", "not below")
    return f"{what[0]}：{shown}，{ends[0]} {share}", f"{what[1]}: {shown}, {ends[1]} {share}"


def _supply(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    return {
        "FUTURE": ("当日以前没有签订供地合同，视为未供应", "No supply contract was signed by the day: not supplied"),
        "NONE": ("没有供地合同，也没有土地使用权人，视为未供应", "Neither a supply contract nor a holder: not supplied"),
        "UNDATED": ("有合同未填签订日期或类型，不知哪一份合同有效", "A contract lacks its date or type: the governing one is unknown"),
        "HOLDER": ("有土地使用权人但没有供地合同，合同条款缺失", "There is a holder but no contract: its terms are missing"),
    }[p[0]]  # fmt: skip


def _completed(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    if holds is None:
        return (
            "竣工核验缺日期或面积，不知是否整体竣工",
            "A completion check lacks a date or an area: completion is unknown",
        )
    sides = f"{number(p[1])} ≥ {number(p[2])} m²" if p[1] and p[2] else ""
    return (
        f"{p[0]} 竣工核验通过（{sides or '整体'}）",
        f"Completion check passed on {p[0]} ({sides or 'whole scale'})",
    )


def _commenced(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    permit, foundation = (part or "—" for part in p[:2])
    if holds:
        text = f"max({permit}, {foundation}) = {p[2]}"
        return (
            f"动工日为许可证日与基础达标日中较晚者：{text}，已动工",
            f"Later of permit and foundation: {text}, commenced",
        )
    ends = ("未动工", "not commenced") if holds is False else ("是否动工不明", "commencement unknown")
    return (
        f"施工许可证 {permit}；基础达标 {foundation}：{ends[0]}",
        f"Permit {permit}; foundation reached {foundation}: {ends[1]}",
    )


def _foundation(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    names = VALUES[p[0]]
    if p[1] is None or p[2] is None:
        return (
            f"{names[0]}未填完成量或总量，按未达标计",
            f"{names[1]}: amount done or total missing, not reached",
        )
    share = Fraction(p[3])
    shown = f"{times(share.denominator, p[1])} {sign(share.denominator, p[1], share.numerator, p[2])} "
    shown += times(share.numerator, p[2])
    ends = (
        ("类型不明，无法判断", "type unknown")
        if holds is None
        else ("达标", "reached")
        if holds
        else ("未达标", "not reached")
    )
    return f"{names[0]}：{shown}，{ends[0]}", f"{names[1]}: {shown}, {ends[1]}"


def _due_date(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    if holds is None:
        return "没有可用的动工开发日期", "No commencement date can be read"
    basis, due, start = p[0], p[1], p[2]
    if start:
        return (
            f"未约定动工日期，按实际交地 {start} + 1 年 = {due}",
            f"None agreed: delivery {start} + 1 year = {due}",
        )
    zh, en = VALUES.get(basis, (basis, basis))
    return f"动工开发日期 {due}（{zh}）", f"Commencement date {due} ({en})"


def _due(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    sign, ends = (">", ("已到期", "due")) if holds else ("≤", ("未到期", "not yet due"))
    return f"{p[1]} {sign} {p[0]}，{ends[0]}", f"{p[1]} {sign} {p[0]}, {ends[1]}"


def _years(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    start, count, last, today, *pause = p
    zh, en = _period(str(count))
    sign, end_zh, end_en = (">", f"已满{zh}", "passed") if holds else ("≤", f"未满{zh}", "not yet passed")
    left_zh = f"（扣除政府原因期间 {pause[0]} 天）" if pause else ""
    left_en = f" ({pause[0]} days of government cause left out)" if pause else ""
    return (
        f"自 {start} 起满{zh}的最后一日为 {last}{left_zh}；{today} {sign} {last}，{end_zh}",
        f"{en} from {start} end on {last}{left_en}; {today} {sign} {last}, {end_en}",
    )


def _period(count: str) -> tuple[str, str]:
    """Return a period in words: years, or months where it is no whole number of years."""
    years = Fraction(count)
    if years.denominator == 1:
        return f" {years} 年", f"{years} full year(s)"
    return f" {years * 12} 个月", f"{years * 12} full months"


def _stopped(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    if holds is None:
        return (
            "中止或复工记录不全，是否停工、何时停工不明",
            "Whether or since when construction is stopped is unknown",
        )
    return (
        (f"自 {p[0]} 起中止开发", f"Suspended since {p[0]}")
        if holds
        else ("没有未复工的中止记录", "Not suspended")
    )


def _investment(p: list[Any], holds: bool | None, lang: str) -> tuple[str, str]:
    zh, en = _ratio(
        p, holds, "万元", ("投资比例（不含地价和税费）", "Investment ratio, without land price and taxes")
    )
    return (
        (f"{zh}（只填了部分，是下限）", f"{en} (a lower bound: not all components are stated)")
        if p[3]
        else (zh, en)
    )


_FLAGS = {
    "MIXED": ("企业原因与其他原因并存，不自动扣减", "mixed causes, periods are not netted"),
    "NOT_REAL_ESTATE": (
        "前期工作例外只适用于房地产用地",
        "the exception for preliminary work is for real-estate land only",
    ),
    "REAL_ESTATE_UNKNOWN": ("不知是否房地产用地", "not known to be real-estate land"),
}


def _cause(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    zh, en = [word(CAUSES, p[0], "zh")], [word(CAUSES, p[0], "en")]
    for flag in p[1:]:
        if flag.startswith("CLAIM:"):
            zh.append(f"主张未核实：{word(CAUSES, flag[6:], 'zh')}")
            en.append(f"claimed, not verified: {word(CAUSES, flag[6:], 'en')}")
        else:
            zh.append(_FLAGS[flag][0])
            en.append(_FLAGS[flag][1])
    return "；".join(zh), "; ".join(en)


def _gate(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    if holds is None:
        return "不知是否已录入监测监管系统", "Not known whether the parcel is in the monitoring system"
    barred = BLOCKS["NOT_IN_MONITORING_SYSTEM"]
    return (
        ("已录入监测监管系统", "Recorded in the monitoring system") if holds else (barred["zh"], barred["en"])
    )


def _fee(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    price, share, whole, area, areas, fee = p
    if price is None:
        return (
            "没有计费基数（租赁或未填价款），费额留空",
            "No base for a fee (a lease, or no price): left empty",
        )
    percent = f"{decimal_text(Fraction(share) * 100)} %"
    text = f"{percent} × {number(price)} = {number(whole)} 万元"
    if fee is None:
        return f"{text}；缺登记面积，无法分摊", f"{text}; cannot be shared, a registered area is missing"
    if areas is None:
        return text, text
    part = f"{number(area)} ÷ {number(areas)} m² → {number(fee)} 万元"
    return f"{text}；按登记面积分摊 {part}", f"{text}; shared by registered area {part}"


STEPS: dict[str, Say] = {
    "SUPPLY": _supply, "COMPLETED": _completed, "COMMENCED": _commenced, "FOUNDATION": _foundation,
    "DUE_DATE": _due_date, "DUE": _due, "YEARS": _years, "STOPPED": _stopped,
    "AREA": lambda p, holds, _: _ratio(p, holds, "m²", ("面积比例", "Area ratio")),
    "INVESTMENT": _investment, "CAUSE": _cause, "GATE": _gate, "FEE": _fee,
    "RECOVERY": lambda p, holds, _: ("满两年且为企业原因：无偿收回，不计费额", "Two years, enterprise cause: recovery, no fee computed"),
    "COLLECTIVE": lambda p, holds, _: ("集体建设用地，参照执行", "Collective land: applied by reference"),
}  # fmt: skip
