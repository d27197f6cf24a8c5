"""Every route wants a scope: a token without it is refused, and one with it is let through."""

import re

import pytest
from flask import Flask

from joindin.http import token_scopes as table
from joindin.http.surface_routing import EPHIOS, GANCIO, V2_1, surface_for_path
from joindin.http.token_scopes import ROUTES, accepts_tokens, required_scope
from joindin.models import AccessToken
from joindin.security.scopes import SCOPES, join_scopes
from joindin.security.tokens import hash_token
from tests.factories import NOW, make_user

# What each surface says of a token that is not good for what was asked.
REFUSALS = {
    V2_1: lambda scope: (403, [f"This token is not good for that: it lacks the scope {scope}"]),
    GANCIO: lambda _scope: (403, "Forbidden"),
    EPHIOS: lambda _scope: (403, {"detail": "Sie sind nicht berechtigt, diese Aktion durchzuführen."}),
}


def routes(app):
    for rule in app.url_map.iter_rules():
        if accepts_tokens(rule):
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule, method


def tokens_with(session, user, kinds):
    """A token for each set of scopes."""
    for name, scopes in kinds.items():
        session.add(
            AccessToken(
                token_hash=hash_token(name),
                user_id=user.id,
                scopes=join_scopes(scopes),
                created_at=NOW,
                last_used_at=NOW,
            )
        )
    session.flush()


def path_of(rule):
    """An address of the rule. No rows are there, so that nothing happens that the next route would notice."""
    return re.sub(r"<(\w+:)?\w+>", lambda name: "nothing" if name[1] in (None, "path:") else "4711", rule.rule)


def test_every_route_wants_its_scope_and_no_other(app, api, session):
    user = make_user(session)
    without = {f"all-but-{scope}": set(SCOPES) - {scope} for scope in SCOPES}
    tokens_with(session, user, without | {scope: {scope} for scope in SCOPES})
    wrong = []

    for rule, method in routes(app):
        scope = required_scope(rule, method)
        refused = REFUSALS[surface_for_path(path_of(rule))](scope)
        if scope == "any":
            # Good for whoever is somebody, whatever the token is for.
            reply = api.request(method, path_of(rule), headers={"Authorization": "Bearer all-but-ME_READ"})
            wrong += [] if reply.status_code == 200 else [(method, rule.rule, reply.status_code)]
            continue
        for token, is_refused in ((f"all-but-{scope}", True), (scope, False)):
            reply = api.request(method, path_of(rule), headers={"Authorization": f"Bearer {token}"})
            answer = (reply.status_code, reply.get_json(silent=True) or reply.text)
            if (answer == refused) is not is_refused:
                wrong.append((method, rule.rule, token, answer))

    assert wrong == []


def test_the_table_has_no_route_that_is_not_there(app):
    there = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule, _ in routes(app)}

    assert set(ROUTES) - there == set()


def test_an_application_with_a_route_that_the_table_lacks_does_not_start():
    app = Flask("other")
    app.add_url_rule("/v2.1/secrets", view_func=lambda: "told")

    with pytest.raises(LookupError, match=r"^(GET|HEAD) /v2\.1/secrets has no scope"):
        table.init_app(app)


def test_a_refusal_names_the_scope_for_programs_too(api, session):
    tokens_with(session, make_user(session), {"narrow": ["ME_READ"]})

    reply = api.get("/v2.1/events", headers={"Authorization": "Bearer narrow"})

    assert reply.headers["WWW-Authenticate"] == (
        'Bearer realm="api.joind.in", error="insufficient_scope", scope="PUBLIC_READ"'
    )


@pytest.mark.parametrize(("scopes", "status"), [(["PUBLIC_READ"], 403), (["PUBLIC_READ", "CONFIDENTIAL_READ"], 200)])
@pytest.mark.parametrize("role", ["is_admin", "is_editor"])
def test_a_role_shows_through_a_token_only_with_the_confidential_scopes(api, session, role, scopes, status):
    tokens_with(session, make_user(session, **{role: True}), {"token": scopes})

    reply = api.get("/v2.1/events?filter=pending", headers={"Authorization": "Bearer token"})

    assert reply.status_code == status


def test_a_service_reads_what_is_public_and_is_nobody(api, session):
    session.add(AccessToken(token_hash=hash_token("service"), scopes="PUBLIC_READ ME_READ", created_at=NOW))

    public = api.get("/v2.1/events", headers={"Authorization": "Bearer service"})
    own = api.get("/v2.1/token", headers={"Authorization": "Bearer service"})

    assert (public.status_code, "user_uri" in public.json["meta"]) == (200, False)
    assert (own.status_code, own.json) == (401, ["You must be logged in"])
