"""Entries of the audit log about talks: what an edit changed, by field.

Names of speakers are those that hosts wrote. They are part of the programme and stay when an account is deleted.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from joindin.models import Talk, TalkLink, TalkSpeaker, Track, User, talk_tracks
from joindin.operations.audit import log_action
from joindin.operations.organiser.logged_values import find_changes
from joindin.viewer import UserSnapshot

# Columns whose changes the audit log has.
LOGGED_COLUMNS = (
    "title", "subtitle", "description", "type_id", "language_id", "level", "starts_at", "duration", "room_id", "state",
    "has_recording_opt_out", "has_feedback",
)  # fmt: skip


@contextmanager
def logged_edit(session, talk: Talk, *, actor: User | UserSnapshot | None) -> Iterator[None]:
    """Write an entry about the changes of a locked talk in the block; none if it stays as it is. Takes seven statements."""
    before = _load_logged_values(session, talk)
    yield
    session.flush()
    if changes := find_changes(before, _load_logged_values(session, talk)):
        log_action(session, "talk.edit", talk, actor=actor, changes=changes)


def _load_logged_values(session, talk):
    """Return the values whose changes the audit log has."""
    speakers = select(func.coalesce(TalkSpeaker.listed_name, TalkSpeaker.name)).where(TalkSpeaker.talk_id == talk.id)
    tracks = select(Track.name).join(talk_tracks).where(talk_tracks.c.talk_id == talk.id)
    links = select(TalkLink.url).where(TalkLink.talk_id == talk.id)
    return {name: getattr(talk, name) for name in LOGGED_COLUMNS} | {
        # Old data have no address where others have an empty one.
        "slides_url": talk.slides_url or "",
        "speakers": session.scalars(speakers.order_by(TalkSpeaker.id)).all(),
        "tracks": session.scalars(tracks.order_by(Track.id)).all(),
        "links": session.scalars(links.order_by(TalkLink.id)).all(),
    }
