"""What other rules would say: the parcels whose verdict differs."""

import datetime as dt
from pathlib import Path
from typing import Any

from sqlalchemy import select

import data.rules as rule_packs
from data.models import IdleVerdict
from data.session import transaction
from etl.analysis.compute import compute
from etl.analysis.run import store


def what_if(
    run_id: int,
    as_of: dt.date,
    known_on: dt.datetime | None,
    park_code: str | None,
    rules: list[Path],
    save_as: str | None,
) -> dict[str, Any]:
    """Return the differences from a stored run by other rules; store them only for a person.

    Raises
    ------
    InvalidRule
        A rule file is wrong.
    """
    state, findings = compute(as_of, known_on, park_code, rules)
    stored = None
    with transaction() as connection:
        if save_as is not None:
            stored = store(connection, findings, as_of, state, park_code, save_as, rules)
        statement = select(IdleVerdict.parcel_code, IdleVerdict.verdict, IdleVerdict.band).where(
            IdleVerdict.run_id == run_id
        )
        before = {code: _code(verdict, band) for code, verdict, band in connection.execute(statement)}
    after = {
        code: _code(verdict, band)
        for code, verdict, band in zip(
            findings["idle_verdict"]["parcel_code"],
            findings["idle_verdict"]["verdict"],
            findings["idle_verdict"]["band"],
            strict=True,
        )
    }
    changes = [
        {"parcel_code": code, "from": before.get(code), "to": verdict}
        for code, verdict in after.items()
        if before.get(code) != verdict
    ]
    return {"rules_version": rule_packs.version(rules), "run_id": stored, "changes": changes}


def _code(verdict: str, band: str) -> str:
    return f"{verdict} {band}".strip()
