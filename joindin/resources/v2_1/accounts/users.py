"""People: find, read, register, prove an address (spec 9, as far as events need it)."""

from flask import current_app, request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db, reader
from joindin.operations.accounts.users import (
    MSG_PASSWORD_TOO_COMMON,
    password_error,
    register_user,
    reset_password,
    verify_address,
)
from joindin.operations.rate_limits import API_REGISTRATION, client_network, consume_attempt
from joindin.queries.accounts.users import (
    find_user_key,
    find_user_key_by_name,
    get_user_by_email,
    get_user_by_username,
    list_users,
)
from joindin.queries.events import list_attended_events, list_hosted_events
from joindin.queries.paging import single_page
from joindin.representations.schema_fields import ObjectSchema, boolean, optional, string
from joindin.representations.v2_1.events import EventPageSchema, VerboseEventPageSchema
from joindin.representations.v2_1.users import UserPageSchema, VerboseUserPageSchema
from joindin.resources.v2_1.authentication import links, require_user
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
from joindin.utils.datetimes import utc_now
from joindin.utils.text import is_email, to_plain_text

blp = Blueprint("users", __name__, url_prefix="/v2.1", description="People with an account")

LONGEST = {"username": 100, "full_name": 200, "twitter_username": 50, "biography": 10_000}

BAD_REGISTRATION = (
    "'username' is a required field",
    "That username is already in use. Choose another",
    "'full_name' is a required field",
    "A valid entry for 'email' is required",
    "That email is already associated with another account",
    "'password' is a required field",
    "Passwords must be at least 6 characters long",
    MSG_PASSWORD_TOO_COMMON,
)
BAD_RESET = (
    "Reset token must be supplied",
    "New password must be supplied",
    "Passwords must be at least 6 characters long",
    MSG_PASSWORD_TOO_COMMON,
    "Password could not be reset",
)


class RegistrationSchema(ObjectSchema):
    username = string("hedy", maxLength=LONGEST["username"])
    full_name = string("Hedy Lamarr", maxLength=LONGEST["full_name"])
    email = string("hedy@example.org", format="email")
    password = string("correct horse", format="password", minLength=6)
    twitter_username = optional(string("hedy_l", maxLength=LONGEST["twitter_username"]))
    biography = optional(string("Hops frequencies.", maxLength=LONGEST["biography"]))
    auto_verify_user = optional(boolean(description="Needs no mail, on test platforms that allow it."))


class VerificationSchema(ObjectSchema):
    token = string("0b5f2a9c77e14d38", "As mailed.")


class NewPasswordSchema(ObjectSchema):
    token = string("0b5f2a9c77e14d38", "As mailed.")
    password = string("correct horse", format="password", minLength=6)


@blp.route("/users")
class Users(MethodView):
    @returns_page(UserPageSchema, VerboseUserPageSchema)
    @accepts_query("username", "keyword")
    @fails_with({404: "Username not found"})
    def get(self):
        """List people: everybody, one by ``username``, or all whose names hold a ``keyword``."""
        given = get_query_params()
        if given.text("username"):
            return render_users(single_page(find_user_key_by_name(reader(), given.text("username"))))
        return render_users(list_users(reader(), read_paging(), given.text("keyword") or None))

    @accepts_body(RegistrationSchema)
    @returns_empty(201, location="/v2.1/users/9")
    @fails_with({400: BAD_REGISTRATION})
    def post(self):
        """Register. The address has to be proven by the token that is mailed to it."""
        fields, password = _read_registration(get_params())
        _count_registration()
        verified = current_app.config["ALLOW_AUTO_VERIFY_USERS"] and get_params().is_true("auto_verify_user")
        user = register_user(db.session, now=utc_now(), password=password, is_verified=verified, **fields)
        db.session.commit()
        return empty_response(201, links().user(user.id))


@blp.route("/users/<positive:user_id>")
class OneUser(MethodView):
    @returns(UserPageSchema, VerboseUserPageSchema)
    @fails_with({404: "User not found"})
    def get(self, user_id):
        """Show a person."""
        return render_users(single_page(find_user_key(reader(), user_id)))


@blp.route("/users/<positive:user_id>/hosted")
class HostedEvents(MethodView):
    @returns_page(EventPageSchema, VerboseEventPageSchema)
    def get(self, user_id):
        """List the events somebody hosts, newest first, whatever their state."""
        return render_events(list_hosted_events(reader(), user_id, read_paging()), with_rating=False)


@blp.route("/users/<positive:user_id>/attended")
class AttendedEvents(MethodView):
    @returns_page(EventPageSchema, VerboseEventPageSchema)
    def get(self, user_id):
        """List the events somebody attends, newest first."""
        return render_events(list_attended_events(reader(), user_id, read_paging()), with_rating=False)


@blp.route("/users/verifications")
class Verifications(MethodView):
    @accepts_body(VerificationSchema)
    @returns_empty(204)
    @fails_with({400: ("Verification token must be supplied", "Verification failed")})
    def post(self):
        """Prove an address by the token that was mailed to it."""
        token = to_plain_text(get_params().text("token"))
        if not token:
            raise InvalidInput("Verification token must be supplied")
        verify_address(db.session, token)
        db.session.commit()
        return empty_response(204)


@blp.route("/users/passwords")
class Passwords(MethodView):
    @accepts_body(NewPasswordSchema)
    @returns_empty(204)
    @fails_with({400: BAD_RESET})
    def post(self):
        """Choose a new password by the token that was mailed."""
        given = get_params()
        token, password = to_plain_text(given.text("token")), given.text("password")
        if not token:
            raise InvalidInput("Reset token must be supplied")
        if not password:
            raise InvalidInput("New password must be supplied")
        reset_password(db.session, token, password, now=utc_now())
        db.session.commit()
        return empty_response(204)


class OtherUsers(MethodView):
    """What the original makes of addresses below /users that it does not know (spec 2.17, 3)."""

    def get(self, rest):
        if rest.partition("/")[0].strip("0").isdecimal():
            raise NotFound("Unknown Subrequest")
        return Users().get()

    def post(self, rest):
        require_user("You must be logged in to create data")
        raise NotFound("Operation not supported, sorry")


# Past the documentation: nobody is meant to call these.
add_undocumented_route(blp, "/users/<path:rest>", OtherUsers)


def _count_registration():
    try:
        consume_attempt(db.session, API_REGISTRATION, client_network(request.remote_addr), now=utc_now())
    finally:
        # Also to hold no lock while the password is hashed.
        db.session.commit()


def _read_registration(given):
    """The fields and the password, or all that is wrong with them in the contract's order (spec 9.4)."""
    fields = {name: to_plain_text(given.text(name)) for name in (*LONGEST, "email")}
    password = given.text("password")
    problems = []
    if not fields["username"]:
        problems.append("'username' is a required field")
    elif get_user_by_username(db.session, fields["username"]):
        problems.append("That username is already in use. Choose another")
    if not fields["full_name"]:
        problems.append("'full_name' is a required field")
    if not is_email(fields["email"]):
        problems.append("A valid entry for 'email' is required")
    elif get_user_by_email(db.session, fields["email"]):
        problems.append("That email is already associated with another account")
    if not password:
        problems.append("'password' is a required field")
    elif problem := password_error(password, fields["username"], fields["email"], fields["full_name"]):
        problems.append(problem)
    problems += [
        f"The field '{name}' must not be longer than {most} characters"
        for name, most in LONGEST.items()
        if len(fields[name]) > most
    ]
    if problems:
        raise InvalidInput(". ".join(problems))
    return fields, password
