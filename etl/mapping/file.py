"""The mapping of a supplier: which of its tables makes which layer, column by column.

The same form comes from a YAML file, from the browser and from what was kept
of an earlier delivery; one function reads all three.
"""

import datetime as dt
import fnmatch
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from data.layers import LAYERS
from etl.errors import BadMapping
from etl.mapping.units import dimension_of, factor
from etl.readers.encoding import known

ENTRY_KEYS = frozenset(
    [
        "match",
        "layer",
        "sheet",
        "header",
        "crs",
        "encoding",
        "constants",
        "drop_empty",
        "columns",
        "forms",
    ]
)
COLUMN_KEYS = frozenset(["column", "unit", "unit_column", "money", "values", "join", "separator", "split"])
# What each key holds, where a person may write another thing: from the browser it comes unseen.
_KINDS: dict[str, tuple[type, ...]] = {
    "match": (str,), "sheet": (str, int), "header": (int,), "crs": (str, int), "encoding": (str,),
    "constants": (dict,), "drop_empty": (list,), "columns": (dict,), "forms": (dict,), "column": (str, int),
    "unit": (str,), "unit_column": (str,), "money": (str,), "values": (dict,), "join": (list,),
    "separator": (str,), "split": (str,),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """Where one canonical column comes from."""

    source: tuple[str, ...]
    join: bool = False
    separator: str = ""
    unit: str | None = None
    unit_column: str | None = None
    values: dict[str, str] | None = None
    split: str | None = None


@dataclass(frozen=True, slots=True)
class SourceRule:
    """One entry: the tables it is for and how their columns map."""

    match: str
    layer: str
    sheet: str | None = None
    header: int | None = None
    crs: str | None = None
    encoding: str | None = None
    constants: dict[str, str] = field(default_factory=dict)
    drop_empty: tuple[str, ...] = ()
    columns: dict[str, ColumnRule] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)

    def fits(self, path: str, sheet: str | None) -> bool:
        """Say whether the entry is for a table of a delivery."""
        return glob_fits(self.match, path) and (
            self.sheet is None
            or (sheet is not None and fnmatch.fnmatchcase(sheet.lower(), self.sheet.lower()))
        )


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping file. ``ignore`` lists what is left out, with the reason."""

    supplier: str | None
    sources: tuple[SourceRule, ...]
    ignore: tuple[tuple[str, str], ...] = ()
    said: dict[str, Any] = field(default_factory=dict, compare=False)  # the same, as it is kept

    def rules_for(self, path: str, sheet: str | None) -> list[SourceRule]:
        """List the entries that make a layer of a table."""
        return [rule for rule in self.sources if rule.fits(path, sheet)]

    def ignored(self, path: str, label: str | None = None) -> str | None:
        """Return the reason why a file, or a table of it by its label (``file#sheet``), is left out, or ``None``."""
        names = [path] if label is None else [path, label]
        return next(
            (reason for glob, reason in self.ignore if any(glob_fits(glob, name) for name in names)), None
        )


def glob_fits(glob: str, path: str) -> bool:
    """Say whether a pattern fits a path inside the delivery, in any case; ``*`` spans folders."""
    return any(fnmatch.fnmatchcase(form.lower(), glob.lower()) for form in (path, f"/{path}"))


def _column(said: Any, where: str, path: Path | str) -> ColumnRule:
    if isinstance(said, str):
        return ColumnRule((said,))
    if (
        not isinstance(said, dict)
        or not set(said) <= COLUMN_KEYS
        or not ("column" in said) ^ ("join" in said)
    ):
        raise BadMapping(
            path,
            f"{where}: a column name, or a table with `column` or `join`, was expected",
            f"{where}：应为列名，或含 `column` 或 `join` 的表",
        )
    _require_kinds(said, where, path)
    unit = said.get("unit", said.get("money"))
    dimension = dimension_of(where.rpartition(".")[2])
    if unit is not None and (dimension is None or factor(str(unit), dimension[0]) is None):
        raise BadMapping(
            path, f"{where}: {unit!r} is no unit of this column", f"{where}：{unit!r} 不是该列可用的单位"
        )
    values = said.get("values")
    return ColumnRule(
        source=tuple(map(str, said["join"])) if "join" in said else (str(said["column"]),),
        join="join" in said,
        separator=str(said.get("separator", "")),
        unit=str(unit) if unit is not None else None,
        unit_column=said.get("unit_column"),
        values={_text(word).strip(): _text(code) for word, code in values.items()} if values else None,
        split=said.get("split"),
    )


def _require_kinds(said: dict[str, Any], where: str, path: Path | str) -> None:
    """Refuse a value of another kind than its key holds.

    Raises
    ------
    BadMapping
        Which key, and what was expected.
    """
    for key, value in said.items():
        kinds = _KINDS.get(key)
        if kinds and value is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
            expected = kinds[0].__name__
            raise BadMapping(
                path, f"{where}.{key}: {expected} was expected", f"{where}.{key}：应为 {expected}"
            )


def _or_none(value: Any) -> str | None:
    return None if value is None else str(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _entry(said: Any, number: int, path: Path | str) -> SourceRule:
    where = f"sources[{number}]"
    if not isinstance(said, dict) or not said.get("match") or str(said.get("layer")) not in LAYERS:
        raise BadMapping(
            path,
            f"{where}: `match` and a `layer` out of {', '.join(LAYERS)} were expected",
            f"{where}：应有 `match` 和 `layer`，`layer` 可为 {'、'.join(LAYERS)}",
        )
    if odd := set(said) - ENTRY_KEYS:
        raise BadMapping(
            path,
            f"{where}: unknown key {', '.join(sorted(map(str, odd)))}",
            f"{where}：未知的键 {'、'.join(sorted(map(str, odd)))}",
        )
    _require_kinds(said, where, path)
    names = {*LAYERS[said["layer"]].names, "geom"}
    columns, constants = said.get("columns") or {}, said.get("constants") or {}
    for name in (*columns, *constants, *(said.get("drop_empty") or ())):
        if name not in names:
            raise BadMapping(
                path,
                f"{where}: layer {said['layer']} has no column {name}",
                f"{where}：图层 {said['layer']} 没有列 {name}",
            )
    encoding = known(said["encoding"]) if said.get("encoding") else None
    if said.get("encoding") and encoding is None:
        raise BadMapping(
            path, f"{where}: unknown encoding {said['encoding']}", f"{where}：未知的编码 {said['encoding']}"
        )
    for column, form in (said.get("forms") or {}).items():
        try:
            re.compile(str(form))
        except re.error as error:
            raise BadMapping(
                path,
                f"{where}.forms.{column}: {error}",
                f"{where}.forms.{column}：不是有效的正则表达式（{error}）",
            ) from error
    return SourceRule(
        match=str(said["match"]), layer=said["layer"], sheet=_or_none(said.get("sheet")), header=said.get("header"),
        crs=_or_none(said.get("crs")), encoding=encoding,
        constants={name: _text(value) for name, value in constants.items()},
        drop_empty=tuple(said.get("drop_empty") or ()),
        columns={name: _column(rule, f"{where}.columns.{name}", path) for name, rule in columns.items()},
        forms={name: str(form) for name, form in (said.get("forms") or {}).items()},
    )  # fmt: skip


def read(path: Path) -> dict[str, Any]:
    """Return what a mapping file says, as plain values that JSON can hold.

    Raises
    ------
    BadMapping
        It is missing or no table.
    """
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        found = str(error).replace("\n", " ")
        raise BadMapping(path, found, f"无法读取（{found}）") from error
    if not isinstance(said, dict):
        raise _no_sources(path)
    plain: dict[str, Any] = _plain(said)
    return plain


def parse(said: Any, where: Path | str) -> Mapping:
    """Return a mapping from what a file, a person in the browser or a kept mapping says.

    ``where`` names the origin in messages.

    Raises
    ------
    BadMapping
        It is not in the form that is expected.
    """
    if not isinstance(said, dict) or not isinstance(said.get("sources"), list):
        raise _no_sources(where)
    if odd := set(said) - {"supplier", "sources", "ignore", "title"}:
        raise BadMapping(
            where,
            f"unknown key {', '.join(sorted(map(str, odd)))}",
            f"未知的键 {'、'.join(sorted(map(str, odd)))}",
        )
    sources = tuple(_entry(entry, number, where) for number, entry in enumerate(said["sources"]))
    ignore = said.get("ignore") or []
    if not isinstance(ignore, list) or any(not isinstance(e, dict) or "match" not in e for e in ignore):
        raise BadMapping(
            where,
            "`ignore`: a list of `match` and `reason` was expected",
            "`ignore` 应为 `match` 和 `reason` 的列表",
        )
    left_out = tuple((str(entry["match"]), str(entry.get("reason", ""))) for entry in ignore)
    supplier = said.get("supplier")
    return Mapping(str(supplier) if supplier else None, sources, left_out, said)


def load(path: Path) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    BadMapping
        It is missing or not in the form that is expected.
    """
    return parse(read(path), path)


def _no_sources(where: Path | str) -> BadMapping:
    return BadMapping(where, "a table with `sources` was expected", "应为含 `sources` 的表")


def _plain(value: Any) -> Any:
    """Return a value of YAML as JSON knows it: keys and days as texts."""
    if isinstance(value, dict):
        return {_text(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date) else value
