"""The figures of a run as a table in the terminal."""

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from api.cli_land_text import land_text
from api.cli_text import padded
from gis import words
from gis.words import word

if TYPE_CHECKING:
    from etl.analysis.summary import RunSummary

_WORDS = {
    "zh": {
        "run": "运行 {run}　截至 {day}　数据版本：第{publication}次发布　规则 {rules}",
        "total": "合计", "verdict": "判定", "n": "宗数", "ha": "公顷", "suspected": "其中疑似闲置",
        "intensity": "投资强度（合同条款）", "warnings": "到期预警（宗）", "days": "天", "none": "还没有宗地数据。",
    },
    "en": {
        "run": "Run {run}   as of {day}   publication {publication}   rules {rules}",
        "total": "Total", "verdict": "Verdict", "n": "Parcels", "ha": "Hectares", "suspected": "of which suspected idle",
        "intensity": "Intensity (terms of contracts)", "warnings": "Warnings (parcels)", "days": "days", "none": "There are no parcels yet.",
    },
}  # fmt: skip


def summary_text(found: "RunSummary", lang: str) -> str:
    """Return the run's verdicts with number and area, widest words aligned."""
    said = _WORDS[lang]
    head = said["run"].format(
        run=found.run_id, day=found.as_of, publication=found.publication_id or 0, rules=found.rules_version
    )
    if not found.parcels:
        return f"{head}\n{said['none']}"
    lines = [head, _line(said["verdict"], said["n"], said["ha"])]
    for code in words.VERDICTS:
        if code in found.verdicts:
            n, area = found.verdicts[code]
            lines.append(_line(f"{word(words.VERDICTS, code, lang)} {code}", f"{n:,}", _ha(area)))
    lines.append(_line(said["total"], f"{found.parcels:,}", _ha(found.area_m2)))
    lines.append(_line(said["suspected"], f"{found.suspected[0]:,}", _ha(found.suspected[1])))
    if found.intensity:
        terms = ", ".join(
            f"{word(words.INTENSITY_VERDICTS, code, lang)} {code} {n:,}"
            for code, n in found.intensity.items()
        )
        lines.append(f"{said['intensity']}: {terms}")
    if found.warnings:
        by_level = Counter(dict.fromkeys(sorted({k for v in found.warnings.values() for k in v}, key=int), 0))
        for levels in found.warnings.values():
            by_level.update(levels)
        told = ", ".join(f"≤ {level} {said['days']} {n:,}" for level, n in by_level.items())
        lines.append(f"{said['warnings']}: {told}")
    lines += land_text(found, lang)
    return "\n".join(lines)


def _ha(area_m2: Decimal) -> str:
    return f"{area_m2 / 10_000:,.2f}"


def _line(name: str, n: str, area: str) -> str:
    return f"  {padded(name, 52)}{padded(n, 9, right=True)}{padded(area, 13, right=True)}"
