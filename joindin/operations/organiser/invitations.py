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
    Talk,
    TalkClaim,
    TalkSpeaker,
    User,
)
from joindin.operations.audit import log_action
from joindin.operations.claims import MSG_ALREADY_CLAIMED
from joindin.operations.hosts import add_host
from joindin.operations.outbox import enqueue_mail
from joindin.operations.rate_limits import INVITATIONS_OF_USER, INVITATIONS_TO_ADDRESS, consume_attempt
from joindin.operations.speakers import link_speaker
from joindin.queries.accounts.users import get_user_by_email
from joindin.queries.claims import get_open_claim
from joindin.queries.crew.users import load_preferred_language
from joindin.queries.event_settings import load_event_settings
from joindin.queries.organiser.invitations import FoundInvitation, get_invitation, is_open, load_state
from joindin.security.tokens import hash_token, new_session_token
from joindin.utils.email_addresses import normalize_email
from joindin.utils.translations import load_translations
from joindin.viewer import UserSnapshot

MAX_OPEN_INVITATIONS = 20
MAX_OPEN_OF_SPEAKERS = 300
ENGLISH = "en"
MSG_ALREADY_INVITED = "This address is invited already. Withdraw the invitation first to send another one"
MSG_TOO_MANY_INVITATIONS = "An event has at most 20 open invitations. Withdraw one, or wait for an answer"
MSG_TOO_MANY_SPEAKERS_INVITED = (
    "An event has at most 300 open invitations of speakers. Withdraw one, or wait for an answer"
)
MSG_INVITATION_ENDED = "This invitation was answered or withdrawn meanwhile"


def invite_host(session, event: Event, email: str, *, actor: User | UserSnapshot, now: dt.datetime) -> None:
    """Mail an invitation to be a host.

    :raises Conflict: if the address is invited already, or too many invitations are open.
    :raises RateLimited: if the user or the address had too many in a day. The caller commits, as for every rate limit.
    """
    lock_row(session, Event, event.id)
    invited = _list_invited(session, event, Invitation.speaker_id.is_(None), now=now)
    if normalize_email(email) in invited:
        raise Conflict(MSG_ALREADY_INVITED)
    if len(invited) >= MAX_OPEN_INVITATIONS:
        raise Conflict(MSG_TOO_MANY_INVITATIONS)
    token = _add(session, event, email, actor, now)
    # Without the address, which is deleted when the invitation ends.
    log_action(session, "event.invite_host", event, actor=actor)
    language = _language_of(session, event, get_user_by_email(session, email))
    subject = load_translations(language).gettext("Invitation to be a host of %(event)s")
    _mail(session, "host_invited", email, event, language, subject, token=token, inviter=_name(actor))


def invite_speaker(
    session, talk: Talk, speaker: TalkSpeaker, email: str, *, actor: User | UserSnapshot, now: dt.datetime
) -> None:
    """Mail an invitation to be the speaker, who has no account yet. The talk is locked.

    :raises Conflict, RateLimited: as :func:`invite_host`.
    """
    event = session.get_one(Event, talk.event_id)
    if normalize_email(email) in _list_invited(session, event, Invitation.speaker_id == speaker.id, now=now):
        raise Conflict(MSG_ALREADY_INVITED)
    if len(_list_invited(session, event, Invitation.speaker_id.is_not(None), now=now)) >= MAX_OPEN_OF_SPEAKERS:
        raise Conflict(MSG_TOO_MANY_SPEAKERS_INVITED)
    token = _add(session, event, email, actor, now, speaker_id=speaker.id)
    log_action(session, "claim.assign", talk, actor=actor, changes={"speaker": [speaker.name, None]})
    language = _language_of(session, event, get_user_by_email(session, email))
    subject = load_translations(language).gettext("Invitation as a speaker: %(event)s")
    about = {"talk": talk.title, "speaker": speaker.name}
    _mail(session, "speaker_invited", email, event, language, subject, token=token, inviter=_name(actor), **about)


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


def withdraw_invitations_of_user(session, user_id: int, *, now: dt.datetime) -> None:
    """Withdraw all invitations that the user has sent and that are not answered yet."""
    session.execute(
        update(Invitation)
        .where(Invitation.invited_by_id == user_id, Invitation.state == OPEN_INVITATION, Invitation.expires_at > now)
        .values(state=WITHDRAWN, email=None)
        .execution_options(synchronize_session=False)
    )


def accept_invitation(session, token: str, *, user: User, now: dt.datetime) -> None:
    """Make the user a host or the speaker, and tell the inviter.

    :raises Conflict: if the invitation is not open, the user is a host already, or the name of the speaker is claimed. In the
        last two cases it stays open for another account.
    """
    invitation, talk = _lock_open(session, token, now)
    inviter, event = invitation.invited_by, invitation.event
    about = {"name": _name(user), "username": user.username, "slug": event.slug}
    if talk is None:
        add_host(session, event, username=user.username, actor=user, reason=f"invited by {inviter.username}")
    else:
        _link_speaker(session, talk, invitation, user, now)
        about["talk"] = talk.title
    _end(invitation, ACCEPTED)
    language = _language_of(session, event, inviter)
    subject = load_translations(language).gettext("Your invitation was accepted: %(event)s")
    _mail(session, "invitation_accepted", inviter.email, event, language, subject, **about)


def decline_invitation(session, token: str, *, now: dt.datetime) -> None:
    """Decline an invitation; :raises Conflict: if it is not open any more."""
    _end(_lock_open(session, token, now).invitation, DECLINED)


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


def _list_invited(session, event, condition, *, now):
    """Return the normalized addresses of open invitations."""
    emails = select(Invitation.email).where(Invitation.event_id == event.id, condition, *is_open(now))
    return [normalize_email(email) for email in session.scalars(emails)]


def _add(session, event, email, actor, now, **columns):
    """Store an invitation; return its token."""
    consume_attempt(session, INVITATIONS_OF_USER, actor.id, now=now)
    consume_attempt(session, INVITATIONS_TO_ADDRESS, normalize_email(email), now=now)
    token = new_session_token()
    times = {"sent_at": now, "expires_at": now + INVITATION_TTL}
    by = {"event_id": event.id, "invited_by_id": actor.id}
    session.add(Invitation(email=email, token_hash=hash_token(token), **by, **times, **columns))
    return token


def _mail(session, kind, email, event, language, subject, **context):
    context |= {"language": language, "subject": subject % {"event": event.name}, "event": event.name}
    enqueue_mail(session, kind, [email], **context)


def _lock_open(session, token, now) -> FoundInvitation:
    """Lock the talk or else the event, then the invitation. Return it with its event, inviter, speaker and talk.

    :raises Conflict: if it is not open.
    """
    found = get_invitation(session, token)
    if found is not None:
        if found.talk is not None:
            lock_row(session, Talk, found.talk.id)
        else:
            lock_row(session, Event, found.invitation.event_id)
        lock_row(session, Invitation, found.invitation.id)
        found = get_invitation(session, token)
    if found is None or load_state(session, found.invitation, now) != OPEN_INVITATION:
        raise Conflict(MSG_INVITATION_ENDED)
    return found


def _name(user):
    return user.full_name or user.username


def _link_speaker(session, talk, invitation, user, now):
    """Link the speaker of a locked talk with the user, as if a host had named the account.

    :raises Conflict: if the name is claimed.
    """
    speaker, invited_at = invitation.speaker, invitation.sent_at
    if speaker.user_id is not None:
        raise Conflict(MSG_ALREADY_CLAIMED)
    claim = get_open_claim(session, speaker.id, user.id)
    if claim is None:
        claim = TalkClaim(talk_id=talk.id, speaker_id=speaker.id, user_id=user.id, claimed_at=invited_at)
        session.add(claim)
    claim.host_approved_at, claim.user_approved_at = claim.host_approved_at or invited_at, claim.user_approved_at or now
    log_action(session, "claim.accept", talk, actor=user, changes={"speaker": [speaker.name, user.username]})
    link_speaker(session, talk, speaker, user)


def _end(invitation, state):
    invitation.state, invitation.email = state, None


def _language_of(session, event, reader):
    """Return the language of a mail: that of the reader's account, else that of the event's pages."""
    preferred = load_preferred_language(session, reader.id) if reader is not None else None
    return preferred or load_event_settings(session, event.id).language or ENGLISH
