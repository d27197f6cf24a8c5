"""Pages on which applications are registered, changed, given another secret and removed."""

import pytest

from joindin.models import Client
from tests.browser_client import main_text, make_user_with_password
from tests.factories import make_client, newest

OWN, ALL = "/accounts/applications/", "/api/settings/applications/"
NEW = {
    "name": "Schedule",
    "description": "Shows the talks",
    "website": "https://app.example/",
    "kind": "confidential",
    "redirect_uris": "https://app.example/cb\r\nhttp://127.0.0.1/cb",
}


@pytest.fixture
def ada(session):
    return make_user_with_password(session, "ada")


@pytest.fixture
def at_home(browser, ada):
    browser.sign_in(ada)
    return browser


@pytest.fixture
def desk(another_browser, session):
    """A browser at which an admin is signed in."""
    another_browser.sign_in(make_user_with_password(session, "margaret", is_admin=True))
    return another_browser


def secret_in(page):
    _before, marker, after = page.text.partition("shown this once.")
    return after.partition('<code class="secret">')[2].partition("<")[0] if marker else None


def works(browser, client, secret):
    """Whether the token endpoint takes the secret."""
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": client.key, "client_secret": secret}
    return browser.post("/api/oauth/token/", form).json == {"error": "invalid_grant"}


def test_an_application_is_registered_and_its_secret_shown_once(at_home, session, ada):
    reply = at_home.send(f"{OWN}register/", NEW)
    client = newest(session, Client)
    shown, again = at_home.get(reply.location), at_home.get(reply.location)

    secret = secret_in(shown)
    assert (reply.status_code, reply.location) == (302, f"{OWN}{client.id}/")
    assert (client.name, client.owner_id, client.website) == ("Schedule", ada.id, "https://app.example/")
    assert client.redirect_uris == ["https://app.example/cb", "http://127.0.0.1/cb"]
    assert (len(client.key), client.is_public, client.is_trusted, client.needs_pkce) == (40, False, False, True)
    assert works(at_home, client, secret)
    assert (again.status_code, secret_in(again)) == (200, None)
    assert "Schedule" in main_text(at_home.get(OWN))


def test_a_public_application_has_no_secret(at_home, session):
    reply = at_home.send(f"{OWN}register/", NEW | {"kind": "public"})

    client = newest(session, Client)
    assert (client.is_public, client.secret_hash, secret_in(at_home.get(reply.location))) == (True, None, None)
    assert at_home.send(f"{OWN}{client.id}/secret/", page=OWN).status_code == 400


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Give the application a name"),
        ({"name": "x" * 256}, "The name must have at most 255 characters"),
        ({"website": "app.example"}, "Enter a whole address, or none"),
        ({"redirect_uris": ""}, "Give at least one address"),
        ({"redirect_uris": "javascript:alert(1)"}, "It must begin with https://"),
        ({"redirect_uris": "https://app.example/#x"}, "It must not have a fragment"),
        ({"redirect_uris": "http://app.example/", "kind": "public"}, "It must begin with https://"),
        ({"redirect_uris": "\n".join(f"https://app.example/{n}" for n in range(21))}, "Give at most 20 addresses"),
        ({"kind": "other"}, "Not a valid choice"),
    ],
)
def test_an_application_is_refused_with_a_reason(at_home, session, changes, sentence):
    reply = at_home.send(f"{OWN}register/", NEW | changes)

    assert reply.status_code == 200
    assert sentence in main_text(reply)
    assert newest(session, Client) is None


def test_an_application_is_changed_and_the_api_knows_the_same(at_home, api, session, ada):
    at_home.send(f"{OWN}register/", NEW)
    client = newest(session, Client)
    page = at_home.get(f"{OWN}{client.id}/update/")

    changed = {"name": "Plan", "description": "", "website": "", "redirect_uris": "https://plan.example/cb"}
    reply = at_home.send(f"{OWN}{client.id}/update/", changed)
    shown = api.signed_in(ada).get(f"/v2.1/applications/{client.id}").json["clients"][0]

    assert "https://app.example/cb\nhttp://127.0.0.1/cb" in page.text
    assert (reply.status_code, reply.location) == (302, f"{OWN}{client.id}/")
    assert (shown["application"], shown["callback_url"]) == ("Plan", "https://plan.example/cb")
    assert client.redirect_uris == ["https://plan.example/cb"]


def test_what_the_api_registered_is_on_the_page(at_home, api, session, ada):
    body = {"name": "By hand", "description": "x", "callback_url": "https://hand.example/cb"}
    api.signed_in(ada).post("/v2.1/applications", json=body)

    page = main_text(at_home.get(f"{OWN}{newest(session, Client).id}/"))

    assert "By hand" in page
    assert "https://hand.example/cb" in page


def test_another_secret_takes_the_place_of_the_first(at_home, session):
    first = secret_in(at_home.get(at_home.send(f"{OWN}register/", NEW).location))
    client = newest(session, Client)

    reply = at_home.send(f"{OWN}{client.id}/secret/", page=f"{OWN}{client.id}/")

    second = secret_in(at_home.get(reply.location))
    assert second not in (None, first)
    assert [works(at_home, client, secret) for secret in (first, second)] == [False, True]


def test_an_application_is_removed(at_home, session):
    at_home.send(f"{OWN}register/", NEW)
    client = newest(session, Client)
    asked = at_home.get(f"{OWN}{client.id}/delete/")

    reply = at_home.send(f"{OWN}{client.id}/delete/")

    assert asked.status_code == 200
    assert (reply.status_code, reply.location) == (302, OWN)
    assert newest(session, Client) is None


@pytest.mark.parametrize("path", ["", "update/", "delete/"])
def test_nobody_sees_anothers_but_admins(at_home, desk, session, path):
    eve = make_user_with_password(session, "eve")
    client = make_client(session, name="Eve's", owner_id=eve.id)
    session.commit()

    assert at_home.get(f"{OWN}{client.id}/{path}").status_code == 404
    assert at_home.get(f"{ALL}{client.id}/{path}").status_code == 403
    assert desk.get(f"{ALL}{client.id}/{path}").status_code == 200
    assert desk.get(f"{OWN}{client.id}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "register/"])
def test_the_list_of_all_is_for_admins(at_home, desk, session, path):
    make_client(session, name="Nobody's")

    assert at_home.get(ALL + path).status_code == 403
    assert desk.get(ALL + path).status_code == 200
    assert "Nobody's confidential" in main_text(desk.get(ALL))


def test_a_visitor_is_sent_to_sign_in(browser):
    assert browser.get(ALL).location == f"/accounts/login/?next={ALL}"
    assert browser.get(f"{OWN}1/").location == f"/accounts/login/?next={OWN}1/"
