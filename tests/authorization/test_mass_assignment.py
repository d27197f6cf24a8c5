"""Requests with the names of all columns: only documented fields are stored."""

import datetime as dt

import pytest
from sqlalchemy import Boolean, DateTime, Integer

from joindin.db.base import Base
from joindin.models import AccessToken, Client, Event, EventComment, Talk, TalkComment, Track, User
from joindin.resources.v2_1.accounts.applications import NewApplicationSchema
from joindin.resources.v2_1.accounts.personal_tokens import NewPersonalTokenSchema
from joindin.resources.v2_1.accounts.user_account import ProfileSchema
from joindin.resources.v2_1.accounts.users import RegistrationSchema
from joindin.resources.v2_1.events.event_comments import NewEventCommentSchema
from joindin.resources.v2_1.events.event_parsing import NewEventSchema
from joindin.resources.v2_1.talks.talk_comments import EditedTalkCommentSchema, NewTalkCommentSchema
from joindin.resources.v2_1.talks.talk_parsing import TalkBodySchema
from joindin.resources.v2_1.talks.tracks import TrackBodySchema
from tests.authorization.world import Caller, make_world
from tests.database_rows import empty_database
from tests.factories import days_from_now, newest

EVENT = {
    "name": "Conf", "description": "Two days.", "location": "Hall", "start_date": "2030-12-01", "end_date": "2030-12-02",
    "tz_continent": "Europe", "tz_place": "Amsterdam",
}  # fmt: skip
TALK = {
    "talk_title": "Tests", "talk_description": "How to.", "start_date": f"{days_from_now(11):%Y-%m-%d %H:%M}", "type": "Talk",
    "language": "English - UK", "duration": 30,
}  # fmt: skip
APPLICATION = {"name": "App", "description": "Does.", "callback_url": "https://app.example/back"}
PASSWORD = "staple battery horse"
PERSON = {"username": "hedy", "full_name": "Hedy", "email": "hedy@example.org", "password": PASSWORD}

# Method, path, role, valid body, documented fields, and the row that is written.
API_WRITES = [
    ("POST", "/v2.1/users", "visitor", PERSON, RegistrationSchema, User),
    ("PUT", "/v2.1/users/{own}", "user", {"full_name": "U", "email": "user@example.org"}, ProfileSchema, User),
    ("POST", "/v2.1/events", "user", EVENT, NewEventSchema, Event),
    ("PUT", "/v2.1/events/{event_id}", "host", EVENT, NewEventSchema, Event),
    ("POST", "/v2.1/events/{event_id}/talks", "host", TALK, TalkBodySchema, Talk),
    ("PUT", "/v2.1/talks/{talk_id}", "speaker", TALK, TalkBodySchema, Talk),
    ("POST", "/v2.1/events/{event_id}/comments", "user", {"comment": "Fine", "rating": 4}, NewEventCommentSchema, EventComment),
    ("POST", "/v2.1/talks/{talk_id}/comments", "user", {"comment": "Fine", "rating": 4}, NewTalkCommentSchema, TalkComment),
    ("PUT", "/v2.1/talk_comments/{comment_id}", "owner", {"comment": "Fine", "rating": 4}, EditedTalkCommentSchema, TalkComment),
    ("POST", "/v2.1/events/{event_id}/tracks", "host", {"track_name": "T", "track_description": "D"}, TrackBodySchema, Track),
    ("POST", "/v2.1/applications", "user", APPLICATION, NewApplicationSchema, Client),
    ("POST", "/v2.1/personal_tokens", "user", {"description": "S", "scopes": ["ME_READ"]}, NewPersonalTokenSchema, AccessToken),
]  # fmt: skip
FORMS = [
    ("/accounts/profile/", "user", {"username": "user", "full_name": "U"}, User),
    ("/accounts/applications/register/", "user", {"name": "A", "kind": "public", "redirect_uris": "https://a.example/"}, Client),
    ("/desk/people/{user_id}/roles/", "admin", {"shown": "active", "active": "y"}, User),
]  # fmt: skip
FORM_FIELDS = {"username", "full_name", "twitter_username", "biography", "name", "description", "website", "active"}
FORM_FIELDS |= {"trusted", "editor", "admin"}

# Columns with another value in each row.
RANDOM_COLUMNS = {"id", "created_at", "registered_at", "version", "slug", "stub", "key", "secret_hash", "token_hash"}
RANDOM_COLUMNS |= {
    "password_hash",
    "last_used_at",
    "starts_at",
    "ends_at",
    "username",
    "username_key",
    "email",
    "email_key",
}


def hostile_value(column):
    if isinstance(column.type, Boolean):
        return not (column.default and column.default.arg)
    if isinstance(column.type, Integer):
        return 1
    return "2001-01-01T00:00:00+00:00" if isinstance(getattr(column.type, "impl", None), DateTime) else "1"


def hostile_fields(documented):
    """Return a value for every column of every table, and for their names in the API, that is no documented field."""
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    fields = {column.name: hostile_value(column) for column in columns if column.name not in documented}
    return fields | {
        name: True for name in ("admin", "trusted", "verified", "active", "pending") if name not in documented
    }


def stored_columns(row):
    now = dt.datetime.now(dt.UTC)
    return {
        column.name: value if not isinstance(value, dt.datetime) else now < value
        for column in row.__table__.columns
        if column.name not in RANDOM_COLUMNS and not column.name.endswith("_key")
        for value in [getattr(row, column.name)]
    }


def write_and_read(session, send, model):
    """Return the columns of the row that the request writes, in a new world."""
    empty_database()
    world = make_world(session)
    subject_id, reply = send(world)
    assert reply.status_code < 400, reply.text
    session.expire_all()
    row = session.get_one(model, subject_id) if subject_id else newest(session, model)
    return stored_columns(row)


@pytest.mark.parametrize(
    ("method", "path", "role", "body", "schema", "model"), API_WRITES, ids=[f"{row[0]} {row[1]}" for row in API_WRITES]
)
def test_only_documented_fields_of_a_request_are_stored(
    app, session, token_for, method, path, role, body, schema, model
):
    documented = {*body, *schema().fields}

    def send_with(extra):
        def send(world):
            user = world.users.get(role)
            caller = Caller(app, token=token_for(user) if user else None)
            world.ids["own"] = user.id if user else 0
            address = world.path(path)
            last = address.rpartition("/")[2]
            return int(last) if last.isdecimal() else None, caller.request(method, address, body | extra)

        return send

    plain = write_and_read(session, send_with({}), model)
    attacked = write_and_read(session, send_with(hostile_fields(documented)), model)

    assert attacked == plain


@pytest.mark.parametrize(("path", "role", "fields", "model"), FORMS, ids=[row[0] for row in FORMS])
def test_only_the_fields_of_a_form_are_stored(app, session, path, role, fields, model):
    def send_with(extra):
        def send(world):
            browser = Caller(app, world.users[role]).browser
            address = world.path(path)
            page = address.replace("roles/", "") if "roles/" in address else address
            subject = world.ids["user_id"] if "desk" in path else world.users[role].id if model is User else None
            return subject, browser.send(address, fields | extra, page=page)

        return send

    plain = write_and_read(session, send_with({}), model)
    attacked = write_and_read(session, send_with(hostile_fields(FORM_FIELDS | fields.keys())), model)

    assert attacked == plain


def test_hostile_fields_contain_every_right_of_an_account_and_an_application():
    rights = {
        "is_admin",
        "is_editor",
        "is_trusted",
        "is_verified",
        "is_service",
        "is_first_party",
        "owner_id",
        "user_id",
    }

    assert rights <= set(hostile_fields(set()))
