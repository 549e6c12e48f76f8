"""What can go wrong with an export, on purpose."""

import errno

from gis.errors import LandStockError


class ExportRefused(LandStockError):
    """What was asked does not exist in this form."""

    code = "export-refused"
    exit_code = 2


class CannotWrite(LandStockError):
    """The file could not be written; what was there before is unchanged."""

    code = "cannot-write"
    exit_code = 3

    def __init__(self, path: object, error: BaseException) -> None:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "the disk is full" if full else str(error)
        reason_zh = "磁盘已满" if full else str(error)
        advice_zh = "请清理磁盘" if full else "请检查目录及其权限"
        advice = "Free some space" if full else "Check the folder and its permissions"
        super().__init__(
            f"{path} could not be written: {reason}. Nothing was changed. {advice} and try again.",
            f"{path} 无法写入：{reason_zh}。原有文件未作更改。{advice_zh}后重试。",
        )
