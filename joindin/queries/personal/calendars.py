"""Contents of the calendar of one person or device: starred talks, own talks, attended events."""

from types import SimpleNamespace

from sqlalchemy import Integer, bindparam, false, or_, select, true, union_all

from joindin.models import Attendance, DeviceStar, Event, EventSettings, Room, Talk, TalkSpeaker, TalkStar
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.agenda.agenda_events import load_agenda_event_records
from joindin.queries.programme.calendar_talks import NO_ID, VISIBLE_TALKS, load_calendar_talks

# The newest ones.
MAX_TALKS, MAX_EVENTS = 1_000, 1_000

_talk, _event, _room = Talk.__table__.c, Event.__table__.c, Room.__table__.c
_star, _device_star, _speaker = TalkStar.__table__.c, DeviceStar.__table__.c, TalkSpeaker.__table__.c
_attendance, _settings = Attendance.__table__.c, EventSettings.__table__.c


def _id(name):
    return bindparam(name, type_=Integer)


def _is_of_event(column):
    return or_(_id("event_id") == NO_ID, column == _id("event_id"))


_TALKS = CompiledStatement(
    VISIBLE_TALKS.where(
        _is_of_event(_event.id),
        _talk.id.in_(
            union_all(
                select(_star.talk_id).where(_star.user_id == _id("starrer_id")),
                select(_device_star.talk_id).where(_device_star.device_id == _id("device_id")),
                select(_speaker.talk_id).where(_speaker.user_id == _id("speaker_id"), _speaker.is_pending == false()),
            )
        ),
    )
    .order_by(_talk.starts_at.desc(), _talk.id.desc())
    .limit(MAX_TALKS)
)
_ATTENDED = CompiledStatement(
    select(_event.id)
    .join(Attendance.__table__, _attendance.event_id == _event.id)
    .where(_attendance.user_id == _id("user_id"), _event.is_visible == true(), _is_of_event(_event.id))
    .order_by(_event.starts_at.desc(), _event.id.desc())
    .limit(MAX_EVENTS)
)


def list_calendar_talks(
    connection,
    *,
    starrer_id: int | None = None,
    device_id: int | None = None,
    speaker_id: int | None = None,
    event_id: int | None = None,
) -> list[SimpleNamespace]:
    """Return visible talks that the user or the device has starred, or that the speaker gives, latest first.

    They have ``event`` with what entries of calendars show, and ``room``: five statements up to 500 talks.
    """
    if not (starrer_id or device_id or speaker_id):
        return []
    params = {"starrer_id": starrer_id, "device_id": device_id, "speaker_id": speaker_id, "event_id": event_id}
    return load_calendar_talks(
        connection, connection.execute(_TALKS, {name: value or NO_ID for name, value in params.items()}).all()
    )


def list_attended_events(connection, user_id: int, event_id: int | None = None) -> list[SimpleNamespace]:
    """Return visible events that the user attends, as records for entries of calendars, latest first: three statements."""
    ids = connection.execute(_ATTENDED, {"user_id": user_id, "event_id": event_id or NO_ID}).scalars()
    records = load_agenda_event_records(connection, ids)
    return [records[each] for each in ids if each in records]
