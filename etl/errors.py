"""Errors of taking in a delivery: wrong usage, and refusals of one file."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from gis.errors import LandStockError


class ImportUsage(LandStockError):
    """The command cannot be carried out as it was given."""

    code: ClassVar[str] = "import-usage"
    exit_code: ClassVar[int] = 2


class PathMissing(ImportUsage):
    """A path that was named does not exist."""

    code: ClassVar[str] = "path-missing"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} was not found. Name a folder, an archive or a file of the delivery.",
            f"未找到 {path}。请指定成果所在的目录、压缩包或文件。",
        )


class PathUnreadable(LandStockError):
    """A file of the delivery may not be read by this user."""

    code: ClassVar[str] = "path-unreadable"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} may not be read by this user. Give read permission, or copy the delivery; nothing was taken in.",
            f"{path} 不允许当前用户读取。请授予读取权限，或先复制成果；没有写入任何内容。",
        )


class UnknownLayer(ImportUsage):
    """``--layer`` names no layer."""

    code: ClassVar[str] = "layer-unknown"

    def __init__(self, layer: str, known: Iterable[str]) -> None:
        layers = tuple(known)
        super().__init__(
            f"There is no layer {layer!r}. Layers: {', '.join(layers)}.",
            f"没有图层 {layer!r}。可用图层：{'、'.join(layers)}。",
        )


class BadMapping(ImportUsage):
    """A mapping file is not in the form that is expected."""

    code: ClassVar[str] = "mapping-unreadable"

    def __init__(self, path: Path | str, en: str, zh: str) -> None:
        super().__init__(
            f"Mapping file {path}: {en}. The README shows the form; mend the file and repeat.",
            f"对照文件 {path}：{zh}。格式见 README，请改正后重新执行。",
        )


class BadTolerances(ImportUsage):
    """A file of tolerances holds something that no check knows."""

    code: ClassVar[str] = "tolerances-unreadable"

    def __init__(self, source: str, found: str, known: str) -> None:
        super().__init__(
            f"Tolerances {source}: {found} cannot be used. Expected: {known or 'lines of the form name: number'}.",
            f"容差设置 {source}：{found} 不可用。应为：{known or '每行“名称: 数值”'}。",
        )


class NotPublishable(LandStockError):
    """A delivery is not in a state in which it can be published or withdrawn."""

    code: ClassVar[str] = "not-publishable"


class CorrectionUsage(ImportUsage):
    """A correction cannot be meant as it was given."""

    code: ClassVar[str] = "correction-usage"


class CorrectionRefused(LandStockError):
    """A correction does not fit what is published, or is not in force."""

    code: ClassVar[str] = "correction-refused"


class KeptDamaged(LandStockError):
    """A kept delivery is missing, or is not what its hash says."""

    code: ClassVar[str] = "kept-damaged"

    def __init__(self, delivery_id: int, folder: Path, *, missing: bool) -> None:
        what, what_zh = ("is missing", "缺失") if missing else ("is not what was delivered", "与报送内容不符")
        super().__init__(
            f"The kept files of delivery {delivery_id} in {folder}: the content {what}. Bring them back from a backup, "
            "or ask the supplier for that delivery again; then repeat.",
            f"成果 {delivery_id} 的留存文件（{folder}）内容{what_zh}。请从备份恢复，或请报送单位重新提供；然后重新执行。",
        )


class ChangedMeanwhile(LandStockError):
    """Something was delivered or decided while the state was built anew."""

    code: ClassVar[str] = "changed-meanwhile"

    def __init__(self) -> None:
        super().__init__(
            "Something was delivered, published or corrected while the state was built anew; nothing was replaced. "
            "Repeat when nobody is taking in deliveries.",
            "重建期间有新的成果、发布或更正，未作替换。请在无人导入时重新执行。",
        )


class NoSpace(LandStockError):
    """The disk has too little room for a delivery."""

    code: ClassVar[str] = "no-space"
    exit_code: ClassVar[int] = 3

    def __init__(self, needed: int, free: int, where: Path) -> None:
        super().__init__(
            f"{where} has {free / 1e6:,.0f} MB free; this delivery needs {needed / 1e6:,.0f} MB "
            "(four times its size). Free some space or move LANDSTOCK_HOME, then repeat.",
            f"{where} 可用空间 {free / 1e6:,.0f} MB；本次成果需要 {needed / 1e6:,.0f} MB（成果大小的四倍）。"
            "请清理磁盘或将 LANDSTOCK_HOME 移至其他位置后重试。",
        )


class Refused(Exception):
    """One file cannot be taken in; the others go on. Carries what the issue says."""

    def __init__(self, code: str, field: str | None = None, value: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code, self.field, self.value, self.params = code, field, value, params
