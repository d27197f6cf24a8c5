"""Prepared reasons for rejections."""

from sqlalchemy import select

from joindin.errors import NotFound
from joindin.models import RejectionReason


def find_reason(session, reason_id: int) -> RejectionReason:
    reason = session.get(RejectionReason, reason_id)
    if reason is None:
        raise NotFound("Reason not found")
    return reason


def list_reasons(session) -> list[RejectionReason]:
    """Return all reasons by title; there are never more than ``MAX_REASONS``."""
    return session.scalars(select(RejectionReason).order_by(RejectionReason.title_key, RejectionReason.id)).all()
