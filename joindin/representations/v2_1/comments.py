"""Event comments and reports as Joind.in v2.1 shows them (spec 5)."""

from joindin.models import EventComment, EventCommentReport
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, date_time, integer, object_of, string
from joindin.representations.v2_1.collections import collection_schema
from joindin.utils.datetimes import iso_local
from joindin.utils.text import gravatar_hash


class VerboseEventCommentSchema(ObjectSchema):
    rating = integer(4, "1 to 5; 0 if the comment does not rate.", nullable=True)
    comment = string("Well organised, good coffee.")
    source = string("joind.in", "The application it was written with.", nullable=True)
    created_date = date_time("2026-03-04T10:15:00+01:00", "In the zone of the event.")
    gravatar_hash = string("b642b4217b34b1e8d3bd915fc65c4452", "MD5 of the author's address in lower case.")
    user_display_name = string("Ada Lovelace", nullable=True)
    username = string("ada", when="if the author has an account")
    user_uri = api_url("/v2.1/users/7", when="if the author has an account")
    comment_uri = api_url("/v2.1/event_comments/11")
    verbose_comment_uri = api_url("/v2.1/event_comments/11?verbose=yes")
    event_uri = api_url("/v2.1/events/3")
    event_comments_uri = api_url("/v2.1/events/3/comments")
    reported_uri = api_url("/v2.1/event_comments/11/reported", "Where to report it, and to decide about the report.")


class EventCommentSchema(VerboseEventCommentSchema):
    class Meta(ObjectSchema.Meta):
        exclude = ("source", "gravatar_hash")


EventCommentPageSchema = collection_schema("comments", EventCommentSchema)
VerboseEventCommentPageSchema = collection_schema("comments", VerboseEventCommentSchema)


def represent_event_comment(comment: EventComment, links: Links, verbose: bool = False) -> dict:
    """The comment with its user and its event's zone loaded."""
    here = links.event_comment(comment.id)
    event = links.event(comment.event_id)
    user = comment.user
    shown = {"rating": comment.rating, "comment": comment.text}
    if verbose:
        shown["source"] = comment.source
    shown["created_date"] = iso_local(comment.created_at, comment.event.timezone)
    if verbose:
        shown["gravatar_hash"] = gravatar_hash(user.email if user else None)
    shown["user_display_name"] = user.full_name if user else comment.author_name
    if user:
        shown |= {"username": user.username, "user_uri": links.user(user.id)}
    return shown | {
        "comment_uri": here,
        "verbose_comment_uri": f"{here}?verbose=yes",
        "event_uri": event,
        "event_comments_uri": f"{event}/comments",
        "reported_uri": f"{here}/reported",
    }


class EventReportSchema(ObjectSchema):
    reporting_date = date_time("2026-03-05T08:00:00+00:00", "In UTC.")
    decision = string(None, "`approved` or `denied`; null while the report is open.", nullable=True)
    deciding_date = date_time(None, nullable=True)
    reporting_user_username = string("grace", nullable=True)
    deciding_user_username = string(None, nullable=True)
    comment = object_of(VerboseEventCommentSchema)
    reporting_user_uri = api_url("/v2.1/users/9", nullable=True)
    deciding_user_uri = api_url(when="if the report is decided")
    event_uri = api_url("/v2.1/events/3")


EventReportPageSchema = collection_schema("reports", EventReportSchema)


def represent_event_report(report: EventCommentReport, links: Links) -> dict:
    """The report with its comment and both users loaded. Its own dates are in UTC."""
    shown = {
        "reporting_date": iso_local(report.reported_at, None),
        "decision": report.decision,
        "deciding_date": iso_local(report.decided_at, None),
        "reporting_user_username": report.reporter.username if report.reporter else None,
        "deciding_user_username": report.decider.username if report.decider else None,
        "comment": represent_event_comment(report.comment, links, verbose=True),
        "reporting_user_uri": links.user(report.reporter_id) if report.reporter_id else None,
    }
    if report.decider_id:
        shown["deciding_user_uri"] = links.user(report.decider_id)
    return shown | {"event_uri": links.event(report.comment.event_id)}
