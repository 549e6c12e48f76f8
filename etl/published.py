"""What is published already, as far as checks on a delivery need it."""

from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, text

from data.layers import LAYERS
from etl.checks.parks import Parks
from etl.checks.references import REFERENCES, Known
from etl.checks.rows import SETTING_TERMS
from etl.comparison import Box, few, table_of
from etl.work import Work

_PARKS = """
    SELECT DISTINCT ON (park_code) park_code, ST_AsBinary(geom) AS wkb FROM park WHERE upper_inf(known)
    ORDER BY park_code, valid_from DESC NULLS LAST, boundary_version DESC
"""

_CONTRACTED = """
    SELECT parcel_code, min(signed_on) AS signed_on FROM contract, unnest(parcel_codes) AS p (parcel_code)
    WHERE upper_inf(known) AND (contract_type = ANY(:types) OR contract_type IS NULL) GROUP BY parcel_code
"""


def park_extent(connection: Connection) -> tuple[float, float, float, float] | None:
    """Return the extent of the published parks in degrees, or ``None`` if there are none."""
    row = connection.execute(
        text(
            "SELECT ST_XMin(e) w, ST_YMin(e) s, ST_XMax(e) e, ST_YMax(e) n "
            "FROM (SELECT ST_Extent(geom) e FROM park WHERE upper_inf(known)) x"
        )
    ).one()
    return None if row.w is None else (row.w, row.s, row.e, row.n)


def park_area(connection: Connection) -> Any:
    """Return the area of all published parks in degrees as one shape, or ``None`` if there are none."""
    found = [shapely.from_wkb(bytes(row.wkb)) for row in connection.execute(text(_PARKS))]
    return shapely.union_all(shapely.make_valid(np.array(found, dtype=object))) if found else None


def any_of(connection: Connection, layer: str) -> bool:
    """Say whether anything of a layer is published: a first delivery has nothing to be compared with."""
    return bool(connection.scalar(text(f"SELECT EXISTS (SELECT FROM {layer} WHERE upper_inf(known))")))


def parks(connection: Connection, works: list[Work]) -> Parks:
    """Return the newest boundary of each park: of this delivery, else the published one."""
    found: dict[str, Any] = {}
    for row in connection.execute(text(_PARKS)):
        found[row.park_code] = shapely.from_wkb(bytes(row.wkb))
    for work in works:
        if work.layer == "park" and work.shapes is not None and not work.blocked_by:
            days = [(str(day or ""), str(version)) for day, version in
                    zip(work.frame["valid_from"], work.frame["boundary_version"], strict=True)]  # fmt: skip
            for place in sorted(range(len(days)), key=days.__getitem__):
                found[str(work.frame["park_code"].iat[place])] = work.shapes[place]
    return Parks(list(found), list(found.values()))


def known_keys(connection: Connection, works: list[Work]) -> Known:
    """Return the keys that references may name: the published ones and those of this delivery."""

    def keys(table: str, column: str) -> list[str]:
        return list(connection.scalars(text(f"SELECT {column} FROM {table} WHERE upper_inf(known)")))

    named = {REFERENCES[work.layer][1] for work in works if work.layer in REFERENCES}
    parcels = (
        keys("parcel", "parcel_code") if "parcel" in named else []
    )  # a million of them, and rarely asked for
    known = Known(parcels, keys("contract", "contract_no"), keys("park", "park_code"))
    rows = connection.execute(text(_CONTRACTED), {"types": list(SETTING_TERMS)}).all()
    known.contracted.update(row.parcel_code for row in rows)
    known.first_signed = {row.parcel_code: row.signed_on for row in rows if row.signed_on is not None}
    known.add((w for w in works if not w.blocked_by), parcels="parcel" in named)
    return known


def box_of(layer: str, works: list[Work]) -> Box | None:
    """Return the box around the delivered shapes, in degrees; ``None`` where no neighbours are asked for."""
    boxes = [w.shapes.total_box() for w in works if w.shapes is not None and len(w.shapes)]
    if not LAYERS[layer].key or not boxes:
        return None
    box = np.array(boxes)
    west, south = box[:, :2].min(axis=0).tolist()
    east, north = box[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def neighbours(connection: Connection, layer: str) -> tuple[list[str], Any]:
    """Return keys and shapes of published rows in the box of the comparison that the delivery does not replace."""
    key = f"concat_ws('/', {', '.join(f'p.{name}' for name in LAYERS[layer].key or ())})"
    with few(connection):
        rows = connection.execute(
            text(
                f"SELECT {key} AS key, ST_AsBinary(p.geom) AS wkb "
                f"FROM {table_of(layer)} t JOIN {layer} p USING (version_id) WHERE t.near"
            )
        ).all()
    return [row.key for row in rows], shapely.from_wkb(
        np.array([bytes(row.wkb) for row in rows], dtype=object)
    )
