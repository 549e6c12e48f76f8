"""Base maps: pictures from files and from a service of this machine that writes down what it was asked."""

import sqlite3
import struct
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text

from data.session import transaction
from data.settings import settings
from maps import basemap_pictures, basemaps
from maps.basemap_pictures import Pictures

SECRET = "s3cret+key"


def png(grey: int) -> bytes:
    """A picture of one grey pixel, by hand (PNG specification, clause 5)."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes([0, grey]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


class Service:
    """A service on a loopback port; ``answers`` by path: status, headers, body."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.otherwise: tuple[int, dict[str, str], bytes] = (200, {"Content-Type": "image/png"}, png(7))
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append(self.path)
                status, headers, body = service.answers.get(urlsplit(self.path).path, service.otherwise)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join(10)


@pytest.fixture
def add(as_role: Any) -> Iterator[Any]:
    """Return a way to add a base map by the form; returns its number. All are removed afterwards."""

    def added(**typed: str) -> int:
        form = {"name": "底图", "kind": "wmts", "grid": "WebMercatorQuad", "attribution": "测试", **typed}
        found = as_role("admin").post("/settings/basemaps", data=form, follow_redirects=False)
        assert found.status_code == 303, found.text
        with transaction() as connection:
            return int(connection.scalar(text("SELECT max(basemap_id) FROM basemap")) or 0)

    yield added
    client = as_role("admin")
    with transaction() as connection:
        left = connection.scalars(text("SELECT basemap_id FROM basemap WHERE removed_at IS NULL")).all()
    for number in left:
        client.post(f"/settings/basemaps/{number}/remove")


def wmts(service: Service) -> str:
    return service.address + "/vec_w/wmts?LAYER=vec&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"


def test_a_key_goes_to_the_service_and_nowhere_else(
    as_role: Any, add: Any, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    number = add(source=wmts(service), key_name="tk", key=SECRET, approval="GS（2025）1234号")
    first = as_role("clerk").get(f"/basemap/{number}/12/3427/1534")
    assert first.status_code == 200 and first.content == png(7)
    assert first.headers["content-type"] == "image/png"
    assert len(service.asked) == 1
    asked = parse_qs(urlsplit(service.asked[0]).query)
    assert asked == {
        "LAYER": ["vec"], "TILEMATRIX": ["12"], "TILEROW": ["1534"], "TILECOL": ["3427"], "tk": [SECRET],
    }  # fmt: skip
    # Kept: the service is asked once.
    assert as_role("planner").get(f"/basemap/{number}/12/3427/1534").content == png(7)
    assert len(service.asked) == 1
    told = [
        as_role("admin").get("/settings").text,
        as_role("admin").get(f"/settings?edit={number}").text,
        as_role("clerk").get("/map?as_of=2026-11-01", headers={"Accept": "text/html"}).text,
        as_role("auditor").get("/audit", headers={"Accept": "text/html"}).text,
        str(first.headers),
        caplog.text,
    ]
    with transaction() as connection:
        log = "SELECT coalesce(old::text, '') || coalesce(new::text, '') FROM audit_event WHERE object = 'basemap'"
        written = connection.scalars(text(log)).all()
    assert written and any("key_set_at" in one for one in written)
    assert not any(SECRET in one or "s3cret" in one for one in (*told, *written))
    assert "GS（2025）1234号" in told[2]  # the map names the approval


def test_persons_read_no_key_from_the_database(sample_database: str) -> None:
    asked = text("SELECT has_column_privilege(:role, 'basemap', 'key_value', 'SELECT')")
    with transaction() as connection:
        for role in ("clerk", "approver", "committee", "planner", "auditor", "admin", "visitor", "sign_in"):
            assert connection.scalar(asked, {"role": f"landstock_{role}"}) is False, role
        assert connection.scalar(asked, {"role": "landstock_system"}) is True


def test_an_empty_key_keeps_the_one_on_record_and_another_replaces_it(
    as_role: Any, add: Any, service: Service
) -> None:
    number = add(source=wmts(service), key_name="tk", key=SECRET)
    form = {"name": "改名", "kind": "wmts", "grid": "WebMercatorQuad", "source": wmts(service), "key_name": "tk",
            "attribution": "测试"}  # fmt: skip
    for typed, expected in (("", SECRET), ("other", "other")):
        found = as_role("admin").post(f"/settings/basemaps/{number}", data=form | {"key": typed})
        assert found.status_code in (200, 303)
        as_role("clerk").get(f"/basemap/{number}/12/3427/1534")
        assert parse_qs(urlsplit(service.asked[-1]).query)["tk"] == [expected]


def test_a_wms_is_asked_for_the_box_of_the_tile(as_role: Any, add: Any, service: Service) -> None:
    number = add(kind="wms", grid="CGCS2000Quad", source=service.address + "/wms", layers="a,b")
    assert as_role("clerk").get(f"/basemap/{number}/2/3/0").status_code == 200
    asked = {name: value[0] for name, value in parse_qs(urlsplit(service.asked[0]).query).items()}
    # Level 2 of this grid has tiles of 90 degrees; the fourth of the first row is 90..180 E, 0..90 N.
    assert [float(one) for one in asked["BBOX"].split(",")] == [90, 0, 180, 90]
    assert asked["SRS"] == "EPSG:4490" and asked["VERSION"] == "1.1.1" and asked["LAYERS"] == "a,b"
    assert asked["WIDTH"] == asked["HEIGHT"] == "256"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((500, {}, b"oh"), 502),
        ((403, {}, b"key refused"), 502),
        ((404, {}, b""), 404),
        ((200, {"Content-Type": "image/png"}, b"<ServiceException>LayerNotDefined</ServiceException>"), 502),
        ((200, {"Content-Type": "text/html"}, b"<html>sign in</html>"), 502),
        ((200, {"Content-Type": "image/png"}, png(1) + bytes(basemap_pictures.MOST_BYTES)), 502),
        ((302, {"Location": "http://127.0.0.1:9/elsewhere"}, b""), 502),
    ],
)
def test_what_is_no_picture_is_said_and_not_kept(
    as_role: Any, add: Any, service: Service, answer: Any, status: int
) -> None:
    service.otherwise = answer
    number = add(source=wmts(service), key_name="tk", key=SECRET)
    found = as_role("clerk").get(f"/basemap/{number}/12/3427/1534")
    assert found.status_code == status
    assert found.json()["type"] in ("basemap-unreachable", "no-basemap-tile")
    assert SECRET not in found.text and "127.0.0.1" not in found.text
    assert len(service.asked) == 1  # a redirect is not followed


def test_a_dead_service_is_left_alone_for_a_moment_and_parcels_go_on(
    as_role: Any, add: Any, service: Service
) -> None:
    service.otherwise = (500, {}, b"")
    number = add(source=wmts(service))
    client = as_role("clerk")
    for column in (1, 2, 3):
        assert client.get(f"/basemap/{number}/12/{column}/1").status_code == 502
    assert len(service.asked) == 1
    assert client.get("/api/v1/parcels?as_of=2026-11-01").status_code == 200


def test_files_of_the_server(as_role: Any, add: Any, tmp_path: Path) -> None:
    folder = tmp_path / "xyz"
    (folder / "3" / "6").mkdir(parents=True)
    (folder / "3" / "6" / "2.png").write_bytes(png(1))
    file = tmp_path / "city.mbtiles"
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
        # Rows count upwards: row 2 from above at level 3 is row 8 - 1 - 2 = 5.
        made.execute("INSERT INTO tiles VALUES (3, 6, 5, ?)", (png(2),))
    made.close()
    of_folder = add(name="a", kind="folder", source=str(folder))
    of_file = add(name="b", kind="mbtiles", source=str(file))
    client = as_role("clerk")
    assert client.get(f"/basemap/{of_folder}/3/6/2").content == png(1)
    assert client.get(f"/basemap/{of_file}/3/6/2").content == png(2)
    assert client.get(f"/basemap/{of_folder}/3/6/3").status_code == 404
    assert client.get(f"/basemap/{of_file}/3/6/3").status_code == 404
    outside = client.get(f"/basemap/{of_folder}/3/8/0")  # eight columns, 0 to 7
    assert outside.status_code == 404 and outside.json()["type"] == "no-such-tile"
    assert client.get("/basemap/999999/3/6/2").json()["type"] == "no-such-basemap"


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ({"source": "https://webrd01.is.autonavi.com/t?x={x}&y={y}&z={z}"}, "GCJ-02"),
        ({"source": "https://rt0.map.gtimg.com/{z}/{x}/{y}.png"}, "GCJ-02"),
        ({"source": "https://mt0.google.cn/vt?x={x}&y={y}&z={z}"}, "GCJ-02"),
        ({"source": "https://online1.map.bdimg.com/{z}/{x}/{y}"}, "BD-09"),
        ({"source": "https://map.example/{z}/{x}/{y}?tk=abc"}, "密钥"),
        ({"source": "https://map.example/{z}/{x}"}, "{z}"),
        ({"source": "file:///etc/passwd?{z}{x}{y}"}, "https://"),
        ({"source": "https://u:p@map.example/{z}/{x}/{y}"}, "密码"),
        ({"source": "https://map.{z}.example/{x}/{y}"}, "https://"),
        ({"kind": "wms", "source": "https://map.example/wms"}, "图层"),
        ({"kind": "folder", "source": "relative"}, "完整路径"),
        ({"kind": "tianditu", "layers": "xyz"}, "天地图"),
        ({"source": "https://map.example/{z}/{x}/{y}", "attribution": ""}, "来源"),
    ],
)
def test_what_can_not_be_used_is_explained_and_nothing_typed_is_lost(
    as_role: Any, typed: dict[str, str], word: str
) -> None:
    form = {"name": "新底图", "kind": "wmts", "grid": "WebMercatorQuad", "attribution": "某单位", "key": "",
            "approval": "GS1"} | typed  # fmt: skip
    found = as_role("admin").post("/settings/basemaps", data=form, headers={"Accept": "text/html"})
    assert found.status_code == 422 and word in found.text
    assert 'value="新底图"' in found.text and 'value="GS1"' in found.text


@pytest.mark.parametrize(("grid", "letter"), [("WebMercatorQuad", "w"), ("CGCS2000Quad", "c")])
@pytest.mark.parametrize("name", ["vec", "cva", "img", "cia", "ter", "cta"])
def test_sets_of_tianditu(name: str, grid: str, letter: str) -> None:
    """The addresses of the service's own manual: T0/<set>_<letter>/wmts with these parameters."""
    parts = urlsplit(basemaps.tianditu(name, letter))
    asked = {key: value[0] for key, value in parse_qs(parts.query).items()}
    assert parts.hostname == "t0.tianditu.gov.cn" and parts.path == f"/{name}_{letter}/wmts"
    assert asked == {
        "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": name, "STYLE": "default",
        "TILEMATRIXSET": letter, "FORMAT": "tiles", "TILEMATRIX": "{z}", "TILEROW": "{y}", "TILECOL": "{x}",
    }  # fmt: skip
    assert basemaps.TIANDITU_GRIDS[letter] == grid
    assert basemaps.TIANDITU_SETS[name] == (name in ("cva", "cia", "cta"))


def test_the_cache_on_disk_is_bounded(tmp_path: Path, service: Service) -> None:
    size = len(png(7))
    pictures = Pictures(tmp_path, kept_bytes=5 * size)
    from data.basemaps import Served

    of = Served(1, "wmts", "WebMercatorQuad", wmts(service), "", "", "", "1")
    for column in range(12):
        pictures.picture(of, 12, column, 1)
        assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 5 * size
    assert len(service.asked) == 12


def test_only_administrators_change_base_maps(as_role: Any) -> None:
    for role in ("clerk", "approver", "committee", "planner", "auditor"):
        assert as_role(role).post("/settings/basemaps", data={"name": "x"}).status_code == 403
    found: httpx.Response = as_role("approver").get("/settings", headers={"Accept": "text/html"})
    assert found.status_code == 200 and "/settings/basemaps" not in found.text
    assert settings().view_grid == "WebMercatorQuad"
