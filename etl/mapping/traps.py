"""Columns whose name is right and whose content is another thing than the name says."""

import re
from collections.abc import Mapping

from etl.issues import Findings
from etl.mapping import names
from etl.mapping.file import ColumnRule
from etl.mapping.values import is_empty, tidy_code
from etl.readers.raw import Raw

LAND_USE_CODE = re.compile(r"\d{2,6}[A-Z]?\d?|[A-Z]{1,2}\d{0,3}")  # 0601, 05H1, 1104A, 100101; M1, W


def check_land_use(
    raw: Raw, layer: str, given: Mapping[str, ColumnRule], constants: Mapping[str, str], findings: Findings
) -> None:
    """Report names of land uses in a column of codes, and codes in a column of names (TDYT may hold either).

    A column whose words the mapping translates is none of these.
    """
    rule = given.get("landuse_code")
    if rule is not None:
        if rule.values is None and not rule.join:
            _report(raw, rule.source[0], findings, codes=False)
        return
    if "landuse_code" in constants or layer != "parcel":
        return
    for name in raw.frame.columns:
        meant = names.meanings(str(name), layer)
        if meant is not None and meant[1] == ("landuse_name",):
            _report(raw, str(name), findings, codes=True)


def _report(raw: Raw, column: str, findings: Findings, *, codes: bool) -> None:
    """Report a column where codes are expected and words stand, or (``codes``) the other way round."""
    texts = [str(text) for text in raw.frame[column].dropna().unique() if not is_empty(str(text))]
    odd = [text for text in texts if (LAND_USE_CODE.fullmatch(tidy_code(text)) is not None) == codes]
    if odd and (not codes or len(odd) == len(texts)):
        findings.add(
            "COLUMN_LOOKS_LIKE", field="landuse_code", value=column, expected="代码 code" if not codes else "名称 name",
            found=odd[:5], count=len(odd),
        )  # fmt: skip
