"""What became of one delivery, in words."""

from collections.abc import Mapping
from typing import Any

from etl.checks.words import message

KINDS = {
    "NEW": ("新增", "new"),
    "CHANGED": ("属性变化", "changed"),
    "MOVED": ("移位", "moved"),
    "RESHAPED": ("边界变化", "reshaped"),
    "SPLIT": ("分割", "split"),
    "MERGED": ("合并", "merged"),
    "GONE": ("未再报送", "gone"),
    "SAME": ("未变", "as published"),
}
OUTCOMES = {
    "APPLIED": ("已采用更正", "correction applied"),
    "MENDED": ("源数据已改", "mended at the source"),
    "SOURCE_CHANGED": ("源数据另有变化，更正未采用", "source changed, correction not applied"),
    "ROW_MISSING": ("未报送该行", "row not delivered"),
}
MOST_ISSUES = 200


def delivery_text(found: Mapping[str, Any], lang: str) -> str:
    """Return what became of a delivery: its files, its differences, its findings."""
    zh = lang == "zh"
    colon = "：" if zh else ": "
    lines = [f"{'成果' if zh else 'Delivery'} {found['delivery_id']}  {found['status']}"]
    facts = (
        ("接收" if zh else "received", f"{found['received_at']:%Y-%m-%d %H:%M}  {found['received_by']}"),
        ("报送单位" if zh else "supplier", found["supplier"] or "—"),
        ("文件" if zh else "files", "、".join(found["paths"])),
        ("内容散列" if zh else "content hash", found["content_sha256"]),
    )
    lines += [f"  {name}{colon}{value}" for name, value in facts]
    lines += [_file(file, zh) for file in found["files"]]
    lines += [_publication(one, zh) for one in found["publications"]]
    lines += _differences(found["differences"], zh)
    lines += _followup(found["followup"], zh)
    lines += [
        f"  {OUTCOMES[c['outcome']][0 if zh else 1]}{colon}{c['layer']} {c['row_key']} {c['field']} "
        f"{c['old_value'] or '–'} → {c['new_value'] or '–'} [{c['correction_id']}]"
        for c in found["corrections"]
    ]
    return "\n".join([*lines, *_issues(found["issues"], lang)])


def _file(file: Mapping[str, Any], zh: bool) -> str:
    counts = (
        f"读取 {file['rows_read']:,}，接收 {file['rows_accepted']:,}，退回 {file['rows_rejected']:,}"
        if zh
        else f"read {file['rows_read']:,}, accepted {file['rows_accepted']:,}, rejected {file['rows_rejected']:,}"
    )
    how = "  ".join(str(file[name]) for name in ("crs", "crs_source", "encoding") if file[name])
    blocked = (
        f"  {'阻断' if zh else 'blocked by'}: {', '.join(file['blocked_by'])}" if file["blocked_by"] else ""
    )
    return f"  {file['layer'] or '—'}  {file['path']}  {counts}  {how}{blocked}".rstrip()


def _publication(one: Mapping[str, Any], zh: bool) -> str:
    done = {"PUBLISH": ("发布", "published"), "WITHDRAW": ("撤回", "withdrawn")}[one["action"]][
        0 if zh else 1
    ]
    number = f"第 {one['publication_id']} 次" if zh else f"publication {one['publication_id']}"
    return f"  {done}  {number}  {one['published_at']:%Y-%m-%d %H:%M}  {one['person']}  {one['reason'] or ''}".rstrip()


def _differences(totals: Mapping[str, Mapping[str, int]], zh: bool) -> list[str]:
    if not totals:
        return []
    lines = ["  与已发布数据的差异：" if zh else "  Differences from what was published:"]
    for layer, counts in totals.items():
        said = [f"{KINDS[kind][0 if zh else 1]} {n:,}" for kind, n in counts.items() if n]
        lines.append(f"    {layer}  {('，' if zh else ', ').join(said)}")
    return lines


def _followup(done: Mapping[str, Any] | None, zh: bool) -> list[str]:
    if done is None:
        return []
    n = [f"{done[name]:,}" for name in ("mended", "still", "new")]
    if zh:
        return [
            f"  与成果 {done['previous']} 的问题比对：已改正或未再报送 {n[0]}，仍未改正 {n[1]}，新出现 {n[2]}"
        ]
    return [
        f"  Findings of delivery {done['previous']}: {n[0]} mended or no longer delivered, {n[1]} still there, {n[2]} new"
    ]


def _issues(issues: list[Any], lang: str) -> list[str]:
    lines = []
    for issue in issues[:MOST_ISSUES]:
        where = "  ".join(
            str(issue[name]) for name in ("layer", "row_no", "supplier_key", "field") if issue[name]
        )
        lines.append(
            f"  {issue['severity']:<8} {issue['code']}  {where}  {message(issue['code'], issue['params'], lang)}"
        )
    if len(issues) > MOST_ISSUES:
        rest = len(issues) - MOST_ISSUES
        lines.append(
            f"  另有 {rest:,} 条，--json 全部列出" if lang == "zh" else f"  {rest:,} more; --json lists all"
        )
    return lines
