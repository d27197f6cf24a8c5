"""Prepared reasons for rejections."""

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import lock_row
from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.models import RejectionReason, User
from joindin.operations.audit import log_action
from joindin.operations.event_approval import MAX_REASON_LENGTH

MAX_TITLE_LENGTH = 100
MAX_REASONS = 100
MSG_REASON_TITLE_TAKEN = "A reason of that title exists already"


def add_reason(session, *, title: str, text: str, actor: User | None) -> RejectionReason:
    """:raises InvalidInput, Conflict: if a field is missing or too long, the title is taken, or there are too many."""
    _check(title, text)
    if session.scalar(select(func.count()).select_from(RejectionReason)) >= MAX_REASONS:
        raise Conflict(f"There are {MAX_REASONS} reasons already, which is enough to choose from")
    reason = RejectionReason(title=title, text=text)
    try:
        with session.begin_nested():
            session.add(reason)
            session.flush()
    except IntegrityError:
        raise Conflict(MSG_REASON_TITLE_TAKEN) from None
    log_action(session, "reason.add", reason, actor=actor, changes={"text": [None, text]})
    return reason


def edit_reason(session, reason_id: int, *, title: str, text: str, actor: User | None) -> RejectionReason:
    """:raises InvalidInput, Conflict: as :func:`add_reason`."""
    _check(title, text)
    reason = _lock_reason(session, reason_id)
    new = {"title": title, "text": text}
    changes = {name: [getattr(reason, name), value] for name, value in new.items() if getattr(reason, name) != value}
    if not changes:
        return reason
    try:
        with session.begin_nested():
            reason.title, reason.text = title, text
            session.flush()
    except IntegrityError:
        raise Conflict(MSG_REASON_TITLE_TAKEN) from None
    log_action(session, "reason.edit", reason, actor=actor, changes=changes)
    return reason


def delete_reason(session, reason_id: int, *, actor: User | None) -> None:
    """Delete a reason. Rejected events keep its text."""
    reason = _lock_reason(session, reason_id)
    log_action(session, "reason.delete", reason, actor=actor, changes={"text": [reason.text, None]})
    deletion = delete(RejectionReason).where(RejectionReason.id == reason_id)
    session.execute(deletion.execution_options(synchronize_session=False))
    session.expunge(reason)


def _check(title, text):
    if not 0 < len(title) <= MAX_TITLE_LENGTH:
        raise InvalidInput(f"The title must have 1 to {MAX_TITLE_LENGTH} characters")
    if not 0 < len(text) <= MAX_REASON_LENGTH:
        raise InvalidInput(f"The text must have 1 to {MAX_REASON_LENGTH} characters")


def _lock_reason(session, reason_id):
    reason = lock_row(session, RejectionReason, reason_id)
    if reason is None:
        raise NotFound("Reason not found")
    return reason
