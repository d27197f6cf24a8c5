"""People: find, read, register, prove an address (spec 9, as far as events need it)."""

from flask import current_app, request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, NotFound
from joindin.extensions import db, reader
from joindin.operations.accounts.users import EASY_TO_GUESS, password_problem, register, reset_password, verify_address
from joindin.operations.rate_limits import API_REGISTRATION, admit, network
from joindin.queries.accounts.users import find_user_key, find_user_key_by_name, list_users, user_named, user_with_email
from joindin.queries.events import list_attended_events, list_hosted_events
from joindin.queries.paging import single
from joindin.representations.schema_fields import Shape, flag, optional, text
from joindin.representations.v2_1.events import EventPageSchema, VerboseEventPageSchema
from joindin.representations.v2_1.users import UserPageSchema, VerboseUserPageSchema
from joindin.resources.v2_1.authentication import links, signed_in
from joindin.resources.v2_1.event_rendering import event_pieces
from joindin.resources.v2_1.openapi import add_unlisted, asks, does, lists, refuses, shows, takes
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import params, query
from joindin.resources.v2_1.responses import collection, empty, is_verbose
from joindin.resources.v2_1.user_rendering import show_users
from joindin.utils.datetimes import utc_now
from joindin.utils.text import is_e_mail, plain_text

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
    EASY_TO_GUESS,
)
BAD_RESET = (
    "Reset token must be supplied",
    "New password must be supplied",
    "Passwords must be at least 6 characters long",
    EASY_TO_GUESS,
    "Password could not be reset",
)


class RegistrationSchema(Shape):
    username = text("hedy", maxLength=LONGEST["username"])
    full_name = text("Hedy Lamarr", maxLength=LONGEST["full_name"])
    email = text("hedy@example.org", format="email")
    password = text("correct horse", format="password", minLength=6)
    twitter_username = optional(text("hedy_l", maxLength=LONGEST["twitter_username"]))
    biography = optional(text("Hops frequencies.", maxLength=LONGEST["biography"]))
    auto_verify_user = optional(flag(about="Needs no mail, on test platforms that allow it."))


class VerificationSchema(Shape):
    token = text("0b5f2a9c77e14d38", "As mailed.")


class NewPasswordSchema(Shape):
    token = text("0b5f2a9c77e14d38", "As mailed.")
    password = text("correct horse", format="password", minLength=6)


@blp.route("/users")
class Users(MethodView):
    @lists(UserPageSchema, VerboseUserPageSchema)
    @asks("username", "keyword")
    @refuses({404: "Username not found"})
    def get(self):
        """List people: everybody, one by ``username``, or all whose names hold a ``keyword``."""
        given = query()
        if given.text("username"):
            return show_users(single(find_user_key_by_name(reader(), given.text("username"))))
        return show_users(list_users(reader(), read_paging(), given.text("keyword") or None))

    @takes(RegistrationSchema)
    @does(201, location="/v2.1/users/9")
    @refuses({400: BAD_REGISTRATION})
    def post(self):
        """Register. The address has to be proven by the token that is mailed to it."""
        fields, password = _read_registration(params())
        _count_registration()
        verified = current_app.config["ALLOW_AUTO_VERIFY_USERS"] and params().is_true("auto_verify_user")
        user = register(db.session, now=utc_now(), password=password, verified=verified, **fields)
        db.session.commit()
        return empty(201, links().user(user.id))


@blp.route("/users/<positive:user_id>")
class OneUser(MethodView):
    @shows(UserPageSchema, VerboseUserPageSchema)
    @refuses({404: "User not found"})
    def get(self, user_id):
        """Show a person."""
        return show_users(single(find_user_key(reader(), user_id)))


@blp.route("/users/<positive:user_id>/hosted")
class HostedEvents(MethodView):
    @lists(EventPageSchema, VerboseEventPageSchema)
    def get(self, user_id):
        """List the events somebody hosts, newest first, whatever their state."""
        page = list_hosted_events(reader(), user_id, read_paging())
        return collection("events", event_pieces(page.items, verbose=is_verbose(), rated=False), page)


@blp.route("/users/<positive:user_id>/attended")
class AttendedEvents(MethodView):
    @lists(EventPageSchema, VerboseEventPageSchema)
    def get(self, user_id):
        """List the events somebody attends, newest first."""
        page = list_attended_events(reader(), user_id, read_paging())
        return collection("events", event_pieces(page.items, verbose=is_verbose(), rated=False), page)


@blp.route("/users/verifications")
class Verifications(MethodView):
    @takes(VerificationSchema)
    @does(204)
    @refuses({400: ("Verification token must be supplied", "Verification failed")})
    def post(self):
        """Prove an address by the token that was mailed to it."""
        token = plain_text(params().text("token"))
        if not token:
            raise Invalid("Verification token must be supplied")
        verify_address(db.session, token)
        db.session.commit()
        return empty(204)


@blp.route("/users/passwords")
class Passwords(MethodView):
    @takes(NewPasswordSchema)
    @does(204)
    @refuses({400: BAD_RESET})
    def post(self):
        """Choose a new password by the token that was mailed."""
        given = params()
        token, password = plain_text(given.text("token")), given.text("password")
        if not token:
            raise Invalid("Reset token must be supplied")
        if not password:
            raise Invalid("New password must be supplied")
        reset_password(db.session, token, password, now=utc_now())
        db.session.commit()
        return empty(204)


class OtherUsers(MethodView):
    """What the original makes of addresses below /users that it does not know (spec 2.17, 3)."""

    def get(self, rest):
        if rest.partition("/")[0].strip("0").isdecimal():
            raise NotFound("Unknown Subrequest")
        return Users().get()

    def post(self, rest):
        signed_in("You must be logged in to create data")
        raise NotFound("Operation not supported, sorry")


# Past the documentation: nobody is meant to call these.
add_unlisted(blp, "/users/<path:rest>", OtherUsers)


def _count_registration():
    try:
        admit(db.session, API_REGISTRATION, network(request.remote_addr), now=utc_now())
    finally:
        # Also to hold no lock while the password is hashed.
        db.session.commit()


def _read_registration(given):
    """The fields and the password, or all that is wrong with them in the contract's order (spec 9.4)."""
    fields = {name: plain_text(given.text(name)) for name in (*LONGEST, "email")}
    password = given.text("password")
    problems = []
    if not fields["username"]:
        problems.append("'username' is a required field")
    elif user_named(db.session, fields["username"]):
        problems.append("That username is already in use. Choose another")
    if not fields["full_name"]:
        problems.append("'full_name' is a required field")
    if not is_e_mail(fields["email"]):
        problems.append("A valid entry for 'email' is required")
    elif user_with_email(db.session, fields["email"]):
        problems.append("That email is already associated with another account")
    if not password:
        problems.append("'password' is a required field")
    elif problem := password_problem(password, fields["username"], fields["email"], fields["full_name"]):
        problems.append(problem)
    problems += [
        f"The field '{name}' must not be longer than {most} characters"
        for name, most in LONGEST.items()
        if len(fields[name]) > most
    ]
    if problems:
        raise Invalid(". ".join(problems))
    return fields, password
