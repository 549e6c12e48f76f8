"""What the page of growth says of its target: that of the rules of each park's place, in words and in the drawing."""

import re
from decimal import Decimal
from typing import Any

import httpx
import pytest

from api.routers import statistics
from data.growth_targets import Target

PARK = "/growth?park=S217902&as_of=2026-11-01&lang="
MORE = Target(Decimal(100_000), "《某市建成区目标》第二条")


def asked_of(park: str) -> Any:
    """Stand in for the rules of the place of one park; all others have to grow at all."""
    return lambda rows, _: {
        row["park_code"]: MORE if row["park_code"] == park else Target(Decimal(0), "逐年递增") for row in rows
    }


def target_heights(page: str) -> list[float]:
    """Return where the points of the target line stand, in pixels from the top."""
    return [float(y) for y in re.findall(r'class="tgp"[^>]* cy="([\d.]+)"', page)]


def test_an_increase_that_a_place_asks_for_is_said_and_drawn(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = client.get(f"{PARK}zh").text
    assert (
        "本年建成面积须大于上年" in plain and "目标增量" not in plain.split("</h1>")[1].split("<details")[0]
    )
    monkeypatch.setattr(statistics, "growth_targets", asked_of("S217902"))
    more = client.get(f"{PARK}zh").text
    assert "建成面积年增量须大于 10.00 公顷（《某市建成区目标》第二条）" in more  # 100,000 m2
    assert "上年面积 + 目标增量（须高于此线）" in more
    assert (
        "须高于 295.37 公顷" in more
    )  # 2021 has 285.37 ha in the sample's own table, and 10 more are asked for
    assert all(up < down for up, down in zip(target_heights(more), target_heights(plain), strict=True))
    assert "grow by more than 10.00 ha a year" in client.get(f"{PARK}en").text


def test_parks_with_different_targets_are_named(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "growth_targets", asked_of("S217902"))
    page = client.get("/growth?as_of=2026-11-01&lang=zh").text
    assert "凌海望川装备制造产业园：逐年递增目标：建成面积年增量须大于 10.00 公顷" in page
    assert "本年建成面积须大于上年（逐年递增）" in page
