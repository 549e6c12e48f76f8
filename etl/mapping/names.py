"""Find the canonical column that a delivered column stands for."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from data.layers import LAYERS

RANKS = ("exact", "case", "plain", "own", "cut")  # own: the layer's own column, cut at ten bytes


@cache
def table() -> dict[str, Any]:
    """Return the alias table: ``columns`` (canonical -> names) and ``values`` (column -> word -> code)."""
    text = (files("etl") / "mappings" / "aliases.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def plain(name: str) -> str:
    """Return a name without case, spaces, underscores, brackets and what stands in them."""
    text = unicodedata.normalize("NFKC", name).strip()
    text = re.sub(r"[(\[【][^)\]】]*[)\]】]?", "", text)
    return re.sub(r"[\s_/\-.:、]+", "", text).lower()


def cut_forms(name: str) -> set[str]:
    """Return what is left of a name that is cut at ten bytes, in GBK and in UTF-8."""
    forms = set()
    for encoding in ("gb18030", "utf-8"):
        raw = name.encode(encoding)
        if len(raw) > 10:
            forms.add(raw[:10].decode(encoding, errors="ignore"))
    return forms


@cache
def _names(layer: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return, for each rank, which canonical columns a name may mean in a layer."""
    aliases: dict[str, list[str]] = dict(table()["columns"])
    own: dict[str, list[str]] = table()["layers"].get(layer, {})
    claimed = {name for names in own.values() for name in names}
    for column in {*aliases, *own}:
        general = [name for name in aliases.get(column, ()) if name not in claimed]
        aliases[column] = [*own.get(column, ()), *general]
    found: dict[str, dict[str, list[str]]] = {rank: {} for rank in RANKS}
    wanted = [*LAYERS[layer].names, *(["geom"] if LAYERS[layer].geometry else []), *table()["helpers"]]
    for column in [*wanted, *(other for other in aliases if other not in wanted)]:
        for name in (*(() if column in claimed else (column,)), *aliases.get(column, ())):
            for rank, form in (("exact", name), ("case", name.lower()), ("plain", plain(name))):
                found[rank].setdefault(form, []).append(column)
            for form in cut_forms(name):
                found["cut"].setdefault(form.lower(), []).append(column)
    for column in LAYERS[layer].names:
        for form in cut_forms(column):
            found["own"].setdefault(form.lower(), []).append(column)
    return {rank: {n: tuple(dict.fromkeys(c)) for n, c in forms.items()} for rank, forms in found.items()}


def meanings(name: str, layer: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the best rank at which a name is known in a layer, and what it may mean there."""
    known = _names(layer)
    for rank, form in (("exact", name), ("case", name.lower()), ("plain", plain(name)), ("own", name.lower()),
                       ("cut", name.lower())):  # fmt: skip
        if found := known[rank].get(form):
            return rank, found
    return None


@dataclass(frozen=True, slots=True)
class Resolved:
    """Which delivered column stands for which canonical one, and what could not be decided."""

    columns: dict[str, str]  # canonical -> delivered
    ambiguous: list[tuple[str, tuple[str, ...]]]  # (name or canonical column, the candidates)


def resolve(
    delivered: Iterable[str], layer: str, variants: dict[str, tuple[str, ...]], taken: set[str]
) -> Resolved:
    """Match delivered columns with the canonical ones of a layer.

    ``variants`` are other names a column goes by (the rows of a header);
    ``taken`` are canonical columns that a mapping has given already.
    """
    offers: dict[str, list[tuple[int, int, str]]] = {}
    ambiguous: list[tuple[str, tuple[str, ...]]] = []
    columns = set(LAYERS[layer].names) | set(table()["helpers"]) | {"geom"}
    for name in delivered:
        best: tuple[int, tuple[str, ...]] | None = None
        for form in (name, *variants.get(name, ())):
            if found := meanings(form, layer):
                rank = RANKS.index(found[0])
                if best is None or rank < best[0]:
                    best = rank, found[1]
        if best is None:
            continue
        wanted = tuple(c for c in best[1] if c in columns and c not in taken)
        # A cut name may also mean a column that this layer does not have; a whole name means the layer's own.
        if len(best[1] if best[0] == RANKS.index("cut") else wanted) > 1 and wanted:
            ambiguous.append((name, best[1]))
        elif wanted:
            offers.setdefault(wanted[0], []).append((best[0], _place(wanted[0], name), name))
    chosen = {}
    for column, found_names in offers.items():
        found_names.sort()
        same = [name for rank, _, name in found_names if rank == found_names[0][0]]
        if len(same) > 1 and column not in same:
            ambiguous.append((column, tuple(same)))
        chosen[column] = found_names[0][2]
    return Resolved(chosen, ambiguous)


def _place(column: str, name: str) -> int:
    """Return the place of a name among the aliases of a column; the canonical name comes first."""
    if name == column:
        return -1
    names = [plain(alias) for alias in table()["columns"].get(column, ())]
    return names.index(plain(name)) if plain(name) in names else len(names)


def is_known(name: str, layer: str) -> bool:
    """Say whether a header is one of a layer's."""
    return meanings(name, layer) is not None
