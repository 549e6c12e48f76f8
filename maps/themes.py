"""Themes of the map beside the status: which classes they have, how those are called, coloured and patterned."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from data.filtering import NO_STAGE
from data.map_classes import MET, map_classes
from gis.stages import STAGES
from gis.words import STAGES as STAGE_WORDS
from maps.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Shade:
    """One class of a theme: its code, colour, and what is drawn over the colour or around it."""

    code: str
    fill: str
    pattern: str = ""


PATTERNS: Final = ("cross", "slash", "back", "lines", "bars", "dots", "dashed")
"""What maps/static/js/patterns.js draws; ``dashed`` is an outline and means that a fact is missing."""
UNKNOWN: Final = Shade("unknown", "#ffffff", "dashed")

# In the order of the legend; the last is that of parcels without the fact.
_STAGE: Final = (
    Shade("NOT_SUPPLIED", "#f1dfc0", "dots"), Shade("SUPPLIED", "#dcecf8"), Shade("DELIVERED", "#8db8de"),
    Shade("COMMENCED", "#4584bd"), Shade("COMPLETED", "#0b3f72"), Shade(NO_STAGE, "#ffffff", "dashed"),
)  # fmt: skip
_USE: Final = (
    Shade("industry", "#b9936c"), Shade("storage", "#9a86c9", "slash"), Shade("commerce", "#e8776b", "back"),
    Shade("housing", "#f6d55c"), Shade("public", "#e59bc4", "cross"), Shade("transport", "#a7adb5", "bars"),
    Shade("utility", "#5aa7c7", "lines"), Shade("green", "#7dbf73", "dots"), Shade("other", "#d9dcc9", "dots"),
    Shade("none", "#ffffff", "dashed"),
)  # fmt: skip
_CONSTRUCTION: Final = (
    Shade("built", "#1f68a6"), Shade("part", "#82b2d8", "slash"), Shade("not_built", "#f0c27b"),
    Shade("not_buildable", "#7f8a80", "cross"), UNKNOWN,
)  # fmt: skip
# Away from the neutral class, which begins at 100 %.
_SHORT: Final = ("#fdc27a", "#d9771a", "#8a3f00")
_NEUTRAL: Final = "#f4f1ea"
_MORE: Final = ("#b0a2d6", "#4f2a85")
_YEARS: Final = ("#e8f2fc", "#94bce1", "#4186c6", "#275a8d", "#0f2a4a")

assert [shade.code for shade in _STAGE] == [*STAGES, NO_STAGE], "a stage of gis.stages has no class here"

THEMES: Final = ("stage", "use", "construction", "intensity", "completion")


def classes(theme: str) -> tuple[Shade, ...]:
    """Return the classes of one of ``THEMES`` in the order of the legend."""
    if theme == "intensity":
        return _intensity()
    if theme == "completion":
        n = len(map_classes().completed_since) + 1
        years = tuple(Shade(f"y{i}", fill) for i, fill in enumerate(_YEARS[-n:]))
        return (*years, Shade("open", "#d8d0bf"), UNKNOWN)
    return {"stage": _STAGE, "use": _USE, "construction": _CONSTRUCTION}[theme]


def _intensity() -> tuple[Shade, ...]:
    bounds = map_classes().reached
    below = bounds.index(MET) + 1
    fills = (*reversed(_SHORT[:below]), _NEUTRAL, *_MORE[: len(bounds) - below])
    steps = tuple(Shade(f"r{i}", fill) for i, fill in enumerate(fills))
    return (*steps, Shade("not_due", "#c3c9cf", "slash"), Shade("none", "#ffffff", "back"), UNKNOWN)


def shown(words: Catalogue) -> list[dict[str, Any]]:
    """Return the themes as a legend says them: code, word, note, and the classes with code, word, colour, pattern."""
    return [
        {
            "code": theme,
            "word": words.text(f"theme.{theme}"),
            "note": words.text(f"theme.{theme}.note", **_noted()) if theme in _NOTED else "",
            "classes": [
                asdict(shade) | {"word": _word(words, theme, shade.code)} for shade in classes(theme)
            ],
        }
        for theme in THEMES
    ]


_NOTED: Final = ("construction", "intensity", "completion")


def _noted() -> dict[str, str]:
    bounds = map_classes()
    return {"share": _percent(bounds.whole_share), "covered": _percent(bounds.surveyed_share)}


def _word(words: Catalogue, theme: str, code: str) -> str:
    if theme == "stage":
        return str(STAGE_WORDS["" if code == NO_STAGE else code][words.lang])
    if theme == "intensity" and code.startswith("r"):
        return _between(words, int(code[1:]))
    if theme == "completion" and code.startswith("y"):
        return _years(words, int(code[1:]))
    return words.text(f"theme.{theme}.{code}")


def _between(words: Catalogue, i: int) -> str:
    bounds = [_percent(bound) for bound in map_classes().reached]
    if i == 0:
        return words.text("theme.intensity.below", to=bounds[0])
    if i == len(bounds):
        return words.text("theme.intensity.least", **{"from": bounds[-1]})
    return words.text("theme.intensity.between", **{"from": bounds[i - 1], "to": bounds[i]})


def _years(words: Catalogue, i: int) -> str:
    since = map_classes().completed_since
    if i == 0:
        return words.text("theme.completion.before", to=since[0])
    if i == len(since):
        return words.text("theme.completion.since", **{"from": since[-1]})
    return words.text("theme.completion.between", **{"from": since[i - 1], "to": since[i] - 1})


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}"
