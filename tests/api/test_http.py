"""The interface over HTTP: shapes, filters, errors, headers. Figures are compared between answers, or with the sample's table."""

import csv
import io
import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any

import httpx
import openpyxl
import pytest

DAY = {"as_of": "2026-11-01"}
PROBLEM = "application/problem+json"


def test_parcels_summary_and_idle_list_agree(client: httpx.Client) -> None:
    summary = client.get("/api/v1/summary", params=DAY).json()
    listed = client.get("/api/v1/parcels", params=DAY | {"size": 1}).json()
    counts = {status["code"]: status["n"] for status in summary["statuses"]}
    assert listed["total"] == summary["total"] == sum(counts.values())
    assert {code: total["n"] for code, total in listed["counts"].items()} == counts
    # Suspected are exactly the two verdicts that the idle list holds.
    suspected = client.get("/api/v1/parcels", params=DAY | {"status": "suspected", "size": 1000}).json()
    verdicts = summary["verdicts"]
    assert suspected["total"] == verdicts["IDLE_NOT_COMMENCED"]["n"] + verdicts["MAY_BE_IDLE"]["n"]
    assert len(suspected["items"]) == suspected["total"]
    # The total's area is the sum of its rows' areas, to the cent of a square metre.
    area = sum(item["registered_area_m2"] or item["drawn_area_m2"] for item in suspected["items"])
    assert area == pytest.approx(suspected["area_m2"], abs=0.01)


def test_pages_show_the_same_count_as_the_list(client: httpx.Client) -> None:
    suspected = client.get("/api/v1/parcels", params=DAY | {"status": "suspected"}).json()["total"]
    page = client.get("/idle", params=DAY | {"lang": "en"}).text
    assert f"Total {suspected} parcels" in page
    data = client.get("/map", params=DAY | {"status": "suspected"}).text
    data = json.loads(data.split('id="page-data">')[1].split("</script>")[0])
    assert data["counts"]["suspected"] == suspected == data["total"]


def test_downloads_hold_the_rows_of_the_list(client: httpx.Client) -> None:
    for chosen in ({}, {"verdict": "MAY_BE_IDLE"}, {"band": "Y2", "q": "GB0001"}):
        asked = DAY | chosen
        body = client.get("/export/idle-list.geojson", params=asked).json()
        wanted = asked | ({} if "verdict" in chosen else {"status": "suspected"})
        listed = client.get("/api/v1/parcels", params=wanted | {"size": 1000}).json()
        codes = {feature["properties"]["parcel_code"] for feature in body["features"]}
        assert codes == {item["parcel_code"] for item in listed["items"]}
    sheet = client.get("/export/idle-list.xlsx", params=DAY)
    assert sheet.content[:2] == b"PK"
    assert "attachment" in sheet.headers["content-disposition"]
    assert client.get("/export/nonsense.xlsx", params=DAY).status_code in (404, 422)


def test_one_parcel_tells_its_reasons(client: httpx.Client) -> None:
    first = client.get("/api/v1/parcels", params=DAY | {"verdict": "MAY_BE_IDLE"}).json()["items"][0]
    one = client.get(f"/api/v1/parcels/{first['parcel_code']}", params=DAY).json()
    assert one["idle"]["verdict"] == "MAY_BE_IDLE"
    assert one["idle"]["limbs"]
    assert one["idle"]["arithmetic"]
    assert one["idle"]["consequence"]["path"] == "ART12"  # every MAY_BE_IDLE, interfaces
    assert client.get(f"/api/v1/parcels/by-id/{one['entity_id']}", params=DAY).json() == one
    west, south, east, north = one["bounds"]
    assert west < one["centre"][0] < east
    assert south < one["centre"][1] < north


def test_a_dossier_says_the_findings_in_words(client: httpx.Client) -> None:
    # The planted wrong area (F04 of the sample): registered half as much again as the shape, 18,039 m2.
    address = "/parcels/210726041001GB00019"
    assert "登记面积 18,039 ㎡，图形面积 12,024" in client.get(address, params=DAY | {"lang": "zh"}).text
    assert "Registered 18,039 m², drawn 12,024" in client.get(address, params=DAY | {"lang": "en"}).text


@pytest.mark.parametrize(
    "query",
    ["as_of=yesterday", "as_of=2026-13-01", "as_of=1", "known_on=soon", "status=idle", "verdict=IDLE", "sort=holder;drop",
     "sort=-registered_area_m2", "page=0", "size=100000", "area_min=-1", "area_min=x", "park=%00", "band=Y3", "q=%00"],
)  # fmt: skip
def test_wrong_query_is_422_with_a_problem(client: httpx.Client, query: str) -> None:
    answer = client.get(f"/api/v1/parcels?as_of=2026-11-01&{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["type"] in ("invalid-request", "unknown-sort")


@pytest.mark.parametrize("day", ["2026.11.1", "20261101", "2026年11月1日"])
def test_days_as_people_write_them(client: httpx.Client, day: str) -> None:
    assert client.get("/api/v1/parcels", params={"as_of": day, "size": 1}).json()["as_of"] == "2026-11-01"


def test_a_day_before_the_measures_is_refused(client: httpx.Client) -> None:
    answer = client.get("/api/v1/parcels", params={"as_of": "2012-06-30"})  # in force from 2012-07-01
    assert (answer.status_code, answer.json()["type"]) == (422, "rule-not-in-force")


def test_unknown_parcel_is_404(client: httpx.Client) -> None:
    answer = client.get("/api/v1/parcels/NOPE", params=DAY)
    assert (answer.status_code, answer.json()["type"]) == (404, "parcel-not-found")
    assert answer.headers["content-type"] == PROBLEM
    page = client.get("/parcels/NOPE", params=DAY, headers={"accept": "text/html"})
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert client.get("/api/v1/parcels/by-id/999999999", params=DAY).status_code == 404


@pytest.mark.parametrize("text", ["%", "_", "\\", "' OR 1=1 --", "%' ESCAPE '"])
def test_typed_wildcards_and_quotes_are_plain_text(client: httpx.Client, text: str) -> None:
    """None of these occurs in a number, name or address, so nothing is found, and nothing breaks."""
    assert client.get("/api/v1/parcels", params=DAY | {"q": text}).json()["total"] == 0
    assert client.get("/api/v1/search", params=DAY | {"q": text + text}).json()["total"] == 0


def test_paging_gives_each_parcel_once(client: httpx.Client) -> None:
    asked = DAY | {"status": "unknown", "size": 25, "sort": "-area"}
    total = client.get("/api/v1/parcels", params=asked).json()["total"]
    seen: Counter[str] = Counter()
    areas: list[float] = []
    for page in range(1, total // 25 + 2):
        items = client.get("/api/v1/parcels", params=asked | {"page": page}).json()["items"]
        seen.update(item["parcel_code"] for item in items)
        areas += [item["registered_area_m2"] or item["drawn_area_m2"] for item in items]
    assert len(seen) == total
    assert set(seen.values()) == {1}
    assert areas == sorted(areas, reverse=True)


def test_filters_narrow(client: httpx.Client) -> None:
    whole = client.get("/api/v1/summary", params=DAY).json()
    park = whole["parks"][0]
    of_park = client.get("/api/v1/parcels", params=DAY | {"park": park["park_code"]}).json()
    assert of_park["total"] == park["n"]
    assert {item["park_code"] for item in of_park["items"]} == {park["park_code"]}
    code, n = whole["missing"][0]["code"], whole["missing"][0]["n"]
    lacking = client.get("/api/v1/parcels", params=DAY | {"status": "unknown", "missing": code}).json()
    assert lacking["total"] == n
    small = client.get("/api/v1/parcels", params=DAY | {"area_max": "5000", "size": 1000}).json()
    large = client.get("/api/v1/parcels", params=DAY | {"area_min": "5000.01", "size": 1}).json()
    assert small["total"] + large["total"] == whole["total"]
    assert all((i["registered_area_m2"] or i["drawn_area_m2"]) <= 5000 for i in small["items"])


def test_search_groups_what_it_finds(client: httpx.Client) -> None:
    found = client.get("/api/v1/search", params=DAY | {"q": "GB00001"}).json()
    parcels = next(group for group in found["groups"] if group["kind"] == "parcel")
    assert all(item["text"].endswith("GB00001") for item in parcels["items"])
    assert found["total"] <= 8
    assert (
        client.get("/api/v1/search", params=DAY | {"q": "G"}).json()["total"] == 0
    )  # from the second character


def test_every_answer_carries_the_policy(client: httpx.Client) -> None:
    policy = (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        "connect-src 'self'; object-src 'none'; frame-ancestors 'self'"
    )
    for path in ("/", "/api/v1/summary", "/nope", "/healthz"):
        assert client.get(path, params=DAY).headers["content-security-policy"] == policy


def test_hashed_files_stay_and_plain_ones_are_checked(client: httpx.Client) -> None:
    page = client.get("/help", params=DAY).text
    style = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(style)
    assert "immutable" in answer.headers["cache-control"]
    again = client.get(style, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/static/css/landstock.css").headers["cache-control"] == "no-cache"
    for wrong in ("/static/css/landstock.000000000000.css", "/static/%2e%2e/viewer.py"):
        assert client.get(wrong).status_code == 404


def test_scripts_name_their_modules_with_hashes(client: httpx.Client) -> None:
    page = client.get("/map", params=DAY).text
    script = "/static/js/map." + page.split('src="/static/js/map.')[1].split('"')[0]
    text = client.get(script).text
    named = [part.split("'")[0] for part in text.split("from './")[1:]]
    assert named
    for name in named:
        assert "immutable" in client.get(f"/static/js/{name}").headers["cache-control"]


def test_tiles_answer_304_when_unchanged(client: httpx.Client) -> None:
    run = client.get("/api/v1/summary", params=DAY).json()["run_id"]
    address = f"/tiles/WebMercatorQuad/8/214/95.mvt?run={run}"
    first = client.get(address)
    assert first.status_code == 200
    assert "private" in first.headers["cache-control"]
    assert client.get(address, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert client.get("/tiles/Nope/0/0/0.mvt?run=1").status_code in (404, 422)
    assert client.get("/tiles/WebMercatorQuad/0/0/0.mvt?run=999999").status_code in (404, 422)
    assert client.get("/tiles/WebMercatorQuad/0/0/0.mvt").status_code == 422


def test_language_by_query_then_cookie_then_chinese(client: httpx.Client) -> None:
    assert '<html lang="zh-CN">' in client.get("/help", params=DAY).text
    assert '<html lang="en">' in client.get("/help", params=DAY | {"lang": "en"}).text
    assert '<html lang="en">' in client.get("/help", params=DAY).text
    assert '<html lang="zh-CN">' in client.get("/help", params=DAY | {"lang": "zh"}).text
    assert '<html lang="zh-CN">' in client.get("/help", params=DAY | {"lang": "xx"}).text


def test_area_unit_is_15_mu_a_hectare(client: httpx.Client) -> None:
    one = client.get("/api/v1/parcels", params=DAY | {"size": 1}).json()["items"][0]
    mu = one["registered_area_m2"] * 3 / 2000
    assert f"{mu:,.2f}" in client.get("/parcels", params=DAY | {"unit": "mu", "size": 25}).text


def test_reference_lists_every_operation(client: httpx.Client) -> None:
    document = client.get("/api/openapi.json").json()
    page = client.get("/api/docs").text
    for path in document["paths"]:
        assert path in page
    # Its own scripts: only the frame's, which every page has, and none that is written into the page.
    assert re.findall(r"<script\b[^>]*>", page) == re.findall(
        r'<script type="module" src="/static/js/(?:frame|busy|forms|search_box)\.[0-9a-f]+\.js">', page
    )
    assert client.get("/readyz").json() == {"status": "ok"}


def test_known_before_the_first_publication_is_empty(client: httpx.Client) -> None:
    """Nothing was known in 2020, so that an answer as known then has no parcel."""
    answer = client.get("/api/v1/parcels", params=DAY | {"known_on": "2020-01-01T00:00:00+08:00"})
    assert answer.status_code == 200
    assert answer.json()["total"] == 0


def listed_terms(client: httpx.Client, asked: str) -> tuple[int, list[dict[str, Any]]]:
    """Return how many terms the list says that it has, and all of them, page by page."""
    total, rows, number = 1, [], 0
    while number * 1000 < total:
        number += 1
        answer = client.get(f"/api/v1/intensity?{asked}&size=1000&page={number}").json()
        total = answer["total"]
        rows += answer["rows"]
    return total, rows


def test_contract_terms_are_exported_by_the_facets_of_their_page(client: httpx.Client) -> None:
    """Every facet of term and verdict: the file has the rows of the list, so as many, and says which they are."""
    for term in ("INTENSITY", "TOTAL_INVESTMENT", "FAR"):
        asked = f"as_of={DAY['as_of']}&term={term}"
        facets = client.get(f"/api/v1/intensity?{asked}").json()["verdicts"]
        for found in ("", *facets):
            total, listed = listed_terms(client, f"{asked}&found={found}")
            answer = client.get(f"/export/intensity.csv?{asked}&found={found}")
            rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
            assert len(rows) == total == (facets[found] if found else sum(facets.values()))
            assert {(row["contract_no"], row["term"], row["verdict"]) for row in rows} == {
                (row["contract_no"], row["term"], row["verdict"]) for row in listed
            }
            for name in ("actual", "required"):
                amounts = [sum(Decimal(row[name] or 0) for row in part) for part in (rows, listed)]
                assert amounts[0] == amounts[1], name
    book = client.get(f"/export/intensity.xlsx?as_of={DAY['as_of']}&term=FAR&found=SHORT&lang=zh").content
    said = openpyxl.load_workbook(io.BytesIO(book))["说明"]["A1"].value
    assert "指标：容积率；判定：未达标" in said
    everything = client.get(f"/export/intensity.csv?as_of={DAY['as_of']}").content.decode("utf-8-sig")
    assert {row["term"] for row in csv.DictReader(io.StringIO(everything))} >= {"INTENSITY", "FAR"}
