"""New comments on events. Reports about them are in ``comment_reports.py``."""

import datetime as dt

from sqlalchemy import Integer, bindparam, select

from joindin.errors import InvalidInput, NotFound
from joindin.models import MAX_AUTHOR_NAME_LENGTH, Event, EventComment, EventSettings
from joindin.operations.feedback.windows import check_event_has_feedback
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.write_statements import increment_counters, insert_comment_statement
from joindin.queries.comments import get_event_comment_context
from joindin.viewer import UserSnapshot

RATINGS = range(1, 6)


def add_event_comment(
    connection,
    event_id: int,
    *,
    author: UserSnapshot,
    text: str,
    rating: float,
    source: str,
    now: dt.datetime,
    is_rating_required: bool = True,
) -> int:
    """Add a comment and return its id.

    A user's first rating of an event counts. A host's rating never counts; 0 is stored for ratings that do not.
    The rating 0 of an author whose rating would count is refused if ``is_rating_required``, and else not counted.
    Runs on the connection of a :class:`joindin.performance.sql.writer.TransactionRunner`.

    :raises NotFound: if the event was deleted since it was loaded.
    :raises Forbidden: if the event takes no feedback.
    :raises InvalidInput: if the rating is not 0 to 5, one that counts is not 1 to 5, or the author has already posted the same text.
    """
    # The lock keeps others from becoming hosts or commenting until the commit.
    event = connection.execute(_LOCK_EVENT, {"event": event_id}).first()
    if event is None:
        raise NotFound("Event not found")
    check_event_has_feedback(event.feedback_access)
    context = get_event_comment_context(connection, event_id, author.id, text)
    counts = not (context.is_host or context.has_rated) and (is_rating_required or rating != 0)
    if not 0 <= rating <= 5 or (counts and rating not in RATINGS):
        raise InvalidInput('The field "rating" must be a number (1-5)')
    if context.is_duplicate:
        raise InvalidInput("Duplicate comment")
    stored_rating = int(rating) if counts else 0
    comment = {
        "event_id": event_id,
        "user_id": author.id,
        "author_name": author.full_name and author.full_name[:MAX_AUTHOR_NAME_LENGTH],
        "rating": stored_rating,
        "text": text,
        "source": source,
        "created_at": now,
    }
    comment_id = connection.execute(_INSERT, comment).scalar()
    connection.execute(_COUNT, {"event": event_id, "rating": stored_rating, "ratings": int(counts)})
    return comment_id


_LOCK_EVENT = CompiledStatement(
    select(
        Event.id,
        select(EventSettings.feedback_access)
        .where(EventSettings.event_id == Event.id)
        .scalar_subquery()
        .label("feedback_access"),
    )
    .where(Event.id == bindparam("event"))
    .with_for_update(key_share=True)
)
_INSERT = insert_comment_statement(EventComment.__table__, "event_id user_id author_name rating text source created_at")
_COUNT = increment_counters(
    Event.__table__,
    "event",
    comment_count=1,
    rating_sum=bindparam("rating", type_=Integer),
    rating_count=bindparam("ratings", type_=Integer),
)
