"""Users: listing, reading, registration, confirmation of addresses, new passwords (spec 9)."""

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db, reader
from joindin.http.request_identity import get_caller
from joindin.operations.accounts.passwords import MSG_RESET_FAILED, reset_password
from joindin.operations.accounts.users import register_user, verify_address
from joindin.queries.accounts.users import (
    find_user_key,
    find_user_key_by_name,
    list_users,
)
from joindin.queries.events import list_attended_events, list_hosted_events
from joindin.queries.paging import single_page
from joindin.representations.schema_fields import UNSET, ObjectSchema, string
from joindin.representations.v2_1.events import EventPageSchema, VerboseEventPageSchema
from joindin.representations.v2_1.users import UserPageSchema, VerboseUserPageSchema
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
from joindin.resources.v2_1.body_fields import anything, optional_text, password_text, required_text
from joindin.resources.v2_1.field_lengths import find_length_errors
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import (
    accepts_body,
    accepts_query,
    add_undocumented_route,
    fails_with,
    returns,
    returns_empty,
    returns_page,
)
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.rendering import render_events, render_users
from joindin.resources.v2_1.request_params import get_params, get_query_params
from joindin.resources.v2_1.responses import empty_response
from joindin.security.password_strength import V2_1_RULE, find_password_problem
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_text

blp = Blueprint("users", __name__, url_prefix="/v2.1", description="Users, registration and passwords")

MSG_USERNAME_REQUIRED = "'username' is a required field"
MSG_USERNAME_TAKEN = "That username is already in use. Choose another"
MSG_PASSWORD_REQUIRED = "'password' is a required field"
MSG_VERIFICATION_TOKEN_REQUIRED = "Verification token must be supplied"
MSG_RESET_TOKEN_REQUIRED = "Reset token must be supplied"
MSG_NEW_PASSWORD_REQUIRED = "New password must be supplied"

INVALID_REGISTRATION_MESSAGES = (
    MSG_USERNAME_REQUIRED,
    MSG_USERNAME_TAKEN,
    *INVALID_USERNAME_MESSAGES,
    MSG_FULL_NAME_REQUIRED,
    *INVALID_EMAIL_MESSAGES,
    MSG_PASSWORD_REQUIRED,
    *INVALID_PASSWORD_MESSAGES,
)
INVALID_RESET_MESSAGES = (
    MSG_RESET_TOKEN_REQUIRED,
    MSG_NEW_PASSWORD_REQUIRED,
    *INVALID_PASSWORD_MESSAGES,
    MSG_RESET_FAILED,
)


class RegistrationSchema(ObjectSchema):
    username = required_text("hedy", max_length=MAX_LENGTHS["username"])
    full_name = required_text("Hedy Lamarr", max_length=MAX_LENGTHS["full_name"])
    email = string("hedy@example.org", format="email")
    password = password_text("correct horse")
    twitter_username = optional_text("hedy_l", max_length=MAX_LENGTHS["twitter_username"])
    biography = optional_text("Hops frequencies.", max_length=MAX_LENGTHS["biography"])
    auto_verify_user = anything(
        {"type": "boolean"}, UNSET, "Skips the verification mail, on test platforms that allow it."
    )


class VerificationSchema(ObjectSchema):
    token = required_text("0b5f2a9c77e14d38", "The token in the mail.")


class NewPasswordSchema(ObjectSchema):
    token = required_text("0b5f2a9c77e14d38", "The token in the mail.")
    password = password_text("correct horse")


@blp.route("/users")
class Users(MethodView):
    @returns_page(UserPageSchema, VerboseUserPageSchema)
    @accepts_query("username", "keyword")
    @fails_with({404: "Username not found"})
    def get(self):
        """List users: all, the one with a ``username``, or those whose names contain a ``keyword``.

        An empty ``username`` is the name of no user. An empty ``keyword`` is part of every name.
        """
        params = get_query_params()
        if "username" in params:
            return render_users(single_page(find_user_key_by_name(reader(), params.text("username"))))
        keyword = params.text("keyword") if "keyword" in params else None
        return render_users(list_users(reader(), read_paging(), keyword))

    @accepts_body(RegistrationSchema)
    @returns_empty(201, location="/v2.1/users/9")
    @fails_with({400: INVALID_REGISTRATION_MESSAGES})
    def post(self):
        """Register an account. The token that is mailed to the address has to confirm it."""
        params = get_params()
        fields, password = _parse_registration(params)
        is_verified = current_app.config["ALLOW_AUTO_VERIFY_USERS"] and params.is_true("auto_verify_user")
        user = register_user(db.session, now=utc_now(), password=password, is_verified=is_verified, **fields)
        db.session.commit()
        return empty_response(201, links().user(user.id))


@blp.route("/users/<positive:user_id>")
class UserDetail(MethodView):
    @returns(UserPageSchema, VerboseUserPageSchema)
    @fails_with({404: "User not found"})
    def get(self, user_id):
        """Show a user."""
        return render_users(single_page(find_user_key(reader(), user_id)))


@blp.route("/users/<positive:user_id>/hosted")
class HostedEvents(MethodView):
    @returns_page(EventPageSchema, VerboseEventPageSchema)
    def get(self, user_id):
        """List the events that a user hosts, newest first.

        Its hosts and admins also see an event that is pending, rejected or private.
        """
        page = list_hosted_events(reader(), user_id, read_paging(), get_caller().user)
        return render_events(page, with_rating=False)


@blp.route("/users/<positive:user_id>/attended")
class AttendedEvents(MethodView):
    @returns_page(EventPageSchema, VerboseEventPageSchema)
    def get(self, user_id):
        """List the events that a user attends, newest first."""
        return render_events(list_attended_events(reader(), user_id, read_paging()), with_rating=False)


@blp.route("/users/verifications")
class Verifications(MethodView):
    @accepts_body(VerificationSchema)
    @returns_empty(204)
    @fails_with({400: (MSG_VERIFICATION_TOKEN_REQUIRED, "Verification failed")})
    def post(self):
        """Confirm an e-mail address with the token that was mailed to it."""
        token = to_plain_text(get_params().text("token"))
        if not token:
            raise InvalidInput(MSG_VERIFICATION_TOKEN_REQUIRED)
        verify_address(db.session, token, now=utc_now())
        db.session.commit()
        return empty_response(204)


@blp.route("/users/passwords")
class Passwords(MethodView):
    @accepts_body(NewPasswordSchema)
    @returns_empty(204)
    @fails_with({400: INVALID_RESET_MESSAGES})
    def post(self):
        """Choose a new password with the token that was mailed. All sessions and tokens of the user end."""
        params = get_params()
        token, password = to_plain_text(params.text("token")), params.text("password")
        if not token:
            raise InvalidInput(MSG_RESET_TOKEN_REQUIRED)
        if not password:
            raise InvalidInput(MSG_NEW_PASSWORD_REQUIRED)
        reset_password(db.session, token, password, now=utc_now())
        db.session.commit()
        return empty_response(204)


class UsersFallback(MethodView):
    """Unknown paths below /users, answered like the original answers them (spec 2.17, 3)."""

    def get(self, rest):
        if rest.partition("/")[0].removeprefix("-").strip("0").isdecimal():
            raise NotFound("Unknown Subrequest")
        return Users().get()

    def post(self, rest):
        require_user("You must be logged in to create data")
        raise NotFound("Operation not supported, sorry")


add_undocumented_route(blp, "/users/<path:rest>", UsersFallback)


def _parse_registration(params):
    """Return the fields and the password; :raises InvalidInput: with all errors, in the order of the contract (spec 9.4)."""
    fields = dict.fromkeys((*MAX_LENGTHS, "email"), "") | read_account_fields(params)
    password = params.text("password")
    errors = []
    fields["username"], username_error = check_username(fields["username"], taken_message=MSG_USERNAME_TAKEN)
    if not fields["username"]:
        errors.append(MSG_USERNAME_REQUIRED)
    elif username_error:
        errors.append(username_error)
    if not fields["full_name"]:
        errors.append(MSG_FULL_NAME_REQUIRED)
    if error := find_email_error(fields["email"]):
        errors.append(error)
    if not password:
        errors.append(MSG_PASSWORD_REQUIRED)
    elif error := find_password_problem(
        password, fields["username"], fields["email"], fields["full_name"], rule=V2_1_RULE
    ):
        errors.append(error)
    errors += find_length_errors(fields, MAX_LENGTHS)
    if errors:
        raise InvalidInput(". ".join(errors))
    return fields, password
