"""Growth and land stock of the parks as a table in the terminal."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from api.cli_text import padded

if TYPE_CHECKING:
    from etl.analysis.summary import RunSummary

_HEADS = {
    "zh": ("建成区台账（公顷）", "期初", "更正", "范围", "新增", "拆除", "碎片", "期末", "达标"),
    "en": ("Growth ledger (ha)", "opening", "correct.", "boundary", "new", "demol.", "slivers", "closing", "target"),
}  # fmt: skip
_LINES = ("opening_m2", "correction_m2", "boundary_m2", "new_m2", "demolished_m2", "sliver_m2", "closing_m2")
_BOUNDARIES = {
    "zh": ("范围版本（* 系统采用）", "面积公顷", "建成公顷", "宗地", "疑似闲置", "资料不全", "多计", "少计"),
    "en": ("Boundaries (* in use)", "area ha", "built ha", "parcels", "suspected", "undecided", "more", "fewer"),
}  # fmt: skip
_COUNTS = ("parcels", "suspected", "undetermined", "entered", "left_out")
_RATES = {
    "zh": ("土地利用率（%）", "开发率", "供应率", "建成率", "工业用地率", "闲置率"),
    "en": ("Rates of land (%)", "developed", "supplied", "built", "industrial", "idle"),
}
_RATE_CODES = ("development_rate", "supply_rate", "built_rate", "industrial_rate", "idle_rate")
_MET = {"zh": {True: "是", False: "否", None: "—"}, "en": {True: "yes", False: "no", None: "—"}}


def land_text(found: "RunSummary", lang: str) -> Iterator[str]:
    """Yield the newest line of each park's ledger, and its rates; a dash for what is not known."""
    ledger = {row["park_code"]: row for row in found.land["ledger"]}  # by park and year: the newest stays
    met = {(row["park_code"], row["year"]): row["target_met"] for row in found.growth}
    if ledger:
        yield "\n" + _line(_HEADS[lang][0], _HEADS[lang][1:])
    for park, row in ledger.items():
        told = _MET[lang][met.get((park, row["to_year"])) if row["to_year"] == row["from_year"] + 1 else None]
        yield _line(
            f"{park} {row['from_year']}–{row['to_year']}", [*(_ha(row[name]) for name in _LINES), told]
        )
    boundaries = found.land["boundaries"]
    if boundaries:
        yield "\n" + _line(_BOUNDARIES[lang][0], _BOUNDARIES[lang][1:])
    for row in boundaries:
        named = f"{row['park_code']} {row['boundary_version']}{' *' if row['current'] else ''}"
        areas = [_ha(row["area_m2"]), "—" if row["builtup_m2"] is None else _ha(row["builtup_m2"])]
        yield _line(named, [*areas, *(str(row[name]) for name in _COUNTS)])
    rates: dict[tuple[str, str], dict[str, Any]] = {}
    for row in found.land["rates"]:
        rates.setdefault((row["park_code"], row["zone_part"]), {})[row["rate"]] = row
    if rates:
        yield "\n" + _line(_RATES[lang][0], _RATES[lang][1:])
    for (park, part), own in rates.items():
        yield _line(f"{park} {part}".strip(), [_percent(own[code]) for code in _RATE_CODES])


def _ha(area_m2: str) -> str:
    text = f"{Decimal(area_m2) / 10_000:,.2f}"
    return "0.00" if text == "-0.00" else text


def _percent(rate: dict[str, Any]) -> str:
    if rate["value"] is None:
        return "—"
    return f"{Decimal(rate['value']) * 100:,.2f}{' !' if rate['over'] else ''}"


def _line(name: str, cells: Any) -> str:
    return "  " + padded(name, 22) + "".join(padded(cell, 12, right=True) for cell in cells)
