"""Talks rendered for a page."""

from flask import Response

from joindin.clock import utc_now
from joindin.extensions import db
from joindin.queries.paging import Page
from joindin.queries.viewers import view_talks
from joindin.representations.v2_1.talks import represent_talk
from joindin.resources.v2_1.answers import collection, is_verbose
from joindin.resources.v2_1.callers import caller, links


def show_talks(page: Page, *, all_comments: bool = False) -> Response:
    """The page with what its talks are to the caller.

    ``all_comments`` counts private and hidden comments too, as lists of a person's talks do (spec 7.1).
    """
    viewer = view_talks(db.session, caller().user, [talk.id for talk in page.items])
    pieces = [represent_talk(talk, links(), viewer, utc_now(), is_verbose()) for talk in page.items]
    if all_comments:
        for talk, piece in zip(page.items, pieces):
            piece["comment_count"] = talk.all_comment_count
    return collection("talks", pieces, page)
