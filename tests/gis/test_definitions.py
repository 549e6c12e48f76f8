"""Definitions: complete in both languages, and unlike figures never add up."""

import re
from decimal import Decimal
from itertools import combinations

import pytest

from gis.definitions import DEFINITIONS, Figure, add, described
from gis.errors import UnlikeFigures

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
def test_a_definition_is_whole_in_both_languages(name: str) -> None:
    for lang in ("zh", "en"):
        assert all(described(name, lang).values()), lang
    english = described(name, "en")
    for part in ("name", "formula", "unit"):
        assert not HAN.search(english[part]), english[part]
    assert not HAN.search(re.sub(r"\([^)]*\)", "", english["source"]))  # legal terms carry the Chinese one


def test_unlike_figures_never_add_up() -> None:
    for one, other in combinations(DEFINITIONS.values(), 2):
        with pytest.raises(UnlikeFigures):
            add([Figure(one, Decimal(1)), Figure(other, Decimal(1))])
