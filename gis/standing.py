"""Floor area and footprint of the buildings that stand on some land."""

import datetime as dt
from decimal import Decimal
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gis.exact import figures
from gis.periods import as_days
from gis.polygons import valid_polygons


class Standing:
    """The buildings of a city on a day. A building lies where a point inside it lies."""

    def __init__(self, buildings: gpd.GeoDataFrame, as_of: dt.date) -> None:
        done = as_days(buildings["completed_on"])
        counts = ~(done > np.datetime64(as_of, "D"))
        self.undated = np.isnat(done)[counts]
        self.floor = figures(buildings["floor_area_m2"])[counts]
        self.footprint = figures(buildings["footprint_m2"])[counts]
        shapes = valid_polygons(buildings.geometry)[counts]
        self.points = shapely.point_on_surface(shapes)
        self.tree = shapely.STRtree(self.points)

    def on(self, land: Any) -> tuple[dict[str, Decimal | None], dict[str, str]]:
        """Return ``floor_m2`` and ``footprint_m2`` on some land, and why one is not known.

        A building without a completion date may or may not stand; no building on record is not "none".
        """
        rows = np.unique(self.tree.query(land, predicate="intersects")[1]) if len(land) else np.zeros(0, int)
        why = "NO_BUILDING" if not len(rows) else "BUILDING_WITHOUT_DATE" if self.undated[rows].any() else ""
        found: dict[str, Decimal | None] = {}
        reasons: dict[str, str] = {}
        for name, values in (("floor_m2", self.floor), ("footprint_m2", self.footprint)):
            parts = values[rows].tolist()
            gap = why or ("BUILDING_WITHOUT_AREA" if any(part is None for part in parts) else "")
            found[name] = None if gap else sum(parts, Decimal(0))
            if gap:
                reasons[name] = gap
        return found, reasons
