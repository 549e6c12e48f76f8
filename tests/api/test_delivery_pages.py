"""Pages about deliveries over HTTP: the list, one delivery, its findings, quality, taking back."""

import re

import httpx
import pytest

HTML = {"accept": "text/html"}


def test_list_and_detail_name_the_same_rows(client: httpx.Client) -> None:
    listed = client.get("/deliveries", params={"lang": "en"}, headers=HTML)
    assert listed.status_code == 200
    row = re.search(r'href="/deliveries/(\d+)"', listed.text)
    assert row is not None
    shown = client.get(f"/deliveries/{row[1]}", params={"lang": "en"}, headers=HTML).text
    # 18,972 rows lie in the sample delivery's files, counted when it was made (data/samples/README.md).
    assert "18,972" in listed.text
    assert "18,972" in shown


def test_tiles_sum_to_the_rows_that_were_read(client: httpx.Client) -> None:
    text = client.get("/deliveries/1/issues", params={"lang": "en"}, headers=HTML).text
    tiles = [int(n.replace(",", "")) for n in re.findall(r'<span class="n">([\d,]+)</span>', text)]
    rejected, to_mend, noted, clean = tiles
    assert rejected + to_mend + noted + clean == 18_972  # each row once, by its gravest finding


def test_findings_are_paged_and_filtered_by_the_server(client: httpx.Client) -> None:
    first = client.get("/deliveries/1/issues", params={"code": "OVERLAP"}, headers=HTML).text
    second = client.get("/deliveries/1/issues", params={"code": "OVERLAP", "page": 2}, headers=HTML).text
    ids = [re.findall(r'id="f(\d+)"', page) for page in (first, second)]
    assert len(ids[0]) == len(set(ids[0])) == 50
    assert not set(ids[0]) & set(ids[1])


def test_a_finding_is_drawn_with_its_neighbours(client: httpx.Client) -> None:
    page = client.get("/deliveries/1/issues", params={"code": "OVERLAP"}, headers=HTML).text
    drawing = page.split('class="fmap"')[1].split("</svg>")[0]
    assert drawing.count('class="sel-b"') == 1  # the row itself
    assert drawing.count('class="staged"') >= 2  # its neighbours, of the same delivery
    assert drawing.count('class="over"') == 1  # where it lies over another


def test_unknown_numbers_are_not_found(client: httpx.Client) -> None:
    for path in ("/deliveries/999999", "/deliveries/1/issues?issue=999999999", "/deliveries/999999/issues"):
        assert client.get(path, headers=HTML).status_code == 404, path


def test_taking_back_asks_for_a_reason_and_keeps_what_was_typed(client: httpx.Client) -> None:
    answer = client.post("/deliveries/1/withdraw", data={"reason": " ", "confirm": "1"}, headers=HTML)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    answer = client.post("/deliveries/1/withdraw", data={"reason": "两宗重复"}, headers=HTML)
    assert answer.status_code == 422
    assert "两宗重复" in answer.text
    assert "已发布" in client.get("/deliveries", headers=HTML).text


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}],
    ids=["origin", "fetch-site", "opaque"],
)
def test_another_site_cannot_make_a_browser_take_back(client: httpx.Client, headers: dict[str, str]) -> None:
    form = {"reason": "from elsewhere", "confirm": "1"}
    assert client.post("/deliveries/1/withdraw", data=form, headers=headers).status_code == 403
    assert "from elsewhere" not in client.get("/deliveries/1", headers=HTML).text


def test_quality_names_every_layer_and_narrows(client: httpx.Client) -> None:
    whole = client.get("/quality", params={"lang": "en"}, headers=HTML).text
    assert "Good to use" in whole
    assert "No data yet" in whole  # the sample has no plan zones
    narrowed = client.get("/quality", params={"lang": "en", "layer": "contract"}, headers=HTML).text
    rows = narrowed.split('id="list"')[1]
    assert "<td>Contract</td>" in rows
    assert "<td>Parcel</td>" not in rows


def test_pages_before_anything_is_delivered(empty_client: httpx.Client) -> None:
    for path in ("/deliveries", "/quality"):
        assert empty_client.get(path, headers=HTML).status_code == 200, path


def test_what_was_sent_is_there_when_the_answer_arrives(empty_client: httpx.Client) -> None:
    """A browser follows the redirect at once; each of these would find no job if it were written after the answer."""
    places = set()
    for _ in range(5):
        answer = empty_client.post(
            "/import",
            data={"supplier": "县局"},
            files=[("files", ("enterprise.csv", b"credit_code\n912107260359800457\n"))],
            headers=HTML,
        )
        assert answer.status_code == 303
        places.add(answer.headers["location"])
        assert empty_client.get(answer.headers["location"], headers=HTML).status_code == 200
    assert len(places) == 5 and all(re.fullmatch(r"/import/\d+/recognise", place) for place in places)
