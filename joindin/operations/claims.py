"""How a name on a talk comes to be a person: both that person and a host have to say so (spec 7.11).

The person's word alone is a claim, a host's alone an assignment. The talk is held throughout, so
of several words at once each finds what the one before has left.
"""

import datetime as dt

from sqlalchemy import delete, select

from joindin.errors import Conflict, InvalidInput, NotFound, Unauthenticated, Unprocessable
from joindin.models import Event, TalkClaim, TalkSpeaker, User
from joindin.operations.audit import log_action
from joindin.operations.outbox import email_addresses, enqueue_mail, enqueue_notification
from joindin.operations.speakers import display_name, link_speaker
from joindin.operations.talks import lock_talk
from joindin.queries.accounts.users import get_user_by_username, list_hosts_to_notify
from joindin.queries.claims import get_open_claim
from joindin.queries.talks import list_speakers
from joindin.utils.text import fold_case_accents, to_plain_text
from joindin.viewer import UserSnapshot

MSG_INCOMPLETE_CLAIM = "You must provide a display name and a username"
MSG_USER_NOT_FOUND = "Specified user not found"
MSG_SPEAKER_NOT_FOUND = "No speaker matching that name found"
MSG_ALREADY_CLAIMED = "Talk already claimed"
MSG_FORBIDDEN_CLAIM = "You must be the speaker or event admin to link a user to a talk"
MSG_CLAIM_PENDING = (
    "You already have a pending claim for this talk. Please wait for an event admin to approve your claim."
)
MSG_HOST_REQUIRED = "You must be an event admin to approve this claim"
MSG_CLAIM_NOT_FOUND = "That claim is gone: somebody turned it down, or took it back"
MSG_CLAIM_DECIDED = "This claim has already been decided"
MSG_SPEAKER_REQUIRED = "You must be the talk speaker to approve this assignment"


def claim_talk(
    session,
    talk_id: int,
    *,
    speaker_name: str,
    username: str,
    caller: UserSnapshot,
    is_host_or_admin: bool,
    now: dt.datetime,
) -> None:
    """Take the caller's word that ``speaker_name`` is ``username``; with the other side's, the link is made.

    ``is_manager`` tells whether the caller has a host's word as well.

    :raises Unprocessable: if there is no such name on the talk, or it is somebody's already.
    :raises NotFound: if nobody has that username.
    :raises Unauthenticated: if it takes somebody else to say so, as the original puts it.
    """
    talk = lock_talk(session, talk_id)
    speaker = _unclaimed_speaker(session, talk, speaker_name)
    user = _user(session, username)
    # Letter by letter, as in the original, though names are looked up without regard to case.
    is_own_name = username == caller.username
    claim = get_open_claim(session, speaker.id, user.id)
    if claim is None:
        _open(session, talk, speaker, user, caller, is_own_name, is_host_or_admin, now)
    elif claim.host_approved_at is None:
        if not is_host_or_admin:
            raise Unauthenticated(MSG_CLAIM_PENDING if is_own_name else MSG_HOST_REQUIRED)
        _approve(session, talk, speaker, user, claim, caller, now)
    else:
        _accept(session, talk, speaker, user, claim, is_own_name, now)


def approve_claim(session, claim_id: int, *, actor: User, now: dt.datetime) -> None:
    """Add a host's word to what somebody claims; the link is made, and they hear of it.

    :raises NotFound: if there is no such claim any more.
    :raises Conflict: if it does not wait for a host, also when one decided a moment ago.
    """
    talk, claim = _held_claim(session, claim_id)
    speaker = session.get_one(TalkSpeaker, claim.speaker_id)
    if speaker.user_id is not None:
        raise Conflict(MSG_ALREADY_CLAIMED)
    _approve(session, talk, speaker, session.get_one(User, claim.user_id), claim, actor, now)


def reject_claim_by_id(session, claim_id: int, *, actor: User) -> None:
    """As :func:`reject_claim`, by the claim itself.

    :raises NotFound, Conflict: as :func:`approve_claim`.
    """
    talk, claim = _held_claim(session, claim_id)
    speaker = session.get_one(TalkSpeaker, claim.speaker_id)
    _turn_down(session, talk, speaker, session.get_one(User, claim.user_id), claim, actor)


def reject_claim(session, talk_id: int, *, speaker_name: str, username: str, actor: User) -> bool:
    """Turn down what somebody claims; they hear of it. Whether there was such a claim: assignments are none.

    :raises NotFound, Unprocessable: as :func:`claim_talk`, but for the user first.
    :raises InvalidInput: if the name is empty, as that of a speaker in old data may be.
    """
    talk = lock_talk(session, talk_id)
    user = _user(session, username)
    speaker = _unclaimed_speaker(session, talk, speaker_name)
    if not speaker_name:
        raise InvalidInput(MSG_INCOMPLETE_CLAIM)
    claim = get_open_claim(session, speaker.id, user.id)
    if claim is None or claim.user_approved_at is None:
        return False
    _turn_down(session, talk, speaker, user, claim, actor)
    return True


def _held_claim(session, claim_id):
    """The talk, held, and its claim that waits for a host."""
    talk_id = session.scalar(select(TalkClaim.talk_id).where(TalkClaim.id == claim_id))
    talk = lock_talk(session, talk_id) if talk_id is not None else None
    claim = session.scalar(select(TalkClaim).where(TalkClaim.id == claim_id).execution_options(populate_existing=True))
    if claim is None:
        raise NotFound(MSG_CLAIM_NOT_FOUND)
    if claim.user_approved_at is None or claim.host_approved_at is not None:
        raise Conflict(MSG_CLAIM_DECIDED)
    return talk, claim


def _unclaimed_speaker(session, talk, name):
    """The entry of that name that is nobody's yet; spelled the same if there is one, else much the same."""
    named = [
        speaker
        for speaker in list_speakers(session, talk.id)
        if fold_case_accents(name)
        in (fold_case_accents(to_plain_text(speaker.name)), fold_case_accents(display_name(speaker)))
    ]
    if not named:
        raise Unprocessable(MSG_SPEAKER_NOT_FOUND)
    free = [speaker for speaker in named if speaker.user_id is None]
    if not free:
        raise Unprocessable(MSG_ALREADY_CLAIMED)
    return next((speaker for speaker in free if speaker.name == name), free[0])


def _user(session, username):
    user = get_user_by_username(session, username)
    if user is None or not user.is_active:
        raise NotFound(MSG_USER_NOT_FOUND)
    return user


def _open(session, talk, speaker, user, caller, is_own_name, is_manager, now):
    if not (is_own_name or is_manager):
        raise Unauthenticated(MSG_FORBIDDEN_CLAIM)
    side = "user_approved_at" if is_own_name else "host_approved_at"
    session.add(TalkClaim(talk_id=talk.id, speaker_id=speaker.id, user_id=user.id, claimed_at=now, **{side: now}))
    session.flush()
    if is_own_name:
        event = session.get_one(Event, talk.event_id)
        enqueue_notification(
            session,
            "talk_claimed",
            list_hosts_to_notify(session, event.id),
            event=event.name,
            talk=talk.title,
            slug=event.slug,
            speaker=speaker.name,
            claimant=user.full_name or user.username,
        )
    else:
        log_action(session, "claim.assign", talk, actor=caller, changes=_named(speaker, user))
        _tell(session, "talk_assigned", [user], talk, username=user.username)


def _approve(session, talk, speaker, user, claim, actor, now):
    claim.host_approved_at = now
    log_action(session, "claim.approve", talk, actor=actor, changes=_named(speaker, user))
    link_speaker(session, talk, speaker, user)
    _tell(session, "claim_approved", [user], talk, stub=talk.stub)


def _turn_down(session, talk, speaker, user, claim, actor):
    session.execute(delete(TalkClaim).where(TalkClaim.id == claim.id).execution_options(synchronize_session=False))
    log_action(session, "claim.reject", talk, actor=actor, changes=_named(speaker, user))
    _tell(session, "claim_rejected", [user], talk)


def _accept(session, talk, speaker, user, claim, is_own_name, now):
    if not is_own_name:
        raise Unauthenticated(MSG_SPEAKER_REQUIRED)
    claim.user_approved_at = now
    link_speaker(session, talk, speaker, user)


def _named(speaker, user):
    return {"speaker": [speaker.name, user.username]}


def _tell(session, kind, people, talk, **facts):
    event = session.get_one(Event, talk.event_id)
    enqueue_mail(session, kind, email_addresses(people), event=event.name, talk=talk.title, **facts)
