"""Adding, editing and deleting talks.

Rows are locked in one order, or two writers would wait for each other: a talk, its track, the event, its shifts. An operation that
needs many rows cannot keep to it and runs in ``retry_on_lock_timeout``.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex

from sqlalchemy import delete, select, update

from joindin.db.locking import begin_write, lock_row, retry_on_lock_timeout
from joindin.errors import InvalidInput, NotFound
from joindin.models import Event, Room, Talk, TalkLink, Track, User, talk_tracks
from joindin.operations.audit import log_action
from joindin.operations.crew.programme.following import follow_talk, leave_talk
from joindin.operations.organiser.programme_locks import lock_event_of
from joindin.operations.organiser.talk_audit import logged_edit
from joindin.operations.speakers import add_speakers, set_speakers
from joindin.operations.unique_slugs import MAX_ATTEMPTS, insert_with_unique_slug, talk_slugs
from joindin.viewer import UserSnapshot

# A talk is moved if that happens in this time before its old or its new start, and before it is over.
NOTICE_PERIOD = dt.timedelta(days=30)
LATEST_TALK_AFTER_END = dt.timedelta(days=1)
# No talk ends after the last year of the calendar.
MAX_DURATION_MINUTES = 99_999
MSG_OUTSIDE_EVENT = "The talk must be held between the start and end date of the event"


@dataclass(frozen=True)
class TalkDetails:
    """The fields of a talk. ``speakers`` are all their names; None keeps them as they are (new talks: none)."""

    title: str
    description: str
    type_id: int
    language_id: int
    starts_at: dt.datetime
    duration: int
    slides_url: str = ""
    speakers: Sequence[str] | None = None

    def fields(self):
        return {name: value for name, value in vars(self).items() if name != "speakers"}


def check_talk_time(event: Event, starts_at: dt.datetime) -> None:
    """:raises InvalidInput: unless the talk starts between the start of the event and 24 hours after its end."""
    if not event.starts_at <= starts_at < event.ends_at + LATEST_TALK_AFTER_END:
        raise InvalidInput(MSG_OUTSIDE_EVENT)


def add_talk(session, event_id: int, details: TalkDetails, *, actor: User | UserSnapshot | None) -> Talk:
    """Store a new talk; the URL of its slides becomes a link."""
    begin_write(session)
    talk = Talk(event_id=event_id, **details.fields() | {"slides_url": ""})
    _insert(session, talk)
    _set_slug(session, talk)
    add_speakers(session, talk.id, details.speakers or ())
    if details.slides_url:
        session.add(TalkLink(talk_id=talk.id, type="slides_link", url=details.slides_url))
    session.flush()
    _count(session, event_id, talk_count=+1)
    log_action(session, "talk.create", talk, actor=actor)
    return talk


def edit_talk(
    session, talk_id: int, details: TalkDetails, *, actor: User | UserSnapshot | None, now: dt.datetime
) -> None:
    """Replace all fields of a talk and its slug, and move its shifts. Links and the claims of speakers who stay are kept."""
    talk = lock_talk(session, talk_id)
    with logged_edit(session, talk, actor=actor):
        replace_details(session, talk, details, now=now)


def replace_details(session, talk: Talk, details: TalkDetails, *, now: dt.datetime) -> None:
    """Do as :func:`edit_talk` with a locked talk, without an entry in the audit log."""
    starts_at = talk.starts_at
    for name, value in details.fields().items():
        setattr(talk, name, value)
    record_published_slot(session, talk, starts_at, talk.room_id, now=now)
    session.flush()
    _set_slug(session, talk)
    if details.speakers is not None:
        set_speakers(session, talk, details.speakers)
    follow_talk(session, talk.id)


def record_published_slot(
    session, talk: Talk, starts_at: dt.datetime, room_id: int | None, *, now: dt.datetime
) -> None:
    """Keep that a talk, which is locked, was at ``starts_at`` and in a room until now, if that was public.

    The first published time and room are kept, even if the talk is moved again. A talk that returns to it is not moved any more.
    A talk that gets its first room is not moved by that.
    """
    if talk.moved_from is None:
        is_moved = talk.starts_at != starts_at or room_id not in (None, talk.room_id)
        if is_moved and _is_published(session, talk, starts_at, now):
            talk.moved_from, talk.moved_from_room = starts_at, _room_name(session, room_id)
    elif talk.starts_at == talk.moved_from and talk.moved_from_room in (None, _room_name(session, talk.room_id)):
        talk.moved_from = talk.moved_from_room = None


def delete_talk(session, talk_id: int, *, actor: User | UserSnapshot | None) -> None:
    """Delete a talk with everything that belongs to it; no effect if it does not exist."""

    def work():
        talk = lock_row(session, Talk, talk_id)
        if talk is None:
            return
        leave_talk(session, talk_id)
        if talk.is_active:
            tracks = select(talk_tracks.c.track_id).where(talk_tracks.c.talk_id == talk_id)
            session.execute(
                update(Track)
                .where(Track.id.in_(tracks))
                .values(talk_count=Track.talk_count - 1)
                .execution_options(synchronize_session=False)
            )
        session.execute(delete(Talk).where(Talk.id == talk_id).execution_options(synchronize_session=False))
        _count(session, talk.event_id, talk_count=-1, talk_comment_count=-talk.all_comment_count)
        log_action(session, "talk.delete", talk, actor=actor)

    retry_on_lock_timeout(
        session,
        work,
        message="There was a problem trying to delete the talk",
        first_locks=lambda: lock_event_of(session, Talk, talk_id),
    )


def lock_talk(session, talk_id: int) -> Talk:
    """Lock and return the talk. Until the transaction ends, no other writes to it or to what belongs to it.

    :raises NotFound: if the talk was deleted since it was loaded.
    """
    talk = lock_row(session, Talk, talk_id)
    if talk is None:
        raise NotFound("Talk not found")
    return talk


def bump_talk_versions(session, *talk_ids: int) -> None:
    """Increment the version of talks after a change outside their own row."""
    session.execute(
        update(Talk)
        .where(Talk.id.in_(talk_ids))
        .values(version=Talk.version + 1)
        .execution_options(synchronize_session=False)
    )


def _is_published(session, talk, starts_at, now):
    if not talk.is_active or not session.get_one(Event, talk.event_id).is_visible:
        return False
    starts = sorted((starts_at, talk.starts_at))
    # Differences, because the sum of a time and a duration may be outside the calendar.
    return starts[0] - now <= NOTICE_PERIOD and now - starts[1] < dt.timedelta(minutes=max(talk.duration, 1))


def _room_name(session, room_id):
    room = None if room_id is None else session.get(Room, room_id)
    return room and room.name


def _insert(session, talk):
    stubs = (token_hex(3)[:5] for _attempt in range(MAX_ATTEMPTS))
    insert_with_unique_slug(session, talk, "stub", stubs, message="There are too many talks")


def _set_slug(session, talk):
    """Give the talk the first slug of the recipe that no other talk of the event has; it may have that one already."""
    taken = select(Talk.slug).where(Talk.event_id == talk.event_id, Talk.id != talk.id)
    candidates = (
        slug
        for slug in talk_slugs(talk.title, talk.id)
        if session.scalar(taken.where(Talk.slug == slug).limit(1)) is None
    )
    insert_with_unique_slug(session, talk, "slug", candidates, message="There are too many talks of that title")


def _count(session, event_id, **changes):
    session.execute(
        update(Event)
        .where(Event.id == event_id)
        .values({name: getattr(Event, name) + change for name, change in changes.items()})
        .values(version=Event.version + 1)
        .execution_options(synchronize_session=False)
    )
