"""Exports with polygons: GeoJSON (RFC 7946) and GeoPackage."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.errors
import shapely

from data.models import STORAGE_SRID
from etl.export.aside import written_aside
from etl.export.columns import Column
from etl.export.dataset import DECIMALS, Dataset
from etl.export.errors import CannotWrite
from etl.numbers import text_of

_IDS = {"parcels": "parcel_code", "verdicts": "parcel_code", "idle-list": "parcel_code",
        "buildings": "building_id"}  # fmt: skip


def write_geojson(dataset: Dataset, path: Path) -> None:
    """Write a FeatureCollection by RFC 7946 and ``FILE.meta.json`` that states the datum.

    Longitude before latitude, outer rings counter-clockwise, seven decimals
    of a degree where no others were asked for, no ``crs`` member.
    """
    shapes = shapely.to_geojson(rounded(dataset.shapes, dataset.question.decimals))
    names = [column.name for column in dataset.columns]
    identity = names.index(_IDS[dataset.what]) if dataset.what in _IDS else None
    with written_aside(path) as aside, aside.open("w", encoding="utf-8") as handle:
        handle.write('{"type":"FeatureCollection","features":[')
        for number, (row, shape) in enumerate(zip(dataset.rows, shapes, strict=True)):
            values = [geo_value(value, column) for value, column in zip(row, dataset.columns, strict=True)]
            properties = json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)
            mark = "" if identity is None else f'"id":{json.dumps(row[identity], ensure_ascii=False)},'
            comma = "," if number else ""
            handle.write(f'{comma}\n{{"type":"Feature",{mark}"geometry":{shape},"properties":{properties}}}')
        handle.write("\n]}\n")
    _write_meta(dataset, path)


def rounded(shapes: Any, decimals: int = DECIMALS) -> Any:
    """Return polygons with some decimals, wound by the right-hand rule, still valid."""
    shapes = np.asarray(shapes, dtype=object)
    near = shapely.transform(shapes, lambda points: np.round(points, decimals))
    broken = ~shapely.is_valid(near) & shapely.is_valid(shapes)
    if broken.any():
        # A spike thinner than the last decimal folded over: snap it away on the grid.
        snapped = shapely.set_precision(shapes[broken], 10.0**-decimals)
        near[broken] = shapely.transform(snapped, lambda points: np.round(points, decimals))
    return shapely.orient_polygons(near)


def geo_value(value: Any, column: Column) -> Any:
    """Return a value as JSON has it: numbers as numbers, days as ISO text, lists joined."""
    if column.kind == "list" and value is not None:
        return ";".join(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _write_meta(dataset: Dataset, path: Path) -> None:
    question = dataset.question
    known_on = (
        question.known_on or dataset.source.published_at
    )  # without a wish: what the newest publication knew
    meta = {
        "file": path.name,
        "what": dataset.what,
        "datum": "CGCS2000",
        "crs": f"EPSG:{dataset.crs}",
        "coordinates": _STATEMENT[dataset.crs],
        "axis_order": "longitude, latitude",
        "decimals": question.decimals,
        "rows": len(dataset.rows),
        "area": area_told(dataset),
        "as_of": question.as_of.isoformat(),
        "known_on": known_on.isoformat() if known_on else None,
        "park": question.park_code,
        "filter": dict(dataset.chosen),
        **dataset.source.as_json(),
        "columns": {
            column.name: {"zh": column.zh.replace("\n", ""), "en": column.en} for column in dataset.columns
        },
    }
    with written_aside(path.with_name(path.name + ".meta.json")) as aside:
        aside.write_text(json.dumps(meta, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def area_told(dataset: Dataset) -> dict[str, str] | None:
    """Return the area of the rows as exact text: square metres, or hectares by year where a row is a park and year.

    Areas of one land in several years never add up. None where rows have no area, or one of them has none.
    """
    names = [column.name for column in dataset.columns]
    if "year" in names and "builtup_ha" in names:
        years = dict.fromkeys(map(str, dataset.values("year")), Decimal(0))
        for year, area_ha in zip(dataset.values("year"), dataset.values("builtup_ha"), strict=True):
            years[str(year)] += area_ha
        return {f"builtup_ha_{year}": text_of(area_ha) or "" for year, area_ha in sorted(years.items())}
    if "drawn_area_m2" in names:
        pairs = zip(dataset.values("registered_area_m2"), dataset.values("drawn_area_m2"), strict=True)
        areas = [drawn if registered is None else registered for registered, drawn in pairs]
    elif "area_m2" in names:
        areas = dataset.values("area_m2")
    else:
        return None
    return None if None in areas else {"area_m2": text_of(sum(areas, Decimal(0))) or ""}


_STATEMENT = {
    STORAGE_SRID: "CGCS2000 degrees (EPSG:4490), written unchanged; RFC 7946 readers take them as WGS 84",
    4326: "CGCS2000 degrees taken as WGS 84 (EPSG:4326) without a shift; the difference is below a metre",
}


def write_gpkg(dataset: Dataset, path: Path) -> None:
    """Write a GeoPackage with one layer named as the WHAT, in the CRS asked for."""
    frame = gpd.GeoDataFrame(
        {
            column.name: _gpkg_column([row[index] for row in dataset.rows], column)
            for index, column in enumerate(dataset.columns)
        },
        geometry=dataset.shapes,
        crs=f"EPSG:{STORAGE_SRID}",
    )
    if dataset.crs != STORAGE_SRID:
        frame = frame.to_crs(dataset.crs)
    with written_aside(path) as aside:
        try:
            pyogrio.write_dataframe(
                frame, aside, layer=dataset.what, driver="GPKG", geometry_type="MultiPolygon"
            )
        except pyogrio.errors.DataSourceError as error:
            raise CannotWrite(path, error) from error


def _gpkg_column(values: list[Any], column: Column) -> pd.Series:
    if column.kind == "number":
        return pd.Series([None if v is None else float(v) for v in values], dtype="float64")
    if column.kind == "count":
        return pd.Series(values, dtype="Int64")
    if column.kind == "flag":
        return pd.Series(values, dtype="boolean")
    if column.kind == "day":
        if all(value is None for value in values):  # nothing that a kind of column could be told from
            return pd.Series([None] * len(values), dtype="datetime64[ms]")
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object)).dt.date, dtype=object)
    return pd.Series([geo_value(value, column) for value in values], dtype=object)
