"""The account of a contract in lines of text: what was promised, reported and verified, and what is noticed."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gis.exact import half_up, plain
from gis.figures import number
from gis.standards import PER_HECTARE
from gis.words import TERMS, word
from gis.words_intensity import FLAGS, KINDS, NO_STANDARD, SOURCES

_AREAS = (
    ("granted", "合同面积", "granted"),
    ("registered", "登记面积", "registered"),
    ("drawn", "图形面积", "drawn"),
)
_MU = PER_HECTARE["万元/亩"]


def tell_account(row: Mapping[str, Any], lang: str) -> list[str]:
    """Return the lines about one contract; ``row`` has the columns of :mod:`gis.accounts`."""
    return [line for part in (_sides, _areas, _phases, _context, _flags) for line in part(row, lang == "en")]


def per_mu(value: Decimal | None) -> str | None:
    """Return an intensity in 10,000 CNY a mu, half-up to 2 decimals; exact is only the one by hectare."""
    return None if value is None else plain(half_up(Fraction(value) / _MU, 2))


def _wan(value: Decimal | None, en: bool) -> str:
    if value is None:
        return "not on record" if en else "未载"
    return f"{number(plain(value))} × 10,000 CNY" if en else f"{number(plain(value))} 万元"


def _sides(row: Mapping[str, Any], en: bool) -> Iterator[str]:
    kind = word(KINDS, row["kind"], "en" if en else "zh")
    yield f"{kind} {row['contract_no']}" + (f"  {row['holder']}" if row["holder"] else "")
    sides = (
        ("committed", "约定总投资", "Promised"),
        ("reported", "上报", "Reported"),
        ("verified", "核实", "Verified"),
    )
    for name, zh, said in sides:
        if row[f"{name}_on"] is None:
            yield f"{said if en else zh}: {'none' if en else '无'}"
            continue
        source = f" [{row[f'{name}_source']}]" if row[f"{name}_source"] else ""
        without = "without land price and taxes" if en else "不含地价和税费"
        ex_land = row["planned_ex_land_wan" if name == "committed" else f"{name}_ex_land_wan"]
        yield (
            f"{said if en else zh}: {_wan(row[f'{name}_wan'], en)} ({row[f'{name}_on']}){source}"
            f"{'; ' if en else '；'}{without}: {_wan(ex_land, en)}"
        )


def _areas(row: Mapping[str, Any], en: bool) -> Iterator[str]:
    judged = "registered" if row["area_basis"] == "SURVEYED" else "granted"
    for name, zh, said in _AREAS:
        area, intensity = row[f"{name}_m2"], row[f"per_{name}"]
        if area is None:
            continue
        text = f"{f'By {said} area' if en else f'按{zh}'} {number(plain(area))} m²"
        if intensity is not None:
            unit, mu = ("10,000 CNY/ha", "10,000 CNY/mu") if en else ("万元/公顷", "万元/亩")
            text += f": {number(plain(intensity))} {unit} = {number(per_mu(intensity))} {mu}"
        yield text + ((" (judged)" if en else "（考核口径）") if name == judged else "")


def _phases(row: Mapping[str, Any], en: bool) -> Iterator[str]:
    for phase in row["phases"] or ():
        due = {True: ("已到期", "due"), False: ("未到期", "not yet due"), None: ("期限未载", "no date")}[
            phase["due"]
        ]
        area = "" if phase["area_m2"] is None else f"{number(phase['area_m2'])} m², "
        money = None if phase["investment_wan"] is None else Decimal(phase["investment_wan"])
        yield f"{'Phase' if en else '分期'} {phase['phase']}: {area}{_wan(money, en)}, {phase['due_on'] or ''} {due[en]}"
    if row["phase_rate"] is not None:
        said = "Due by now" if en else "已到期应投"
        rate = "phase rate" if en else "分期完成率"
        yield f"{said}: {_wan(row['due_wan'], en)}; {rate} {number(plain(row['phase_rate']))}"


def _context(row: Mapping[str, Any], en: bool) -> Iterator[str]:
    lang = "en" if en else "zh"
    for cell in row["standards"] or [{"reason": "NO_TABLE"}]:
        name = word(TERMS, cell["indicator"], lang) + (": " if en else "：") if "indicator" in cell else ""
        if "reason" in cell:
            yield f"{name}{word(NO_STANDARD, cell['reason'], lang)}"
            continue
        yield name + _standard(cell, en)
    if row["peer_median"] is not None:
        value = number(plain(row["peer_median"]))
        yield (
            f"Median of {row['peers']} contracts of the same industry: {value} 10,000 CNY/ha (context, no threshold)"
            if en
            else f"同行业 {row['peers']} 份合同的中位数：{value} 万元/公顷（仅供参考，不作考核）"
        )


def _standard(cell: Mapping[str, Any], en: bool) -> str:
    source = word(SOURCES, cell["source"], "en" if en else "zh")
    unit = "" if cell["unit"] == "1" else f" {cell['unit']}"
    binds = ("binding" if en else "有约束力") if cell["binding"] else ("not binding" if en else "无约束力")
    reached = {
        True: ("达到", "reached"), False: ("未达到", "not reached"), None: ("实际值不明，无法比较", "cannot be compared"),
    }[cell["met"]][en]  # fmt: skip
    how = "edition by the day of signing" if en else "版本按签订日期，受理日期未载"
    return f"{source} {cell['edition']} ≥ {number(cell['value'])}{unit} ({binds}; {how}): {reached}"


def _flags(row: Mapping[str, Any], en: bool) -> Iterator[str]:
    for flag in row["flags"]:
        more = f" ({', '.join(row['shared_with'])})" if flag == "SHARED_PARCEL" else ""
        yield f"⚠ {word(FLAGS, flag, 'en' if en else 'zh')}{more}"
