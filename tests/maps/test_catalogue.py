"""Words of the pages: every key that is used exists in both languages, none is left over, none stands in a template."""

import re
from pathlib import Path

import pytest

from gis.words import STATUS, VERDICTS
from maps import drawing, formats
from maps.catalogue import LANGUAGES, LOCALE, MissingWord, catalogue
from maps.viewer import TEMPLATES

ROOT = TEMPLATES.parent.parent
HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
CALL = re.compile(r"""(?:\bt|has_text|\btext|\bhas|because)\(\s*f?["']([a-z_][\w.{}\[\]']*)["']""")
# Keys that are put together: the code part comes from the data or from gis.words.
MADE = (
    "nav.", "subnav.", "weekday.", "fact_from.", "idle.left.", "idle.mark.", "idle.step.", "idle.why.", "idle.field.", "notices.field.", "unit.", "status.", "error.", "error.text.", "help.status.", "def.", "idle.kind.", "term.",
    "intensity.", "delivery.", "due.", "filter.", "finding.", "limb.", "next.", "event.", "foundation.", "agreed.",
    "contract_type.", "supply_mode.", "layer.", "field.", "severity.", "who.", "quality.", "sub.", "mend.", "repair.", "crs.",
    "delivery.crs_source.", "wizard.", "change.", "stage.", "corrections.", "ownership.", "landuse.", "rule_name.", "measure_unit.", "js.", "rule.",
    "law.", "print.turn.",
    "history.from.", "history.into.", "list.col.", "list.no.", "view.stale.", "define.thing.", "stats.band.", "stock.", "export.layer.", "export.form.", "export.decimals.", "export.state.", "export.stage.", "refused.how.", "role.", "search.", "token.scope.", "audit.action.", "audit.of.", "audit.field.", "audit.value.", "audit.role.", "audit.trouble.", "approvals.", "theme.",
    "settings.field.", "settings.kind.", "settings.grid.",
)  # fmt: skip


def sources() -> list[Path]:
    """The files that use words."""
    scripts = [ROOT / "maps" / "words.py", ROOT / "maps" / "drawing.py",
               ROOT / "maps" / "viewer.py", ROOT / "maps" / "audit_words.py", ROOT / "maps" / "formats.py", *(ROOT / "api").rglob("*.py")]  # fmt: skip
    return [*TEMPLATES.glob("*.html"), *scripts]


def used() -> set[str]:
    """The keys that stand in full in a template or in code."""
    found = {key for path in sources() for key in CALL.findall(path.read_text(encoding="utf-8"))}
    return {key for key in found if "." in key and "{" not in key and not key.endswith(".")}


def test_languages_have_the_same_keys() -> None:
    assert set(catalogue("zh").forms) == set(catalogue("en").forms)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_entry_is_translated(lang: str) -> None:
    text = (LOCALE / lang / "messages.po").read_text(encoding="utf-8")
    keys = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert len(keys) == len(set(keys))
    assert set(keys) == set(catalogue(lang).forms)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_used_exists(lang: str) -> None:
    missing = {key for key in used() if not catalogue(lang).has(key)}
    assert missing == set()


def test_no_key_is_left_over() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources())
    named = used()
    unused = {
        key for key in catalogue("zh").forms
        if key not in named and not key.startswith(MADE) and f'"{key}"' not in text
    }  # fmt: skip
    assert unused == set()


def test_same_places_to_fill_in_both_languages() -> None:
    for key in catalogue("zh").forms:
        places = [sorted(set(re.findall(r"{(\w+)}", catalogue(lang).forms[key][0]))) for lang in LANGUAGES]
        assert places[0] == places[1], key


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_chinese_outside_the_catalogue(path: Path) -> None:
    assert HAN.findall(path.read_text(encoding="utf-8")) == []


def test_every_code_has_its_words() -> None:
    for lang in LANGUAGES:
        words = catalogue(lang)
        for code in STATUS:
            assert words.has(f"help.status.{code}")
        for code in VERDICTS:
            assert words.has(f"due.{code}") or code == "IDLE_NOT_COMMENCED"
        for event in drawing.LABELLED:
            assert words.has(f"event.{event}")


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(MissingWord, match=r"nav\.nowhere"):
        catalogue("en").text("nav.nowhere")


def test_suspected_is_never_shortened() -> None:
    """疑似 and 已认定 stay with 闲置 wherever a status or a finding is named."""
    for key, (text, *_) in catalogue("zh").forms.items():
        if key.startswith(("finding.", "idle.title", "idle.list", "event.idle")) and "闲置" in text:
            assert "疑似" in text or "认定" in text, key


def test_figures() -> None:
    from decimal import Decimal

    # 20,834.90 m2 = 2.08349 ha, half up at the fourth decimal 2.0835; x 15 = 31.25235 mu.
    assert formats.area(Decimal("20834.90"), "ha") == "2.0835"
    assert formats.area(Decimal("20834.90"), "mu") == "31.25"
    assert formats.area(Decimal("20834.90"), "ha", total=True) == "2.08"
    assert formats.area(None, "ha") == "\u2014"
    assert formats.plain(Decimal("500.0400")) == "500.04"
    assert formats.plain(Decimal("1E+3")) == "1,000"
    code = formats.parcel_code("210727003005GB00042")
    assert re.sub(r"<[^>]+>", "", code) == "210727003005GB00042"  # copying gives the code unchanged
    assert formats.short_code("210727003005GB00042") == "42"
    assert "<script>" not in formats.parcel_code("<script>")


def test_coordinate_systems_are_named_by_zone() -> None:
    """EPSG:4528 is the 3-degree zone 40, whose meridian is 40 x 3 = 120; 4549 is that meridian without the number."""
    words = catalogue("en")
    assert formats.crs_name(words, "EPSG:4528") == "CGCS2000 3° zone no. 40 (4528)"
    assert formats.crs_name(words, "EPSG:4549") == "CGCS2000 3° zone 120°E (4549)"
    assert (
        formats.crs_name(words, "EPSG:4499") == "CGCS2000 6° zone no. 21 (4499)"
    )  # 121°30' lies in 120-126: zone 21
    assert formats.crs_name(words, "EPSG:4490") == "CGCS2000 degrees"
    assert formats.crs_name(words, "EPSG:32651") == "EPSG:32651"
    assert formats.crs_name(words, None) == "—"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_catalogues_hold_entries_and_nothing_else(lang: str) -> None:
    """The reader skips what it does not know, such as the marks of a merge that was left half done."""
    for line in (LOCALE / lang / "messages.po").read_text(encoding="utf-8").splitlines():
        assert not line or line.startswith(('msgid "', 'msgstr "', '"')), line
