"""Talk comments and reports as Joind.in v2.1 shows them (spec 8)."""

from joindin.models import TalkComment, TalkCommentReport
from joindin.representations.links import Links
from joindin.representations.schema_fields import Shape, address, moment, one, text, whole
from joindin.representations.v2_1.collections import collection_schema
from joindin.utils.datetimes import iso_in_zone
from joindin.utils.text import gravatar_hash


class VerboseTalkCommentSchema(Shape):
    rating = whole(5, "1 to 5; 0 if the comment does not rate.")
    comment = text("I could follow every step.")
    user_display_name = text("Grace Hopper", null=True)
    username = text("grace", null=True)
    talk_title = text("Tests that tell a story")
    source = text("joind.in", "The application it was written with.", null=True)
    created_date = moment("2026-03-02T11:30:00+01:00", "In the zone of the event.")
    gravatar_hash = text("7c3b3f7eb1d2c4b06a2e0e2e1b5c6c55", "MD5 of the author's address in lower case.")
    uri = address("/v2.1/talk_comments/11")
    verbose_uri = address("/v2.1/talk_comments/11?verbose=yes")
    talk_uri = address("/v2.1/talks/42")
    talk_comments_uri = address("/v2.1/talks/42/comments")
    reported_uri = address("/v2.1/talk_comments/11/reported", "Where to report it, and to decide about the report.")
    user_uri = address("/v2.1/users/9", when="if the author has an account")


class TalkCommentSchema(VerboseTalkCommentSchema):
    class Meta(Shape.Meta):
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
    shown["created_date"] = iso_in_zone(comment.created_at, comment.event.timezone)
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


class TalkReportSchema(Shape):
    reporting_date = moment("2026-03-05T08:00:00+00:00", "In UTC.")
    decision = text(None, "`approved` or `denied`; null while the report is open.", null=True)
    deciding_date = moment(None, null=True)
    reporting_user_username = text("ada", null=True)
    deciding_user_username = text(None, null=True)
    comment = one(VerboseTalkCommentSchema)
    reporting_user_uri = address("/v2.1/users/7", null=True)
    deciding_user_uri = address(when="if the report is decided")
    event_uri = address("/v2.1/events/3")
    talk_uri = address("/v2.1/talks/42")


TalkReportPageSchema = collection_schema("reports", TalkReportSchema)


def represent_talk_report(report: TalkCommentReport, links: Links) -> dict:
    """The report with its comment and both users loaded. Its own dates are in UTC."""
    shown = {
        "reporting_date": iso_in_zone(report.reported_at, None),
        "decision": report.decision,
        "deciding_date": iso_in_zone(report.decided_at, None),
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
