"""The shifted coordinates of Chinese web maps, GCJ-02 and BD-09: told apart, never imported.

The offset formula was never published by the state. What is used here is the
one found out from its behaviour and published as ``eviltransform`` (public
repository googollee/eviltransform) and in Wikipedia's "Restrictions on
geographic data in China"; implementations agree to centimetres. It serves
only to recognise such a delivery: a position shifted back is no survey.
"""

import re
from math import pi

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
SEMI_MAJOR_M = 6_378_245.0  # the formula's own ellipsoid (Krassowsky)
ECCENTRICITY2 = 0.00669342162296594323
BAIDU = pi * 3000.0 / 180.0
_NAMES = re.compile(
    r"gcj[\s_-]*0?2\b|gcj|bd[\s_-]*0?9|百度|火星|高德|mars[\s_-]*(geo|coord)|baidu|amap", re.I
)


def named(text: str) -> str | None:
    """Return the system of a web map that a text names, as people call it, or ``None``."""
    found = _NAMES.search(text)
    if found is None:
        return None
    said = found[0].lower()
    return "BD-09" if said.startswith(("bd", "百度", "baidu")) else "GCJ-02"


def to_gcj02(points: Points) -> Points:
    """Return positions (longitude, latitude) of CGCS2000 as a GCJ-02 map shows them."""
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    waves = (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += (20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * pi) + 300.0 * np.sin(x / 30.0 * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += (20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    latitude = np.radians(points[:, 1])
    flat = 1.0 - ECCENTRICITY2 * np.sin(latitude) ** 2
    up = np.degrees(north / (SEMI_MAJOR_M * (1.0 - ECCENTRICITY2) / (flat * np.sqrt(flat))))
    aside = np.degrees(east / (SEMI_MAJOR_M / np.sqrt(flat) * np.cos(latitude)))
    return np.column_stack([points[:, 0] + aside, points[:, 1] + up])


def from_gcj02(points: Points) -> Points:
    """Return the positions whose GCJ-02 form is given: by iteration, to far below a millimetre."""
    found = points.copy()
    for _ in range(8):
        found += points - to_gcj02(found)
    return found


def to_bd09(points: Points) -> Points:
    """Return positions of CGCS2000 as a BD-09 map shows them: GCJ-02, shifted once more."""
    x, y = to_gcj02(points).T
    far = np.hypot(x, y) + 0.00002 * np.sin(y * BAIDU)
    turn = np.arctan2(y, x) + 0.000003 * np.cos(x * BAIDU)
    return np.column_stack([far * np.cos(turn) + 0.0065, far * np.sin(turn) + 0.006])


def from_bd09(points: Points) -> Points:
    """Return the positions whose BD-09 form is given: by iteration, to far below a millimetre."""
    found = points.copy()
    for _ in range(8):
        found += points - to_bd09(found)
    return found
