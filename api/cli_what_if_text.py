"""The effect of other rules as a table in the terminal."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from api.cli_text import padded

_SHOWN = 30
_WORDS = {
    "zh": {
        "title": "规则试算 {version}：进入疑似闲置清单 {entered} 宗，退出 {left} 宗，判定变化 {changed} 宗；投资强度结论变化 {terms} 条",
        "none": "规则试算 {version}：与现行规则结果相同。",
        "park": "园区", "entered": "进入", "left": "退出", "changed": "变化", "ha": "公顷", "more": "……（--json 列出全部）",
        "stored": "已保存为运行 {run}。", "not_stored": "未保存；加 --save 可保存。",
    },
    "en": {
        "title": "What-if by {version}: {entered} parcels enter the list of suspected idle land, {left} leave it, {changed} "
        "change; {terms} intensity terms change",
        "none": "What-if by {version}: the same results as by the rules in force.",
        "park": "Park", "entered": "entered", "left": "left", "changed": "changed", "ha": "ha", "more": "… (--json lists all)",
        "stored": "Stored as run {run}.", "not_stored": "Not stored; --save stores it.",
    },
}  # fmt: skip


def what_if_text(found: dict[str, Any], lang: str) -> str:
    """Return the differences in lines of text."""
    said = _WORDS[lang]
    counts = {name: len(found[name]) for name in ("entered", "left", "changed")}
    head = said["title"] if any(counts.values()) or found["intensity"] else said["none"]
    lines = ["", head.format(version=found["rules_version"], terms=len(found["intensity"]), **counts)]
    lines += [*_parks(found["by_park"], said), *_parcels(found, said)]
    run = found["run_id"]
    lines.append(said["stored"].format(run=run) if run else said["not_stored"])
    return "\n".join(lines)


def _parks(by_park: dict[str, Any], said: dict[str, str]) -> Iterator[str]:
    if not by_park:
        return
    heads = [text for name in ("entered", "left", "changed") for text in (said[name], said["ha"])]
    yield "  " + padded(said["park"], 18) + "".join(padded(head, 11, right=True) for head in heads)
    for park, own in by_park.items():
        cells = []
        for name in ("entered", "left", "changed"):
            group = own.get(name, {"n": 0, "area_m2": "0"})
            cells += [f"{group['n']:,}", f"{Decimal(group['area_m2']) / 10_000:,.2f}"]
        yield "  " + padded(park or "—", 18) + "".join(padded(cell, 11, right=True) for cell in cells)


def _parcels(found: dict[str, Any], said: dict[str, str]) -> Iterator[str]:
    for name in ("entered", "left", "changed"):
        for row in found[name][:_SHOWN]:
            yield f"  {said[name]} {row['parcel_code']}  {row['from']} → {row['to']}"
            for why in row.get("why", []):
                yield f"      {why}"
        if len(found[name]) > _SHOWN:
            yield f"  {said['more']}"
