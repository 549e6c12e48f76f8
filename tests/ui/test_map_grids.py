"""The map in each grid that an installation may choose."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Connection, text

from data.settings import settings

LARGE = """
SELECT p.entity_id, ST_X(ST_PointOnSurface(p.geom)) AS lon, ST_Y(ST_PointOnSurface(p.geom)) AS lat
FROM idle_verdict AS v JOIN parcel AS p USING (version_id) JOIN analysis_run AS r USING (run_id)
WHERE r.as_of = '2026-11-01' AND v.verdict = 'MAY_BE_IDLE' AND p.drawn_area_m2 > 8000 ORDER BY p.parcel_code LIMIT 1
"""


@pytest.mark.parametrize(
    ("grid", "code"),
    [
        ("WebMercatorQuad", "EPSG:3857"),
        ("CGCS2000Quad", "EPSG:4490"),
        ("GK40", "EPSG:4528"),
        ("GK41", "EPSG:4529"),
    ],
)
def test_a_parcel_lies_where_it_is_in_every_grid(
    page: Page, open_map: Callable[..., None], connection: Connection, monkeypatch: pytest.MonkeyPatch,
    keep: Callable[[str], None], grid: str, code: str,
) -> None:  # fmt: skip
    chosen = settings().model_copy(update={"view_grid": grid})
    monkeypatch.setattr("api.map_page.settings", lambda: chosen)
    parcel: Any = connection.execute(text(LARGE)).one()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_map(f"c={parcel.lon:.5f},{parcel.lat:.5f}&r=1.5")
    keep(f"map-{grid}")
    shown, under = page.evaluate(
        """([lon, lat]) => { const { map, parcels, toMap } = document.getElementById('map').landstock;
        const pixel = map.getPixelFromCoordinate(toMap([lon, lat]));
        const found = [];
        map.forEachFeatureAtPixel(pixel, (feature) => { found.push(feature.getId()); });
        return [map.getView().getProjection().getCode(), found]; }""",
        [parcel.lon, parcel.lat],
    )
    assert shown == code and parcel.entity_id in under
    tiles = [address for address in asked if "/tiles/" in address]
    assert tiles and all(f"/tiles/{grid}/" in address for address in tiles)
