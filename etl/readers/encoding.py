"""Which encoding a text is in: decided from the whole of it, never from one value."""

import codecs
from dataclasses import dataclass, field

CANDIDATES = ("gb18030", "cp932", "big5")
LDID = {
    0x03: "cp1252", 0x13: "cp932", 0x4D: "gb18030", 0x4E: "cp949", 0x4F: "cp950", 0x57: "cp1252",
    0x58: "cp1252", 0x59: "cp1252", 0x7A: "gb18030", 0x7B: "cp932", 0x78: "cp950", 0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip
# GB2312 and GBK are read as GB18030, which holds both, so that a rare character costs no row.
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "936": "gb18030", "shift_jis": "cp932"}
CLEAR_LEAD = 0.08  # by which the best guess has to lead the second to be sure


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding, how it was found, and whether another one fits nearly as well."""

    name: str
    source: str  # DECLARED, MARK (byte-order mark), CPG, LDID, UTF8, GUESSED, ASCII
    rivals: tuple[str, ...] = field(default=())


def known(name: str) -> str | None:
    """Return Python's name of an encoding as people and .cpg files write it, or ``None``."""
    asked = name.strip().strip("\x00").lower().replace("windows-", "cp").removeprefix("ansi ")
    if asked in WIDER:
        return WIDER[asked]
    if asked.isdigit():
        asked = {"65001": "utf-8", "54936": "gb18030"}.get(asked, f"cp{asked}")
    try:
        found = codecs.lookup(asked).name
    except LookupError:
        return None
    return WIDER.get(found, found)


def _share_of_common(raw: bytes, encoding: str) -> float:
    """Say which share of the two-byte characters lies in the block of everyday characters."""
    common = total = place = 0
    while place < len(raw) - 1:
        first, second = raw[place], raw[place + 1]
        if first < 0x80 or (encoding == "cp932" and 0xA1 <= first <= 0xDF):
            total += first >= 0x80  # half-width kana are rare in real tables
            place += 1
            continue
        code = first << 8 | second
        total += 1
        if encoding == "gb18030":
            common += (0xB0 <= first <= 0xD7 and second >= 0xA1) or (
                (first == 0xA3 or first == 0xA1) and second >= 0xA1
            )
        elif encoding == "cp932":
            common += 0x889F <= code <= 0x9872 or 0x8140 <= code <= 0x8396
        else:
            common += 0xA440 <= code <= 0xC67E or 0xA140 <= code <= 0xA3BF
        place += 2
    return common / total if total else 0.0


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _utf8_is_doubtful(raw: bytes) -> bool:
    """Say whether text that is valid UTF-8 may still be GBK: only two-byte sequences, none of Chinese."""
    text = raw.decode("utf-8")
    strange = [letter for letter in text if letter > "\x7f"]
    chinese = sum(letter >= "\u3000" for letter in strange)
    return chinese * 2 < len(strange) and _share_of_common(raw, "gb18030") > 0.9


def detect(raw: bytes) -> Encoding:
    """Return the encoding of a text from all its bytes.

    Strict UTF-8 first; else the East Asian encoding that decodes all of it
    and gives the largest share of everyday characters. ``rivals`` names those
    that fit nearly as well.
    """
    if raw.isascii():
        return Encoding("utf-8", "ASCII")
    if _decodes(raw, "utf-8") and not _utf8_is_doubtful(raw):
        return Encoding("utf-8", "UTF8")
    sample = raw if len(raw) <= 2_000_000 else raw[:2_000_000]
    scores = {name: _share_of_common(sample, name) for name in CANDIDATES if _decodes(raw, name)}
    if not scores:
        return Encoding("latin-1", "GUESSED", ("gb18030",))
    best = max(scores, key=lambda name: scores[name])
    near = tuple(n for n, score in scores.items() if n != best and scores[best] - score < CLEAR_LEAD)
    return Encoding(best, "GUESSED", near)


def of_text(raw: bytes, declared: str | None) -> tuple[str, Encoding]:
    """Decode a text file: byte-order mark, then what was declared, then what the bytes say."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            body = raw[len(mark) :] if name == "utf-8" else raw
            return body.decode(name, errors="replace"), Encoding(name, "MARK")
    found = Encoding(declared, "DECLARED") if declared else detect(raw)
    return raw.decode(found.name, errors="replace"), found
