"""Words of the codes, in Chinese and English: what pages, exports and hand-outs call a verdict.

A computed result is always 疑似 (suspected); only the bureau determines (认定).
"""

from typing import Any, Final

Words = dict[str, dict[str, str]]


def pairs(**words: tuple[str, str]) -> Words:
    """Return words by their codes, from pairs of Chinese and English."""
    return {code: {"zh": zh, "en": en} for code, (zh, en) in words.items()}


VERDICTS: Final[Words] = pairs(
    NOT_DUE=("未到约定动工日期", "Commencement not yet due"),
    OVERDUE=("逾期未动工（不满一年）", "Commencement overdue, under one year"),
    IDLE_NOT_COMMENCED=("疑似闲置：未动工", "Suspected idle: not commenced"),
    SUSPENDED_UNDER_1Y=("中止开发不满一年", "Suspended for under one year"),
    MAY_BE_IDLE=("疑似闲置：中止开发", "Suspected idle: construction suspended"),
    SUSPENDED_NOT_IDLE=(
        "中止开发，未达闲置标准",
        "Suspended, above the idle thresholds",
    ),
    ACTIVE=("正常开发", "Under development"),
    COMPLETED=("已竣工核验", "Completed and checked"),
    NOT_SUPPLIED=("未供应", "Not supplied"),
    UNDETERMINED=("资料不全，无法判定", "Cannot be decided: facts are missing"),
)

BANDS: Final[Words] = pairs(
    Y1=("满一年不满两年", "One year passed, under two"),
    Y2=("满两年", "Two years passed"),
)

LIMBS: Final[Words] = pairs(
    AREA=("已开发面积不足三分之一", "Developed area below one third"),
    INVESTMENT=("已投资额不足百分之二十五", "Investment below 25 %"),
)

CAUSES: Final[Words] = {
    "": {"zh": "", "en": ""},
    **pairs(
        ENTERPRISE=("企业原因", "Enterprise"),
        CAUSE_PENDING=("原因待核实", "Cause not yet verified"),
        FORCE_MAJEURE=("不可抗力", "Force majeure"),
        PREPARATORY=(
            "动工开发必需的前期工作",
            "Preliminary work necessary before starting",
        ),
        G1=("未按约定时间或条件交地", "Land not delivered as agreed"),
        G2=("规划依法修改", "Lawful change of the plan"),
        G3=("国家政策调整", "New national policy"),
        G4=("群众信访事项", "Petition matters"),
        G5=("军事管制、文物保护", "Military control or relic protection"),
        G6=("政府及有关部门的其他行为", "Other acts of government"),
    ),
}
for _code in ("G1", "G2", "G3", "G4", "G5", "G6"):
    CAUSES[f"GOVERNMENT:{_code}"] = {
        "zh": f"政府原因：{CAUSES[_code]['zh']}",
        "en": f"Government: {CAUSES[_code]['en'][0].lower()}{CAUSES[_code]['en'][1:]}",
    }

PATHS: Final[Words] = pairs(
    NONE=("待核实原因后确定", "Open until the cause is verified"),
    ART12=("按第十二条协商处置", "Disposal under Art. 12"),
    FEE=("征缴土地闲置费", "Idle-land fee"),
    RECOVERY=("无偿收回", "Recovery without compensation"),
)

BLOCKS: Final[Words] = {
    "": {"zh": "", "en": ""},
    **pairs(
        NOT_IN_MONITORING_SYSTEM=(
            "未录入土地市场动态监测与监管系统，不得按第十二条处置",
            "Not recorded in the land-market monitoring system: disposal under Art. 12 is barred",
        )
    ),
}

INTENSITY_VERDICTS: Final[Words] = pairs(
    MET=("达标", "Met"),
    SHORT=("未达标", "Short"),
    NOT_DUE=("未到考核日期", "Not yet due"),
    UNDETERMINED=("资料不全，无法判定", "Cannot be decided: facts are missing"),
)

TERMS: Final[Words] = pairs(
    INTENSITY=("固定资产投资强度", "Investment intensity"),
    TOTAL_INVESTMENT=("固定资产投资总额", "Total fixed-asset investment"),
    FAR=("容积率", "Floor-area ratio"),
)

THRESHOLD_SOURCES: Final[Words] = pairs(
    CONTRACT=("合同约定", "Contract"),
    CONTRACT_DERIVED=("由合同约定推算", "Derived from the contract"),
)

MISSING: Final[Words] = {
    code: {"zh": zh, "en": en}
    for code, zh, en in (
        ("contract", "有土地使用权人，但没有供地合同", "There is a holder, but no supply contract on record"),
        ("signed_on", "合同或补充协议未填签订日期", "A contract or supplement has no signing date"),
        ("contract_type", "合同未填类型", "A contract has no type"),
        ("commence_by", "合同未填约定动工日期", "The contract has no commencement date"),
        ("delivered_on", "没有实际交地日期", "There is no actual delivery date"),
        ("due_area_m2", "应动工开发面积为零或无效", "The area due for development is zero or invalid"),
        (
            "planned_investment_ex_land_wan",
            "合同未填总投资额（不含地价和税费）",
            "The contract has no total investment without land price and taxes",
        ),
        ("price_wan", "没有可作计费基数的出让（划拨）价款", "There is no price that a fee could be counted from"),
        ("granted_area_m2", "合同未填出让面积，或为零", "The contract has no granted area, or zero"),
        ("total_investment_wan", "合同未填投资总额", "The contract has no total investment"),
        ("intensity_wan_per_ha", "合同未填投资强度", "The contract has no investment intensity"),
        ("far_min", "合同未填容积率下限", "The contract has no minimum floor-area ratio"),
        ("complete_by", "合同未填竣工日期，也未填投资期限", "The contract has neither an investment deadline nor a completion date"),
        ("parcel_codes", "合同未填宗地代码", "The contract names no parcel"),
        ("registered_area_m2", "宗地没有登记面积", "A parcel has no registered area"),
        ("in_monitoring_system", "不知是否已录入监测监管系统", "It is not known whether the parcel is in the monitoring system"),
        ("landuse_code", "没有土地用途，无法判断是否房地产用地", "Without the land use nobody can say whether this is real-estate land"),
        ("happened_on", "施工事件未填日期", "A construction event has no date"),
        ("event", "施工事件未填类型", "A construction event has no type"),
        ("foundation_type", "基础施工记录未填类型", "A foundation record has no type"),
        ("done", "基础施工记录未填完成量或总量", "A foundation record lacks the amount done or the total"),
        ("developed_area_m2", "没有已开发面积记录", "There is no developed area on record"),
        ("investment_report", "没有投资上报或核实记录", "There is no investment report"),
        ("reported_on", "投资报告未填日期", "An investment report has no date"),
        ("basis", "投资报告未填是上报还是核实", "An investment report does not say whether it is reported or verified"),
        ("building_wan", "投资报告缺厂房投资", "The investment report lacks buildings"),
        ("equipment_wan", "投资报告缺设备投资", "The investment report lacks equipment"),
        ("land_price_wan", "投资报告缺地价款", "The investment report lacks the land price"),
        ("land_tax_wan", "投资报告缺土地税费", "The investment report lacks land taxes"),
        ("other_wan", "投资报告缺其他投资", "The investment report lacks other investment"),
        ("from_on", "闲置原因未填起始日期", "A cause of idleness has no first day"),
        ("verified_on", "闲置原因尚未核实，或未填核实日期", "A cause of idleness is not verified, or the day is missing"),
        ("cause", "闲置原因未填类型", "A cause of idleness has no type"),
        ("building", "没有建筑记录", "There is no building on record"),
        ("floor_area_m2", "建筑未填建筑面积", "A building has no floor area"),
        ("completed_on", "建筑未填竣工日期", "A building has no completion date"),
    )
}  # fmt: skip

RULING_NAMES: Final[Words] = pairs(
    not_commenced=("满一年未动工", "Not commenced for a full year"),
    area=("中止开发：面积不足三分之一", "Suspended: developed area below one third"),
    investment=("中止开发：投资不足百分之二十五", "Suspended: investment below 25 %"),
    intensity=("固定资产投资强度低于约定", "Investment intensity below the contract"),
    total_investment=("固定资产投资总额低于约定", "Total investment below the contract"),
    far=("容积率低于约定", "Floor-area ratio below the contract"),
)

RULINGS: Final[Words] = pairs(
    FIRES=("触发", "Fires"),
    DOES_NOT_FIRE=("不触发", "Does not fire"),
    CANNOT_DECIDE=("无法判断", "Cannot decide"),
)

STAGES: Final[Words] = pairs(
    NOT_SUPPLIED=("未供应", "Not supplied"),
    SUPPLIED=("已供应，未交地", "Supplied, not handed over"),
    DELIVERED=("已交地，未动工", "Handed over, not commenced"),
    COMMENCED=("已动工", "Commenced"),
    COMPLETED=("已竣工核验", "Completed and checked"),
) | {"": {"zh": "无法判断", "en": "Cannot be said"}}

CONFIDENCES: Final[Words] = pairs(
    HIGH=("事实齐全，无相反证据", "Facts complete, nothing speaks against it"),
    MEDIUM=("无相反证据，但资料或原因待核实", "Nothing speaks against it, but facts or the cause are open"),
    LOW=("有相反证据，宜先踏勘", "Something on record speaks against it: visit first"),
) | {"": {"zh": "", "en": ""}}

WARNINGS: Final[Words] = pairs(
    NOT_DUE=("到约定动工日期", "Agreed commencement date"),
    OVERDUE=("到满一年，将疑似闲置", "One year ends: will be suspected idle"),
    IDLE_NOT_COMMENCED=("到满两年，将适用收回", "Two years end: recovery will apply"),
    SUSPENDED_UNDER_1Y=("中止开发到满一年", "The year of the suspension ends"),
)

STATUS: Final[dict[str, dict[str, str]]] = {
    code: {"zh": zh, "en": en, "fill": fill, "pattern": pattern, "text": text}
    for code, zh, en, fill, pattern, text in (
        (
            "determined",
            "已认定闲置",
            "Determined idle",
            "#9e2a1f",
            "white-cross-hatch",
            "定",
        ),
        ("disposing", "处置中", "In disposal", "#2f6db5", "white-diagonal", "处"),
        (
            "investigating",
            "调查中",
            "Investigating",
            "#d97f0f",
            "dark-horizontal",
            "查",
        ),
        ("closed", "已处置", "Disposed", "#5fb59a", "none", "结"),
        ("suspected", "疑似闲置", "Suspected idle", "#ffe36e", "dark-dots", "疑"),
        ("watch", "预警", "Warning", "#b39ddb", "none", "预"),
        ("unknown", "无法判定", "Cannot decide", "#ffffff", "dashed-outline", "缺"),
        ("normal", "正常", "Normal", "#e3e6ea", "none", ""),
    )
}

_STATUS_OF: Final[dict[str, str]] = {
    "IDLE_NOT_COMMENCED": "suspected",
    "MAY_BE_IDLE": "suspected",
    "OVERDUE": "watch",
    "SUSPENDED_UNDER_1Y": "watch",
    "UNDETERMINED": "unknown",
}


def status_of(verdict: str) -> str:
    """Return the map status of an idle-land verdict, as long as no case is open."""
    return _STATUS_OF.get(verdict, "normal")


def word(words: Words, code: Any, lang: str) -> str:
    """Return the word of a code in a language; the code itself where there is no word."""
    found = words.get(str(code))
    return found["en" if lang == "en" else "zh"] if found else str(code)
