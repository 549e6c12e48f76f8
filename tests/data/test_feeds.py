"""Feeds that stopped are said with their age; what is published stays."""

import datetime as dt

import pytest
from sqlalchemy import text

from api import clock
from data import feeds
from data.doctor import checks
from data.feeds import FeedsUnreadable, expected, stale
from data.layers import LAYERS
from data.session import transaction
from data.settings import settings
from etl.importer import run
from etl.options import ImportOptions
from etl.publish import withdraw

PUBLISH = ImportOptions(publish=True)


@pytest.fixture(autouse=True)
def _own_home(empty_database, tmp_path_factory, monkeypatch):
    """Use a data folder of one's own: tests that run beside this one read the common one."""
    monkeypatch.setenv("LANDSTOCK_HOME", str(tmp_path_factory.mktemp("home")))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def deliver(folder, name="enterprise", line="91210700MA0T0K2X57,甲"):
    folder.mkdir(exist_ok=True)
    heads = {"enterprise": "credit_code,enterprise_name", "idle_cause": "parcel_code,from_on"}
    (folder / f"{name}.csv").write_text(f"{heads[name]}\n{line}\n", encoding="utf-8")
    return run([folder], PUBLISH)


def set_age(delivery, days):
    with transaction() as connection:
        connection.execute(
            text(
                "UPDATE delivery SET received_at = now() - make_interval(days => :days) WHERE delivery_id = :id"
            ),
            {"days": days, "id": delivery},
        )


def found(today=None):
    with transaction() as connection:
        return [(one.layer, one.age_days) for one in stale(connection, today or clock.today())]


def test_every_layer_has_its_days():
    assert set(expected()) == set(LAYERS)


def test_a_feed_is_stale_the_day_after_its_interval(tmp_path):
    report = deliver(tmp_path / "1")
    assert found() == []
    today = clock.today()  # 400 days are allowed
    assert found(today + dt.timedelta(400)) == []
    assert found(today + dt.timedelta(401)) == [("enterprise", 401)]
    set_age(report.delivery, 500)
    assert found() == [("enterprise", 500)]
    deliver(tmp_path / "2", "idle_cause", "A,2024-01-01")  # comes when there is a case: never stale
    assert found(today + dt.timedelta(5000)) == [("enterprise", 5500)]


def test_the_same_again_is_a_sign_of_life_and_a_withdrawn_one_is_none(tmp_path):
    set_age(deliver(tmp_path / "1").delivery, 500)
    second = deliver(tmp_path / "2", line="91210700MA0T0K2X57,乙")
    assert found() == []
    withdraw(second.delivery, "误报")
    assert found() == [("enterprise", 500)]
    third = deliver(tmp_path / "3", line="91210700MA0T0K2X57,丙")
    set_age(third.delivery, 450)
    assert found() == [("enterprise", 450)]
    assert deliver(tmp_path / "3", line="91210700MA0T0K2X57,丙").status == "DUPLICATE"
    assert found() == []


def test_the_intervals_can_be_set(tmp_path):
    set_age(deliver(tmp_path / "1").delivery, 40)
    own = settings().home / "feeds.yaml"
    own.write_text("enterprise: 30\n", encoding="utf-8")
    assert found() == [("enterprise", 40)]
    own.write_text("enterprise: null\n", encoding="utf-8")
    assert found() == []
    for wrong in (
        "roads: 30",
        "enterprise: soon",
        "enterprise: -1",
        "enterprise: true",
        "- a",
        "a: [",
        "enterprise: 0",
    ):
        own.write_text(wrong + "\n", encoding="utf-8")
        with pytest.raises(FeedsUnreadable):
            feeds.expected()


def test_doctor_says_it(tmp_path):
    set_age(deliver(tmp_path / "1").delivery, 500)
    (check,) = [c for c in checks("zh") if c["name"] == "feeds"]
    assert check["ok"] is None and "已 500 天未更新" in check["found"]
    # The last good data stay.
    with transaction() as connection:
        assert connection.scalar(text("SELECT count(*) FROM enterprise WHERE upper_inf(known)")) == 1
