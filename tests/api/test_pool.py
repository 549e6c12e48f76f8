"""A connection of the pool never carries the rights of the person before: many requests, mixed, on few connections."""

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import text

from data.session import transaction
from tests.api.conftest import free_port
from tests.api.counting_app import PATH
from tests.people import COOKIE, session_of

REQUESTS, THREADS = 100_000, 16


@pytest.mark.slow  # 100,000 requests
def test_no_request_has_anothers_rights(sample_database: str) -> None:
    asked = text("SELECT park_code, count(*) FROM parcel WHERE park_code IS NOT NULL GROUP BY 1")
    with transaction() as connection:
        parks: dict[str, int] = {row[0]: row[1] for row in connection.execute(asked)}
    assert len(parks) == 4
    people: list[tuple[str, int, object]] = [
        (session_of("committee", park), 200, {park: n}) for park, n in parks.items()
    ]
    people += [(session_of(role), 200, parks) for role in ("clerk", "planner", "auditor")]
    people += [("no-such-session", 401, None), (session_of("admin"), 403, None)]
    port = free_port()
    command = [sys.executable, "-m", "tests.api.counting_app", str(port)]
    process = subprocess.Popen(command, env=os.environ | {"LANDSTOCK_POOL_SIZE": "3"})

    def some(seed: int) -> list[object]:
        chosen, wrong = random.Random(seed), []
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as one:
            for _ in range(REQUESTS // THREADS):
                secret, status, told = chosen.choice(people)
                one.request("GET", PATH, headers={"Cookie": f"{COOKIE}={secret}"})
                found = one.getresponse()
                content = found.read()
                if (found.status, json.loads(content) if status == 200 else None) != (status, told):
                    wrong.append((found.status, content[:200], status, told))
        return wrong

    try:
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        began = time.monotonic()
        with ThreadPoolExecutor(THREADS) as pool:
            found = [one for part in pool.map(some, range(THREADS)) for one in part]
        print(f"{REQUESTS} requests in {time.monotonic() - began:.0f} s, {len(found)} wrong")
        assert found == []
    finally:
        process.terminate()
        process.wait(30)
