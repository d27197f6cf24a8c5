"""Responses to tokens: repeated while nothing has changed, to the same token only."""

import contextvars
import datetime as dt

import pytest
from sqlalchemy import select, update
from werkzeug.test import Client
from werkzeug.wrappers import Response

from joindin.models import AccessToken, User
from joindin.models.crew import Shift
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.performance.caching.lru import ByteLRU
from joindin.performance.caching.personal_responses import PersonalResponse, PersonalResponses, offer
from tests.crew_factories import (
    grant_qualification,
    make_crew_event,
    make_participation,
    make_qualification,
    make_shift,
)
from tests.factories import days_from_now, make_user
from tests.http_assertions import stable_headers

TOKEN = {"Authorization": "Bearer one"}
LATER, EARLIER = days_from_now(1), days_from_now(-1)
OWN = "/api/users/me/participations/"
LISTS = ("/api/events/", "/api/shifts/", OWN)


class OfferingApplication:
    """An application that offers each response, and counts its calls and the uses of its responses."""

    def __init__(self):
        self.calls, self.version = 0, 1
        self.expires_at, self.uses = None, []
        self.is_offered, self.status, self.headers = True, 200, {}

    def __call__(self, environ, start_response):
        self.calls += 1
        if self.is_offered:
            offer(environ, self.expires_at, self.uses.append)
        return Response(f"{self.calls}", self.status, headers=self.headers)(environ, start_response)


@pytest.fixture
def application():
    return OfferingApplication()


@pytest.fixture
def client(application):
    return Client(PersonalResponses(application, lambda: application.version, ByteLRU(1_000_000)), use_cookies=False)


def send(client, count=3, headers=TOKEN, **options):
    return [client.get("/api/events/", headers=headers, **options).text for _ in range(count)]


def test_the_third_request_is_answered_from_memory(application, client):
    assert send(client) == ["1", "2", "2"]
    assert [type(use) for use in application.uses] == [dt.datetime]


def test_a_new_data_version_calls_the_application_again(application, client):
    send(client)
    application.version = 2

    assert send(client) == ["3", "3", "3"]


def test_without_a_data_version_nothing_is_repeated(application, client):
    send(client)
    application.version = None

    assert send(client) == ["3", "4", "5"]


@pytest.mark.parametrize(("expires_at", "answers"), [(LATER, ["1", "2", "2"]), (EARLIER, ["1", "2", "3"])])
def test_a_response_is_repeated_until_it_expires(application, client, expires_at, answers):
    application.expires_at = expires_at

    assert send(client) == answers


@pytest.mark.parametrize(
    "change",
    [{"is_offered": False}, {"status": 404}, {"headers": {"Set-Cookie": "a=b"}}],
)
def test_other_responses_are_not_repeated(application, client, change):
    vars(application).update(change)

    assert send(client) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "a=b"}, {"Range": "bytes=0-1"}, {"If-None-Match": "x"}, {"Authorization": "Bearer two"},
        {"Accept": "text/html"}, {"Accept-Language": "de"}, {"Host": "example.org"},
    ],
)  # fmt: skip
def test_other_requests_are_rendered(application, client, headers):
    send(client)

    assert send(client, 1, TOKEN | headers) == ["3"]


def test_other_methods_addresses_and_bodies_are_rendered(application, client):
    send(client)

    assert client.post("/api/events/", headers=TOKEN).text == "3"
    assert send(client, 1, query_string="limit=1") == ["4"]
    assert send(client, 1, data=b"x") == ["5"]
    assert client.head("/api/events/", headers=TOKEN).status_code == 200
    assert application.calls == 6


@pytest.fixture
def ada(session):
    user = make_user(session, "ada")
    event = make_crew_event(session, seen_by=[user])
    make_participation(session, make_shift(session, event), user)
    return user


@pytest.fixture
def read(app):
    """``read(token, path)`` requests an address of the API of the crew."""

    def reading(token, path="/api/events/"):
        headers = {"Authorization": f"Bearer {token}"}
        return contextvars.Context().run(app.test_client().get, path, headers=headers)

    return reading


@pytest.fixture
def repeat(app, read, ada, token_for, session):
    """``repeat(path)`` reads a list until it is repeated, checks that it is the same, and returns the token."""
    app.extensions["response_cache"].clear()

    def repeating(path, **token_fields):
        token = token_for(ada)
        if token_fields:
            session.execute(update(AccessToken).values(**token_fields))
        session.commit()
        for _ in range(3):
            first = read(token, path)
        again = read(token, path)
        assert (again.status, again.data, stable_headers(again.headers)) == (
            first.status,
            first.data,
            stable_headers(first.headers),
        )
        return token

    return repeating


def stored_responses(app):
    entries = app.extensions["response_cache"]._entries.values()
    return [entry for entry, _size in entries if isinstance(entry, PersonalResponse)]


@pytest.mark.parametrize("path", LISTS)
def test_a_repeated_list_has_the_same_bytes_and_headers(app, repeat, path):
    repeat(path)

    assert len(stored_responses(app)) == 1


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "withdraw",
    [
        update(AccessToken).values(revoked_at=days_from_now(0)),
        update(AccessToken).values(expires_at=days_from_now(-1)),
        update(AccessToken).values(scopes="ME_WRITE"),
        update(User).values(is_active=False),
        update(User).values(is_verified=False),
    ],
)
def test_access_that_is_withdrawn_ends_at_once(repeat, read, session, path, withdraw):
    token = repeat(path)

    session.execute(withdraw)
    session.commit()

    assert read(token, path).status_code == 403


def test_a_token_is_used_by_repetitions_too(repeat, read, session):
    token = repeat("/api/events/")
    session.execute(update(AccessToken).values(last_used_at=days_from_now(-1)))
    session.commit()
    for _ in range(2):
        read(token)
    session.rollback()

    assert session.scalar(select(AccessToken.last_used_at)) > days_from_now(-0.1)


@pytest.mark.parametrize("path", [*LISTS, "/api/events/1/", "/api/users/", "/api/participations/", "/api/users/me/"])
def test_a_response_holds_no_longer_than_the_qualifications_that_it_depends_on(app, ada, repeat, session, path):
    ends_at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
    qualification = make_qualification(session)
    for seconds in (0, 30):
        grant_qualification(session, ada, qualification, expires_at=ends_at + dt.timedelta(seconds=seconds))
        qualification = make_qualification(session)
    grant_permission(session, ada, "view_userprofile", actor=None)
    mix = {"qualification_requirements": [{"qualification": qualification.id, "min_count": 1, "max_count": 2}]}
    session.execute(update(Shift).values(structure_slug="qualification_mix", structure_configuration=mix))
    repeat(path)

    (stored,) = stored_responses(app)
    assert stored.expires_at == pytest.approx(ends_at.timestamp(), abs=0.001)


def test_a_response_holds_no_longer_than_its_token(app, ada, repeat, session):
    ends_at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)
    repeat("/api/events/", expires_at=ends_at)

    (stored,) = stored_responses(app)
    assert stored.expires_at == pytest.approx(ends_at.timestamp(), abs=0.001)
