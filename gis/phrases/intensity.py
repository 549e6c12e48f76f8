"""Sentences of the steps of an intensity trace, in Chinese and English. Each step names its article elsewhere."""

from typing import Any

from gis.figures import number, sign
from gis.phrases.shared import Say
from gis.words import TERMS, THRESHOLD_SOURCES, word
from gis.words_intensity import NO_DAMAGES

FACTS = {
    "contract_area_m2": ("合同面积", "Contract area"), "deadline": ("考核日期", "Judged from"),
    "building_wan": ("厂房", "Buildings"), "equipment_wan": ("设备", "Equipment"),
    "land_price_wan": ("地价款", "Land price"), "land_tax_wan": ("土地税费（不计入）", "Land taxes (not counted)"),
    "other_wan": ("其他（不计入）", "Other (not counted)"), "total_wan": ("合计", "Total"),
}  # fmt: skip

_SHORTAGE = [
    ("更新的核实投资或建筑记录", "A newer verified report or building record"),
    ("经批准的延期", "An approved extension"),
]
OVERTURN = {"SHORT": _SHORTAGE, "MET": _SHORTAGE[:1]}


def _quotient(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    text = f"{number(p[0])} ÷ {number(p[1])} m² = {number(p[2])}{'' if p[3] == '1' else ' ' + p[3]}"
    return f"实际：{text}", f"Actual: {text}"


def _derived(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    zh, en = word(TERMS, p[0], "zh"), word(TERMS, p[0], "en")
    why = THRESHOLD_SOURCES["CONTRACT_DERIVED"]
    return (
        f"约定{zh} {number(p[1])}（{why['zh']}）",
        f"Required {en.lower()} {number(p[1])} ({why['en'].lower()})",
    )


def _deadline(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    if holds is None:
        return "没有可用的考核日期", "No deadline can be read"
    sign, ends = ("≥", ("应考核", "judged")) if holds else ("<", ("未到考核日期", "not yet judged"))
    return f"{p[1]} {sign} {p[0]}，{ends[0]}", f"{p[1]} {sign} {p[0]}, {ends[1]}"


def _at_least(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    actual, required, unit = p[1], p[2], "" if p[3] == "1" else f" {p[3]}"
    zh, en = word(TERMS, p[0], "zh"), word(TERMS, p[0], "en")
    if actual is None or required is None:
        text = f"{number(actual)} / {number(required)}{unit}"
        return f"{zh}：{text}，缺资料，无法比较", f"{en}: {text}, cannot be compared"
    text = f"{number(actual)} {sign(1, actual, 1, required)} {number(required)}{unit}"
    return f"{zh}：{text}", f"{en}: {text}"


def _shortfall(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    zh, en = word(TERMS, p[0], "zh"), word(TERMS, p[0], "en").lower()
    unit = "" if p[7] == "1" else f" {p[7]}"
    difference = f"{number(p[1])} − {number(p[2])} = {number(p[3])}{unit}"
    share = f"{number(p[4])} ÷ {number(p[5])} = {number(p[6])}"
    if p[0] == "INTENSITY":
        return (
            f"{zh}缺口：{difference}；按考核面积应投 {number(p[5])} 万元，缺 {number(p[4])} 万元，占 {share}",
            f"Shortfall of {en}: {difference}; on the area judged {number(p[5])} × 10,000 CNY are due, "
            f"{number(p[4])} are lacking: {share}",
        )
    return (
        f"{zh}缺口：{difference}；占约定 {share}",
        f"Shortfall of {en}: {difference}; of what is due {share}",
    )


def _cure(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    if holds is None:
        return "合同未载可用的整改期限", "The contract states no usable time to cure"
    if holds:
        return f"整改期至 {p[0]}，{p[1]} 尚在期内", f"Time to cure until {p[0]}: still running on {p[1]}"
    return f"整改期至 {p[0]}，{p[1]} 已过", f"Time to cure until {p[0]}: over on {p[1]}"


def _damages(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    text = f"{number(p[0])} × {number(p[1])} ÷ {number(p[2])} = {number(p[3])}"
    zh, en = ("", "") if holds else ("整改期满仍不足时，", "if it is still short after the time to cure, ")
    return (
        f"按合同条款计算的违约金：{zh}价款 {text} 万元（各条款择一，不相加；由合同当事人主张）",
        f"Damages by the contract's clause: {en}price {text} × 10,000 CNY (of one term, never added; for the parties to claim)",
    )


def _no_damages(p: list[Any], holds: bool | None, _: str) -> tuple[str, str]:
    said = NO_DAMAGES[p[0]]
    return said["zh"], said["en"]


STEPS: dict[str, Say] = {
    "QUOTIENT": _quotient, "DERIVED": _derived, "DEADLINE": _deadline, "AT_LEAST": _at_least,
    "SHORTFALL": _shortfall, "CURE": _cure, "DAMAGES": _damages, "NO_DAMAGES": _no_damages,
}  # fmt: skip
