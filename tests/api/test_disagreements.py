"""Sources that disagree, over HTTP, in exports and in an explanation: the same rows everywhere."""

import csv
import datetime as dt
from typing import Any

from etl.analysis.explain import explain
from etl.export import Question, export

AS_OF = dt.date(2026, 11, 1)


def test_page_by_page_with_counts_and_sentences(client: Any) -> None:
    first = client.get("/api/v1/disagreements", params={"as_of": AS_OF.isoformat(), "size": 10}).json()
    assert first["total"] == sum(group["n"] for group in first["counts"]) > 20
    assert len(first["items"]) == 10
    second = client.get(
        "/api/v1/disagreements", params={"as_of": AS_OF.isoformat(), "size": 10, "page": 2}
    ).json()
    assert [row["number"] for row in first["items"] + second["items"]] == list(range(1, 21))
    assert all(row["text"].endswith("。") for row in first["items"])
    one = client.get(
        "/api/v1/disagreements", params={"as_of": AS_OF.isoformat(), "kind": "START_WITHOUT_PERMIT", "lang": "en"}
    ).json()  # fmt: skip
    assert {row["kind"] for row in one["items"]} == {"START_WITHOUT_PERMIT"}
    # Only papers filed late or not at all; a verdict does not rest on them.
    assert {row["suspicion"] for row in one["items"]} == {"OVERREPORTED"}
    assert client.get("/api/v1/disagreements", params={"kind": "a\x00b"}).status_code == 422


def test_reporters_with_too_little_have_no_share(client: Any) -> None:
    rows = client.get("/api/v1/reporters", params={"as_of": AS_OF.isoformat()}).json()["items"]
    assert rows and all((row["share"] is None) == (row["compared"] < 5) for row in rows)


def test_export_and_explanation_say_the_same(client: Any, tmp_path: Any) -> None:
    path = tmp_path / "disagreements.csv"
    export("disagreements", "csv", path, Question(AS_OF))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    whole = client.get("/api/v1/disagreements", params={"as_of": AS_OF.isoformat(), "size": 1}).json()
    assert len(rows) == whole["total"]
    row = next(row for row in rows if row["parcel_code"] and row["said"])
    told = explain(row["parcel_code"], AS_OF)["disagreements"]
    assert row["text"] in [one["text"] for one in told]
    park = tmp_path / "park.csv"
    export("reporters", "csv", park, Question(AS_OF, park_code="S217901"))
    with park.open(encoding="utf-8-sig", newline="") as file:
        assert {row["park_code"] for row in csv.DictReader(file)} == {"S217901"}
