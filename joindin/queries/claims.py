"""Open claims on speakers' names."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from joindin.models import OPEN_CLAIM, Talk, TalkClaim
from joindin.queries.paging import MAX_PAGE_SIZE, Page


def get_open_claim(session, speaker_id: int, user_id: int) -> TalkClaim | None:
    """Return the claim on a name, or its assignment, that one side has not approved; None if there is none."""
    return session.scalar(
        select(TalkClaim).where(TalkClaim.speaker_id == speaker_id, TalkClaim.user_id == user_id, OPEN_CLAIM)
    )


def list_open_claims(session, event_id: int) -> Page:
    """List the claims and assignments that one side has not approved, oldest first; never paged (spec 7.12)."""
    rows = (
        select(TalkClaim)
        .join(TalkClaim.talk)
        .where(Talk.event_id == event_id, OPEN_CLAIM)
        .options(joinedload(TalkClaim.speaker))
        .order_by(TalkClaim.id)
        .limit(MAX_PAGE_SIZE)
    )
    claims = session.scalars(rows).all()
    return Page(claims, len(claims))
