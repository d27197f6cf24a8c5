"""Authentication of the ephios API, compared with the captures."""

import json
from pathlib import Path

import pytest

from joindin.models import PERSONAL, AccessToken
from joindin.security.scopes import ALL_SCOPES
from joindin.security.tokens import hash_token
from tests.browser_client import make_user_with_password
from tests.factories import NOW

ORACLE = Path(__file__).parents[3] / "../shared/oracle/ephios"
NO_CREDENTIALS = {"detail": "Authentication credentials were not provided."}
NO_PERMISSION = {"detail": "You do not have permission to perform this action."}
ME = "/api/users/me/"


@pytest.fixture
def ada(session):
    return make_user_with_password(session, "ada", full_name="Ada Lovelace")


def make_token(session, user, value="token", **fields):
    fields = {"kind": PERSONAL, "scopes": ALL_SCOPES, "created_at": NOW, **fields}
    token = AccessToken(token_hash=hash_token(value), user_id=user and user.id, **fields)
    session.add(token)
    session.flush()
    return token


def send_request(browser, path=ME, token="token", method="GET", **headers):
    headers = {"Accept-Language": "en", "Authorization": f"Bearer {token}", **headers}
    return browser.request(method, path, headers=headers)


def captured(name):
    return json.loads((ORACLE / name).read_text())


def assert_as_captured(reply, name):
    was = captured(name)
    here = json.loads(json.dumps(was["body"]).replace("http://127.0.0.1:13130", "http://localhost"))
    assert (reply.status_code, reply.get_json(silent=True)) == (was["status"], here)
    for header in ("Content-Type", "Vary", "Allow", "Content-Language", "X-Frame-Options", "Referrer-Policy"):
        assert reply.headers.get(header) == was["headers"].get(header), header


def test_the_root_is_as_captured_for_any_token_of_a_user(browser, session, ada):
    make_token(session, ada, scopes="PUBLIC_WRITE")

    assert_as_captured(send_request(browser, "/api/"), "01_api_root.json")


def test_a_user_is_represented_as_captured(browser, session, ada):
    make_token(session, ada, scopes="ME_READ")

    reply = send_request(browser)

    assert (reply.status_code, list(reply.json)) == (200, list(captured("09_users_me.json")["body"]))
    assert (reply.json["id"], reply.json["display_name"], reply.json["email"]) == (ada.id, "Ada Lovelace", ada.email)


def test_a_session_needs_no_scope(browser, ada):
    browser.sign_in(ada)

    assert browser.get(ME).json["id"] == ada.id


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_may_be_in_any_case(browser, session, ada, scheme):
    make_token(session, ada)

    assert send_request(browser, Authorization=f"{scheme} token").status_code == 200


@pytest.mark.parametrize("authorization", ["Bearer nope", "Bearer", "Token token", "OAuth token", "Basic dG9rZW46", ""])
def test_a_bad_token_is_403_as_captured(browser, session, ada, authorization):
    make_token(session, ada)

    assert_as_captured(send_request(browser, Authorization=authorization), "18_err_bad_token_403.json")


def test_no_token_is_403_in_german_by_default(browser):
    assert_as_captured(browser.get(ME), "17_err_no_token_403_german_default.json")
    assert_as_captured(browser.get(ME, headers={"Accept-Language": "en"}), "16_err_no_token_403.json")
    assert browser.get(ME, headers={"Accept-Language": "fr"}).headers["Content-Language"] == "de"


def test_the_cookie_chooses_the_language_before_the_header(browser):
    browser.set_cookie("django_language", "de")

    assert browser.get(ME, headers={"Accept-Language": "en"}).json == {"detail": "Anmeldedaten fehlen."}


@pytest.mark.parametrize("fields", [{"expires_at": NOW}, {"revoked_at": NOW}])
def test_an_ended_token_is_403_as_captured(browser, session, ada, fields):
    make_token(session, ada, **fields)

    assert_as_captured(send_request(browser), "19_err_expired_token_403.json")


def test_a_token_of_a_deactivated_user_is_not_valid(browser, session):
    make_token(session, make_user_with_password(session, is_active=False))

    assert (send_request(browser).status_code, send_request(browser).json) == (403, NO_CREDENTIALS)


def test_a_missing_scope_is_403_as_captured(browser, session, ada):
    make_token(session, ada, scopes="PUBLIC_READ PUBLIC_WRITE ME_WRITE CONFIDENTIAL_READ CONFIDENTIAL_WRITE")

    assert_as_captured(send_request(browser), "20_err_missing_scope_403.json")


@pytest.mark.parametrize("path", ["/api/", ME])
def test_a_token_without_user_has_no_permission(browser, session, path):
    make_token(session, None)

    assert (send_request(browser, path).status_code, send_request(browser, path).json) == (403, NO_PERMISSION)


def test_a_token_in_the_address_is_ignored(browser, session, ada):
    make_token(session, ada)

    assert browser.get(f"{ME}?access_token=token", headers={"Accept-Language": "en"}).json == NO_CREDENTIALS


def test_authentication_comes_before_the_method(browser, session, ada):
    make_token(session, ada)

    known, unknown = send_request(browser, method="POST"), send_request(browser, method="POST", token="nope")

    assert (known.status_code, known.json) == (405, captured("26_err_method_405.json")["body"])
    assert (unknown.status_code, unknown.json) == (403, NO_CREDENTIALS)


def test_a_session_writes_nothing_without_the_token_of_a_page(browser, ada):
    browser.sign_in(ada)

    reply = browser.post(ME, headers={"Accept-Language": "en"})

    assert (reply.status_code, reply.json) == (403, {"detail": "CSRF Failed: CSRF token missing."})


def test_an_address_without_slash_redirects_to_the_slash(browser):
    reply = browser.get("/api/users/me?a=1")

    assert (reply.status_code, reply.location) == (301, "/api/users/me/?a=1")


def test_an_unknown_address_is_a_page(browser):
    reply = browser.get("/api/nothing/")

    assert (reply.status_code, reply.mimetype) == (404, "text/html")
