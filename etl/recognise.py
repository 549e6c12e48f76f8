"""Look at a delivery without taking it in: what its tables are, how they are written, where they lie.

This is what a person confirms before a delivery is checked. Everything said
here is found by the same readers as in the import itself.
"""

from collections.abc import Mapping as Map
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from data.layers import LAYERS
from data.session import transaction
from data.settings import settings
from etl import geometry
from etl.asked import checked_options, kept_mapping, said_of
from etl.errors import Refused
from etl.issues import Findings, Severity
from etl.keep import work_folder
from etl.layers import layer_of
from etl.mapping import names
from etl.mapping.file import Mapping, SourceRule
from etl.mapping.suggest import Suggestion, suggest
from etl.options import ImportOptions
from etl.read import Reader
from etl.readers import crs_guess
from etl.readers.crs import Decision, Place, note, transform_points
from etl.readers.crs_decide import decide
from etl.readers.discover import discover
from etl.readers.encoding import CANDIDATES
from etl.readers.raw import Raw, Source
from etl.recognised import CrsSeen, EncodingSeen, Recognised

SAMPLES = 5
NAMES_SHOWN = 3
_RANK_WORTH = {"exact": 4, "case": 4, "plain": 3, "own": 3, "cut": 1}


def recognise(
    files: list[tuple[str, Path]],
    options: ImportOptions,
    place: Place | None,
    layers: Map[str, str] | None = None,
) -> list[Recognised]:
    """Say what the tables of a delivery are, without importing anything.

    Parameters
    ----------
    files
        The files with their paths inside the delivery, as ``files_of`` lists them.
    options
        What is known already: layer, encoding, system, a mapping (``mapping_data``), the supplier, whose
        kept mapping is then used.
    place
        Where the city lies (see :func:`etl.asked.place_of`).
    layers
        Layers that a person has chosen, by the label of the table.

    Returns
    -------
    list of Recognised
        One a table; files that are no table come with their finding and no columns.
    """
    options, mapping = checked_options(options)
    with transaction() as connection:
        options, mapping, kept = kept_mapping(connection, options, mapping)
    found: list[Recognised] = []

    def report(path: str, code: str, params: dict[str, str]) -> None:
        said = Findings()
        told: dict[str, Any] = {name: text for name, text in params.items() if name != "value"}
        said.add(code, value=params.get("value") or path, **told)
        found.append(Recognised(path, None, path, "file", findings=_plain(said, every=True)))

    with work_folder(settings().home) as folder:
        reader = Reader(options, place, folder)
        for source in discover(files, folder, report):
            if mapping and (reason := mapping.ignored(source.path, source.label)) is not None:
                report(source.label, "FILE_IGNORED", {"reason": reason})
                continue
            for rule in _rules(mapping, source, options):
                found.append(_one(reader, source, rule, options, place, (layers or {}).get(source.label)))
                if kept is not None:
                    found[-1].kept = said_of(kept)
    return found


def _rules(mapping: Mapping | None, source: Source, options: ImportOptions) -> list[SourceRule | None]:
    """Return the entries of a mapping for a table, one ``None`` if there is none."""
    rules = mapping.rules_for(source.path, source.part) if mapping else []
    if options.layer:
        rules = [rule for rule in rules if rule.layer == options.layer]
    return [*rules] or [None]


def _one(
    reader: Reader,
    source: Source,
    rule: SourceRule | None,
    options: ImportOptions,
    place: Place | None,
    chosen: str | None,
) -> Recognised:
    seen = Recognised(source.path, source.part, source.label, source.kind)
    findings = Findings()
    named = layer_of(source.names)
    for why, layer in (
        ("ASKED", chosen or options.layer),
        ("MAPPING", rule.layer if rule else None),
        ("NAME", named),
    ):
        if layer is not None:
            seen.layer, seen.layer_why = layer, why
            break
    if rule is not None and seen.layer != rule.layer:
        rule = None  # a person says that the table is another layer than the mapping has it
    try:
        raw = reader.raw(source, rule, seen.layer)
        findings.extend(raw.findings.items)
        _describe(seen, raw, rule, source.names)
        if _is_shaped(raw):
            _locate(seen, raw, rule, source, options, place, findings)
    except Refused as refusal:
        findings.add(refusal.code, field=refusal.field, value=refusal.value, **refusal.params)
    if seen.layer is None:
        findings.add("LAYER_UNKNOWN", value=source.label, valid=", ".join(LAYERS))
    seen.findings = _plain(findings)
    return seen


def _plain(findings: Findings, every: bool = False) -> list[dict[str, Any]]:
    """Return the findings that block, or all of them, as plain values."""
    return [
        {"code": i.code, "severity": i.severity.value, "field": i.field, "value": i.value, "params": i.params}
        for i in findings.items
        if every or i.severity is Severity.BLOCKS
    ]


def _describe(seen: Recognised, raw: Raw, rule: SourceRule | None, named: tuple[str, ...]) -> None:
    """Write down rows, layer, encoding and columns of a table."""
    seen.rows, seen.geometry = len(raw.frame), raw.wkb is not None
    seen.layers = layers_of(raw)
    if seen.layer is None and (word := layer_in_words(named, shaped=_is_shaped(raw))):
        seen.layer, seen.layer_why = word, "NAME"
    if seen.layer is None and seen.layers:
        seen.layer, seen.layer_why = seen.layers[0], "COLUMNS"
    samples = {str(name): samples_of(raw.frame[name]) for name in raw.frame.columns}
    if raw.encoding is not None:
        seen.encoding = _encoding(raw)
    if seen.layer is not None:
        seen.columns = suggest(list(samples), seen.layer, samples, rule, raw.variants)
    else:
        seen.columns = [
            Suggestion(name, None, 0, "NONE", samples=tuple(texts)) for name, texts in samples.items()
        ]


def samples_of(column: pd.Series) -> list[str]:
    """Return the first different texts of a column."""
    return [str(text)[:80] for text in column.dropna().head(2_000).unique()[:SAMPLES]]


def layers_of(raw: Raw) -> list[str]:
    """List the layers whose key and shapes a table has, by how many of its columns they know."""
    shaped = _is_shaped(raw)
    scores: dict[str, int] = {}
    for name, layer in LAYERS.items():
        if layer.geometry and not shaped:
            continue
        found = names.resolve([str(c) for c in raw.frame.columns], name, raw.variants, set())
        needed = layer.key or tuple(c.name for c in layer.columns if c.required and c.kind is str)
        if not found.columns or not set(needed) <= set(found.columns) or (shaped and not layer.geometry):
            continue
        worth = [_RANK_WORTH[m[0]] for source in found.columns.values() if (m := _meaning(source, name, raw))]
        scores[name] = sum(worth)
    return sorted(scores, key=lambda name: -scores[name])


def _meaning(source: str, layer: str, raw: Raw) -> tuple[str, tuple[str, ...]] | None:
    forms = (source, *raw.variants.get(source, ()))
    return next((m for form in forms if (m := names.meanings(form, layer))), None)


def layer_in_words(named: tuple[str, ...], *, shaped: bool) -> str | None:
    """Return the layer that a file or sheet is called in Chinese, best name first; ``None`` if it can't be that one."""
    for name in named:
        for word, layer in names.table()["layer_words"]:
            if word in name and LAYERS[layer].geometry == shaped:
                return str(layer)
    return None


def _is_shaped(raw: Raw) -> bool:
    return raw.wkb is not None or _wkt_column(raw) is not None


def _wkt_column(raw: Raw) -> str | None:
    return next((str(c) for c in raw.frame.columns if str(c).lower() in ("geom", "wkt", "the_geom")), None)


def _encoding(raw: Raw) -> EncodingSeen:
    """Return the encoding with three sample names in it and in the others that can decode them."""
    assert raw.encoding is not None
    found = raw.encoding
    texts = names_shown(raw)
    samples = {found.name: texts}
    others = [*found.rivals, *(() if found.source in ("DECLARED", "MARK") else ("utf-8", *CANDIDATES))]
    for other in others:
        if other in samples:
            continue
        try:
            samples[other] = [text.encode(found.name).decode(other) for text in texts]
        except UnicodeError:  # this one cannot be meant
            continue
    return EncodingSeen(found.name, found.source, found.rivals, samples if texts else {})


def names_shown(raw: Raw) -> list[str]:
    """Return three texts that are not plain ASCII, names and places before field names."""
    found: list[str] = []
    for column in raw.frame.columns:
        strange = (str(t) for t in raw.frame[column].dropna().head(2_000).unique() if not str(t).isascii())
        if (text := next((t for t in strange if "\ufffd" not in t), None)) is not None:
            found.append(text[:80])
    fields = [str(name) for name in raw.frame.columns if not str(name).isascii()]
    return list(dict.fromkeys([*sorted(found, key=len, reverse=True), *fields]))[:NAMES_SHOWN]


def _locate(
    seen: Recognised, raw: Raw, rule: SourceRule | None, source: Source, options: ImportOptions,
    place: Place | None, findings: Findings,
) -> None:  # fmt: skip
    """Write down the system, the other ones it may be, and where the table lies."""
    shapes = _shapes(raw)
    points = crs_guess.points_of(shapes)
    others = crs_guess.candidates(points, place)
    seen.crs = CrsSeen(
        None, None, stated=(raw.crs or "")[:300] or None, candidates=[c.as_json() for c in others]
    )
    declared = options.crs or (rule.crs if rule else None)
    accepted = tuple(code for code in options.accept if code.startswith("CRS_"))
    try:
        decision = decide(
            raw.crs, declared, shapes, place, source.kind in ("csv", "xlsx"), accepted, findings
        )
    except Refused as refusal:
        findings.add(refusal.code, field=refusal.field, value=refusal.value, **refusal.params)
        fits = crs_guess.whole(others)
        if refusal.code == "CRS_GUESSED" and fits:
            seen.crs.label, seen.crs.source, seen.crs.swapped = fits[0].crs, "GUESSED", fits[0].swapped
            seen.crs.distance_m = fits[0].distance_m
            guessed = Decision(CRS.from_user_input(fits[0].crs), "GUESSED", fits[0].swapped)
            seen.bounds = _bounds(shapes, guessed)
        return
    seen.crs.label, seen.crs.source, seen.crs.swapped = decision.label, decision.source, decision.swapped
    seen.crs.note = note(decision)
    seen.bounds = _bounds(shapes, decision)
    if place is not None and len(points):
        far = crs_guess.distances_m(transform_points(points, decision), place.box)
        seen.crs.distance_m = round(float(far.min()), 1) if np.isfinite(far).any() else None


def _shapes(raw: Raw) -> NDArray[np.object_]:
    if raw.wkb is not None:
        return geometry.from_wkb(raw.wkb[:])
    return geometry.from_wkt(raw.frame[_wkt_column(raw)].to_numpy(dtype=object))


def _bounds(shapes: NDArray[np.object_], decision: Decision) -> tuple[float, float, float, float] | None:
    """Return the extent in degrees, by the corners of the extent in the file's own numbers."""
    box = geometry.bounds_of(shapes)
    if box is None:
        return None
    moved = transform_points(crs_guess.corners(box), decision)
    moved = moved[np.isfinite(moved).all(axis=1)]
    if not len(moved):
        return None
    low, high = moved.min(axis=0), moved.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
