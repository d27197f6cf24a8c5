"""Event comments and reports as Joind.in v2.1 shows them (spec 5)."""

from joindin.clock import iso_in_zone
from joindin.models import EventComment, EventCommentReport
from joindin.representations.links import Links
from joindin.text import gravatar_hash


def represent_event_comment(comment: EventComment, links: Links, verbose: bool = False) -> dict:
    """The comment with its user and its event's zone loaded."""
    here = links.event_comment(comment.id)
    event = links.event(comment.event_id)
    user = comment.user
    shown = {"rating": comment.rating, "comment": comment.text}
    if verbose:
        shown["source"] = comment.source
    shown["created_date"] = iso_in_zone(comment.created_at, comment.event.timezone)
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


def represent_event_report(report: EventCommentReport, links: Links) -> dict:
    """The report with its comment and both users loaded. Its own dates are in UTC."""
    shown = {
        "reporting_date": iso_in_zone(report.reported_at, None),
        "decision": report.decision,
        "deciding_date": iso_in_zone(report.decided_at, None),
        "reporting_user_username": report.reporter.username if report.reporter else None,
        "deciding_user_username": report.decider.username if report.decider else None,
        "comment": represent_event_comment(report.comment, links, verbose=True),
        "reporting_user_uri": links.user(report.reporter_id) if report.reporter_id else None,
    }
    if report.decider_id:
        shown["deciding_user_uri"] = links.user(report.decider_id)
    return shown | {"event_uri": links.event(report.comment.event_id)}
