"""Parcels with their verdicts."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from api.deps import AskedDep, ConnectionDep, PagingDep, VisitorDep
from api.documents import parcel_document, row_document, totals_document
from data import dossier as records
from data import overview, queries
from maps.catalogue import catalogue

router = APIRouter(prefix="/parcels", tags=["parcels"])
ParcelCode = Annotated[str, Path(max_length=80, pattern=r"^[^\x00]+$", description="Parcel code")]


@router.get("")
def parcels(
    asked: AskedDep, paging: PagingDep, connection: ConnectionDep, visitor: VisitorDep
) -> dict[str, Any]:
    """Return the parcels that match the filter, a page at a time, with totals over all pages."""
    run_id, words = asked.run(), catalogue(visitor.lang)
    rows = queries.parcel_rows(
        connection, run_id, asked.filter,
        sort=paging.sort or "parcel_code", size=paging.size, page=paging.page,
    )  # fmt: skip
    totals = queries.status_totals(connection, run_id, asked.filter)
    whole = queries.add(list(totals.values()))
    return {
        "run_id": run_id,
        "as_of": asked.as_of,
        "page": paging.page,
        "size": paging.size,
        "total": whole.n,
        "area_m2": float(whole.area_m2),
        "n_area_drawn": whole.n_drawn,
        "items": [row_document(row, words) for row in rows],
        "counts": totals_document(totals),
    }


def _one(connection: Any, asked: Any, lang: str, **key: Any) -> dict[str, Any]:
    found = records.dossier(connection, asked.run(), **key)
    parks = overview.parks(connection, asked.run())
    return parcel_document(found, overview.run(connection, asked.run()), parks, catalogue(lang))


@router.get("/by-id/{entity_id}")
def parcel_by_id(
    entity_id: Annotated[
        int, Path(ge=1, le=2**63 - 1, description="Lasting identity of a parcel, as in tiles")
    ],
    asked: AskedDep,
    connection: ConnectionDep,
    visitor: VisitorDep,
) -> dict[str, Any]:
    """Return one parcel by its lasting identity: verdict, reasons, contract, evidence."""
    return _one(connection, asked, visitor.lang, entity_id=entity_id)


@router.get("/{parcel_code:path}")
def parcel(
    parcel_code: ParcelCode, asked: AskedDep, connection: ConnectionDep, visitor: VisitorDep
) -> dict[str, Any]:
    """Return one parcel by its code: verdict, reasons, contract, evidence."""
    return _one(connection, asked, visitor.lang, parcel_code=parcel_code)
