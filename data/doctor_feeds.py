"""Whether deliveries still come as expected: a look of ``landstock doctor``."""

from collections.abc import Iterator

from sqlalchemy import text

from data.cluster import status
from data.doctor import Check
from data.feeds import stale
from data.session import transaction

_MEND = (
    "Ask the supplier for the next delivery; other intervals stand in feeds.yaml of the data folder.",
    "请向报送单位索要新成果；更新周期可在数据目录的 feeds.yaml 中调整。",
)


def feeds() -> Iterator[Check]:
    """Say which layers are no longer kept up. No fault of the machine: the last good data are served on."""
    if not status().running:
        return
    with transaction() as connection:
        if connection.scalar(text("SELECT to_regclass('delivery')")) is None:
            return
        today = connection.scalar(text("SELECT CAST(now() AT TIME ZONE 'Asia/Shanghai' AS date)"))
        old = stale(connection, today) if today else []
    yield Check(
        "feeds",
        None if old else True,
        (
            "; ".join(f"{s.layer}: last on {s.last_on}, {s.age_days} days ago. {_MEND[0]}" for s in old)
            or "up to date",
            "；".join(f"{s.layer}：最近 {s.last_on}，已 {s.age_days} 天未更新。{_MEND[1]}" for s in old)
            or "均在更新周期内",
        ),
        ("a delivery within the interval of each layer", "各图层在更新周期内有新成果"),
        _MEND,
    )
