"""Texts of people without an account about talks: one of each device and talk, until feedback closes.

They are comments without a user. Speakers and hosts read the private ones. A public one is hidden and waits until a host
releases it. Private ones with links, and long ones, wait as well. Rows are locked in the order of ``talk_comments.py``.
"""

import datetime as dt
import re

from sqlalchemy import select, update

from joindin.db.locking import lock_row
from joindin.errors import Conflict, Forbidden, InvalidInput, Unauthenticated
from joindin.models import Device, Event, TalkComment, User
from joindin.operations.audit import log_action
from joindin.operations.comment_reports import lock_comment
from joindin.operations.events import bump_event_versions
from joindin.operations.feedback.windows import check_has_feedback
from joindin.operations.talk_counters import recompute_talk_counters
from joindin.operations.talks import lock_talk

MAX_GUEST_TEXT_LENGTH = 5_000
MAX_UNCHECKED_LENGTH = 2_000
# Shorter texts ("Great talk!") may well be written twice.
MIN_DUPLICATE_LENGTH = 40
LINK = re.compile(r"https?://|www\.|\b[\w-]+\.(com|net|org|info|biz|ru|cn|xyz|top)\b", re.IGNORECASE)
MSG_DECIDED = "The hosts have decided about this text. It cannot be changed any more"
MSG_NOT_WAITING = "This text does not wait for a decision any more"


def get_guest_text(session, talk_id: int, device_id: int) -> TalkComment | None:
    texts = select(TalkComment).where(TalkComment.talk_id == talk_id, TalkComment.device_id == device_id)
    return session.scalar(texts.order_by(TalkComment.id.desc()).limit(1))


def write_guest_text(
    session, talk_id: int, *, device_id: int, text: str, is_public: bool, source: str, now: dt.datetime
) -> TalkComment:
    """Store the text of a device about a talk, or replace its earlier one.

    :raises InvalidInput: if another device has already sent the same text about the talk.
    :raises Forbidden: if a host has released or hidden the earlier text, or the talk takes no feedback.
    :raises NotFound: if the talk was deleted since it was loaded.
    """
    if lock_row(session, Device, device_id, allows_references=True) is None:
        raise Unauthenticated("This device is not known any more")
    talk = lock_talk(session, talk_id)
    check_has_feedback(talk)
    stored = get_guest_text(session, talk_id, device_id)
    if stored is not None and not (stored.is_waiting or stored.is_private):
        raise Forbidden(MSG_DECIDED)
    if _is_copy(session, talk_id, device_id, text):
        raise InvalidInput("This text has already been sent")
    if stored is not None and stored.is_hidden and not stored.is_waiting:
        raise Forbidden(MSG_DECIDED)
    waits = is_public or len(text) > MAX_UNCHECKED_LENGTH or bool(LINK.search(text))
    values = {"text": text, "is_private": not is_public, "is_waiting": waits, "is_hidden": waits}
    if stored is None:
        about = {"talk_id": talk_id, "event_id": talk.event_id, "device_id": device_id, "rating": 0}
        stored = TalkComment(source=source, created_at=now, **about, **values)
        session.add(stored)
        _count_at_event(session, talk.event_id, +1)
    for name, value in values.items():
        setattr(stored, name, value)
    session.flush()
    recompute_talk_counters(session, [talk_id])
    return stored


def delete_guest_text(session, talk_id: int, *, device_id: int) -> bool:
    """Delete the text of a device about a talk; return whether there was one."""
    lock_row(session, Device, device_id, allows_references=True)
    talk = lock_talk(session, talk_id)
    stored = get_guest_text(session, talk_id, device_id)
    if stored is None:
        return False
    session.delete(stored)
    session.flush()
    _count_at_event(session, talk.event_id, -1)
    recompute_talk_counters(session, [talk_id])
    return True


def release_guest_text(session, comment: TalkComment, *, actor: User, now: dt.datetime) -> None:
    """Show a waiting text to those whom its author chose.

    :raises Conflict: if the text does not wait.
    :raises NotFound: if the text was deleted since it was loaded.
    """
    _decide(session, comment, "talk_comment.release", actor, is_hidden=False)


def reject_guest_text(session, comment: TalkComment, *, actor: User, now: dt.datetime) -> None:
    """Keep a waiting text hidden; :raises Conflict, NotFound: as :func:`release_guest_text`."""
    _decide(session, comment, "talk_comment.hide", actor, is_hidden=True)


def _decide(session, comment, action, actor, *, is_hidden):
    lock_comment(session, comment)
    if not comment.is_waiting:
        raise Conflict(MSG_NOT_WAITING)
    log_action(session, action, comment, actor=actor)
    comment.is_waiting, comment.is_hidden = False, is_hidden
    session.flush()
    recompute_talk_counters(session, [comment.talk_id])
    bump_event_versions(session, comment.event_id)


def _is_copy(session, talk_id, device_id, text):
    same = select(TalkComment.id).where(
        TalkComment.talk_id == talk_id, TalkComment.text == text, TalkComment.device_id != device_id
    )
    return len(text) >= MIN_DUPLICATE_LENGTH and session.scalar(same.limit(1)) is not None


def _count_at_event(session, event_id, change):
    session.execute(
        update(Event)
        .where(Event.id == event_id)
        .values(talk_comment_count=Event.talk_comment_count + change, version=Event.version + 1)
        .execution_options(synchronize_session=False)
    )
