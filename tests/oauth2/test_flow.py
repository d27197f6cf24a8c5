"""The code flow at ephios's addresses, as its captures have it, and stricter where RFC 9700 is."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from joindin.models import GANCIO, AccessToken, Grant, RefreshToken
from joindin.security.tokens import hash_token
from tests.browser_client import Browser, form_fields, main_text
from tests.factories import make_client, newest
from tests.oauth2.flow import CALLBACK, CHALLENGE, SECRET, VERIFIER, Flow, captured_step, parse_redirect

INVALID_GRANT = (400, {"error": "invalid_grant"})
REDIRECT_MISMATCH = (400, {"error": "invalid_request", "error_description": "Mismatching redirect URI."})
ISSUER = "http://localhost"


def answer(reply):
    return reply.status_code, reply.json


def headers_of(step, *names):
    return {name: captured_step(step)["headers"].get(name) for name in names}


def assert_as_captured(reply, step, *headers):
    """The same status and body, and these headers, as ephios gave."""
    was = captured_step(step)
    assert (reply.status_code, reply.json) == (was["status"], was["body"])
    for name in ("Cache-Control", "Pragma", *headers):
        assert reply.headers.get(name) == was["headers"].get(name), name


def test_the_verifier_of_the_captures_matches_their_challenge():
    assert f"code_challenge={CHALLENGE}" in captured_step("authorize page")["request"]["url"]


def test_a_visitor_signs_in_first_and_returns(app, session, client):
    flow = Flow(Browser(app), client)

    reply = flow.browser.get(flow.authorization_url())

    was = urlsplit(captured_step("authorize anon")["headers"]["Location"])
    assert (reply.status_code, urlsplit(reply.location).path) == (302, was.path)
    # Letter by letter, but for the challenge that depends on nothing.
    assert reply.location == captured_step("authorize anon")["headers"]["Location"]


def test_the_page_names_the_application_its_owner_and_what_it_may_do(flow):
    reply = flow.browser.get(flow.authorization_url())

    page = main_text(reply)
    assert (reply.status_code, reply.mimetype) == (200, "text/html")
    assert "Allow access for “Schedule”?" in page
    assert "It was registered by Grace Hopper." in page
    assert "You are signed in as Ada Lovelace." in page
    assert "Read public data" in page
    assert "Read own personal data" in page
    assert "Change" not in page
    assert "you continue to http://127.0.0.1:9." in page
    assert "form-action 'self' http://127.0.0.1:9;" in reply.headers["Content-Security-Policy"]
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "lifetime"),
    [
        ("/api/oauth/authorize/", "as long as the application uses it, and ends 90 days after the last use."),
        ("/oauth/authorize", "until you revoke it."),
    ],
)
def test_the_page_says_how_long_the_access_lasts(flow, client, path, lifetime):
    client.kind = GANCIO

    page = main_text(flow.browser.get(flow.authorization_url().replace("/api/oauth/authorize/", path)))

    assert f"The access lasts {lifetime} You can revoke the access at any time" in page


def test_a_request_without_scope_asks_for_all_allowed_scopes(flow):
    fields = form_fields(flow.browser.get(flow.authorization_url(scope=None)).text)

    assert fields["scope"] == "PUBLIC_READ PUBLIC_WRITE ME_READ ME_WRITE CONFIDENTIAL_READ CONFIDENTIAL_WRITE"


def test_consent_sends_a_code_and_the_issuer(flow):
    heard = parse_redirect(reply := flow.answer())

    assert reply.location.startswith(f"{CALLBACK}?code=")
    assert (len(heard["code"]), heard["state"], heard["iss"]) == (30, "xyz", ISSUER)


def test_denied_consent_sends_an_error(flow, session):
    heard = parse_redirect(flow.answer(allow=False))

    assert heard == {"error": "access_denied", "state": "xyz", "iss": ISSUER}
    assert newest(session, Grant) is None


def test_consent_by_a_form_of_another_site_is_refused(flow, session):
    fields = form_fields(flow.browser.get(flow.authorization_url()).text) | {"allow": "Authorize"}

    without = flow.browser.post("/api/oauth/authorize/", fields | {"csrfmiddlewaretoken": ""})
    elsewhere = flow.browser.post("/api/oauth/authorize/", fields, headers={"Origin": "https://evil.example"})

    assert [without.status_code, elsewhere.status_code] == [403, 403]
    assert newest(session, Grant) is None


def test_a_code_becomes_tokens_that_work(flow, session, ada, client):
    reply = flow.redeem(flow.code())

    was = captured_step("token ok")
    given = reply.json
    assert (reply.status_code, list(given)) == (200, list(was["body"]))
    assert {name: len(given[name]) for name in ("access_token", "refresh_token")} == {
        name: len(was["body"][name]) for name in ("access_token", "refresh_token")
    }
    assert (given["expires_in"], given["token_type"], given["scope"]) == (36000, "Bearer", "PUBLIC_READ ME_READ")
    assert (reply.headers["Cache-Control"], reply.headers["Pragma"]) == ("no-store", "no-cache")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert flow.is_valid(given["access_token"])
    stored = newest(session, AccessToken)
    assert (stored.kind, stored.user_id, stored.client_id) == ("oauth2", ada.id, client.id)
    assert stored.token_hash == hash_token(given["access_token"])
    assert stored.expires_at - stored.created_at == dt.timedelta(hours=10)
    assert newest(session, RefreshToken).expires_at - stored.created_at == dt.timedelta(days=90)


def test_secrets_have_recognisable_prefixes(flow):
    code = flow.code()
    given = flow.redeem(code).json

    assert [each[:3] for each in (code, given["access_token"], given["refresh_token"])] == ["jic", "jia", "jir"]


def test_the_tables_contain_no_secrets(flow, session):
    code = flow.code()
    given = flow.redeem(code).json
    secrets = {code, given["access_token"], given["refresh_token"]}

    kept = [row for model in (Grant, AccessToken, RefreshToken) for row in session.scalars(select(model))]

    assert len(kept) == 3
    assert not secrets & {value for row in kept for value in vars(row).values() if isinstance(value, str)}


def test_the_secret_may_come_in_the_header(flow, client):
    reply = flow.redeem(flow.code(), auth=(client.key, SECRET))

    assert reply.status_code == 200


@pytest.mark.parametrize(
    ("step", "form"),
    [
        ("token wrong secret", {"client_secret": "bad"}),
        ("token wrong code", {"code": "nope"}),
        ("unsupported grant", {"grant_type": "foo"}),
        ("client credentials", {"grant_type": "client_credentials"}),
        ("password grant", {"grant_type": "password", "username": "ada@example.org", "password": "user"}),
    ],
)
def test_the_token_endpoint_refuses_as_captured(flow, step, form):
    reply = flow.redeem(**{"code": "nope", **form})

    assert_as_captured(reply, step, "WWW-Authenticate")


def test_a_get_and_an_empty_post_are_refused_as_captured(flow):
    got = flow.browser.get("/api/oauth/token/")
    empty = flow.browser.post("/api/oauth/token/", {})

    assert (got.status_code, got.headers["Allow"], got.data) == (405, headers_of("token GET", "Allow")["Allow"], b"")
    assert answer(empty) == (400, {"error": "unsupported_grant_type"})


@pytest.mark.parametrize(
    "form",
    [
        {"client_id": None, "client_secret": None},
        {"client_secret": None},
        {"client_id": "nobody"},
        {"client_id": "\0"},
        {"client_id": ""},
    ],
)
def test_a_failed_client_authentication_does_not_consume_the_code(flow, form):
    code = flow.code()

    reply = flow.redeem(code, **form)

    assert answer(reply) == (401, {"error": "invalid_client"})
    assert flow.redeem(code).status_code == 200


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic /w==", "Basic Og==", "Basic bm9ib2R5OnNlY3JldA=="])
def test_an_invalid_authorization_header_is_refused(flow, header):
    reply = flow.browser.post("/api/oauth/token/", {"grant_type": "refresh_token"}, headers={"Authorization": header})

    assert answer(reply) == (401, {"error": "invalid_client"})


def test_two_methods_of_client_authentication_are_refused(flow, client):
    reply = flow.browser.post(
        "/api/oauth/token/",
        {"grant_type": "refresh_token", "client_id": client.key, "client_secret": SECRET},
        auth=(client.key, SECRET),
    )

    assert answer(reply) == (401, {"error": "invalid_client"})


def test_secrets_in_the_address_are_ignored(flow, client):
    code = flow.code()
    query = f"grant_type=authorization_code&code={code}&client_id={client.key}&client_secret={SECRET}&code_verifier={VERIFIER}"
    given = flow.redeem(code).json

    reply = flow.browser.post(f"/api/oauth/token/?{query}", {})
    called = flow.browser.get(f"/v2.1/events?access_token={given['access_token']}")

    assert answer(reply) == (400, {"error": "unsupported_grant_type"})
    assert "user_uri" not in called.json["meta"]


def test_a_code_works_once_and_a_second_use_revokes_its_grant(flow):
    code = flow.code()
    given = flow.redeem(code).json
    assert flow.is_valid(given["access_token"])

    again = flow.redeem(code)

    assert_as_captured(again, "token code reuse")
    assert not flow.is_valid(given["access_token"])
    assert answer(flow.refresh(given["refresh_token"])) == INVALID_GRANT


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"code_verifier": "x" * 52}, INVALID_GRANT),
        ({"code_verifier": CHALLENGE}, INVALID_GRANT),
        ({"redirect_uri": "http://127.0.0.1:9/other"}, REDIRECT_MISMATCH),
    ],
)
def test_a_failed_redemption_consumes_the_code(flow, wrong, refusal):
    code = flow.code()

    reply, again = flow.redeem(code, **wrong), flow.redeem(code)

    assert answer(reply) == refusal
    assert answer(again) == INVALID_GRANT


def test_the_only_registered_address_may_be_left_out(flow):
    assert flow.redeem(flow.code(), redirect_uri=None).status_code == 200


def test_an_address_out_of_several_may_not_be_left_out(flow, client):
    client.other_redirect_uris = ["https://other.example/callback"]

    assert answer(flow.redeem(flow.code(), redirect_uri=None)) == REDIRECT_MISMATCH


def test_a_code_needs_its_verifier(flow):
    reply = flow.redeem(flow.code(), code_verifier=None)

    assert (reply.status_code, reply.json["error"]) == (400, "invalid_request")


def test_a_token_request_needs_the_code(flow):
    reply = flow.redeem(None)

    assert answer(reply) == (400, {"error": "invalid_request", "error_description": "Missing code parameter."})


def test_a_code_expires_after_a_minute(flow, session):
    young, old = flow.code(), flow.code()
    for code, seconds in ((young, 30), (old, -1)):
        left = dt.timedelta(seconds=seconds)
        made = session.scalar(select(Grant.created_at).where(Grant.code_hash == hash_token(code)))
        assert session.scalar(
            select(Grant.code_expires_at).where(Grant.code_hash == hash_token(code))
        ) - made == dt.timedelta(seconds=60)
        session.execute(
            update(Grant)
            .where(Grant.code_hash == hash_token(code))
            .values(code_expires_at=dt.datetime.now(dt.UTC) + left)
        )

    assert flow.redeem(young).status_code == 200
    assert answer(flow.redeem(old)) == INVALID_GRANT


def test_a_code_is_bound_to_its_application(flow, session):
    other = Flow(flow.browser, make_client(session, "other", SECRET, callback_url=CALLBACK))
    code = flow.code()

    stolen, late = other.redeem(code), flow.redeem(code)

    assert answer(stolen) == INVALID_GRANT
    assert answer(late) == INVALID_GRANT


@pytest.mark.parametrize("column", ["is_active", "is_verified"])
def test_a_code_of_a_user_who_may_not_sign_in_is_refused(flow, ada, column):
    code = flow.code()
    setattr(ada, column, False)

    assert answer(flow.redeem(code)) == INVALID_GRANT


def test_the_redirect_uri_is_optional_if_one_is_registered(flow):
    code = flow.code(redirect_uri=None)

    assert flow.redeem(code, redirect_uri=None).status_code == 200


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        ("authorize no pkce", {"code_challenge": None, "code_challenge_method": None}),
        ("authorize bad scope", {"scope": "BOGUS"}),
        ("authorize response_type token", {"response_type": "token"}),
    ],
)
def test_errors_are_sent_to_the_application_as_captured(flow, step, changes):
    reply = flow.browser.get(flow.authorization_url(**changes))

    was = captured_step(step)
    assert reply.status_code == was["status"]
    assert reply.location == f"{was['headers']['Location']}&iss=http%3A%2F%2Flocalhost"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": 'co"de\xe9'}, "unsupported_response_type"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"scope": "PUBLIC_READ root"}, "invalid_scope"),
    ],
)
def test_other_errors_are_sent_to_the_application(flow, changes, error):
    heard = parse_redirect(flow.browser.get(flow.authorization_url(**changes)))

    assert (heard["error"], heard["state"], heard["iss"]) == (error, "xyz", ISSUER)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "zz"},
        {"client_id": None},
        {"client_id": "\0"},
        {"redirect_uri": "http://evil/"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": f"{CALLBACK}?x=1"},
        {"redirect_uri": "http://127.0.0.1:9/cb#here"},
        {"redirect_uri": "http://localhost:9/cb"},
        {"redirect_uri": 'javascript:alert("x")'},
        {"redirect_uri": "http://evil/", "response_type": "token"},
        {"client_id": "zz", "response_type": "token"},
    ],
)
def test_unknown_redirect_uris_are_never_followed(flow, changes):
    reply = flow.browser.get(flow.authorization_url(**changes))

    assert (reply.status_code, reply.mimetype, reply.location) == (400, "text/html", None)
    assert "This application cannot be authorised" in main_text(reply)


def test_scopes_beyond_those_of_the_application_are_refused(flow, client):
    client.scopes = "PUBLIC_READ ME_READ"

    heard = parse_redirect(flow.browser.get(flow.authorization_url(scope="PUBLIC_READ ME_WRITE")))

    assert heard["error"] == "invalid_scope"


def test_a_repeated_parameter_is_refused(flow):
    reply = flow.browser.get(f"{flow.authorization_url()}&scope=ME_WRITE")

    assert reply.status_code == 400


def test_a_native_application_may_use_any_port_without_secret(flow, client, session):
    native = make_client(session, "native", callback_url="http://127.0.0.1/cb", is_public=True)
    native.secret_hash = None
    flow = Flow(flow.browser, native, secret=None)

    code = flow.code(redirect_uri="http://127.0.0.1:51004/cb")
    wrong_port = flow.redeem(code, redirect_uri="http://127.0.0.1:51005/cb")
    code = flow.code(redirect_uri="http://127.0.0.1:51004/cb")
    reply = flow.redeem(code, redirect_uri="http://127.0.0.1:51004/cb")

    assert answer(wrong_port) == REDIRECT_MISMATCH
    assert reply.status_code == 200


def test_a_stored_consent_counts_for_requests_with_automatic_approval(flow):
    first = flow.browser.get(flow.authorization_url(approval_prompt="auto"))
    flow.answer()

    silent = flow.browser.get(flow.authorization_url(approval_prompt="auto"))
    asked = flow.browser.get(flow.authorization_url())
    more = flow.browser.get(flow.authorization_url(approval_prompt="auto", scope="PUBLIC_READ ME_WRITE"))

    assert [first.status_code, asked.status_code, more.status_code] == [200, 200, 200]
    assert flow.redeem(parse_redirect(silent)["code"]).status_code == 200


def test_a_public_application_always_needs_consent(flow, session):
    public = make_client(session, "public", callback_url=CALLBACK, is_public=True)
    flow = Flow(flow.browser, public, secret=None)
    flow.answer()

    assert flow.browser.get(flow.authorization_url(approval_prompt="auto")).status_code == 200


def test_an_address_without_slash_redirects_to_the_slash(flow):
    got, posted = flow.browser.get("/api/oauth/authorize?a=1"), flow.browser.post("/api/oauth/token", {"a": "1"})

    assert [(reply.status_code, reply.location, reply.data) for reply in (got, posted)] == [
        (301, "/api/oauth/authorize/?a=1", b""),
        (301, "/api/oauth/token/", b""),
    ]


@pytest.mark.parametrize(
    ("changes", "is_accepted"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, True),
        ({"code_challenge": None, "code_challenge_method": "S256"}, False),
        ({"code_challenge_method": None}, False),
        ({"code_challenge_method": "plain"}, False),
        ({}, True),
    ],
)
def test_an_application_without_pkce_sends_both_parameters_or_none(browser, session, changes, is_accepted):
    client = make_client(session, "old", SECRET, callback_url=CALLBACK, needs_pkce=False, kind=GANCIO)
    flow = Flow(browser, client)

    reply = browser.get(flow.authorization_url(**changes).replace("/api/oauth/authorize/", "/oauth/authorize"))

    if is_accepted:
        assert reply.status_code == 200
    else:
        assert parse_redirect(reply)["error"] == "invalid_request"
