"""Words of the atlas in Chinese and English."""

from typing import Final

ATLAS: Final[dict[str, dict[str, str]]] = {
    "zh": {
        "title": "宗地图册", "index": "图幅索引", "sheet": "图号", "parcel": "宗地代码", "holder": "土地使用权人",
        "location": "坐落", "park": "园区", "status": "状态", "verdict": "系统判定（疑似）", "area": "登记面积",
        "drawn": "图形面积", "none": "— 未登记", "ha": "公顷", "idle_from": "闲置起始日", "article": "法条",
        "missing": "缺少资料", "page": "第 {n} 页，共 {of} 页", "points": "界址点", "side": "边长（米）",
        "more": "另有 {n} 个界址点，见界址点成果（TXT）。", "north": "坐标北", "zone": "CGCS2000 3 度带第 {zone} 带（EPSG:{epsg}）",
        "state": "截至 {day}；数据版本 {state}；规则包 {rules}", "n": "共 {n} 宗", "total": "合计 {n} 宗，{ha} 公顷",
        "suspected": "状态为系统判定（疑似），非认定结论；认定以认定书为准。未使用底图，无审图号。", "scale": "比例尺",
        "seal": "制图：　　　　审核：　　　　（盖章）",
    },
    "en": {
        "title": "Atlas of parcels", "index": "Index of sheets", "sheet": "Sheet", "parcel": "Parcel", "holder": "Holder",
        "location": "Location", "park": "Park", "status": "Status", "verdict": "Computed (suspected)",
        "area": "Registered area", "drawn": "Drawn area", "none": "— not registered", "ha": "ha", "idle_from": "Idle from",
        "article": "Article", "missing": "Missing", "page": "Page {n} of {of}", "points": "Boundary points",
        "side": "Side (m)", "more": "{n} more boundary points: see the export of boundary points (TXT).",
        "north": "Grid north", "zone": "CGCS2000 3-degree zone {zone} (EPSG:{epsg})",
        "state": "As of {day}; data {state}; rules {rules}", "n": "{n} parcels", "total": "Total {n} parcels, {ha} ha",
        "suspected": "Computed (suspected), not determined; only a determination (认定书) decides. No base map is used.",
        "scale": "Scale", "seal": "Drawn by: 　　　Checked by: 　　　(Seal)",
    },
}  # fmt: skip
