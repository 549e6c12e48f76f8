"""The layout of a printed map: paper, frame, scale and list pages, in millimetres."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from gis.map_scales import SCALES

PAPERS: Final = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}
MARGIN: Final = 8.0
SLACK: Final = 1.0  # of the height, so that rounding in the printer never gives one more page
TITLE, FOOT, SIDE, GAP = 15.0, 8.0, 62.0, 4.0
LIST_HEAD, ROW = 8.0, 8.0
PIXEL_MM: Final = 25.4 / 96  # of the browser: what a metre a pixel on screen means as a scale


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes of one sheet in millimetres."""

    paper: str
    turn: str
    width: float
    height: float
    map_width: float
    map_height: float
    rows: int

    @property
    def page_css(self) -> str:
        """The size of the paper, as style sheets name it."""
        return f"{self.paper} {self.turn}"


def layout(paper: str, turn: str) -> Layout:
    """Return the sizes of a sheet: ``paper`` is a name of ``PAPERS``, ``turn`` landscape or portrait."""
    short, long = PAPERS[paper]
    across, up = (long, short) if turn == "landscape" else (short, long)
    width, height = across - 2 * MARGIN, up - 2 * MARGIN - SLACK
    wide, tall = (width - SIDE - GAP, 0.0) if turn == "landscape" else (width, SIDE + GAP)
    rows = int((height - TITLE - FOOT - LIST_HEAD - ROW) // ROW)  # one row is kept for the totals
    return Layout(paper, turn, width, height, wide, height - TITLE - FOOT - tall, rows)


def of_screen(metres_a_pixel: float) -> int:
    """Return the usual scale nearest above that of a screen."""
    return next((s for s in SCALES if s >= metres_a_pixel * 1_000 / PIXEL_MM * 0.999), SCALES[-1])


def bar_m(scale: int) -> int:
    """Return the length of the scale bar in metres: round, 20 to 50 mm on paper."""
    lengths: list[int] = [n * 10**power for power in range(5) for n in (1, 2, 5)]
    return max(one for one in lengths if one * 1_000 <= 50 * scale)


def list_pages(rows: Sequence[Any], a_page: int) -> list[Sequence[Any]]:
    """Return the rows of each list page; totals follow the last row."""
    return [rows[i : i + a_page] for i in range(0, len(rows), a_page)] or [[]]
