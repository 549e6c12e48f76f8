"""Which rule files make the rule of a place, and whether each may say what it says."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import fields
from fractions import Fraction
from itertools import pairwise
from typing import Any

from data.rules.packs import Pack, Site, Version
from gis.errors import InvalidRule
from gis.rules import BuiltupRule, CrosscheckRule, IdleLandRule, IntensityRule, Rule

KINDS: dict[str, type[Rule]] = {
    "idle_land": IdleLandRule,
    "intensity": IntensityRule,
    "builtup": BuiltupRule,
    "crosscheck": CrosscheckRule,
}
_COMMON = {field.name for field in fields(Rule)}


def layers_of(rule_id: str, packs: Sequence[Pack], site: Site | None) -> list[Pack]:
    """Return the files that make a rule at a park, the country first.

    Where the division of a park is not on record, the local files apply only
    if they all lie in one another: an installation of one city. Of two cities
    nobody can say which is meant, so the national rule stands alone.
    """
    mine = [pack for pack in packs if pack.id == rule_id]
    national, local = [p for p in mine if not p.local], [p for p in mine if p.local]
    if site is not None and site.division_code:
        return national + [pack for pack in local if pack.applies(site)]
    here = [pack for pack in local if site is not None or not pack.of_park()]
    if site is not None:
        here = [pack for pack in here if not pack.of_park() or pack.place.endswith(f"/{site.park_code}")]
    chain = all(outer.above(inner) for outer, inner in pairwise(here))
    return national + (here if chain else [])


def merged(
    chain: Sequence[Pack], day: dt.date
) -> tuple[dict[str, Any], dict[str, str], list[tuple[Pack, Version]]]:
    """Return values, articles and the versions in force of a chain of files on a day; later files win."""
    values: dict[str, Any] = {}
    articles: dict[str, str] = {}
    used: list[tuple[Pack, Version]] = []
    for pack in chain:
        entry = pack.version_on(day)
        if entry is None:
            continue
        used.append((pack, entry))
        values |= entry.values
        # Where a place has set a value, its own instrument is what a verdict rests on.
        articles |= {
            k: f"《{entry.instrument}》{text}" if pack.local else text for k, text in entry.articles.items()
        }
    return values, articles, used


def check(packs: Mapping[tuple[str, str], Pack]) -> None:
    """Refuse files that lack keys, have unknown ones, set what is not theirs to set, or contradict one another.

    Raises
    ------
    InvalidRule
        With the file and the line.
    """
    for pack in packs.values():
        _check_id(pack)
        chain = sorted(
            (other for other in packs.values() if other.above(pack)), key=lambda p: p.place.count("/")
        )
        for number, entry in enumerate(pack.versions):
            _check_keys(pack, number, entry, chain)
        for day in _turning_days([*chain, pack]):
            _check_day(pack, chain, day)


def _check_id(pack: Pack) -> None:
    if pack.id not in KINDS:
        raise InvalidRule(
            pack.path, pack.line("id"), f"no rule is called {pack.id}; known: {sorted(KINDS)}",
            f"没有名为 {pack.id} 的规则；现有：{sorted(KINDS)}",
        )  # fmt: skip
    known = keys_of(pack.id)
    for part in ("open", "tighten"):
        for key in getattr(pack, part):
            if key not in known:
                raise InvalidRule(
                    pack.path, pack.line(part, key), f"{part}: {key} is no key of {pack.id}; known: {sorted(known)}",
                    f"{part}：{pack.id} 没有名为 {key} 的参数；现有：{sorted(known)}",
                )  # fmt: skip


def keys_of(rule_id: str) -> set[str]:
    """Return the names of the values of a rule."""
    return {field.name for field in fields(KINDS[rule_id])} - _COMMON


def _check_keys(pack: Pack, number: int, entry: Version, chain: Sequence[Pack]) -> None:
    known = keys_of(pack.id)
    allowed = known
    if pack.local:
        if not chain:
            raise InvalidRule(
                pack.path,
                pack.line("place"),
                f"the national rule {pack.id} is not loaded",
                f"未载入国家规则 {pack.id}",
            )
        allowed = known & {*chain[-1].open, *chain[-1].tighten}
    for key in entry.values:
        where = pack.line("versions", number, "values", key)
        if key not in known:
            raise InvalidRule(
                pack.path, where, f"{key} is no key of {pack.id}; known: {sorted(known)}",
                f"{pack.id} 没有名为 {key} 的参数；现有：{sorted(known)}",
            )  # fmt: skip
        if key not in allowed:
            above = chain[-1].place
            raise InvalidRule(
                pack.path, where, f"{above} does not leave {key} open; open: {sorted(allowed)}",
                f"上级规则包 {above} 未开放参数 {key}；已开放：{sorted(allowed)}",
            )  # fmt: skip
    absent = known - set(entry.values)
    if not pack.local and absent:
        lacking = sorted(absent)
        raise InvalidRule(
            pack.path, pack.line("versions", number, "values"), f"the values lack {', '.join(lacking)}",
            f"values 缺少 {'、'.join(lacking)}",
        )  # fmt: skip


def _turning_days(chain: Sequence[Pack]) -> list[dt.date]:
    """Return the days on which a version of one of the files begins and the last of them is in force."""
    first = chain[-1].versions[0].since
    return sorted(
        {entry.since for pack in chain for entry in pack.versions if entry.since >= first} | {first}
    )


def _check_day(pack: Pack, chain: Sequence[Pack], day: dt.date) -> None:
    entry = pack.version_on(day)
    if entry is None:
        return
    at: tuple[str | int, ...] = ("versions", pack.versions.index(entry), "values")
    above, _, _ = merged(chain, day)
    for key, way in (chain[-1].tighten if chain else {}).items():
        if key in entry.values and key in above and not _tighter(entry.values[key], above[key], way):
            raise InvalidRule(
                pack.path, pack.line(*at, key),
                f"{key}: may only be {way} than {above[key]} of {chain[-1].place}, found {entry.values[key]}",
                f"{key}：只能比上级 {chain[-1].place} 的 {above[key]} 更{'小' if way == 'smaller' else '大'}，"
                f"现为 {entry.values[key]}",
            )  # fmt: skip
    values, _, _ = merged([*chain, pack], day)
    first, second = values.get("first_band_years"), values.get("second_band_years")
    if first is not None and second is not None and second <= first:
        raise InvalidRule(
            pack.path, pack.line(*at, "second_band_years"),
            f"second_band_years ({second}): must be later than first_band_years ({first})",
            f"second_band_years（{second}）：应晚于 first_band_years（{first}）",
        )  # fmt: skip


def _tighter(value: Any, above: Any, way: str) -> bool:
    if not isinstance(value, int | Fraction) or not isinstance(above, int | Fraction):
        return bool(value == above)
    return value <= above if way == "smaller" else value >= above
