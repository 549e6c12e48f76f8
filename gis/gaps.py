"""Which facts are missing for a verdict: the names of columns, or of a layer."""

from collections import defaultdict
from typing import Any

import numpy as np

from gis.columns import distinct, rows_of, unrecorded
from gis.findings import Findings
from gis.periods import as_days


def missing_facts(found: Findings) -> list[list[str]]:
    """Return for each parcel the facts that are missing, sorted, each once.

    Rows of the parcel without their date are always listed. A missing figure
    or term is listed where the verdict, its cause or its consequence asked for it.
    """
    known = [(code, where) for code, where in [*_undated(found), *_terms(found)] if where.any()]
    held = np.zeros(len(found.verdict), dtype=np.int64)  # one bit for each code
    for bit, (_, where) in enumerate(known):
        held |= where.astype(np.int64) << bit
    shared = np.empty(1 << len(known), dtype=object)
    for bits in distinct(held, len(shared)).tolist():
        shared[bits] = sorted(code for bit, (code, _) in enumerate(known) if bits >> bit & 1)
    listed = shared[held]  # parcels with the same gaps share one list
    gaps: defaultdict[int, set[str]] = defaultdict(set)
    _of_ratios(found, gaps)
    _of_completion(found, gaps)
    for parcel, codes in found.causes.missing.items():
        gaps[parcel].update(codes)
    for parcel, fee in found.fees.items():
        gaps[parcel].update(fee.missing)
    for parcel, more in gaps.items():
        if more:
            listed[parcel] = sorted({*listed[parcel], *more})
    made: list[list[str]] = listed.tolist()
    return made


def _undated(found: Findings) -> list[tuple[str, Any]]:
    contracts, events, tables = found.contracts, found.events, found.tables
    governing = contracts.governing
    base = contracts.base & np.isnat(contracts.signed)
    supplement = np.append(contracts.undated_supplement, False)[governing]
    causes = tables.idle_cause
    of_cause = rows_of(causes["parcel_code"], contracts.parcels)
    cause = np.zeros(len(governing), dtype=bool)
    cause[of_cause[(of_cause >= 0) & np.isnat(as_days(causes["from_on"]))]] = True
    untyped = events.untyped
    foundation = events.rows("FOUNDATION") & events.of_type("?")
    return [
        ("signed_on", contracts.named(base) | supplement),
        ("contract_type", contracts.untyped),
        ("happened_on", events.any(events.undated)),
        (
            "event",
            events.any(untyped & (events.known | events.undated)),
        ),
        (
            "foundation_type",
            events.any(foundation & (events.known | events.undated)),
        ),
        (
            "reported_on",
            np.append(_undated_reports(found), False)[governing],
        ),
        ("from_on", cause),
    ]


def _undated_reports(found: Findings) -> Any:
    reports, contracts = found.tables.investment_report, found.contracts
    undated = np.isnat(as_days(reports["reported_on"]))
    where = np.zeros(len(contracts.numbers), dtype=bool)
    if undated.any():
        roots = np.append(contracts.root, -1)[rows_of(reports["contract_no"][undated], contracts.index)]
        where[roots[roots >= 0]] = True
    return where


def _terms(found: Findings) -> list[tuple[str, Any]]:
    contracts, events = found.contracts, found.events
    none = (contracts.governing < 0) & ~contracts.undated & ~found.has("NOT_SUPPLIED")
    open_case = found.has("UNDETERMINED") & ~events.commenced & (found.completed_row < 0)
    governed = (contracts.governing >= 0) & ~contracts.undated
    row, unknown = (np.append(part, gap)[contracts.governing] for part, gap in zip(
        contracts.term("commence_by"), (-1, False), strict=True))  # fmt: skip
    no_date = open_case & governed & np.isnat(found.due) & (row < 0) & ~unknown
    delivered, _, undated = events.delivered
    recorded = found.tables.parcel["in_monitoring_system"].isna().to_numpy()
    return [
        ("contract", none),
        ("commence_by", no_date),
        ("delivered_on", no_date & ~undated & (delivered > events.day)),
        ("done", ~events.commenced & events.any(_without_figures(found))
         & found.has("IDLE_NOT_COMMENCED", "OVERDUE", "NOT_DUE", "UNDETERMINED")),
        ("in_monitoring_system",
         (found.path == "ART12") & recorded),
    ]  # fmt: skip


def _without_figures(found: Findings) -> Any:
    events = found.events
    rows = events.rows("FOUNDATION") & events.known
    absent = np.zeros(len(rows), dtype=bool)
    for name in ("done", "of"):
        absent |= unrecorded(events.table[name])
    return rows & absent


def _of_ratios(found: Findings, gaps: defaultdict[int, set[str]]) -> None:
    governed = (found.contracts.governing >= 0) & ~found.contracts.undated
    stalled = (
        found.has("MAY_BE_IDLE") | found.has("UNDETERMINED")
    ) & found.events.commenced & ~found.events.suspension_unknown & (found.completed_row < 0)  # fmt: skip
    rows = np.flatnonzero(stalled & ~found.completion_unknown & governed)
    contracts = found.contracts.governing[rows]
    for ratios in (found.areas, found.investments):
        lacking = ~ratios.plain(contracts)
        for parcel, contract in zip(rows[lacking].tolist(), contracts[lacking].tolist(), strict=True):
            gaps[parcel].update(ratios[contract].missing if contract in ratios else ())


def _of_completion(found: Findings, gaps: defaultdict[int, set[str]]) -> None:
    contracts = found.contracts
    asked = found.completion_unknown & found.has("UNDETERMINED") & ~contracts.undated
    checked = (
        found.events.rows("COMPLETION_CHECKED")
        & found.tables.construction_event["developed_area_m2"].notna().to_numpy()
    )
    for parcel in np.flatnonzero(asked & found.events.any(checked) & (contracts.governing >= 0)).tolist():
        gap = found.ratios.due(int(contracts.governing[parcel]))[1]
        gaps[parcel].update([gap] if gap else [])
