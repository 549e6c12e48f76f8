"""Tiles that are kept on the server: same bytes, nobody gets another's, and an end of rights is an end at once."""

import math
from pathlib import Path
from typing import Any

import httpx
import pyogrio
import pyproj
import pytest
from sqlalchemy import text

from api import kept_tiles
from data.identity import Actor, acting
from data.session import transaction
from maps import grids, tiles
from tests.api.conftest import served
from tests.people import COOKIE, session_of

DAY = {"as_of": "2026-11-01"}
SHOWN = """
SELECT p.park_code, p.entity_id, ST_X(ST_PointOnSurface(p.geom)) AS lon, ST_Y(ST_PointOnSurface(p.geom)) AS lat
FROM idle_verdict AS v JOIN parcel AS p USING (version_id)
WHERE v.run_id = :run AND v.verdict = 'MAY_BE_IDLE' AND p.drawn_area_m2 > 8000 ORDER BY p.park_code, p.parcel_code
"""


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tags of the run that the database was asked for, one entry each time."""
    found: list[str] = []
    whole = tiles.etag

    def etag(*asked: Any) -> str:
        found.append(whole(*asked))
        return found[-1]

    monkeypatch.setattr(tiles, "etag", etag)
    # Long enough that a slow machine does not reach its end within a test.
    monkeypatch.setattr(kept_tiles, "FRESH_S", 600.0)
    return found


@pytest.fixture
def run(as_role: Any) -> int:
    return int(as_role("clerk").get("/api/v1/parcels", params=DAY).json()["run_id"])


@pytest.fixture
def places(run: int) -> dict[str, tuple[int, str]]:
    """Park -> a parcel of it that every tile shows, and the address of the tile around it."""
    grid = grids.grid("WebMercatorQuad")
    span = grid.resolution(15) * grids.TILE_PX
    to_grid = pyproj.Transformer.from_crs(4490, grid.srid, always_xy=True)
    with transaction() as connection:
        rows = connection.execute(text(SHOWN), {"run": run}).all()
    found = {}
    for row in rows:
        east, north = to_grid.transform(row.lon, row.lat)
        x, y = math.floor((east - grid.left) / span), math.floor((grid.top - north) / span)
        found.setdefault(row.park_code, (row.entity_id, f"/tiles/WebMercatorQuad/15/{x}/{y}.mvt?run={run}"))
    assert len(found) >= 2
    return found


@pytest.fixture
def parcels(tmp_path: Path) -> Any:
    """Return the entity ids of the parcels of a tile."""

    def read(answer: httpx.Response) -> set[int]:
        assert answer.status_code == 200
        path = tmp_path / "tile.mvt"
        path.write_bytes(answer.content)
        if not answer.content or "parcel" not in [name for name, _ in pyogrio.list_layers(path)]:
            return set()
        return set(pyogrio.read_dataframe(path, layer="parcel")["mvt_id"])

    return read


def test_a_tile_is_asked_of_the_database_once(as_role: Any, places: Any, counted: list[str]) -> None:
    _, address = next(iter(places.values()))
    client = as_role("clerk")
    first, second = client.get(f"{address}&v=once"), client.get(f"{address}&v=once")
    assert first.content == second.content and len(first.content) > 0
    assert first.headers["etag"] == second.headers["etag"] == counted[0]
    assert len(counted) == 1
    unchanged = client.get(f"{address}&v=once", headers={"If-None-Match": counted[0]})
    assert unchanged.status_code == 304 and unchanged.content == b"" and len(counted) == 1


def test_a_kept_tile_is_sent_packed_only_to_who_reads_it(as_role: Any, places: Any) -> None:
    client = as_role("clerk")
    packed = [
        (address, answer)
        for _, address in places.values()
        if "gzip" in (answer := client.get(address)).headers.get("content-encoding", "")
    ]
    assert packed
    for address, answer in packed:
        plain = client.get(address, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == answer.content
        assert int(answer.headers["content-length"]) < len(plain.content)


def test_each_gets_what_their_own_rights_show(
    as_role: Any, places: Any, parcels: Any, counted: list[str]
) -> None:
    """Asked by all in every order, twice each, so that each answer is kept when the next one asks."""
    client = as_role("clerk")
    one, other = list(places)[:2]
    secrets = {
        "clerk": session_of("clerk"),
        one: session_of("committee", one),
        other: session_of("committee", other),
    }
    for order in (("clerk", one, other), (other, one, "clerk")):
        for who in (*order, *order):
            client.cookies.clear()
            client.cookies.set(COOKIE, secrets[who])
            for park, (entity_id, address) in places.items():
                seen = entity_id in parcels(client.get(f"{address}&v=rights"))
                assert seen == (who in ("clerk", park)), (who, park)
    # Three persons and the tiles of all parks: nothing was asked twice.
    assert len(counted) == len(set(counted)) == 3 * len({address for _, address in places.values()})


def test_an_ended_session_ends_at_once(as_role: Any, places: Any, counted: list[str]) -> None:
    _, address = next(iter(places.values()))
    client = as_role("clerk")
    assert client.get(address).status_code == client.get(address).status_code == 200
    asked = len(counted)
    client.post("/logout")
    client.cookies.clear()
    assert client.get(address).status_code == 401
    client.cookies.set(COOKIE, "no such secret")
    assert client.get(address).status_code == 401
    assert len(counted) == asked


def test_a_right_that_was_taken_ends_at_once(as_role: Any, places: Any, parcels: Any) -> None:
    client = as_role("clerk")
    one, other = list(places)[:2]
    client.cookies.clear()
    client.cookies.set(COOKIE, session_of("committee", one, name="moving"))
    mine, theirs = places[one], places[other]
    assert mine[0] in parcels(client.get(mine[1])) and theirs[0] not in parcels(client.get(theirs[1]))
    with acting(Actor("tests", "admin")), transaction() as connection:
        connection.execute(
            text("UPDATE account SET disabled_at = now() WHERE name = 'moving' AND disabled_at IS NULL")
        )
    assert client.get(mine[1]).status_code == client.get(theirs[1]).status_code == 401


def test_a_run_that_is_gone_is_said_when_the_time_is_up(
    as_role: Any, places: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within FRESH_S the kept tile may still be given; after it the database decides."""
    _, address = next(iter(places.values()))
    client = as_role("clerk")
    client.get(address)

    def gone(*asked: Any) -> str:
        raise tiles.NoSuchRun(1)

    monkeypatch.setattr(tiles, "etag", gone)
    monkeypatch.setattr(kept_tiles, "FRESH_S", 600.0)
    assert client.get(address).status_code == 200
    monkeypatch.setattr(kept_tiles, "FRESH_S", -1.0)
    assert client.get(address).status_code == 404


def test_an_open_server_gives_a_stranger_from_outside_nothing_kept(sample_database: str, places: Any) -> None:
    _, address = next(iter(places.values()))
    with served(is_open=True) as guest:
        assert guest.get(address).status_code == guest.get(address).status_code == 200
        assert guest.get(address, headers={"Host": "land.example"}).status_code == 401
