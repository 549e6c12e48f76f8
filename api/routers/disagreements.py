"""Where sources disagree, and the index of reporters."""

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import AskedDep, ConnectionDep, PagingDep, VisitorDep
from data import disagreements
from gis.exact import plain
from gis.phrases.crosscheck import tell_disagreement

router = APIRouter(tags=["comparison of sources"])
Code = Annotated[str | None, Query(max_length=80, pattern=r"^[^\x00]*$")]


def _document(row: Any) -> dict[str, Any]:
    return {name: plain(value, 6) if isinstance(value, Decimal) else value for name, value in row.items()}


@router.get("/disagreements")
def found(
    asked: AskedDep, paging: PagingDep, connection: ConnectionDep, visitor: VisitorDep,
    kind: Code = None, suspicion: Code = None, reporter: Code = None, parcel: Code = None, enterprise: Code = None,
) -> dict[str, Any]:  # fmt: skip
    """Return where two sources disagree, a page at a time, with counts over all pages; each row as a sentence too."""
    run_id = asked.run()
    wanted = {
        "kind": kind, "suspicion": suspicion, "reporter": reporter, "parcel_code": parcel,
        "holder_credit_code": enterprise, "park_code": asked.query.park,
    }  # fmt: skip
    counted = disagreements.counts(connection, run_id, **wanted)
    rows = disagreements.rows(connection, run_id, paging.size, paging.page, **wanted)
    return {
        "run_id": run_id,
        "as_of": asked.as_of,
        "page": paging.page,
        "size": paging.size,
        "total": sum(group["n"] for group in counted),
        "counts": counted,
        "items": [_document(row) | {"text": tell_disagreement(dict(row), visitor.lang)} for row in rows],
    }


@router.get("/reporters")
def reporters(asked: AskedDep, connection: ConnectionDep) -> dict[str, Any]:
    """Return how often what a reporter says disagrees with other sources; no share where too little was compared."""
    run_id = asked.run()
    rows = disagreements.reporters(connection, run_id, asked.query.park)
    return {"run_id": run_id, "as_of": asked.as_of, "items": [_document(row) for row in rows]}
