"""Pages for OAuth applications: registration, changes, secrets and deletion."""

import pytest

from joindin.models import Client
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.browser_client import main_text, make_user_with_password
from tests.factories import make_client, newest

OWN, ALL = "/accounts/applications/", "/api/settings/applications/"
NEW = {
    "name": "Schedule",
    "description": "Shows the talks",
    "website": "https://app.example/",
    "client_type": "confidential",
    "redirect_uris": "https://app.example/cb\r\nhttp://127.0.0.1/cb",
}


@pytest.fixture
def ada(session):
    return make_user_with_password(session, "ada")


@pytest.fixture
def own_browser(browser, ada):
    browser.sign_in(ada)
    return browser


@pytest.fixture
def admin_browser(another_browser, session):
    """A browser with a signed-in admin."""
    another_browser.sign_in(make_user_with_password(session, "margaret", is_admin=True))
    return another_browser


def secret_in(page):
    _before, marker, after = page.text.partition("shown only once.")
    return after.partition('<code class="secret">')[2].partition("<")[0] if marker else None


def is_valid_secret(browser, client, secret):
    """Whether the token endpoint accepts the secret."""
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": client.key, "client_secret": secret}
    return browser.post("/api/oauth/token/", form).json == {"error": "invalid_grant"}


def test_secret_is_shown_once_after_registration(own_browser, session, ada):
    reply = own_browser.send(f"{OWN}register/", NEW)
    client = newest(session, Client)
    shown, again = own_browser.get(reply.location), own_browser.get(reply.location)

    secret = secret_in(shown)
    assert (reply.status_code, reply.location) == (302, f"{OWN}{client.id}/")
    assert (client.name, client.owner_id, client.website) == ("Schedule", ada.id, "https://app.example/")
    assert client.redirect_uris == ["https://app.example/cb", "http://127.0.0.1/cb"]
    assert (len(client.key), client.is_public, client.is_trusted, client.needs_pkce) == (40, False, False, True)
    assert is_valid_secret(own_browser, client, secret)
    assert (again.status_code, secret_in(again)) == (200, None)
    assert "Schedule" in main_text(own_browser.get(OWN))


def test_public_application_has_no_secret(own_browser, session):
    reply = own_browser.send(f"{OWN}register/", NEW | {"client_type": "public"})

    client = newest(session, Client)
    assert (client.is_public, client.secret_hash, secret_in(own_browser.get(reply.location))) == (True, None, None)
    assert own_browser.send(f"{OWN}{client.id}/secret/", page=OWN).status_code == 400


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Give the application a name"),
        ({"name": "x" * 256}, "The name must have at most 255 characters"),
        ({"website": "app.example"}, "Enter a complete address, or leave it empty"),
        ({"redirect_uris": ""}, "Enter at least one redirect address"),
        ({"redirect_uris": "javascript:alert(1)"}, "It must begin with https://"),
        ({"redirect_uris": "https://app.example/#x"}, "It must not have a fragment"),
        ({"redirect_uris": "http://app.example/", "client_type": "public"}, "It must begin with https://"),
        ({"redirect_uris": "\n".join(f"https://app.example/{n}" for n in range(21))}, "Give at most 20 addresses"),
        ({"client_type": "other"}, "Not a valid choice"),
    ],
)
def test_invalid_application_is_refused(own_browser, session, changes, message):
    reply = own_browser.send(f"{OWN}register/", NEW | changes)

    assert reply.status_code == 200
    assert message in main_text(reply)
    assert newest(session, Client) is None


def test_edited_application_is_visible_in_the_api(own_browser, api, session, ada):
    own_browser.send(f"{OWN}register/", NEW)
    client = newest(session, Client)
    page = own_browser.get(f"{OWN}{client.id}/update/")

    changed = {"name": "Plan", "description": "", "website": "", "redirect_uris": "https://plan.example/cb"}
    reply = own_browser.send(f"{OWN}{client.id}/update/", changed)
    shown = api.signed_in(ada).get(f"/v2.1/applications/{client.id}").json["clients"][0]

    assert "https://app.example/cb\nhttp://127.0.0.1/cb" in page.text
    assert (reply.status_code, reply.location) == (302, f"{OWN}{client.id}/")
    assert (shown["application"], shown["callback_url"]) == ("Plan", "https://plan.example/cb")
    assert client.redirect_uris == ["https://plan.example/cb"]


def test_application_registered_with_the_api_is_on_the_page(own_browser, api, session, ada):
    body = {"name": "By hand", "description": "x", "callback_url": "https://hand.example/cb"}
    api.signed_in(ada).post("/v2.1/applications", json=body)

    page = main_text(own_browser.get(f"{OWN}{newest(session, Client).id}/"))

    assert "By hand" in page
    assert "https://hand.example/cb" in page


def test_new_secret_replaces_the_old_one(own_browser, session):
    first = secret_in(own_browser.get(own_browser.send(f"{OWN}register/", NEW).location))
    client = newest(session, Client)

    reply = own_browser.send(f"{OWN}{client.id}/secret/", page=f"{OWN}{client.id}/")

    second = secret_in(own_browser.get(reply.location))
    assert second not in (None, first)
    assert [is_valid_secret(own_browser, client, secret) for secret in (first, second)] == [False, True]


def test_application_is_deleted(own_browser, session):
    own_browser.send(f"{OWN}register/", NEW)
    client = newest(session, Client)
    asked = own_browser.get(f"{OWN}{client.id}/delete/")

    reply = own_browser.send(f"{OWN}{client.id}/delete/")

    assert asked.status_code == 200
    assert (reply.status_code, reply.location) == (302, OWN)
    assert newest(session, Client) is None


@pytest.mark.parametrize("path", ["", "update/", "delete/"])
def test_only_admins_see_applications_of_others(own_browser, admin_browser, session, path):
    eve = make_user_with_password(session, "eve")
    client = make_client(session, name="Eve's", owner_id=eve.id)
    session.commit()

    assert own_browser.get(f"{OWN}{client.id}/{path}").status_code == 404
    assert own_browser.get(f"{ALL}{client.id}/{path}").status_code == 403
    assert admin_browser.get(f"{ALL}{client.id}/{path}").status_code == 200
    assert admin_browser.get(f"{OWN}{client.id}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "register/"])
def test_list_of_all_applications_is_for_admins(own_browser, admin_browser, session, path):
    make_client(session, name="Nobody's")

    assert own_browser.get(ALL + path).status_code == 403
    assert admin_browser.get(ALL + path).status_code == 200
    assert "Nobody's confidential" in main_text(admin_browser.get(ALL))


def test_visitor_is_redirected_to_sign_in(browser):
    assert browser.get(ALL).location == f"/accounts/login/?next={ALL}"
    assert browser.get(f"{OWN}1/").location == f"/accounts/login/?next={OWN}1/"


@pytest.fixture
def staff_browser(another_browser, session):
    """A browser with a signed-in user who administers applications and is no admin."""
    sam = make_user_with_password(session, "sam")
    grant_permission(session, sam, "manage_applications", actor=None)
    another_browser.sign_in(sam)
    return another_browser


def test_administrator_of_applications_registers_one_with_a_known_id_and_secret(staff_browser, session):
    chosen = {"client_id": "roster", "client_secret": "secret-0123456789-0123"}

    reply = staff_browser.send(f"{ALL}register/", NEW | chosen)

    client = newest(session, Client)
    assert (reply.status_code, reply.location, client.key) == (302, f"{ALL}{client.id}/", "roster")
    assert is_valid_secret(staff_browser, client, chosen["client_secret"])
    assert secret_in(staff_browser.get(reply.location)) == chosen["client_secret"]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"client_id": "taken"}, "There is an application with the key 'taken' already"),
        ({"client_id": "with space"}, "without spaces or accents"),
        ({"client_id": "self"}, "is that of Gancio's sign-in"),
        ({"client_secret": "short"}, "The secret must have 20 to 255 characters"),
    ],
)
def test_unusable_id_or_secret_is_refused(staff_browser, session, count_rows, chosen, message):
    make_client(session, "taken")
    staff_browser.get(f"{ALL}register/")
    before = count_rows()

    reply = staff_browser.send(f"{ALL}register/", NEW | chosen)

    assert (reply.status_code, message in main_text(reply)) == (200, True)
    assert count_rows() == before


def test_applications_of_the_operator_are_changed_by_admins_only(staff_browser, session):
    client = make_client(session, "doors", name="Doors", is_first_party=True)

    page = staff_browser.get(f"{ALL}{client.id}/")
    statuses = [
        staff_browser.get(f"{ALL}{client.id}/update/").status_code,
        staff_browser.send(f"{ALL}{client.id}/secret/", page=ALL).status_code,
        staff_browser.send(f"{ALL}{client.id}/delete/", page=ALL).status_code,
    ]

    assert ("Doors" in main_text(page), "Delete" in main_text(page)) == (True, False)
    assert statuses == [403, 403, 403]
    assert session.get(Client, client.id) is not None


def test_an_application_of_ephios_may_have_no_name(admin_browser, session):
    made = admin_browser.send(f"{ALL}register/", NEW | {"name": ""})
    client = newest(session, Client)
    page = admin_browser.get(made.location)
    changed = admin_browser.send(f"{made.location}update/", NEW | {"name": " ", "website": ""})

    session.expire_all()
    assert (made.status_code, changed.status_code) == (302, 302)
    assert f"<h1>{client.key}</h1>" in page.text
    assert (client.name, client.website) == ("", None)
