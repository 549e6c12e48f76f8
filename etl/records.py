"""What is written down about a delivery and its files, and the report of it."""

from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, text

from data import staged
from etl.load import copy
from etl.options import FileReport, ImportOptions, ImportReport
from etl.work import Work


def begin_file(connection: Connection, number: int, work: Work) -> None:
    """Write down that a file belongs to a delivery; the work gets its number."""
    work.file_id = int(
        connection.scalar(
            text(
                "INSERT INTO delivery_file (delivery_id, path, layer) VALUES (:id, :path, :layer) RETURNING file_id"
            ),
            {"id": number, "path": work.path, "layer": work.layer},
        )
        or 0
    )


def finish_file(connection: Connection, work: Work) -> None:
    """Write down what became of a file; the rows of one that is blocked after all leave staging again."""
    work.findings.close()
    write_repairs(connection, work)
    if work.blocked_by and work.layer:
        staged.discard(connection, work.layer, [work.file_id])
    connection.execute(
        text(
            "UPDATE delivery_file SET crs = :crs, crs_source = :source, encoding = :encoding, rows_read = :read, "
            "rows_accepted = :accepted, rows_rejected = :rejected, area_m2 = :area, blocked_by = :blocked WHERE file_id = :id"
        ),
        {
            "crs": work.crs, "source": work.crs_source, "encoding": work.encoding, "read": work.read,
            "accepted": work.accepted, "rejected": work.rejected, "blocked": work.blocked_by, "id": work.file_id,
            "area": None if work.drawn_m2 is None else round(float(work.drawn_m2.sum()), 4),
        },
    )  # fmt: skip


def write_repairs(connection: Connection, work: Work) -> None:
    """Write down the repairs that were proposed for the rows of a file, chosen or not."""
    if not len(work.repairs):
        return
    found = work.repairs.joined()
    values: dict[str, Any] = {
        "file_id": [str(work.file_id)] * len(work.repairs),
        "row_no": [str(row) for row in found["row_no"]],
        "supplier_key": [None if key is None else str(key) for key in found["key"]],
        "kind": found["kind"],
        "chosen": ["t" if taken else "f" for taken in found["chosen"]],
    }
    for name in ("before_m2", "after_m2"):
        values[name] = [None if np.isnan(m2) else f"{m2:.4f}" for m2 in found[name]]
    for name in ("before", "after"):
        placed = shapely.set_srid(found[name], 4490)
        values[f"{name}_geom"] = list(shapely.to_wkb(placed, hex=True, include_srid=True))
    copy(connection, "public.repair", list(values), list(values.values()))


def settle(connection: Connection, number: int, works: list[Work], options: ImportOptions) -> str:
    """Return what a delivery has become; what nobody will publish leaves staging."""
    usable = [work for work in works if not work.blocked_by]
    status = "REFUSED" if not usable else "CHECKED" if options.check_only else "STAGED"
    if status != "STAGED":
        for layer in {work.layer for work in usable if work.layer}:
            staged.discard(connection, layer, [work.file_id for work in usable if work.layer == layer])
        connection.execute(
            text("UPDATE delivery SET status = :status WHERE delivery_id = :id"),
            {"status": status, "id": number},
        )
    return status


def report_of(
    number: int,
    status: str,
    works: list[Work],
    unread: list[Work],
    options: ImportOptions,
    seconds: dict[str, float],
) -> ImportReport:
    """Return what became of a delivery, file by file."""
    report = ImportReport(number, status, wanted_publication=options.publish, timings=seconds)
    refused = [work for work in unread if work.blocked_by]
    for work in (*works, *refused):
        report.layers.append(
            FileReport(work.layer, work.path, work.read, work.accepted, work.rejected, work.findings.counts(),
                       work.crs, work.crs_source, work.encoding, work.blocked_by)
        )  # fmt: skip
    for work in unread:
        if not work.blocked_by:
            report.not_read.append({"file": work.path, "code": work.findings.items[0].code})
    return report
