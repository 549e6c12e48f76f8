"""Words about sources that disagree. A suspicion is always 疑似 (suspected): a question, not a finding."""

from typing import Final

from gis.words import Words, pairs

KINDS: Final[Words] = pairs(
    START_WITHOUT_PERMIT=("申报开工而无施工许可", "Start reported, no permit on record"),
    START_BEFORE_PERMIT=("申报开工早于施工许可", "Start reported before the permit"),
    START_BEFORE_CONTRACT=("申报开工早于合同签订", "Start reported before the contract"),
    START_NOT_SEEN=("申报开工而观测未见建设", "Start reported, survey shows bare land"),
    BUILT_WITHOUT_START=("观测已建而无开工记录", "Built on by survey, no start on record"),
    COMPLETED_NOT_SEEN=("申报竣工而观测未见建设", "Completion reported, survey shows bare land"),
    SUSPENDED_BUT_GROWS=("记录停工而建成面积仍在增加", "Suspended on record, built-up area still grows"),
    DEVELOPED_AREA=("申报已开发面积与观测不符", "Developed area differs from the survey"),
    BUILDINGS_NOT_SEEN=("登记有建筑物而观测未见建设", "Buildings on record, survey shows bare land"),
    REGISTERED_AREA=("登记面积与图形面积不符", "Registered and drawn area differ"),
    GRANTED_AREA=("合同面积与登记面积不符", "Granted and registered area differ"),
    TWO_FIRMS=("同一宗地列入多份合同", "One parcel in several contracts"),
    INVESTED_VERIFIED=("上报投资与核实投资不符", "Reported and verified investment differ"),
    INVESTED_PROMISED=("上报投资与约定投资相差悬殊", "Reported investment is far from the promise"),
    REPEATED_AMOUNT=("不同合同上报相同金额", "Same amounts reported for two contracts"),
    REPORT_MISSING=("已竣工核验而从未申报投资", "Completion checked, investment never reported"),
)
SUSPICIONS: Final[Words] = pairs(
    OVERREPORTED=("疑似虚报", "Suspected over-reporting"),
    UNDERREPORTED=("疑似瞒报", "Suspected under-reporting"),
    OMITTED=("疑似漏报", "Suspected omission"),
    MISMATCH=("不一致，待核对", "Mismatch, to be checked"),
)
EXPLANATIONS: Final[Words] = pairs(
    UNIT_SLIP=("计量单位差错", "Slip of units"),
    LATE_FILING=("可能为补录滞后", "Perhaps filed late"),
    TWO_FIRMS=("一地多家企业", "Several firms on one plot"),
    BOUNDARY_CHANGE=("可能为界址变化或测量差异", "Perhaps another boundary or survey"),
    BUILT_BEFORE_SUPPLY=("供地前已有建设", "Built on before it was supplied"),
    COPIED=("可能为照抄填报", "Perhaps copied"),
    SURVEY_WIDER=("观测图斑可能含在建及附属用地", "Perhaps the survey draws the whole site"),
    UNEXPLAINED=("原因不明", "Not explained"),
)
NEXT_STEPS: Final[Words] = pairs(
    REPORTER=("请报送单位说明或更正", "Reporter: explain or correct"),
    PARK=("请园区管委会补报", "Park committee: report"),
    BUREAU=("请自然资源部门核对", "Bureau: check"),
)
SLIPS: Final[Words] = {
    f"{sign}{factor}": {
        "zh": f"{'大' if sign == 'x' else '小'}了 {factor} 倍：{zh}",
        "en": f"too {'large' if sign == 'x' else 'small'} by {factor}: {en}",
    }
    for sign in ("x", "/")
    for factor, zh, en in (
        ("10000", "元与万元，或平方米与公顷", "CNY for 10,000 CNY, or m² for hectares"),
        ("666.67", "平方米与亩", "m² for mu"),
        ("15", "亩与公顷", "mu for hectares"),
    )
}
DIRECTIONS: Final[Words] = pairs(
    OVER=("报送偏大", "Says more"), UNDER=("报送偏小", "Says less"),
)  # fmt: skip
SIDES: Final[dict[str, tuple[tuple[str, str], tuple[str, str]]]] = {
    "START_BEFORE_PERMIT": (("申报开工", "start reported"), ("施工许可", "permit")),
    "START_BEFORE_CONTRACT": (("申报开工", "start reported"), ("合同签订", "contract signed")),
    "SUSPENDED_BUT_GROWS": (("停工后首次观测", "seen once it stood still"), ("其后观测", "seen later")),
    "REGISTERED_AREA": (("登记", "registered"), ("图形", "drawn")),
    "GRANTED_AREA": (("合同", "granted"), ("登记", "registered")),
    "TWO_FIRMS": (("本合同", "this contract"), ("另见合同", "also in")),
    "INVESTED_VERIFIED": (("上报", "reported"), ("核实", "verified")),
    "INVESTED_PROMISED": (("上报", "reported"), ("约定", "promised")),
    "REPEATED_AMOUNT": (("本合同上报", "this report"), ("另一合同上报", "other report")),
    "REPORT_MISSING": (("上报", "reported"), ("竣工核验", "completion checked")),
}
SIDE: Final[tuple[tuple[str, str], tuple[str, str]]] = (("申报", "reported"), ("观测", "seen"))
PLACES: Final[Words] = pairs(
    SURVEY=("建成区观测", "Survey of built-up land"),
    DRAWN=("宗地图形", "Drawn shape"),
    REGISTER=("宗地登记", "Land register"),
)
