"""The usual scales of printed maps, and which of them a box of land needs."""

from typing import Final

SCALES: Final = (500, 1_000, 2_000, 2_500, 5_000, 10_000, 20_000, 25_000, 50_000)
FITTED: Final = 0.92  # part of the frame that a fitted map fills at most


def fitting(width_m: float, height_m: float, across_mm: float, up_mm: float) -> int:
    """Return the largest of the usual scales at which a box fits into a frame, else the smallest of them."""
    needed = max(width_m / across_mm, height_m / up_mm) * 1_000 / FITTED
    return next((scale for scale in SCALES if scale >= needed), SCALES[-1])
