"""Working hours of one user that were entered by hand."""

from sqlalchemy import func, select

from joindin.models.crew import WorkingHours


def list_manual_hours(connection, user_id: int, *, limit: int, offset: int) -> tuple[list, int]:
    """Return a page of rows, newest day first, and their number."""
    hours = WorkingHours.__table__.c
    rows = select(*hours).where(hours.user_id == user_id).order_by(hours.worked_on.desc(), hours.id.desc())
    total = connection.scalar(select(func.count()).where(hours.user_id == user_id))
    return connection.execute(rows.limit(limit).offset(offset)).all(), total
