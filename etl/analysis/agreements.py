"""The contracts of a parcel and of its enterprise, as a stored run found them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, any_, literal, select

from data.models import ContractAccount
from etl.numbers import text_of
from gis.accounts import is_base
from gis.exact import add
from gis.phrases.accounts import tell_account

_PLAIN = ("contract_no", "kind", "park_code", "parcel_codes", "area_basis", "flags", "shared_with", "phases",
          "standards", "peers", "committed_source", "reported_source", "verified_source")  # fmt: skip
_DAYS = ("committed_on", "reported_on", "verified_on")
_FIGURES = (
    "committed_wan", "planned_ex_land_wan", "reported_wan", "reported_ex_land_wan", "verified_wan",
    "verified_ex_land_wan", "granted_m2", "registered_m2", "drawn_m2", "per_granted", "per_registered", "per_drawn",
    "due_wan", "due_m2", "phase_rate", "due_intensity", "peer_median",
)  # fmt: skip


def contracts_of(connection: Connection, run_id: int, parcel_code: str, lang: str) -> list[dict[str, Any]]:
    """Return the accounts of the contracts that name a parcel, with ``lines`` of text."""
    here = literal(parcel_code) == any_(ContractAccount.parcel_codes)
    return [_told(row, lang) for row in _rows(connection, run_id, here)]


def enterprise_of(connection: Connection, run_id: int, credit_code: str | None) -> dict[str, Any] | None:
    """Return all contracts of an enterprise with what they come to; None without a credit code.

    Entry contracts repeat what a supply contract promises, contracts that share a parcel or are superseded
    may count land twice: none of them is in the sums, and ``left_out`` names them. A sum is of the contracts
    whose figure is known; ``unknown`` says how many are not.
    """
    if not credit_code:
        return None
    rows = _rows(connection, run_id, ContractAccount.holder_credit_code == credit_code)
    counted = [
        row
        for row in rows
        if is_base(row["kind"]) and not {"SHARED_PARCEL", "SUPERSEDED"} & set(row["flags"])
    ]
    names = [str(row["contract_no"]) for row in counted]
    return {
        "holder_credit_code": credit_code,
        "contracts": [str(row["contract_no"]) for row in rows],
        "counted": names,
        "left_out": [str(row["contract_no"]) for row in rows if str(row["contract_no"]) not in names],
        "committed_wan": _sum([row["committed_wan"] for row in counted]),
        "invested_wan": _sum(
            [row["verified_wan"] if row["verified_on"] else row["reported_wan"] for row in counted]
        ),
        "granted_m2": _sum([row["granted_m2"] for row in counted]),
    }


def _sum(values: Sequence[Decimal | None]) -> dict[str, Any]:
    known = [value for value in values if value is not None]
    return {"sum": text_of(add(known)), "contracts": len(known), "unknown": len(values) - len(known)}


def _rows(connection: Connection, run_id: int, condition: Any) -> list[RowMapping]:
    table = ContractAccount.__table__
    statement = select(table).where(ContractAccount.run_id == run_id, condition)
    return list(connection.execute(statement.order_by(table.c.contract_no.collate("C"))).mappings())


def _told(row: RowMapping, lang: str) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _PLAIN},
        **{name: None if row[name] is None else row[name].isoformat() for name in _DAYS},
        **{name: text_of(row[name]) for name in _FIGURES},
        "lines": tell_account(dict(row), lang),
    }
