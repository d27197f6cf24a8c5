"""Changes of comments that exist: edited and deleted by their authors, answered by speakers."""

import datetime as dt

from sqlalchemy import delete, update

from joindin.errors import Forbidden, NotFound
from joindin.models import Event, EventComment, TalkComment, TalkRating
from joindin.operations.comment_reports import lock_comment
from joindin.operations.counter_repair import EVENT_COUNTERS
from joindin.operations.events import bump_event_versions
from joindin.operations.feedback.talk_ratings import Rater, get_rating
from joindin.operations.talk_comments import check_edit_time
from joindin.operations.talk_counters import recompute_talk_counters
from joindin.operations.talks import bump_talk_versions
from joindin.queries.talks import is_speaker
from joindin.viewer import UserSnapshot

MAX_ANSWER_LENGTH = 5_000
MSG_NOT_AUTHOR = "You are not the author of this comment"
MSG_NOT_SPEAKER = "Only the speakers of the talk answer comments on it"


def edit_event_comment(
    session, comment: EventComment, *, editor: UserSnapshot, text: str, minutes: int, now: dt.datetime
) -> None:
    """Change the text of the editor's own comment, within ``minutes`` of its creation.

    :raises Forbidden: if the comment is another user's.
    :raises InvalidInput: if the comment is too old.
    :raises NotFound: if the comment was deleted or reported since it was loaded.
    """
    _check_author(comment, editor)
    check_edit_time(comment, minutes=minutes, now=now)
    lock_comment(session, comment)
    if comment.is_hidden:
        raise NotFound("Comment not found")
    comment.text = text
    session.flush()
    bump_event_versions(session, comment.event_id)


def delete_event_comment(session, comment: EventComment, *, author: UserSnapshot) -> None:
    """Delete the author's own comment with its rating and with the reports about it.

    :raises Forbidden, NotFound: as above.
    """
    _check_author(comment, author)
    lock_comment(session, comment)
    session.execute(
        delete(EventComment).where(EventComment.id == comment.id).execution_options(synchronize_session=False)
    )
    counted = {name: EVENT_COUNTERS[name].scalar_subquery() for name in ("comment_count", "rating_sum", "rating_count")}
    _update_event(session, comment.event_id, counted)


def delete_talk_comment(
    session, comment: TalkComment, *, author: UserSnapshot, keeps_rating: bool, now: dt.datetime
) -> None:
    """Delete the author's own comment. With ``keeps_rating`` its rating stays, as if it had been given by tap,
    unless the comment is hidden. The reports about the comment are deleted too, so that the hosts have nothing to decide.

    :raises Forbidden: if the comment is another user's.
    :raises NotFound: if the comment was deleted since it was loaded.
    """
    _check_author(comment, author)
    lock_comment(session, comment)
    if keeps_rating and comment.rating and not comment.is_hidden:
        _store_comment_rating(session, comment, now)
    session.execute(
        delete(TalkComment).where(TalkComment.id == comment.id).execution_options(synchronize_session=False)
    )
    recompute_talk_counters(session, [comment.talk_id])
    _update_event(session, comment.event_id, {"talk_comment_count": Event.talk_comment_count - 1})


def answer_talk_comment(session, comment: TalkComment, *, speaker: UserSnapshot, text: str, now: dt.datetime) -> None:
    """Store, replace or, with an empty text, remove the answer of the speakers to a comment.

    :raises Forbidden: if the user is no claimed speaker of the talk.
    :raises NotFound: if the comment was deleted or reported since it was loaded.
    """
    if not is_speaker(session, comment.talk_id, speaker.id):
        raise Forbidden(MSG_NOT_SPEAKER)
    lock_comment(session, comment)
    if comment.is_hidden:
        raise NotFound("Comment not found")
    comment.answer = text or None
    comment.answered_at, comment.answered_by_id = (now, speaker.id) if text else (None, None)
    session.flush()
    bump_talk_versions(session, comment.talk_id)


def _check_author(comment, user):
    if comment.user_id is None or comment.user_id != user.id:
        raise Forbidden(MSG_NOT_AUTHOR)


def _store_comment_rating(session, comment, now):
    rater = Rater(user_id=comment.user_id)
    rating = get_rating(session, comment.talk_id, rater)
    if rating is None:
        rating = TalkRating(talk_id=comment.talk_id, user_id=comment.user_id, created_at=now)
        session.add(rating)
    rating.rating, rating.updated_at = comment.rating, now
    session.flush()


def _update_event(session, event_id, values):
    session.execute(
        update(Event)
        .where(Event.id == event_id)
        .values(values | {"version": Event.version + 1})
        .execution_options(synchronize_session=False)
    )
