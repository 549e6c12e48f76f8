"""Words and columns of the fix-list in Chinese and English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Head:
    """One column of the list: its head, its width in characters, decimals of its figures."""

    name: str
    zh: str
    en: str
    width: float
    middle: bool = False
    digits: int = 0


COLUMNS = (
    Head("no", "序号", "No.", 5, middle=True),
    Head("severity", "程度", "Severity", 7, middle=True),
    Head("file", "文件\n坐标系", "File\nsystem", 13),
    Head("row_no", "行号", "Row", 6, middle=True),
    Head("supplier_key", "报送单位编号", "Your key", 13),
    Head("field", "字段", "Field", 12),
    Head("value", "报送值", "Delivered value", 13),
    Head("found", "问题", "What is wrong", 28),
    Head("mend", "处理办法", "What to do", 24),
    Head("deadline", "期限", "Until", 10, middle=True),
    Head("lon", "经度", "Longitude", 11, middle=True, digits=7),
    Head("lat", "纬度", "Latitude", 10.5, middle=True, digits=7),
    Head("x_north", "X（北）\n报送坐标系", "X (north)\nyour system", 11.5, middle=True, digits=3),
    Head("y_east", "Y（东）\n报送坐标系", "Y (east)\nyour system", 12.5, middle=True, digits=3),
    Head("answer", "反馈", "Your answer", 11),
)

WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "cover": "封面",
        "list": "整改清单",
        "title": "数据整改清单",
        "delivery": "成果编号",
        "received": "接收时间",
        "supplier": "报送单位",
        "unnamed": "未注明",
        "by": "接收人",
        "files": "报送文件",
        "deadline": "整改期限",
        "no_deadline": "未规定",
        "rows": "行数",
        "rows_of": "读取 {read:,}，接收 {accepted:,}，退回 {rejected:,}",
        "total": "问题总数",
        "who": "责任方",
        "last_time": "与第 {previous} 号成果的整改清单比对：已改正或未再报送 {mended:,} 条，仍未改正 {still:,} 条，新出现 {new:,} 条。",
        "how": "如何反馈",
        "signatures": "发出单位（盖章）：　　　　　　　　　　　经办人：　　　　　　　　日期：　　　年　　月　　日",
        "under": "成果 {delivery}　　报送单位：{supplier}　　整改期限：{deadline}",
        "group": "{who}（{n:,} 条）",
        "more": "另有 {n:,} 条未列入本表，见同批 GeoPackage 清单。",
        "none": "没有需要整改的问题。",
        "footer": "成果 {delivery} 数据整改清单",
        "page": "第 &P 页，共 &N 页",
    },
    "en": {
        "cover": "Cover",
        "list": "Findings",
        "title": "Data to be mended",
        "delivery": "Delivery",
        "received": "Received",
        "supplier": "Supplier",
        "unnamed": "not named",
        "by": "Taken in by",
        "files": "Files",
        "deadline": "Until",
        "no_deadline": "no day set",
        "rows": "Rows",
        "rows_of": "read {read:,}, accepted {accepted:,}, rejected {rejected:,}",
        "total": "Findings",
        "who": "Who mends it",
        "last_time": "Compared with the list of delivery {previous}: {mended:,} mended or no longer delivered, "
        "{still:,} still there, {new:,} new.",
        "how": "How to answer",
        "signatures": "Office (seal):                              Sent by:                    Date:",
        "under": "Delivery {delivery}     Supplier: {supplier}     Until: {deadline}",
        "group": "{who} ({n:,})",
        "more": "{n:,} more are not listed here; the GeoPackage has all.",
        "none": "Nothing is to be mended.",
        "footer": "Delivery {delivery}: data to be mended",
        "page": "Page &P of &N",
    },
}

ANSWER = {
    "zh": (
        "请在源数据中按“处理办法”修改，重新导出全部文件后再次报送；不要在本表中修改数据。整改期限：{deadline}。",
        "在“反馈”栏逐条注明“已改”或“无需修改”及理由，连同数据一并返回。",
        "“行号”按报送文件计数（含表头）；“报送单位编号”是贵单位数据中的编号。坐标同时给出 CGCS2000 经纬度和报送文件自身坐标系的坐标，可直接定位。",
        "再次报送后逐条比对：不再出现的问题自动销号，仍然存在的和新出现的列入下一份清单。",
        "“阻断”指整个文件未接收，“退回”指该行未接收，“待核实”指已接收但需核实。",
    ),
    "en": (
        "Mend the source as said under “What to do”, export all files again and send them; don't edit data here. Until: {deadline}.",
        "Say under “Your answer”, line by line, what was mended, or why nothing needs mending, and send the list back.",
        "Rows are counted as in your file, the header included; the key is your own. Points are given in CGCS2000 degrees and in your file's own system.",
        "The next delivery is compared line by line: what is no longer found is closed, the rest comes with the next list.",
        "“Blocks the file”: nothing of it was taken in; “row rejected”: that row was not; “to be checked”: it was, and is doubtful.",
    ),
}
