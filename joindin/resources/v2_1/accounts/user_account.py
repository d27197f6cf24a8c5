"""What becomes of an account: its owner edits it, admins trust or delete it (spec 9.7 to 9.10)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden, InvalidInput, NotFound
from joindin.extensions import db
from joindin.http.password_login import count_login_attempt, reset_login_attempts
from joindin.http.request_identity import get_caller
from joindin.operations.accounts.account_deletion import delete_talk_comments, delete_user
from joindin.operations.accounts.profiles import edit_profile, verify_current_password
from joindin.operations.accounts.roles import set_roles
from joindin.operations.accounts.users import MSG_PASSWORD_TOO_COMMON, password_error, personal_strings
from joindin.permissions import can_administer_users
from joindin.queries.accounts.users import find_user, get_user_by_email, get_user_by_username
from joindin.representations.schema_fields import ObjectSchema, boolean, optional, string
from joindin.resources.v2_1.authentication import require_user
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns_empty
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import empty_response
from joindin.utils.text import is_email, to_plain_text
from joindin.viewer import Viewer

blp = Blueprint("profiles", __name__, url_prefix="/v2.1", description="What becomes of an account")

LONGEST = {"full_name": 200, "username": 100, "twitter_username": 50, "biography": 10_000}

TO_EDIT = "You must be logged in to change a user account"
NOT_BY_THIS_CLIENT = "This client does not have permission to perform this operation"
WRONG_PASSWORD = "The credentials could not be verified"
NO_OLD_PASSWORD = 'The field "old_password" is needed to update a user password'
BAD_PROFILE = (
    "Could not update user",
    NO_OLD_PASSWORD,
    "'full_name' is a required field",
    "A valid entry for 'email' is required",
    "That email is already associated with another account",
    "Passwords must be at least 6 characters long",
    MSG_PASSWORD_TOO_COMMON,
    "That username is already associated with another account",
    "User not updated",
)
NO_USER = "User not found"
NO_TRUST = "You must be an admin to change a user's trusted state"
TO_DELETE = "You must be logged in to delete data"
NO_DELETION = "You do not have permission to do that"
TO_DELETE_COMMENTS = "You must be logged in to perform this operation."
ADMINS_ONLY = "This operation requires admin privileges."


class ProfileSchema(ObjectSchema):
    full_name = string("Ada Lovelace", maxLength=LONGEST["full_name"])
    email = string("ada@example.org", format="email")
    username = optional(string("ada", "To be renamed. Empty: as it is.", maxLength=LONGEST["username"]))
    twitter_username = optional(string("ada_l", "Empty: cleared.", maxLength=LONGEST["twitter_username"]))
    biography = optional(string("Writes about engines.", "Empty: cleared.", maxLength=LONGEST["biography"]))
    password = optional(string("battery staple", "A new one.", format="password", minLength=6))
    old_password = optional(string("correct horse", "The present one, for a new one.", format="password"))


class TrustSchema(ObjectSchema):
    trusted = boolean(True, "Whether events of this person need no approval.")


@blp.route("/users/<row_id:user_id>")
class Account(MethodView):
    @accepts_body(ProfileSchema)
    @returns_empty(204)
    @fails_with({400: BAD_PROFILE, 401: TO_EDIT, 403: (NOT_BY_THIS_CLIENT, WRONG_PASSWORD), 404: NO_USER})
    def put(self, user_id):
        """Edit an account: one's own, or anybody's as an admin; through a trusted application only."""
        viewer = Viewer(require_user(TO_EDIT))
        if not (viewer.is_admin or viewer.user.id == user_id):
            raise InvalidInput("Could not update user")
        if not get_caller().client_is_trusted:
            raise Forbidden(NOT_BY_THIS_CLIENT)
        user = find_user(db.session, user_id)
        given = get_params()
        password, proven = _read_password(given, user)
        fields = _read_profile(given, user, password)
        edit_profile(db.session, user.id, fields, actor=viewer.user, password=password, verified_hash=proven)
        db.session.commit()
        return empty_response(204)

    @returns_empty(204)
    @fails_with({400: "There was a problem trying to delete the user", 401: TO_DELETE, 403: NO_DELETION, 404: NO_USER})
    def delete(self, user_id):
        """Delete somebody's account; what they said stays, as nobody's. Done as well if there is no such account."""
        admin = _admin(TO_DELETE, NO_DELETION)
        delete_user(db.session, _of_a_row(user_id), actor=admin)
        db.session.commit()
        return empty_response(204)


@blp.route("/users/<row_id:user_id>/trusted")
class Trust(MethodView):
    @accepts_body(TrustSchema)
    @returns_empty(204)
    @fails_with({400: "You must provide a trusted state", 401: TO_EDIT, 403: NO_TRUST, 404: NO_USER})
    def post(self, user_id):
        """Let somebody's events go live without approval, or no longer."""
        admin = _admin(TO_EDIT, NO_TRUST)
        is_trusted = get_params().get("trusted")
        if not isinstance(is_trusted, bool):
            raise InvalidInput("You must provide a trusted state")
        set_roles(db.session, user_id, {"trusted": is_trusted}, actor=admin)
        db.session.commit()
        return empty_response(204)


@blp.route("/users/<row_id:user_id>/talk_comments")
class CommentsOfUser(MethodView):
    @returns_empty(204)
    @fails_with({401: TO_DELETE_COMMENTS, 403: ADMINS_ONLY, 404: NO_USER})
    def delete(self, user_id):
        """Delete all that somebody said about talks."""
        admin = _admin(TO_DELETE_COMMENTS, ADMINS_ONLY)
        delete_talk_comments(db.session, _of_a_row(user_id), actor=admin)
        db.session.commit()
        return empty_response(204)


def _admin(sign_in, refusal):
    user = require_user(sign_in)
    if not can_administer_users(Viewer(user)):
        raise Forbidden(refusal)
    return user


def _of_a_row(user_id):
    if not user_id:
        raise NotFound(NO_USER)
    return user_id


def _read_password(given, user):
    """The new password and the hash of the old one that was proven to be known; None and None for none."""
    if given.is_empty("password"):
        return None, None
    password = given.text("password")
    if given.is_empty("old_password"):
        raise InvalidInput(NO_OLD_PASSWORD)
    name = user.username
    count_login_attempt(name)
    proven = verify_current_password(user, given.text("old_password"))
    reset_login_attempts(name)
    return password, proven


def _read_profile(given, user, password):
    """The fields to change, or all that is wrong with them (spec 9.7). Without a name the present one stays."""
    fields = {name: to_plain_text(given.text(name)) for name in (*LONGEST, "email") if name in given}
    if not fields.get("username"):
        fields.pop("username", None)
    problems = []
    if not fields.get("full_name"):
        problems.append("'full_name' is a required field")
    if not is_email(fields.get("email", "")):
        problems.append("A valid entry for 'email' is required")
    elif _is_anothers(get_user_by_email(db.session, fields["email"]), user):
        problems.append("That email is already associated with another account")
    names = (*personal_strings(user), fields.get("username"), fields.get("email"), fields.get("full_name"))
    if password and (problem := password_error(password, *names)):
        problems.append(problem)
    if "username" in fields and _is_anothers(get_user_by_username(db.session, fields["username"]), user):
        problems.append("That username is already associated with another account")
    problems += [
        f"The field '{name}' must not be longer than {most} characters"
        for name, most in LONGEST.items()
        if len(fields.get(name, "")) > most
    ]
    if problems:
        raise InvalidInput(". ".join(problems))
    return fields


def _is_anothers(found, user):
    return found is not None and found.id != user.id
