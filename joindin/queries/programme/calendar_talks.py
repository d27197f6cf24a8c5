"""Talks as calendars show them: with their event and room, and the removed ones."""

import datetime as dt
from types import SimpleNamespace

from sqlalchemy import Integer, and_, bindparam, false, or_, select, true

from joindin.errors import NotFound
from joindin.models import DepartedTalk, DepartedTalkReader, Event, EventSettings, Room, Talk, TalkSpeaker
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.talk_records import load_talk_records

NO_ID = 0
# The newest ones.
MAX_DEPARTED = 1_000

_talk, _event, _room, _settings = (model.__table__.c for model in (Talk, Event, Room, EventSettings))
_speaker = TalkSpeaker.__table__.c
_departed, _reader = DepartedTalk.__table__.c, DepartedTalkReader.__table__.c
# The columns of its event that a calendar of a talk shows.
_EVENT_COLUMNS = (
    _event.name,
    _event.location,
    _event.timezone,
    _event.state,
    _event.starts_at,
    _event.ends_at,
    _event.submitted_at,
    _event.revised_at,
    _event.programme_changed_at,
)
_EVENT = (
    _settings.language.label("event__page_language"),
    *(column.label(f"event__{column.name}") for column in _EVENT_COLUMNS),
)

# Statements with more conditions are the input of :func:`load_calendar_talks`.
VISIBLE_TALKS = (
    select(_talk.id, _room.name.label("room__name"), _room.stream_url.label("room__stream_url"), *_EVENT)
    .select_from(Talk.__table__.join(Event.__table__, _event.id == _talk.event_id))
    .outerjoin(Room.__table__, _room.id == _talk.room_id)
    .outerjoin(EventSettings.__table__, _settings.event_id == _event.id)
    .where(_talk.is_active == true(), _event.is_visible == true())
)
_BY_STUB = CompiledStatement(VISIBLE_TALKS.where(_talk.stub == bindparam("stub")))

_BY_SPEAKER = VISIBLE_TALKS.where(
    _talk.id.in_(
        select(_speaker.talk_id).where(_speaker.user_id == bindparam("speaker_id"), _speaker.is_pending == false())
    )
)
_NEWEST_BY_SPEAKER = CompiledStatement(
    _BY_SPEAKER.order_by(_talk.revised_at.desc().nulls_last(), _talk.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)

_DEPARTED = select(*_departed).where(_departed.gone_at >= bindparam("since")).order_by(_departed.talk_id)
_DEPARTED_OF_EVENT = CompiledStatement(_DEPARTED.where(_departed.event_id == bindparam("event_id")))
_DEPARTED_BY_STUB = CompiledStatement(
    _DEPARTED.add_columns(*_EVENT)
    .select_from(DepartedTalk.__table__.join(Event.__table__, _event.id == _departed.event_id))
    .outerjoin(EventSettings.__table__, _settings.event_id == _event.id)
    .where(_departed.stub == bindparam("stub"), _event.is_visible == true())
)
_readers = or_(
    *(
        and_(_reader.relation == relation, _reader.reader_id == bindparam(f"{relation}_id", type_=Integer))
        for relation in ("starrer", "device", "speaker")
    )
)
_DEPARTED_OF_SPEAKER = CompiledStatement(
    _DEPARTED.add_columns(*_EVENT)
    .select_from(DepartedTalk.__table__.join(Event.__table__, _event.id == _departed.event_id))
    .outerjoin(EventSettings.__table__, _settings.event_id == _event.id)
    .where(
        _departed.talk_id.in_(
            select(_reader.talk_id).where(_reader.relation == "speaker", _reader.reader_id == bindparam("speaker_id"))
        ),
        _event.is_visible == true(),
    )
    .limit(MAX_DEPARTED)
)
_event_id = bindparam("event_id", type_=Integer)
_DEPARTED_OF_READER = CompiledStatement(
    select(*_departed, _settings.language.label("event__page_language"))
    .select_from(DepartedTalk.__table__)
    .outerjoin(EventSettings.__table__, _settings.event_id == _departed.event_id)
    .where(
        _departed.talk_id.in_(select(_reader.talk_id).where(_readers)),
        _departed.gone_at >= bindparam("since"),
        or_(_event_id == NO_ID, _departed.event_id == _event_id),
    )
    .order_by(_departed.gone_at.desc(), _departed.talk_id)
    .limit(MAX_DEPARTED)
)


def load_calendar_talks(connection, rows) -> list[SimpleNamespace]:
    """Return the talks of the rows of a statement that selects ``VISIBLE_TALKS``, in their order: four statements a batch."""
    records = load_talk_records(connection, [row.id for row in rows])
    talks = []
    for row in rows:
        if (talk := records.get(row.id)) is not None:
            talk.event, room = _part(row, "event"), _part(row, "room")
            talk.room = room if room.name else None
            talks.append(talk)
    return talks


def find_calendar_talk(connection, stub: str) -> SimpleNamespace:
    """Return the visible talk with that stub: five statements.

    :raises NotFound: if there is none.
    """
    talks = load_calendar_talks(connection, connection.execute(_BY_STUB, {"stub": stub}).all())
    if not talks:
        raise NotFound("Talk not found")
    return talks[0]


def list_newest_talks_of_speaker(connection, speaker_id: int, *, limit: int, offset: int) -> list[SimpleNamespace]:
    """Return visible talks of a speaker whose claim is confirmed, the latest changed first: five statements."""
    params = {"speaker_id": speaker_id, "limit": limit, "offset": offset}
    return load_calendar_talks(connection, connection.execute(_NEWEST_BY_SPEAKER, params).all())


def find_departed_talk(connection, stub: str, since: dt.datetime) -> SimpleNamespace:
    """Return the talk with that stub that a public event had until a time since then.

    :raises NotFound: if there is none.
    """
    rows = connection.execute(_DEPARTED_BY_STUB, {"stub": stub, "since": since}).all()
    if not rows:
        raise NotFound("Talk not found")
    return _departed_talk(rows[-1], _part(rows[-1], "event"))


def list_departed_talks(connection, event, rooms, since: dt.datetime) -> list[SimpleNamespace]:
    """Return the talks that the event had until a time since then, with what filters of the programme need."""
    by_id = {room.id: room for room in rooms}
    rows = connection.execute(_DEPARTED_OF_EVENT, {"event_id": event.id, "since": since}).all()
    return [_departed_talk(row, event, by_id.get(row.room_id)) for row in rows]


def list_departed_talks_of_speaker(connection, speaker_id: int, since: dt.datetime) -> list[SimpleNamespace]:
    """Return the talks of the speaker that visible events had until a time since then."""
    rows = connection.execute(_DEPARTED_OF_SPEAKER, {"speaker_id": speaker_id, "since": since}).all()
    return [_departed_talk(row, _part(row, "event")) for row in rows]


def list_departed_talks_of_reader(
    connection,
    since: dt.datetime,
    *,
    starrer_id: int | None = None,
    device_id: int | None = None,
    speaker_id: int | None = None,
    event_id: int | None = None,
) -> list[SimpleNamespace]:
    """Return the talks that were in the calendar of the user or the device until a time since then."""
    ids = {"starrer_id": starrer_id, "device_id": device_id, "speaker_id": speaker_id, "event_id": event_id}
    params = {name: value or NO_ID for name, value in ids.items()}
    rows = connection.execute(_DEPARTED_OF_READER, params | {"since": since}).all()
    return [_departed_talk(row, _part(row, "event")) for row in rows]


def _part(row, name):
    columns = row._asdict().items()
    return SimpleNamespace(
        **{key.removeprefix(f"{name}__"): value for key, value in columns if key.startswith(name + "__")}
    )


def _departed_talk(row, event, room=None):
    columns = {name: value for name, value in row._asdict().items() if "__" not in name}
    return SimpleNamespace(
        **columns,
        event=event,
        room=room,
        tracks=[SimpleNamespace(id=track_id, name="") for track_id in row.track_ids],
        type=SimpleNamespace(title=""),
        language=SimpleNamespace(name=""),
    )
