"""Decide which coordinate system a layer is in: declared, stated by the file, or guessed and then confirmed."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from etl.errors import Refused
from etl.issues import Findings
from etl.readers import crs_guess as guess
from etl.readers.boundary import looks_shifted
from etl.readers.crs import STORAGE, Decision, Place, label, parse, transform_points

SWAPPED = ",yx"  # after a system: the file gives north before east
LEAST_HERE = 0.5  # share of the shapes that has to lie near the city


def declared_crs(text: str) -> Decision:
    """Return the system that a person declares; ``EPSG:4528,yx`` says that the file gives north before east.

    Raises
    ------
    Refused
        It is none, rests on another datum, or is a web map's.
    """
    plain = text.strip()
    swapped = plain.lower().replace(" ", "").endswith(SWAPPED)
    return Decision(parse(plain.rpartition(",")[0] if swapped else plain), "DECLARED", swapped)


def decide(
    stated: str | None,
    declared: str | None,
    shapes: NDArray[np.object_],
    place: Place | None,
    canonical: bool,
    accepted: Iterable[str],
    findings: Findings,
) -> Decision:
    """Decide on the system of one layer.

    Parameters
    ----------
    stated
        What the file says.
    declared
        What a person or the mapping says; it wins, and a difference is a finding.
    shapes
        The shapes in the numbers of the file.
    place
        Where the city lies.
    canonical
        The table is in the canonical form, whose WKT is in the storage CRS.
    accepted
        Codes that a person accepted.

    Raises
    ------
    Refused
        ``CRS_GUESSED`` with what it would be and how to confirm it,
        ``CRS_MIXED``, ``CRS_ELSEWHERE``, ``CRS_UNKNOWN``, ``CRS_UNREADABLE``,
        ``CRS_NOT_CGCS2000`` or ``CRS_WEB_MAP``.
    """
    points = guess.points_of(shapes)
    if declared:
        decision = declared_crs(declared)
        if stated:
            _compare(decision, declared, stated, findings)
        return _require_here(decision, points, place, accepted, findings)
    if stated:
        return _require_here(Decision(parse(stated), "PRJ"), points, place, accepted, findings)
    if canonical and _are_degrees(points):
        return _require_here(Decision(CRS.from_epsg(STORAGE), "DECLARED"), points, place, accepted, findings)
    return _guessed(points, place, accepted, findings)


def _are_degrees(points: guess.Points) -> bool:
    return bool(len(points)) and bool((np.abs(points) <= (180, 90)).all())


def _compare(decision: Decision, declared: str, stated: str, findings: Findings) -> None:
    """Report a declared system that differs from the file's own."""
    try:
        said = label(parse(stated))
    except Refused:
        said = stated[:80]
    if said != decision.label:
        findings.add("CRS_CONTRADICTS", value=said, declared=declared, stated=said)


def _guessed(
    points: guess.Points, place: Place | None, accepted: Iterable[str], findings: Findings
) -> Decision:
    """Return the best guess if a person accepted it."""
    found = guess.candidates(points, place)
    name = place.name if place else ""
    seen = [round(float(n), 3) for n in (*points.min(axis=0), *points.max(axis=0))] if len(points) else []
    fits = guess.whole(found)
    if not fits:
        if several := guess.mixed(found):
            raise Refused("CRS_MIXED", value=", ".join(c.declare for c in several), bounds=seen,
                          systems=[f"{c.declare} {c.near:.0%}" for c in several])  # fmt: skip
        raise Refused("CRS_UNKNOWN", bounds=seen, place=name)
    best = fits[0]
    params: dict[str, Any] = {
        "guess": best.declare, "name": best.name, "swapped": best.swapped, "bounds": seen, "place": name,
        "fit": said_of(best), "rivals": [f"{c.declare} ({said_of(c)})" for c in fits[1:]] or ["–"],
        "candidates": [c.as_json() for c in fits],
    }  # fmt: skip
    if "CRS_GUESSED" not in accepted:
        raise Refused("CRS_GUESSED", value=best.declare, **params)
    findings.add("CRS_GUESSED", value=best.declare, **params)
    return Decision(CRS.from_user_input(best.crs), "GUESSED", best.swapped)


def said_of(candidate: guess.Candidate) -> str:
    """Return how well a candidate fits, in figures that need no translation."""
    inside = "" if candidate.inside is None else f", {candidate.inside:.0%} ⊂"
    return f"{candidate.distance_m / 1000:,.1f} km{inside}"


def _require_here(
    decision: Decision, points: guess.Points, place: Place | None, accepted: Iterable[str], findings: Findings
) -> Decision:
    """Return a stated or declared system unless the layer lies elsewhere in it and here in another one.

    Data of another city, where no system brings them here, pass; they are not ours to judge.
    """
    if place is None or not len(points):
        return decision
    here = transform_points(points, decision)
    far = guess.distances_m(here, place.box)
    if (far <= guess.reach_m(place)).mean() >= LEAST_HERE:
        return decision
    fits = guess.whole(guess.candidates(points, place))
    if not fits:
        return decision
    params: dict[str, Any] = {
        "crs": decision.label, "place": place.name, "fits": [c.declare for c in fits], "best": fits[0].declare,
        "far_km": round(float(far[np.isfinite(far)].min()) / 1000, 1) if np.isfinite(far).any() else None,
    }  # fmt: skip
    if "CRS_ELSEWHERE" not in accepted:
        raise Refused("CRS_ELSEWHERE", value=decision.label, **params)
    findings.add("CRS_ELSEWHERE", value=decision.label, **params)
    return decision


def require_unshifted(
    shapes: NDArray[np.object_], place: Place | None, accepted: Iterable[str], findings: Findings
) -> None:
    """Refuse a layer that keeps to the park boundaries only after a web map's shift is taken back.

    Raises
    ------
    Refused
        ``CRS_LOOKS_SHIFTED`` (see :mod:`etl.readers.boundary` for when).
    """
    shifted = looks_shifted(shapes, place)
    if shifted is None:
        return
    params: dict[str, Any] = {
        "system": shifted.system, "before": f"{shifted.before:.0%}", "after": f"{shifted.after:.0%}", "by_m": shifted.by_m,
    }  # fmt: skip
    if "CRS_LOOKS_SHIFTED" not in accepted:
        raise Refused("CRS_LOOKS_SHIFTED", value=shifted.system, **params)
    findings.add("CRS_LOOKS_SHIFTED", value=shifted.system, **params)
