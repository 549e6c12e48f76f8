"""Two-person approval: what an installation wants a second person's consent for is asked, decided and used here.

Which kinds need it is set by ``LANDSTOCK_TWO_PERSON`` (nothing by default). That nobody consents to what he asked
himself is held by the database as well.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from data.identity import actor, by_system
from data.session import transaction
from data.settings import settings
from gis.errors import LandStockError

_decided_before: ContextVar[bool] = ContextVar("decided_before", default=False)
_WORDS = {
    "publish": ("The publication of delivery {key}", "发布成果 {key} "),
    "export": ("This export", "此项导出"),
    "freeze": ("The freezing of this list", "冻结此清单"),
}
_STANDING = (
    "SELECT approval_id FROM approval WHERE kind = :kind AND object_key = :key AND decision = 'APPROVED' "
    "AND used_at IS NULL AND decided_at > now() - interval '7 days' ORDER BY approval_id LIMIT 1"
)


class ApprovalNeeded(LandStockError):
    """A second person has to consent first; the request is on the list."""

    code = "approval-needed"

    def __init__(self, kind: str, key: str, number: int) -> None:
        en, zh = (words.format(key=key) for words in _WORDS[kind])
        super().__init__(
            f"{en} needs a second person's consent. Request {number} waits for an approver (page /approvals); repeat "
            "this when it is granted.",
            f"{zh}须经另一人审批。申请 {number} 已提交，待审批人在“审批”页处理；批准后请重新操作。",
        )


class CannotDecide(LandStockError):
    """The request is not there, is decided already, or is one's own."""

    code = "cannot-decide"

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Request {number} can't be decided by you: it is your own, or it has been decided. Reload the list.",
            f"申请 {number} 不能由您审批：它是您本人提出的，或已被处理。请刷新列表。",
        )


def needed(kind: str) -> bool:
    """Say whether this installation wants a second person for a kind."""
    return kind in settings().two_person and not _decided_before.get()


@contextmanager
def decided_before() -> Iterator[None]:
    """Ask nobody while the block runs: what is done there again was consented to when it was done first."""
    token = _decided_before.set(True)
    try:
        yield
    finally:
        _decided_before.reset(token)


def ask_unless_granted(kind: str, key: str, person: str, details: Mapping[str, Any] | None = None) -> None:
    """Go on where nothing is needed or consent stands; else put a request on the list, once.

    Raises
    ------
    ApprovalNeeded
        A second person has to consent first.
    """
    if not needed(kind):
        return
    with transaction() as connection:
        if connection.scalar(text(_STANDING), {"kind": kind, "key": key}) is not None:
            return
        number = connection.scalar(
            text(
                "SELECT approval_id FROM approval WHERE kind = :kind AND object_key = :key AND decision IS NULL"
            ),
            {"kind": kind, "key": key},
        )
        if number is None:
            number = connection.scalar(
                text(
                    "INSERT INTO approval (kind, object_key, asked_by, details) "
                    "VALUES (:kind, :key, :person, CAST(:details AS jsonb)) RETURNING approval_id"
                ),
                {
                    "kind": kind, "key": key, "person": person,
                    "details": json.dumps(dict(details or {}), ensure_ascii=False, default=str),
                },
            )  # fmt: skip
    raise ApprovalNeeded(kind, key, int(number or 0))


def use(connection: Connection, kind: str, key: str) -> None:
    """Use up the consent for one act, in its transaction.

    Raises
    ------
    ApprovalNeeded
        There is none.
    """
    if not needed(kind):
        return
    used = connection.scalar(
        text(
            f"UPDATE approval SET used_at = now() WHERE approval_id = ({_STANDING} FOR UPDATE) RETURNING approval_id"
        ),
        {"kind": kind, "key": key},
    )
    if used is None:
        raise ApprovalNeeded(kind, key, 0)


@by_system
def use_now(kind: str, key: str) -> None:
    """Use up the consent for what changes no table, such as an export (see :func:`use`)."""
    with transaction() as connection:
        use(connection, kind, key)


def decide(connection: Connection, number: int, approve: bool, reason: str | None) -> None:
    """Grant or refuse a request of somebody else.

    Raises
    ------
    CannotDecide
    """
    done = connection.execute(
        text(
            "UPDATE approval SET decision = :decision, decided_by = :me, decided_at = now(), reason = :reason "
            "WHERE approval_id = :number AND decision IS NULL AND asked_by <> :me"
        ),
        {
            "number": number, "decision": "APPROVED" if approve else "REFUSED", "me": actor().name,
            "reason": reason,
        },
    )  # fmt: skip
    if done.rowcount != 1:
        raise CannotDecide(number)


def listed(connection: Connection, limit: int = 100) -> list[RowMapping]:
    """Return the requests, those that wait first, then the newest."""
    return list(
        connection.execute(
            text("SELECT * FROM approval ORDER BY decision IS NOT NULL, approval_id DESC LIMIT :limit"),
            {"limit": limit},
        ).mappings()
    )
