"""Personal tokens, and access of applications (ephios spec 12)."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import PERSONAL, AccessToken, Consent
from joindin.operations.accounts.oauth_grants import store_code, store_consent
from joindin.operations.accounts.personal_tokens import MAX_PERSONAL_TOKENS
from joindin.security.scopes import ALL_SCOPES, join_scopes
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser, form_fields, main_text, make_user_with_password
from tests.factories import NOW, make_client, newest

HOME = "/api/settings/token/"
NEW = {"description": "my script", "scope": ["PUBLIC_READ", "ME_READ"]}


@pytest.fixture
def ada(session):
    return make_user_with_password(session, "ada")


@pytest.fixture
def own_browser(browser, ada):
    browser.sign_in(ada)
    return browser


def create_token(browser, **changes):
    return browser.send(f"{HOME}create/", NEW | changes)


def secret_in(page):
    return page.text.partition('<code class="secret">')[2].partition("<")[0]


def make_personal_token(session, user, value="own", **fields):
    fields = {"kind": PERSONAL, "description": "old script", "scopes": "ME_READ", "created_at": NOW, **fields}
    token = AccessToken(token_hash=hash_token(value), user_id=user.id, **fields)
    session.add(token)
    session.flush()
    return token


@pytest.mark.parametrize("path", ["", "create/", "reveal/1/"])
def test_visitor_is_redirected_to_sign_in(browser, path):
    reply = browser.get(HOME + path)

    assert (reply.status_code, reply.location) == (302, f"/accounts/login/?next={HOME}{path}")


def test_token_is_shown_once_and_works(own_browser, session, ada):
    made = create_token(own_browser, expires_0=f"{utc_now() + dt.timedelta(days=30):%Y-%m-%d}", expires_1="12:00")
    token = newest(session, AccessToken)
    shown, again = own_browser.get(made.location), own_browser.get(made.location)

    secret = secret_in(shown)
    assert (made.status_code, made.location) == (302, f"{HOME}reveal/{token.id}/")
    assert (len(secret), secret[:3], secret.isalnum()) == (50, "jip", True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert (token.token_hash, token.kind, token.user_id) == (hash_token(secret), "personal", ada.id)
    assert (token.scopes, token.description, token.expires_at.hour) == ("PUBLIC_READ ME_READ", "my script", 12)
    assert (again.status_code, again.location) == (302, HOME)
    assert "A token is shown only once. If you have not copied it, revoke it" in main_text(own_browser.get(HOME))
    reply = Browser(own_browser._client.application).get("/v2.1/token", headers={"Authorization": f"Bearer {secret}"})
    # Authenticated, but not through a trusted application.
    assert reply.status_code == 403


def test_cookie_does_not_reveal_the_token(own_browser):
    made = create_token(own_browser)
    carried = own_browser.cookie("joindin_memo")

    assert secret_in(own_browser.get(made.location)) not in carried


def test_token_is_not_shown_after_its_time(own_browser, session, monkeypatch):
    made = create_token(own_browser)
    newest(session, AccessToken).created_at -= dt.timedelta(minutes=1)
    session.commit()
    monkeypatch.setattr("joindin.resources.web.account.one_time_secret.TTL_S", -1)

    assert own_browser.get(made.location).status_code == 302
    assert "Token is too old to be revealed." in main_text(own_browser.get(HOME))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"description": ""}, "Say what the token is for"),
        ({"description": "x" * 1001}, "The description must have at most 1000 characters"),
        ({"scope": []}, "Choose at least one scope"),
        ({"scope": ["ROOT"]}, "not a valid choice"),
        ({"expires_0": "9999-12-31"}, "between the years 2 and 9998, or never"),
        ({"expires_0": "tomorrow"}, "Not a valid date value"),
        ({"expires_0": "", "expires_1": "12:00"}, "Enter the last day too, or leave the time empty."),
        ({"expires_1": "00:00"}, "Enter the last day too, or leave the time empty."),
    ],
)
def test_invalid_token_is_refused(own_browser, session, changes, message):
    reply = create_token(own_browser, **changes)

    assert reply.status_code == 200
    assert message in main_text(reply)
    assert newest(session, AccessToken) is None


def test_token_with_an_expiry_in_the_past_is_stored_and_useless(own_browser, session):
    made = create_token(own_browser, expires_0="2001-01-01")
    secret = secret_in(own_browser.get(made.location))

    reply = Browser(own_browser._client.application).get(
        "/api/users/me/", headers={"Authorization": f"Bearer {secret}"}
    )
    assert (made.status_code, len(secret), newest(session, AccessToken).expires_at.year) == (302, 50, 2001)
    assert reply.status_code == 403


def test_token_may_expire_later_than_in_a_year(own_browser, session):
    made = create_token(own_browser, expires_0="9998-12-30")

    shown = own_browser.get(made.location), own_browser.get(HOME)
    assert (made.status_code, newest(session, AccessToken).expires_at.year) == (302, 9998)
    assert [page.status_code for page in shown] == [200, 200]
    assert "30 December 9998" in main_text(shown[1])


def test_form_needs_the_csrf_token(own_browser, session):
    reply = own_browser.post(f"{HOME}create/", NEW)

    assert reply.status_code == 403
    assert newest(session, AccessToken) is None


def test_number_of_tokens_is_limited(own_browser, session, ada):
    for number in range(MAX_PERSONAL_TOKENS):
        make_personal_token(session, ada, f"own {number}")

    assert f"You have {MAX_PERSONAL_TOKENS} tokens already" in main_text(create_token(own_browser))


def test_page_lists_own_tokens_with_their_state(own_browser, session, ada):
    make_personal_token(session, ada, "a", description="For the printer", scopes=ALL_SCOPES, last_used_at=NOW)
    make_personal_token(session, ada, "b", description="Lapsed", expires_at=NOW - dt.timedelta(days=1))
    make_personal_token(session, ada, "c", description="Gone", revoked_at=NOW)
    make_personal_token(session, make_user_with_password(session, "eve"), "d", description="Eve's")
    client = make_client(session, name="web2")
    session.add(AccessToken(token_hash="x" * 64, user_id=ada.id, client_id=client.id, created_at=NOW))

    page = main_text(own_browser.get(HOME))

    assert "For the printer valid everything that you can do" in page
    assert "does not expire" in page
    assert "Lapsed expired" in page
    assert "Gone revoked" in page
    assert "web2" in page
    assert "Eve" not in page


def test_page_costs_a_fixed_number_of_statements(own_browser, session, ada, count_statements):
    def cost():
        own_browser.get(HOME)
        with count_statements() as seen:
            assert own_browser.get(HOME).status_code == 200
        return len(seen)

    def add(number):
        make_personal_token(session, ada, f"own {number}")
        client = make_client(session, f"app {number}", name=f"App {number}", owner_id=ada.id)
        store_consent(session, user_id=ada.id, client_id=client.id, scopes=["ME_READ"], now=NOW)
        session.add(AccessToken(token_hash=f"{number}".zfill(64), user_id=ada.id, client_id=client.id, created_at=NOW))

    add(1)
    one = cost()
    add(2)
    add(3)

    assert cost() == one


def test_token_is_revoked(own_browser, session, ada):
    token = make_personal_token(session, ada)

    reply = own_browser.send(f"{HOME}revoke/", {"pk": token.id}, page=HOME)

    assert (reply.status_code, reply.location) == (302, HOME)
    assert "Token was revoked." in main_text(own_browser.get(HOME))
    assert token.revoked_at is not None


@pytest.mark.parametrize("pk", ["", "x", "0", "4711", "9" * 30])
def test_unknown_token_cannot_be_revoked(own_browser, pk):
    assert own_browser.send(f"{HOME}revoke/", {"pk": pk}, page=HOME).status_code == 404


def test_token_of_another_user_is_neither_shown_nor_revoked(own_browser, session):
    token = make_personal_token(session, make_user_with_password(session, "eve"))

    revealed = own_browser.get(f"{HOME}reveal/{token.id}/")
    revoked = own_browser.send(f"{HOME}revoke/", {"pk": token.id}, page=HOME)

    assert [revealed.status_code, revoked.status_code] == [403, 404]
    assert token.revoked_at is None


def test_application_loses_its_access(own_browser, session, ada):
    client = make_client(session, name="Schedule")
    other = make_client(session, name="Other")
    for each in (client, other):
        store_consent(session, user_id=ada.id, client_id=each.id, scopes=["ME_READ"], now=NOW)
        store_code(
            session, f"code {each.id}", user_id=ada.id, client_id=each.id, kind="oauth2", scopes=join_scopes(["ME_READ"]),
            redirect_uri=None, code_challenge=None, lifetime=dt.timedelta(minutes=1), now=NOW,
        )  # fmt: skip
        make_personal_token(session, ada, f"token {each.id}", kind="oauth2", client_id=each.id, grant_id=None)
    before = main_text(own_browser.get(HOME))

    reply = own_browser.send(f"{HOME}withdraw/", {"client": client.id}, page=HOME)

    after = main_text(own_browser.get(HOME))
    assert (reply.status_code, reply.location) == (302, HOME)
    assert ("Schedule" in before, "Schedule" in after, "Other" in after) == (True, False, True)
    ended = session.scalars(select(AccessToken.client_id).where(AccessToken.revoked_at.is_not(None))).all()
    assert ended == [client.id]
    assert session.scalars(select(Consent.client_id)).all() == [other.id]


def test_form_has_the_fields_of_ephios(own_browser):
    fields = form_fields(own_browser.get(f"{HOME}create/").text)

    assert {"csrfmiddlewaretoken", "scope", "expires_0", "expires_1"} <= set(fields)
