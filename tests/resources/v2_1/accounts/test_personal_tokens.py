"""Personal tokens for scripts of users."""

import datetime as dt

import pytest

from joindin.models import PERSONAL, AccessToken
from joindin.operations.accounts.personal_tokens import MAX_PERSONAL_TOKENS
from joindin.security.tokens import hash_token
from tests.factories import NOW, make_client, make_user, newest

NEW = {"description": "Prints badges", "scopes": ["ME_READ", "PUBLIC_READ"], "expires_in_days": 30}
PLACE = "/v2.1/personal_tokens"
FOREIGN = (403, ["You can not access the token list with this client"])


@pytest.fixture
def ada(session):
    return make_user(session, "ada")


@pytest.fixture
def signed_in(api, ada):
    return api.signed_in(ada)


def read_outcome(reply):
    return reply.status_code, reply.get_json(silent=True)


def make_own(session, user, value, **fields):
    fields = {"kind": PERSONAL, "description": value, "scopes": "ME_READ", "created_at": NOW, **fields}
    token = AccessToken(token_hash=hash_token(value), user_id=user.id, **fields)
    session.add(token)
    session.flush()
    return token


def test_a_created_token_works_within_its_scopes(api, signed_in, session, ada):
    reply = signed_in.post(PLACE, json=NEW)

    stored, secret = newest(session, AccessToken), reply.json["access_token"]
    assert (reply.status_code, reply.headers["Location"]) == (201, f"http://localhost{PLACE}/{stored.id}")
    assert (stored.kind, stored.token_hash, stored.user_id) == ("personal", hash_token(secret), ada.id)
    assert reply.json["scopes"] == ["PUBLIC_READ", "ME_READ"]
    assert stored.expires_at - stored.created_at == dt.timedelta(days=30)
    shown = {"Authorization": f"Bearer {secret}"}
    assert "user_uri" in api.get("/v2.1/events", headers=shown).json["meta"]
    assert api.post("/v2.1/events", json={}, headers=shown).status_code == 403
    # A personal token cannot create personal tokens.
    assert read_outcome(api.get(PLACE, headers=shown)) == FOREIGN


def test_without_days_it_never_expires(signed_in, session):
    signed_in.post(PLACE, json={**NEW, "expires_in_days": None})

    assert newest(session, AccessToken).expires_at is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"description": ""}, "Say what the token is for"),
        ({"description": "x" * 1001}, "The description must have at most 1000 characters"),
        ({"scopes": []}, "Choose at least one scope"),
        ({"scopes": "ME_READ"}, "The field 'scopes' must be a list of scopes"),
        ({"scopes": ["ROOT"]}, "There is no scope 'ROOT'"),
        ({"expires_in_days": 0}, "The token must expire between a day and a year from now, or never"),
        ({"expires_in_days": 367}, "The token must expire between a day and a year from now, or never"),
        ({"expires_in_days": -1}, "The field 'expires_in_days' must be a whole number"),
        ({"expires_in_days": "soon"}, "The field 'expires_in_days' must be a whole number"),
        ({"expires_in_days": 10**9}, "The field 'expires_in_days' must be a whole number"),
    ],
)
def test_a_token_is_refused_with_a_reason(signed_in, session, changes, message):
    before = newest(session, AccessToken).id

    reply = signed_in.post(PLACE, json={**NEW, **changes})

    assert read_outcome(reply) == (400, [message])
    assert newest(session, AccessToken).id == before


def test_there_are_only_so_many(signed_in, session, ada):
    for number in range(MAX_PERSONAL_TOKENS):
        make_own(session, ada, f"own {number}")

    assert signed_in.post(PLACE, json=NEW).status_code == 400


def test_those_that_live_are_listed_newest_first(signed_in, session, ada, count_statements):
    first, second = make_own(session, ada, "first"), make_own(session, ada, "second")
    make_own(session, ada, "lapsed", expires_at=NOW)
    make_own(session, ada, "revoked", revoked_at=NOW)
    make_own(session, make_user(session), "foreign")
    session.commit()

    with count_statements() as seen:
        reply = signed_in.get(PLACE)

    assert [each["token"] for each in reply.json["personal_tokens"]] == [second.id, first.id]
    assert reply.json["meta"]["total"] == 2
    # Token of the request, page of tokens, number of tokens.
    assert len(seen) == 3


def test_one_is_shown_and_revoked(signed_in, session, ada):
    token = make_own(session, ada, "own")

    shown = signed_in.get(f"{PLACE}/{token.id}")
    revoked = signed_in.delete(f"{PLACE}/{token.id}")
    after = signed_in.get(f"{PLACE}/{token.id}")

    assert shown.json["personal_tokens"][0]["description"] == "own"
    assert (revoked.status_code, revoked.headers["Location"]) == (204, f"http://localhost{PLACE}")
    assert read_outcome(after) == (404, ["No tokens found"])


@pytest.mark.parametrize("method", ["get", "delete"])
def test_tokens_of_other_users_are_not_found(signed_in, session, method):
    token = make_own(session, make_user(session), "foreign")

    assert read_outcome(getattr(signed_in, method)(f"{PLACE}/{token.id}")) == (404, ["No tokens found"])
    assert token.revoked_at is None


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", ""), ("GET", "/1"), ("DELETE", "/1")])
def test_only_password_tokens_of_trusted_clients_may_create_tokens(api, session, ada, method, path):
    third = api.signed_in(ada, make_client(session, is_trusted=False))

    assert read_outcome(api.request(method, PLACE + path)) == (401, ["You must be logged in"])
    assert read_outcome(third.request(method, PLACE + path)) == FOREIGN


def test_an_application_that_was_let_in_makes_itself_no_token(api, session, ada):
    client = make_client(session)
    make_own(session, ada, "oauth", kind="oauth2", client_id=client.id, scopes="ME_READ ME_WRITE")

    reply = api.post(PLACE, json=NEW, headers={"Authorization": "Bearer oauth"})

    assert read_outcome(reply) == FOREIGN
