"""Words about contracts: why there is no amount of damages, what is noticed, where a standard comes from."""

from typing import Final

from gis.words import Words, pairs

NO_DAMAGES: Final[Words] = pairs(
    NO_CLAUSE=(
        "合同无投资不足违约金条款，不计违约金",
        "The contract has no clause on damages for a shortfall: no amount",
    ),
    CLAUSE_UNKNOWN=(
        "不知合同有无投资不足违约金条款，不计违约金",
        "It is not known whether the contract has a clause on damages: no amount",
    ),
    NO_PRICE=("合同未载价款，无法计算违约金", "The contract states no price: damages cannot be computed"),
    OTHER_CLAUSE=(
        "容积率违约条款未入库，不计违约金",
        "The clause on the floor-area ratio is not on record: no amount",
    ),
)
CURES: Final[Words] = pairs(
    IN_CURE=("整改期内", "Time to cure still runs"),
    OVER=("整改期已过", "Time to cure is over"),
    NO_TERM=("合同未载可用的整改期限", "No usable time to cure is stated"),
)
FLAGS: Final[Words] = pairs(
    AREAS_DIFFER=(
        "合同、登记、图形面积相差超过容许值，请核对",
        "Contract, registered and drawn area differ by more than the tolerance: please check",
    ),
    INTENSITY_CONTRADICTS_TOTAL=(
        "合同载明的投资强度与总投资÷面积不一致；强度按载明值、总额按载明值分别考核",
        "The stated intensity and total over area disagree; each term is judged by its own stated value",
    ),
    SHARED_PARCEL=(
        "宗地同时列入其他有效合同，面积和投资不得重复合计",
        "A parcel is named by another contract in force: areas and amounts must not be added up twice",
    ),
    SUPERSEDED=("宗地已由较新的合同管辖", "A newer contract governs its parcels"),
    PHASES_INCOMPLETE=("分期约定缺面积、金额或日期", "A phase lacks area, amount or date"),
    PHASES_DIFFER=(
        "各期合计与合同总额或面积不符",
        "The phases do not add up to the contract's total or area",
    ),
    PHASES_AFTER_DEADLINE=(
        "末期期限晚于合同考核日期",
        "The last phase is due after the contract's own deadline",
    ),
)
SOURCES: Final[Words] = pairs(
    NATIONAL_NORMATIVE=("国家规范性指标", "National, normative"),
    NATIONAL_RECOMMENDED=("国家推荐性指标", "National, recommended"),
    PROVINCIAL=("省级控制指标", "Provincial"),
    LOCAL=("地方控制指标", "Local"),
)
NO_STANDARD: Final[Words] = pairs(
    NO_TABLE=(
        "未载入官方控制指标表，只与合同约定比较",
        "No official table is loaded: compared with the contract only",
    ),
    NO_INDUSTRY=("合同未载行业代码，无法查表", "The contract has no industry code: no look-up"),
    NO_INDUSTRY_VERSION=(
        "合同未载行业代码版本，无法查表",
        "The version of the industry code is not stated: no look-up",
    ),
    NO_GRADE=("不知该地土地等别，无法查表", "The land grade of the place is not on record: no look-up"),
    NO_SIGNING_DATE=(
        "合同未填签订日期，不知适用哪一版指标",
        "The contract has no signing date: it is not known which edition applies",
    ),
    NO_ROW=(
        "已载入的表中没有该行业、版本和等别的指标",
        "The loaded tables have no value for this industry, version and grade",
    ),
)
KINDS: Final[Words] = pairs(
    GRANT=("出让合同", "Grant"),
    ALLOCATION=("划拨决定书", "Allocation"),
    LEASE=("租赁合同", "Lease"),
    ENTRY=("入园合同", "Entry contract"),
)
