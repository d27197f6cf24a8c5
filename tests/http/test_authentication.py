"""The rules of authentication, which hold on every surface that accepts tokens."""

import contextlib
import contextvars

import pytest

from joindin.errors import DomainError
from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.http.sessions import session_user
from joindin.models import AccessToken, AuditEntry
from joindin.operations.audit import log_action
from joindin.security.scopes import ALL_SCOPES
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser
from tests.factories import NOW, make_client, make_user, newest

TOKEN = "0123456789abcdef"

# An address of each surface that accepts tokens, for GET and for POST.
PATHS = {"v2_1": "/v2.1/talk_comments/1/reported", "gancio": "/api/client", "ephios": "/api/users/me/"}
SURFACES = sorted(PATHS)
TOKENLESS_PATHS = {"web": "/accounts/", "oauth2": "/oauth/authorize", "docs": "/docs", "media": "/static/web.css"}


@pytest.fixture
def user(session):
    return make_user(session, "ada", is_admin=True, is_editor=True, is_trusted=True)


def make_access_token(session, user, value=TOKEN, **fields):
    token = AccessToken(
        token_hash=hash_token(value),
        user_id=user and user.id,
        **{"scopes": ALL_SCOPES, "created_at": NOW, "last_used_at": NOW, **fields},
    )
    session.add(token)
    session.commit()
    return token


def authenticate(app, path, method="GET", scheme="Bearer", then=get_caller, **kwargs):
    """Return what ``then`` returns in a request with the token, after it was authenticated."""
    headers = {"Authorization": f"{scheme} {TOKEN}", **kwargs.pop("headers", {})}

    def handle():
        with app.test_request_context(path, method=method, headers=headers, **kwargs):
            with contextlib.suppress(DomainError):
                app.preprocess_request()
            return then()

    # A context of its own, for the application context of the test holds the identity otherwise.
    return contextvars.Context().run(handle)


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    ("method", "scopes", "has_roles"),
    [
        ("GET", "PUBLIC_READ PUBLIC_WRITE ME_READ ME_WRITE CONFIDENTIAL_WRITE", False),
        ("HEAD", "PUBLIC_READ PUBLIC_WRITE ME_READ ME_WRITE CONFIDENTIAL_WRITE", False),
        ("GET", "PUBLIC_READ ME_READ CONFIDENTIAL_READ", True),
        ("POST", "PUBLIC_READ PUBLIC_WRITE ME_READ ME_WRITE CONFIDENTIAL_READ", False),
        ("POST", "PUBLIC_WRITE ME_WRITE CONFIDENTIAL_WRITE", True),
        ("GET", ALL_SCOPES, True),
        ("POST", ALL_SCOPES, True),
    ],
)
def test_a_token_without_the_confidential_scope_has_no_roles(app, session, user, surface, method, scopes, has_roles):
    make_access_token(session, user, scopes=scopes)

    caller = authenticate(app, PATHS[surface], method)

    for identity in (caller.user, caller.token.user):
        assert (identity.id, identity.username, identity.is_trusted) == (user.id, "ada", True)
        assert (identity.is_admin, identity.is_editor) == (has_roles, has_roles)


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    ("fields", "name"), [({"name": "Web 2"}, "Web 2"), ({"name": None}, "web2"), ({"name": ""}, "web2"), (None, None)]
)
def test_the_audit_log_names_surface_application_and_address(app, session, user, surface, fields, name):
    client = make_client(session, "web2", **fields) if fields else None
    make_access_token(session, user, client_id=client and client.id)

    def act():
        log_action(db.session, "user.promote", user, actor=get_caller().user)
        db.session.commit()

    authenticate(app, PATHS[surface], then=act, environ_base={"REMOTE_ADDR": "192.0.2.7"})

    entry = newest(session, AuditEntry)
    assert (entry.surface, entry.client_name, entry.ip_address) == (surface, name, "192.0.2.7")
    assert (entry.actor_id, entry.actor_name) == (user.id, "ada")


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(("base_url", "is_known"), [("http://localhost", False), ("https://localhost", True)])
def test_a_token_in_clear_is_ignored_where_tls_is_required(
    app, session, user, monkeypatch, surface, base_url, is_known
):
    monkeypatch.setitem(app.config, "TOKENS_NEED_TLS", True)
    token = make_access_token(session, user, last_used_at=None)

    caller = authenticate(app, PATHS[surface], base_url=base_url)

    assert (caller.user is not None, caller.token is not None) == (is_known, is_known)
    session.expire_all()
    assert (session.get(AccessToken, token.id).last_used_at is not None) is is_known


@pytest.mark.parametrize("surface", SURFACES)
def test_the_last_use_is_recorded(app, session, user, surface):
    token, before = make_access_token(session, user, last_used_at=None), utc_now()

    authenticate(app, PATHS[surface])

    session.expire_all()
    assert session.get(AccessToken, token.id).last_used_at >= before


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("fields", [{"revoked_at": NOW}, {"expires_at": NOW}, {"value": "other"}])
def test_a_token_that_is_not_valid_gives_no_identity(app, session, user, surface, fields):
    make_access_token(session, user, **fields)

    caller = authenticate(app, PATHS[surface])

    assert (caller.user, caller.token) == (None, None)


@pytest.mark.parametrize("surface", SURFACES)
def test_a_token_of_a_service_has_no_user(app, session, surface):
    make_access_token(session, None)

    caller = authenticate(app, PATHS[surface])

    assert (caller.user, caller.token.scopes) == (None, frozenset(ALL_SCOPES.split()))


@pytest.mark.parametrize(
    ("surface", "accepted"),
    [("v2_1", {"Bearer", "bearer", "OAuth"}), ("gancio", {"Bearer", "bearer"}), ("ephios", {"Bearer", "bearer"})],
)
def test_a_surface_accepts_its_own_schemes(app, session, user, surface, accepted):
    make_access_token(session, user)

    assert {
        scheme
        for scheme in ("Bearer", "bearer", "OAuth", "Basic", "Token")
        if authenticate(app, PATHS[surface], scheme=scheme).user
    } == accepted


@pytest.mark.parametrize("surface", TOKENLESS_PATHS)
def test_pages_ignore_tokens(app, session, user, surface):
    token = make_access_token(session, user, last_used_at=None)

    caller = authenticate(app, TOKENLESS_PATHS[surface], then=lambda: (session_user(), get_caller())[1])

    assert (caller.user, caller.token) == (None, None)
    session.expire_all()
    assert session.get(AccessToken, token.id).last_used_at is None


@pytest.mark.parametrize(
    ("surface", "path"), [("web", "/accounts/"), ("oauth2", "/oauth/authorize"), ("ephios", PATHS["ephios"])]
)
def test_a_session_gives_the_identity_with_its_roles(app, session, user, surface, path):
    cookie = Browser(app).sign_in_directly(user).cookie("sessionid")
    session.commit()

    def act():
        session_user()
        log_action(db.session, "user.promote", user, actor=get_caller().user)
        db.session.commit()
        return get_caller()

    caller = authenticate(app, path, then=act, headers={"Cookie": f"sessionid={cookie}"})

    assert (caller.user.id, caller.user.is_admin, caller.user.is_editor, caller.token) == (user.id, True, True, None)
    entry = newest(session, AuditEntry)
    assert (entry.surface, entry.client_name, entry.actor_id) == (surface, None, user.id)


@pytest.mark.parametrize("path", ["/v2.1/token", "/api/clients"])
def test_a_session_is_no_identity_where_only_tokens_count(app, session, user, path):
    browser = Browser(app).sign_in_directly(user)

    assert browser.get(path).status_code == {"/v2.1/token": 401, "/api/clients": 403}[path]
