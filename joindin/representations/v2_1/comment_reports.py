"""Reports about comments on events and talks (spec 5.5, 8.6)."""

from marshmallow import Schema, fields

from joindin.models import EventCommentReport, TalkCommentReport
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, date_time, object_of, string
from joindin.representations.v2_1.collections import collection_schema
from joindin.representations.v2_1.comments import VerboseEventCommentSchema, represent_event_comment
from joindin.representations.v2_1.talk_comments import VerboseTalkCommentSchema, represent_talk_comment
from joindin.utils.datetimes import iso_local


def _report_schema(name: str, comment_schema: type[Schema], **more_fields: fields.Field) -> type[Schema]:
    return ObjectSchema.from_dict(
        {
            "reporting_date": date_time("2026-03-05T08:00:00+00:00", "In UTC."),
            "decision": string(None, "`approved` or `denied`; null while the report is open.", nullable=True),
            "deciding_date": date_time(None, nullable=True),
            "reporting_user_username": string("grace", nullable=True),
            "deciding_user_username": string(None, nullable=True),
            "comment": object_of(comment_schema),
            "reporting_user_uri": api_url("/v2.1/users/9", nullable=True),
            "deciding_user_uri": api_url(when="if the report is decided"),
            "event_uri": api_url("/v2.1/events/3"),
            **more_fields,
        },
        name=name,
    )


EventReportSchema = _report_schema("EventReportSchema", VerboseEventCommentSchema)
TalkReportSchema = _report_schema("TalkReportSchema", VerboseTalkCommentSchema, talk_uri=api_url("/v2.1/talks/42"))

EventReportPageSchema = collection_schema("reports", EventReportSchema)
TalkReportPageSchema = collection_schema("reports", TalkReportSchema)


def represent_event_report(report: EventCommentReport, links: Links) -> dict:
    """Return the report; needs its comment and both users loaded. Its own dates are in UTC."""
    return _represent_report(report, represent_event_comment(report.comment, links, verbose=True), links)


def represent_talk_report(report: TalkCommentReport, links: Links) -> dict:
    """Return the report; needs its comment and both users loaded. Its own dates are in UTC."""
    comment = represent_talk_comment(report.comment, links, verbose=True)
    return _represent_report(report, comment, links) | {"talk_uri": links.talk(report.comment.talk_id)}


def _represent_report(report, comment, links):
    representation = {
        "reporting_date": iso_local(report.reported_at, None),
        "decision": report.decision,
        "deciding_date": iso_local(report.decided_at, None),
        "reporting_user_username": report.reporter.username if report.reporter else None,
        "deciding_user_username": report.decider.username if report.decider else None,
        "comment": comment,
        "reporting_user_uri": links.user(report.reporter_id) if report.reporter_id else None,
    }
    if report.decider_id:
        representation["deciding_user_uri"] = links.user(report.decider_id)
    return representation | {"event_uri": links.event(report.comment.event_id)}
