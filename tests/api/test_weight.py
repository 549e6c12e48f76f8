"""What a page loads of scripts, by gzip: lists 100 kB, the map 250 kB, statistics 300 kB."""

import gzip
import re
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

KB = 1000
LIST_KB, MAP_KB, STATISTICS_KB = 100, 250, 300
LEVEL = 6  # what servers and proxies use
PARCEL = "/parcels/210711012001GB00001"
PAGES = {
    "/": LIST_KB, "/parcels": LIST_KB, PARCEL: LIST_KB, "/idle": LIST_KB, "/idle/undetermined": LIST_KB,
    "/idle/frozen": LIST_KB, "/due": LIST_KB, "/export": LIST_KB, "/import": LIST_KB, "/deliveries": LIST_KB,
    "/deliveries/1": LIST_KB, "/deliveries/1/issues": LIST_KB, "/quality": LIST_KB, "/help": LIST_KB, "/notices": LIST_KB,
    "/approvals": LIST_KB, "/account": LIST_KB, "/print/dossiers": LIST_KB, "/print/sheet": LIST_KB,
    "/print/atlas": LIST_KB, "/map": MAP_KB, "/compare": MAP_KB, "/scoreboard": STATISTICS_KB, "/stock": STATISTICS_KB,
    "/growth": STATISTICS_KB, "/intensity": STATISTICS_KB,
}  # fmt: skip
OF_OTHERS = {"/audit": "auditor", "/settings": "admin", "/settings/accounts": "admin", "/login": "nobody"}
_TAG = re.compile(r"<script\b[^>]*\bsrc=\"([^\"]+)\"")
_MODULE = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"\s]+\.js)['"]""")


def scripts_of(client: httpx.Client, path: str) -> dict[str, int]:
    """Return the scripts that a page names and those that they name in turn, with their bytes under gzip."""
    page = client.get(path, params={"as_of": "2026-11-01"}, headers={"accept": "text/html"})
    assert page.status_code == 200, f"{path}: {page.status_code}"
    wanted, found = _TAG.findall(page.text), {}
    while wanted:
        address = wanted.pop()
        if address in found:
            continue
        answer = client.get(address)
        assert answer.status_code == 200, address
        found[address] = len(gzip.compress(answer.content, LEVEL))
        wanted += [
            urljoin(address, name) for name in _MODULE.findall(answer.text) if name.startswith((".", "/"))
        ]
    return found


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_no_more_script_than_it_may(client: httpx.Client, path: str) -> None:
    found = scripts_of(client, path)
    assert sum(found.values()) <= PAGES[path] * KB, found


@pytest.mark.parametrize("path", OF_OTHERS)
def test_pages_of_other_roles_are_light(as_role: Any, path: str) -> None:
    found = scripts_of(as_role(OF_OTHERS[path]), path)
    assert sum(found.values()) <= LIST_KB * KB, found


def test_scripts_named_by_scripts_are_counted(client: httpx.Client) -> None:
    """The map's own script names the library, which is most of the weight; every script that is shipped is on some page."""
    names = {
        address.rpartition("/")[2].split(".")[0] for path in PAGES for address in scripts_of(client, path)
    }
    assert {"ol", "echarts", "htmx", "map", "page", "styles", "measure", "figures"} <= names
    heavy = {address: size for address, size in scripts_of(client, "/map").items() if "/vendor/ol" in address}
    assert 100 * KB < sum(heavy.values()) < MAP_KB * KB


def test_nothing_of_the_map_or_the_charts_is_on_a_list(client: httpx.Client) -> None:
    for path, most in PAGES.items():
        if most == LIST_KB:
            assert not [
                address for address in scripts_of(client, path) if re.search(r"vendor/(ol|echarts)", address)
            ]
