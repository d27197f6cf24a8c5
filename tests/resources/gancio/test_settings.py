"""Settings of the site in the Gancio API (contract, section 14)."""

import pytest
from sqlalchemy import func, select

from joindin.models import AuditEntry, SiteSetting
from joindin.operations.agenda.site_setting_values import CHECKS
from joindin.queries.agenda.site_settings import DEFAULT_SETTINGS, SECRET_SETTINGS
from tests.factories import newest

# A value of each setting that is stored as it is sent, and one that is refused.
VALUES = {
    "title": ("Test agenda", "x" * 101),
    "description": ("Of our town", 5),
    "instance_timezone": ("Europe/Berlin", "Europe/Nowhere"),
    "instance_locale": ("de", "../de"),
    "instance_name": ("agenda", "a b"),
    "geocoding_provider_type": ("Photon", "Google"),
    "geocoding_provider": ("https://photon.example/api", "file:///etc/passwd"),
    "geocoding_countrycodes": (["it", "FR"], ["Italy"]),
    "tilelayer_provider": ("https://tiles.example/{z}/{x}/{y}.png", "javascript:alert(1)"),
    "tilelayer_provider_attribution": ("<a href='x'>Tiles</a>", 1),
    "trusted_instances_label": ("Friends", ["Friends"]),
    "dark_colors": ({"primary": "#ff0000", "error": "red"}, {"primary": "url(x)"}),
    "light_colors": ({"warning": "#123456"}, {"other": "#123456"}),
    "calendar_first_day_of_week": (1, True),
    "footerLinks": ([{"href": "/about", "label": "About"}], [{"href": "//evil.example", "label": "x"}]),
    "plugins": (["webhook"], "webhook"),
    "admin_email": ("agenda@example.org", "agenda"),
    "collection_in_home": ("music", 7),
    "default_fedi_hashtags": (["town"], ["x"] * 101),
    "custom_js": ("alert(1)", "x" * 100_001),
    "custom_css": ("h1 {color: red}", 5),
    "about": ("<p>We</p>", {}),
    "logo": ("logo.png", 5),
    "fallback_image": ("f.png", []),
    "header_image": ("h.png", False),
}


@pytest.fixture
def boss(gancio, admin):
    return gancio(admin)


def post(client, key, value, **fields):
    return client.post("/api/settings", {"key": key, "value": value} | fields)


def test_the_defaults_are_those_of_the_contract(boss):
    shown = boss.get("/api/settings").json

    assert shown == {name: value for name, value in DEFAULT_SETTINGS.items() if name not in SECRET_SETTINGS} | {
        "title": "joind.in",
        "baseurl": "http://web.example",
        "hostname": "web.example",
    }


@pytest.mark.parametrize("key", sorted(CHECKS))
def test_a_setting_is_stored_and_a_wrong_value_refused(boss, session, key):
    value, wrong = VALUES.get(key, (not DEFAULT_SETTINGS[key], "maybe"))

    stored = post(boss, key, value)

    assert (stored.status_code, stored.text) == (200, "OK")
    assert boss.get("/api/settings").json[key] == value
    entry = newest(session, AuditEntry)
    assert (entry.action, entry.subject_type, entry.subject_name) == ("site.set", "setting", key)

    refused = post(boss, key, wrong)

    assert (refused.status_code, refused.text.startswith(f"{key} must be ")) == (400, True)
    assert boss.get("/api/settings").json[key] == value

    assert post(boss, key, None).status_code == 200
    assert boss.get("/api/settings").json[key] == ("joind.in" if key == "title" else DEFAULT_SETTINGS[key])
    assert session.get(SiteSetting, key) is None


def test_every_setting_has_a_check_or_is_set_elsewhere():
    assert set(CHECKS) | set(SECRET_SETTINGS) == set(DEFAULT_SETTINGS) | set(SECRET_SETTINGS)


def test_other_settings_are_kept_for_clients(boss):
    assert post(boss, "plugin_webhook", {"url": "x", "on": [1, None]}).status_code == 200
    assert boss.get("/api/settings").json["plugin_webhook"] == {"url": "x", "on": [1, None]}


@pytest.mark.parametrize("key", ["token_of_a_plugin", "description"])
def test_a_secret_is_never_listed_again(boss, session, key):
    post(boss, key, "hush", is_secret=True)
    post(boss, key, "another")

    reply = boss.get("/api/settings")

    assert "hush" not in reply.text
    assert "another" not in reply.text
    assert session.get(SiteSetting, key).value == "another"
    assert newest(session, AuditEntry).changes == {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"key": "title"},
        {"value": 1},
        {"key": 5, "value": 1},
        {"key": ["title"], "value": "x"},
        {"key": "", "value": 1},
        {"key": "a b", "value": 1},
        {"key": "x" * 101, "value": 1},
        {"key": "a\0", "value": 1},
        {"key": "other", "value": "x" * 10_001},
        {"key": "smtp", "value": {"host": "mail.example"}},
        {"key": "privateKey", "value": "x"},
        {"key": "identity_url", "value": "https://other.example"},
        {"key": "baseurl", "value": "http://evil.example"},
        {"key": "title", "value": "x", "is_secret": "perhaps"},
    ],
)
def test_a_refused_setting_is_not_stored(boss, session, body):
    reply = boss.post("/api/settings", body)

    assert (reply.status_code, session.scalar(select(func.count()).select_from(SiteSetting))) == (400, 0)


def test_a_deeply_nested_value_is_refused(boss):
    reply = boss.post("/api/settings", data=b'{"key": "other", "value": ' + b"[" * 600 + b"]" * 600 + b"}",
                      content_type="application/json")  # fmt: skip

    assert reply.status_code == 400


def test_a_form_sets_flags(boss):
    assert boss.post("/api/settings", data={"key": "hide_calendar", "value": "true"}).status_code == 200
    assert boss.get("/api/settings").json["hide_calendar"] is True


def test_other_settings_are_limited_in_number(boss, session):
    for number in range(100):
        assert post(boss, f"other{number}", number).status_code == 200

    assert post(boss, "other100", 1).status_code == 400
    assert post(boss, "other99", "changed").status_code == 200
    assert post(boss, "title", "x").status_code == 200


@pytest.mark.parametrize(
    ("path", "key", "kind"), [("/custom_css", "custom_css", "text/css"), ("/custom_js", "custom_js", "text/javascript")]
)
def test_styles_and_code_are_served(gancio, boss, path, key, kind):
    post(boss, key, "h1 {color: red}")

    reply = gancio().get(path)

    assert (reply.status_code, reply.mimetype, reply.text) == (200, kind, "h1 {color: red}")


def test_a_change_is_shown_at_once(gancio, boss):
    before = [gancio().get("/custom_css").text, gancio().get("/.well-known/nodeinfo/2.0").json["metadata"]["nodeName"]]
    post(boss, "custom_css", "h1 {color: red}")
    post(boss, "title", "Test agenda")
    after = [gancio().get("/custom_css").text, gancio().get("/.well-known/nodeinfo/2.0").json["metadata"]["nodeName"]]

    assert (before, after) == (["", "joind.in"], ["h1 {color: red}", "Test agenda"])


def test_only_admins_read_and_write(gancio, editor, user, session):
    for client in (gancio(), gancio(user), gancio(editor)):
        assert (client.get("/api/settings").status_code, post(client, "title", "Mine").status_code) == (403, 403)
    assert session.get(SiteSetting, "title") is None
