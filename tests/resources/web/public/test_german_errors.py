"""Error pages in the language of the visitor."""

import pytest

from tests.browser_client import Browser, main_text
from tests.german_pages import GERMAN

FORM_NEEDED = (
    "Das hat nicht funktioniert "
    "Diese Adresse nimmt nur Formulare an. Gehen Sie zur Seite mit dem Formular zurück und senden Sie es dort ab."
)
NOT_ALLOWED = (
    "Dazu haben Sie keine Berechtigung Sie dürfen diese Seite nicht sehen oder dies nicht tun. "
    "Gastgeber einer Veranstaltung, Redakteure und Administratoren dürfen mehr."
)


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/guest/stars/", 405, FORM_NEEDED),
        ("POST", "/event/anything", 405, "Das hat nicht funktioniert Seiten kann man nur lesen."),
        ("GET", "/not-allowed", 403, NOT_ALLOWED),
    ],
)
def test_errors_before_the_page_begins_are_in_the_visitors_language(app, session, method, path, status, text):
    reply = Browser(app).request(method, path, headers=GERMAN)

    assert (reply.status_code, main_text(reply)) == (status, text)


def test_unexpected_errors_are_in_the_visitors_language(app, session, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "web.not_allowed_page", fail)

    reply = Browser(app).get("/not-allowed", headers=GERMAN)

    assert reply.status_code == 500
    assert main_text(reply).startswith("Etwas ist schiefgegangen Der Fehler liegt bei uns.")
