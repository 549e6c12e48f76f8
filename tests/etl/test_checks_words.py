"""The table of findings: words in both languages, who mends what; tolerances of a bureau; the list's limit."""

import numpy as np
import pytest
import yaml

from etl.checks import limits, who, words
from etl.errors import BadTolerances
from etl.issues import Findings


def test_every_finding_says_who_mends_it():
    assert set(who.table()) <= set(words.table())
    assert {who.who_mends(code) for code in words.table()} == set(who.WHO)
    for code, said in words.table().items():
        assert all(said.get(part) for part in ("severity", "zh", "en", "mend_zh", "mend_en")), code


def test_a_million_bad_rows_are_listed_up_to_a_limit():
    findings = Findings("parcel")
    with limits.using({"findings_listed": 3}):
        findings.add_rows(
            "GAP", np.arange(1, 11), "geom", other=[str(n) for n in range(10)], area_m2=np.arange(10.0)
        )
        findings.add("GAP", 99)
        findings.add("KEY_EMPTY", 5, "parcel_code")
        findings.close()
        findings.close()  # says it once
    # 10 + 1 gaps: 3 in the list, 8 counted.
    assert [(i.code, i.row_no) for i in findings.items] == [
        ("GAP", 1), ("GAP", 2), ("GAP", 3), ("KEY_EMPTY", 5), ("FINDINGS_MORE", None),
    ]  # fmt: skip
    assert findings.items[-1].params == {"value": "GAP", "count": 8, "listed": 3}
    assert findings.items[2].params == {"field": "geom", "other": "2", "area_m2": 2.0}
    assert findings.counts() == {"FINDINGS_MORE": 1, "GAP": 11, "KEY_EMPTY": 1}


def test_what_a_reader_rejects_is_kept_row_by_row():
    findings = Findings()
    with limits.using({"findings_listed": 1}):
        for row in (1, 2, 3):
            findings.add("POINTS_DIFFER", row)
    assert [i.row_no for i in findings.items] == [1, 2, 3]


def test_tolerances_of_a_bureau_replace_single_ones(tmp_path):
    (tmp_path / "tolerances.yaml").write_text("overlap_m2: 0\ngap_width_m: 0.2\n", encoding="utf-8")
    own = limits.of_home(tmp_path)
    assert (own["overlap_m2"], own["gap_width_m"], own["repair_m2"]) == (
        0,
        0.2,
        limits.packaged()["repair_m2"],
    )
    assert limits.of_home(tmp_path / "nowhere") == limits.packaged()


@pytest.mark.parametrize(
    "text",
    [
        "overlap: 1",
        "overlap_m2: -1",
        "overlap_m2: viel",
        "overlap_m2: true",
        "gap_m2: .inf",
        "- 1",
        "a: [",
        "gap_m2: .nan",
    ],
)
def test_tolerances_that_cannot_be_meant(tmp_path, text):
    (tmp_path / "tolerances.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadTolerances) as refused:
        limits.of_home(tmp_path)
    assert refused.value.exit_code == 2


def test_tolerances_of_a_delivery_stand_in_for_those_in_force():
    with limits.using({"drop_share": 0.5}):
        assert limits.tolerances()["drop_share"] == 0.5
        with limits.using(None):
            assert limits.tolerances() == limits.packaged()
        assert limits.tolerances()["drop_share"] == 0.5


def test_every_tolerance_has_its_line_of_explanation():
    text = (limits.files("etl.checks") / limits.NAME).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(" # " in line for line in lines)
    assert set(yaml.safe_load(text)) == set(limits.packaged())
