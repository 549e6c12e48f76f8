"""Before anything is published: pages say so, the interface refuses with a reason."""

import httpx


def test_pages_without_data(empty_client: httpx.Client) -> None:
    for path in ("/", "/parcels", "/idle", "/growth"):
        page = empty_client.get(path)
        assert page.status_code == 200
        assert "还没有宗地数据。" in page.text
    assert empty_client.get("/map").status_code == 200
    assert empty_client.get("/help").status_code == 200
    answer = empty_client.get("/api/v1/parcels")
    assert (answer.status_code, answer.json()["type"]) == (404, "nothing-published")


def test_the_sample_goes_through_the_steps_of_any_import(empty_client: httpx.Client) -> None:
    """The first step is answered: what was sent, by whom, and which column is which."""
    page = empty_client.get("/")
    assert 'action="/import/sample"' in page.text
    answer = empty_client.post("/import/sample", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("/recognise")
    job = empty_client.get("/api/v1/import/" + answer.headers["location"].split("/")[2]).json()
    assert [file["name"] for file in job["files"]] == ["jinzhou-2026-10.zip"]
