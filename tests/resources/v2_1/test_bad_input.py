"""Fields that hold anything at all: what is wrong is refused, what is taken can be read again."""

from itertools import count

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import delete

from joindin.models import RateLimitCounter
from joindin.security.passwords import hash_password
from tests.factories import make_client, make_event, make_event_comment, make_user
from tests.fuzzing import DATES, NUMBERS, TEXTS, assert_no_server_error, fuzz_settings, json_body, mutations

EVENT = {
    "name": "SampleConf",
    "description": "Two days.",
    "location": "Main Hall",
    "start_date": "2030-05-01",
    "end_date": "2030-05-02",
    "tz_continent": "Europe",
    "tz_place": "Amsterdam",
}
ZONES = st.sampled_from(
    ["Europe", "Nowhere", "Etc", "UTC", "..", "../..", "Amsterdam", "", "Argentina/Ushuaia", "GMT+14"]
)
URLS = TEXTS.map(lambda text: f"http://a.example/{text}")
FIELDS = mutations(
    "name",
    "description",
    "location",
    href=URLS,
    cfp_url=URLS,
    latitude=NUMBERS,
    longitude=NUMBERS,
    tags=st.lists(TEXTS, max_size=5),
    start_date=DATES,
    end_date=DATES,
    cfp_start_date=DATES,
    cfp_end_date=DATES,
    tz_continent=ZONES,
    tz_place=ZONES,
)
PERSON = {"full_name": "Alice", "password": "correct horse"}
EMAILS = st.one_of(st.emails(), TEXTS.map(lambda text: f"{text}@example.org"))
ENTRANCE = {
    "grant_type": "password",
    "username": "alice",
    "password": "password",
    "client_id": "web2",
    "client_secret": "web2secret",
}

number = count(1)


@pytest.fixture
def host(api, session):
    """A trusted person with an event; what they submit is live at once and never too much."""
    user = make_user(session, is_trusted=True)
    host = api.signed_in(user)
    host.event = make_event(session, host=user).id
    return host


@pytest.fixture
def alice(session):
    """A user whom the table ``ENTRANCE`` admits."""
    make_client(session, "web2", "web2secret")
    return make_user(session, "alice", password_hash=hash_password("password"))


def can_be_read(api, path):
    """Whether the thing and the lists it is in answer."""
    for address in (path, f"{path}?verbose=yes", "/v2.1/events?resultsperpage=3", "/v2.1/events?filter=hot"):
        assert api.get(address).status_code == 200, address


@given(FIELDS)
@example({"tags": ["\ufdfa" * 100]})
@example({"start_date": "0002-01-02", "end_date": "9998-12-30"})
@example({"name": "\ufdfa" * 200})
@fuzz_settings(60)
def test_events_may_be_submitted_with_anything(api, session, host, fields):
    # Each with a name of its own: Hypothesis fixes the dice that tell the slugs of one name apart.
    event = {**EVENT, "name": f"SampleConf {next(number)}", **fields}

    reply = assert_no_server_error(session, host.post, "/v2.1/events", **json_body(event))

    if reply.status_code == 201:
        can_be_read(api, reply.headers["Location"].removeprefix("http://localhost"))


@pytest.mark.slow("sends hundreds of random requests")
@given(FIELDS)
@fuzz_settings(50)
def test_events_may_be_edited_with_anything(api, session, host, fields):
    path = f"/v2.1/events/{host.event}"

    reply = assert_no_server_error(session, host.put, path, **json_body({**EVENT, **fields}))

    if reply.status_code == 204:
        can_be_read(api, path)


@given(mutations("comment", rating=st.one_of(st.integers(-1, 7), NUMBERS, st.sampled_from([" 4", "5.0", "3e0", "٣"]))))
@example({"rating": "9" * 5000})
@example({"rating": "1e400"})
@fuzz_settings(50)
def test_comments_may_hold_anything(api, session, host, fields):
    path, writer = f"/v2.1/events/{host.event}/comments", api.signed_in(make_user(session))

    reply = assert_no_server_error(session, writer.post, path, **json_body({"comment": "x", "rating": 4, **fields}))

    if reply.status_code == 201:
        assert api.get(f"{path}?verbose=yes").json["meta"]["count"] > 0


@given(mutations("decision"))
@fuzz_settings(20)
def test_decisions_may_be_anything(api, session, host, fields):
    comment = make_event_comment(session, make_event(session))
    admin = api.signed_in(make_user(session, is_admin=True))
    path = f"/v2.1/event_comments/{comment.id}/reported"

    reply = assert_no_server_error(session, admin.put, path, **json_body(fields))

    assert (reply.status_code, len(reply.json)) == (400, 1)


@pytest.mark.slow("sends hundreds of random requests")
@given(
    mutations(
        "username",
        "full_name",
        "password",
        "twitter_username",
        "biography",
        email=EMAILS,
        auto_verify_user=st.just("true"),
    )
)
@example({"username": "\u0301"})
@example({"username": "<"})
@example({"email": "\ufdfa" * 180 + "@example.org"})
@fuzz_settings(60)
def test_registrations_may_hold_anything(api, session, fields):
    name = f"person{next(number)}"
    person = {**PERSON, "username": name, "email": f"{name}@example.org", **fields}

    reply = assert_no_server_error(session, api.post, "/v2.1/users", **json_body(person))

    if reply.status_code == 201:
        path = reply.headers["Location"].removeprefix("http://localhost")
        assert [api.get(address).status_code for address in (path, f"{path}?verbose=yes", "/v2.1/users")] == [200] * 3


@given(mutations("grant_type", "username", "password", "client_id", "client_secret"))
@example({"username": "alice", "password": "\0" * 2000})
@fuzz_settings(50)
def test_sign_ins_may_hold_anything(api, session, alice, fields):
    # Each of these is the first guess, or most would be refused unread.
    session.execute(delete(RateLimitCounter))

    reply = assert_no_server_error(session, api.post, "/v2.1/token", **json_body({**ENTRANCE, **fields}))

    assert reply.status_code in (200, 400, 403)


@given(
    st.sampled_from(
        [
            "/v2.1/users/verifications",
            "/v2.1/users/passwords",
            "/v2.1/emails/verifications",
            "/v2.1/emails/reminders/username",
            "/v2.1/emails/reminders/password",
        ]
    ),
    mutations("token", "password", "email", "username"),
)
@fuzz_settings(50)
def test_tokens_and_addresses_may_be_anything(api, session, path, fields):
    reply = assert_no_server_error(session, api.post, path, **json_body(fields))

    assert (reply.status_code, len(reply.json)) == (400, 1)


@given(st.one_of(TEXTS, st.lists(TEXTS, max_size=3)))
@fuzz_settings(30)
def test_hosts_may_have_any_name(session, host, name):
    path = f"/v2.1/events/{host.event}/hosts"

    reply = assert_no_server_error(session, host.post, path, **json_body({"host_name": name}))

    assert reply.status_code in (400, 404)
