"""Comments rendered for a page. They are the same to everybody."""

from flask import Response

from joindin.extensions import reader
from joindin.queries.comment_records import load_event_comment_records, load_talk_comment_records
from joindin.queries.paging import Page
from joindin.representations.v2_1.comments import represent_event_comment
from joindin.representations.v2_1.talk_comments import represent_talk_comment
from joindin.resources.v2_1.authentication import base_url, links
from joindin.resources.v2_1.fragment_rendering import render_cached
from joindin.resources.v2_1.responses import collection_response, is_verbose


def render_event_comments(page: Page) -> Response:
    """The page of keys."""
    verbose = is_verbose()
    context = ("v2.1 event comment", base_url(), verbose)
    pieces = render_cached(
        page.items,
        lambda comment: (comment.id, comment.version, comment.user_version, comment.timezone, context),
        lambda ids: load_event_comment_records(reader(), ids),
        lambda comment: represent_event_comment(comment, links(), verbose),
    )
    return collection_response("comments", pieces, page)


def render_talk_comments(page: Page) -> Response:
    """The page of keys."""
    verbose = is_verbose()
    context = ("v2.1 talk comment", base_url(), verbose)

    def name(comment):
        return comment.id, comment.version, comment.user_version, comment.talk_title, comment.timezone, context

    pieces = render_cached(
        page.items,
        name,
        lambda ids: load_talk_comment_records(reader(), ids),
        lambda comment: represent_talk_comment(comment, links(), verbose),
    )
    return collection_response("comments", pieces, page)
