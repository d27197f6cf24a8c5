"""Numbers of the rows that are deleted with a talk."""

from dataclasses import dataclass

from sqlalchemy import func, select

from joindin.models import DeviceStar, Talk, TalkClaim
from joindin.models.talks import OPEN_CLAIM


@dataclass(frozen=True)
class TalkLosses:
    """``comment_count`` includes private and hidden comments, ``speaker_count`` are the speakers with an account."""

    comment_count: int
    rating_count: int
    star_count: int
    speaker_count: int
    open_claim_count: int


def load_talk_losses(session, talk: Talk) -> TalkLosses:
    """Return what is deleted with the talk, whose speakers are loaded: one statement."""
    device_stars = select(func.count()).select_from(DeviceStar).where(DeviceStar.talk_id == talk.id)
    open_claims = select(func.count()).select_from(TalkClaim).where(TalkClaim.talk_id == talk.id, OPEN_CLAIM)
    device_star_count, open_claim_count = session.execute(
        select(device_stars.scalar_subquery(), open_claims.scalar_subquery())
    ).one()
    return TalkLosses(
        comment_count=talk.all_comment_count,
        rating_count=talk.rating_count + talk.guest_rating_count,
        star_count=talk.star_count + device_star_count,
        speaker_count=sum(speaker.user_id is not None for speaker in talk.speakers),
        open_claim_count=open_claim_count,
    )
