"""The options of an import as a job keeps them: plain values, by the names of the options."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etl.options import ImportOptions

_NAMES = frozenset(ImportOptions.__dataclass_fields__)


def answers_of(options: ImportOptions) -> dict[str, Any]:
    """Return options as plain values; what is at its default is left out."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(options):
        value = getattr(options, field.name)
        if field.name == "person" or value == field.default:
            continue
        if isinstance(value, Path):
            value = str(value.resolve())
        elif isinstance(value, dt.date):
            value = value.isoformat()
        found[field.name] = list(value) if isinstance(value, tuple) else value
    return found


def options_from(answers: Mapping[str, Any], person: str) -> ImportOptions:
    """Return the options that the answers of a job make; what is no option is left aside."""
    chosen = {name: value for name, value in answers.items() if name in _NAMES and value not in (None, "")}
    for name, value in chosen.items():
        if isinstance(value, list):
            chosen[name] = tuple(value)
    if isinstance(chosen.get("mapping"), str):
        chosen["mapping"] = Path(chosen["mapping"])
    if isinstance(chosen.get("observed_on"), str):
        chosen["observed_on"] = dt.date.fromisoformat(chosen["observed_on"])
    return ImportOptions(**(chosen | {"person": person}))
