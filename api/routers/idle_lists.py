"""Frozen idle-land lists as JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api.deps import ConnectionDep
from api.freezing import change_document, document
from data import frozen_lists

router = APIRouter(prefix="/idle-lists", tags=["frozen lists"])


@router.get("")
def frozen(
    connection: ConnectionDep,
    park: Annotated[str | None, Query(max_length=80, description="Park code")] = None,
) -> dict[str, Any]:
    """Return the frozen lists, the newest first."""
    return {"lists": [document(row) for row in frozen_lists.listed(connection, park)]}


@router.get("/{number}")
def frozen_one(number: Annotated[int, Path(ge=1, le=2**62)], connection: ConnectionDep) -> dict[str, Any]:
    """Return one frozen list: its head, its rows, its differences, and whether the rows still give its hash."""
    head = frozen_lists.one(connection, number)
    rows = frozen_lists.frozen_rows(connection, number)
    changes = frozen_lists.frozen_changes(connection, number)
    return {
        **document(head), "intact": frozen_lists.proves(head, rows), "rows": rows,
        "changes": [change_document(change) for change in changes],
    }  # fmt: skip
