"""Every error raised on purpose carries its text in English and in Chinese."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
ROOMS = ("gis", "data", "etl", "maps", "api")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TREES = {
    path.relative_to(TOP).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for room in ROOMS
    for path in sorted((TOP / room).rglob("*.py"))
}


def _classes() -> dict[str, tuple[list[str], ast.ClassDef]]:
    """Return all classes of the rooms by name, with the names of their bases."""
    return {
        node.name: ([ast.unparse(base) for base in node.bases], node)
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }


CLASSES = _classes()


def _ours(name: str) -> bool:
    return name == "LandStockError" or any(_ours(base) for base in CLASSES.get(name, ([], None))[0])


def _texts_at(name: str) -> int | None:
    """Return where the English text stands among the arguments; ``None`` where the class makes its own."""
    bases, node = CLASSES[name]
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
            names = [argument.arg for argument in inner.args.args[1:]]
            return names.index("en") if "en" in names else None
    return next((_texts_at(base) for base in bases if _ours(base)), None)


def _calls() -> Iterator[tuple[str, ast.Call, int]]:
    """Yield every making of an error from texts: by its class, or by ``super().__init__`` inside one."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and _ours(node.name) and node.name != "LandStockError":
                for call in ast.walk(node):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
                        yield f"{path}:{call.lineno}", call, 0
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func).rpartition(".")[2]
                at = 0 if name == "wrong" else _texts_at(name) if name in CLASSES and _ours(name) else None
                if at is not None:
                    yield f"{path}:{node.lineno}", node, at


def _is_chinese(argument: ast.expr) -> bool:
    """Say whether an expression holds Chinese, or passes on a value called ``zh``."""
    if isinstance(argument, ast.Name):
        return argument.id == "zh"
    return any(
        isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(CHINESE.search(node.value))
        for node in ast.walk(argument)
    )


MADE = {place: (call, at) for place, call, at in _calls()}


def test_errors_are_found() -> None:
    """About 120 places make an error; far fewer would mean that this walk sees nothing."""
    assert len(MADE) > 90
    assert sum(map(_ours, CLASSES)) > 30


@pytest.mark.parametrize("place", MADE)
def test_an_error_has_both_texts(place: str) -> None:
    """The text after the English one holds Chinese; the English one has no Chinese tail."""
    call, at = MADE[place]
    assert len(call.args) > at + 1, f"{place}: one text only"
    assert _is_chinese(call.args[at + 1]), f"{place}: the second text is not Chinese"
    assert not _is_chinese(call.args[at]), f"{place}: Chinese in the English text"
