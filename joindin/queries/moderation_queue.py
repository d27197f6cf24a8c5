"""Moderation queue: events, reports and claims that wait for a decision, everywhere or at the events of one host."""

from dataclasses import dataclass

from sqlalchemy import func, select, true
from sqlalchemy.orm import joinedload

from joindin.models import Event, EventCommentReport, EventHost, Talk, TalkClaim, TalkCommentReport
from joindin.queries.comment_reports import select_open_reports
from joindin.queries.paging import Page, Paging, paginate


@dataclass(frozen=True)
class QueueCounts:
    """The number of open items of each type."""

    events: int
    event_reports: int
    talk_reports: int
    claims: int


def count_queue(session, hosted_by: int | None = None) -> QueueCounts:
    """Count the open items in one statement. Several reports about a comment count separately."""
    counts = [
        select(func.count()).select_from(Event).where(Event.is_pending == true(), *_hosted(Event.id, hosted_by)),
        select_open_reports(EventCommentReport, hosted_by).with_only_columns(func.count()),
        select_open_reports(TalkCommentReport, hosted_by).with_only_columns(func.count()),
        _select_claims(hosted_by).with_only_columns(func.count()),
    ]
    return QueueCounts(*session.execute(select(*[count.scalar_subquery() for count in counts])).one())


def list_pending_claims(session, paging: Paging, hosted_by: int | None = None) -> Page:
    """List the claims of users that wait for a host, oldest first, in two statements."""
    return paginate(
        session,
        _select_claims(hosted_by).order_by(TalkClaim.id),
        paging,
        joinedload(TalkClaim.speaker),
        joinedload(TalkClaim.user),
        joinedload(TalkClaim.talk).joinedload(Talk.event).load_only(Event.name, Event.slug, Event.timezone),
    )


def _select_claims(hosted_by):
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
