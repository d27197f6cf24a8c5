"""Open claims on speakers' names."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from joindin.models import OPEN_CLAIM, Talk, TalkClaim
from joindin.queries.paging import MAX_PAGE_SIZE, Page

MAX_CLAIMS_OF_USER = 200


def get_open_claim(session, speaker_id: int, user_id: int) -> TalkClaim | None:
    """Return the claim on a name, or its assignment, that one side has not approved; None if there is none."""
    return session.scalar(
        select(TalkClaim).where(TalkClaim.speaker_id == speaker_id, TalkClaim.user_id == user_id, OPEN_CLAIM)
    )


def list_claims_of_user(session, user_id: int) -> list[TalkClaim]:
    """Return the open claims and assignments of a user with their talks and events, newest first."""
    rows = (
        select(TalkClaim)
        .where(TalkClaim.user_id == user_id, OPEN_CLAIM)
        .options(joinedload(TalkClaim.speaker), joinedload(TalkClaim.talk).joinedload(Talk.event))
        .order_by(TalkClaim.id.desc())
        .limit(MAX_CLAIMS_OF_USER)
    )
    return session.scalars(rows).all()


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


def list_own_claims_on_talk(session, talk_id: int, user_id: int) -> list[TalkClaim]:
    """Return the open claims and assignments of a user on names of one talk."""
    own = select(TalkClaim).where(TalkClaim.talk_id == talk_id, TalkClaim.user_id == user_id, OPEN_CLAIM)
    return session.scalars(own.order_by(TalkClaim.id)).all()
