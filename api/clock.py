"""The only place that reads the clock: what day it is where the land lies."""

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def now() -> dt.datetime:
    """Return this moment, in Asia/Shanghai."""
    return dt.datetime.now(ZONE)


def today() -> dt.date:
    """Return today's day in Asia/Shanghai, the default of every ``as_of``."""
    return now().date()
