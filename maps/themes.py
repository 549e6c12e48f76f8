"""Themes of the map beside the status: what a parcel's class is, how it is called and drawn."""

from typing import Any, Final

from sqlalchemy import ColumnElement, String, case, cast, func, literal, null

from data.filtering import NO_STAGE
from data.models import IdleVerdict, Parcel
from gis.stages import STAGES
from gis.words import STAGES as STAGE_WORDS
from maps.catalogue import Catalogue

# Code and colour of each class in the order of the legend; the last is that of parcels without the fact.
CLASSES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "stage": (
        ("NOT_SUPPLIED", "#f1dfc0"), ("SUPPLIED", "#d8e6f3"), ("DELIVERED", "#9cc3e2"), ("COMMENCED", "#4c8ec4"),
        ("COMPLETED", "#0b3f72"), (NO_STAGE, "#ffffff"),
    ),
    "use": (
        ("industry", "#b9936c"), ("storage", "#9a86c9"), ("commerce", "#e8776b"), ("housing", "#f6d55c"),
        ("public", "#e59bc4"), ("transport", "#a7adb5"), ("utility", "#5aa7c7"), ("green", "#7dbf73"),
        ("other", "#d9dcc9"), ("none", "#ffffff"),
    ),
}  # fmt: skip

# Groups of land use by the beginning of the code, longest first, in the classification for territorial
# planning (2023) and in GB/T 21010-2017, where the same numbers mean other uses.
_SPACE: Final = {"07": "housing", "08": "public", "09": "commerce", "10": "industry", "11": "storage", "12": "transport",
                 "13": "utility", "14": "green"}  # fmt: skip
_GB: Final = {"0604": "storage", "0809": "utility", "0810": "green", "05": "commerce", "06": "industry",
              "07": "housing", "08": "public", "10": "transport"}  # fmt: skip

assert [code for code, _ in CLASSES["stage"]] == [*STAGES, NO_STAGE], (
    "a stage of gis.stages has no class here"
)


def column(theme: str | None) -> ColumnElement[Any]:
    """Return the class of a parcel of the lists in a theme of ``CLASSES``; null without one."""
    if theme == "stage":
        return func.coalesce(func.nullif(IdleVerdict.stage, ""), NO_STAGE)
    if theme == "use":
        return _use()
    return cast(null(), String)


def _use() -> ColumnElement[Any]:
    code = Parcel.landuse_code
    of_gb = func.coalesce(Parcel.landuse_scheme, "").contains("21010")
    groups = [
        case(*((code.startswith(start), literal(group)) for start, group in table.items()), else_="other")
        for table in (_GB, _SPACE)
    ]
    return case((func.coalesce(code, "") == "", "none"), (of_gb, groups[0]), else_=groups[1])


def shown(words: Catalogue) -> list[dict[str, Any]]:
    """Return the themes as a legend says them: code, word, and the classes with code, word and colour."""
    return [
        {
            "code": theme,
            "word": words.text(f"theme.{theme}"),
            "classes": [
                {"code": code, "word": _word(words, theme, code), "fill": fill} for code, fill in classes
            ],
        }
        for theme, classes in CLASSES.items()
    ]


def _word(words: Catalogue, theme: str, code: str) -> str:
    if theme == "stage":
        return str(STAGE_WORDS["" if code == NO_STAGE else code][words.lang])
    return words.text(f"theme.{theme}.{code}")
