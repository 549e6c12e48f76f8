"""An explanation as a person reads it: the conclusion first, then why."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from gis import words
from gis.words import word

_ZH = {
    "parcel": "宗地", "as_of": "截至", "conclusion": "结论", "suspected": "系统判定（疑似），非认定结论",
    "article": "依据", "cause": "原因", "consequence": "处置路径", "fee": "闲置费", "wan": "万元",
    "blocked": "受限", "by_reference": "集体建设用地，参照适用", "idle_from": "闲置起始日", "days": "天",
    "next": "下一次仅因时间推移而变化的日期", "facts": "事实", "arithmetic": "规则与计算", "missing": "缺少的资料",
    "overturn": "可能推翻结论的情形", "intensity": "投资强度", "builtup": "建成区叠加（佐证）", "year": "年",
    "source": "来源", "holds": "成立", "fails": "不成立", "unknown": "无法判断", "run": "运行", "rules": "规则版本",
    "publication": "数据版本 第{n}次发布", "none": "无", "required": "约定", "actual": "实际", "holder": "土地使用权人",
    "park": "园区", "area": "登记面积",
    "contract": "合同履约", "enterprise": "该企业的全部合同", "committed_wan": "约定总投资合计",
    "invested_wan": "已投资合计（核实优先）", "left_out": "未计入合计（入园合同、共用宗地或已被取代）",
    "rulings": "逐条规则", "warning": "预警", "stage": "所处阶段", "confidence": "判定把握", "land_use": "土地利用状况",
}  # fmt: skip
_EN = {
    "parcel": "Parcel", "as_of": "as of", "conclusion": "Conclusion",
    "suspected": "computed and suspected, not determined", "article": "Article", "cause": "Cause",
    "consequence": "Disposal path", "fee": "Idle-land fee", "wan": "× 10,000 CNY", "blocked": "Barred",
    "by_reference": "collective land: applied by reference", "idle_from": "Idle from", "days": "days",
    "next": "Next change by time alone", "facts": "Facts", "arithmetic": "Rules and arithmetic",
    "missing": "What is missing", "overturn": "What could overturn it", "intensity": "Investment intensity",
    "builtup": "Built-up overlay (evidence)", "year": "", "source": "source", "holds": "holds",
    "fails": "does not hold", "unknown": "unknown", "run": "Run", "rules": "rules", "publication": "publication {n}",
    "none": "none", "required": "required", "actual": "actual", "holder": "Holder", "park": "Park",
    "contract": "Contract", "enterprise": "All contracts of the enterprise", "committed_wan": "Promised in all",
    "invested_wan": "Invested in all (verified first)",
    "left_out": "Not in the sums (entry contract, shared parcel or superseded)",
    "area": "Registered area", "rulings": "Rule by rule", "warning": "Warning", "stage": "Stage",
    "confidence": "How sure", "land_use": "Land states",
}  # fmt: skip


def explanation_text(told: dict[str, Any], lang: str) -> str:
    """Return the explanation in lines of text."""
    said = _ZH if lang == "zh" else _EN
    return "\n".join(
        [
            *_head(told, said, lang),
            *_rulings(told["rulings"], said),
            *_reasons(told["idle"], said),
            *_terms(told["intensity"], said, lang),
            *_contracts(told, said),
            *_evidence(told, said),
            *_land_use(told, said),
            "",
            _foot(told, said),
        ]
    )


def _head(told: dict[str, Any], said: dict[str, str], lang: str) -> Iterator[str]:
    idle, parcel = told["idle"], told["parcel"]
    yield f"{said['parcel']} {told['parcel_code']}  {said['as_of']} {told['as_of']}"
    for name, key in (("holder", "holder"), ("park", "park_code"), ("area", "registered_area_m2")):
        if parcel[key]:
            yield f"{said[name]}: {f'{_grouped(parcel[key])} m²' if name == 'area' else parcel[key]}"
    yield ""
    words_of = [word(words.VERDICTS, idle["verdict"], lang)]
    if idle["band"]:
        words_of.append(word(words.BANDS, idle["band"], lang))
    words_of += [word(words.LIMBS, limb, lang) for limb in idle["limbs"]]
    code = " ".join(filter(None, (idle["verdict"], idle["band"], *idle["limbs"])))
    yield f"【{said['conclusion']}】{', '.join(words_of) if lang == 'en' else '，'.join(words_of)}（{code}）"
    yield f"  {said['suspected']}"
    yield from _consequence(idle, said, lang)


def _consequence(idle: dict[str, Any], said: dict[str, str], lang: str) -> Iterator[str]:
    path, fee, blocked = (idle["consequence"][name] for name in ("path", "fee_wan", "blocked"))
    lines = (
        ("article", idle["article"]),
        ("cause", word(words.CAUSES, idle["cause"], lang)),
        ("consequence", word(words.PATHS, path, lang)),
        ("fee", fee and f"{_grouped(fee)} {said['wan']}"),
        ("blocked", word(words.BLOCKS, blocked, lang)),
        ("idle_from", idle["idle_from"] and f"{idle['idle_from']} ({idle['days']} {said['days']})"),
        ("next", idle["next_due_on"]),
        ("warning", _warning(idle["warning"], said)),
        ("stage", word(words.STAGES, idle["stage"], lang)),
        ("confidence", word(words.CONFIDENCES, idle["confidence"], lang)),
    )
    for name, text in lines:
        if text:
            yield f"  {said[name]}: {text}"
    if idle["by_reference"]:
        yield f"  {said['by_reference']}"


def _warning(warning: dict[str, Any] | None, said: dict[str, str]) -> str:
    return f"≤ {warning['level']} {said['days']}: {warning['what']} ({warning['date']})" if warning else ""


def _rulings(rulings: list[dict[str, Any]], said: dict[str, str]) -> Iterator[str]:
    """Say for each rule whether it fires, and by which step: the answer to "why (not) on the list"."""
    yield ""
    yield said["rulings"]
    for ruling in rulings:
        contract = ruling["rule"].partition("#")[2].partition(":")[2]
        name = f"{ruling['name']}{f' ({contract})' if contract else ''}"
        article = f"  （{ruling['article']}）" if ruling["article"] else ""
        yield f"  · {name}: {ruling['answer_word']}{'  ' + ruling['why'] if ruling['why'] else ''}{article}"


def _reasons(part: dict[str, Any], said: dict[str, str], indent: str = "") -> Iterator[str]:
    yield ""
    yield f"{indent}{said['facts']}"
    for fact in part["facts"]:
        where = f"  [{said['source']}: {fact['source']}]" if fact.get("source") else ""
        day = f"  {fact['date']}" if fact.get("date") and str(fact["date"]) != str(fact["value"]) else ""
        value = said["none"] if fact["value"] in (None, "") else fact["value"]
        yield f"{indent}  · {fact['label']}: {value}{day}{where}"
    yield f"{indent}{said['arithmetic']}"
    for number, step in enumerate(part["arithmetic"]):
        # The conclusion and the notice of an unchecked text are no rules: they neither hold nor fail.
        rule = step["rule"].partition("#")[2]
        verdict = f"  → {said[_HOLDS[step['holds']]]}" if number and rule else ""
        article = f"  （{step['article']}）" if step["article"] else ""
        yield f"{indent}  · {step['text']}{verdict}{article}"
    if part["missing_words"]:
        yield f"{indent}{said['missing']}"
        for gap in part["missing_words"]:
            yield f"{indent}  · {gap['text']}  ({gap['code']})"
    if part["could_overturn"]:
        yield f"{indent}{said['overturn']}"
        for text in part["could_overturn"]:
            yield f"{indent}  · {text}"


_HOLDS = {True: "holds", False: "fails", None: "unknown"}


def _grouped(amount: object) -> str:
    """Return an exact amount with thousands separators; a dash where there is none."""
    return "—" if amount in (None, "") else f"{Decimal(str(amount)):,f}"


def _percent(share: object) -> str:
    return "—" if share in (None, "") else f"{Decimal(str(share)) * 100:,.1f}%"


def _terms(terms: list[dict[str, Any]], said: dict[str, str], lang: str) -> Iterator[str]:
    for term in terms:
        yield ""
        yield (
            f"【{said['intensity']}】{term['contract_no']}  {word(words.TERMS, term['term'], lang)}: "
            f"{word(words.INTENSITY_VERDICTS, term['verdict'], lang)}（{term['verdict']}）  "
            f"{said['actual']} {_grouped(term['actual'])} / {said['required']} {_grouped(term['required'])}"
            f"{'' if term['unit'] in (None, '', '1') else ' ' + term['unit']}"
        )
        yield from _reasons(term, said, "  ")


def _contracts(told: dict[str, Any], said: dict[str, str]) -> Iterator[str]:
    for contract in told["contracts"]:
        yield ""
        first, *lines = contract["lines"]
        yield f"【{said['contract']}】{first}"
        for line in lines:
            yield f"  · {line}"
    company = told["enterprise"]
    if company is not None and len(company["contracts"]) > 1:
        yield ""
        yield f"{said['enterprise']} {company['holder_credit_code']}: {', '.join(company['contracts'])}"
        for name in ("committed_wan", "invested_wan"):
            found = company[name]
            unknown = f" ({said['unknown']}: {found['unknown']})" if found["unknown"] else ""
            yield f"  · {said[name]}: {_grouped(found['sum'])} {said['wan']}{unknown}"
        if company["left_out"]:
            yield f"  · {said['left_out']}: {', '.join(company['left_out'])}"


def _evidence(told: dict[str, Any], said: dict[str, str]) -> Iterator[str]:
    if told["builtup"]:
        yield ""
        yield said["builtup"]
        for row in told["builtup"]:
            yield f"  · {row['year']}{said['year']}: {_grouped(row['builtup_m2'])} m²  ({_percent(row['share'])})"


def _land_use(told: dict[str, Any], said: dict[str, str]) -> Iterator[str]:
    if told["land_use"]:
        yield ""
        yield said["land_use"]
        for row in told["land_use"]:
            codes = " ".join(filter(None, (row["construction_state"], row["supply_state"])))
            yield f"  · {codes}  {row['text']}: {_grouped(row['area_m2'])} m²  {row['observed_on']}"


def _foot(told: dict[str, Any], said: dict[str, str]) -> str:
    publication = said["publication"].format(n=told["run"]["publication"])
    return (
        f"{said['run']} {told['run']['run_id']} · {publication} · {said['rules']} {told['rules']['version']}"
    )
