"""Authentication by token (spec 2.11)."""

import datetime as dt

import pytest

from joindin.models import AccessToken
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.factories import NOW, make_client, make_user

TOKEN = "0123456789abcdef"


@pytest.fixture
def user(session):
    return make_user(session)


def make_access_token(session, user, **fields):
    token = AccessToken(
        token_hash=hash_token(TOKEN),
        user_id=user.id,
        client_id=make_client(session).id,
        **{"created_at": NOW, "last_used_at": NOW, **fields},
    )
    session.add(token)
    session.flush()
    return token


def who(reply):
    return reply.json.get("meta", {}).get("user_uri")


def show(api, header, path="/v2.1", **kwargs):
    return api.get(path, headers={"Authorization": header}, **kwargs)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "OAuth", "oauth", "oAUTH"])
def test_a_token_is_accepted_under_both_schemes_in_any_case(api, session, user, scheme):
    make_access_token(session, user)

    reply = show(api, f"{scheme} {TOKEN}")

    assert reply.status_code == 200
    assert who(reply) == f"http://localhost/v2.1/users/{user.id}"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Bearer", "Invalid Authorization Header"),
        ("", "Invalid Authorization Header"),
        (f"Bearer  {TOKEN}", "Invalid Authorization Header"),
        (f"Bearer {TOKEN} again", "Invalid Authorization Header"),
        ("Basic dXNlcjpwYXNz", "Unknown Authorization Header Received"),
        (f"Token {TOKEN}", "Unknown Authorization Header Received"),
    ],
)
def test_a_header_of_another_form_is_refused_on_every_path(api, header, message):
    paths = ["/", "/v2.1", "/v2.1/events", "/v2.1/nowhere", "/elsewhere", "/v2/events", "/v2.1/users/1"]

    replies = {path: show(api, header, path) for path in paths}

    assert {path: (reply.status_code, reply.json) for path, reply in replies.items()} == dict.fromkeys(
        paths, (400, [message])
    )


@pytest.mark.parametrize("token", ["null", TOKEN.upper(), TOKEN[:-1], f"{TOKEN}0", "x" * 5000, "\xff\xfe"])
def test_an_unknown_token_is_anonymous(api, session, user, token):
    make_access_token(session, user)

    public, own = show(api, f"OAuth {token}", "/v2.1/events"), show(api, f"OAuth {token}", "/v2.1/token")

    assert (public.status_code, who(public)) == (200, None)
    assert (own.status_code, own.json) == (401, ["You must be logged in"])
    assert own.headers["WWW-Authenticate"] == 'Bearer realm="api.joind.in"'


@pytest.mark.parametrize("over", [{"revoked_at": NOW}, {"expires_at": NOW - dt.timedelta(seconds=1)}])
def test_a_revoked_or_expired_token_is_anonymous(api, session, user, over):
    make_access_token(session, user, **over)

    reply = show(api, f"Bearer {TOKEN}")

    assert (reply.status_code, who(reply)) == (200, None)


def test_a_token_is_not_read_from_elsewhere(api, session, user):
    make_access_token(session, user)

    reply = api.get(f"/v2.1?access_token={TOKEN}&token={TOKEN}", headers={"Cookie": f"access_token={TOKEN}"})

    assert (reply.status_code, who(reply)) == (200, None)


def test_tokens_in_clear_are_ignored_if_configured(api, app, session, user, monkeypatch):
    monkeypatch.setitem(app.config, "TOKENS_NEED_TLS", True)
    make_access_token(session, user)

    in_clear = show(api, f"Bearer {TOKEN}")
    secured = show(api, f"Bearer {TOKEN}", base_url="https://localhost")
    malformed = show(api, "Basic dXNlcjpwYXNz")

    assert (in_clear.status_code, who(in_clear)) == (200, None)
    assert (secured.status_code, who(secured)) == (200, f"https://localhost/v2.1/users/{user.id}")
    assert (malformed.status_code, malformed.json) == (400, ["Unknown Authorization Header Received"])


@pytest.mark.parametrize(
    ("age", "is_noted"),
    [(None, True), (dt.timedelta(seconds=15), False), (dt.timedelta(seconds=60), True), (dt.timedelta(days=9), True)],
)
def test_the_last_use_of_a_token_is_recorded_once_a_minute(api, session, user, age, is_noted, count_statements):
    before = utc_now()
    earlier = age and before - age
    token = make_access_token(session, user, last_used_at=earlier)
    session.commit()

    with count_statements() as seen:
        show(api, f"Bearer {TOKEN}")

    noted_at = session.get(AccessToken, token.id).last_used_at
    assert (noted_at >= before) if is_noted else (noted_at == earlier)
    assert sum(statement.startswith("UPDATE") for statement in seen) == is_noted
