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
