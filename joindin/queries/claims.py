"""Claims of speakers that wait for somebody's word."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from joindin.models import OPEN_CLAIM, Talk, TalkClaim
from joindin.queries.paging import Page


def get_open_claim(session, speaker_id: int, user_id: int) -> TalkClaim | None:
    """The claim on a name, or assignment of it, that one side has not approved yet."""
    return session.scalar(
        select(TalkClaim).where(TalkClaim.speaker_id == speaker_id, TalkClaim.user_id == user_id, OPEN_CLAIM)
    )


def list_open_claims(session, event_id: int) -> Page:
    """Claims and assignments that one side has not approved yet, oldest first; never paged (spec 7.12)."""
    rows = (
        select(TalkClaim)
        .join(TalkClaim.talk)
        .where(Talk.event_id == event_id, OPEN_CLAIM)
        .options(joinedload(TalkClaim.speaker))
        .order_by(TalkClaim.id)
    )
    claims = session.scalars(rows).all()
    return Page(claims, len(claims))
