"""Claims: connecting a speaker's name on a talk with a user, which takes the approval of the user and of a host (spec
7.11).

The user's approval alone is a claim, a host's alone an assignment. The talk is locked throughout, so simultaneous
approvals follow each other.
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
from joindin.utils.text import fold_case, fold_case_accents, to_plain_text, to_single_line
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
MSG_CLAIM_NOT_FOUND = "This claim no longer exists. It was rejected or withdrawn"
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
    note: str = "",
    now: dt.datetime,
) -> None:
    """Record the caller's approval that ``speaker_name`` is ``username``; link the two if the other side has approved.

    ``is_host_or_admin`` states whether the caller may approve as a host. ``note`` are words of a claimant to the hosts.

    :raises Unprocessable: if the talk has no such speaker, or the speaker is claimed already.
    :raises NotFound: if no active user has that name.
    :raises Unauthenticated: if the approval has to come from another user; the contract uses 401 here.
    """
    talk = lock_talk(session, talk_id)
    speaker = find_unclaimed_speaker(session, talk, speaker_name)
    user = _user(session, username)
    # Compared with its case, as in the original, although users are found by the folded name.
    is_own_name = to_single_line(username) == to_single_line(caller.username)
    claim = get_open_claim(session, speaker.id, user.id)
    if claim is None:
        _create(session, talk, speaker, user, caller, is_own_name, is_host_or_admin, note, now)
    elif claim.host_approved_at is None:
        if not is_host_or_admin:
            raise Unauthenticated(MSG_CLAIM_PENDING if is_own_name else MSG_HOST_REQUIRED)
        _approve(session, talk, speaker, user, claim, caller, now)
    else:
        _accept(session, talk, speaker, user, claim, is_own_name, now)


def approve_claim(session, claim_id: int, *, actor: User, note: str = "", now: dt.datetime) -> None:
    """Approve a user's claim as a host, link the speaker and notify the user, with ``note`` in the mail.

    :raises NotFound: if the claim no longer exists.
    :raises Conflict: if the claim does not wait for a host.
    """
    talk, claim = _lock_claim(session, claim_id)
    speaker = session.get_one(TalkSpeaker, claim.speaker_id)
    if speaker.user_id is not None:
        raise Conflict(MSG_ALREADY_CLAIMED)
    _approve(session, talk, speaker, session.get_one(User, claim.user_id), claim, actor, now, note)


def reject_claim_by_id(session, claim_id: int, *, actor: User, note: str = "") -> None:
    """Reject a claim as :func:`reject_claim` does.

    :raises NotFound, Conflict: as :func:`approve_claim`.
    """
    talk, claim = _lock_claim(session, claim_id)
    speaker = session.get_one(TalkSpeaker, claim.speaker_id)
    _reject(session, talk, speaker, session.get_one(User, claim.user_id), claim, actor, note)


def reject_claim(session, talk_id: int, *, speaker_name: str, username: str, actor: User) -> bool:
    """Reject a user's claim and notify the user. Return whether there was one; assignments are not claims.

    :raises NotFound, Unprocessable: as :func:`claim_talk`, but for the user first.
    :raises InvalidInput: if the name is empty, as the name of a speaker in imported data may be.
    """
    talk = lock_talk(session, talk_id)
    user = _user(session, username)
    speaker = find_unclaimed_speaker(session, talk, speaker_name)
    if not speaker_name:
        raise InvalidInput(MSG_INCOMPLETE_CLAIM)
    claim = get_open_claim(session, speaker.id, user.id)
    if claim is None or claim.user_approved_at is None:
        return False
    _reject(session, talk, speaker, user, claim, actor)
    return True


def accept_assignment(session, claim_id: int, *, user: User, now: dt.datetime) -> None:
    """Accept that a host named ``user`` as a speaker, and link the two.

    :raises NotFound: if the user has no such assignment.
    :raises Conflict: if the assignment was decided, or another user has claimed the name.
    """
    talk, claim = _lock_assignment(session, claim_id, user)
    speaker = session.get_one(TalkSpeaker, claim.speaker_id)
    if speaker.user_id is not None:
        raise Conflict(MSG_ALREADY_CLAIMED)
    _accept(session, talk, speaker, user, claim, True, now)


def decline_assignment(session, claim_id: int, *, user: User) -> None:
    """Delete the assignment; :raises NotFound, Conflict: as :func:`accept_assignment`."""
    talk, claim = _lock_assignment(session, claim_id, user)
    speaker = session.get_one(TalkSpeaker, claim.speaker_id)
    session.execute(delete(TalkClaim).where(TalkClaim.id == claim.id).execution_options(synchronize_session=False))
    log_action(session, "claim.decline", talk, actor=user, changes=_audit_changes(speaker, user))


def withdraw_claim(session, talk_id: int, *, user_id: int) -> None:
    """Delete the user's claims on names of the talk that no host has approved; :raises NotFound: if there are none."""
    lock_talk(session, talk_id)
    deleted = session.execute(
        delete(TalkClaim)
        .where(
            TalkClaim.talk_id == talk_id,
            TalkClaim.user_id == user_id,
            TalkClaim.user_approved_at.is_not(None),
            TalkClaim.host_approved_at.is_(None),
        )
        .execution_options(synchronize_session=False)
    )
    if not deleted.rowcount:
        raise NotFound(MSG_CLAIM_NOT_FOUND)


def _lock_assignment(session, claim_id, user):
    """Lock the talk; return it and the claim, which waits for the user."""
    talk, claim = _lock_talk_of_claim(session, claim_id)
    if claim.user_id != user.id:
        raise NotFound(MSG_CLAIM_NOT_FOUND)
    if claim.host_approved_at is None or claim.user_approved_at is not None:
        raise Conflict(MSG_CLAIM_DECIDED)
    return talk, claim


def _lock_claim(session, claim_id):
    """Lock the talk; return it and its claim, which waits for a host."""
    talk, claim = _lock_talk_of_claim(session, claim_id)
    if claim.user_approved_at is None or claim.host_approved_at is not None:
        raise Conflict(MSG_CLAIM_DECIDED)
    return talk, claim


def _lock_talk_of_claim(session, claim_id):
    talk_id = session.scalar(select(TalkClaim.talk_id).where(TalkClaim.id == claim_id))
    talk = lock_talk(session, talk_id) if talk_id is not None else None
    claim = session.scalar(select(TalkClaim).where(TalkClaim.id == claim_id).execution_options(populate_existing=True))
    if claim is None:
        raise NotFound(MSG_CLAIM_NOT_FOUND)
    return talk, claim


def find_unclaimed_speaker(session, talk, name):
    """Return the unclaimed speaker of that name: spelled the same if possible, else with the same folded name."""
    matching = [
        speaker
        for speaker in list_speakers(session, talk.id)
        if fold_case_accents(name)
        in (fold_case_accents(to_plain_text(speaker.name)), fold_case_accents(display_name(speaker)))
    ]
    if not matching:
        raise Unprocessable(MSG_SPEAKER_NOT_FOUND)
    free = [speaker for speaker in matching if speaker.user_id is None]
    if not free:
        raise Unprocessable(MSG_ALREADY_CLAIMED)
    same = [speaker for speaker in free if fold_case(speaker.name) == fold_case(name)] or free
    return next((speaker for speaker in same if speaker.name == name), same[0])


def _user(session, username):
    user = get_user_by_username(session, username)
    if user is None or not user.is_active:
        raise NotFound(MSG_USER_NOT_FOUND)
    return user


def _create(session, talk, speaker, user, caller, is_own_name, is_manager, note, now):
    if not (is_own_name or is_manager):
        raise Unauthenticated(MSG_FORBIDDEN_CLAIM)
    side = "user_approved_at" if is_own_name else "host_approved_at"
    about = {"talk_id": talk.id, "speaker_id": speaker.id, "user_id": user.id, "note": note or None}
    session.add(TalkClaim(claimed_at=now, **about, **{side: now}))
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
            **_mail_note(note),
        )
    else:
        log_action(session, "claim.assign", talk, actor=caller, changes=_audit_changes(speaker, user))
        _enqueue_mail(session, "talk_assigned", [user], talk, username=user.username)


def _mail_note(note):
    return {"note": note} if note else {}


def _approve(session, talk, speaker, user, claim, actor, now, note=""):
    claim.host_approved_at = now
    log_action(session, "claim.approve", talk, actor=actor, reason=note, changes=_audit_changes(speaker, user))
    link_speaker(session, talk, speaker, user)
    _enqueue_mail(session, "claim_approved", [user], talk, stub=talk.stub, **_mail_note(note))


def _reject(session, talk, speaker, user, claim, actor, note=""):
    session.execute(delete(TalkClaim).where(TalkClaim.id == claim.id).execution_options(synchronize_session=False))
    log_action(session, "claim.reject", talk, actor=actor, reason=note, changes=_audit_changes(speaker, user))
    _enqueue_mail(session, "claim_rejected", [user], talk, **_mail_note(note))


def _accept(session, talk, speaker, user, claim, is_own_name, now):
    if not is_own_name:
        raise Unauthenticated(MSG_SPEAKER_REQUIRED)
    claim.user_approved_at = now
    link_speaker(session, talk, speaker, user)


def _audit_changes(speaker, user):
    return {"speaker": [speaker.name, user.username]}


def _enqueue_mail(session, kind, users, talk, **context):
    event = session.get_one(Event, talk.event_id)
    enqueue_mail(session, kind, email_addresses(users), event=event.name, talk=talk.title, **context)
