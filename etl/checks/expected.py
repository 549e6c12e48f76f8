"""What is expected of a delivery as a whole: as much as the supplier sent last, and no more gone than a share."""

from typing import Any

from sqlalchemy import Connection

from data.layers import LAYERS
from data.sql import load
from etl.checks.limits import tolerances
from etl.options import ImportOptions
from etl.work import Work

_PERCENT = 100


def check_last(
    connection: Connection, number: int, layer: str, works: list[Work], options: ImportOptions
) -> None:
    """Warn where a layer has clearly fewer rows, or less area, than in this supplier's last delivery of it.

    The same park (or none) and the same way of counting: only deliveries that were taken in count, a blocked
    file does not. Without a supplier there is nothing to compare with.
    """
    if not options.supplier:
        return
    params = {"id": number, "layer": layer, "supplier": options.supplier, "park": options.park}
    last = connection.execute(load("delivery_last_of_layer"), params).one_or_none()
    if last is None or not last.rows:
        return
    now: dict[str, tuple[float, float]] = {"rows": (sum(len(w.row_no) for w in works), last.rows)}
    if LAYERS[layer].geometry and last.area_m2:
        drawn = sum(float(w.drawn_m2.sum()) for w in works if w.drawn_m2 is not None)
        now["area"] = (round(drawn, 3), float(last.area_m2))
    for what, (here, before) in now.items():
        if here < before * (1 - tolerances()["last_share"]):
            code = "ROWS_FEWER" if what == "rows" else "AREA_LESS"
            works[0].findings.add(
                code, value=here, before=before, delivery=last.delivery_id,
                percent=round(_PERCENT * (before - here) / before),
            )  # fmt: skip


def check_gone(works: list[Work], gone: int, current: int, complete: bool) -> None:
    """Block a complete delivery that would end more than a share of what is published; warn of any other."""
    share = tolerances()["drop_share"]
    if gone <= share * current:
        return
    told: dict[str, Any] = {
        "gone": gone, "current": current, "percent": round(_PERCENT * gone / current), "limit": round(_PERCENT * share),
    }  # fmt: skip
    if complete:
        for work in works:
            work.findings.add("DROP_THRESHOLD", **told)
    else:
        works[0].findings.add("GONE_MANY", **told)
