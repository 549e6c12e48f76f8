"""Write down as a mapping what a person confirmed for the tables of one delivery.

The result has the form of the mapping file. Names of files are made into
patterns in which figures are free, so that next month's delivery is known again.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from etl.mapping.file import glob_fits, parse

_FIGURES = re.compile(r"\d+")


def compose(tables: Iterable[Mapping[str, Any]], supplier: str | None) -> dict[str, Any]:
    """Return the mapping of a delivery.

    Parameters
    ----------
    tables
        For each table that is to be taken in: ``path``, ``part`` (or ``None``),
        ``kind``, ``layer``; ``columns``, from canonical names to a delivered
        name or to ``{"column", "unit", "unit_column", "values", "split"}``; and,
        where they were asked for, ``crs``, ``encoding``, ``header``, ``constants``.
        A table without a layer is left out, and said so.
    supplier
        Who sent it.

    Raises
    ------
    BadMapping
        What was confirmed is not possible: an unknown layer, column or unit.
    """
    given = list(tables)
    paths = list(dict.fromkeys(str(table["path"]) for table in given))
    patterns = dict(zip(paths, patterns_of(paths), strict=True))
    sources: list[dict[str, Any]] = []
    ignore: list[dict[str, str]] = []
    kept = {str(table["path"]) for table in given if table.get("layer")}
    for table in given:
        path = str(table["path"])
        if not table.get("layer"):
            sheet = f"#{escape(str(table['part']))}" if path in kept and table.get("part") else ""
            if path not in kept or sheet:
                ignore.append({"match": patterns[path] + sheet, "reason": "not chosen (未选用)"})
            continue
        entry: dict[str, Any] = {"match": patterns[path], "layer": table["layer"]}
        if table.get("part") and table.get("kind") in ("xlsx", "vector"):
            entry["sheet"] = escape(str(table["part"]))
        for key in ("header", "crs", "encoding", "constants"):
            if table.get(key):
                entry[key] = table[key]
        entry["columns"] = dict(table.get("columns") or {})
        sources.append(entry)
    said: dict[str, Any] = {"sources": sources}
    if supplier:
        said["supplier"] = supplier
    if ignore:
        said["ignore"] = ignore
    parse(said, "mapping")
    return said


def patterns_of(paths: Sequence[str]) -> list[str]:
    """Return a pattern for each path: figures free where that still tells the paths apart, else as they are."""
    loose = [f"*/{_FIGURES.sub('*', escape(PurePosixPath(path).name))}" for path in paths]
    tight = [f"*/{escape(PurePosixPath(path).name)}" for path in paths]
    found = []
    for number, path in enumerate(paths):
        for pattern in (loose[number], tight[number]):
            if sum(glob_fits(pattern, other) for other in paths) == 1:
                found.append(pattern)
                break
        else:
            found.append(escape(path))
    return found


def escape(name: str) -> str:
    """Return a pattern that fits a name literally."""
    return re.sub(r"([*?\[])", r"[\1]", name)
