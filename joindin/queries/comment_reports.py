"""Open reports about comments on events (``EventCommentReport``) and on talks (``TalkCommentReport``)."""

from sqlalchemy import false, select
from sqlalchemy.orm import joinedload

from joindin.models import EventComment, EventCommentReport, EventHost, TalkComment, TalkCommentReport
from joindin.queries import comments, talk_comments
from joindin.queries.paging import MAX_PAGE_SIZE, Page, Paging, paginate

# The model of the comments, what is loaded with them, and which of them can be reported.
COMMENT_TYPES = {
    EventCommentReport: (EventComment, comments.EAGER_LOADS, ()),
    TalkCommentReport: (TalkComment, talk_comments.EAGER_LOADS, (TalkComment.is_private == false(),)),
}


def select_open_reports(model: type, hosted_by: int | None = None):
    """Return the statement for all open reports, or those at the events of one host. Private comments have none."""
    comment_model, _, conditions = COMMENT_TYPES[model]
    statement = select(model).join(model.comment).where(model.decision.is_(None), *conditions)
    if hosted_by is None:
        return statement
    hosted = select(EventHost.event_id).where(EventHost.user_id == hosted_by)
    return statement.where(comment_model.event_id.in_(hosted))


def list_open_reports(session, model: type, event_id: int) -> Page:
    """List the open reports at an event, oldest first; never paged (spec 5.5, 8.6)."""
    comment_model = COMMENT_TYPES[model][0]
    statement = select_open_reports(model).where(comment_model.event_id == event_id).options(*_eager_loads(model))
    reports = session.scalars(statement.order_by(model.id).limit(MAX_PAGE_SIZE)).all()
    return Page(reports, len(reports))


def list_reported_comment_ids(session, model: type, event_id: int) -> list[int]:
    """Return the ids of the comments with open reports at an event, in their order."""
    comment_model = COMMENT_TYPES[model][0]
    reports = select_open_reports(model).where(comment_model.event_id == event_id)
    return session.scalars(reports.with_only_columns(model.comment_id).distinct().order_by(model.comment_id)).all()


def list_queued_reports(session, model: type, paging: Paging, hosted_by: int | None = None) -> Page:
    """List open reports, those about one comment together, oldest first, in two statements."""
    statement = select_open_reports(model, hosted_by).order_by(model.comment_id, model.id)
    return paginate(session, statement, paging, *_eager_loads(model))


def _eager_loads(model):
    return (
        joinedload(model.comment).options(*COMMENT_TYPES[model][1]),
        joinedload(model.reporter),
        joinedload(model.decider),
    )
