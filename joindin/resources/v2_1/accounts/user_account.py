"""Changes to an account: its profile, the trust of admins, its deletion (spec 9.7 to 9.10)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden, InvalidInput, NotFound
from joindin.extensions import db
from joindin.http.password_login import count_login_attempt, reset_login_attempts
from joindin.http.request_identity import get_caller
from joindin.operations.accounts.account_deletion import delete_talk_comments, delete_user
from joindin.operations.accounts.profiles import edit_profile, verify_current_password
from joindin.operations.accounts.roles import set_roles
from joindin.operations.accounts.users import personal_strings
from joindin.operations.rate_limits import MSG_TRY_LATER
from joindin.permissions import can_administer_users
from joindin.queries.accounts.users import find_user
from joindin.representations.schema_fields import ObjectSchema, boolean, string
from joindin.resources.v2_1.accounts.account_fields import (
    INVALID_EMAIL_MESSAGES,
    INVALID_PASSWORD_MESSAGES,
    INVALID_USERNAME_MESSAGES,
    MAX_LENGTHS,
    MSG_FULL_NAME_REQUIRED,
    check_username,
    find_email_error,
    read_account_fields,
)
from joindin.resources.v2_1.authentication import require_user
from joindin.resources.v2_1.authorization import requires
from joindin.resources.v2_1.body_fields import optional_text, password_text, required_text
from joindin.resources.v2_1.field_lengths import find_length_errors
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns_empty
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import empty_response
from joindin.security.password_strength import V2_1_RULE, find_password_problem
from joindin.viewer import Viewer

blp = Blueprint("profiles", __name__, url_prefix="/v2.1", description="Changes to accounts")

MSG_LOGIN_TO_EDIT = "You must be logged in to change a user account"
MSG_LOGIN_TO_DELETE = "You must be logged in to delete data"
MSG_LOGIN_TO_DELETE_COMMENTS = "You must be logged in to perform this operation."
MSG_NOT_OWN_ACCOUNT = "Could not update user"
MSG_CLIENT_NOT_TRUSTED = "This client does not have permission to perform this operation"
MSG_WRONG_PASSWORD = "The credentials could not be verified"
MSG_OLD_PASSWORD_REQUIRED = 'The field "old_password" is needed to update a user password'
MSG_USERNAME_TAKEN = "That username is already associated with another account"
MSG_USER_NOT_FOUND = "User not found"
MSG_TRUST_REQUIRED = "You must provide a trusted state"
MSG_FORBIDDEN_TRUST = "You must be an admin to change a user's trusted state"
MSG_FORBIDDEN_DELETE = "You do not have permission to do that"
MSG_ADMIN_REQUIRED = "This operation requires admin privileges."

INVALID_PROFILE_MESSAGES = (
    MSG_NOT_OWN_ACCOUNT,
    MSG_OLD_PASSWORD_REQUIRED,
    MSG_FULL_NAME_REQUIRED,
    *INVALID_EMAIL_MESSAGES,
    *INVALID_PASSWORD_MESSAGES,
    MSG_USERNAME_TAKEN,
    *INVALID_USERNAME_MESSAGES,
    "User not updated",
)


class ProfileSchema(ObjectSchema):
    full_name = required_text("Ada Lovelace", max_length=MAX_LENGTHS["full_name"])
    email = string("ada@example.org", format="email")
    username = optional_text("ada", "A new username. Empty: unchanged.", max_length=MAX_LENGTHS["username"])
    twitter_username = optional_text("ada_l", "Empty: cleared.", max_length=MAX_LENGTHS["twitter_username"])
    biography = optional_text("Writes about engines.", "Empty: cleared.", max_length=MAX_LENGTHS["biography"])
    password = password_text("battery staple", "A new password, of at least 6 characters.", is_required=False)
    old_password = password_text("correct horse", "The current password; required for a new one.", is_required=False)


class TrustSchema(ObjectSchema):
    trusted = boolean(True, "Whether events of this user need no approval.")


@blp.route("/users/<row_id:user_id>")
class Account(MethodView):
    @accepts_body(ProfileSchema)
    @returns_empty(204)
    @fails_with(
        {
            400: INVALID_PROFILE_MESSAGES,
            401: MSG_LOGIN_TO_EDIT,
            403: (MSG_CLIENT_NOT_TRUSTED, MSG_WRONG_PASSWORD),
            404: MSG_USER_NOT_FOUND,
            429: MSG_TRY_LATER,
        }
    )
    def put(self, user_id):
        """Edit one's own account, or any account as an admin. The application must be the operator's.

        A new address gets a mail, and replaces the old one when its link is opened.
        """
        viewer = Viewer(require_user(MSG_LOGIN_TO_EDIT))
        if not (viewer.is_admin or viewer.user.id == user_id):
            # The contract's status is 400, not 403.
            raise InvalidInput(MSG_NOT_OWN_ACCOUNT)
        if not get_caller().may_change_account:
            raise Forbidden(MSG_CLIENT_NOT_TRUSTED)
        user = find_user(db.session, user_id)
        params = get_params()
        password, verified_hash = _parse_password(params, user)
        fields = _parse_profile(params, user, password)
        edit_profile(db.session, user.id, fields, actor=viewer.user, password=password, verified_hash=verified_hash)
        db.session.commit()
        return empty_response(204)

    @requires(
        can_administer_users,
        login_message=MSG_LOGIN_TO_DELETE,
        refusal=MSG_FORBIDDEN_DELETE,
        by_password_sign_in=True,
    )
    @returns_empty(204)
    @fails_with({400: "There was a problem trying to delete the user", 404: MSG_USER_NOT_FOUND})
    def delete(self, viewer, user_id):
        """Delete an account. Its comments stay, without an author. Succeeds too if there is no such account."""
        delete_user(db.session, _require_id(user_id), actor=viewer.user)
        db.session.commit()
        return empty_response(204)


@blp.route("/users/<row_id:user_id>/trusted")
class Trust(MethodView):
    @requires(
        can_administer_users, login_message=MSG_LOGIN_TO_EDIT, refusal=MSG_FORBIDDEN_TRUST, by_password_sign_in=True
    )
    @accepts_body(TrustSchema)
    @returns_empty(204)
    @fails_with({400: MSG_TRUST_REQUIRED, 404: MSG_USER_NOT_FOUND})
    def post(self, viewer, user_id):
        """Trust a user, whose events then need no approval, or end the trust."""
        is_trusted = get_params().get("trusted")
        if not isinstance(is_trusted, bool):
            raise InvalidInput(MSG_TRUST_REQUIRED)
        set_roles(db.session, user_id, {"trusted": is_trusted}, actor=viewer.user)
        db.session.commit()
        return empty_response(204)


@blp.route("/users/<row_id:user_id>/talk_comments")
class CommentsOfUser(MethodView):
    @requires(can_administer_users, login_message=MSG_LOGIN_TO_DELETE_COMMENTS, refusal=MSG_ADMIN_REQUIRED)
    @returns_empty(204)
    @fails_with({404: MSG_USER_NOT_FOUND})
    def delete(self, viewer, user_id):
        """Delete all comments of a user on talks."""
        delete_talk_comments(db.session, _require_id(user_id), actor=viewer.user)
        db.session.commit()
        return empty_response(204)


def _require_id(user_id):
    """:raises NotFound: for 0, which stands for an id that is not a number."""
    if not user_id:
        raise NotFound(MSG_USER_NOT_FOUND)
    return user_id


def _parse_password(params, user):
    """Return the new password and the stored hash that the old password matches; None twice without a new password."""
    if params.is_empty("password"):
        return None, None
    password = params.text("password")
    if params.is_empty("old_password"):
        raise InvalidInput(MSG_OLD_PASSWORD_REQUIRED)
    username = user.username
    count_login_attempt(username)
    verified_hash = verify_current_password(user, params.text("old_password"))
    reset_login_attempts(username)
    return password, verified_hash


def _parse_profile(params, user, password):
    """Return the fields to change; an absent username stays unchanged.

    :raises InvalidInput: with all errors, in the order of the contract (spec 9.7).
    """
    fields = read_account_fields(params)
    if not fields.get("username"):
        fields.pop("username", None)
    errors = []
    if not fields.get("full_name"):
        errors.append(MSG_FULL_NAME_REQUIRED)
    if error := find_email_error(fields.get("email", ""), owner_id=user.id):
        errors.append(error)
    names = (*personal_strings(user), fields.get("username"), fields.get("email"), fields.get("full_name"))
    if password and (error := find_password_problem(password, *names, rule=V2_1_RULE)):
        errors.append(error)
    if "username" in fields:
        fields["username"], error = check_username(fields["username"], owner=user, taken_message=MSG_USERNAME_TAKEN)
        errors += [error] if error else []
    errors += find_length_errors(fields, MAX_LENGTHS)
    if errors:
        raise InvalidInput(". ".join(errors))
    return fields
