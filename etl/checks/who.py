"""Who mends a finding: the supplier of the data, the surveyor, or whoever takes the delivery in."""

from functools import cache
from importlib.resources import files

import yaml

WHO = ("SUPPLIER", "SURVEYOR", "BUREAU")
WORDS = {
    "SUPPLIER": {"zh": "报送单位", "en": "Supplier of the data"},
    "SURVEYOR": {"zh": "测绘单位", "en": "Surveyor"},
    "BUREAU": {"zh": "接收人员", "en": "Whoever takes the delivery in"},
}


@cache
def table() -> dict[str, str]:
    """Return finding -> who mends it, for those whom the supplier of the data does not."""
    said = yaml.safe_load((files("etl.checks") / "who.yaml").read_text(encoding="utf-8"))
    return {code: who for who, codes in said.items() for code in codes}


def who_mends(code: str) -> str:
    """Return one of ``WHO``."""
    return table().get(code, "SUPPLIER")
