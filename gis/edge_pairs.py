"""The area that two polygons share, from their edges alone: no geometry is built for it.

A polygon is a sum of strips, one under each of its edges, added where the edge
runs one way and taken off where it runs the other. What two polygons share is
then a sum over pairs of edges of the area under the lower one of the two, over
the piece of the x-axis above which both run. Holes and several parts need no
case of their own. The area is exact up to rounding; polygons must be valid.

The functions are plain Python, which tests run as they are; :func:`compiled`
returns them as machine code. The compiler is loaded on first use only, for it
takes longer to load than most commands take.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple


class Outlines(NamedTuple):
    """The rings of many polygons on one plane, in metres, cut into short blocks of edges that follow each other."""

    x: Any
    y: Any
    """The corners of all rings; a ring ends with its first corner."""
    first: Any
    last: Any
    """Of each block: the first and the last of its corners, both included."""
    sign: Any
    """Of each block: 1 where the inside lies below an edge that runs to the east, else -1."""
    west: Any
    south: Any
    east: Any
    north: Any
    """The box around each block."""
    blocks: Any
    """Where the blocks of each polygon begin, and where those of the last one end."""
    box: Any
    """The box around each polygon: west, south, east, north."""


@cache
def compiled() -> Callable[[Outlines, Outlines, Any, Any, Any], None]:
    """Return :func:`fill` as machine code that runs without holding the interpreter.

    It is kept on disk beside this module or, where that folder cannot be
    written, in the user's cache; where there is neither, each process compiles
    it anew.
    """
    import numba
    from numba.extending import register_jitable

    register_jitable(_under)
    register_jitable(_with_edge)
    register_jitable(_with_polygon)
    try:
        made = numba.njit(nogil=True, error_model="numpy", cache=True)(fill)
    except RuntimeError:  # "no locator available": no folder for the code
        made = numba.njit(nogil=True, error_model="numpy")(fill)
    code: Callable[[Outlines, Outlines, Any, Any, Any], None] = made
    return code


def fill(one: Outlines, other: Outlines, left: Any, right: Any, areas: Any) -> None:
    """Write into ``areas`` what polygon ``left[n]`` of one shares with polygon ``right[n]`` of the other, in square metres.

    It goes faster if the smaller polygons are those of ``one``. Rounding can
    make the area of polygons that only touch differ from 0, to either side.
    """
    for n in range(len(left)):
        areas[n] = _with_polygon(one, left[n], other, right[n])


def _with_polygon(one: Outlines, number: int, other: Outlines, second: int) -> float:
    """Return what two polygons share; blocks beside or below the first one's box are passed over."""
    west, south, east, north = one.box[number]
    total = 0.0
    for block in range(other.blocks[second], other.blocks[second + 1]):
        if other.east[block] <= west or other.west[block] >= east or other.north[block] <= south:
            continue
        if (
            other.south[block] >= north
        ):  # all of it runs above the box: only where it enters and leaves counts
            start = min(max(other.x[other.first[block]], west), east)
            stop = min(max(other.x[other.last[block]], west), east)
            if start < stop:
                total += other.sign[block] * _under(one, number, start, stop, south)
            elif stop < start:
                total -= other.sign[block] * _under(one, number, stop, start, south)
            continue
        for corner in range(other.first[block], other.last[block]):
            ax, bx = other.x[corner], other.x[corner + 1]
            ay, by = other.y[corner] - south, other.y[corner + 1] - south
            if ax < bx:
                total += other.sign[block] * _with_edge(one, number, ax, ay, bx, by)
            elif bx < ax:
                total -= other.sign[block] * _with_edge(one, number, bx, by, ax, ay)
    return total


def _with_edge(one: Outlines, number: int, ax: float, ay: float, bx: float, by: float) -> float:
    """Return the area of a polygon under an edge that runs to the east; heights are above the polygon's box."""
    west, south, east, north = one.box[number]
    left, right = max(ax, west), min(bx, east)
    if left >= right or (ay <= 0.0 and by <= 0.0):
        return 0.0
    if ay >= north - south and by >= north - south:
        return _under(one, number, left, right, south)
    slope = (by - ay) / (bx - ax)
    low, high = ay + slope * (left - ax), ay + slope * (right - ax)
    if low < 0.0 or high < 0.0:  # keep the piece above the floor of the box
        if low <= 0.0 and high <= 0.0:
            return 0.0
        crossing = left + (right - left) * low / (low - high)
        if low < 0.0:
            left, low = crossing, 0.0
        else:
            right, high = crossing, 0.0
    total = 0.0
    for block in range(one.blocks[number], one.blocks[number + 1]):
        if one.east[block] <= left or one.west[block] >= right:
            continue
        for corner in range(one.first[block], one.last[block]):
            cx, dx = one.x[corner], one.x[corner + 1]
            cy, dy = one.y[corner] - south, one.y[corner + 1] - south
            sign = one.sign[block]
            if cx > dx:
                cx, cy, dx, dy, sign = dx, dy, cx, cy, -sign
            start, stop = max(left, cx), min(right, dx)
            if start >= stop:
                continue
            rise = (dy - cy) / (dx - cx)
            c, d = cy + rise * (start - cx), cy + rise * (stop - cx)
            a, b = low + slope * (start - left), low + slope * (stop - left)
            over, beyond = c - a, d - b
            if over <= 0.0 and beyond <= 0.0:
                twice = (c + d) * (stop - start)
            elif over >= 0.0 and beyond >= 0.0:
                twice = (a + b) * (stop - start)
            else:  # they cross
                part = over / (over - beyond)
                middle = c + part * (d - c)
                if over < 0.0:
                    twice = ((c + middle) * part + (middle + b) * (1.0 - part)) * (stop - start)
                else:
                    twice = ((a + middle) * part + (middle + d) * (1.0 - part)) * (stop - start)
            total += sign * twice
    return 0.5 * total


def _under(one: Outlines, number: int, left: float, right: float, south: float) -> float:
    """Return the area of a polygon between two lines from south to north."""
    total = 0.0
    for block in range(one.blocks[number], one.blocks[number + 1]):
        if one.east[block] <= left or one.west[block] >= right:
            continue
        for corner in range(one.first[block], one.last[block]):
            cx, dx = one.x[corner], one.x[corner + 1]
            cy, dy = one.y[corner] - south, one.y[corner + 1] - south
            sign = one.sign[block]
            if cx > dx:
                cx, cy, dx, dy, sign = dx, dy, cx, cy, -sign
            start, stop = max(left, cx), min(right, dx)
            if start < stop:
                rise = (dy - cy) / (dx - cx)
                total += sign * (stop - start) * (cy + 0.5 * rise * ((start - cx) + (stop - cx)))
    return total
