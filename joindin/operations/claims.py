"""How a name on a talk comes to be a person: both that person and a host have to say so (spec 7.11).

The person's word alone is a claim, a host's alone an assignment. The talk is held throughout, so
of several words at once each finds what the one before has left.
"""

import datetime as dt

from sqlalchemy import delete, select

from joindin.errors import Conflict, Invalid, NotFound, NotSignedIn, Unprocessable
from joindin.models import Event, TalkClaim, TalkSpeaker, User
from joindin.operations.audit import record
from joindin.operations.outbox import addresses, notify_later, send_later
from joindin.operations.speakers import link_speaker, shown_name
from joindin.operations.talks import hold_talk
from joindin.queries.accounts.users import list_hosts_to_tell, user_named
from joindin.queries.claims import open_claim_of
from joindin.queries.talks import list_speakers
from joindin.utils.text import fold, plain_text
from joindin.viewer import Person

INCOMPLETE = "You must provide a display name and a username"
NO_USER = "Specified user not found"
UNKNOWN_NAME = "No speaker matching that name found"
TAKEN = "Talk already claimed"
NOT_YOURS = "You must be the speaker or event admin to link a user to a talk"
WAITING = "You already have a pending claim for this talk. Please wait for an event admin to approve your claim."
NOT_A_HOST = "You must be an event admin to approve this claim"
NO_CLAIM = "That claim is gone: somebody turned it down, or took it back"
DECIDED = "Somebody has decided about that claim already"
NOT_THE_SPEAKER = "You must be the talk speaker to approve this assignment"


def claim_talk(
    session, talk_id: int, *, speaker_name: str, username: str, caller: Person, is_manager: bool, now: dt.datetime
) -> None:
    """Take the caller's word that ``speaker_name`` is ``username``; with the other side's, the link is made.

    ``is_manager`` tells whether the caller has a host's word as well.

    :raises Unprocessable: if there is no such name on the talk, or it is somebody's already.
    :raises NotFound: if nobody has that username.
    :raises NotSignedIn: if it takes somebody else to say so, as the original puts it.
    """
    talk = hold_talk(session, talk_id)
    speaker = _unclaimed_speaker(session, talk, speaker_name)
    user = _user(session, username)
    # Letter by letter, as in the original, though names are looked up without regard to case.
    is_own_name = username == caller.username
    claim = open_claim_of(session, speaker.id, user.id)
    if claim is None:
        _open(session, talk, speaker, user, caller, is_own_name, is_manager, now)
    elif claim.host_approved_at is None:
        if not is_manager:
            raise NotSignedIn(WAITING if is_own_name else NOT_A_HOST)
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
        raise Conflict(TAKEN)
    _approve(session, talk, speaker, session.get_one(User, claim.user_id), claim, actor, now)


def turn_down_claim(session, claim_id: int, *, actor: User) -> None:
    """As :func:`reject_claim`, by the claim itself.

    :raises NotFound, Conflict: as :func:`approve_claim`.
    """
    talk, claim = _held_claim(session, claim_id)
    speaker = session.get_one(TalkSpeaker, claim.speaker_id)
    _turn_down(session, talk, speaker, session.get_one(User, claim.user_id), claim, actor)


def reject_claim(session, talk_id: int, *, speaker_name: str, username: str, actor: User) -> bool:
    """Turn down what somebody claims; they hear of it. Whether there was such a claim: assignments are none.

    :raises NotFound, Unprocessable: as :func:`claim_talk`, but for the user first.
    :raises Invalid: if the name is empty, as that of a speaker in old data may be.
    """
    talk = hold_talk(session, talk_id)
    user = _user(session, username)
    speaker = _unclaimed_speaker(session, talk, speaker_name)
    if not speaker_name:
        raise Invalid(INCOMPLETE)
    claim = open_claim_of(session, speaker.id, user.id)
    if claim is None or claim.user_approved_at is None:
        return False
    _turn_down(session, talk, speaker, user, claim, actor)
    return True


def _held_claim(session, claim_id):
    """The talk, held, and its claim that waits for a host."""
    talk_id = session.scalar(select(TalkClaim.talk_id).where(TalkClaim.id == claim_id))
    talk = hold_talk(session, talk_id) if talk_id is not None else None
    claim = session.scalar(select(TalkClaim).where(TalkClaim.id == claim_id).execution_options(populate_existing=True))
    if claim is None:
        raise NotFound(NO_CLAIM)
    if claim.user_approved_at is None or claim.host_approved_at is not None:
        raise Conflict(DECIDED)
    return talk, claim


def _unclaimed_speaker(session, talk, name):
    """The entry of that name that is nobody's yet; spelled the same if there is one, else much the same."""
    named = [
        speaker
        for speaker in list_speakers(session, talk.id)
        if fold(name) in (fold(plain_text(speaker.name)), fold(shown_name(speaker)))
    ]
    if not named:
        raise Unprocessable(UNKNOWN_NAME)
    free = [speaker for speaker in named if speaker.user_id is None]
    if not free:
        raise Unprocessable(TAKEN)
    return next((speaker for speaker in free if speaker.name == name), free[0])


def _user(session, username):
    user = user_named(session, username)
    if user is None or not user.is_active:
        raise NotFound(NO_USER)
    return user


def _open(session, talk, speaker, user, caller, is_own_name, is_manager, now):
    if not (is_own_name or is_manager):
        raise NotSignedIn(NOT_YOURS)
    side = "user_approved_at" if is_own_name else "host_approved_at"
    session.add(TalkClaim(talk_id=talk.id, speaker_id=speaker.id, user_id=user.id, claimed_at=now, **{side: now}))
    session.flush()
    if is_own_name:
        event = session.get_one(Event, talk.event_id)
        notify_later(
            session,
            "talk_claimed",
            list_hosts_to_tell(session, event.id),
            event=event.name,
            talk=talk.title,
            slug=event.slug,
            speaker=speaker.name,
            claimant=user.full_name or user.username,
        )
    else:
        record(session, "claim.assign", talk, actor=caller, changes=_named(speaker, user))
        _tell(session, "talk_assigned", [user], talk, username=user.username)


def _approve(session, talk, speaker, user, claim, actor, now):
    claim.host_approved_at = now
    record(session, "claim.approve", talk, actor=actor, changes=_named(speaker, user))
    link_speaker(session, talk, speaker, user)
    _tell(session, "claim_approved", [user], talk, stub=talk.stub)


def _turn_down(session, talk, speaker, user, claim, actor):
    session.execute(delete(TalkClaim).where(TalkClaim.id == claim.id).execution_options(synchronize_session=False))
    record(session, "claim.reject", talk, actor=actor, changes=_named(speaker, user))
    _tell(session, "claim_rejected", [user], talk)


def _accept(session, talk, speaker, user, claim, is_own_name, now):
    if not is_own_name:
        raise NotSignedIn(NOT_THE_SPEAKER)
    claim.user_approved_at = now
    link_speaker(session, talk, speaker, user)


def _named(speaker, user):
    return {"speaker": [speaker.name, user.username]}


def _tell(session, kind, people, talk, **facts):
    event = session.get_one(Event, talk.event_id)
    send_later(session, kind, addresses(people), event=event.name, talk=talk.title, **facts)
