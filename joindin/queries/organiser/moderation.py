"""Claims and texts of one event that wait for its hosts."""

from sqlalchemy import select, true
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import Event, Talk, TalkClaim, TalkComment, TalkSpeaker
from joindin.queries.paging import Page, Paging, paginate

# The number of other talks of a claimant that are shown.
MAX_OTHER_TALKS = 5
MAX_OTHER_ROWS = 500


def list_claims_of_event(session, event_id: int, paging: Paging) -> Page:
    """List the claims of users at an event, oldest first: two statements."""
    loads = joinedload(TalkClaim.speaker), joinedload(TalkClaim.user), joinedload(TalkClaim.talk)
    return paginate(session, _waiting_claims(event_id), paging, *loads)


def list_ids_of_claims(session, event_id: int) -> list[int]:
    """Return the ids of :func:`list_claims_of_event`, of all pages."""
    return session.scalars(_waiting_claims(event_id).with_only_columns(TalkClaim.id)).all()


def _waiting_claims(event_id):
    return (
        select(TalkClaim)
        .join(TalkClaim.talk)
        .where(Talk.event_id == event_id, TalkClaim.user_approved_at.is_not(None), TalkClaim.host_approved_at.is_(None))
        .order_by(TalkClaim.id)
    )


def find_claim_of_event(session, event_id: int, claim_id: int) -> TalkClaim:
    """Return the claim; :raises NotFound: if it is gone or belongs to another event."""
    found = select(TalkClaim).join(TalkClaim.talk).where(TalkClaim.id == claim_id, Talk.event_id == event_id)
    claim = session.scalar(found)
    if claim is None:
        raise NotFound("This claim no longer exists. It was rejected or withdrawn")
    return claim


def list_other_talks(session, user_ids) -> dict[int, list]:
    """Return rows of public talks, newest first, by the ids of their claimed speakers: one statement."""
    spoken = (
        select(
            TalkSpeaker.user_id,
            Talk.title,
            Talk.slug,
            Talk.stub,
            Talk.starts_at,
            Event.name.label("event_name"),
            Event.slug.label("event_slug"),
            Event.timezone,
        )
        .join(Talk, Talk.id == TalkSpeaker.talk_id)
        .join(Talk.event)
        .where(TalkSpeaker.user_id.in_(sorted(user_ids)), Talk.is_active == true(), Event.is_visible == true())
        .order_by(Talk.starts_at.desc(), Talk.id)
        .limit(MAX_OTHER_ROWS)
    )
    talks = {}
    for row in session.execute(spoken):
        if len(talks.setdefault(row.user_id, [])) < MAX_OTHER_TALKS:
            talks[row.user_id].append(row)
    return talks


def list_waiting_texts(session, event_id: int, paging: Paging) -> Page:
    """List the texts of guests that wait for release, oldest first: two statements."""
    return paginate(session, _waiting_texts(event_id), paging, joinedload(TalkComment.talk))


def list_ids_of_waiting_texts(session, event_id: int) -> list[int]:
    """Return the ids of :func:`list_waiting_texts`, of all pages."""
    return session.scalars(_waiting_texts(event_id).with_only_columns(TalkComment.id)).all()


def _waiting_texts(event_id):
    waiting = select(TalkComment).where(TalkComment.event_id == event_id, TalkComment.is_waiting == true())
    return waiting.order_by(TalkComment.id)


def find_waiting_text(session, event_id: int, comment_id: int) -> TalkComment:
    found = select(TalkComment).where(TalkComment.id == comment_id, TalkComment.event_id == event_id)
    comment = session.scalar(found)
    if comment is None:
        raise NotFound("Comment not found")
    return comment
