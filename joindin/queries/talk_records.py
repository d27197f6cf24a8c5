"""Talks as read-only records with their speakers, tracks and links (see ``event_records.py``)."""

from collections import defaultdict
from types import SimpleNamespace

from sqlalchemy import bindparam, false, select, true

from joindin.errors import NotFound
from joindin.models import Event, Language, Talk, TalkLink, TalkSpeaker, TalkType, Track, User, talk_tracks
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.reader import batched
from joindin.queries.event_settings import FEEDBACK_ACCESS

_IDS = bindparam("ids", expanding=True)

_TALKS = (
    select(
        *Talk.__table__.c,
        Event.timezone,
        FEEDBACK_ACCESS,
        TalkType.title.label("type_title"),
        Language.name.label("language_name"),
        Language.code.label("language_code"),
    )
    .join(Event, Event.id == Talk.event_id)
    .join(TalkType, TalkType.id == Talk.type_id)
    .join(Language, Language.id == Talk.language_id)
)
TALKS = CompiledStatement(_TALKS.where(Talk.id.in_(_IDS)))
# As in the original, speakers without an account come first.
SPEAKERS = CompiledStatement(
    select(
        TalkSpeaker.id,
        TalkSpeaker.talk_id,
        TalkSpeaker.name,
        TalkSpeaker.user_id,
        User.username,
        User.full_name,
        User.is_active,
    )
    .outerjoin(User, User.id == TalkSpeaker.user_id)
    .where(TalkSpeaker.talk_id.in_(_IDS), TalkSpeaker.is_pending == false())
    .order_by(TalkSpeaker.user_id.nulls_first(), TalkSpeaker.id)
)
TRACKS = CompiledStatement(
    select(talk_tracks.c.talk_id, Track.id, Track.name, Track.position, Track.hue)
    .join(Track, Track.id == talk_tracks.c.track_id)
    .where(talk_tracks.c.talk_id.in_(_IDS))
    .order_by(Track.id)
)
LINKS = CompiledStatement(
    select(TalkLink.talk_id, TalkLink.type, TalkLink.url).where(TalkLink.talk_id.in_(_IDS)).order_by(TalkLink.id)
)
_BY_STUB = CompiledStatement(
    _TALKS.where(Talk.stub == bindparam("stub"), Talk.is_active == true(), Event.is_visible == true())
)
_BY_SLUG = CompiledStatement(
    _TALKS.where(Talk.event_id == bindparam("event_id"), Talk.slug == bindparam("slug"), Talk.is_active == true())
)


def find_talk_record_by_stub(reader, stub: str) -> SimpleNamespace:
    """Return the talk with that stub, as :func:`load_talk_records`: four statements.

    :raises NotFound: if no such talk is visible.
    """
    return _find(reader, _BY_STUB, {"stub": stub})


def find_talk_record_by_slug(reader, event_id: int, slug: str) -> SimpleNamespace:
    """Return the active talk with that slug of an event, whose access is checked, as :func:`load_talk_records`.

    :raises NotFound: if there is none.
    """
    return _find(reader, _BY_SLUG, {"event_id": event_id, "slug": slug})


def _find(reader, statement, params):
    talks = reader.execute(statement, params).all()
    if not talks:
        raise NotFound("Talk not found")
    return next(_records(reader, talks))


def load_talk_records(reader, talk_ids) -> dict[int, SimpleNamespace]:
    """Return the talks by id, with everything that a representation reads: four statements a batch.

    The talks are read before their children, which are then never older than the version of the talk.
    """
    return {talk.id: talk for ids in batched(talk_ids) for talk in _load_batch(reader, ids)}


def _load_batch(reader, ids):
    return _records(reader, reader.execute(TALKS, {"ids": ids}).all())


def _records(reader, talks):
    params = {"ids": [talk.id for talk in talks]}
    speakers, tracks, links = (_by_talk(reader, statement, params) for statement in (SPEAKERS, TRACKS, LINKS))
    for talk in talks:
        yield SimpleNamespace(
            **talk._asdict(),
            event=SimpleNamespace(timezone=talk.timezone),
            type=SimpleNamespace(title=talk.type_title),
            language=SimpleNamespace(name=talk.language_name, code=talk.language_code),
            speakers=[_speaker(row) for row in speakers.get(talk.id, ())],
            tracks=tracks.get(talk.id, ()),
            links=links.get(talk.id, ()),
        )


def _speaker(row):
    user = row.user_id and SimpleNamespace(
        id=row.user_id, username=row.username, full_name=row.full_name, is_active=row.is_active
    )
    return SimpleNamespace(id=row.id, name=row.name, user_id=row.user_id, user=user)


def _by_talk(reader, statement, params):
    rows = defaultdict(list)
    for row in reader.execute(statement, params):
        rows[row.talk_id].append(row)
    return rows
