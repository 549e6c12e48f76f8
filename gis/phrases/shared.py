"""What the sentences of all rules have in common."""

from collections.abc import Callable
from typing import Any

Say = Callable[[list[Any], bool | None, str], tuple[str, str]]
"""A step's parts, whether it holds, and the language, as its sentence in Chinese and English."""

VALUES = {
    "none": ("无记录", "none on record"), "there": ("有", "on record"), "unknown": ("未知", "unknown"),
    "whole": ("整体通过", "the whole scale"), "registered": ("按登记面积", "from the registered areas"),
    "REPORTED": ("上报", "reported"), "VERIFIED": ("核实", "verified"),
    "GRANTED": ("出让面积", "granted area"), "SURVEYED": ("实测面积", "surveyed area"),
    "GRANT": ("出让合同", "grant contract"), "ALLOCATION": ("划拨决定书", "allocation decision"),
    "LEASE": ("租赁合同", "lease contract"), "ENTRY": ("入园合同", "entry contract"),
    "SUPPLEMENT": ("补充协议", "supplement"), "CONTRACT": ("合同", "contract"),
    "PIT": ("深基坑", "foundation pit"), "PILES": ("桩基", "piles"), "OTHER": ("地基施工", "foundation work"),
    "?": ("未填类型的基础", "foundation of unknown type"), "None": ("", ""),
}  # fmt: skip
