"""Talks rendered for a page."""

from flask import Response

from joindin.extensions import reader
from joindin.http.request_identity import get_caller
from joindin.queries.paging import Page
from joindin.queries.talk_records import load_talk_records
from joindin.queries.viewer_relations import load_viewer_for_talks
from joindin.representations.v2_1.talks import represent_talk
from joindin.resources.v2_1.authentication import base_url, links
from joindin.resources.v2_1.fragment_rendering import render_cached
from joindin.resources.v2_1.responses import collection_response, is_verbose
from joindin.utils.datetimes import day_number, utc_now


def render_talks(page: Page, *, all_comments: bool = False) -> Response:
    """The page of keys with what its talks are to the caller.

    ``all_comments`` counts private and hidden comments too, as lists of a person's talks do (spec 7.1).
    """
    viewer, verbose, now = (
        load_viewer_for_talks(reader(), get_caller().user, [key.id for key in page.items]),
        is_verbose(),
        utc_now(),
    )
    # Every form depends on the day, by comments_enabled.
    context = ("v2.1 talk", base_url(), verbose, all_comments, day_number(now))

    def name(talk):
        meaning = (talk.id in viewer.starred, viewer.ratings.get(talk.id) if verbose else None)
        return talk.id, talk.version, talk.timezone, meaning, context

    def represent(talk):
        shown = represent_talk(talk, links(), viewer, now, verbose)
        if all_comments:
            shown["comment_count"] = talk.all_comment_count
        return shown

    pieces = render_cached(page.items, name, lambda ids: load_talk_records(reader(), ids), represent)
    return collection_response("talks", pieces, page)
