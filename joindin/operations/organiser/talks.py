"""Talks with their place in the programme: room, tracks, state and subtitle; hiding a talk and showing it again."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, update

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import NotFound
from joindin.models import CANCELLED_TALK, CONFIRMED_TALK, Talk, Track, talk_tracks
from joindin.operations.audit import log_action
from joindin.operations.claims import claim_talk, find_unclaimed_speaker
from joindin.operations.crew.programme.following import leave_talk
from joindin.operations.events import bump_event_versions
from joindin.operations.organiser.invitations import invite_speaker
from joindin.operations.organiser.programme_locks import lock_event_of
from joindin.operations.organiser.talk_audit import logged_edit
from joindin.operations.talks import TalkDetails, add_talk, lock_talk, record_published_slot, replace_details
from joindin.operations.tracks import add_talk_to_track, remove_talk_from_track
from joindin.queries.accounts.users import get_user_by_username
from joindin.utils.email_addresses import is_email
from joindin.viewer import UserSnapshot


@dataclass(frozen=True)
class TalkPlacement:
    """The place of a talk in the programme, its level, and whether it may be recorded there. Room and tracks belong to its event, which the caller checks."""

    room_id: int | None
    track_ids: Collection[int]
    subtitle: str = ""
    state: str = CONFIRMED_TALK
    has_recording_opt_out: bool = False
    level: str | None = None


def add_placed_talk(
    session, event_id: int, details: TalkDetails, placement: TalkPlacement, *, actor: UserSnapshot
) -> Talk:
    talk = add_talk(session, event_id, details, actor=actor)
    _place(session, talk, placement)
    return talk


def edit_placed_talk(
    session, talk_id: int, details: TalkDetails, placement: TalkPlacement, *, actor: UserSnapshot, now: dt.datetime
) -> None:
    """Replace fields and place of a talk; :raises NotFound: if it was deleted since it was loaded."""
    talk = lock_talk(session, talk_id)
    with logged_edit(session, talk, actor=actor):
        replace_details(session, talk, details, now=now)
        room_id = talk.room_id
        _place(session, talk, placement)
        record_published_slot(session, talk, talk.starts_at, room_id, now=now)


def assign_speaker(session, talk_id: int, name: str, account: str, *, caller: UserSnapshot, now: dt.datetime) -> None:
    """Name a username or an e-mail address as the account of the speaker with that name. The person accepts it.

    :raises NotFound, Unprocessable, Unauthenticated: as :func:`claim_talk`.
    :raises Conflict, RateLimited: as :func:`invite_speaker`.
    """
    if is_email(account) and get_user_by_username(session, account) is None:
        talk = lock_talk(session, talk_id)
        speaker = find_unclaimed_speaker(session, talk, name)
        invite_speaker(session, talk, speaker, account, actor=caller, now=now)
    else:
        claim_talk(session, talk_id, speaker_name=name, username=account, caller=caller, is_host_or_admin=True, now=now)


def set_talk_visibility(session, talk_id: int, *, is_active: bool, actor: UserSnapshot) -> None:
    """Hide a talk with all that belongs to it, or show it again; no effect if it is so already.

    The shifts of a hidden talk change as if it were deleted.
    """

    def work():
        talk = lock_row(session, Talk, talk_id)
        if talk is None:
            raise NotFound("Talk not found")
        if talk.is_active == is_active:
            return
        if not is_active:
            leave_talk(session, talk_id)
        talk.is_active = is_active
        session.flush()
        tracks = select(talk_tracks.c.track_id).where(talk_tracks.c.talk_id == talk_id)
        session.execute(
            update(Track)
            .where(Track.id.in_(tracks))
            .values(talk_count=Track.talk_count + (1 if is_active else -1))
            .execution_options(synchronize_session=False)
        )
        bump_event_versions(session, talk.event_id)
        log_action(session, "talk.show" if is_active else "talk.hide", talk, actor=actor)

    retry_on_lock_timeout(
        session,
        work,
        message="There was a problem trying to change the talk",
        first_locks=lambda: lock_event_of(session, Talk, talk_id),
    )


def cancel_talk(session, talk_id: int, *, actor: UserSnapshot) -> None:
    """Mark a talk as cancelled; it stays visible. No effect if it is cancelled already."""
    talk = lock_talk(session, talk_id)
    if talk.state != CANCELLED_TALK:
        talk.state = CANCELLED_TALK
        session.flush()
        log_action(session, "talk.cancel", talk, actor=actor)


def _place(session, talk, placement):
    talk.room_id, talk.subtitle, talk.state = placement.room_id, placement.subtitle, placement.state
    talk.has_recording_opt_out, talk.level = placement.has_recording_opt_out, placement.level
    session.flush()
    stored = set(session.scalars(select(talk_tracks.c.track_id).where(talk_tracks.c.talk_id == talk.id)))
    for track_id in sorted(stored - set(placement.track_ids)):
        remove_talk_from_track(session, talk.id, track_id)
    for track_id in sorted(set(placement.track_ids) - stored):
        add_talk_to_track(session, talk.id, track_id)
