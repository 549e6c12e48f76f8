"""What keeps the rooms of the project apart from each other and from strangers."""

import ast
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
ROOMS = ("api", "gis", "etl", "maps", "data")
INPUT_OUTPUT = (
    "sqlalchemy", "geoalchemy2", "psycopg2", "alembic", "fiona", "fastapi", "starlette",
    "folium", "click", "yaml", "dask", "pydantic_settings", "data", "etl", "maps", "api",
)  # fmt: skip
FOLDERS = {*ROOMS, "tests", ".ci"}
LONGEST = 300


def _modules(*tops: str) -> list[Path]:
    return sorted(path for top in tops for path in (TOP / top).rglob("*.py") if "static" not in path.parts)


def test_gis_loads_nothing_that_reads_or_writes() -> None:
    # In a new interpreter: here everything is loaded already. geopandas brings pyogrio itself, on first use.
    code = (
        f"import sys, pkgutil, importlib; sys.path.insert(0, {str(TOP)!r}); import gis\n"
        "for found in pkgutil.walk_packages(gis.__path__, 'gis.'): importlib.import_module(found.name)\n"
        f"print(*[name for name in {INPUT_OUTPUT!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_no_other_distribution_brings_our_names() -> None:
    strangers = {
        (dist.metadata["Name"], room)
        for dist in distributions()
        for file in dist.files or ()
        for room in ROOMS
        if file.parts and file.parts[0] == room and dist.metadata["Name"] != "landstock"
    }
    assert strangers == set()


def test_every_room_is_a_package_and_tests_are_none() -> None:
    assert [room for room in ROOMS if not (TOP / room / "__init__.py").is_file()] == []
    assert sorted((TOP / "tests").rglob("__init__.py")) == []


def test_there_is_no_further_folder() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=True
    ).stdout
    assert {line.split("/")[0] for line in listed.split("\0") if "/" in line} <= FOLDERS


def test_modules_are_short() -> None:
    long = {
        str(path.relative_to(TOP)): count
        for path in _modules(*ROOMS)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(TOP))
        for path in _modules(*ROOMS, "tests")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_clock_is_read_at_the_entry_only() -> None:
    # The day is an argument everywhere else, so that a run can be repeated.
    reading = {
        str(path.relative_to(TOP))
        for path in _modules("gis", "etl", "maps", "data")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"today", "now", "utcnow"}
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id == "func")  # SQL's own now()
    }
    assert reading == set()
