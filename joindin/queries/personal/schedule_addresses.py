"""Secret addresses of the own schedule: by their token, and those of a user or a device."""

import datetime as dt

from sqlalchemy import bindparam, or_, select, true
from sqlalchemy.orm import joinedload

from joindin.models import Attendance, DeviceStar, Event, ScheduleAddress, Talk, TalkSpeaker, TalkStar, User
from joindin.models.personal.schedule_addresses import PAGE
from joindin.performance.sql.compiled import CompiledStatement

# Events that a form offers.
MAX_CHOICES = 50
_address, _user = ScheduleAddress.__table__.c, User.__table__.c
_BY_TOKEN = CompiledStatement(
    select(*_address)
    .outerjoin(User.__table__, _user.id == _address.user_id)
    .where(
        _address.token_hash == bindparam("token_hash"),
        _address.kind == bindparam("kind"),
        or_(_address.user_id.is_(None), _user.is_active == true()),
    )
)


def find_schedule_address(connection, token_hash: str, kind: str):
    """Return the address; None if it is unknown or revoked, or its user is not active."""
    return connection.execute(_BY_TOKEN, {"token_hash": token_hash, "kind": kind}).first()


def list_schedule_addresses(session, *, user_id: int | None = None, device_id: int | None = None):
    """Return the addresses of the user or of the device with their events, the newest first."""
    owner = _address.user_id == user_id if user_id is not None else _address.device_id == device_id
    addresses = select(ScheduleAddress).where(owner).options(joinedload(ScheduleAddress.event))
    return session.scalars(addresses.order_by(ScheduleAddress.id.desc())).all()


def has_shared_schedule(session, user_id: int, event_id: int) -> bool:
    page = (_address.kind == PAGE, _address.user_id == user_id, _address.event_id == event_id)
    return session.scalar(select(_address.id).where(*page)) is not None


def list_own_event_choices(session, since: dt.datetime, *, user_id: int | None = None, device_id: int | None = None):
    """Return visible events that have not ended before ``since`` and of which the user or the device has something, by start.

    That is a starred or an own talk, or attendance.
    """
    if user_id is None:
        owned = [select(Talk.event_id).join(DeviceStar).where(DeviceStar.device_id == device_id)]
    else:
        owned = [
            select(Talk.event_id).join(TalkStar).where(TalkStar.user_id == user_id),
            select(Talk.event_id)
            .join(TalkSpeaker, TalkSpeaker.talk_id == Talk.id)
            .where(TalkSpeaker.user_id == user_id),
            select(Attendance.event_id).where(Attendance.user_id == user_id),
        ]
    events = (
        select(Event.slug, Event.name)
        .where(or_(*(Event.id.in_(ids) for ids in owned)), Event.is_visible == true(), Event.slug.is_not(None))
        .where(Event.ends_at >= since)
    )
    return session.execute(events.order_by(Event.starts_at, Event.id).limit(MAX_CHOICES)).all()
