"""Pages say that a feed stopped, with its day and age; without one they say nothing."""

import datetime as dt

from sqlalchemy import text

from api import clock
from data.session import transaction
from etl.importer import run
from etl.options import ImportOptions


def test_the_banner_says_since_when(empty_client, tmp_path):
    (tmp_path / "enterprise.csv").write_text(
        "credit_code,enterprise_name\n91210700MA0T0K2X57,甲\n", encoding="utf-8"
    )
    report = run([tmp_path / "enterprise.csv"], ImportOptions(publish=True))
    assert "天未更新" not in empty_client.get("/deliveries?lang=zh").text
    with transaction() as connection:
        connection.execute(
            text("UPDATE delivery SET received_at = now() - interval '500 days' WHERE delivery_id = :id"),
            {"id": report.delivery},
        )
    page = empty_client.get("/deliveries?lang=zh").text
    day = clock.today() - dt.timedelta(500)  # 400 are allowed for enterprises
    assert f"{day.year}" in page and "已 500 天未更新" in page and "涉及：企业" in page
    assert '<a href="/deliveries">查看导入记录</a>' in page
    assert "nothing has come for 500 days" in empty_client.get("/deliveries?lang=en").text


def test_the_sample_is_fresh_on_the_day_it_is_taken_in(client):
    for page in ("/", "/parcels", "/deliveries"):
        assert "天未更新" not in client.get(f"{page}?lang=zh").text
