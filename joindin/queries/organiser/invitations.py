"""Invitations by mail to be a host of an event or the speaker of one of its talks."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import and_, or_, select, true
from sqlalchemy.orm import joinedload

from joindin.models import OPEN_INVITATION, WITHDRAWN, EventHost, Invitation, Talk, TalkSpeaker, User
from joindin.security.tokens import hash_token

EXPIRED = "expired"


class FoundInvitation(NamedTuple):
    """An invitation with its inviter and, for a speaker, with the speaker and the talk."""

    invitation: Invitation
    talk: Talk | None


def get_invitation(session, token: str) -> FoundInvitation | None:
    """Return the invitation with that token, in any state, with its event; None if there is none."""
    own = _INVITATIONS.where(Invitation.token_hash == hash_token(token)).options(joinedload(Invitation.event))
    row = session.execute(own.execution_options(populate_existing=True)).first()
    return None if row is None else FoundInvitation(*row)


def load_state(session, invitation: Invitation, now: dt.datetime) -> str:
    """Return the state of the invitation. It counts as withdrawn if its inviter is no longer a host, an admin or active."""
    if invitation.state != OPEN_INVITATION:
        return invitation.state
    if invitation.expires_at <= now:
        return EXPIRED
    is_open = session.scalar(select(Invitation.id).where(Invitation.id == invitation.id, _HAS_ENTITLED_INVITER))
    return WITHDRAWN if is_open is None else OPEN_INVITATION


def list_open_invitations(session, event_id: int, now: dt.datetime) -> Sequence[FoundInvitation]:
    """Return the open invitations of hosts, then those of speakers, oldest first: one statement."""
    rows = _INVITATIONS.where(Invitation.event_id == event_id, *is_open(now))
    rows = rows.order_by(Invitation.speaker_id.is_not(None), Invitation.id)
    return [FoundInvitation(*row) for row in session.execute(rows)]


def list_invitations_of_talk(session, talk: Talk, now: dt.datetime) -> Sequence[FoundInvitation]:
    """Return the open invitations of the speakers of a talk, oldest first: one statement."""
    rows = _INVITATIONS.where(Talk.id == talk.id, *is_open(now)).order_by(Invitation.id)
    return [FoundInvitation(*row) for row in session.execute(rows)]


def is_open(now: dt.datetime) -> tuple:
    """Return the conditions of an open invitation."""
    return (Invitation.state == OPEN_INVITATION, Invitation.expires_at > now, _HAS_ENTITLED_INVITER)


_INVITATIONS = (
    select(Invitation, Talk)
    .outerjoin(TalkSpeaker, TalkSpeaker.id == Invitation.speaker_id)
    .outerjoin(Talk, Talk.id == TalkSpeaker.talk_id)
    .options(joinedload(Invitation.invited_by), joinedload(Invitation.speaker))
)
_IS_HOST = (
    select(EventHost.id)
    .where(EventHost.event_id == Invitation.event_id, EventHost.user_id == User.id)
    .correlate(Invitation, User)
    .exists()
)
_HAS_ENTITLED_INVITER = (
    select(User.id)
    .where(and_(User.id == Invitation.invited_by_id, User.is_active == true()), or_(User.is_admin == true(), _IS_HOST))
    .correlate(Invitation)
    .exists()
)
