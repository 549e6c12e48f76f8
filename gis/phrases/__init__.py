"""Sentences of traces, a module for each rule; here they are put together."""

from gis.phrases import idle, intensity
from gis.phrases.shared import VALUES, Say

__all__ = ["FACTS", "OVERTURN", "STEPS", "VALUES"]

FACTS: dict[str, tuple[str, str]] = {**idle.FACTS, **intensity.FACTS}
OVERTURN: dict[str, list[tuple[str, str]]] = {**idle.OVERTURN, **intensity.OVERTURN}
STEPS: dict[str, Say] = {**idle.STEPS, **intensity.STEPS}
