"""Users (spec 9.1)."""

from joindin.models import User
from joindin.permissions import can_edit_user, can_see_email, is_own_account
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
    trusted = zero_one(0, "1 if events of this user need no approval.")
    gravatar_hash = string("b642b4217b34b1e8d3bd915fc65c4452", "MD5 of the e-mail address in lower case.")
    email = string(
        "ada@example.org",
        "A new address is shown to the user at once. It counts when the link that was mailed to it is opened.",
        when="for the user and admins",
        format="email",
    )
    admin = zero_one(when="for admins")
    uri = api_url("/v2.1/users/7")
    verbose_uri = api_url("/v2.1/users/7?verbose=yes")
    website_uri = website_url("/user/ada")
    talks_uri = api_url("/v2.1/users/7/talks/")
    attended_events_uri = api_url("/v2.1/users/7/attended/")
    hosted_events_uri = api_url("/v2.1/users/7/hosted/")
    talk_comments_uri = api_url("/v2.1/users/7/talk_comments/")
    can_edit = boolean(True, "Whether the caller is this user or an admin.", when="if the caller is signed in")


class UserSchema(VerboseUserSchema):
    class Meta(ObjectSchema.Meta):
        fields = (
            "username", "full_name", "biography", "twitter_username", "uri", "verbose_uri", "website_uri",
            "talks_uri", "attended_events_uri", "hosted_events_uri", "talk_comments_uri",
        )  # fmt: skip


UserPageSchema = collection_schema("users", UserSchema)
VerboseUserPageSchema = collection_schema("users", VerboseUserSchema)


def represent_user(
    user: User, links: Links, viewer: Viewer, verbose: bool = False, *, pending_email: str | None = None
) -> dict:
    """Represent a user. ``pending_email`` is the address that the viewer has requested; it is shown as the viewer's."""
    email = pending_email if pending_email and is_own_account(viewer, user) else user.email
    url = links.user(user.id)
    representation = {"username": user.username, "full_name": user.full_name}
    if verbose:
        representation |= {
            "twitter_username": user.twitter_username,
            "biography": user.biography,
            "trusted": int(user.is_trusted),
            "gravatar_hash": gravatar_hash(email),
        }
        if can_see_email(viewer, user):
            representation["email"] = email
        if viewer.is_admin:
            representation["admin"] = int(user.is_admin)
    else:
        representation |= {"biography": user.biography, "twitter_username": user.twitter_username}
    # The URLs of the four lists end in a slash; clients append their query to it (spec 2.2).
    representation |= {
        "uri": url,
        "verbose_uri": f"{url}?verbose=yes",
        "website_uri": links.user_page(user.username),
        "talks_uri": f"{url}/talks/",
        "attended_events_uri": f"{url}/attended/",
        "hosted_events_uri": f"{url}/hosted/",
        "talk_comments_uri": f"{url}/talk_comments/",
    }
    if verbose and viewer.user:
        representation["can_edit"] = can_edit_user(viewer, user)
    return representation
