"""Vector tiles of the sample, read back with GDAL's own reader of the format."""

import math
import time

import pyogrio
import pyproj
import pytest

from data.queries import status_totals
from gis.words import status_of
from maps import grids, tiles
from maps.tiles import TileFilter


def address(name, parcel, z):
    """The tile of a level that holds a parcel's inner point."""
    grid = grids.grid(name)
    x, y = pyproj.Transformer.from_crs(4490, grid.srid, always_xy=True).transform(
        parcel["lon"], parcel["lat"]
    )
    span = grid.resolution(z) * grids.TILE_PX
    return name, z, math.floor((x - grid.left) / span), math.floor((grid.top - y) / span)


@pytest.fixture
def read(tmp_path):
    """Read a layer of a tile as a table; None where the tile has no such layer."""

    def layer(content, name):
        path = tmp_path / "tile.mvt"
        path.write_bytes(content)
        if not content or name not in [found[0] for found in pyogrio.list_layers(path)]:
            return None
        return pyogrio.read_dataframe(path, layer=name)

    return layer


@pytest.mark.parametrize(
    ("name", "z"),
    # About 1.8, 2.4 and 2 metres a pixel.
    [("WebMercatorQuad", 16), ("CGCS2000Quad", 16), ("GK40", 11)],
)
def test_every_grid_shows_the_parcel_with_its_status(connection, run_id, parcel, read, name, z):
    found = read(tiles.tile(connection, *address(name, parcel, z), run_id), "parcel")
    row = found.set_index("mvt_id").loc[parcel["entity_id"]]
    assert row["status"] == status_of("MAY_BE_IDLE") == "suspected"
    # Nothing about people in the parcels' own layer.
    assert set(found.columns) - {"geometry", "mvt_id"} == {"status"}


def test_the_content_follows_the_resolution_on_the_ground(connection, run_id, parcel, read):
    # At 41 N a pixel of level z is 156543 / 2^z x 0.755 m: 115, 29, 7.2, 1.8 and 0.9 m.
    def shown(z):
        content = tiles.tile(connection, *address("WebMercatorQuad", parcel, z), run_id)
        return {name: read(content, name) for name in ("park", "parcel", "label")}

    far, mid, near, close, closest = (shown(z) for z in (10, 12, 14, 16, 17))
    assert far["parcel"] is None
    assert {"n", "idle_share"} <= set(far["park"].columns)
    assert set(mid["parcel"]["status"]) <= {"suspected", "watch", "unknown"}
    assert "normal" in set(near["parcel"]["status"])
    assert near["label"] is None
    assert "holder" not in close["label"].columns
    label = closest["label"].set_index("mvt_id").loc[parcel["entity_id"]]
    assert label["holder"] == parcel["holder"]
    assert label["label"] == parcel["parcel_code"][-5:].lstrip("0")


def test_a_parcel_cut_by_a_tile_edge_is_labelled_once(connection, run_id, parcel, read):
    name, z, x, y = address("WebMercatorQuad", parcel, 17)
    cut, labelled = 0, 0
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            content = tiles.tile(connection, name, z, x + dx, y + dy, run_id)
            for layer in ("parcel", "label"):
                found = read(content, layer)
                here = 0 if found is None else int((found["mvt_id"] == parcel["entity_id"]).sum())
                cut, labelled = (cut + here, labelled) if layer == "parcel" else (cut, labelled + here)
    assert labelled == 1
    assert cut >= 1


def test_the_count_of_a_park_is_that_of_the_list(connection, run_id, parcel, read):
    # One tile of level 8 holds all four parks; their counts come from the same conditions as the lists.
    for chosen in (TileFilter(), TileFilter(status=("suspected",)), TileFilter(holder=parcel["holder"])):
        content = tiles.tile(connection, *address("WebMercatorQuad", parcel, 8), run_id, chosen)
        parks = read(content, "park").set_index("code")
        for code in parks.index:
            listed = status_totals(connection, run_id, TileFilter(**{**_fields(chosen), "park": code}))
            assert parks.loc[code, "n"] == sum(total.n for total in listed.values())


def _fields(chosen):
    return {"status": chosen.status, "holder": chosen.holder}


def test_a_filter_leaves_only_what_fits(connection, run_id, parcel, read):
    where = address("WebMercatorQuad", parcel, 15)
    found = read(tiles.tile(connection, *where, run_id, TileFilter(status=("suspected",))), "parcel")
    assert set(found["status"]) == {"suspected"}
    assert read(tiles.tile(connection, *where, run_id, TileFilter(park="none")), "parcel") is None


def test_a_quote_in_the_filter_is_only_text(connection, run_id, parcel):
    nasty = "'); DROP TABLE parcel; --\n; SELECT 1"
    content = tiles.tile(
        connection,
        *address("WebMercatorQuad", parcel, 15),
        run_id,
        TileFilter(q=nasty, park=nasty, holder=nasty),
    )
    assert content == b""


def test_built_up_patches_of_one_year(connection, run_id, parcel, read):
    assert tiles.builtup_years(connection, run_id) == [2021, 2022, 2023, 2024, 2025]
    where = address("WebMercatorQuad", parcel, 14)
    every = read(tiles.tile(connection, *where, run_id, layers=("builtup",)), "builtup")
    assert set(every["year"]) == {2021, 2022, 2023, 2024, 2025}
    one = read(tiles.tile(connection, *where, run_id, TileFilter(year=2023), ("builtup",)), "builtup")
    assert set(one["year"]) == {2023}
    assert len(one) == int((every["year"] == 2023).sum())


def test_the_tag_changes_with_the_filter_and_not_without_reason(connection, run_id, parcel):
    where = address("WebMercatorQuad", parcel, 15)
    tag = tiles.etag(connection, *where, run_id)
    assert tag == tiles.etag(connection, *where, run_id)
    assert tag != tiles.etag(connection, *where, run_id, TileFilter(status=("watch",)))
    assert tag != tiles.etag(connection, *where, run_id, layers=("park",))
    with pytest.raises(tiles.NoSuchRun):
        tiles.etag(connection, *where, 999_999_999)


def test_more_parcels_than_can_be_told_apart_are_counted_instead(
    connection, run_id, parcel, read, monkeypatch
):
    monkeypatch.setattr(tiles, "MOST_PARCELS", 5)
    content = tiles.tile(connection, *address("WebMercatorQuad", parcel, 13), run_id)
    assert read(content, "parcel") is None
    assert read(content, "crowd")["n"].item() > 5


def test_a_tile_of_the_sample_is_small_and_quick(connection, run_id, parcel):
    # The bounds are those set for 100,000 parcels; the sample's 2,139 stay far below them.
    for z, most in ((10, 20_000), (14, 150_000), (16, 150_000)):
        begun = time.perf_counter()
        content = tiles.tile(connection, *address("WebMercatorQuad", parcel, z), run_id)
        assert len(content) <= most
        assert time.perf_counter() - begun < 1
