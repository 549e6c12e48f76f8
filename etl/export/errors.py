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
        advice = "Free some space" if full else "Check the folder and its permissions"
        super().__init__(
            f"{path} could not be written: {reason}. Nothing was changed. {advice} and try again."
        )
