"""The tiles that are kept: how many bytes, made how often, and what happens when making fails."""

import gzip
import threading

import pytest

from maps.tile_cache import TileCache

LARGE = bytes(range(256)) * 40


def test_a_tile_is_made_once_and_packed_without_loss() -> None:
    cache, made = TileCache(), []

    def make() -> bytes:
        made.append(1)
        return LARGE

    first, second = cache.get_or_make("a", make), cache.get_or_make("a", make)
    assert len(made) == 1 and first is second
    assert first.packed and gzip.decompress(first.content) == LARGE == first.plain()
    assert len(first.content) < len(LARGE)


def test_a_small_tile_is_kept_as_it_is() -> None:
    body = TileCache().get_or_make("a", lambda: b"small")
    assert not body.packed and body.content == body.plain() == b"small"


def test_what_was_not_used_longest_goes_first() -> None:
    # 400 bytes are not packed; with its entry a tile costs 900, so two fit into 2,000.
    cache = TileCache(most_bytes=2_000)
    for name in ("a", "b"):
        cache.get_or_make(name, lambda: b"x" * 400)
    assert cache.get("a") is not None  # used again, so b is the oldest
    cache.get_or_make("c", lambda: b"x" * 400)
    assert cache.get("b") is None and cache.get("a") is not None and cache.get("c") is not None
    assert cache.held_bytes == 1_800


def test_a_tile_larger_than_everything_is_answered_and_not_kept() -> None:
    cache = TileCache(most_bytes=600)
    assert cache.get_or_make("a", lambda: b"x" * 400).content == b"x" * 400
    assert cache.get("a") is None and cache.held_bytes == 0


def test_who_asks_meanwhile_waits_for_the_one_that_makes_it() -> None:
    cache, made, go = TileCache(), [], threading.Event()

    def make() -> bytes:
        made.append(1)
        go.wait(30)
        return LARGE

    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(cache.get_or_make("a", make).plain())) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(30)
    assert made == [1] and found == [LARGE] * 8


def test_a_failure_is_told_to_its_caller_and_the_next_one_tries() -> None:
    cache = TileCache()
    started, go = threading.Event(), threading.Event()
    told: list[str] = []

    def fails() -> bytes:
        started.set()
        go.wait(30)
        raise RuntimeError("no disk")

    def first() -> None:
        with pytest.raises(RuntimeError, match="no disk"):
            cache.get_or_make("a", fails)
        told.append("failed")

    one = threading.Thread(target=first)
    one.start()
    assert started.wait(30)
    other = threading.Thread(
        target=lambda: told.append(cache.get_or_make("a", lambda: b"good").content.decode())
    )
    other.start()
    go.set()
    one.join(30)
    other.join(30)
    assert sorted(told) == ["failed", "good"]
