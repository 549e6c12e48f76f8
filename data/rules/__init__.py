"""Rule packs: the law as dated data, one file a rule and place.

``CN`` holds the national packs. A file of a place below (province, city,
district, park) may set only the keys that the file above it lists as open, or
tighten those that it lists so; it counts for the parks that lie in its place.
An installation's own places lie in ``LANDSTOCK_HOME/rules/*.yaml`` and always
count: a place is configuration, never code. Files handed in as ``files`` count
for one question more, and there a file of place ``CN`` replaces the national
pack of its id: that is a what-if.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from data.rules.layers import KINDS, check, layers_of, merged
from data.rules.packs import Pack, Site
from data.rules.reader import read_pack
from data.rules.tables import read_standards, table_files
from data.settings import settings
from gis.errors import InvalidRule, RuleNotInForce
from gis.rules import BuiltupRule, CrosscheckRule, IdleLandRule, IntensityRule, Rule
from gis.standards import Standards

__all__ = [
    "KINDS",
    "Site",
    "as_json",
    "builtup_rule",
    "crosscheck_rule",
    "idle_land_rule",
    "intensity_rule",
    "layers_in_force",
    "local_files",
    "standards",
    "version",
]

Kind = TypeVar("Kind", bound=Rule)
Files = Sequence[Path]

_HOME = Path(__file__).parent


def idle_land_rule(on: dt.date, files: Files = (), site: Site | None = None) -> IdleLandRule:
    """Return the idle-land rule in force on a day, at a park or, without one, in the city as a whole.

    Raises
    ------
    RuleNotInForce
        The day lies before the first version: a missing law is never a silent default.
    InvalidRule
        A file is wrong, or sets what the place above does not leave open.
    """
    return _rule(IdleLandRule, "idle_land", on, files, site)


def intensity_rule(on: dt.date, files: Files = (), site: Site | None = None) -> IntensityRule:
    """Return the intensity rule in force on a day; raises as :func:`idle_land_rule`."""
    return _rule(IntensityRule, "intensity", on, files, site)


def builtup_rule(on: dt.date, files: Files = (), site: Site | None = None) -> BuiltupRule:
    """Return the built-up rule in force on a day; raises as :func:`idle_land_rule`."""
    return _rule(BuiltupRule, "builtup", on, files, site)


def crosscheck_rule(on: dt.date, files: Files = (), site: Site | None = None) -> CrosscheckRule:
    """Return how sources are compared on a day; raises as :func:`idle_land_rule`."""
    return _rule(CrosscheckRule, "crosscheck", on, files, site)


def layers_in_force(rule_id: str, on: dt.date, files: Files = (), site: Site | None = None) -> list[Pack]:
    """Return the files that make a rule at a place on a day, the country first."""
    packs = _packs(_stamped(local_files()), _stamped(files))
    return [pack for pack in layers_of(rule_id, packs, site) if pack.version_on(on) is not None]


def local_files() -> tuple[Path, ...]:
    """Return the rule files of this installation's own places."""
    return tuple(sorted((settings().home / "rules").glob("*.yaml")))


def standards() -> Standards:
    """Return the official tables that this installation has loaded; none is shipped.

    Raises
    ------
    InvalidRule
        A table is wrong.
    """
    return _standards(_stamped(table_files()))


def version(files: Files = ()) -> str:
    """Return the label and content hash of the packs and tables: equal ones, equal version."""
    packs = _packs(_stamped(local_files()), _stamped(files))
    text = "\n".join(pack.text for pack in packs).encode() + _bytes_of(_stamped(table_files()))
    newest = max(entry.since for pack in packs for entry in pack.versions)
    return f"{packs[0].place} {newest.isoformat()} {hashlib.sha256(text).hexdigest()[:12]}"


def as_json(files: Files = ()) -> dict[str, Any]:
    """Return every pack with its versions, values and articles, as JSON can hold them."""
    return {
        f"{pack.id}/{pack.place}": pack.as_json() for pack in _packs(_stamped(local_files()), _stamped(files))
    }


def _rule(kind: type[Kind], rule_id: str, on: dt.date, files: Files, site: Site | None) -> Kind:
    chain = layers_of(rule_id, _packs(_stamped(local_files()), _stamped(files)), site)
    national = chain[0].version_on(on)
    if national is None:
        raise RuleNotInForce(rule_id, on, chain[0].versions[0].since)
    values, articles, used = merged(chain, on)
    checked = [entry.checked for _, entry in used]
    return kind(
        id=rule_id, place=used[-1][0].place, since=max(entry.since for _, entry in used), articles=articles,
        instrument=national.instrument, checked=None if None in checked else "；".join(map(str, checked)),
        layers=tuple(f"{pack.place}/{entry.since.isoformat()}" for pack, entry in used), **values,
    )  # fmt: skip


def _stamped(paths: Files) -> tuple[tuple[Path, int], ...]:
    """Return paths with the time of their last change, so that a changed file is read anew."""
    return tuple((path, path.stat().st_mtime_ns if path.exists() else 0) for path in paths)


@cache
def _bytes_of(tables: tuple[tuple[Path, int], ...]) -> bytes:
    """Return a hash of tables, which may be large; nothing of none."""
    return b"".join(path.name.encode() + hashlib.sha256(path.read_bytes()).digest() for path, _ in tables)


@cache
def _standards(tables: tuple[tuple[Path, int], ...]) -> Standards:
    return read_standards(tuple(path for path, _ in tables))


@cache
def _packs(local: tuple[tuple[Path, int], ...], files: tuple[tuple[Path, int], ...]) -> tuple[Pack, ...]:
    packs = {(pack.id, pack.place): pack for pack in map(read_pack, sorted((_HOME / "CN").glob("*.yaml")))}
    own = [read_pack(path) for path, _ in local]
    for pack in own:
        if not pack.local:
            raise InvalidRule(
                pack.path,
                pack.line("place"),
                f"a place below {pack.place} was expected",
                f"place 应为 {pack.place} 的下级地区",
            )
    for together in (own, [read_pack(path) for path, _ in files]):
        _refuse_twins(together)
        packs |= {(pack.id, pack.place): pack for pack in together}
    check(packs)
    return tuple(sorted(packs.values(), key=lambda pack: (pack.id, pack.place.count("/"), pack.place)))


def _refuse_twins(packs: Iterable[Pack]) -> None:
    """Refuse two files of one rule and place: nobody could say which counts."""
    seen: dict[tuple[str, str], Pack] = {}
    for pack in packs:
        other = seen.setdefault((pack.id, pack.place), pack)
        if other is not pack:
            raise InvalidRule(
                pack.path, pack.line("place"), f"{other.path} holds the same rule and place; keep one of the two",
                f"{other.path} 已有同一规则和地区；请只保留一份",
            )  # fmt: skip
