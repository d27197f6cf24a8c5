"""Handshake of a federation, and its end, as a guest calls them."""

import contextvars
import datetime as dt
import json

import pytest
from sqlalchemy import func, select

from joindin.models import AccessToken
from joindin.models.crew import FederatedUser, FederationGuest, Participation
from joindin.operations.crew.federation.invites import create_invite
from joindin.operations.crew.federation.shares import share_event_with_guests
from joindin.utils.datetimes import utc_now
from tests.crew_factories import (
    make_crew_event,
    make_federated_user,
    make_federation_guest,
    make_participation,
    make_shift,
)
from tests.factories import NOW, make_user

GUEST_URL = "http://guest.example"
DETAILS = {"name": "Guest Org", "url": GUEST_URL, "client_id": "cid", "client_secret": "secret of the host"}
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
NO_CREDENTIALS = (403, {"detail": "Authentication credentials were not provided."})
NO_PERMISSION = (403, {"detail": "You do not have permission to perform this action."})
NO_SUCH_CODE = (400, {"non_field_errors": ["Invite code is not valid"]})


@pytest.fixture
def ada(session):
    return make_user(session, "ada")


@pytest.fixture
def code(session, ada):
    return create_invite(session, GUEST_URL, actor=ada, now=NOW)[1]


@pytest.fixture
def send(app, session):
    """``send(method, path, …)`` returns the status and the JSON of the answer."""

    def sending(method, path, *, token=None, language="en", data=b"", content_type=JSON, **fields):
        session.commit()
        headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {token}"} if token else {})
        body = json.dumps(fields) if fields else data
        reply = contextvars.Context().run(
            app.test_client().open,
            f"/api/federation/{path}",
            method=method,
            headers=headers,
            data=body,
            content_type=content_type,
        )
        session.expire_all()
        return reply.status_code, reply.get_json(silent=True)

    return sending


def count(session, model):
    session.rollback()
    return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("content_type", [JSON, FORM])
def test_a_guest_redeems_its_invite_code(app, session, code, content_type):
    session.commit()
    fields = DETAILS | {"code": code}
    body = {"json": fields} if content_type == JSON else {"data": fields}

    reply = app.test_client().post("/api/federation/setup/", **body)

    guest = session.scalars(select(FederationGuest)).one()
    token = session.get_one(AccessToken, guest.access_token_id)
    assert (reply.status_code, reply.headers["Location"]) == (201, GUEST_URL)
    assert reply.headers["Cache-Control"] == "no-store"
    assert list(reply.json) == ["id", "name", "url", "client_id", "client_secret", "access_token", "host_name"]
    assert len(reply.json["access_token"]) == 64
    assert reply.json == DETAILS | {
        "id": guest.id,
        "access_token": reply.json["access_token"],
        "host_name": "joind.in",
    }
    assert (token.scopes, token.expires_at, token.user_id) == ("", None, None)
    assert token.description == "Access token for federated guest Guest Org"


def test_secrets_are_not_stored_in_plain_text(session, send, code):
    _status, body = send("POST", "setup/", **DETAILS, code=code)

    rows = [
        session.connection().exec_driver_sql(f"SELECT * FROM {table}").all()
        for table in ("federation_guests", "federation_invites", "access_tokens")
    ]
    assert code not in str(rows)
    assert body["access_token"] not in str(rows)
    assert DETAILS["client_secret"] not in str(rows)


def test_the_same_guest_repeats_the_request_and_gets_the_same_token(session, send, code):
    first = send("POST", "setup/", **DETAILS, code=code)

    assert send("POST", "setup/", **DETAILS, code=code) == first
    assert count(session, FederationGuest) == count(session, AccessToken) == 1


@pytest.mark.parametrize("other", [{"client_id": "another"}, {"client_secret": "another"}])
def test_another_guest_cannot_use_a_redeemed_code(session, send, code, other):
    token = send("POST", "setup/", **DETAILS, code=code)[1]["access_token"]

    assert send("POST", "setup/", **DETAILS | other, code=code) == NO_SUCH_CODE
    assert count(session, FederationGuest) == 1
    assert send("GET", "events/", token=token)[0] == 200


def test_a_guest_that_was_removed_cannot_use_its_code_again(session, send, code):
    token = send("POST", "setup/", **DETAILS, code=code)[1]["access_token"]
    assert send("DELETE", "guest/delete/", token=token) == (204, None)

    assert send("POST", "setup/", **DETAILS, code=code) == NO_SUCH_CODE
    assert send("GET", "events/", token=token) == NO_CREDENTIALS
    assert count(session, FederationGuest) == count(session, AccessToken) == 0


@pytest.mark.parametrize(
    ("age", "fields", "answer"),
    [
        (dt.timedelta(hours=47), {}, 201),
        (dt.timedelta(hours=49), {}, (400, {"non_field_errors": ["Invite code is expired"]})),
        (dt.timedelta(0), {"url": "http://other.example"}, NO_SUCH_CODE),
        (dt.timedelta(0), {"url": f"{GUEST_URL}/"}, NO_SUCH_CODE),
        (dt.timedelta(0), {"code": "nope"}, NO_SUCH_CODE),
    ],
)
def test_a_code_is_for_one_address_and_two_days(session, ada, send, age, fields, answer):
    code = create_invite(session, GUEST_URL, actor=ada, now=utc_now() - age)[1]

    status, body = send("POST", "setup/", **DETAILS | {"code": code} | fields)

    assert status == answer or (status, body) == answer
    assert count(session, FederationGuest) == (1 if answer == 201 else 0)


REQUIRED = {name: ["This field is required."] for name in ("name", "url", "client_id", "client_secret", "code")}
INVALID = {
    "nothing": (b"", JSON, 400, REQUIRED),
    "nothing of an unknown kind": (b"", "text/plain", 400, REQUIRED),
    "an empty form": (b"", FORM, 400, REQUIRED),
    "blank": (
        json.dumps({**DETAILS, "name": " ", "client_id": "", "code": "x"}),
        JSON,
        400,
        {key: ["This field may not be blank."] for key in ("name", "client_id")},
    ),
    "null": (
        json.dumps({**DETAILS, "url": None, "code": "x"}),
        JSON,
        400,
        {"url": ["This field may not be null."]},
    ),
    "kinds": (
        json.dumps({**DETAILS, "name": ["x"], "client_id": True, "code": {}}),
        JSON,
        400,
        {key: ["Not a valid string."] for key in ("name", "client_id", "code")},
    ),
    "long": (
        json.dumps({**DETAILS, "client_secret": "x" * 256, "code": "x"}),
        JSON,
        400,
        {"client_secret": ["Ensure this field has no more than 255 characters."]},
    ),
    "addresses": (
        json.dumps({**DETAILS, "url": "javascript:x", "code": "x"}),
        JSON,
        400,
        {"url": ["Enter a valid URL."]},
    ),
    "null characters": (
        json.dumps({**DETAILS, "name": "a\0b", "code": "x"}),
        JSON,
        400,
        {"name": ["Null characters are not allowed."]},
    ),
    "a list": (b"[1]", JSON, 400, {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    "null alone": (b"null", JSON, 400, {"non_field_errors": ["No data provided"]}),
    "another kind": (b"x", "text/plain", 415, {"detail": 'Unsupported media type "text/plain" in request.'}),
    "numbers": (json.dumps({**DETAILS, "code": 2**70}), JSON, 400, NO_SUCH_CODE[1]),
    "a bad encoding": (b"name=%ff%fe&url=http://x.example&client_id=%00", FORM, 400, None),
    "broken": (b"{", JSON, 400, None),
}


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_introduction_is_refused_with_all_errors(session, send, name):
    data, content_type, status, expected = INVALID[name]

    answer = send("POST", "setup/", data=data, content_type=content_type)

    assert answer[0] == status
    assert expected is None or answer[1] == expected
    assert count(session, FederationGuest) == 0


@pytest.mark.parametrize(
    ("query", "accept", "status", "text"),
    [
        ("?format=xml", "*/*", 404, "Not found."),
        ("", "application/xml", 406, "Could not satisfy the request Accept header."),
    ],
)
def test_a_code_is_not_redeemed_in_a_format_that_does_not_exist(app, session, code, query, accept, status, text):
    session.commit()
    headers = {"Accept": accept, "Accept-Language": "en"}

    reply = app.test_client().post(f"/api/federation/setup/{query}", json=DETAILS | {"code": code}, headers=headers)

    assert (reply.status_code, reply.json) == (status, {"detail": text})
    assert session.scalar(select(func.count()).select_from(FederationGuest)) == 0


def test_messages_are_german_too(send):
    german = "Dieses Feld ist zwingend erforderlich."

    assert send("POST", "setup/", language="de") == (400, {key: [german] for key in REQUIRED})


def test_only_guests_use_their_addresses(session, ada, send, token_for):
    user = token_for(ada)
    gone = make_federation_guest(session, token="gone")
    session.execute(FederationGuest.__table__.delete().where(FederationGuest.id == gone.id))

    for method, path in (("GET", "events/"), ("DELETE", "guest/delete/")):
        assert send(method, path) == NO_CREDENTIALS
        assert send(method, path, token=user) == NO_PERMISSION
        assert send(method, path, token="gone") == NO_PERMISSION
    assert send("POST", "events/", token=user) == NO_PERMISSION
    assert send("GET", "guest/delete/", token="gone") == (405, {"detail": 'Method "GET" not allowed.'})


def test_a_guest_that_leaves_takes_its_users_with_it(session, ada, send):
    guest, other = make_federation_guest(session, token="of the guest"), make_federation_guest(session)
    event = make_crew_event(session)
    share_event_with_guests(session, event.id, [guest.id, other.id], actor=ada)
    shift = make_shift(session, event)
    for owner in (guest, other):
        make_participation(session, shift, federated_user_id=make_federated_user(session, owner).id)
    assert send("GET", "events/", token="of the guest")[1]["count"] == 1

    assert send("DELETE", "guest/delete/", token="of the guest") == (204, None)

    assert session.scalars(select(FederationGuest.id)).all() == [other.id]
    assert session.scalars(select(FederatedUser.guest_id)).all() == [other.id]
    assert count(session, Participation) == 1
    assert send("GET", "events/", token="of the guest") == NO_CREDENTIALS
