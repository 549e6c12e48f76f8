"""Values from a delivery are text on every page and in every file, never code; and every parcel can be reached."""

import csv
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from etl.importer import run
from etl.options import ImportOptions

HTML = {"accept": "text/html"}
CODE = "12-3/4<b>A</b>"  # an old number holds a slash, and a careless supplier a tag
SCRIPT = "<script>alert(1)</script>"
PAGES = (
    "/",
    "/parcels",
    "/idle",
    "/deliveries",
    "/deliveries/1",
    "/deliveries/1/issues",
    "/quality",
    "/import",
    "/print/sheet?list=1",
    "/print/dossiers",
)


@pytest.fixture
def hostile_client(empty_client: httpx.Client, tmp_path: Path) -> httpx.Client:
    values = [
        SCRIPT,
        "'; DROP TABLE parcel; --",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}} ${7*7}",
        "一\n二",
    ]
    with (tmp_path / "parcel.csv").open("w", encoding="utf-8", newline="") as opened:
        sink = csv.writer(opened)
        sink.writerow(["parcel_code", "holder", "location", f"note{SCRIPT}", "geom"])
        for n, value in enumerate(values):
            x = 121.1 + n * 0.002
            ring = f"POLYGON(({x} 41,{x + 0.001} 41,{x + 0.001} 41.001,{x} 41.001,{x} 41))"
            sink.writerow([CODE if n == 0 else f"P{n}", value, value, value, ring])
    options = ImportOptions(publish=True, person=SCRIPT, supplier=f"测绘院{SCRIPT}")
    assert run([tmp_path], options).published
    return empty_client


def test_no_page_carries_a_value_as_code(hostile_client: httpx.Client) -> None:
    for path in (*PAGES, f"/parcels/{quote(CODE.upper(), safe='')}"):
        answer = hostile_client.get(path, headers=HTML)
        assert answer.status_code == 200, path
        for code in (SCRIPT, "<img src=x", "<b>A</b>", "<B>A</B>", "49 $"):
            assert code not in answer.text, path


def test_a_parcel_whose_number_holds_a_slash_has_its_page_and_its_document(
    hostile_client: httpx.Client,
) -> None:
    address = quote(CODE.upper(), safe="")  # codes are kept in capitals
    assert "&lt;script&gt;" in hostile_client.get(f"/parcels/{address}", headers=HTML).text
    assert hostile_client.get(f"/api/v1/parcels/{address}").json()["parcel_code"] == CODE.upper()
    assert hostile_client.get("/parcels/no-such/parcel", headers=HTML).status_code == 404
