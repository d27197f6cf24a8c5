"""Addresses by which other servers discover this one (contract, section 16), and the small routes of the API."""

import pytest

from joindin.http.surface_routing import GANCIO, surface_for_path
from joindin.models import SiteSetting
from tests.factories import NOW, make_event, make_pending_event, make_user
from tests.resources.gancio.web_server import web_server
from tests.services import free_port

BASE = "http://web.example"
NO_ACCOUNT = (
    'Bad request. Please make sure "acct:USER@DOMAIN" is what you are sending as the "resource" query parameter.'
)


@pytest.fixture
def federating(session):
    for key, value in {"enable_federation": True, "instance_name": "agenda", "title": "Test agenda"}.items():
        session.add(SiteSetting(key=key, value=value, updated_at=NOW))


@pytest.mark.parametrize(
    "resource", ["acct:agenda@web.example", "acct:agenda@WEB.example", f"{BASE}/federation/u/agenda", BASE]
)
def test_webfinger_describes_the_actor(gancio, federating, resource):
    reply = gancio().get("/.well-known/webfinger", query_string={"resource": resource})

    assert (reply.status_code, reply.mimetype, reply.headers["Access-Control-Allow-Origin"]) == (
        200, "application/jrd+json", "*"
    )  # fmt: skip
    assert reply.json == {
        "subject": "acct:agenda@web.example",
        "links": [
            {"rel": "self", "type": "application/activity+json", "href": f"{BASE}/federation/u/agenda"},
            {"rel": "http://webfinger.net/rel/avatar", "type": "image/png", "href": f"{BASE}/logo.png"},
        ],
    }


@pytest.mark.parametrize(
    ("resource", "status", "text"),
    [
        ("acct:someone@web.example", 404, "No record found for someone"),
        ("acct:agenda@example.org", 400, NO_ACCOUNT),
        ("acct:agenda@web.example:8080", 400, NO_ACCOUNT),
        ("acct:@web.example", 400, NO_ACCOUNT),
        ("agenda@web.example", 400, NO_ACCOUNT),
        ("", 400, NO_ACCOUNT),
        ("\0", 400, NO_ACCOUNT),
        (None, 400, NO_ACCOUNT),
    ],
)
def test_webfinger_knows_no_other_account(gancio, federating, resource, status, text):
    query = {} if resource is None else {"resource": resource}
    reply = gancio().get("/.well-known/webfinger", query_string=query)

    assert (reply.status_code, reply.text, reply.headers["Access-Control-Allow-Origin"]) == (status, text, "*")


@pytest.fixture
def not_federating(session):
    session.add(SiteSetting(key="enable_federation", value=False, updated_at=NOW))


def test_without_federation_there_is_no_actor(gancio, not_federating):
    finger = gancio().get("/.well-known/webfinger?resource=acct:relay@web.example")
    actor = gancio().get("/federation/u/relay", headers={"Accept": "application/activity+json"})
    inbox = gancio().post("/federation/u/relay/inbox", {"type": "Follow"})

    assert (finger.status_code, finger.text) == (404, "Federation disabled")
    assert [(r.status_code, r.text) for r in (actor, inbox)] == [(401, "Federation disabled")] * 2


@pytest.mark.parametrize("is_federating", [False, True])
def test_nodeinfo_lists_its_versions_and_the_actor(gancio, request, is_federating):
    request.getfixturevalue("federating" if is_federating else "not_federating")
    schema = "http://nodeinfo.diaspora.software/ns/schema/"
    actor = {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": f"{BASE}/federation/u/agenda"}

    reply = gancio().get("/.well-known/nodeinfo")

    assert reply.json == {
        "links": [
            {"rel": f"{schema}2.0", "href": f"{BASE}/.well-known/nodeinfo/2.0"},
            {"rel": f"{schema}2.1", "href": f"{BASE}/.well-known/nodeinfo/2.1"},
            *([actor] if is_federating else []),
        ]
    }
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_nodeinfo_describes_the_site(gancio, federating, session, version):
    make_event(session, host=make_user(session)), make_pending_event(session)
    make_user(session, is_active=False)

    shown = gancio().get(f"/.well-known/nodeinfo/{version}").json

    assert shown.pop("software")["name"] == "joindin"
    assert shown == {
        "version": version,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": ["rss2.0"]},
        "openRegistrations": True,
        "usage": {"users": {"total": 1}, "localPosts": 1, "localComments": 0},
        "metadata": {
            "nodeDescription": "A shared agenda for local communities",
            "nodeName": "Test agenda",
            "nodeTimezone": "Europe/Rome",
            "nodeActor": "agenda",
        },
    }


def test_the_other_documents(gancio):
    info, meta = gancio().get("/.well-known/x-nodeinfo2"), gancio().get("/.well-known/host-meta")

    assert (info.json["version"], info.json["server"]["baseUrl"], info.json["server"]["name"]) == (
        "1.0",
        BASE,
        "joind.in",
    )
    assert meta.mimetype == "application/xrd+xml"
    assert f'template="{BASE}/.well-known/webfinger?resource={{uri}}"' in meta.text


@pytest.mark.parametrize("path", ["nothing", "security.txt", "nodeinfo/1.0", "nodeinfo/2.0/x", "a/b"])
def test_other_addresses_are_not_found(gancio, path):
    reply = gancio().get(f"/.well-known/{path}")

    assert (reply.status_code, reply.text) == (404, "404: Page not Found")


def test_the_lists_of_the_fediverse_are_empty(gancio, editor, admin):
    client = gancio(editor)

    assert [
        client.get(f"/api/{path}").json for path in ("instances", "ap_actors", "resources", "instances/trusted")
    ] == [[]] * 4
    assert gancio().get("/api/ap_actors/stats").json == {"n_followers": 0, "n_events": 0, "n_resources": 0}
    assert client.post("/api/ap_actors/toggle_block", {"ap_id": "x"}).status_code == 404
    assert gancio(admin).post("/api/ap_actors/add_trust", {"url": "https://other.example"}).status_code == 400


def test_there_are_no_plugins(gancio, admin):
    client = gancio(admin)

    assert client.get("/api/plugins").json == []
    assert [client.put("/api/plugin/x").text, client.post("/api/plugin/test/x").text] == ["Not Found"] * 2


@pytest.mark.parametrize(("code", "word"), [("en", "Places"), ("de", "Orte"), ("it", "Luoghi")])
def test_words_of_the_interface(gancio, code, word):
    assert gancio().get(f"/api/locale/{code}").json["common"]["places"] == word


@pytest.mark.parametrize("code", ["xx", "EN", "..", "en-US"])
def test_words_in_no_language(gancio, code):
    reply = gancio().get(f"/api/locale/{code}")

    assert (reply.status_code, reply.text) == (404, "Not Found")


def test_the_server_is_alive(gancio):
    assert gancio().get("/api/ping").text == "OK"


def test_the_server_reaches_its_own_address(app, gancio, monkeypatch):
    with web_server(lambda path: (200, b"OK")) as (address, requests):
        monkeypatch.setitem(app.config, "PUBLIC_URL", address)
        reply = gancio().get("/api/reachable")

    assert (reply.status_code, reply.text, requests) == (200, "OK", ["/api/ping"])


@pytest.mark.parametrize("answer", [(200, b"<html>parked</html>"), (503, b"OK")])
def test_another_server_at_the_address_is_no_answer(app, gancio, monkeypatch, answer):
    with web_server(lambda path: answer) as (address, _):
        monkeypatch.setitem(app.config, "PUBLIC_URL", address)
        reply = gancio().get("/api/reachable")

    assert (reply.status_code, reply.text) == (400, "Bad Request")


def test_a_server_that_does_not_answer_is_not_reachable(app, gancio, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", f"http://127.0.0.1:{free_port()}")

    assert gancio().get("/api/reachable").status_code == 400


def test_gancio_has_no_address_with_a_slash_at_its_end(app):
    adapter = app.url_map.bind("localhost")
    wrong = []
    for rule in app.url_map.iter_rules():
        if surface_for_path(rule.rule) != GANCIO or not rule.rule.startswith("/api/") or "path:" in rule.rule:
            continue
        method = min(rule.methods - {"HEAD"})
        path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, "1"), method)
        # The same address with a slash may be one of ephios.
        if adapter.test(f"{path}/", method) and not adapter.match(f"{path}/", method, return_rule=True)[
            0
        ].rule.endswith("/"):
            wrong.append(rule.rule)

    assert wrong == []
