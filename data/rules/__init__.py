"""Rule packs: the law as dated data, one file a rule and place.

``CN`` holds the national packs. A file of a place below (province, city,
park) may set only the keys that its parent lists as open. An installation's
own places lie in ``LANDSTOCK_HOME/rules/*.yaml`` and always count: a place is
configuration, never code. Files handed in as ``files`` count for one question
more, and there a file of place ``CN`` replaces the national pack of its id:
that is a what-if.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from data.rules.packs import Pack, Version, read_pack
from data.settings import settings
from gis.errors import InvalidRule, RuleNotInForce
from gis.rules import BuiltupRule, IdleLandRule, IntensityRule, Rule

Kind = TypeVar("Kind", bound=Rule)
Files = Sequence[Path]

_HOME = Path(__file__).parent
_COMMON = {field.name for field in fields(Rule)}
KINDS: dict[str, type[Rule]] = {
    "idle_land": IdleLandRule,
    "intensity": IntensityRule,
    "builtup": BuiltupRule,
}


def idle_land_rule(on: dt.date, files: Files = ()) -> IdleLandRule:
    """Return the idle-land rule in force on a day.

    Raises
    ------
    RuleNotInForce
        The day lies before the first version: a missing law is never a silent default.
    InvalidRule
        A file is wrong, or sets what its parent does not leave open.
    """
    return _rule(IdleLandRule, "idle_land", on, files)


def intensity_rule(on: dt.date, files: Files = ()) -> IntensityRule:
    """Return the intensity rule in force on a day; raises as :func:`idle_land_rule`."""
    return _rule(IntensityRule, "intensity", on, files)


def builtup_rule(on: dt.date, files: Files = ()) -> BuiltupRule:
    """Return the built-up rule in force on a day; raises as :func:`idle_land_rule`."""
    return _rule(BuiltupRule, "builtup", on, files)


def local_files() -> tuple[Path, ...]:
    """Return the rule files of this installation's own places."""
    return tuple(sorted((settings().home / "rules").glob("*.yaml")))


def version(files: Files = ()) -> str:
    """Return the label and content hash of the packs: equal packs, equal version."""
    packs = _packs(local_files(), tuple(files))
    text = "\n".join(pack.text for pack in packs).encode()
    newest = max(entry.since for pack in packs for entry in pack.versions)
    return f"{packs[0].place} {newest.isoformat()} {hashlib.sha256(text).hexdigest()[:12]}"


def as_json(files: Files = ()) -> dict[str, Any]:
    """Return every pack with its versions, values and articles, as JSON can hold them."""
    return {f"{pack.id}/{pack.place}": pack.as_json() for pack in _packs(local_files(), tuple(files))}


def _rule(kind: type[Kind], rule_id: str, on: dt.date, files: Files) -> Kind:
    packs = [pack for pack in _packs(local_files(), tuple(files)) if pack.id == rule_id]
    base = packs[0].version_on(on)
    if base is None:
        raise RuleNotInForce(rule_id, on, packs[0].versions[0].since)
    values, articles, place, since = (
        dict(base.values),
        dict(base.articles),
        packs[0].place,
        base.since,
    )
    for layer in packs[1:]:
        entry = layer.version_on(on)
        if entry is not None:
            values |= entry.values
            articles |= entry.articles
            place, since = layer.place, max(since, entry.since)
    return kind(
        id=rule_id, place=place, since=since, instrument=base.instrument, checked=base.checked,
        articles=articles, **values,
    )  # fmt: skip


@cache
def _packs(local: tuple[Path, ...], files: tuple[Path, ...]) -> tuple[Pack, ...]:
    packs = {(pack.id, pack.place): pack for pack in map(read_pack, sorted((_HOME / "CN").glob("*.yaml")))}
    for path in local:
        pack = read_pack(path)
        if pack.parent is None:
            raise InvalidRule(
                pack.path,
                pack.line("place"),
                f"a place below {pack.place} was expected",
                f"place 应为 {pack.place} 的下级地区",
            )
        packs[pack.id, pack.place] = pack
    for path in files:
        pack = read_pack(path)
        packs[pack.id, pack.place] = pack
    ordered = sorted(packs.values(), key=lambda pack: (pack.id, pack.place.count("/"), pack.place))
    for pack in ordered:
        _check(pack, packs)
    return tuple(ordered)


def _check(pack: Pack, packs: dict[tuple[str, str], Pack]) -> None:
    """Refuse a pack that lacks keys, has unknown ones, or sets what is not open to it."""
    if pack.id not in KINDS:
        raise InvalidRule(
            pack.path,
            pack.line("id"),
            f"no rule is called {pack.id}; known: {sorted(KINDS)}",
            f"没有名为 {pack.id} 的规则；现有：{sorted(KINDS)}",
        )
    known = {field.name for field in fields(KINDS[pack.id])} - _COMMON
    allowed = known
    if pack.parent is not None:
        parent = packs.get((pack.id, pack.parent))
        if parent is None:
            raise InvalidRule(
                pack.path,
                pack.line("place"),
                f"its parent {pack.parent} is not loaded",
                f"未载入其上级规则包 {pack.parent}，请一并给出",
            )
        allowed = known & set(parent.open)
    for number, entry in enumerate(pack.versions):
        _check_keys(pack, number, entry, known, allowed)


def _check_keys(pack: Pack, number: int, entry: Version, known: set[str], allowed: set[str]) -> None:
    for key in entry.values:
        where = pack.line("versions", number, "values", key)
        if key not in known:
            raise InvalidRule(
                pack.path,
                where,
                f"{key} is no key of {pack.id}; known: {sorted(known)}",
                f"{pack.id} 没有名为 {key} 的参数；现有：{sorted(known)}",
            )
        if key not in allowed:
            raise InvalidRule(
                pack.path,
                where,
                f"{pack.parent} does not leave {key} open; open: {sorted(allowed)}",
                f"上级规则包 {pack.parent} 未开放参数 {key}；已开放：{sorted(allowed)}",
            )
    absent = known - set(entry.values)
    if pack.parent is None and absent:
        where = pack.line("versions", number, "values")
        lacking = sorted(absent)
        raise InvalidRule(
            pack.path, where, f"the values lack {', '.join(lacking)}", f"values 缺少 {'、'.join(lacking)}"
        )
