"""The list that goes back to a supplier: what is wrong, where, what to do and until when, as workbook or GeoPackage."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pyogrio
import pyogrio.errors
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from sqlalchemy import Connection, RowMapping, text

from data import audit, deliveries
from data import fixlist as kept
from data.layers import LAYERS
from data.models import STORAGE_SRID
from data.session import transaction
from etl.checks.who import WHO, WORDS, who_mends
from etl.checks.words import how_to_mend, message
from etl.export.aside import written_aside
from etl.export.errors import CannotWrite, ExportRefused
from etl.typed import as_text

Lang = Literal["zh", "en"]
SEVERITIES = {
    "BLOCKS": {"zh": "阻断", "en": "blocks the file"},
    "REJECTS": {"zh": "退回", "en": "row rejected"},
    "WARNS": {"zh": "待核实", "en": "to be checked"},
    "INFORMS": {"zh": "已代为更正", "en": "corrected here"},
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list. ``x_north`` and ``y_east`` are in the file's own projected system."""

    issue_id: int
    who: str
    severity: str
    code: str
    file: str
    layer: str | None
    row_no: int | None
    supplier_key: str | None
    field: str | None
    value: str | None
    found: str
    mend: str
    lon: float | None
    lat: float | None
    crs: str | None
    x_north: float | None
    y_east: float | None


@dataclass(frozen=True, slots=True)
class FixList:
    """What is sent back about one delivery."""

    delivery: dict[str, Any]
    items: list[Item]
    followup: kept.Followup | None
    deadline: dt.date | None
    lang: Lang

    def by_who(self) -> dict[str, list[Item]]:
        """Return the lines by who mends them, in the order of ``WHO``."""
        grouped = {who: [item for item in self.items if item.who == who] for who in WHO}
        return {who: items for who, items in grouped.items() if items}

    def by_severity(self) -> Counter[str]:
        """Count the lines by severity."""
        return Counter(item.severity for item in self.items)


def collect(
    connection: Connection, delivery_id: int, deadline: dt.date | None = None, lang: Lang = "zh"
) -> FixList:
    """Return what is to be mended in a delivery.

    Raises
    ------
    NoSuchDelivery
        There is no such delivery.
    """
    delivery = deliveries.delivery(connection, delivery_id)
    found = kept.findings(connection, delivery_id)
    own = _own_coordinates(found)
    items = [_item(row, own.get(row["issue_id"]), lang) for row in found]
    return FixList(delivery, items, kept.followup(connection, delivery_id), deadline, lang)


def _item(row: RowMapping, own: tuple[float, float] | None, lang: Lang) -> Item:
    params = {"row": row["row_no"]} | row["params"]
    return Item(
        row["issue_id"], who_mends(row["code"]), row["severity"], row["code"], row["file"] or "", row["layer"],
        row["row_no"], row["supplier_key"], row["field"], row["value"], message(row["code"], params, lang),
        how_to_mend(row["code"], lang).format_map(_Lenient(params)), row["lon"], row["lat"], row["crs"],
        own[1] if own else None, own[0] if own else None,
    )  # fmt: skip


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


def _own_coordinates(found: Sequence[RowMapping]) -> dict[int, tuple[float, float]]:
    """Return the points in the projected system of the file that they were found in, as east and north."""
    placed: dict[int, tuple[float, float]] = {}
    for name in {row["crs"] for row in found if row["crs"]}:
        try:
            system = CRS.from_user_input(name)
        except CRSError:  # the label of a system without a code: degrees remain
            continue
        rows = [row for row in found if row["crs"] == name and row["lon"] is not None]
        if not rows or not system.is_projected:
            continue
        change = Transformer.from_crs(STORAGE_SRID, system, always_xy=True)
        east, north = change.transform([row["lon"] for row in rows], [row["lat"] for row in rows])
        for row, e, n in zip(rows, east, north, strict=True):
            placed[row["issue_id"]] = (round(e, 3), round(n, 3))
    return placed


def write(delivery_id: int, path: Path, deadline: dt.date | None = None, lang: Lang = "zh") -> FixList:
    """Write the list of one delivery to ``path`` (``.xlsx`` or ``.gpkg``).

    Raises
    ------
    NoSuchDelivery
        There is no such delivery.
    ExportRefused
        The ending is another one.
    CannotWrite
        The disk or its rights.
    """
    from etl.fixlist_book import write_book

    writers = {".xlsx": write_book, ".gpkg": _write_gpkg}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise ExportRefused(
            f"{path.name}: a fix-list is written as .xlsx or .gpkg. Choose one of them.",
            f"{path.name}：整改清单可写为 .xlsx 或 .gpkg，请选择其一。",
        )
    with transaction() as connection:
        listed = collect(connection, delivery_id, deadline, lang)
        writer(connection, listed, path)
        told = {"rows": len(listed.items), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        audit.record(connection, "export", "fix-list", str(delivery_id), told)
    return listed


def table(listed: FixList) -> dict[str, list[Any]]:
    """Return the list as columns with fixed names."""
    lang = listed.lang
    rows = [item for items in listed.by_who().values() for item in items]
    return {
        "no": list(range(1, len(rows) + 1)),
        "who": [WORDS[item.who][lang] for item in rows],
        "severity": [SEVERITIES[item.severity][lang] for item in rows],
        "code": [item.code for item in rows],
        "file": [item.file for item in rows],
        "layer": [item.layer for item in rows],
        "row_no": [item.row_no for item in rows],
        "supplier_key": [item.supplier_key for item in rows],
        "field": [item.field for item in rows],
        "value": [item.value for item in rows],
        "found": [item.found for item in rows],
        "mend": [item.mend for item in rows],
        "deadline": [as_text(listed.deadline)] * len(rows),
        "lon": [item.lon for item in rows],
        "lat": [item.lat for item in rows],
        "crs": [item.crs for item in rows],
        "x_north": [item.x_north for item in rows],
        "y_east": [item.y_east for item in rows],
    }


def _write_gpkg(connection: Connection, listed: FixList, path: Path) -> None:
    """Write two layers with the same columns: ``issues`` (points) and ``rows`` (the shapes of the rows)."""
    frame = gpd.GeoDataFrame(table(listed))
    frame["row_no"] = frame["row_no"].astype("Int64")
    ids = [item.issue_id for items in listed.by_who().values() for item in items]
    shapes = _shapes(connection, listed)
    points = [None if lon is None else shapely.Point(lon, lat) for lon, lat in
              zip(frame["lon"].tolist(), frame["lat"].tolist(), strict=True)]  # fmt: skip
    points = [None if point is None or np.isnan(point.x) else point for point in points]
    drawn = np.array([number in shapes for number in ids], dtype=bool)
    crs = f"EPSG:{STORAGE_SRID}"
    spots = frame.set_geometry(gpd.GeoSeries(points, crs=crs))
    areas = frame[drawn].reset_index(drop=True)
    areas = areas.set_geometry(gpd.GeoSeries([shapes[n] for n in ids if n in shapes], crs=crs))
    with written_aside(path) as aside:
        try:
            pyogrio.write_dataframe(spots, aside, layer="issues", driver="GPKG", geometry_type="Point")
            pyogrio.write_dataframe(
                areas, aside, layer="rows", driver="GPKG", geometry_type="MultiPolygon", append=True
            )
        except pyogrio.errors.DataSourceError as error:
            raise CannotWrite(path, error) from error


def _shapes(connection: Connection, listed: FixList) -> dict[int, Any]:
    """Return the shape of each row with a finding: as it is staged, as it was published, or the published one."""
    found: dict[int, Any] = {}
    for layer in {item.layer for item in listed.items if item.layer}:
        if not LAYERS[layer].geometry:
            continue
        key = LAYERS[layer].key
        current = f"p.{key[0]} = i.supplier_key AND upper_inf(p.known)" if len(key) == 1 else "false"
        rows = connection.execute(
            text(
                "SELECT DISTINCT ON (issue_id) issue_id, ST_AsBinary(geom) AS wkb FROM ("
                "SELECT i.issue_id, 1 AS rank, s.geom FROM issue i "
                f"JOIN staging.{layer} s ON s.file_id = i.file_id AND s.row_no = i.row_no "
                "WHERE i.delivery_id = :id AND i.layer = :layer UNION ALL "
                f"SELECT i.issue_id, 2, p.geom FROM issue i JOIN {layer} p "
                "ON p.file_id = i.file_id AND p.row_no = i.row_no WHERE i.delivery_id = :id AND i.layer = :layer "
                f"UNION ALL SELECT i.issue_id, 3, p.geom FROM issue i JOIN {layer} p ON {current} "
                "WHERE i.delivery_id = :id AND i.layer = :layer) AS x ORDER BY issue_id, rank"
            ),
            {"id": listed.delivery["delivery_id"], "layer": layer},
        )
        found |= {row.issue_id: shapely.from_wkb(bytes(row.wkb)) for row in rows}
    return found
