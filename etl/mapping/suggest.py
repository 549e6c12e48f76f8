"""Propose which canonical column each delivered one stands for, for a person to confirm.

A suggestion is what the import would do by itself, with a confidence and the
reason, so that the page and the command line never differ. Where a name may
mean several columns, nothing is proposed and the candidates are listed.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from data.layers import LAYERS, LayerColumn
from etl.mapping import names, units
from etl.mapping.dates import Placeholder, Unreadable, read_date
from etl.mapping.file import SourceRule
from etl.mapping.values import is_empty, read_bool, read_int, read_number

CONFIDENCE = {
    "SAVED": 100,
    "EXACT": 95,
    "CASE": 90,
    "PLAIN": 80,
    "OWN": 75,
    "CUT": 60,
    "AMBIGUOUS": 0,
    "NONE": 0,
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What one delivered column seems to be.

    ``why`` is SAVED (a mapping that was confirmed), EXACT, CASE, PLAIN
    (without spaces, brackets and units), OWN (the layer's own name cut at ten
    bytes), CUT (another name cut), AMBIGUOUS or NONE. ``unit_why`` is SAVED,
    HEADER, COLUMN (``unit`` is then the column that states it), TEXT (written
    after the figures) or NONE (the unit of the canonical column is taken).
    """

    column: str
    target: str | None
    confidence: int
    why: str
    candidates: tuple[str, ...] = ()
    unit: str | None = None
    unit_why: str | None = None
    samples: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def suggest(
    columns: Iterable[str],
    layer: str,
    samples: Mapping[str, Sequence[str]],
    saved: SourceRule | None = None,
    variants: Mapping[str, tuple[str, ...]] | None = None,
) -> list[Suggestion]:
    """Return a suggestion for each delivered column, in their order.

    Parameters
    ----------
    columns
        The delivered names.
    layer
        The layer that the table is.
    samples
        Some texts of each column; a name whose texts don't read as its
        column's kind loses confidence.
    saved
        The entry of a mapping that was confirmed for this table.
    variants
        Other names that a column goes by (the rows of a header).
    """
    delivered, known = list(columns), dict(variants or {})
    by_saved = _saved(delivered, saved, known)
    free = [name for name in delivered if name not in by_saved]
    taken = {said.target for said in by_saved.values() if said.target}
    resolved = names.resolve(free, layer, known, taken | set(saved.constants if saved else ()))
    target_of = {source: column for column, source in resolved.columns.items()}
    asked = _ambiguous(resolved, free)
    helper = target_of_helper(target_of)
    found = []
    for name in delivered:
        texts = tuple(samples.get(name, ()))[:5]
        if name in by_saved:
            found.append(replace(by_saved[name], samples=texts))
            continue
        rank = _rank(name, layer, known)
        if name in asked:
            said = Suggestion(name, None, CONFIDENCE["AMBIGUOUS"], "AMBIGUOUS", asked[name])
        elif (target := target_of.get(name)) and target not in names.table()["helpers"]:
            said = _with_unit(Suggestion(name, target, CONFIDENCE[rank], rank), texts, helper)
            said = replace(said, confidence=_trusted(said.confidence, target, layer, texts))
        else:
            said = Suggestion(name, None, CONFIDENCE["NONE"], "NONE")
        found.append(replace(said, samples=texts))
    return found


def target_of_helper(target_of: Mapping[str, str]) -> str | None:
    """Return the delivered column that states the unit of the registered area, if there is one."""
    return next((name for name, target in target_of.items() if target == "area_unit"), None)


def _saved(
    delivered: list[str], saved: SourceRule | None, variants: Mapping[str, tuple[str, ...]]
) -> dict[str, Suggestion]:
    """Return what a confirmed mapping says about the columns that are there."""
    if saved is None:
        return {}
    forms = {
        form.lower(): name for name in reversed(delivered) for form in (name, *variants.get(name, ()), names.plain(name))
    }  # fmt: skip
    found = {}
    for target, rule in saved.columns.items():
        for source in rule.source:
            name = forms.get(source.lower()) or forms.get(names.plain(source))
            if name is not None:
                unit = rule.unit or rule.unit_column
                why = "SAVED" if rule.unit else "COLUMN" if rule.unit_column else None
                found[name] = Suggestion(name, target, CONFIDENCE["SAVED"], "SAVED", (), unit, why)
    return found


def _ambiguous(resolved: names.Resolved, free: list[str]) -> dict[str, tuple[str, ...]]:
    """Return, for each delivered name that can't be decided, the canonical columns that it may mean."""
    found: dict[str, tuple[str, ...]] = {}
    for said, candidates in resolved.ambiguous:
        if said in free:
            found[said] = candidates
        else:  # two delivered names for one canonical column
            for name in candidates:
                found[name] = (said,)
    return found


def _rank(name: str, layer: str, variants: Mapping[str, tuple[str, ...]]) -> str:
    ranks = [m[0] for form in (name, *variants.get(name, ())) if (m := names.meanings(form, layer))]
    return min(ranks, key=names.RANKS.index).upper() if ranks else "NONE"


def _with_unit(said: Suggestion, texts: Sequence[str], helper: str | None) -> Suggestion:
    """Return a suggestion with the unit that header, column or texts state."""
    dimension = units.dimension_of(said.target or "")
    if dimension is None:
        return said
    if helper is not None and said.target == "registered_area_m2":
        return replace(said, unit=helper, unit_why="COLUMN")
    header = units.unit_in_header(said.column, dimension[0])
    if header is not None:
        return replace(said, unit=header, unit_why="HEADER")
    written = {unit for text in texts if (unit := _written(text)) and units.factor(unit, dimension[0])}
    if len(written) == 1:
        return replace(said, unit=written.pop(), unit_why="TEXT")
    return replace(said, unit_why="NONE")


def _written(text: str) -> str:
    try:
        return read_number(text)[1]
    except Unreadable:
        return ""


def _trusted(confidence: int, target: str, layer: str, texts: Sequence[str]) -> int:
    """Return a confidence lowered by the share of sample texts that don't read as the column's kind."""
    column = next((c for c in LAYERS[layer].columns if c.name == target), None)
    filled = [text for text in texts if not is_empty(text)]
    if column is None or not filled:
        return confidence
    return confidence * sum(reads(text, column) for text in filled) // len(filled)


def reads(text: str, column: LayerColumn) -> bool:
    """Say whether a text reads as a value of a canonical column; a placeholder date does."""
    try:
        if column.kind is dt.date:
            read_date(text)
        elif column.kind is Decimal:
            read_number(text)
        elif column.kind is int:
            read_int(text)
        elif column.kind is bool:
            read_bool(text)
        elif column.choices:
            known = names.table()["values"].get(column.name, {})
            return text.upper() in column.choices or text in known
    except Placeholder:
        return True
    except Unreadable:
        return False
    return True
