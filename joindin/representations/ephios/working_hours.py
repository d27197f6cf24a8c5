"""Working hours and consequences (an addition to the contract)."""

from joindin.representations.ephios.times import iso_day


def represent_hours(row) -> dict:
    return {"id": row.id, "date": iso_day(row.worked_on), "hours": float(row.hours), "reason": row.reason}


def represent_consequence(row) -> dict:
    """``data`` is as stored: ``hours``, ``date`` and ``reason``, or ``qualification_id``, ``event_id`` and ``expires``."""
    return {"id": row.id, "slug": row.slug, "user": row.user_id, "state": row.state, "data": row.data}
