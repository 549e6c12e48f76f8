"""The table of parcels: one count everywhere, columns and views of each account, refused filters, the search box."""

import csv
import io
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from data.identity import Actor, acting
from data.list_settings import MOST_VIEWS
from data.session import transaction
from tests.api.conftest import first_park, served
from tests.people import COOKIE, session_of

DAY = "2026-11-01"
PAGE = {"accept": "text/html"}


def ids_of(client: httpx.Client, query: str, n: int) -> str:
    found = client.get(f"/api/v1/parcels?as_of={DAY}&size={n}&{query}").json()["items"]
    return "&".join(f"ids={one['entity_id']}" for one in found)


def box_of(client: httpx.Client) -> str:
    lon, lat = client.get(f"/api/v1/parcels?as_of={DAY}&size=1").json()["items"][0]["centre"]
    return f"box={lon - 0.01},{lat - 0.01},{lon + 0.01},{lat + 0.01}"


def polygon_of(client: httpx.Client) -> str:
    """A triangle around a parcel."""
    lon, lat = client.get(f"/api/v1/parcels?as_of={DAY}&size=1").json()["items"][0]["centre"]
    return f"polygon={lon - 0.01},{lat - 0.01};{lon + 0.01},{lat - 0.01};{lon},{lat + 0.01}"


FILTERS = {
    "all": lambda client: "",
    "park": lambda client: f"park={first_park()}",
    "status": lambda client: "status=suspected&status=watch",
    "verdict": lambda client: "verdict=OVERDUE",
    "band": lambda client: "band=Y2",
    "missing": lambda client: (
        f"missing={client.get(f'/api/v1/summary?as_of={DAY}').json()['missing'][0]['code']}"
    ),
    "stage": lambda client: "stage=COMMENCED",
    "use": lambda client: "use=06",
    "supplied": lambda client: "supplied_from=2018-01-01&supplied_to=2020-12-31",
    "holder": lambda client: "holder=" + quote("有限公司"),
    "q": lambda client: "q=GB0001",
    "area": lambda client: "area_min=10000&area_max=20000",
    "ids": lambda client: ids_of(client, "status=suspected", 7),
    "box": box_of,
    "polygon": polygon_of,
    "known_on": lambda client: "known_on=" + quote("2030-01-01T00:00:00+08:00") + "&status=unknown",
    "several": lambda client: f"park={first_park()}&status=suspected&area_min=5000",
    "nothing": lambda client: "q=nothing-like-this",
}


@pytest.mark.parametrize("name", FILTERS)
def test_one_filter_has_one_count_everywhere(client: httpx.Client, name: str) -> None:
    """List, its page, map and chart (one summary), the bar of a selection and the exported file."""
    query = f"as_of={DAY}&{FILTERS[name](client)}"
    listed = client.get(f"/api/v1/parcels?{query}").json()
    mapped = client.get(f"/api/v1/summary?{query}").json()
    assert (mapped["total"], mapped["area_m2"]) == (listed["total"], listed["area_m2"])
    assert sum(one["n"] for one in mapped["statuses"]) == listed["total"]
    bar = client.get(f"/lists/selection?{query}&lang=en", headers=PAGE).text
    assert re.search(r"<b>Chosen: ([\d,]+)", bar)[1].replace(",", "") == str(listed["total"])
    page = client.get(f"/parcels?{query}&lang=en", headers=PAGE)
    assert page.status_code == 200
    if listed["total"]:
        assert re.search(r"of ([\d,]+)", page.text)
        assert f"{listed['total']:,}" in page.text
        ha = f"{round(listed['area_m2'] / 10_000 + 1e-9, 2):,.2f}"
        assert ha in page.text and ha in bar if listed["total"] != 1 else True
    content = client.get(f"/export/verdicts.csv?{query}").content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(content)))) - 1 == listed["total"]
    if name not in ("nothing", "all"):
        assert 0 < listed["total"] < client.get(f"/api/v1/parcels?as_of={DAY}").json()["total"]


def columns(client: httpx.Client) -> list[str]:
    head = re.search(
        r"<thead.*?</thead>", client.get(f"/parcels?as_of={DAY}&lang=en", headers=PAGE).text, re.S
    )
    assert head is not None
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<th .*?</th>", head[0], re.S)][2:]


def test_columns_are_kept_with_the_account(as_role: Any) -> None:
    client = as_role("approver")
    before = columns(client)
    assert before[:2] == ["Status", "Land-use holder"]
    chosen = {"cols": ["contract_no", "fee", "status", "no-such"], "back": f"/parcels?as_of={DAY}&page=3"}
    answer = client.post("/lists/columns", data=chosen)
    assert answer.status_code == 303 and answer.headers["location"] == f"/parcels?as_of={DAY}"
    assert columns(client) == ["Contract", "Idle fee (10,000 CNY)", "Status"]
    client.post("/lists/columns", data={"cols": ["contract_no", "fee", "status"], "up": "status"})
    assert columns(client) == ["Contract", "Status", "Idle fee (10,000 CNY)"]
    assert columns(as_role("auditor")) == before  # another account has its own
    client = as_role("approver")
    assert columns(client)[0] == "Contract"
    client.post("/lists/columns", data={"reset": "1", "cols": "status"})
    assert columns(client) == before


def test_a_planner_gets_no_column_of_fees(as_role: Any) -> None:
    client = as_role("planner")
    client.post("/lists/columns", data={"cols": ["fee", "holder"]})
    assert columns(client) == ["Land-use holder"]
    assert 'value="fee"' not in client.get(f"/parcels?as_of={DAY}", headers=PAGE).text
    client.post("/lists/columns", data={"reset": "1"})


def test_columns_without_an_account_are_kept_in_a_cookie(sample_database: str) -> None:
    with served(is_open=True) as client:
        answer = client.get("/lists/columns", params={"cols": ["park", "days"], "up": "days"})
        assert answer.headers["location"] == "/parcels?list=columns"
        assert columns(client) == ["Days", "Park"]
        client.get("/lists/columns", params={"reset": "1"})
        assert columns(client)[0] == "Status"


def kept(client: httpx.Client, name: str, query: str, **more: str) -> str:
    answer = client.post("/lists/views", data={"name": name, "back": f"/parcels?{query}", **more})
    assert answer.status_code == 303, answer.text
    return str(re.search(r"view=(\d+)", answer.headers["location"])[1])  # type: ignore[index]


def test_a_view_keeps_filter_columns_and_order(as_role: Any) -> None:
    client = as_role("clerk")
    client.post("/lists/columns", data={"cols": ["days", "holder"]})
    number = kept(client, "旧的", f"status=suspected&as_of={DAY}&sort=-days&page=2&nonsense=1")
    client.post("/lists/columns", data={"reset": "1"})
    answer = client.get(f"/lists/views/{number}")
    assert answer.headers["location"] == f"/parcels?status=suspected&as_of={DAY}&sort=-days&view={number}"
    page = client.get(answer.headers["location"] + "&lang=en", headers=PAGE).text
    assert re.findall(r"<th [^>]*>\s*<a[^>]*>([^<]+)", page)[1:3] == ["Days", "Land-use holder"]
    assert 'aria-sort="descending"' in page and f"This view is fixed to the day {DAY}" in page
    client.post(f"/lists/views/{number}", data={"act": "rename", "name": "新的"})
    assert "新的" in client.get("/parcels", headers=PAGE).text
    client.post(f"/lists/views/{number}", data={"act": "delete"})
    assert client.get(f"/lists/views/{number}").status_code == 404
    assert "新的" not in client.get("/parcels", headers=PAGE).text


def test_views_are_seen_by_whom_they_are_shared_with_and_changed_by_their_owner(as_role: Any) -> None:
    client = as_role("clerk")
    own = kept(client, "只给自己", "status=watch")
    shared = kept(client, "给局经办", "status=unknown", share="role")
    client.cookies.set(COOKIE, session_of("clerk", name="second-clerk"))
    assert client.get(f"/lists/views/{own}").status_code == 404
    assert client.get(f"/lists/views/{shared}").status_code == 303
    for act in ("rename", "delete"):
        assert client.post(f"/lists/views/{shared}", data={"act": act, "name": "x"}).status_code == 404
    assert as_role("planner").get(f"/lists/views/{shared}").status_code == 404
    as_role("clerk")
    assert client.get(f"/lists/views/{own}").status_code == 303
    for number in (own, shared):
        client.post(f"/lists/views/{number}", data={"act": "delete"})


def test_a_committee_shares_with_its_park_alone(as_role: Any) -> None:
    client = as_role("committee")
    shared = kept(client, "本园区", "status=suspected", share="park")
    client.cookies.set(COOKIE, session_of("committee", first_park(), name="neighbour"))
    assert client.get(f"/lists/views/{shared}").status_code == 303
    client.cookies.set(COOKIE, session_of("committee", "another-park"))
    assert client.get(f"/lists/views/{shared}").status_code == 404
    refused = as_role("clerk").post("/lists/views", data={"name": "x", "share": "park"}, headers=PAGE)
    assert refused.status_code == 422 and 'value="x"' in refused.text  # a clerk belongs to no park
    as_role("committee")
    client.post(f"/lists/views/{shared}", data={"act": "delete"})


def test_a_view_of_a_park_that_is_gone_says_so(as_role: Any) -> None:
    client = as_role("clerk")
    number = kept(client, "没有的园区", "park=GONE-01")
    page = client.get(f"/parcels?park=GONE-01&view={number}&lang=en", headers=PAGE).text
    assert "The park GONE-01 of this view is not in the data any more." in page
    client.post(f"/lists/views/{number}", data={"act": "delete"})


def test_a_view_needs_a_name_of_its_own(as_role: Any) -> None:
    client = as_role("clerk")
    assert client.post("/lists/views", data={"name": "  "}, headers=PAGE).status_code == 422
    first, second = kept(client, "一", "status=watch"), kept(client, "二", "status=watch")
    assert client.post(f"/lists/views/{second}", data={"name": "一"}, headers=PAGE).status_code == 422
    assert kept(client, "一", "status=unknown") == first  # of the same name: replaced
    for number in (first, second):
        client.post(f"/lists/views/{number}", data={"act": "delete"})
    assert MOST_VIEWS == 100


def test_rights_on_views_are_held_by_the_database(sample_database: str) -> None:
    """Nobody keeps a view in another's name, nor shares it with another role or park."""
    from sqlalchemy import text

    from data.faults import DatabaseFault

    session_of("clerk")
    with acting(Actor("tests", "admin")), transaction() as connection:
        account = connection.scalar(text("SELECT account_id FROM account WHERE name = 'clerk'"))
    statement = text(
        "INSERT INTO saved_view (account_id, owner, name, shared_role, shared_park) VALUES (:id, 'x', 'x', :role, :park)"
    )
    for values in (
        {"id": account + 1, "role": None, "park": None},
        {"id": account, "role": "planner", "park": None},
        {"id": account, "role": None, "park": "A"},
    ):
        with (
            acting(Actor("clerk", "clerk", (), account)),
            pytest.raises(DatabaseFault, match="saved_view"),
            transaction() as connection,
        ):
            connection.execute(statement, values)


@pytest.mark.parametrize(
    ("query", "typed"),
    [
        ("as_of=abc", "abc"),
        ("area_min=abc&park=JZ", "abc"),
        ("status=foo&status=watch", "foo, watch"),
        ("known_on=yesterday", "yesterday"),
        ("supplied_from=2023-13-01", "2023-13-01"),
        ("box=1,2,3", "1,2,3"),
        ("polygon=121,41;121.1,41", "121,41;121.1,41"),
        # A bow tie has no inside that people would agree on.
        ("polygon=121,41;121.1,41.1;121.1,41;121,41.1", "121,41;121.1,41.1;121.1,41;121,41.1"),
    ],
)
@pytest.mark.parametrize("path", ["/parcels", "/idle", "/map", "/export"])
def test_a_filter_that_cannot_be_read_comes_back_as_a_form(
    client: httpx.Client, path: str, query: str, typed: str
) -> None:
    answer = client.get(f"{path}?{query}&q=GB0001&lang=en", headers=PAGE)
    name = query.partition("=")[0]
    assert answer.status_code == 422
    assert f"“{typed}” could not be read." in answer.text and f'id="r-{name}"' in answer.text
    assert f'href="#r-{name}"' in answer.text  # the summary leads to the field
    assert 'name="q" value="GB0001"' in answer.text  # the rest is kept
    assert name in ("status",) or f'value="{typed}"' in answer.text  # nothing typed is lost


def test_a_program_is_still_answered_in_problem_details(client: httpx.Client) -> None:
    answer = client.get("/api/v1/parcels?as_of=abc")
    assert answer.status_code == 422 and answer.json()["type"] == "invalid-request"


@pytest.mark.parametrize("typed", ["2026.11.1", "2026年11月1日", "20261101", " 2026-11-01 "])
def test_days_are_read_as_people_write_them(client: httpx.Client, typed: str) -> None:
    page = client.get("/parcels", params={"as_of": typed, "lang": "en"}, headers=PAGE).text
    assert f'name="as_of" autocomplete="off" value="{DAY}"' in page


def test_search_leads_to_pages_and_places(client: httpx.Client) -> None:
    found = client.get(f"/api/v1/search?q=GB00117&as_of={DAY}").json()
    first = found["groups"][0]["items"][0]
    assert first["href"] == f"/parcels/{first['parcel_code']}?as_of={DAY}"
    places = client.get(f"/api/v1/search?q=41.1,121.1&places=true&as_of={DAY}&lang=en").json()["groups"][0]
    assert (places["kind"], places["word"], len(places["items"])) == ("coordinate", "Coordinates", 1)
    assert places["items"][0]["href"] == f"/map?as_of={DAY}&c=121.10000%2C41.10000&r=1.2"
    assert client.get(f"/api/v1/search?q=41.1,121.1&as_of={DAY}").json()["groups"] == []


def test_the_panel_is_a_short_dossier(client: httpx.Client) -> None:
    panel = client.get(f"/lists/panel/210711012001GB00117?as_of={DAY}&lang=en", headers=PAGE)
    assert panel.status_code == 200 and "<html" not in panel.text
    assert f'href="/parcels/210711012001GB00117?as_of={DAY}"' in panel.text
    assert client.get("/lists/panel/nothing", headers=PAGE).status_code == 404


def test_what_is_kept_of_a_run_is_kept_by_rights(as_role: Any) -> None:
    """A committee never gets the count that was kept for somebody who sees more, in whatever order they ask."""
    query = f"/lists/selection?as_of={DAY}&status=normal&lang=en"
    counts: dict[str, set[int]] = {}
    for role in ("clerk", "committee", "clerk", "committee"):
        client = as_role(role)
        found = re.search(r"<b>Chosen: ([\d,]+)", client.get(query, headers=PAGE).text)
        assert found is not None
        counts.setdefault(role, set()).add(int(found[1].replace(",", "")))
        listed = client.get(f"/api/v1/parcels?as_of={DAY}&status=normal&size=1").json()["total"]
        assert counts[role] == {listed}
    assert max(counts["committee"]) < max(counts["clerk"])


def test_every_page_of_the_list_follows_on_the_one_before(client: httpx.Client) -> None:
    """By every order, all rows come once, also where many are equal in it; ties go by parcel code."""
    total = client.get(f"/api/v1/parcels?as_of={DAY}&status=suspected").json()["total"]
    for sort in ("parcel_code", "-landuse", "park", "-area", "supply_mode", "next_due_on"):
        codes: list[str] = []
        for page in range(1, -(-total // 100) + 1):
            answer = client.get(
                f"/api/v1/parcels?as_of={DAY}&status=suspected&size=100&page={page}&sort={sort}"
            )
            codes += [one["parcel_code"] for one in answer.json()["items"]]
        assert len(codes) == len(set(codes)) == total, sort
    assert codes != sorted(codes)


def listed_ids(client: httpx.Client, view: str) -> set[str]:
    return set(re.findall(r"ids=(\d+)", client.get(f"/lists/views/{view}").headers["location"]))


def added(client: httpx.Client, query: str, **form: str) -> str:
    answer = client.post("/lists/add", data={"asked": f"/parcels?{query}", **form})
    assert answer.status_code == 303, answer.text
    return str(re.fullmatch(r"/lists/views/(\d+)", answer.headers["location"])[1])  # type: ignore[index]


def test_a_list_of_chosen_parcels_grows_by_what_is_put_to_it(as_role: Any) -> None:
    client = as_role("clerk")
    listed = client.get(f"/api/v1/parcels?as_of={DAY}&status=watch&size=10").json()["items"]
    first, second = ({str(one["entity_id"]) for one in part} for part in (listed[:6], listed[4:]))

    def query(ids: set[str]) -> str:
        return f"as_of={DAY}&" + "&".join(f"ids={one}" for one in sorted(ids))

    number = added(client, query(first), name="要现场核查")
    assert listed_ids(client, number) == first
    page = client.get(f"/lists/add?{query(second)}&lang=zh", headers=PAGE).text
    assert "要现场核查（6 宗）" in page
    assert added(client, query(second), list=number) == number
    assert listed_ids(client, number) == first | second  # two of them were there before
    again = client.post(
        "/lists/add", data={"asked": f"/parcels?{query(first)}", "name": "要现场核查"}, headers=PAGE
    )
    assert again.status_code == 422 and "要现场核查" in again.text and 'name="name"' in again.text
    client.post(f"/lists/views/{number}", data={"act": "delete"})


def test_what_cannot_be_put_to_a_list_is_said(as_role: Any) -> None:
    client = as_role("clerk")
    everything = client.post(
        "/lists/add?lang=en", data={"asked": f"/parcels?as_of={DAY}", "name": "x"}, headers=PAGE
    )
    assert everything.status_code == 422 and "at most 2,000 parcels" in everything.text
    nameless = client.post("/lists/add", data={"asked": f"/parcels?as_of={DAY}&status=watch"}, headers=PAGE)
    assert nameless.status_code == 422
    rule = kept(client, "按条件", "status=watch")  # a view by conditions is no list
    answer = client.post(
        "/lists/add", data={"asked": f"/parcels?as_of={DAY}&status=watch", "list": rule}, headers=PAGE
    )
    assert answer.status_code == 422
    client.post(f"/lists/views/{rule}", data={"act": "delete"})
