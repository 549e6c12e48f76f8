"""Invented people and numbers: holders, credit codes, contract and supervision numbers."""

import random

PLACES = ("锦城", "辽锦", "渤海湾", "松岭", "望川", "云杉", "青禾", "辽西", "北方", "凌河")
WORDS = (
    "宏", "鑫", "瑞", "恒", "泰", "兴", "隆", "华", "盛", "远", "东", "金", "龙", "天", "海", "博",
    "德", "信", "诚", "佳", "润", "源", "康", "祥", "丰", "腾", "凯", "达", "卓", "翔", "铭", "裕",
)  # fmt: skip
TRADES = {
    "0601": (
        ("新材料", "2651"), ("钛业", "3239"), ("装备制造", "3599"), ("机械", "3484"), ("汽车零部件", "3670"),
        ("食品", "1495"), ("生物科技", "2761"), ("电子科技", "3985"), ("新能源", "3841"), ("建材", "3031"),
        ("铸造", "3391"), ("包装", "2231"), ("粮油加工", "1331"), ("精细化工", "2669"), ("再生资源", "4210"),
    ),
    "0604": (("物流", "5930"), ("仓储", "5990"), ("冷链", "5930")),
    "0507": (("商贸", "5189"), ("置业", "7010")),
    "0809": (("热力", "4430"), ("供水", "4610"), ("供电服务", "4420")),
}  # fmt: skip
GB_32100 = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
GB_11714 = (3, 7, 9, 10, 5, 8, 4, 2)


def check_character(first_17: str) -> str:
    """Return the 18th character of a unified social credit code (GB 32100-2015)."""
    total = sum(GB_32100.index(sign) * weight for sign, weight in zip(first_17, WEIGHTS, strict=True))
    return GB_32100[-total % 31]


def _organisation(eight: str) -> str:
    """Return an organisation code: eight characters and their check character (GB 11714-1997)."""
    total = sum(int(sign) * weight for sign, weight in zip(eight, GB_11714, strict=True))
    return eight + "0123456789X"[-total % 11]


class Names:
    """Hands out holders and numbers, each once."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"{seed} names")
        self._taken: set[str] = set()
        self._serial: dict[str, int] = {}

    def holder(self, landuse: str) -> tuple[str, str]:
        """Return the name and the industry code of an enterprise."""
        while True:
            trade, industry = self._rng.choice(TRADES[landuse])
            middle = "".join(self._rng.sample(WORDS, 2))
            form = self._rng.choices(("有限公司", "有限责任公司", "股份有限公司"), (12, 3, 1))[0]
            name = f"{self._rng.choice(PLACES)}{middle}{trade}{form}"
            if name not in self._taken:
                self._taken.add(name)
                return name, industry

    def credit_code(self, division: str) -> str:
        """Return a valid unified social credit code of an enterprise."""
        body = _organisation(f"{self._rng.randrange(10**8):08d}")
        first = f"91{division}{body}"
        return first + check_character(first)

    def number(self, stem: str, width: int) -> str:
        """Return the next number of a series."""
        self._serial[stem] = self._serial.get(stem, 0) + 1
        return f"{stem}{self._serial[stem]:0{width}d}"
