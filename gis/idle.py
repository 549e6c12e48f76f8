"""Suspected idle land (疑似闲置土地): the verdict on each parcel.

The program only suspects; the bureau determines (认定). A missing fact never
gives "not idle" and never accuses: where the record allows two verdicts, the
verdict is ``UNDETERMINED`` with the facts that would decide it.
"""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from gis.columns import among, coded, distinct, figures_at, objects, text_array
from gis.confidence import confidences
from gis.consequence import Causes, fees, find_causes, paths
from gis.contracts import Contracts
from gis.events import NEVER, Events
from gis.evidence import articles, traces
from gis.exact import FALSE, TRUE, UNKNOWN
from gis.facts import Tables
from gis.findings import NOT_A_DAY, VERDICTS, Findings, suspended_on
from gis.gaps import missing_facts
from gis.idle_days import calendar
from gis.pauses import period_end
from gis.periods import anniversary
from gis.ratios import Ratios
from gis.rules import IdleLandRule
from gis.stages import stages
from gis.warning_days import warning_levels

COLUMNS = (
    "entity_id", "version_id", "park_code", "verdict", "band", "limbs", "cause", "path", "fee_wan",
    "blocked", "by_reference", "article", "idle_from", "days", "next_due_on", "warning_days", "stage",
    "confidence", "missing", "trace",
)  # fmt: skip

BASES_OF_DATE = ("", "SUPPLEMENT", "ALLOCATION", "CONTRACT", "DELIVERY_EVENT", "DELIVERED_ON")
_SUPPLEMENT, _ALLOCATION, _CONTRACT, _EVENT, _DELIVERED = (np.int8(n) for n in range(1, 6))


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
    idle_from, days, next_due = calendar(found)
    columns: dict[str, Any] = {
        "entity_id": parcel["entity_id"].to_numpy(),
        "version_id": parcel["version_id"].to_numpy(),
        "park_code": text_array(parcel["park_code"]),
        "verdict": found.verdict,
        "band": found.band,
        "limbs": found.limbs,
        "cause": found.causes.cause,
        "path": found.path,
        "fee_wan": _fees(found),
        "blocked": found.blocked,
        "by_reference": among(*coded(parcel["ownership"]), ("COLLECTIVE",)),
        "article": articles(found),
        "idle_from": idle_from,
        "days": days,
        "next_due_on": next_due.tolist(),
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
    stopped = suspended_on(events)
    completed_row, completion_unknown = _completion(contracts, events, ratios)
    found = Findings(
        tables=tables, rule=rule, day=np.datetime64(as_of, "D"), contracts=contracts, events=events,
        ratios=ratios, due=due, due_row=due_row, due_basis=due_basis,
        first_last=period_end(tables, rule, as_of, due, rule.first_band_years),
        second_last=period_end(tables, rule, as_of, due, rule.second_band_years),
        stalled_last=period_end(tables, rule, as_of, stopped, rule.suspension_years),
        supply_unknown=(contracts.governing < 0) & contracts.undated,
        completed_row=completed_row, completion_unknown=completion_unknown,
        code=None, second_band=None, limbs=[], areas=ratios.none, investments=ratios.none,
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
    named = np.where(np.append(contracts.supplement, False)[row], _SUPPLEMENT,
                     np.where(np.append(contracts.allocation, False)[row], _ALLOCATION, _CONTRACT))  # fmt: skip
    delivered, delivered_row, delivered_unknown = _of_parcels(contracts.dates("delivered_on"), governing)
    first, _, first_unknown = events.delivered
    by_event = first < NEVER
    delivery = np.where(by_event, np.where(by_event, first, 0).astype("datetime64[D]"), delivered)
    usable = ~unknown & ~stated & ~first_unknown & (by_event | ~delivered_unknown)
    counted = np.where(usable, anniversary(delivery, rule.delivery_years), NOT_A_DAY)
    basis = np.where(by_event, _EVENT, _DELIVERED)
    due = np.where(stated, agreed, counted)
    return (
        due,
        np.where(stated, row, np.where(by_event, -1, delivered_row)),
        np.array(BASES_OF_DATE, dtype=object)[np.where(np.isnat(due), 0, np.where(stated, named, basis))],
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
    area = figures_at(events.table["developed_area_m2"], rows)
    governing = np.where(contracts.undated, -1, contracts.governing)
    for row, figure in zip(rows.tolist(), area, strict=True):
        passed[row] = _passed(figure, int(governing[events.parcel[row]]), ratios)
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
    contracts, events = found.contracts, found.events
    holder = _has_holder(found.tables.parcel)
    unsupplied = (contracts.governing < 0) & ~contracts.undated & (contracts.future | ~holder)
    stopped = events.suspended[0] < NEVER
    stalled = events.commenced & stopped & ~events.suspension_unknown & (found.stalled_last < found.day)
    low = _ratios(found, stalled)
    maybe = events.may_have_commenced
    in_order = [
        (unsupplied, "NOT_SUPPLIED"),
        (found.supply_unknown, "UNDETERMINED"),
        (found.completed_row >= 0, "COMPLETED"),
        (found.completion_unknown, "UNDETERMINED"),
        (~maybe & np.isnat(found.due), "UNDETERMINED"),
        (~maybe & (found.day <= found.due), "NOT_DUE"),
        (~maybe & (found.day <= found.first_last), "OVERDUE"),
        (~maybe, "IDLE_NOT_COMMENCED"),
        (~events.commenced, "UNDETERMINED"),
        (events.suspension_unknown, "UNDETERMINED"),
        (~stopped, "ACTIVE"),
        (found.day <= found.stalled_last, "SUSPENDED_UNDER_1Y"),
        (low == TRUE, "MAY_BE_IDLE"),
        (low == UNKNOWN, "UNDETERMINED"),
    ]
    found.code = np.full(len(holder), VERDICTS.index("SUSPENDED_NOT_IDLE"), dtype=np.int8)
    for holds, code in reversed(in_order):
        found.code[holds] = VERDICTS.index(code)
    found.second_band = found.second_last < found.day
    found.limbs = _limbs(found)


def _has_holder(parcel: pd.DataFrame) -> Any:
    """Return which parcels name a holder; blanks name nobody. Each different text is looked at once."""
    held = np.zeros(len(parcel), dtype=bool)
    for name in ("holder", "holder_credit_code"):
        codes, named = coded(parcel[name])
        held |= np.array([bool(text) and bool(str(text).strip()) for text in named.tolist()])[codes]
    return held


def _ratios(found: Findings, stalled: Any) -> Any:
    """Compute the ratios of stopped land and say whether one is low: one low is enough, both must be known."""
    governing = np.where(found.contracts.undated, -1, found.contracts.governing)
    stopped = found.events.commenced & (found.events.suspended[0] < NEVER) & (governing >= 0)
    asked = distinct(governing[stopped], len(found.contracts.numbers))
    found.areas = found.ratios.areas(asked)
    found.investments = found.ratios.investments(asked)
    low = np.full(len(governing), UNKNOWN, dtype=np.int8)
    rows = np.flatnonzero(stalled & (governing >= 0))
    area, investment = (ratios.lows(governing[rows]) for ratios in (found.areas, found.investments))
    either, neither = (area == TRUE) | (investment == TRUE), (area == FALSE) & (investment == FALSE)
    low[rows] = np.where(either, TRUE, np.where(neither, FALSE, UNKNOWN))
    return low


def _limbs(found: Findings) -> list[list[str]]:
    nothing: list[str] = []
    limbs = [nothing] * len(found.code)  # one list for all that have none
    rows = np.flatnonzero(found.has("MAY_BE_IDLE"))
    contracts = found.contracts.governing[rows]
    area, investment = (ratios.lows(contracts) == TRUE for ratios in (found.areas, found.investments))
    for parcel, by_area, by_investment in zip(rows.tolist(), area.tolist(), investment.tolist(), strict=True):
        limbs[parcel] = ["AREA"] * by_area + ["INVESTMENT"] * by_investment
    return limbs


def _follow(found: Findings) -> None:
    """Fill in cause, path, gate and fee."""
    not_commenced = found.has("IDLE_NOT_COMMENCED")
    suspended = found.has("MAY_BE_IDLE")
    span = np.where(not_commenced, found.due, np.where(suspended, suspended_on(found.events), NOT_A_DAY))
    found.causes = find_causes(found.tables, found.rule, found.day, span)
    found.path = paths(not_commenced, suspended, found.second_band, found.causes.cause)
    barred = np.zeros(len(found.code), dtype=bool)
    asked = np.flatnonzero(found.path == "ART12")
    recorded = objects(found.tables.parcel["in_monitoring_system"].iloc[asked]).tolist()
    barred[asked] = [value is not None and value != "" and not value for value in recorded]
    found.blocked = np.array(["", "NOT_IN_MONITORING_SYSTEM"], dtype=object)[barred.astype(np.int8)]
    found.fees = fees(np.flatnonzero(found.path == "FEE"), found.contracts, found.ratios, found.rule)


def _fees(found: Findings) -> Any:
    made = np.full(len(found.code), None, dtype=object)
    for parcel, fee in found.fees.items():
        made[parcel] = fee.fee_wan
    return made
