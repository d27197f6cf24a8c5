"""Sign-in with a password, and tokens of applications (spec 10)."""

import datetime as dt
import hashlib

import bcrypt
import pytest
from sqlalchemy import select

from joindin.models import AccessToken, Client, User
from joindin.operations.rate_limits import SIGN_IN_ACCOUNT_FROM_NETWORK
from joindin.security.passwords import check_password, hash_password
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import midnight, utc_now
from tests.factories import NOW, make_client, make_user, newest, parse_instant

MD5 = hashlib.md5(b"password").hexdigest()
ARGON2 = hash_password("password")

RIGHT = {
    "grant_type": "password",
    "username": "alice",
    "password": "password",
    "client_id": "web2",
    "client_secret": "web2secret",
}


@pytest.fixture
def web2(session):
    return make_client(session, "web2", "web2secret", name="web2", can_be_revoked=False)


@pytest.fixture
def alice(session, web2):
    return make_user(session, "alice", password_hash=ARGON2)


def sign_in(api, **changes):
    return api.post("/v2.1/token", json={**RIGHT, **changes})


def make_key(session, user, client, **fields):
    token = AccessToken(
        token_hash=hash_token(f"{user.id} {client.id} {fields}"),
        user_id=user.id,
        client_id=client.id,
        **{"created_at": NOW, **fields},
    )
    session.add(token)
    session.flush()
    return token


def test_the_token_of_a_sign_in_identifies_the_user(api, session, alice):
    reply = sign_in(api)

    token = reply.json["access_token"]
    home = api.get("/v2.1", headers={"Authorization": f"OAuth {token}"})
    assert reply.status_code == 200
    assert list(reply.json.items()) == [
        ("access_token", token),
        ("user_uri", f"http://localhost/v2.1/users/{alice.id}"),
    ]
    assert (len(token), set(token) <= set("0123456789abcdef")) == (16, True)
    assert home.json["meta"]["user_uri"] == reply.json["user_uri"]


def test_only_the_hash_of_a_token_is_stored(api, session, alice, web2):
    token = sign_in(api).json["access_token"]

    stored = newest(session, AccessToken)
    assert (stored.token_hash, stored.kind) == (hashlib.sha256(token.encode()).hexdigest(), "password")
    assert stored.scopes == "PUBLIC_READ PUBLIC_WRITE ME_READ ME_WRITE CONFIDENTIAL_READ CONFIDENTIAL_WRITE"
    assert (stored.user_id, stored.client_id, stored.last_used_at) == (alice.id, web2.id, None)
    assert [name for name, value in vars(stored).items() if value == token] == []


def test_each_sign_in_makes_another_token_and_leaves_the_old_ones(api, session, alice):
    first, second = sign_in(api).json["access_token"], sign_in(api).json["access_token"]

    shown = [api.get("/v2.1", headers={"Authorization": f"Bearer {each}"}) for each in (first, second)]

    assert first != second
    assert [reply.json["meta"]["user_uri"] for reply in shown] == [f"http://localhost/v2.1/users/{alice.id}"] * 2


def test_signing_in_while_signed_in_also_names_the_caller(api, session, alice):
    caller = make_user(session)

    reply = sign_in(api.signed_in(caller))

    assert (reply.status_code, list(reply.json)) == (200, ["access_token", "user_uri", "meta"])
    assert reply.json["meta"] == {"user_uri": f"http://localhost/v2.1/users/{caller.id}"}


REFUSED = [
    ({"grant_type": "", "username": ""}, 400, 'The field "grant_type" is required'),
    ({"grant_type": None}, 400, 'The field "grant_type" is required'),
    ({"grant_type": "x", "username": ""}, 400, 'The fields "username" and "password" are both required'),
    ({"grant_type": "x", "password": "0"}, 400, 'The fields "username" and "password" are both required'),
    ({"grant_type": "x", "client_id": "x"}, 400, "Grant type not recognised"),
    ({"grant_type": "refresh_token"}, 400, "Grant type not recognised"),
    ({"client_id": "x", "username": "una"}, 403, "This client cannot authenticate using the password grant type"),
    ({"client_id": ""}, 403, "This client cannot authenticate using the password grant type"),
    ({"client_secret": "x"}, 403, "This client cannot authenticate using the password grant type"),
    ({"client_secret": ""}, 403, "This client cannot authenticate using the password grant type"),
    ({"client_id": "third"}, 403, "This client cannot authenticate using the password grant type"),
    ({"client_id": "open", "client_secret": ""}, 403, "This client cannot authenticate using the password grant type"),
    ({"username": "una", "password": "wrong"}, 401, "Not verified"),
    ({"username": "nobody"}, 403, "Signin failed"),
    ({"password": "Password"}, 403, "Signin failed"),
    ({"password": "p" * 2000}, 403, "Signin failed"),
    ({"username": "tweeter"}, 403, "Signin failed"),
    ({"username": "gone"}, 403, "Signin failed"),
    ({"username": ["alice"]}, 400, "Expected parameter username is not a readable string"),
]


@pytest.mark.parametrize(("changes", "status", "message"), REFUSED)
def test_a_sign_in_is_refused_in_order(api, session, alice, changes, status, message):
    make_user(session, "una", password_hash=ARGON2, is_verified=False)
    make_user(session, "tweeter", password_hash=None)
    make_user(session, "gone", password_hash=ARGON2, is_active=False)
    make_client(session, "third", "web2secret", is_trusted=False)
    make_client(session, "open").secret_hash = None

    reply = sign_in(api, **changes)

    assert (reply.status_code, reply.json) == (status, [message])
    assert newest(session, AccessToken) is None


def test_names_are_matched_without_case_and_accents(api, session, web2):
    user = make_user(session, "José", password_hash=ARGON2)

    replies = [sign_in(api, username=name) for name in ("José", "JOSÉ", "jose", " Jose\u0301 ")]

    assert [reply.status_code for reply in replies] == [200] * 4
    assert {reply.json["user_uri"] for reply in replies} == {f"http://localhost/v2.1/users/{user.id}"}


@pytest.mark.parametrize(
    "old",
    [MD5, MD5.upper(), "$2y$" + bcrypt.hashpw(MD5.encode(), bcrypt.gensalt(4)).decode()[4:]],
    ids=["md5", "MD5", "2y"],
)
def test_a_hash_of_old_is_replaced_at_the_first_sign_in(api, session, web2, old):
    user = make_user(session, "alice", password_hash=old)

    wrong = sign_in(api, password="Password")
    after_wrong = session.get(User, user.id).password_hash
    right = sign_in(api)
    after_right = session.get(User, user.id).password_hash
    again = sign_in(api)

    assert (wrong.status_code, wrong.json, after_wrong) == (403, ["Signin failed"], old)
    assert (right.status_code, again.status_code) == (200, 200)
    assert after_right.startswith("$argon2id$")
    assert check_password("password", after_right)
    assert session.get(User, user.id).password_hash == after_right


def test_tokens_of_expirable_clients_lapse_at_the_next_sign_in_of_anybody(api, session, alice, web2):
    other, bob = make_client(session), make_user(session)
    yesterday = midnight(utc_now()) - dt.timedelta(days=1)
    before_yesterday = yesterday - dt.timedelta(seconds=1)
    make_key(session, bob, web2, last_used_at=before_yesterday)
    make_key(session, bob, web2, last_used_at=None, created_at=before_yesterday)
    kept = [
        make_key(session, bob, web2, last_used_at=yesterday, created_at=before_yesterday),
        make_key(session, bob, other, last_used_at=before_yesterday),
    ]
    wrong = sign_in(api, password="wrong")
    after_wrong = len(session.scalars(select(AccessToken)).all())

    right = sign_in(api)

    left = session.scalars(select(AccessToken.id).order_by(AccessToken.id)).all()
    assert (wrong.status_code, after_wrong, right.status_code) == (403, 4, 200)
    assert left == [token.id for token in kept] + [newest(session, AccessToken).id]


def test_the_keys_of_revocable_clients_are_listed(api, session, alice, web2):
    app = make_client(session, name="An app", owner=make_user(session, full_name="Otto Oak"))
    nameless = make_client(session, name=None, is_trusted=False)
    first = make_key(
        session, alice, app, created_at=parse_instant("2026-01-01"), last_used_at=parse_instant("2026-01-02T03:04:05")
    )
    second = make_key(session, alice, nameless, created_at=parse_instant("2026-02-01"))
    make_key(session, alice, web2)
    make_key(session, alice, app, revoked_at=NOW)
    make_key(session, alice, app, expires_at=NOW)
    make_key(session, make_user(session), app)

    reply = api.signed_in(alice, web2).get("/v2.1/token")

    assert reply.status_code == 200
    assert [list(token.items()) for token in reply.json["tokens"]] == [
        [
            ("token", first.id),
            ("application", "An app"),
            ("created_date", "2026-01-01T00:00:00+00:00"),
            ("last_used_date", "2026-01-02T03:04:05+00:00"),
            ("application_owner", "Otto Oak"),
            ("token_uri", f"http://localhost/v2.1/token/{first.id}"),
        ],
        [
            ("token", second.id),
            ("application", None),
            ("created_date", "2026-02-01T00:00:00+00:00"),
            ("last_used_date", None),
            ("application_owner", None),
            ("token_uri", f"http://localhost/v2.1/token/{second.id}"),
        ],
    ]
    assert list(reply.json["meta"].items()) == [
        ("count", 2),
        ("total", 2),
        ("this_page", "http://localhost/v2.1/token?resultsperpage=20"),
        ("user_uri", f"http://localhost/v2.1/users/{alice.id}"),
    ]


def test_keys_are_paged_at_a_fixed_cost(api, session, alice, web2, count_statements):
    make_key(session, alice, make_client(session))
    reader = api.signed_in(alice, web2)
    # Recording the first use of a token is a statement too.
    reader.get("/v2.1")

    with count_statements() as for_one:
        one = reader.get("/v2.1/token?resultsperpage=2")
    keys = [make_key(session, alice, make_client(session)) for _ in range(2)]
    session.commit()
    with count_statements() as for_three:
        three = reader.get("/v2.1/token?resultsperpage=3")
    last = reader.get("/v2.1/token?resultsperpage=2&start=2")

    assert (len(one.json["tokens"]), len(three.json["tokens"]), len(for_one)) == (1, 3, len(for_three))
    assert [token["token"] for token in last.json["tokens"]] == [keys[-1].id]
    assert last.json["meta"]["prev_page"] == "http://localhost/v2.1/token?resultsperpage=2&start=0"


def test_one_key_is_shown_to_its_owner_alone(api, session, alice, web2):
    own, unrevocable = make_key(session, alice, make_client(session)), make_key(session, alice, web2)
    foreign = make_key(session, make_user(session), make_client(session))
    reader = api.signed_in(alice, web2)

    replies = [reader.get(f"/v2.1/token/{number}") for number in (own.id, unrevocable.id, foreign.id, 987_654)]

    assert [reply.status_code for reply in replies] == [200] * 4
    assert [[token["token"] for token in reply.json["tokens"]] for reply in replies] == [
        [own.id],
        [unrevocable.id],
        [],
        [],
    ]
    assert [(reply.json["meta"]["count"], reply.json["meta"]["total"]) for reply in replies] == [
        (1, 1),
        (1, 1),
        (0, 1),
        (0, 1),
    ]


def test_a_key_is_revoked_and_no_longer_opens_anything(api, session, alice, web2):
    key = make_key(session, alice, make_client(session))
    key.token_hash = hash_token("0123456789abcdef")
    owner, with_key = api.signed_in(alice, web2), {"Authorization": "Bearer 0123456789abcdef"}
    before = api.get("/v2.1", headers=with_key)

    reply = owner.delete(f"/v2.1/token/{key.id}")

    after = api.get("/v2.1", headers=with_key)
    again = owner.delete(f"/v2.1/token/{key.id}")
    assert (reply.status_code, reply.data) == (204, b"")
    assert reply.headers["Location"] == "http://localhost/v2.1/token"
    assert ("meta" in before.json, "meta" in after.json) == (True, False)
    assert (again.status_code, again.json) == (404, ["No tokens found"])
    assert owner.get(f"/v2.1/token/{key.id}").json["tokens"] == []


def test_only_own_and_revocable_keys_are_revoked(api, session, alice, web2):
    foreign = make_key(session, make_user(session), make_client(session))
    unrevocable = make_key(session, alice, web2)
    owner = api.signed_in(alice, web2)

    replies = [owner.delete(f"/v2.1/token/{number}") for number in (foreign.id, unrevocable.id, 987_654)]

    assert [(reply.status_code, reply.json) for reply in replies] == [(404, ["No tokens found"])] * 3
    assert session.scalars(select(AccessToken.revoked_at)).all() == [None] * 3


@pytest.mark.parametrize("number", ["0", "abc", "1e3"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_id_that_is_none_is_no_token(api, session, alice, web2, method, number):
    reply = api.signed_in(alice, web2).request(method, f"/v2.1/token/{number}")

    assert (reply.status_code, reply.json) == (404, ["Token not found"])


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v2.1/token"), ("GET", "/v2.1/token/1"), ("DELETE", "/v2.1/token/1")]
)
def test_only_trusted_clients_list_tokens(api, session, alice, method, path):
    through_any = api.signed_in(alice, make_client(session, is_trusted=False))

    as_nobody, as_any = api.request(method, path), through_any.request(method, path)

    assert (as_nobody.status_code, as_nobody.json) == (401, ["You must be logged in"])
    assert (as_any.status_code, as_any.json) == (403, ["You can not access the token list with this client"])
    assert session.scalars(select(Client.is_trusted).order_by(Client.id)).all() == [True, False]


def test_a_key_outlives_its_application_and_can_still_be_revoked(api, session):
    user = make_user(session)
    gone = make_client(session, "gone")
    api.signed_in(user, gone)
    caller = api.signed_in(user, make_client(session, "web2", can_be_revoked=False))
    orphan = session.scalars(select(AccessToken).where(AccessToken.client_id == gone.id)).one()
    session.delete(gone)

    listed = caller.get("/v2.1/token")
    revoked = caller.delete(f"/v2.1/token/{orphan.id}")

    assert [token["token"] for token in listed.json["tokens"]] == [orphan.id]
    assert listed.json["tokens"][0]["application"] is None
    assert (revoked.status_code, caller.get("/v2.1/token").json["tokens"]) == (204, [])


def test_guesses_are_slowed_down_with_an_honest_wait(api, session, alice):
    replies = [sign_in(api, password="wrong") for _ in range(11)]

    assert [reply.status_code for reply in replies] == [403] * 10 + [429]
    assert replies[-1].json == ["That was tried too often. Please try again later"]
    assert 0 < int(replies[-1].headers["Retry-After"]) <= 900
    assert sign_in(api).status_code == 429
    assert newest(session, AccessToken) is None


def test_successful_sign_ins_are_never_limited(api, alice):
    for _ in range(15):
        assert sign_in(api).status_code == 200


def test_guesses_through_a_web_site_count_for_the_person_behind_it(api, session, alice):
    def attempt(address, **changes):
        body = {**RIGHT, **changes}
        return api.post("/v2.1/token", json=body, headers={"Forwarded": f"for={address};user-agent=x"}).status_code

    guesses = [attempt("198.51.100.1", password="wrong") for _ in range(SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + 1)]

    assert guesses == [403] * SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + [429]
    assert [attempt("198.51.100.1"), attempt("198.51.100.2")] == [429, 200]


def test_other_applications_are_not_believed_about_addresses(api, session, alice):
    make_client(session, "phone")

    guesses = [
        api.post(
            "/v2.1/token",
            json={**RIGHT, "client_id": "phone", "client_secret": "secret", "password": "wrong"},
            headers={"Forwarded": f"for=198.51.100.{number}", "X-Forwarded-For": f"198.51.100.{number}"},
        ).status_code
        for number in range(SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + 1)
    ]

    assert guesses == [403] * SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + [429]
