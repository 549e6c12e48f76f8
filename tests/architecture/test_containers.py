"""The containers, as far as they can be checked without running them."""

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

TOP = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((TOP / "docker-compose.yml").read_text(encoding="utf-8"))
DOCKERFILE = (TOP / "Dockerfile").read_text(encoding="utf-8")


def test_the_services_are_there_and_wait_for_each_other() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"db", "migrate", "app"}
    assert services["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert services["app"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert services["migrate"]["restart"] == "no"
    assert services["db"]["healthcheck"]["test"][1] == "pg_isready"
    assert any("/readyz" in word for word in services["app"]["healthcheck"]["test"])


@pytest.mark.parametrize("service", ["migrate", "app"])
def test_the_commands_exist(service: str) -> None:
    from api.cli import main

    words = COMPOSE["services"][service]["command"]
    assert words[0] == "landstock"
    command: click.Command = main
    rest = words[1:]
    context = click.Context(command)
    while isinstance(command, click.Group):
        found = command.get_command(context, rest[0])
        assert found is not None, f"there is no command {rest[0]}"
        command, rest = found, rest[1:]
    command.make_context(words[1], list(rest), resilient_parsing=False)


def test_the_image_starts_what_the_service_starts() -> None:
    assert 'CMD ["landstock", "serve", "--host", "0.0.0.0", "--port", "8000"]' in DOCKERFILE
    assert COMPOSE["services"]["app"]["command"] == [
        "landstock",
        "serve",
        "--host",
        "0.0.0.0",
        "--port",
        "8000",
    ]
    assert "\nUSER landstock\n" in DOCKERFILE  # not root


def test_the_image_copies_every_room_and_file_it_builds_from() -> None:
    copied = set(re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE))
    names = {name for line in copied for name in line.split()}
    assert {"api", "gis", "etl", "maps", "data", "pyproject.toml", "README.md", "LICENSE"} <= names
    assert [name for name in names if not (TOP / name).exists()] == []


def test_ports_are_open_to_this_machine_only() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_is_in_the_files() -> None:
    # The password comes from the environment through a secret; addresses hold a user and no password.
    assert COMPOSE["secrets"] == {"database_password": {"environment": "POSTGRES_PASSWORD"}}
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or str(value).startswith("/run/secrets/")
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value))
    assert not re.search(r"PASSWORD=\w", DOCKERFILE)


def test_settings_in_the_files_are_settings_of_the_program() -> None:
    from data.settings import Settings

    named = set(
        re.findall(
            r"LANDSTOCK_([A-Z_]+)", DOCKERFILE + (TOP / "docker-compose.yml").read_text(encoding="utf-8")
        )
    )
    assert {name.lower() for name in named} <= set(Settings.model_fields)
