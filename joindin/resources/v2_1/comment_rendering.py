"""Comments rendered for a page. They are the same to everybody."""

from flask import Response

from joindin.extensions import reader
from joindin.queries.comment_records import read_event_comments, read_talk_comments
from joindin.queries.paging import Page
from joindin.representations.v2_1.comments import represent_event_comment
from joindin.representations.v2_1.talk_comments import represent_talk_comment
from joindin.resources.v2_1.authentication import api_base, links
from joindin.resources.v2_1.fragment_rendering import remembered
from joindin.resources.v2_1.responses import collection, is_verbose


def show_event_comments(page: Page) -> Response:
    """The page of keys."""
    verbose = is_verbose()
    context = ("v2.1 event comment", api_base(), verbose)
    pieces = remembered(
        page.items,
        lambda comment: (comment.id, comment.version, comment.user_version, comment.timezone, context),
        lambda ids: read_event_comments(reader(), ids),
        lambda comment: represent_event_comment(comment, links(), verbose),
    )
    return collection("comments", pieces, page)


def show_talk_comments(page: Page) -> Response:
    """The page of keys."""
    verbose = is_verbose()
    context = ("v2.1 talk comment", api_base(), verbose)

    def name(comment):
        return comment.id, comment.version, comment.user_version, comment.talk_title, comment.timezone, context

    pieces = remembered(
        page.items,
        name,
        lambda ids: read_talk_comments(reader(), ids),
        lambda comment: represent_talk_comment(comment, links(), verbose),
    )
    return collection("comments", pieces, page)
