"""Errors and progress of commands are told in the language that was chosen, Chinese where none was."""

import json
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from api.cli import main
from api.cli_frame import STEPS, Steps
from data.settings import settings


@pytest.fixture
def no_choice(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("LANDSTOCK_LANG", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("no_choice")
@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (["analyse", "--save"], "--save 须与 --rules 一起使用", "--save belongs to --rules"),
        (["analyse", "--rules", "nowhere.yaml"], "未找到 nowhere.yaml", "nowhere.yaml was not found"),
        (["import", ".", "--accept", "X"], "--accept 须同时给出 --reason", "--accept needs --reason"),
    ],
)
def test_an_error_is_told_in_the_chosen_language(words: list[str], zh: str, en: str) -> None:
    """Without a choice Chinese; with ``--lang en`` English, wherever the option stands."""
    plain = CliRunner().invoke(main, words)
    assert plain.exit_code == 2
    assert plain.stderr.startswith("错误：")
    assert zh in plain.stderr
    asked = CliRunner().invoke(main, [*words, "--lang", "en"])
    assert asked.stderr.startswith("Error: ")
    assert en in asked.stderr


@pytest.mark.usefixtures("no_choice")
def test_json_holds_the_message_and_its_english() -> None:
    """Programs find the English text under one name in either language."""
    for lang, begins in (("zh", "--save 须"), ("en", "--save belongs")):
        done = CliRunner().invoke(main, ["analyse", "--save", "--json", "--lang", lang])
        error = json.loads(done.stdout)["error"]
        assert error["code"] == "usage"
        assert error["message"].startswith(begins)
        assert error["message_en"].startswith("--save belongs")


def test_the_setting_chooses_where_a_command_has_no_option(monkeypatch: pytest.MonkeyPatch) -> None:
    """``serve`` has no ``--lang``: LANDSTOCK_LANG decides."""
    for lang, says in (("zh", "须同时给出"), ("en", "belong together")):
        monkeypatch.setenv("LANDSTOCK_LANG", lang)
        settings.cache_clear()
        done = CliRunner().invoke(main, ["serve", "--tls-cert", "cert.pem"])
        assert says in done.stderr
    settings.cache_clear()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_progress_is_told_in_the_chosen_language(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each step has a word in both languages; a file that is written keeps its name."""
    with click.Context(main) as ctx:
        ctx.meta["landstock.lang"] = lang
        tell = Steps()
        tell("idle land", 3, 5)
        tell("write idle.xlsx", 0, 1)
    said = capsys.readouterr().err
    assert {"zh": "闲置土地判定 3/5", "en": "idle land 3/5"}[lang] in said
    assert {"zh": "写出 idle.xlsx", "en": "write idle.xlsx"}[lang] in said
    assert all(set(words) == {"zh", "en"} for words in STEPS.values())


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("LOG_DAYS", "90", "应不小于 180", "greater than or equal to 180"),
        ("POOL_SIZE", "many", "应为整数", "valid integer"),
        ("LANG", "fr", "应为 'zh' or 'en'", "should be 'zh' or 'en'"),
        ("TWO_PERSON", "publish", "应为 JSON", "a JSON list is expected"),
        ("OIDC_ISSUER", "http://sso.example", "应为 https 地址", "an https address is expected"),
    ],
)
def test_a_setting_that_cannot_hold_is_named_with_its_value(monkeypatch, name, value, zh, en):
    """The least days of the log are asked for by law (Cybersecurity Law Art. 21: six months)."""
    monkeypatch.setenv(f"LANDSTOCK_{name}", value)
    settings.cache_clear()
    try:
        for lang, words in (("zh", zh), ("en", en)):
            result = CliRunner().invoke(main, ["audit", "verify", "--lang", lang])
            assert result.exit_code == 3, result.output
            assert f"LANDSTOCK_{name}={value}" in result.stderr and words in result.stderr
            assert "Traceback" not in result.stderr
    finally:
        monkeypatch.delenv(f"LANDSTOCK_{name}")
        settings.cache_clear()
