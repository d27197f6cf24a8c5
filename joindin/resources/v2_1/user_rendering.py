"""People rendered for a page."""

from flask import Response

from joindin.extensions import reader
from joindin.http.request_identity import get_caller
from joindin.permissions import can_edit_user, can_see_email
from joindin.queries.accounts.users import load_user_records
from joindin.queries.paging import Page
from joindin.representations.v2_1.users import represent_user
from joindin.resources.v2_1.authentication import base_url, links
from joindin.resources.v2_1.fragment_rendering import render_cached
from joindin.resources.v2_1.responses import collection_response, is_verbose
from joindin.viewer import Viewer


def render_users(page: Page) -> Response:
    """The page of keys, as the caller sees these people."""
    viewer, verbose = Viewer(get_caller().user), is_verbose()
    # Only the verbose form depends on who asks.
    context = ("v2.1 user", base_url(), verbose and (viewer.user is not None, viewer.is_admin), verbose)

    def name(user):
        meaning = verbose and (can_edit_user(viewer, user), can_see_email(viewer, user))
        return user.id, user.version, meaning, context

    pieces = render_cached(
        page.items,
        name,
        lambda ids: load_user_records(reader(), ids),
        lambda user: represent_user(user, links(), viewer, verbose),
    )
    return collection_response("users", pieces, page)
