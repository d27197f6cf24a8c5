"""What waits for somebody to decide: everywhere, or at the events that one person hosts."""

from dataclasses import dataclass

from sqlalchemy import false, func, select, true
from sqlalchemy.orm import joinedload

from joindin.models import (
    Event,
    EventComment,
    EventCommentReport,
    EventHost,
    Talk,
    TalkClaim,
    TalkComment,
    TalkCommentReport,
)
from joindin.queries import talk_comments
from joindin.queries.paging import Page, Paging


@dataclass(frozen=True)
class QueueCounts:
    """How much waits, of each kind."""

    events: int
    event_reports: int
    talk_reports: int
    claims: int


def count_queue(session, hosted_by: int | None = None) -> QueueCounts:
    """One statement. Reports count as often as somebody reported."""
    counts = [
        select(func.count()).select_from(Event).where(Event.is_pending == true(), *_hosted(Event.id, hosted_by)),
        _event_reports(hosted_by).with_only_columns(func.count()),
        _talk_reports(hosted_by).with_only_columns(func.count()),
        _claims(hosted_by).with_only_columns(func.count()),
    ]
    return QueueCounts(*session.execute(select(*[count.scalar_subquery() for count in counts])).one())


def list_event_reports(session, paging: Paging, hosted_by: int | None = None) -> Page:
    """Open reports about comments on events, those about one comment together, oldest first: two statements."""
    rows = _event_reports(hosted_by).options(
        joinedload(EventCommentReport.comment).options(
            joinedload(EventComment.user),
            joinedload(EventComment.event).load_only(Event.timezone, Event.slug, Event.name),
        ),
        joinedload(EventCommentReport.reporter),
        joinedload(EventCommentReport.decider),
    )
    ordered = rows.order_by(EventCommentReport.comment_id, EventCommentReport.id)
    return _page(session, ordered, _event_reports(hosted_by), paging)


def list_talk_reports(session, paging: Paging, hosted_by: int | None = None) -> Page:
    """Open reports about comments on talks, as :func:`list_event_reports`; nothing that was said in private."""
    rows = _talk_reports(hosted_by).options(
        joinedload(TalkCommentReport.comment).options(*talk_comments.EAGER_LOADS),
        joinedload(TalkCommentReport.reporter),
        joinedload(TalkCommentReport.decider),
    )
    ordered = rows.order_by(TalkCommentReport.comment_id, TalkCommentReport.id)
    return _page(session, ordered, _talk_reports(hosted_by), paging)


def list_pending_claims(session, paging: Paging, hosted_by: int | None = None) -> Page:
    """What people claim and no host has decided about, oldest first: two statements."""
    rows = _claims(hosted_by).options(
        joinedload(TalkClaim.speaker),
        joinedload(TalkClaim.user),
        joinedload(TalkClaim.talk).joinedload(Talk.event).load_only(Event.name, Event.slug, Event.timezone),
    )
    return _page(session, rows.order_by(TalkClaim.id), _claims(hosted_by), paging)


def _event_reports(hosted_by):
    return (
        select(EventCommentReport)
        .join(EventCommentReport.comment)
        .where(EventCommentReport.decision.is_(None), *_hosted(EventComment.event_id, hosted_by))
    )


def _talk_reports(hosted_by):
    return (
        select(TalkCommentReport)
        .join(TalkCommentReport.comment)
        .where(
            TalkCommentReport.decision.is_(None),
            TalkComment.is_private == false(),
            *_hosted(TalkComment.event_id, hosted_by),
        )
    )


def _claims(hosted_by):
    return (
        select(TalkClaim)
        .join(TalkClaim.talk)
        .where(
            TalkClaim.user_approved_at.is_not(None),
            TalkClaim.host_approved_at.is_(None),
            *_hosted(Talk.event_id, hosted_by),
        )
    )


def _hosted(event_id, hosted_by):
    if hosted_by is None:
        return []
    return [event_id.in_(select(EventHost.event_id).where(EventHost.user_id == hosted_by))]


def _page(session, rows, all_rows, paging):
    total = session.scalar(all_rows.with_only_columns(func.count()))
    return Page(session.scalars(paging.slice(rows)).all(), total, paging)
