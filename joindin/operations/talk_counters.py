"""Recomputation of the counters of talks, each by the query that defines it (``models/talks.py``)."""

from collections.abc import Collection

from sqlalchemy import exists, false, func, select, update

from joindin.models import Talk, TalkComment, TalkRating, TalkSpeaker, TalkStar


def _speakers_of(rated):
    """Return the ids of the claimed speakers of the talk that a comment or a rating is about."""
    return (
        select(TalkSpeaker.user_id)
        .where(
            TalkSpeaker.talk_id == rated.talk_id,
            TalkSpeaker.user_id.is_not(None),
            TalkSpeaker.is_pending == false(),
        )
        .correlate(rated)
    )


_all = (TalkComment.talk_id == Talk.id,)
_public = (*_all, TalkComment.is_private == false(), TalkComment.is_hidden == false())
_rated = (
    *_public,
    TalkComment.rating > 0,
    TalkComment.user_id.is_not(None),
    TalkComment.user_id.not_in(_speakers_of(TalkComment)),
)
_counted_comment = (
    select(TalkComment.id)
    .where(
        TalkComment.talk_id == TalkRating.talk_id,
        TalkComment.user_id == TalkRating.user_id,
        TalkComment.rating > 0,
        TalkComment.is_private == false(),
        TalkComment.is_hidden == false(),
    )
    .correlate(TalkRating)
)
# A user's rating by tap counts unless a comment of the user rates the talk.
_tapped = (
    TalkRating.talk_id == Talk.id,
    TalkRating.is_left_out == false(),
    TalkRating.user_id.is_not(None),
    TalkRating.user_id.not_in(_speakers_of(TalkRating)),
    ~exists(_counted_comment),
)
_by_guests = (TalkRating.talk_id == Talk.id, TalkRating.is_left_out == false(), TalkRating.user_id.is_(None))


def _number(counted, *conditions):
    return select(counted).where(*conditions).correlate(Talk).scalar_subquery()


TALK_COUNTERS = {
    "comment_count": select(func.count()).select_from(TalkComment).where(*_public),
    "all_comment_count": select(func.count()).select_from(TalkComment).where(*_all),
    "rating_sum": select(
        _number(func.coalesce(func.sum(TalkComment.rating), 0), *_rated)
        + _number(func.coalesce(func.sum(TalkRating.rating), 0), *_tapped)
    ),
    "rating_count": select(_number(func.count(TalkComment.id), *_rated) + _number(func.count(TalkRating.id), *_tapped)),
    "star_count": select(func.count()).select_from(TalkStar).where(TalkStar.talk_id == Talk.id),
    "guest_rating_sum": select(func.coalesce(func.sum(TalkRating.rating), 0)).where(*_by_guests),
    "guest_rating_count": select(func.count(TalkRating.id)).where(*_by_guests),
}


def recompute_talk_counters(session, talk_ids: Collection[int]) -> None:
    """Recompute all counters and increment the versions. The rows must be locked, or a waiting statement counts too
    early.
    """
    session.execute(
        update(Talk)
        .where(Talk.id.in_(talk_ids))
        .values(
            {name: query.scalar_subquery() for name, query in TALK_COUNTERS.items()} | {"version": Talk.version + 1}
        )
        .execution_options(synchronize_session=False)
    )
