"""The rules in force, in plain words."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import clock
from api.deps import ConnectionDep, VisitorDep
from data.rules import version
from data.rules.told import rules_told
from data.sites import site_of

router = APIRouter(tags=["rules"])


@router.get("/rules")
def rules(
    connection: ConnectionDep,
    visitor: VisitorDep,
    as_of: Annotated[dt.date | None, Query(description="The day asked about; today if absent")] = None,
    park: Annotated[str | None, Query(max_length=40, description="Park code: the rules of its place")] = None,
) -> dict[str, Any]:
    """Return each rule in force: value, unit, article, instrument, since when, and what a place below may set."""
    day = as_of or clock.today()
    site = site_of(connection, park, day) if park else None
    return {"as_of": day, "version": version(), "rules": rules_told(day, (), site, visitor.lang)}
