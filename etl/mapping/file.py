"""The mapping file of a supplier: which of its tables makes which layer, column by column."""

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
        "observed_on",
    ]
)
COLUMN_KEYS = frozenset(["column", "unit", "unit_column", "money", "values", "join", "separator", "split"])


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

    def rules_for(self, path: str, sheet: str | None) -> list[SourceRule]:
        """List the entries that make a layer of a table."""
        return [rule for rule in self.sources if rule.fits(path, sheet)]

    def ignored(self, path: str) -> str | None:
        """Return the reason why a file is left out, or ``None``."""
        return next((reason for glob, reason in self.ignore if glob_fits(glob, path)), None)


def glob_fits(glob: str, path: str) -> bool:
    """Say whether a pattern fits a path inside the delivery, in any case; ``*`` spans folders."""
    return any(fnmatch.fnmatchcase(form.lower(), glob.lower()) for form in (path, f"/{path}"))


def _column(said: Any, where: str, path: Path) -> ColumnRule:
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
        values={str(word).strip(): str(code) for word, code in values.items()} if values else None,
        split=said.get("split"),
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _entry(said: Any, number: int, path: Path) -> SourceRule:
    where = f"sources[{number}]"
    if not isinstance(said, dict) or "match" not in said or said.get("layer") not in LAYERS:
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
            re.compile(form)
        except re.error as error:
            raise BadMapping(
                path,
                f"{where}.forms.{column}: {error}",
                f"{where}.forms.{column}：不是有效的正则表达式（{error}）",
            ) from error
    return SourceRule(
        match=str(said["match"]), layer=said["layer"], sheet=said.get("sheet"), header=said.get("header"),
        crs=said.get("crs"), encoding=encoding,
        constants={name: _text(value) for name, value in constants.items()},
        drop_empty=tuple(said.get("drop_empty") or ()),
        columns={name: _column(rule, f"{where}.columns.{name}", path) for name, rule in columns.items()},
        forms=dict(said.get("forms") or {}),
    )  # fmt: skip


def load(path: Path) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    BadMapping
        It is missing or not in the form that is expected.
    """
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        found = str(error).replace("\n", " ")
        raise BadMapping(path, found, f"无法读取（{found}）") from error
    if not isinstance(said, dict) or not isinstance(said.get("sources"), list):
        raise BadMapping(path, "a table with `sources` was expected", "应为含 `sources` 的表")
    if odd := set(said) - {"supplier", "sources", "ignore", "title"}:
        raise BadMapping(
            path,
            f"unknown key {', '.join(sorted(map(str, odd)))}",
            f"未知的键 {'、'.join(sorted(map(str, odd)))}",
        )
    sources = tuple(_entry(entry, number, path) for number, entry in enumerate(said["sources"]))
    ignore = tuple((str(entry["match"]), str(entry.get("reason", ""))) for entry in said.get("ignore") or ())
    return Mapping(said.get("supplier"), sources, ignore)
