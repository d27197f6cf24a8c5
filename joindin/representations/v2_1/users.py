"""People as Joind.in v2.1 shows them (spec 9.1)."""

from joindin.models import User
from joindin.permissions import can_edit_user, can_see_email
from joindin.representations.links import Links
from joindin.text import gravatar_hash
from joindin.viewer import Viewer


def represent_user(user: User, links: Links, viewer: Viewer, verbose: bool = False) -> dict:
    here = links.user(user.id)
    shown = {"username": user.username, "full_name": user.full_name}
    if verbose:
        shown |= {
            "twitter_username": user.twitter_username,
            "biography": user.biography,
            "trusted": int(user.is_trusted),
            "gravatar_hash": gravatar_hash(user.email),
        }
        if can_see_email(viewer, user):
            shown["email"] = user.email
        if viewer.is_admin:
            shown["admin"] = int(user.is_admin)
    else:
        shown |= {"biography": user.biography, "twitter_username": user.twitter_username}
    # The four lists end in a slash, and clients append their query to that (spec 2.2).
    shown |= {
        "uri": here,
        "verbose_uri": f"{here}?verbose=yes",
        "website_uri": links.user_page(user.username),
        "talks_uri": f"{here}/talks/",
        "attended_events_uri": f"{here}/attended/",
        "hosted_events_uri": f"{here}/hosted/",
        "talk_comments_uri": f"{here}/talk_comments/",
    }
    if verbose and viewer.user:
        shown["can_edit"] = can_edit_user(viewer, user)
    return shown
