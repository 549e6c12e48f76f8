"""Read drawings: closed polylines become polygons, with their layer, handle and the texts inside them."""

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from etl.issues import Findings
from etl.readers.raw import Raw, Source
from etl.readers.vector import read_layer

LINE, POLYGON, MULTIPOLYGON = 1, 3, 6
MAX_TEXT = 500  # letters of the texts inside one shape that are kept


def read_dxf(source: Source) -> Raw:
    """Return the closed lines and areas of a drawing as rows.

    An open line stays a row and is refused; points, texts and blocks are no
    rows, and are counted. A drawing states no coordinate system.

    Raises
    ------
    Refused
        It is no drawing.
    """
    # Blocks hold signs and frames, not parcels; inside each other they would grow without end.
    raw = read_layer(source, INLINE_BLOCKS="NO")
    wkb = raw.wkb if raw.wkb is not None else np.full(len(raw.frame), None, dtype=object)
    shapes = np.full(len(wkb), None, dtype=object)
    there = np.array([value is not None for value in wkb], dtype=bool)
    if there.any():
        shapes[there] = shapely.force_2d(shapely.from_wkb(wkb[there], on_invalid="ignore"))
    kinds = shapely.get_type_id(shapes)
    areas, closed = _areas(shapes, kinds)
    rows = np.flatnonzero((kinds == LINE) | np.isin(kinds, (POLYGON, MULTIPOLYGON)))
    findings = Findings()
    frame = raw.frame.rename(columns={"EntityHandle": "Handle"})
    for row in rows[~closed[rows]]:
        findings.add(
            "POLYLINE_OPEN", int(row) + 1, "geom", layer_name=frame["Layer"][row], handle=frame["Handle"][row]
        )
    other = int((~np.isin(np.arange(len(kinds)), rows)).sum())
    if other:
        names = [
            shape.geom_type
            for shape in shapes[np.setdiff1d(np.arange(len(kinds)), rows)]
            if shape is not None
        ]
        counts = pd.Series(names, dtype=object).value_counts()
        findings.add(
            "ENTITIES_LEFT", value=", ".join(f"{name} {count}" for name, count in counts.items()), count=other
        )
    kept = frame.iloc[rows][
        [c for c in ("Layer", "Handle", "SubClasses", "Linetype") if c in frame]
    ].reset_index(drop=True)
    kept["Text"] = _texts(frame, shapes, kinds, areas[rows])
    result = np.full(len(rows), None, dtype=object)
    good = closed[rows]
    if good.any():
        result[good] = shapely.to_wkb(areas[rows][good])
    return Raw(kept.astype(object).where(kept.notna(), None), rows + 1, result, raw.crs, findings=findings)


def _areas(
    shapes: NDArray[np.object_], kinds: NDArray[np.int32]
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return the polygons of closed lines and of areas, and which rows have one."""
    areas = shapes.copy()
    areas[~np.isin(kinds, (POLYGON, MULTIPOLYGON))] = None
    lines = np.flatnonzero(
        (kinds == LINE) & shapely.is_closed(shapes) & (shapely.get_num_coordinates(shapes) >= 4)
    )
    areas[lines] = [shapely.Polygon(shapely.get_coordinates(shapes[line])) for line in lines]
    return areas, np.array([area is not None for area in areas], dtype=bool)


def _texts(
    frame: pd.DataFrame, shapes: NDArray[np.object_], kinds: NDArray[np.int32], areas: NDArray[np.object_]
) -> list[str | None]:
    """Return the texts whose place lies inside each shape, in the order of the drawing."""
    found: list[list[str]] = [[] for _ in areas]
    if "Text" in frame:
        said = np.flatnonzero((kinds == 0) & frame["Text"].notna().to_numpy())
        tree = shapely.STRtree(shapes[said])
        valid = [place for place, area in enumerate(areas) if area is not None]
        inside, points = tree.query(areas[valid], predicate="intersects") if valid else ((), ())
        for place, point in sorted(zip(inside, points, strict=True)):
            found[valid[place]].append(str(frame["Text"][said[point]]))
    return [";".join(texts)[:MAX_TEXT] or None for texts in found]
