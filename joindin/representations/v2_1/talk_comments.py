"""Talk comments and reports as Joind.in v2.1 shows them (spec 8)."""

from joindin.models import TalkComment, TalkCommentReport
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, date_time, integer, object_of, string
from joindin.representations.v2_1.collections import collection_schema
from joindin.utils.datetimes import iso_local
from joindin.utils.text import gravatar_hash


class VerboseTalkCommentSchema(ObjectSchema):
    rating = integer(5, "1 to 5; 0 if the comment does not rate.")
    comment = string("I could follow every step.")
    user_display_name = string("Grace Hopper", nullable=True)
    username = string("grace", nullable=True)
    talk_title = string("Tests that tell a story")
    source = string("joind.in", "The application it was written with.", nullable=True)
    created_date = date_time("2026-03-02T11:30:00+01:00", "In the zone of the event.")
    gravatar_hash = string("7c3b3f7eb1d2c4b06a2e0e2e1b5c6c55", "MD5 of the author's address in lower case.")
    uri = api_url("/v2.1/talk_comments/11")
    verbose_uri = api_url("/v2.1/talk_comments/11?verbose=yes")
    talk_uri = api_url("/v2.1/talks/42")
    talk_comments_uri = api_url("/v2.1/talks/42/comments")
    reported_uri = api_url("/v2.1/talk_comments/11/reported", "Where to report it, and to decide about the report.")
    user_uri = api_url("/v2.1/users/9", when="if the author has an account")


class TalkCommentSchema(VerboseTalkCommentSchema):
    class Meta(ObjectSchema.Meta):
        exclude = ("source", "gravatar_hash")


TalkCommentPageSchema = collection_schema("comments", TalkCommentSchema)
VerboseTalkCommentPageSchema = collection_schema("comments", VerboseTalkCommentSchema)


def represent_talk_comment(comment: TalkComment, links: Links, verbose: bool = False) -> dict:
    """The comment with its user, its talk's title and its event's zone loaded."""
    here = links.talk_comment(comment.id)
    talk = links.talk(comment.talk_id)
    user = comment.user
    shown = {
        "rating": comment.rating,
        "comment": comment.text,
        "user_display_name": user.full_name if user else None,
        "username": user.username if user else None,
        "talk_title": comment.talk.title,
    }
    if verbose:
        shown["source"] = comment.source
    shown["created_date"] = iso_local(comment.created_at, comment.event.timezone)
    if verbose:
        shown["gravatar_hash"] = gravatar_hash(user.email if user else None)
    shown |= {
        "uri": here,
        "verbose_uri": f"{here}?verbose=yes",
        "talk_uri": talk,
        "talk_comments_uri": f"{talk}/comments",
        "reported_uri": f"{here}/reported",
    }
    if user:
        shown["user_uri"] = links.user(user.id)
    return shown


class TalkReportSchema(ObjectSchema):
    reporting_date = date_time("2026-03-05T08:00:00+00:00", "In UTC.")
    decision = string(None, "`approved` or `denied`; null while the report is open.", nullable=True)
    deciding_date = date_time(None, nullable=True)
    reporting_user_username = string("ada", nullable=True)
    deciding_user_username = string(None, nullable=True)
    comment = object_of(VerboseTalkCommentSchema)
    reporting_user_uri = api_url("/v2.1/users/7", nullable=True)
    deciding_user_uri = api_url(when="if the report is decided")
    event_uri = api_url("/v2.1/events/3")
    talk_uri = api_url("/v2.1/talks/42")


TalkReportPageSchema = collection_schema("reports", TalkReportSchema)


def represent_talk_report(report: TalkCommentReport, links: Links) -> dict:
    """The report with its comment and both users loaded. Its own dates are in UTC."""
    shown = {
        "reporting_date": iso_local(report.reported_at, None),
        "decision": report.decision,
        "deciding_date": iso_local(report.decided_at, None),
        "reporting_user_username": report.reporter.username if report.reporter else None,
        "deciding_user_username": report.decider.username if report.decider else None,
        "comment": represent_talk_comment(report.comment, links, verbose=True),
        "reporting_user_uri": links.user(report.reporter_id) if report.reporter_id else None,
    }
    if report.decider_id:
        shown["deciding_user_uri"] = links.user(report.decider_id)
    return shown | {
        "event_uri": links.event(report.comment.event_id),
        "talk_uri": links.talk(report.comment.talk_id),
    }
