"""The tolerances of the checks: packaged ones, a bureau's own, or those that an earlier delivery was checked with."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from data.settings import settings
from etl.errors import BadTolerances

NAME = "tolerances.yaml"
_current: ContextVar[dict[str, float] | None] = ContextVar("tolerances", default=None)


@cache
def packaged() -> dict[str, float]:
    """Return the tolerances that come with the program."""
    text = (files("etl.checks") / NAME).read_text(encoding="utf-8")
    loaded: dict[str, float] = yaml.safe_load(text)
    return loaded


def checked(own: Any, source: str) -> dict[str, float]:
    """Return the packaged tolerances with some of them replaced.

    Raises
    ------
    BadTolerances
        A name that no check knows, or a value that is no number of zero or more.
    """
    if own is None:
        return dict(packaged())
    if not isinstance(own, Mapping):
        raise BadTolerances(source, "name: number", "")
    for name, value in own.items():
        if name not in packaged():
            raise BadTolerances(source, str(name), ", ".join(packaged()))
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise BadTolerances(source, f"{name}: {value}", "≥ 0")
    return packaged() | {str(name): value for name, value in own.items()}


def of_home(home: Path) -> dict[str, float]:
    """Return the tolerances in force: ``tolerances.yaml`` of the data folder over the packaged ones."""
    path = home / NAME
    if not path.exists():
        return dict(packaged())
    try:
        own = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BadTolerances(str(path), str(error)[:200], "") from error
    return checked(own, str(path))


def tolerances() -> dict[str, float]:
    """Return the tolerances that the checks of this run use."""
    return _current.get() or of_home(settings().home)


@contextmanager
def using(values: Mapping[str, float] | None) -> Iterator[dict[str, float]]:
    """Check with given tolerances (those stored with a delivery), or with the ones in force."""
    chosen = checked(values, "options") if values is not None else of_home(settings().home)
    token = _current.set(chosen)
    try:
        yield chosen
    finally:
        _current.reset(token)
