"""The reasons that rejections are chosen from."""

from sqlalchemy import select

from joindin.errors import NotFound
from joindin.models import RejectionReason


def find_reason(session, reason_id: int) -> RejectionReason:
    reason = session.get(RejectionReason, reason_id)
    if reason is None:
        raise NotFound("Reason not found")
    return reason


def list_reasons(session) -> list[RejectionReason]:
    """All of them, by title: there are never more than :data:`~joindin.operations.rejection_reasons.MAX_REASONS`."""
    return session.scalars(select(RejectionReason).order_by(RejectionReason.title_key, RejectionReason.id)).all()
