"""Working hours: those of confirmed participations, and those entered by hand (spec 18 and 24.3)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Integer, Numeric, cast, extract, false, func, literal, null, or_, select, true, union_all

from joindin.errors import NotFound
from joindin.models import Event, User
from joindin.models.crew import (
    CONFIRMED,
    CrewDetails,
    CrewProfile,
    EventType,
    Participation,
    Shift,
    WorkingHours,
)
from joindin.queries.crew.viewers import CrewViewer, may_view_profile
from joindin.queries.paging import Paging
from joindin.utils.datetimes import get_timezone
from joindin.utils.row_ids import MAX_ROW_ID

HUNDREDTH = Decimal("0.01")
MSG_NO_HOURS = "There are no such working hours"

_user, _profile, _type = User.__table__.c, CrewProfile.__table__.c, EventType.__table__.c
_starts_at = func.coalesce(Participation.individual_starts_at, Shift.starts_at)
_ends_at = func.coalesce(Participation.individual_ends_at, Shift.ends_at)


class HoursFilter(NamedTuple):
    """Days are inclusive, in the crew's time zone. Hours that were entered by hand have no type."""

    first_on: dt.date | None = None
    last_on: dt.date | None = None
    event_type_id: int | None = None


class Work(NamedTuple):
    """Hours of one shift, or an entry by hand, which has an ``entry_id`` and no type."""

    worked_on: dt.date
    reason: str
    hours: Decimal
    type_title: str | None = None
    event_id: int | None = None
    entry_id: int | None = None


class HoursOfUser(NamedTuple):
    """Hours of a user by the id of the event type; those that were entered by hand under None."""

    user_id: int
    name: str
    by_type: Mapping[int | None, Decimal]
    total: Decimal


def list_work(session, user_id: int, filters: HoursFilter, timezone: str) -> list[Work]:
    """Return the work of a user, newest first: two statements."""
    zone = get_timezone(timezone)
    shifts = session.execute(
        _confirmed(filters, timezone)
        .where(Participation.user_id == user_id)
        .join(Event, Event.id == Shift.event_id)
        .join(EventType, EventType.id == CrewDetails.event_type_id)
        .with_only_columns(_starts_at, _ends_at, Shift.event_id, Event.name, EventType.title)
        .order_by(_starts_at.desc(), Shift.id.desc())
    )
    work = [
        Work(starts_at.astimezone(zone).date(), name, _to_hours((ends_at - starts_at).total_seconds()), title, event_id)
        for starts_at, ends_at, event_id, name, title in shifts
    ]
    if filters.event_type_id is None:
        entries = session.scalars(_entries(filters).where(WorkingHours.user_id == user_id))
        work += [Work(each.worked_on, each.reason, each.hours, entry_id=each.id) for each in entries]
    return sorted(work, key=lambda each: (each.worked_on, each.entry_id or 0, each.event_id or 0), reverse=True)


def list_hours(
    session, viewer: CrewViewer, filters: HoursFilter, timezone: str, paging: Paging | None = None
) -> tuple[list[HoursOfUser], int]:
    """Return the hours of the users whose profiles the viewer may see, highest total first, and the number of users.

    Users without hours are left out. At most three statements.
    """
    parts = _parts(filters, timezone).subquery().c
    total = func.sum(parts.seconds)
    users = (
        select(parts.user_id, func.coalesce(func.nullif(_user.full_name, ""), _user.username).label("name"), total)
        .join(User, _user.id == parts.user_id)
        .outerjoin(CrewProfile, _profile.user_id == parts.user_id)
        .where(
            or_(_profile.user_id.is_(None), _profile.is_visible == true()), may_view_profile(viewer.rights, _user.id)
        )
        .group_by(parts.user_id, _user.full_name, _user.username)
        .having(total > 0)
    )
    page = users.order_by(total.desc(), parts.user_id)
    rows = session.execute(paging.slice(page) if paging else page, viewer.params).all()
    count = session.scalar(select(func.count()).select_from(users.subquery()), viewer.params) if paging else len(rows)
    by_user = _load_hours_by_type(session, parts, [row.user_id for row in rows] if paging else None)
    return [HoursOfUser(row.user_id, row.name, by_user.get(row.user_id, {}), _to_hours(row[2])) for row in rows], count


def list_event_types(session) -> Sequence[tuple[int, str]]:
    """Return id and title of all event types."""
    return session.execute(select(_type.id, _type.title).order_by(_type.id)).all()


def find_working_hours(session, entry_id: int) -> WorkingHours:
    entry = session.get(WorkingHours, entry_id) if entry_id <= MAX_ROW_ID else None
    if entry is None:
        raise NotFound(MSG_NO_HOURS)
    return entry


def _load_hours_by_type(session, parts, user_ids):
    statement = select(parts.user_id, parts.type_id, func.sum(parts.seconds)).group_by(parts.user_id, parts.type_id)
    if user_ids is not None:
        statement = statement.where(parts.user_id.in_(user_ids))
    by_user = {}
    for user_id, type_id, seconds in session.execute(statement):
        by_user.setdefault(user_id, {})[type_id] = _to_hours(seconds)
    return by_user


def _parts(filters, timezone):
    """Return the statement with user, event type and seconds of all work."""
    seconds = cast(extract("epoch", _ends_at) - extract("epoch", _starts_at), Numeric)
    shifts = (
        _confirmed(filters, timezone)
        .where(Participation.user_id.is_not(None))
        .with_only_columns(
            Participation.user_id.label("user_id"),
            CrewDetails.event_type_id.label("type_id"),
            seconds.label("seconds"),
        )
    )
    if filters.event_type_id is not None:
        return shifts
    entries = _entries(filters).with_only_columns(
        WorkingHours.user_id, cast(null(), Integer), cast(WorkingHours.hours, Numeric) * literal(3600, Integer)
    )
    return union_all(shifts, entries)


def _confirmed(filters, timezone):
    """Return the statement of confirmed participations, which are counted on the day on which they start."""
    zone = get_timezone(timezone)
    statement = (
        select(Participation.id)
        .join(Shift, Shift.id == Participation.shift_id)
        .join(CrewDetails, CrewDetails.event_id == Shift.event_id)
        .where(Participation.state == CONFIRMED, CrewDetails.is_draft == false())
    )
    if filters.first_on:
        statement = statement.where(_starts_at >= dt.datetime.combine(filters.first_on, dt.time(), zone))
    if filters.last_on:
        day_after = filters.last_on + dt.timedelta(days=1)
        statement = statement.where(_starts_at < dt.datetime.combine(day_after, dt.time(), zone))
    if filters.event_type_id is not None:
        statement = statement.where(CrewDetails.event_type_id == filters.event_type_id)
    return statement


def _entries(filters):
    statement = select(WorkingHours)
    if filters.first_on:
        statement = statement.where(WorkingHours.worked_on >= filters.first_on)
    if filters.last_on:
        statement = statement.where(WorkingHours.worked_on <= filters.last_on)
    return statement


def _to_hours(seconds):
    return (Decimal(str(seconds)) / 3600).quantize(HUNDREDTH)
