"""Comments on events (spec 5.1)."""

from joindin.models import EventComment
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, date_time, integer, string
from joindin.representations.v2_1.collections import collection_schema
from joindin.utils.datetimes import iso_local
from joindin.utils.text import gravatar_hash


class VerboseEventCommentSchema(ObjectSchema):
    rating = integer(4, "1 to 5; 0 without a rating.", nullable=True)
    comment = string("Well organised, good coffee.")
    source = string("joind.in", "The application that sent it.", nullable=True)
    created_date = date_time("2026-03-04T10:15:00+01:00", "In the time zone of the event.")
    gravatar_hash = string("b642b4217b34b1e8d3bd915fc65c4452", "MD5 of the author's e-mail address in lower case.")
    user_display_name = string("Ada Lovelace", nullable=True)
    username = string("ada", when="if the author has an account")
    user_uri = api_url("/v2.1/users/7", when="if the author has an account")
    comment_uri = api_url("/v2.1/event_comments/11")
    verbose_comment_uri = api_url("/v2.1/event_comments/11?verbose=yes")
    event_uri = api_url("/v2.1/events/3")
    event_comments_uri = api_url("/v2.1/events/3/comments")
    reported_uri = api_url(
        "/v2.1/event_comments/11/reported", "`POST` reports the comment, `PUT` decides about the reports."
    )


class EventCommentSchema(VerboseEventCommentSchema):
    class Meta(ObjectSchema.Meta):
        exclude = ("source", "gravatar_hash")


EventCommentPageSchema = collection_schema("comments", EventCommentSchema)
VerboseEventCommentPageSchema = collection_schema("comments", VerboseEventCommentSchema)


def represent_event_comment(comment: EventComment, links: Links, verbose: bool = False) -> dict:
    """Return the comment; needs its user and its event's time zone loaded."""
    url = links.event_comment(comment.id)
    event_url = links.event(comment.event_id)
    user = comment.user
    representation = {"rating": comment.rating, "comment": comment.text}
    if verbose:
        representation["source"] = comment.source
    representation["created_date"] = iso_local(comment.created_at, comment.event.timezone)
    if verbose:
        representation["gravatar_hash"] = gravatar_hash(user.email if user else None)
    representation["user_display_name"] = user.full_name if user else comment.author_name
    if user:
        representation |= {"username": user.username, "user_uri": links.user(user.id)}
    return representation | {
        "comment_uri": url,
        "verbose_comment_uri": f"{url}?verbose=yes",
        "event_uri": event_url,
        "event_comments_uri": f"{event_url}/comments",
        "reported_uri": f"{url}/reported",
    }
