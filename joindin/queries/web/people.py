"""Comments of a person that everyone may read with the name."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from joindin.models import Event, EventComment, Talk, TalkComment
from joindin.queries.keyed_lists import KeyedList
from joindin.queries.paging import Page, Paging

_FOUND = """
    SELECT 1 AS is_talk, talk_comments.id, talk_comments.created_at FROM talk_comments
        JOIN talks ON talks.id = talk_comments.talk_id AND talks.is_active
        JOIN events ON events.id = talk_comments.event_id AND events.is_visible
        WHERE talk_comments.user_id = :user_id AND talk_comments.is_name_hidden = false
            AND talk_comments.is_private = false AND talk_comments.is_hidden = false
    UNION ALL SELECT 0, event_comments.id, event_comments.created_at FROM event_comments
        JOIN events ON events.id = event_comments.event_id AND events.is_visible
        WHERE event_comments.user_id = :user_id AND event_comments.is_hidden = false"""
_TOTAL = f"(SELECT count(*) FROM ({_FOUND}) counted)"
_COMMENTS = KeyedList(
    f"SELECT is_talk, id, {_TOTAL} AS total FROM ({_FOUND}) found ORDER BY created_at DESC, is_talk DESC, id DESC {{slice}}",
    _TOTAL,
)
_EVENT = ("name", "slug", "timezone")


def list_named_comments(session, user_id: int, paging: Paging) -> Page:
    """List the comments on talks and events that everyone may read with the user's name, newest first: three statements.

    Comments are loaded with their event and, of a talk, with the talk.
    """
    page = _COMMENTS.page(session, paging, user_id=user_id)
    talk_comments = _load(session, TalkComment, [key.id for key in page.items if key.is_talk], TalkComment.talk)
    event_comments = _load(session, EventComment, [key.id for key in page.items if not key.is_talk])
    found = [(talk_comments if key.is_talk else event_comments).get(key.id) for key in page.items]
    return Page([comment for comment in found if comment is not None], page.total, paging)


def _load(session, model, ids, *talk):
    event = joinedload(model.event).load_only(*(getattr(Event, name) for name in _EVENT))
    talks = [joinedload(each).load_only(Talk.title, Talk.slug, Talk.stub) for each in talk]
    comments = session.scalars(select(model).where(model.id.in_(ids)).options(event, *talks))
    return {comment.id: comment for comment in comments}
