"""Words of the office form in Chinese and English."""

from typing import Any

from etl.export.dataset import Dataset
from etl.export.notes import notes

WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "sheet": "疑似闲置土地清单",
        "title": "疑似闲置土地清单",
        "frozen_title": "疑似闲置土地清单（已冻结）",
        "subtitle": "范围：{place}　　　截至日期：{day}",
        "state": "数据版本：{state}　运行号：{run}",
        "all_parks": "全部园区",
        "none": "截至{day}，无疑似闲置宗地；另有 {n} 宗缺少资料，无法判定。",
        "notes": "说明",
        "signatures": "编制单位（盖章）：　　　　　　　　　　　　　制表人：　　　　　　　　审核人：　　　　　　　　负责人（签字）：　　　　　　　　日期：　　　年　　月　　日",
        "footer": "规则版本 {rules}　系统判定（疑似），非认定结论",
        "page": "第 &P 页，共 &N 页",
        "unit": " 宗",
        "park_total": "小计　{park}　{kind}",
        "kind_total": "合计　{kind}",
        "total": "总计",
        "no_park": "未划入园区",
    },
    "en": {
        "sheet": "Suspected idle land",
        "title": "List of suspected idle land (疑似闲置土地清单)",
        "frozen_title": "List of suspected idle land, frozen (疑似闲置土地清单，已冻结)",
        "subtitle": "{place}     as of {day}",
        "state": "Data: {state}   run {run}",
        "all_parks": "All parks",
        "none": "As of {day} there is no suspected idle parcel; {n} lack facts and cannot be decided.",
        "notes": "Notes",
        "signatures": "Office (seal):                              Made by:                    Checked by:"
        "                    Signed:                    Date:",
        "footer": "Rules {rules}. Computed and suspected, not determined",
        "page": "Page &P of &N",
        "unit": " parcels",
        "park_total": "Subtotal, {park}, {kind}",
        "kind_total": "Total, {kind}",
        "total": "Total",
        "no_park": "outside the parks",
    },
}

_FORM_NOTES = {
    "zh": (
        "本表为系统判定（疑似）结果，供调查核实使用；闲置土地由自然资源主管部门依法认定。",
        "另有 {undetermined} 宗因资料不全无法判定，不在本表内。",
        "面积以登记面积为准{drawn}；1 公顷 = 15 亩；各单位由平方米换算，合计按未取整数值相加。闲置天数自闲置起始日起算，首尾两日计入。",
        "闲置费为空的，表示不适用，或缺少计费价款。",
    ),
    "en": (
        "Computed and suspected, for verification; only the natural resources department determines idle land.",
        "A further {undetermined} parcels lack facts, cannot be decided and are not listed.",
        "Areas are the registered ones{drawn}; 1 ha = 15 mu; totals add unrounded figures. Days count both ends.",
        "An empty fee does not apply or lacks the price that it is counted from.",
    ),
}
_DRAWN = {"zh": "（{n} 宗未登记面积的按图形面积）", "en": " ({n} without one by their drawn area)"}


def form_notes(dataset: Dataset) -> list[str]:
    """Return the numbered notes under the list."""
    lang = dataset.question.lang
    without = sum(value is None for value in dataset.values("registered_area_m2"))
    values: dict[str, Any] = {
        "undetermined": dataset.undetermined,
        "drawn": _DRAWN[lang].format(n=without) if without else "",
    }
    return [*(line.format(**values) for line in _FORM_NOTES[lang]), *notes(dataset)]
