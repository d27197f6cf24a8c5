"""Every route requires a scope: a token without it is refused, a token with it is accepted."""

import re

import pytest
from flask import Flask

from joindin.http import token_scopes
from joindin.http.surface_routing import EPHIOS, GANCIO, V2_1, surface_for_path
from joindin.http.token_scopes import ANY_SCOPE, PUBLIC, accepts_tokens, required_scope
from joindin.models import AccessToken, SiteSetting
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.security.scopes import SCOPES, join_scopes
from joindin.security.tokens import hash_token
from tests.factories import NOW, make_client, make_user

# The response of each surface to a token without the scope.
REFUSALS = {
    V2_1: lambda scope: (403, [f"This token does not have the scope {scope}"]),
    GANCIO: lambda _scope: (403, "Forbidden"),
    EPHIOS: lambda _scope: (403, {"detail": "Sie sind nicht berechtigt, diese Aktion durchzuführen."}),
}
# Their tokens have no user and no scope.
FOR_FEDERATION_GUESTS = ("/api/federation/events/", "/api/federation/guest/delete/")
# An invite code in the body is the credential.
WITHOUT_TOKEN = ("/api/federation/setup/",)


def routes(app):
    for rule in app.url_map.iter_rules():
        if accepts_tokens(rule) and rule.rule not in WITHOUT_TOKEN:
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule, method


def tokens_with(session, user, kinds):
    """Add a token for each set of scopes, of a client that may do everything."""
    client = make_client(session)
    for name, scopes in kinds.items():
        session.add(
            AccessToken(
                token_hash=hash_token(name),
                user_id=user.id,
                client_id=client.id,
                scopes=join_scopes(scopes),
                created_at=NOW,
                last_used_at=NOW,
            )
        )
    session.flush()


def path_of(rule):
    """Return an address of the rule. The database has no such rows, and no request changes the result of the next."""
    path = rule.rule.replace("<form>", "rss")
    return re.sub(r"<(\w+:)?\w+>", lambda name: "nothing" if name[1] in (None, "path:") else "4711", path)


def test_every_route_requires_its_scope_and_no_other(app, api, session):
    # An admin: the Gancio API refuses a role with the same words as a scope.
    user = make_user(session, is_admin=True)
    # Without the role of an admin, which PUBLIC_WRITE does not carry, planning needs a permission.
    grant_permission(session, user, "add_event", None, actor=None)
    # Some routes refuse everyone unless the site allows moderation.
    session.add(SiteSetting(key="enable_moderation", value=True, updated_at=NOW))
    without = {f"all-but-{scope}": set(SCOPES) - {scope} for scope in SCOPES}
    tokens_with(session, user, without | {scope: {scope} for scope in SCOPES})
    wrong = []

    for rule, method in routes(app):
        scope = required_scope(app.extensions["route_scopes"], rule, method)
        refused = REFUSALS[surface_for_path(path_of(rule))](scope)
        if scope == "any":
            # Every token of a user is accepted, or none.
            reply = api.request(method, path_of(rule), headers={"Authorization": "Bearer all-but-ME_READ"})
            expected = 403 if rule.rule in FOR_FEDERATION_GUESTS else 200
            wrong += [] if reply.status_code == expected else [(method, rule.rule, reply.status_code)]
            continue
        for token, is_refused in ((f"all-but-{scope}", True), (scope, False)):
            reply = api.request(method, path_of(rule), headers={"Authorization": f"Bearer {token}"})
            answer = (reply.status_code, reply.get_json(silent=True) or reply.text)
            if (answer == refused) is not is_refused:
                wrong.append((method, rule.rule, token, answer))

    assert wrong == []


@pytest.fixture
def other_app():
    app = Flask("other", static_folder=None)
    app.add_url_rule("/v2.1/secrets", view_func=lambda: "secret", methods=["GET", "PUT"])
    return app


def test_an_application_with_a_route_without_scope_does_not_start(other_app):
    with pytest.raises(LookupError, match=r"^(GET|HEAD|PUT) /v2\.1/secrets has no scope"):
        token_scopes.init_app(other_app, [])


@pytest.mark.parametrize(
    "entry", [{"GET": "PUBLIC_READ"}, {"GET": "PUBLIC_READ", "PUT": "EVERYTHING"}, ("PUBLIC_READ", "")]
)
def test_every_method_needs_a_scope_that_exists(other_app, entry):
    with pytest.raises(LookupError, match=r"^PUT /v2\.1/secrets has no scope"):
        token_scopes.init_app(other_app, [{"/v2.1/secrets": entry}])


def test_an_application_with_the_scope_of_an_unknown_route_does_not_start(other_app):
    with pytest.raises(LookupError, match=r"^There is no route /v2\.1/nothing"):
        token_scopes.init_app(other_app, [{"/v2.1/secrets": PUBLIC}, {"/v2.1/nothing": ANY_SCOPE}])


def test_an_application_that_declares_a_route_twice_does_not_start(other_app):
    with pytest.raises(LookupError, match=r"^/v2\.1/secrets is declared twice"):
        token_scopes.init_app(other_app, [{"/v2.1/secrets": PUBLIC}, {"/v2.1/secrets": PUBLIC}])


def test_an_application_whose_tables_are_complete_starts(other_app):
    token_scopes.init_app(other_app, [{"/v2.1/secrets": {"GET": "PUBLIC_READ", "PUT": "ME_WRITE"}}])

    assert other_app.extensions["scopes"] == {
        ("/v2.1/secrets", "GET"): "PUBLIC_READ",
        ("/v2.1/secrets", "HEAD"): "PUBLIC_READ",
        ("/v2.1/secrets", "PUT"): "ME_WRITE",
    }


def test_the_challenge_names_the_missing_scope(api, session):
    tokens_with(session, make_user(session), {"narrow": ["ME_READ"]})

    reply = api.get("/v2.1/events", headers={"Authorization": "Bearer narrow"})

    assert reply.headers["WWW-Authenticate"] == (
        'Bearer realm="api.joind.in", error="insufficient_scope", scope="PUBLIC_READ"'
    )


@pytest.mark.parametrize(("scopes", "status"), [(["PUBLIC_READ"], 403), (["PUBLIC_READ", "CONFIDENTIAL_READ"], 200)])
@pytest.mark.parametrize("role", ["is_admin", "is_editor"])
def test_a_token_carries_a_role_only_with_the_confidential_scopes(api, session, role, scopes, status):
    tokens_with(session, make_user(session, **{role: True}), {"token": scopes})

    reply = api.get("/v2.1/events?filter=pending", headers={"Authorization": "Bearer token"})

    assert reply.status_code == status


def test_a_service_reads_public_data_and_has_no_user(api, session):
    session.add(AccessToken(token_hash=hash_token("service"), scopes="PUBLIC_READ ME_READ", created_at=NOW))

    public = api.get("/v2.1/events", headers={"Authorization": "Bearer service"})
    own = api.get("/v2.1/token", headers={"Authorization": "Bearer service"})

    assert (public.status_code, "user_uri" in public.json["meta"]) == (200, False)
    assert (own.status_code, own.json) == (401, ["You must be logged in"])
