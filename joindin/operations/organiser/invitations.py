"""Invitations by mail to be a host of an event or the speaker of one of its talks.

The same happens whether or not the address belongs to an account, so that an invitation reveals none. The mailed token is
the proof of its holder: the account that accepts may have another address. It is stored as a hash and works once.
"""

import datetime as dt

from sqlalchemy import delete, select, update

from joindin.db.locking import lock_row
from joindin.errors import Conflict, NotFound
from joindin.models import (
    ACCEPTED,
    DECLINED,
    INVITATION_TTL,
    OPEN_INVITATION,
    WITHDRAWN,
    Event,
    Invitation,
    User,
)
from joindin.operations.audit import log_action
from joindin.operations.hosts import add_host
from joindin.operations.outbox import enqueue_mail
from joindin.operations.rate_limits import INVITATIONS_OF_USER, INVITATIONS_TO_ADDRESS, consume_attempt
from joindin.queries.accounts.users import get_user_by_email
from joindin.queries.crew.users import load_preferred_language
from joindin.queries.event_settings import load_event_settings
from joindin.queries.organiser.invitations import get_invitation, is_open, load_state
from joindin.security.tokens import hash_token, new_session_token
from joindin.utils.email_addresses import normalize_email
from joindin.utils.translations import load_translations
from joindin.viewer import UserSnapshot

MAX_OPEN_INVITATIONS = 20
ENGLISH = "en"
MSG_ALREADY_INVITED = "This address is invited already. Withdraw the invitation first to send another one"
MSG_TOO_MANY_INVITATIONS = "An event has at most 20 open invitations. Withdraw one, or wait for an answer"
MSG_INVITATION_ENDED = "This invitation was answered or withdrawn meanwhile"


def invite_host(session, event: Event, email: str, *, actor: User | UserSnapshot, now: dt.datetime) -> None:
    """Mail an invitation to be a host.

    :raises Conflict: if the address is invited already, or too many invitations are open.
    :raises RateLimited: if the user or the address had too many in a day. The caller commits, as for every rate limit.
    """
    lock_row(session, Event, event.id)
    of_event = (Invitation.event_id == event.id, Invitation.speaker_id.is_(None))
    invited = session.scalars(select(Invitation.email).where(*of_event, *is_open(now))).all()
    if normalize_email(email) in map(normalize_email, invited):
        raise Conflict(MSG_ALREADY_INVITED)
    if len(invited) >= MAX_OPEN_INVITATIONS:
        raise Conflict(MSG_TOO_MANY_INVITATIONS)
    consume_attempt(session, INVITATIONS_OF_USER, actor.id, now=now)
    consume_attempt(session, INVITATIONS_TO_ADDRESS, normalize_email(email), now=now)
    token = new_session_token()
    session.add(
        Invitation(
            event_id=event.id,
            invited_by_id=actor.id,
            email=email,
            token_hash=hash_token(token),
            sent_at=now,
            expires_at=now + INVITATION_TTL,
        )
    )
    # Without the address, which is deleted when the invitation ends.
    log_action(session, "event.invite_host", event, actor=actor)
    language = _language_of(session, event, get_user_by_email(session, email))
    subject = load_translations(language).gettext("Invitation to be a host of %(event)s")
    enqueue_mail(
        session,
        "host_invited",
        [email],
        token=token,
        language=language,
        subject=subject % {"event": event.name},
        event=event.name,
        inviter=actor.full_name or actor.username,
    )


def withdraw_invitation(session, event: Event, invitation_id: int, *, actor: User | UserSnapshot) -> None:
    """Withdraw an invitation of the event; :raises NotFound: if it is not open any more."""
    ended = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.event_id == event.id, Invitation.state == OPEN_INVITATION)
        .values(state=WITHDRAWN, email=None)
        .execution_options(synchronize_session=False)
    )
    if not ended.rowcount:
        raise NotFound(MSG_INVITATION_ENDED)
    log_action(session, "event.withdraw_invitation", event, actor=actor)


def accept_invitation(session, token: str, *, user: User, now: dt.datetime) -> None:
    """Make the user a host and tell the inviter.

    :raises Conflict: if the invitation is not open, or the user is a host already. It then stays open for another account.
    """
    invitation = _lock_open(session, token, now)
    inviter, event = invitation.invited_by, invitation.event
    add_host(session, event, username=user.username, actor=user, reason=f"invited by {inviter.username}")
    _end(invitation, ACCEPTED)
    language = _language_of(session, event, inviter)
    subject = load_translations(language).gettext("Your invitation was accepted: %(event)s")
    enqueue_mail(
        session,
        "invitation_accepted",
        [inviter.email],
        language=language,
        subject=subject % {"event": event.name},
        event=event.name,
        slug=event.slug,
        name=user.full_name or user.username,
        username=user.username,
    )


def decline_invitation(session, token: str, *, now: dt.datetime) -> None:
    """Decline an invitation; :raises Conflict: if it is not open any more."""
    _end(_lock_open(session, token, now), DECLINED)


def purge_expired_invitations(session, now: dt.datetime, *, ended_before: dt.datetime) -> None:
    """Delete the addresses of expired invitations, and the invitations that expired before ``ended_before``."""
    session.execute(
        update(Invitation)
        .where(Invitation.expires_at <= now, Invitation.email.is_not(None))
        .values(email=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(Invitation).where(Invitation.expires_at < ended_before).execution_options(synchronize_session=False)
    )


def _lock_open(session, token, now) -> Invitation:
    """Lock the event; return the invitation, with its event and inviter.

    :raises Conflict: if it is not open.
    """
    found = get_invitation(session, token)
    if found is not None:
        lock_row(session, Event, found.invitation.event_id)
        found = get_invitation(session, token)
    if found is None or load_state(session, found.invitation, now) != OPEN_INVITATION:
        raise Conflict(MSG_INVITATION_ENDED)
    return found.invitation


def _end(invitation, state):
    invitation.state, invitation.email = state, None


def _language_of(session, event, reader):
    """Return the language of a mail: that of the reader's account, else that of the event's pages."""
    preferred = load_preferred_language(session, reader.id) if reader is not None else None
    return preferred or load_event_settings(session, event.id).language or ENGLISH
