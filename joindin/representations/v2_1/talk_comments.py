"""Comments on talks (spec 8.1)."""

from joindin.models import TalkComment
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, date_time, integer, string
from joindin.representations.v2_1.collections import collection_schema
from joindin.utils.datetimes import iso_local
from joindin.utils.text import gravatar_hash


class VerboseTalkCommentSchema(ObjectSchema):
    rating = integer(5, "1 to 5; 0 without a rating.")
    comment = string("I could follow every step.")
    user_display_name = string("Grace Hopper", nullable=True)
    username = string("grace", nullable=True)
    talk_title = string("Tests that tell a story")
    source = string("joind.in", "The application that sent it.", nullable=True)
    created_date = date_time("2026-03-02T11:30:00+01:00", "In the time zone of the event.")
    gravatar_hash = string("7c3b3f7eb1d2c4b06a2e0e2e1b5c6c55", "MD5 of the author's e-mail address in lower case.")
    uri = api_url("/v2.1/talk_comments/11")
    verbose_uri = api_url("/v2.1/talk_comments/11?verbose=yes")
    talk_uri = api_url("/v2.1/talks/42")
    talk_comments_uri = api_url("/v2.1/talks/42/comments")
    reported_uri = api_url(
        "/v2.1/talk_comments/11/reported", "`POST` reports the comment, `PUT` decides about the reports."
    )
    user_uri = api_url("/v2.1/users/9", when="if the author has an account")


class TalkCommentSchema(VerboseTalkCommentSchema):
    class Meta(ObjectSchema.Meta):
        exclude = ("source", "gravatar_hash")


TalkCommentPageSchema = collection_schema("comments", TalkCommentSchema)
VerboseTalkCommentPageSchema = collection_schema("comments", VerboseTalkCommentSchema)


def represent_talk_comment(comment: TalkComment, links: Links, verbose: bool = False) -> dict:
    """Return the comment; needs its user, its talk's title and its event's time zone loaded."""
    url = links.talk_comment(comment.id)
    talk_url = links.talk(comment.talk_id)
    user = None if comment.is_name_hidden else comment.user
    representation = {
        "rating": comment.rating,
        "comment": comment.text,
        "user_display_name": user.full_name if user else None,
        "username": user.username if user else None,
        "talk_title": comment.talk.title,
    }
    if verbose:
        representation["source"] = comment.source
    representation["created_date"] = iso_local(comment.created_at, comment.event.timezone)
    if verbose:
        representation["gravatar_hash"] = gravatar_hash(user.email if user else None)
    representation |= {
        "uri": url,
        "verbose_uri": f"{url}?verbose=yes",
        "talk_uri": talk_url,
        "talk_comments_uri": f"{talk_url}/comments",
        "reported_uri": f"{url}/reported",
    }
    if user:
        representation["user_uri"] = links.user(user.id)
    return representation
