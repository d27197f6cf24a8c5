"""Recomputation of the counters of talks, each by the query that defines it (``models/talks.py``)."""

from collections.abc import Collection

from sqlalchemy import false, func, select, update

from joindin.models import Talk, TalkComment, TalkSpeaker, TalkStar

_speakers = (
    select(TalkSpeaker.user_id)
    .where(
        TalkSpeaker.talk_id == TalkComment.talk_id,
        TalkSpeaker.user_id.is_not(None),
        TalkSpeaker.is_pending == false(),
    )
    .correlate(TalkComment)
)
_all = (TalkComment.talk_id == Talk.id,)
_shown = (*_all, TalkComment.is_private == false(), TalkComment.is_hidden == false())
_rated = (
    *_shown,
    TalkComment.rating > 0,
    TalkComment.user_id.is_not(None),
    TalkComment.user_id.not_in(_speakers),
)

TALK_COUNTERS = {
    "comment_count": select(func.count()).select_from(TalkComment).where(*_shown),
    "all_comment_count": select(func.count()).select_from(TalkComment).where(*_all),
    "rating_sum": select(func.coalesce(func.sum(TalkComment.rating), 0)).where(*_rated),
    "rating_count": select(func.count()).select_from(TalkComment).where(*_rated),
    "star_count": select(func.count()).select_from(TalkStar).where(TalkStar.talk_id == Talk.id),
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
