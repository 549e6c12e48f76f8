"""Feeds that stopped: layers for which nothing has come for longer than expected. The last good data stay."""

import datetime as dt
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

import yaml
from sqlalchemy import Connection

from data.layers import LAYERS
from data.settings import settings
from data.sql import load
from gis.errors import EnvironmentFault


@dataclass(frozen=True, slots=True)
class Stale:
    """A layer that is no longer kept up: its last delivery, its age and what is expected, in days."""

    layer: str
    last_on: dt.date
    age_days: int
    expected_days: int


class FeedsUnreadable(EnvironmentFault):
    """``feeds.yaml`` in the data folder is not in its form."""

    code: ClassVar[str] = "feeds-unreadable"

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(
            f"{path} can't be used ({why}); lines such as `parcel: 45` or `parcel: null` are expected. Correct it, or "
            "remove it to use the days that come with the program.",
            f"{path} 无法使用（{why}）；每行应形如 `parcel: 45` 或 `parcel: null`。请更正；删除该文件则使用程序自带的天数。",
        )


def expected() -> dict[str, int | None]:
    """Return the days within which each layer is expected again, ``None`` for never.

    Raises
    ------
    FeedsUnreadable
        ``feeds.yaml`` in the data folder is not in its form.
    """
    packaged: dict[str, int | None] = yaml.safe_load(
        (files("data") / "feeds.yaml").read_text(encoding="utf-8")
    )
    own = settings().home / "feeds.yaml"
    if not own.is_file():
        return packaged
    try:
        said = yaml.safe_load(own.read_text(encoding="utf-8-sig")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FeedsUnreadable(own, str(error).replace("\n", " ")) from error
    if not isinstance(said, dict):
        raise FeedsUnreadable(own, type(said).__name__)
    for layer, days in said.items():
        if layer not in LAYERS or not (days is None or (type(days) is int and days > 0)):
            raise FeedsUnreadable(own, f"{layer}: {days}")
    return packaged | said


def stale(connection: Connection, today: dt.date) -> list[Stale]:
    """Return the layers for which nothing has come for longer than expected by a day, the oldest first."""
    days = expected()
    found = []
    for row in connection.execute(load("feeds")):
        wanted, age = days.get(row.layer), (today - row.last_on).days
        if wanted is not None and age > wanted:
            found.append(Stale(row.layer, row.last_on, age, wanted))
    return sorted(found, key=lambda one: (-one.age_days, one.layer))
