"""Pages: templates rendered with the words, figures and file names of one visitor's language and unit."""

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from data import overview, queries
from data.filtering import NO_STAGE
from data.version import VERSION
from gis import words, words_land
from gis.definitions import DEFINITIONS, described
from gis.every_rule import every_rule
from maps import drawing, formats, list_words, navigation
from maps import words as phrases
from maps.assets import STATIC, assets
from maps.catalogue import Catalogue, catalogue

TEMPLATES = Path(__file__).parent / "templates"
ZONE = ZoneInfo("Asia/Shanghai")
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page_data(value: Any) -> Markup:
    """Return JSON that is safe inside ``<script type="application/json">``."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return Markup("".join(_ESCAPED.get(character, character) for character in text))


def word_of(kind: str, code: str | None, lang: str) -> str:
    """Return the words of a code of ``gis.words``; an unknown code is shown as it is."""
    tables: dict[str, dict[str, dict[str, Any]]] = {
        "verdict": words.VERDICTS, "band": words.BANDS, "limb": words.LIMBS, "cause": words.CAUSES,
        "path": words.PATHS, "missing": words.MISSING, "status": words.STATUS,
    }  # fmt: skip
    if not code:
        return formats.DASH
    entry = tables[kind].get(code)
    return str(entry[lang]) if entry else code


def stage_word(code: str, lang: str) -> str:
    """Return the words of a stage; ``UNKNOWN`` is how the filter names the open one."""
    return str(words.STAGES["" if code == NO_STAGE else code][lang])


def code_word(words_of: Catalogue, kind: str, code: str | None) -> str:
    """Return the catalogue's words of a code in the data, such as a supply mode; else the code itself."""
    if not code:
        return formats.DASH
    key = f"{kind}.{code}"
    return words_of.text(key) if words_of.has(key) else code


def page_numbers(page: int, pages: int) -> list[int | None]:
    """Return the pages to offer: first, last, and those around; nothing stands for those left out."""
    near = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    found: list[int | None] = []
    for number in near:
        if found and found[-1] is not None and number - found[-1] > 1:
            found.append(None)
        found.append(number)
    return found


@cache
def sprite() -> Markup:
    """Return the patterns and icons, to stand in every page: patterns don't work from another file."""
    return Markup((STATIC / "img" / "sprite.svg").read_text(encoding="utf-8"))


@cache
def licences() -> list[dict[str, str]]:
    """Return the components that browsers load, with version and licence, from the lock of their files."""
    lock = json.loads((STATIC / "vendor" / "vendor.lock.json").read_text(encoding="utf-8"))
    found = {
        package["name"]: {
            "name": package["name"], "version": package["version"], "licence": package["licence"],
        }
        for file in lock["files"].values()
        for package in file["packages"]
    }  # fmt: skip
    return [found[name] for name in sorted(found)]


@cache
def environment(lang: str, unit: str) -> Environment:
    """Return the templates for one language and one unit of area."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts = catalogue(lang)
    env.filters.update(
        area=lambda m2, total=False: formats.area(m2, unit, total=total),
        number=formats.number,
        plain=formats.plain,
        plain_short=lambda value: formats.plain(formats.rounded(value, 2)),
        money=formats.money,
        percent=formats.percent,
        day=formats.day,
        moment=lambda value: formats.moment(value, ZONE),
        article=lambda text: phrases.article(texts, text),
        typed_moment=lambda value: formats.typed_moment(value, ZONE),
        short_moment=lambda value: formats.moment(value, ZONE)[5:],
        code=formats.parcel_code,
        crs_name=lambda label: formats.crs_name(texts, label),
        encoding_name=formats.encoding_name,
        file_name=formats.file_name,
        because=formats.because(texts),
        missing_words=lambda codes: formats.missing_words(codes, lang),
        status_word=lambda code: word_of("status", code, lang),
        stage_word=lambda code: stage_word(code, lang),
        verdict_word=lambda code: word_of("verdict", code, lang),
    )
    env.tests["may_open"] = lambda address, may: may(address)
    env.tests["in_status"] = lambda verdict, code: words.status_of(verdict) == code
    env.globals.update(
        t=texts.text,
        has_text=texts.has,
        lang=lang,
        unit=unit,
        asset=assets().url,
        page_data=page_data,
        word=lambda kind, code: word_of(kind, code, lang),
        code_word=lambda kind, code: code_word(texts, kind, code),
        status_of=words.status_of,
        stage_word=lambda code: stage_word(code, lang),
        finding=lambda row: phrases.finding(texts, row),
        next_step=lambda row: phrases.next_step(texts, row),
        cause_label=lambda code: phrases.cause(texts, code),
        list_value=lambda name, value: list_words.list_value(texts, unit, name, value),
        fact_from=list_words.fact_from,
        landuse=lambda row: phrases.landuse(texts, row),
        rules_of=lambda told: phrases.rules(texts, told["arithmetic"]),
        each_rule=lambda parcel, told: every_rule(parcel, told["arithmetic"]),
        unit_word=lambda unit: phrases.unit_word(texts, unit),
        short_code=formats.short_code,
        print_zoom=drawing.print_zoom,
        definition=lambda id: described(id, lang),
        DEFINITIONS=list(DEFINITIONS),
        reason=lambda codes: words_land.reason_words(codes, lang),
        state_word=lambda code: words.word(words_land.STATES, code, lang),
        zone_part=lambda code: words.word(words_land.ZONE_PARTS, code, lang),
        totals_sum=lambda totals: queries.add(list(totals.values())),
        park_totals=overview.park_totals,
        licences=licences,
        GROUPS=navigation.GROUPS,
        MENU=navigation.MENU,
        SUBBARS=navigation.SUBBARS,
        group_of=navigation.group_of,
        STAGES=[*words.STAGES],
        page_numbers=page_numbers,
        sprite=sprite(),
        version=VERSION,
        STATUSES=list(words.STATUS),
        VERDICTS=list(words.VERDICTS),
        LISTED=("IDLE_NOT_COMMENCED", "MAY_BE_IDLE"),
        DASH=formats.DASH,
    )
    return env


def render(template: str, *, lang: str, unit: str = "ha", **values: Any) -> str:
    """Return a page."""
    return environment(lang, unit).get_template(template).render(**values)


def weekday(value: dt.date, lang: str) -> str:
    """Return the day of the week in words."""
    return catalogue(lang).text(f"weekday.{value.isoweekday()}")
