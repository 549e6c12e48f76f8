"""Small tables from short rows, and the rule that tests judge by."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pandas as pd

from data.rules import idle_land_rule
from gis import idle
from gis.facts import Tables
from gis.tables import COLUMNS, empty
from gis.term_trace import term_trace as read_term_trace
from gis.trace_text import idle_trace as read_idle_trace

judge: Any = idle.judge  # cells of a table are of any type
RULE = idle_land_rule(dt.date(2026, 1, 1))
_FIGURES = ("_m2", "_wan", "_ha", "done", "of", "_min", "_days", "storeys")


def day(text: str | dt.date) -> dt.date:
    return dt.date.fromisoformat(text) if isinstance(text, str) else text


def table(layer: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a layer's table of some rows: dates from text, figures as exact decimals."""
    if not rows:
        return empty(layer)
    columns: dict[str, Any] = {}
    for name in (*COLUMNS[layer], "source"):
        values = [row.get(name) for row in rows]
        if name in empty(layer) and empty(layer)[name].dtype != object:
            columns[name] = pd.to_datetime(pd.Series(values)).astype("datetime64[us]")
        else:
            if name.endswith(_FIGURES):
                values = [None if value is None else Decimal(str(value)) for value in values]
            columns[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(columns)


def parcel(code: str = "P1", **fields: Any) -> dict[str, Any]:
    default = {"entity_id": 1, "version_id": 1, "park_code": "K", "holder": "甲公司", "registered_area_m2": 30000,
               "ownership": "STATE", "in_monitoring_system": True}  # fmt: skip
    return {"parcel_code": code} | default | fields


def contract(number: Any = "C1", codes: Any = ("P1",), **fields: Any) -> dict[str, Any]:
    default = {"contract_type": "GRANT", "signed_on": "2020-01-01", "parcel_codes": list(codes)}
    return {"contract_no": number} | default | fields


def supplement(number: str, amends: str | None, signed_on: str | None, **fields: Any) -> dict[str, Any]:
    return {
        "contract_no": number,
        "contract_type": "SUPPLEMENT",
        "amends": amends,
        "signed_on": signed_on,
    } | fields


def event(kind: str, on: str | None, code: str = "P1", **fields: Any) -> dict[str, Any]:
    return {"parcel_code": code, "event": kind, "happened_on": on} | fields


def cause(kind: str, **fields: Any) -> dict[str, Any]:
    default = {"from_on": "2022-01-01", "verified_on": "2022-02-01", "verified_by": "局"}
    return {"parcel_code": "P1", "cause": kind} | default | fields


def report(on: str | None, basis: Any = "REPORTED", number: Any = "C1", **fields: Any) -> dict[str, Any]:
    return {"contract_no": number, "reported_on": on, "basis": basis} | fields


def tables(
    parcels: Any = (), contracts: Any = (), events: Any = (), reports: Any = (), causes: Any = (),
    buildings: Any = (), phases: Any = (),
) -> Tables:  # fmt: skip
    return Tables(
        parcel=table("parcel", list(parcels) or [parcel()]),
        contract=table("contract", list(contracts)),
        construction_event=table("construction_event", list(events)),
        investment_report=table("investment_report", list(reports)),
        idle_cause=table("idle_cause", list(causes)),
        building=table("building", list(buildings)),
        contract_phase=table("contract_phase", list(phases)),
    )


def verdict(as_of: str, code: Any = "P1", **rows: Any) -> Any:
    """Return the verdict row of one parcel."""
    return judge(tables(**rows), RULE, day(as_of)).loc[code]


PERMIT = event("PERMIT", "2021-02-01")
PILES = event("FOUNDATION", "2021-03-01", foundation_type="PILES", done=100, of=100)
COMMENCED = (PERMIT, PILES)


def tables_of(world: dict[str, list[dict[str, Any]]]) -> Tables:
    """Return the tables of a world of rows by layer."""
    return Tables(**{layer: table(layer, rows) for layer, rows in world.items()})


def idle_trace(row: Any, rule: Any, as_of: dt.date) -> Any:
    """Return the whole trace of an idle-land verdict, as it is read."""
    return read_idle_trace(row, {rule.ref: rule.told()}, as_of)


def term_trace(row: Any, rule: Any, as_of: dt.date) -> Any:
    """Return the trace of a term, as it is read: from the facts beside the verdict."""
    return read_term_trace(row, json.loads(row["facts"]), {rule.ref: rule.told()}, as_of)
