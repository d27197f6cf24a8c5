"""People as Joind.in v2.1 shows them (spec 9.1)."""

from joindin.models import User
from joindin.permissions import can_edit_user, can_see_email
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, boolean, string, website_url, zero_one
from joindin.representations.v2_1.collections import collection_schema
from joindin.utils.text import gravatar_hash
from joindin.viewer import Viewer


class VerboseUserSchema(ObjectSchema):
    username = string("ada")
    full_name = string("Ada Lovelace", nullable=True)
    twitter_username = string("ada_l", "May begin with an `@`.", nullable=True)
    biography = string("Writes about engines.", nullable=True)
    trusted = zero_one(0, "1 if events of this person need no approval.")
    gravatar_hash = string("b642b4217b34b1e8d3bd915fc65c4452", "MD5 of the address in lower case.")
    email = string("ada@example.org", when="for oneself and admins", format="email")
    admin = zero_one(when="for admins")
    uri = api_url("/v2.1/users/7")
    verbose_uri = api_url("/v2.1/users/7?verbose=yes")
    website_uri = website_url("/user/ada")
    talks_uri = api_url("/v2.1/users/7/talks/")
    attended_events_uri = api_url("/v2.1/users/7/attended/")
    hosted_events_uri = api_url("/v2.1/users/7/hosted/")
    talk_comments_uri = api_url("/v2.1/users/7/talk_comments/")
    can_edit = boolean(True, "Whether it is the caller or the caller is an admin.", when="if somebody is signed in")


class UserSchema(VerboseUserSchema):
    class Meta(ObjectSchema.Meta):
        fields = (
            "username", "full_name", "biography", "twitter_username", "uri", "verbose_uri", "website_uri",
            "talks_uri", "attended_events_uri", "hosted_events_uri", "talk_comments_uri",
        )  # fmt: skip


UserPageSchema = collection_schema("users", UserSchema)
VerboseUserPageSchema = collection_schema("users", VerboseUserSchema)


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
