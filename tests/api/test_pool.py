"""A connection of the pool never carries the rights of the person before: many requests, mixed, on few connections."""

import random
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import text

from data.session import transaction
from tests.people import COOKIE, session_of

REQUESTS = 100_000
THREADS = 16


@pytest.mark.slow  # 100,000 requests
def test_no_request_has_anothers_rights(client: httpx.Client, sample_database: str) -> None:
    asked = text(
        "SELECT park_code, count(*) FROM parcel WHERE upper_inf(known) AND park_code IS NOT NULL GROUP BY 1"
    )
    with transaction() as connection:
        parks: dict[str, int] = {row[0]: row[1] for row in connection.execute(asked)}
        total = int(connection.scalar(text("SELECT count(*) FROM parcel WHERE upper_inf(known)")) or 0)
    people = [(session_of("committee", park), n) for park, n in parks.items()]
    people += [(session_of(role), total) for role in ("clerk", "planner", "auditor")]
    people += [("no-such-session", -1), (session_of("admin"), -2)]
    path = f"{client.base_url}/api/v1/parcels?as_of=2026-11-01&size=1"

    def some(seed: int) -> list[tuple[int, int]]:
        chosen = random.Random(seed)
        wrong = []
        with httpx.Client(timeout=60) as one:
            for _ in range(REQUESTS // THREADS):
                secret, expected = chosen.choice(people)
                found = one.get(path, headers={"Cookie": f"{COOKIE}={secret}"})
                told = {401: -1, 403: -2}.get(found.status_code)
                told = (
                    told if told is not None else sum(entry["n"] for entry in found.json()["counts"].values())
                )
                if told != expected:
                    wrong.append((told, expected))
        return wrong

    with ThreadPoolExecutor(THREADS) as pool:
        found = [one for part in pool.map(some, range(THREADS)) for one in part]
    assert found == []
