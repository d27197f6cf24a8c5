"""The feedback that a schedule shows of the talks of an event: ratings, numbers of comments, and the caller's own ratings."""

from sqlalchemy import bindparam, func, null, or_, select, true

from joindin.models import EventSettings, Talk, TalkComment, TalkRating
from joindin.performance.sql.compiled import CompiledStatement

# A mean is shown from this number of ratings on.
MIN_RATINGS = 3

_user_id = bindparam("user_id")
# The rating of a comment counts, as in ``get_rating_of_comments``.
_OWN_RATING = func.coalesce(
    select(TalkComment.rating)
    .where(TalkComment.talk_id == Talk.id, TalkComment.user_id == _user_id, TalkComment.rating > 0)
    .order_by(TalkComment.id)
    .limit(1)
    .correlate(Talk)
    .scalar_subquery(),
    select(TalkRating.rating)
    .where(TalkRating.talk_id == Talk.id, TalkRating.user_id == _user_id)
    .correlate(Talk)
    .scalar_subquery(),
)
_HAS_FEEDBACK = or_(Talk.comment_count > 0, Talk.rating_count >= MIN_RATINGS, Talk.guest_rating_count >= MIN_RATINGS)
_TALKS = (
    select(
        Talk.id,
        Talk.slug,
        Talk.stub,
        Talk.comment_count,
        Talk.rating_sum,
        Talk.rating_count,
        Talk.guest_rating_sum,
        Talk.guest_rating_count,
        EventSettings.feedback_scheme,
    )
    .outerjoin(EventSettings, EventSettings.event_id == Talk.event_id)
    .where(Talk.event_id == bindparam("event_id"), Talk.is_active == true())
)
_OF_VISITOR = CompiledStatement(_TALKS.add_columns(null().label("own_rating")).where(_HAS_FEEDBACK))
_OF_USER = CompiledStatement(
    _TALKS.add_columns(_OWN_RATING.label("own_rating")).where(or_(_HAS_FEEDBACK, _OWN_RATING.is_not(None)))
)


def list_talk_feedback(connection, event_id: int, user_id: int | None) -> list:
    """Return the active talks of an event that have feedback to show: one statement.

    ``own_rating`` is that of the user; None without one.
    """
    if user_id is None:
        return connection.execute(_OF_VISITOR, {"event_id": event_id}).all()
    return connection.execute(_OF_USER, {"event_id": event_id, "user_id": user_id}).all()
