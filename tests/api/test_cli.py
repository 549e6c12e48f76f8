"""The commands as a user calls them: exit codes, and what is printed where."""

import json
import os
import socket
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from api.cli import main
from api.cli_frame import Day, Epsg, Moment
from data.models import Base
from data.session import transaction
from etl.analysis.explain import near_codes

TOP = Path(__file__).parents[2]
DAY = "2026-11-01"
VERDICTS = ("NOT_DUE", "OVERDUE", "IDLE_NOT_COMMENCED", "SUSPENDED_UNDER_1Y", "MAY_BE_IDLE",
            "SUSPENDED_NOT_IDLE", "ACTIVE", "COMPLETED", "NOT_SUPPLIED", "UNDETERMINED")  # fmt: skip


class Done(NamedTuple):
    """What became of a command."""

    returncode: int
    stdout: str
    stderr: str


def landstock(*words: str | Path) -> Done:
    """Run a command in this process, as fast as it can be."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    return Done(result.exit_code, result.stdout, result.stderr)


def process(*words: str | Path, **environment: str) -> Done:
    """Run a command of the program in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "api.cli", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(TOP), **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def answer(*words: str | Path) -> Any:
    """Return the one JSON document of a command that succeeds."""
    done = landstock(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found = []
    for name, command in group.commands.items():
        found.append(((*path, name), command))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize(
    ("path", "command"), commands(main), ids=lambda value: "-".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_and_option_has_help(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help, path
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, (path, option.name)
    if not isinstance(command, click.Group):
        assert "as_json" in [option.name for option in command.params], f"{path} has no --json"


def test_version_and_help_need_no_database() -> None:
    nowhere = {"LANDSTOCK_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    assert process("--version", **nowhere).returncode == 0
    assert "demo" in process("--help", **nowhere).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("explain",),
        ("explain", "X", "--no-such-option"),
        ("explain", "X", "--as-of", "yesterday"),
        ("analyse", "--rules", "no-such-file.yaml"),
        ("analyse", "--save"),
        ("export", "verdicts", "--format", "dxf", "--out", "x.dxf"),
        ("export", "nothing", "--format", "csv", "--out", "x.csv"),
        ("export", "parcels", "--format", "geojson", "--out", "x.geojson", "--crs", "EPSG:4528"),
        ("export", "parcels", "--format", "geojson", "--out", "x.geojson", "--filter", "a=1"),
        ("import", "/no/such/delivery"),
        ("import", ".", "--accept", "X"),
        ("serve", "--tls-cert", "x.pem"),
    ],
)
def test_wrong_usage_ends_2(words: tuple[str, ...], database: str) -> None:
    done = landstock(*words)
    assert done.returncode == 2, done.stderr
    assert done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "chinese", "english"),
    [
        (("import",), "缺少", "Missing argument"),
        (("import", ".", "--no-such-option"), "没有选项 --no-such-option", "No such option"),
        (("withdraw", "x", "--reason", "y"), "'ID' 的取值无效", "not a valid integer"),
        (("no-such-command",), "用法有误", "No such command"),
    ],
)
def test_wrong_usage_is_one_document_in_both_languages(
    words: tuple[str, ...], chinese: str, english: str
) -> None:
    # The words are wrong before --json is parsed; a program that asked for a document still gets one.
    done = landstock(*words, "--json")
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "usage"
    assert chinese in error["message"] and english in error["message_en"]
    assert chinese in done.stderr  # the language of people is Chinese unless said
    assert landstock(*words).stdout == ""


def test_a_database_that_is_down_ends_3() -> None:
    done = process("explain", "X", "--json", LANDSTOCK_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["error"]["code"]


def test_an_unknown_parcel_ends_1_with_codes_like_it(sample_database: str) -> None:
    done = process("explain", "210711012001GB0000", "--as-of", DAY)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "210711012001GB00001" in done.stderr


@pytest.fixture(scope="module")
def verdicts(sample_database: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    path = tmp_path_factory.mktemp("cli") / "verdicts.geojson"
    told = answer("export", "verdicts", "--format", "geojson", "--out", path, "--as-of", DAY)
    features = json.loads(path.read_text())["features"]
    assert told["rows"] == len(features)
    return [feature["properties"] for feature in features]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_explain_one_parcel_of_each_verdict(verdicts: list[dict[str, Any]], verdict: str) -> None:
    row = next(row for row in verdicts if row["verdict"] == verdict)
    told = answer("explain", row["parcel_code"], "--as-of", DAY)
    idle = told["idle"]
    assert (idle["verdict"], idle["band"], idle["days"]) == (verdict, row["band"], row["days"])
    assert ";".join(idle["missing"]) == row["missing"]
    assert set(idle) >= {
        "limbs",
        "cause",
        "consequence",
        "by_reference",
        "article",
        "idle_from",
        "facts",
        "arithmetic",
    }
    assert set(idle["consequence"]) == {"path", "fee_wan", "blocked"}
    assert idle["arithmetic"], "a verdict without arithmetic explains nothing"
    assert all(set(step) == {"rule", "article", "holds", "text"} for step in idle["arithmetic"])
    for term in told["intensity"]:
        assert set(term) >= {"contract_no", "term", "verdict", "actual", "required", "unit", "rate", "basis",
                             "threshold_source", "binding", "facts", "arithmetic"}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_explain_for_people(verdicts: list[dict[str, Any]], lang: str) -> None:
    row = next(row for row in verdicts if row["band"] == "Y2")
    done = landstock("explain", row["parcel_code"], "--as-of", DAY, "--lang", lang)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    conclusion = next(i for i, line in enumerate(lines) if "IDLE_NOT_COMMENCED Y2" in line)
    facts = next(i for i, line in enumerate(lines) if line in ("事实", "Facts"))
    assert conclusion < facts, "the conclusion comes first"
    assert ("疑似" if lang == "zh" else "suspected") in done.stdout


def test_analyse_prints_one_document_and_reuses_the_run(sample_database: str) -> None:
    first = answer("analyse", "--as-of", DAY)
    alone = process("analyse", "--as-of", DAY, "--json")
    assert alone.returncode == 0, alone.stderr
    second = json.loads(alone.stdout)
    assert first["run_id"] == second["run_id"]
    assert first["parcels"] == sum(group["n"] for group in first["verdicts"].values())


def test_a_what_if_is_compared_and_not_stored(sample_database: str, tmp_path: Path) -> None:
    national = (TOP / "data" / "rules" / "CN" / "idle_land.yaml").read_text(encoding="utf-8")
    # Two years to the first band, three to the second: some of Y1 are no longer idle, none becomes idle.
    stricter = national.replace("first_band_years: {value: 1", "first_band_years: {value: 2")
    stricter = stricter.replace("second_band_years: {value: 2", "second_band_years: {value: 3")
    rules = tmp_path / "rules.yaml"
    rules.write_text(stricter, encoding="utf-8")
    before = row_counts()
    told = answer("analyse", "--as-of", DAY, "--rules", rules)["what_if"]
    assert told["run_id"] is None and row_counts() == before
    moves = {(row["from"], row["to"]) for row in told["changes"]}
    assert moves <= {
        ("IDLE_NOT_COMMENCED Y1", "OVERDUE"),
        ("IDLE_NOT_COMMENCED Y2", "IDLE_NOT_COMMENCED Y1"),
        ("IDLE_NOT_COMMENCED Y2", "OVERDUE"),
    }
    assert moves
    # The list: nobody enters, all that left are Y1; by park and by enterprise the same parcels and the same area.
    assert not told["entered"] and {row["from"] for row in told["left"]} <= {
        "IDLE_NOT_COMMENCED Y1",
        "IDLE_NOT_COMMENCED Y2",
    }
    area = sum(Decimal(row["area_m2"]) for row in told["left"])
    for by in ("by_park", "by_enterprise"):
        groups = [own["left"] for own in told[by].values() if "left" in own]
        assert sum(group["n"] for group in groups) == len(told["left"]) > 0
        assert sum(Decimal(group["area_m2"]) for group in groups) == area
    text = landstock("analyse", "--as-of", DAY, "--rules", rules, "--lang", "en").stdout
    assert (
        f"0 parcels enter the list of suspected idle land, {len(told['left'])} leave it" in text
        and "Not stored" in text
    )


def row_counts() -> dict[str, int]:
    with transaction() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in Base.metadata.tables.items()
            if "run_id" in table.c
        }


def test_the_same_rules_make_no_difference(sample_database: str) -> None:
    national = TOP / "data" / "rules" / "CN" / "idle_land.yaml"
    told = answer("analyse", "--as-of", DAY, "--rules", national)["what_if"]
    assert not any(told[name] for name in ("entered", "left", "changed", "changes", "intensity", "by_park"))
    assert "same results" in landstock("analyse", "--as-of", DAY, "--rules", national, "--lang", "en").stdout


def test_who_enters_by_a_shorter_grace_is_told_why(sample_database: str, tmp_path: Path) -> None:
    national = (TOP / "data" / "rules" / "CN" / "idle_land.yaml").read_text(encoding="utf-8")
    (tmp_path / "half.yaml").write_text(
        national.replace("first_band_years: {value: 1,", "first_band_years: {value: 1/2,")
    )
    told = answer("analyse", "--as-of", DAY, "--rules", tmp_path / "half.yaml", "--lang", "en")["what_if"]
    # Six months instead of a year: only land that was overdue for under a year can enter.
    assert told["entered"] and {row["from"] for row in told["entered"]} == {"OVERDUE"}
    for row in told["entered"]:
        assert "6 full months" in row["why"][0] and row["facts"] and row["arithmetic"]


def test_a_wrong_rule_file_is_refused_with_its_line(sample_database: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("id: idle_land\nplace: CN\nversions: []\n", encoding="utf-8")
    done = landstock("analyse", "--as-of", DAY, "--rules", tmp_path / "wrong.yaml")
    assert done.returncode == 1 and "wrong.yaml" in done.stderr and "3" in done.stderr
    assert landstock("rules", "--check", tmp_path / "wrong.yaml").returncode == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rules_are_readable(sample_database: str, lang: str) -> None:
    told = answer("rules", "--as-of", DAY, "--park", "S217901", "--lang", lang)
    assert {rule["id"] for rule in told["rules"]} >= {"idle_land", "intensity", "builtup"}
    for rule in told["rules"]:
        for value in rule["values"]:
            assert (
                value["name"] != value["key"]
                and value["article"]
                and value["unit"]
                and value["place"] == "CN"
            )
    shown = landstock("rules", "--as-of", DAY, "--lang", lang).stdout
    assert "1/3" in shown and "25 %" in shown
    assert landstock("rules", "--park", "NOWHERE").returncode == 1


def test_deliveries_are_listed(sample_database: str) -> None:
    listed = answer("deliveries")["deliveries"]
    assert [row["status"] for row in listed] == ["PUBLISHED"]
    one = answer("deliveries", str(listed[0]["delivery_id"]))
    assert one["issues"]
    assert landstock("deliveries", "9999").returncode == 1


def test_the_map_is_one_file(sample_database: str, tmp_path: Path) -> None:
    told = answer("map", "--out", tmp_path / "map.html", "--as-of", DAY, "--park", "S217904")
    assert told["parcels"] > 300
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


def test_status_and_doctor_answer_in_json(database: str) -> None:
    assert answer("db", "status")["running"] is True
    done = landstock("doctor", "--json")
    assert {check["name"] for check in json.loads(done.stdout)["checks"]} >= {"python", "disk"}


def test_a_busy_port_ends_3(database: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = landstock("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 3
    assert "port-busy" in done.stderr


def test_days_and_times() -> None:
    assert Day().convert("2026-01-31", None, None).isoformat() == "2026-01-31"
    # A day alone means its end in China; a time without a zone is China's.
    assert Moment().convert("2026-01-31", None, None).isoformat() == "2026-01-31T23:59:59.999999+08:00"
    assert Moment().convert("2026-01-31T10:00", None, None).isoformat() == "2026-01-31T10:00:00+08:00"
    assert Moment().convert("2026-01-31T10:00Z", None, None).isoformat() == "2026-01-31T10:00:00+00:00"
    assert Epsg().convert("epsg:4528", None, None) == 4528


def test_near_codes_share_the_beginning_or_the_end() -> None:
    codes = ["A100001", "A100002", "B100001", "C900009"]
    assert near_codes("A100003", codes)[:2] == ["A100001", "A100002"]
    assert "B100001" in near_codes("X100001", codes)
