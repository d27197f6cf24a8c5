"""Forms that another site sends with the cookies of a signed-in user, at every address that accepts a browser session."""

import pytest

from joindin.http.surface_routing import surface_for_path
from joindin.models import Passkey
from tests.authorization.world import OAUTH2, SESSION_SURFACES, Caller, fresh_network, list_routes, make_world
from tests.browser_client import Browser, make_user_with_password

pytestmark = pytest.mark.runs_once("CSRF tokens do not depend on the database")

# Applications call these with their secret, or with a password. They ignore cookies.
WITHOUT_SESSION = {
    "/api/login/token",
    "/api/oauth/introspect/",
    "/api/oauth/revoke_token/",
    "/api/oauth/token/",
    "/oauth/login",
    "/oauth/token",
}
# Mail programs send this form; the signed link is the authorization (RFC 8058).
SIGNED_LINKS = {"/accounts/mails/{token}/"}
# Cookies of language and colours. Pages of visitors are cached, so that they contain no token; another origin is refused.
PREFERENCES = {"/look/"}
# Instances call these with an invite code or their token.
BETWEEN_INSTANCES = {"/api/federation/setup/", "/api/federation/guest/delete/"}
READ_METHODS = ("GET", "HEAD", "OPTIONS")
OTHER_SITES = (
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "http://localhost:81",
    "https://localhost",
)


def attacks(app, session, browser):
    """Return the headers and fields of every way to send a form without a right to do it."""
    other = Browser(app)
    visitors_token = other.token()
    other.sign_in_directly(make_user_with_password(session))
    other_token, own_token = other.token("/accounts/profile/"), browser.token("/accounts/profile/")
    return [
        ({}, {}),
        ({"X-CSRFToken": ""}, {}),
        ({}, {"csrfmiddlewaretoken": "x.y.z"}),
        ({}, {"csrfmiddlewaretoken": other_token}),
        ({"X-CSRFToken": other_token}, {}),
        ({"X-CSRFToken": visitors_token}, {}),
        *[({"X-CSRFToken": own_token, "Origin": site}, {}) for site in OTHER_SITES],
    ]


@pytest.mark.slow("a thousand requests: every form for every attack")
def test_no_form_is_accepted_without_its_token_or_from_another_site(app, session, count_rows):
    world = make_world(session)
    admin = world.users["admin"]
    session.get_one(Passkey, world.ids["passkey_id"]).user_id = admin.id
    browser = Browser(app).sign_in_directly(admin)
    session.commit()
    tried, accepted = attacks(app, session, browser), []
    before = count_rows()

    for method, documented_path in list_routes(app, SESSION_SURFACES):
        if (
            method in READ_METHODS
            or documented_path in WITHOUT_SESSION | SIGNED_LINKS | PREFERENCES | BETWEEN_INSTANCES
        ):
            continue
        path = world.path(documented_path)
        for headers, fields in tried:
            reply = browser.request(method, path, headers=headers, data=fields, environ_base=fresh_network())
            if reply.status_code not in (403, 405):
                accepted.append((method, path, headers, fields, reply.status_code))

    assert accepted == []
    assert count_rows() == before
    assert browser.is_signed_in


def test_the_addresses_that_need_no_token_ignore_the_session(app, session):
    world = make_world(session)
    caller, visitor = Caller(app, world.users["admin"]), Caller(app)

    for path in sorted(WITHOUT_SESSION):
        answers = [each.browser.post(path, {"token": "x"}, environ_base=fresh_network()) for each in (caller, visitor)]

        assert surface_for_path(path) == OAUTH2
        assert len({(path, reply.status_code, reply.data) for reply in answers}) == 1
