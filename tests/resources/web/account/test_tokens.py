"""Tokens people make for themselves, and the applications they let in (ephios spec 12)."""

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
def at_home(browser, ada):
    browser.sign_in(ada)
    return browser


def make(browser, **changes):
    return browser.send(f"{HOME}create/", NEW | changes)


def secret_in(page):
    return page.text.partition('<code class="secret">')[2].partition("<")[0]


def make_own(session, user, value="own", **fields):
    fields = {"kind": PERSONAL, "description": "old script", "scopes": "ME_READ", "created_at": NOW, **fields}
    token = AccessToken(token_hash=hash_token(value), user_id=user.id, **fields)
    session.add(token)
    session.flush()
    return token


@pytest.mark.parametrize("path", ["", "create/", "reveal/1/"])
def test_a_visitor_is_sent_to_sign_in(browser, path):
    reply = browser.get(HOME + path)

    assert (reply.status_code, reply.location) == (302, f"/accounts/login/?next={HOME}{path}")


def test_a_token_is_made_shown_once_and_works(at_home, session, ada):
    made = make(at_home, expires_0=f"{utc_now() + dt.timedelta(days=30):%Y-%m-%d}", expires_1="12:00")
    token = newest(session, AccessToken)
    shown, again = at_home.get(made.location), at_home.get(made.location)

    secret = secret_in(shown)
    assert (made.status_code, made.location) == (302, f"{HOME}reveal/{token.id}/")
    assert (len(secret), secret[:3], secret.isalnum()) == (50, "jip", True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert (token.token_hash, token.kind, token.user_id) == (hash_token(secret), "personal", ada.id)
    assert (token.scopes, token.description, token.expires_at.hour) == ("PUBLIC_READ ME_READ", "my script", 12)
    assert (again.status_code, again.location) == (302, HOME)
    assert "Token is too old to be revealed." in main_text(at_home.get(HOME))
    called = Browser(at_home._client.application).get("/v2.1/token", headers={"Authorization": f"Bearer {secret}"})
    # Known, but not through an application of the house.
    assert called.status_code == 403


def test_nothing_in_the_cookie_tells_the_token(at_home):
    made = make(at_home)
    carried = at_home.cookie("joindin_memo")

    assert secret_in(at_home.get(made.location)) not in carried


def test_a_token_that_waits_too_long_is_not_shown(at_home, monkeypatch):
    made = make(at_home)
    monkeypatch.setattr("joindin.resources.web.account.one_time_secret.TTL_S", -1)

    assert at_home.get(made.location).status_code == 302


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"description": ""}, "Say what the token is for"),
        ({"description": "x" * 1001}, "The description must have at most 1000 characters"),
        ({"scope": []}, "Choose at least one scope"),
        ({"scope": ["ROOT"]}, "not a valid choice"),
        ({"expires_0": "2001-01-01"}, "between a day and a year from now"),
        ({"expires_0": "2199-01-01"}, "between a day and a year from now"),
        ({"expires_0": "tomorrow"}, "Not a valid date value"),
    ],
)
def test_a_token_is_refused_with_a_reason(at_home, session, changes, sentence):
    reply = make(at_home, **changes)

    assert reply.status_code == 200
    assert sentence in main_text(reply)
    assert newest(session, AccessToken) is None


def test_a_form_without_its_token_makes_none(at_home, session):
    reply = at_home.post(f"{HOME}create/", NEW)

    assert reply.status_code == 403
    assert newest(session, AccessToken) is None


def test_there_are_only_so_many(at_home, session, ada):
    for number in range(MAX_PERSONAL_TOKENS):
        make_own(session, ada, f"own {number}")

    assert f"You have {MAX_PERSONAL_TOKENS} tokens already" in main_text(make(at_home))


def test_the_page_lists_ones_own_and_how_they_are(at_home, session, ada):
    make_own(session, ada, "a", description="For the printer", scopes=ALL_SCOPES, last_used_at=NOW)
    make_own(session, ada, "b", description="Lapsed", expires_at=NOW - dt.timedelta(days=1))
    make_own(session, ada, "c", description="Gone", revoked_at=NOW)
    make_own(session, make_user_with_password(session, "eve"), "d", description="Eve's")
    client = make_client(session, name="web2")
    session.add(AccessToken(token_hash="x" * 64, user_id=ada.id, client_id=client.id, created_at=NOW))

    page = main_text(at_home.get(HOME))

    assert "For the printer valid all that you may" in page
    assert "does not expire" in page
    assert "Lapsed expired" in page
    assert "Gone revoked" in page
    assert "web2" in page
    assert "Eve" not in page


def test_the_page_costs_the_same_however_long(at_home, session, ada, count_statements):
    def cost():
        at_home.get(HOME)
        with count_statements() as seen:
            assert at_home.get(HOME).status_code == 200
        return len(seen)

    def add(number):
        make_own(session, ada, f"own {number}")
        client = make_client(session, f"app {number}", name=f"App {number}", owner_id=ada.id)
        store_consent(session, user_id=ada.id, client_id=client.id, scopes=["ME_READ"], now=NOW)
        session.add(AccessToken(token_hash=f"{number}".zfill(64), user_id=ada.id, client_id=client.id, created_at=NOW))

    add(1)
    one = cost()
    add(2)
    add(3)

    assert cost() == one


def test_a_token_is_revoked(at_home, session, ada):
    token = make_own(session, ada)

    reply = at_home.send(f"{HOME}revoke/", {"pk": token.id}, page=HOME)

    assert (reply.status_code, reply.location) == (302, HOME)
    assert "Token was revoked." in main_text(at_home.get(HOME))
    assert token.revoked_at is not None


@pytest.mark.parametrize("pk", ["", "x", "0", "4711", "9" * 30])
def test_what_is_nobodys_cannot_be_revoked(at_home, pk):
    assert at_home.send(f"{HOME}revoke/", {"pk": pk}, page=HOME).status_code == 404


def test_what_is_somebody_elses_is_neither_shown_nor_revoked(at_home, session):
    token = make_own(session, make_user_with_password(session, "eve"))

    revealed = at_home.get(f"{HOME}reveal/{token.id}/")
    revoked = at_home.send(f"{HOME}revoke/", {"pk": token.id}, page=HOME)

    assert [revealed.status_code, revoked.status_code] == [403, 404]
    assert token.revoked_at is None


def test_an_application_loses_all_that_it_was_allowed(at_home, session, ada):
    client = make_client(session, name="Schedule")
    other = make_client(session, name="Other")
    for each in (client, other):
        store_consent(session, user_id=ada.id, client_id=each.id, scopes=["ME_READ"], now=NOW)
        store_code(
            session, f"code {each.id}", user_id=ada.id, client_id=each.id, kind="oauth2", scopes=join_scopes(["ME_READ"]),
            redirect_uri=None, code_challenge=None, lifetime=dt.timedelta(minutes=1), now=NOW,
        )  # fmt: skip
        make_own(session, ada, f"token {each.id}", kind="oauth2", client_id=each.id, grant_id=None)
    before = main_text(at_home.get(HOME))

    reply = at_home.send(f"{HOME}withdraw/", {"client": client.id}, page=HOME)

    after = main_text(at_home.get(HOME))
    assert (reply.status_code, reply.location) == (302, HOME)
    assert ("Schedule" in before, "Schedule" in after, "Other" in after) == (True, False, True)
    ended = session.scalars(select(AccessToken.client_id).where(AccessToken.revoked_at.is_not(None))).all()
    assert ended == [client.id]
    assert session.scalars(select(Consent.client_id)).all() == [other.id]


def test_the_form_has_the_fields_that_ephios_clients_send(at_home):
    fields = form_fields(at_home.get(f"{HOME}create/").text)

    assert {"csrfmiddlewaretoken", "scope", "expires_0", "expires_1"} <= set(fields)
