"""Suspected idle land (疑似闲置土地): the verdict on each parcel.

The program only suspects; the bureau determines (认定). A missing fact never
gives "not idle" and never accuses: where the record allows two verdicts, the
verdict is ``UNDETERMINED`` with the facts that would decide it.
"""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from gis.confidence import confidences
from gis.consequence import Causes, fees, find_causes, paths
from gis.contracts import Contracts, text_array
from gis.events import NEVER, Events
from gis.evidence import articles, traces
from gis.exact import FALSE, TRUE, UNKNOWN, figure
from gis.facts import Tables
from gis.findings import NOT_A_DAY, Findings, suspended_on
from gis.gaps import missing_facts
from gis.periods import anniversary, as_days
from gis.ratios import Ratios
from gis.rules import IdleLandRule
from gis.stages import stages
from gis.warning_days import warning_levels

COLUMNS = (
    "entity_id", "version_id", "park_code", "verdict", "band", "limbs", "cause", "path", "fee_wan",
    "blocked", "by_reference", "article", "idle_from", "days", "next_due_on", "warning_days", "stage",
    "confidence", "missing", "trace",
)  # fmt: skip


def judge(
    tables: Tables,
    rule: IdleLandRule,
    as_of: dt.date,
    builtup: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Judge each parcel by the rule on idle land.

    Parameters
    ----------
    tables
        What is on record; nothing filtered by day. Areas in square metres,
        money in 10,000 CNY (万元).
    rule
        The rule in force on ``as_of``.
    as_of
        The day the question is asked about.
    builtup
        Optional evidence: ``parcel_code``, ``year``, ``builtup_m2``, ``share`` of each parcel, as
        :func:`gis.builtup.by_parcel_and_year` gives them. It decides nothing.

    Returns
    -------
    pandas.DataFrame
        Index ``parcel_code`` in the order of ``tables.parcel``; columns ``COLUMNS``. Days and fees are
        Python objects (``date``, ``Decimal``) or None.
    """
    found = find(tables, rule, as_of)
    parcel = tables.parcel
    idle_from, days, next_due = _calendar(found)
    columns: dict[str, Any] = {
        "entity_id": parcel["entity_id"].to_numpy(),
        "version_id": parcel["version_id"].to_numpy(),
        "park_code": text_array(parcel["park_code"]),
        "verdict": found.verdict,
        "band": found.band,
        "limbs": found.limbs,
        "cause": found.causes.cause,
        "path": found.path,
        "fee_wan": [found.fees[n].fee_wan if n in found.fees else None for n in range(len(parcel))],
        "blocked": found.blocked,
        "by_reference": parcel["ownership"].to_numpy(dtype=object) == "COLLECTIVE",
        "article": articles(found),
        "idle_from": idle_from,
        "days": days,
        "next_due_on": as_days(next_due).tolist(),
        "warning_days": warning_levels(next_due, found.day, rule.warning_days),
        "stage": stages(found),
        "confidence": confidences(found, builtup),
        "missing": found.missing,
        "trace": traces(found, builtup),
    }
    index = pd.Index(parcel["parcel_code"], dtype=object, name="parcel_code")
    kinds = {"entity_id": "Int64", "version_id": "Int64", "by_reference": "bool"}
    made = {name: pd.Series(columns[name], index=index, dtype=object) for name in COLUMNS}
    return pd.DataFrame(made, columns=list(COLUMNS)).astype(kinds)


def find(tables: Tables, rule: IdleLandRule, as_of: dt.date) -> Findings:
    """Return everything that the verdicts of a day rest on."""
    contracts = Contracts(tables, as_of)
    events = Events(tables, rule, as_of)
    ratios = Ratios(tables, contracts, events, rule)
    due, due_row, due_basis = commencement_dates(contracts, events, rule)
    completed_row, completion_unknown = _completion(contracts, events, ratios)
    found = Findings(
        tables=tables, rule=rule, day=np.datetime64(as_of, "D"), contracts=contracts, events=events,
        ratios=ratios, due=due, due_row=due_row, due_basis=due_basis,
        supply_unknown=(contracts.governing < 0) & contracts.undated,
        completed_row=completed_row, completion_unknown=completion_unknown,
        verdict=None, band=None, limbs=[], areas={}, investments={},
        causes=Causes(None, None, {}, {}), path=None, blocked=None, fees={}, missing=[],
    )  # fmt: skip
    _decide(found)
    _follow(found)
    found.missing = missing_facts(found)
    return found


def commencement_dates(contracts: Contracts, events: Events, rule: IdleLandRule) -> tuple[Any, Any, Any]:
    """Return the commencement date that counts for each parcel, its contract row, and its basis.

    The newest supplement that states it, else the contract, else delivery
    plus a year (Art. 22). NaT where it is missing or unknown.
    """
    governing = np.where(contracts.undated, -1, contracts.governing)
    agreed, row, unknown = _of_parcels(contracts.dates("commence_by"), governing)
    stated = (row >= 0) & ~unknown
    kind = np.append(contracts.kind, "")[row]
    named = np.where((kind == "SUPPLEMENT") | (kind == "ALLOCATION"), kind, "CONTRACT")
    delivered, delivered_row, delivered_unknown = _of_parcels(contracts.dates("delivered_on"), governing)
    first, _, first_unknown = events.delivered
    by_event = first < NEVER
    delivery = np.where(by_event, np.where(by_event, first, 0).astype("datetime64[D]"), delivered)
    usable = ~unknown & ~stated & ~first_unknown & (by_event | ~delivered_unknown)
    counted = np.where(usable, anniversary(delivery, rule.delivery_years), NOT_A_DAY)
    basis = np.where(by_event, "DELIVERY_EVENT", "DELIVERED_ON")
    due = np.where(stated, agreed, counted)
    return (
        due,
        np.where(stated, row, np.where(by_event, -1, delivered_row)),
        np.where(np.isnat(due), "", np.where(stated, named, basis)),
    )


def _of_parcels(term: tuple[Any, Any, Any], governing: Any) -> tuple[Any, Any, Any]:
    """Return a date term of each parcel's contract; unknown where no contract is known to govern."""
    days, row, unknown = term
    return (
        np.append(days, NOT_A_DAY)[governing],
        np.append(row, -1)[governing],
        np.append(unknown, [True])[governing],
    )


def _completion(contracts: Contracts, events: Events, ratios: Ratios) -> tuple[Any, Any]:
    """Return the completion check that completes each parcel (-1: none), and whether that is unknown.

    The check has to cover the whole contracted scale: its developed area is
    empty or reaches the area due.
    """
    checks = events.rows("COMPLETION_CHECKED") & events.here & (events.known | events.undated)
    rows = np.flatnonzero(checks)
    passed = np.full(len(events.table), UNKNOWN, dtype=np.int8)
    area = events.table["developed_area_m2"].to_numpy(dtype=object)
    governing = np.where(contracts.undated, -1, contracts.governing)
    for row in rows.tolist():
        passed[row] = _passed(figure(area[row]), int(governing[events.parcel[row]]), ratios)
    completed = events.first(checks & (passed == TRUE))[1]
    unknown = (passed == UNKNOWN) | (events.undated & (passed == TRUE))
    return completed, events.any(checks & unknown)


def _passed(area: Any, contract: int, ratios: Ratios) -> int:
    if area is None:
        return TRUE
    whole = ratios.due(contract)[0] if contract >= 0 else None
    return UNKNOWN if whole is None else int(area >= whole)


def _decide(found: Findings) -> None:
    """Fill in verdict, band and limbs: the first condition that holds decides."""
    contracts, events, rule = found.contracts, found.events, found.rule
    holder = _has_holder(found.tables.parcel)
    unsupplied = (contracts.governing < 0) & ~contracts.undated & (contracts.future | ~holder)
    first = anniversary(found.due, rule.first_band_years)
    second = anniversary(found.due, rule.second_band_years)
    stopped = events.suspended[0] < NEVER
    last = anniversary(suspended_on(found), rule.suspension_years)
    stalled = events.commenced & stopped & ~events.suspension_unknown & (last < found.day)
    low = _ratios(found, stalled)
    maybe = events.may_have_commenced
    in_order = [
        (unsupplied, "NOT_SUPPLIED"),
        (found.supply_unknown, "UNDETERMINED"),
        (found.completed_row >= 0, "COMPLETED"),
        (found.completion_unknown, "UNDETERMINED"),
        (~maybe & np.isnat(found.due), "UNDETERMINED"),
        (~maybe & (found.day <= found.due), "NOT_DUE"),
        (~maybe & (found.day <= first), "OVERDUE"),
        (~maybe, "IDLE_NOT_COMMENCED"),
        (~events.commenced, "UNDETERMINED"),
        (events.suspension_unknown, "UNDETERMINED"),
        (~stopped, "ACTIVE"),
        (found.day <= last, "SUSPENDED_UNDER_1Y"),
        (low == TRUE, "MAY_BE_IDLE"),
        (low == UNKNOWN, "UNDETERMINED"),
    ]
    holds, codes = (
        [condition for condition, _ in in_order],
        [code for _, code in in_order],
    )
    found.verdict = np.select(holds, codes, "SUSPENDED_NOT_IDLE").astype(object)
    idle = found.verdict == "IDLE_NOT_COMMENCED"
    found.band = np.where(idle, np.where(second < found.day, "Y2", "Y1"), "").astype(object)
    found.limbs = _limbs(found)


def _has_holder(parcel: pd.DataFrame) -> Any:
    named = [text_array(parcel[name]) for name in ("holder", "holder_credit_code")]
    return np.array(
        [any(str(part or "").strip() for part in pair) for pair in zip(*named, strict=True)],
        bool,
    )


def _ratios(found: Findings, stalled: Any) -> Any:
    """Compute the ratios of stopped land and say whether one is low: one low is enough, both must be known."""
    governing = np.where(found.contracts.undated, -1, found.contracts.governing)
    stopped = found.events.commenced & (found.events.suspended[0] < NEVER) & (governing >= 0)
    asked = np.unique(governing[stopped])
    found.areas = found.ratios.areas(asked)
    found.investments = found.ratios.investments(asked)
    low = np.full(len(governing), UNKNOWN, dtype=np.int8)
    for parcel in np.flatnonzero(stalled & (governing >= 0)).tolist():
        contract = int(governing[parcel])
        both = found.areas[contract].low, found.investments[contract].low
        low[parcel] = TRUE if TRUE in both else FALSE if both == (FALSE, FALSE) else UNKNOWN
    return low


def _limbs(found: Findings) -> list[list[str]]:
    limbs: list[list[str]] = [[] for _ in found.verdict]
    for parcel in np.flatnonzero(found.verdict == "MAY_BE_IDLE").tolist():
        contract = int(found.contracts.governing[parcel])
        limbs[parcel] += ["AREA"] if found.areas[contract].low == TRUE else []
        limbs[parcel] += ["INVESTMENT"] if found.investments[contract].low == TRUE else []
    return limbs


def _follow(found: Findings) -> None:
    """Fill in cause, path, gate and fee."""
    not_commenced = found.verdict == "IDLE_NOT_COMMENCED"
    suspended = found.verdict == "MAY_BE_IDLE"
    span = np.where(not_commenced, found.due, np.where(suspended, suspended_on(found), NOT_A_DAY))
    found.causes = find_causes(found.tables, found.rule, found.day, span)
    found.path = paths(found.verdict, found.band, found.causes.cause)
    recorded = text_array(found.tables.parcel["in_monitoring_system"])
    barred = (found.path == "ART12") & np.array([value is not None and not value for value in recorded], bool)
    found.blocked = np.where(barred, "NOT_IN_MONITORING_SYSTEM", "").astype(object)
    found.fees = fees(np.flatnonzero(found.path == "FEE"), found.contracts, found.ratios, found.rule)


def _calendar(found: Findings) -> tuple[list[Any], list[Any], Any]:
    """Return first idle day, idle days (both ends counted), and the next day on which it worsens."""
    rule = found.rule
    first = anniversary(found.due, rule.first_band_years) + 1
    second = anniversary(found.due, rule.second_band_years) + 1
    stalled = anniversary(suspended_on(found), rule.suspension_years) + 1
    not_commenced = found.verdict == "IDLE_NOT_COMMENCED"
    idle_from = np.where(
        not_commenced,
        first,
        np.where(found.verdict == "MAY_BE_IDLE", stalled, NOT_A_DAY),
    )
    days = (found.day - idle_from).astype("timedelta64[D]").astype(np.int64) + 1
    worse = np.select(
        [
            found.verdict == "NOT_DUE",
            found.verdict == "OVERDUE",
            found.band == "Y1",
            _may_stall(found),
        ],
        [found.due + 1, first, second, stalled],
        NOT_A_DAY,
    )
    known = ~np.isnat(idle_from)
    return (
        as_days(idle_from).tolist(),
        [int(count) if there else None for count, there in zip(days, known, strict=True)],
        worse,
    )


def _may_stall(found: Findings) -> Any:
    """Say which suspensions under a year get worse by time alone: not those with both ratios high enough."""
    young = found.verdict == "SUSPENDED_UNDER_1Y"
    for parcel in np.flatnonzero(young).tolist():
        contract = int(found.contracts.governing[parcel])
        pair = found.areas.get(contract), found.investments.get(contract)
        young[parcel] = not all(ratio is not None and ratio.low == FALSE for ratio in pair)
    return young
