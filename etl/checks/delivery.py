"""Checks over a whole delivery: its files against each other and against what is published."""

import numpy as np
from sqlalchemy import Connection, text

from data.layers import LAYERS
from etl import comparison, earlier, published
from etl.checks.duplicates import reject_duplicates
from etl.checks.events import check_events, first_signed
from etl.checks.expected import check_gone, check_last
from etl.checks.limits import tolerances
from etl.checks.references import check_references
from etl.checks.shapes import NO_OVERLAP, check_overlaps, check_published, gap_width_m
from etl.checks.topology import Known, reach_of
from etl.checks.units import check_units
from etl.earlier import Last
from etl.load import hash_again
from etl.options import ImportOptions
from etl.repairs import chosen
from etl.work import Work


def _usable(works: list[Work], layer: str) -> list[Work]:
    return [work for work in works if work.layer == layer and not work.blocked_by]


Waiting = dict[str, Last]  # layers whose shapes are compared once it is known which of them have moved


def within(connection: Connection, works: list[Work], options: ImportOptions) -> Waiting:
    """Check the rows of a delivery against each other; give parcels their park.

    Where the last delivery of a layer was checked alike, its shapes wait for :func:`against_published`.
    """
    if options.complete:
        _block_incomplete(works)
    waiting: Waiting = {}
    for layer in LAYERS:
        same = _usable(works, layer)
        reject_duplicates(same)
        if not same or not LAYERS[layer].geometry:
            continue
        # Corners that are moved are part of what is staged: then nothing can wait.
        last = (
            None
            if layer not in NO_OVERLAP or chosen("SNAP", options.repairs)
            else earlier.last(connection, layer)
        )
        if last is None:
            check_overlaps(same, options.repairs)
        else:
            waiting[layer] = last
    _assign_parks(connection, works, options)
    check_units(works)
    known = published.known_keys(connection, works)
    check_events(works, first_signed(works, known.first_signed))
    for work in works:
        if not work.blocked_by:
            check_references(work, known)
    return waiting


def _block_incomplete(works: list[Work]) -> None:
    """Block the layers of which a file is blocked: a delivery of them is not complete."""
    for layer in {work.layer for work in works if work.layer and work.blocked_by}:
        files = [work.path for work in works if work.layer == layer and work.blocked_by]
        for work in _usable(works, layer):
            work.findings.add("LAYER_INCOMPLETE", files=files)


def _assign_parks(connection: Connection, works: list[Work], options: ImportOptions) -> None:
    parcels = _usable(works, "parcel")
    statistics = _usable(works, "park_statistics")
    if options.park:
        for work in statistics:
            work.frame["park_code"] = work.frame["park_code"].where(
                work.frame["park_code"].notna(), options.park
            )
    if not parcels:
        return
    parks = published.parks(connection, works)
    for work in parcels:
        before = work.frame["park_code"].to_numpy(dtype=object)
        parks.assign(work, options.park)
        # The park is part of what the row says.
        hash_again(work, np.flatnonzero(before != work.frame["park_code"].to_numpy(dtype=object)))


def against_published(
    connection: Connection, number: int, works: list[Work], options: ImportOptions, waiting: Waiting
) -> None:
    """Compare with what is published (overlaps, rows that are gone) and with the supplier's last delivery."""
    for layer in LAYERS:
        same = _usable(works, layer)
        if not same:
            continue
        if not published.any_of(connection, layer):
            if layer in waiting:  # withdrawn meanwhile
                check_overlaps(same, options.repairs)
            check_last(connection, number, layer, same, options)
            continue
        drawn = layer in ("parcel", "building")
        files = [work.file_id for work in same]
        box = published.box_of(layer, same) if drawn else None
        comparison.make(connection, layer, files, options.park, options.complete, box)
        if layer in waiting:
            check_overlaps(same, options.repairs, _known(connection, layer, same, waiting[layer]))
        if drawn:
            check_published(same, *published.neighbours(connection, layer))
        _report_gone(connection, layer, same, options)
        check_last(connection, number, layer, same, options)


def _known(connection: Connection, layer: str, works: list[Work], last: Last) -> tuple[Known, Known] | None:
    boxes = np.concatenate([work.shapes.boxes for work in works if work.shapes is not None])
    return earlier.known(connection, layer, works, last, reach_of(gap_width_m(layer), boxes))


def _report_gone(connection: Connection, layer: str, works: list[Work], options: ImportOptions) -> None:
    limits = tolerances()
    files = [work.file_id for work in works]
    gone, current = comparison.gone_of(connection, layer, files, options.park)
    if not gone:
        return
    named = LAYERS[layer].key or tuple(n for n in ("parcel_code", "contract_no") if n in LAYERS[layer].names)
    key = f"concat_ws('/', {', '.join(f'p.{name}' for name in named)})" if named else "p.entity_id::text"
    most = int(limits["gone_listed"])
    listed = (
        f"SELECT {key} FROM {comparison.table_of(layer)} t JOIN {layer} p USING (version_id) WHERE t.gone "
        "ORDER BY 1 LIMIT :most"
    )
    with comparison.few(connection):
        keys = connection.scalars(text(listed), {"most": most}).all()
    for value in keys:
        works[0].findings.add("ROW_GONE", key=value, value=value)
    if gone > most:
        works[0].findings.add("ROWS_GONE_MORE", count=gone - most)
    check_gone(works, gone, current, options.complete)
