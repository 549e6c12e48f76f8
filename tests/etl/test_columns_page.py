"""The page of canonical columns says what the tables hold."""

import re
from pathlib import Path

import pytest

from data.layers import LAYERS

PAGE = (Path(__file__).parents[2] / "etl" / "mappings" / "COLUMNS.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("layer", LAYERS)
def test_the_page_names_every_column_of_a_layer(layer: str) -> None:
    row = re.search(rf"^\| `{layer}` \| .+$", PAGE, re.MULTILINE)
    assert row is not None
    said = re.findall(r"`([a-z_0-9]+)`", row.group())[1:]
    assert tuple(said) == LAYERS[layer].names
    assert tuple(re.findall(r"\*\*`([a-z_0-9]+)`\*\*", row.group())) == LAYERS[layer].key


def test_the_page_names_no_other_layer() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE)) == set(LAYERS)
