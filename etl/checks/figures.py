"""Figures of single rows: signs that cannot be meant, declared against drawn areas, shapes too thin or too small."""

from decimal import Decimal

import numpy as np
import shapely
from numpy.typing import NDArray

from data.layers import LAYERS
from etl.checks.limits import tolerances
from etl.checks.plane import METRES, perimeters
from etl.coded import floats, values_of
from etl.drawn import Drawn
from etl.work import Work
from gis.areas import measure

# Figures that are never 0: who writes 0 there means "not known" or made a mistake.
NOT_ZERO = {
    "parcel": ("registered_area_m2",),
    "park": ("approved_area_ha",),
    "building": ("floor_area_m2", "footprint_m2", "storeys"),
    "contract": (
        "granted_area_m2", "due_area_m2", "total_investment_wan", "planned_investment_ex_land_wan",
        "intensity_wan_per_ha", "far_min",
    ),
    "contract_phase": ("area_m2",),
}  # fmt: skip
PRICED = ("GRANT", "LEASE")  # an allocation may cost nothing
THIN = frozenset({"parcel", "builtup", "land_state", "plan_zone"})  # layers in which a sliver is a mistake
SIGNED = frozenset({"year"})  # whole numbers that count nothing


def check_numbers(work: Work) -> None:
    """Report figures below zero, and zeros where nothing is 0."""
    layer = LAYERS[work.layer or ""]
    for column in layer.columns:
        if column.kind not in (Decimal, int) or column.name in SIGNED:
            continue
        values = values_of(work.frame[column.name])
        figures = floats(work.frame[column.name])  # as exact as a sign and a zero need
        below = np.flatnonzero(figures < 0)
        work.findings.add_rows(
            "NUMBER_NEGATIVE", work.row_no[below], column.name, values[below], work.keys[below]
        )
        if column.name in NOT_ZERO.get(layer.name, ()):
            nothing = np.flatnonzero(figures == 0)
        elif column.name == "price_wan" and layer.name == "contract":
            priced = work.frame["contract_type"].isin(PRICED).to_numpy()
            nothing = np.flatnonzero((figures == 0) & priced)
        else:
            continue
        work.findings.add_rows(
            "NUMBER_ZERO", work.row_no[nothing], column.name, values[nothing], work.keys[nothing]
        )


def check_areas(work: Work) -> None:
    """Compare the declared with the drawn area: the same within 0.1 % or 10 m², whichever is larger."""
    if "registered_area_m2" not in work.frame.columns or work.drawn_m2 is None:
        return
    limits = tolerances()
    said = work.frame["registered_area_m2"]
    declared = floats(said)
    off = np.abs(declared - work.drawn_m2)
    allowed = np.maximum(limits["same_area_share"] * work.drawn_m2, limits["same_area_m2"])
    odd = np.flatnonzero(off > allowed)
    work.findings.add_rows(
        "AREA_MISMATCH", work.row_no[odd], "registered_area_m2", values_of(said)[odd], work.keys[odd],
        declared_m2=declared[odd], drawn_m2=np.round(work.drawn_m2[odd], 3),
    )  # fmt: skip


def check_thin(work: Work) -> None:
    """Report slivers, parcels too small to be any, and tiny parts of shapes in several parts.

    The width of a shape is twice its area by its border: that of a long rectangle is its shorter side.
    """
    if work.shapes is None or work.drawn_m2 is None or work.layer not in THIN or not len(work.shapes):
        return
    limits, rows, keys = tolerances(), work.row_no, work.keys
    thin, width = _thin(work.shapes, work.drawn_m2, limits["sliver_width_m"])
    work.findings.add_rows(
        "SLIVER", rows[thin], "geom", None, keys[thin], width_m=np.round(width, 3),
        area_m2=np.round(work.drawn_m2[thin], 3), limit_m=limits["sliver_width_m"],
    )  # fmt: skip
    if work.layer == "parcel":
        small = np.flatnonzero(work.drawn_m2 < limits["parcel_least_m2"])
        work.findings.add_rows(
            "PARCEL_TINY", rows[small], "geom", None, keys[small], area_m2=np.round(work.drawn_m2[small], 3)
        )
    several = np.flatnonzero(work.shapes.parts > 1)
    parts, whose = shapely.get_parts(work.shapes[several], return_index=True)
    area = measure(parts)
    tiny = np.flatnonzero(area < limits["part_least_m2"])
    at = several[whose[tiny]]
    work.findings.add_rows(
        "PART_TINY", rows[at], "geom", None, keys[at], shapely.point_on_surface(parts[tiny]),
        area_m2=np.round(area[tiny], 3), parts=work.shapes.parts[at],
    )  # fmt: skip


def _thin(
    shapes: Drawn, area_m2: NDArray[np.float64], limit_m: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the places of shapes narrower than a limit, and their widths.

    A degree is nowhere longer than ``METRES``, so no border is longer than its degrees times that: most
    shapes are wide enough even then, and only the others are measured.
    """
    near = np.flatnonzero(2 * area_m2 <= limit_m * shapes.border * METRES * (1 + 1e-9))
    width = 2 * area_m2[near] / np.maximum(perimeters(shapes[near]), 1e-9)
    return near[width < limit_m], width[width < limit_m]
