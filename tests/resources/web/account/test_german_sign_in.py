"""Pages of signing in, registration and passwords in German."""

import datetime as dt
from urllib.parse import urlencode

import pyotp
import pytest

from joindin.models import PERSONAL, ExternalIdentity, Mail
from joindin.operations.accounts.second_factors import add_authenticator
from joindin.utils.datetimes import utc_now
from tests.api_client import issue_token
from tests.browser_client import PASSWORD, Browser, form_fields, main_text, make_user_with_password
from tests.factories import newest
from tests.german_pages import GERMAN, check_german
from tests.resources.web.account.conftest import CALLBACK

LOGIN, REGISTER, VERIFY = "/accounts/login/", "/accounts/register/", "/accounts/verify/"
FORGOTTEN, NEW_PASSWORD, SECOND = "/accounts/password/reset/", "/accounts/password/new/", "/accounts/second/"
NEW = {"username": "hedy", "full_name": "Hedy Lamarr", "email": "hedy@example.org", "password": "hop the frequencies"}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class GermanBrowser(Browser):
    def request(self, method, path, headers=None, **kwargs):
        return super().request(method, path, headers=GERMAN | (headers or {}), **kwargs)


@pytest.fixture
def browser(app, session):
    return GermanBrowser(app)


@pytest.fixture
def ann(session):
    return make_user_with_password(session, "ann", full_name="Ann")


def check_page(reply, *texts, status=200):
    check_german(reply, "sign_in", "common", "search", status=status)
    shown = main_text(reply)
    assert [text for text in texts if text not in shown] == []


def check_message(browser, reply, message):
    """Check that the action was performed, and that the next page has the message."""
    assert reply.status_code in (302, 303), main_text(reply)
    check_page(browser.get(reply.location), message)


@pytest.mark.parametrize(
    "path",
    [LOGIN, REGISTER, f"{REGISTER}sent/", VERIFY, FORGOTTEN, f"{FORGOTTEN}sent/", NEW_PASSWORD, "/user/logout"],
)
def test_pages_of_visitors(browser, path):
    check_page(browser.get(path))


def test_refused_sign_in(browser, session, ann):
    unverified = make_user_with_password(session, "uli", is_verified=False)

    check_page(browser.send(LOGIN, {}), "Geben Sie Ihr Passwort ein", "Geben Sie Ihre E-Mail-Adresse oder Ihren")
    check_page(browser.sign_in(ann, "falsch"), "Der Name oder das Passwort ist falsch")
    refused = browser.sign_in(unverified)
    check_page(refused, "Ihr Passwort ist richtig, aber", "Bestätigungsmail noch einmal senden")
    sent = browser.post("/accounts/login/confirmation/", form_fields(refused.text))
    check_message(browser, sent, "Wir haben Ihnen einen neuen Link gesendet.")
    again = browser.send("/accounts/login/confirmation/", page=LOGIN)
    check_message(browser, again, "Melden Sie sich noch einmal an, um die Mail anzufordern.")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (dict.fromkeys(NEW, ""), "Wählen Sie einen Benutzernamen"),
        ({"username": "a/b"}, "Ein Benutzername darf weder @ noch / enthalten"),
        ({"username": "."}, "Ein Benutzername darf nicht leer sein"),
        ({"username": "a\u200bb"}, "Ein Benutzername besteht aus Buchstaben"),
        ({"username": "pаul"}, "Ein Benutzername darf die Buchstaben verschiedener Alphabete nicht mischen"),
        ({"username": "x" * 101}, "Der Benutzername darf höchstens 100 Zeichen haben"),
        ({"username": "ann"}, "Dieser Benutzername wird schon benutzt."),
        ({"full_name": "x" * 201}, "Der Name darf höchstens 200 Zeichen haben"),
        ({"email": "x"}, "Bitte geben Sie eine E-Mail-Adresse ein"),
        ({"password": "kurz"}, "Passwörter müssen mindestens 10 Zeichen lang sein"),
        ({"password": "x" * 5000}, "Passwörter dürfen höchstens"),
        ({"password": "password123"}, "Dieses Passwort ist leicht zu erraten."),
        ({"password": "unsichtbar\u200bes Wort"}, "Passwörter dürfen keine Steuerzeichen"),
    ],
)
def test_refused_registration(browser, ann, changed, message):
    check_page(browser.send(REGISTER, NEW | changed), message)


def test_registration(browser, session):
    browser.send(REGISTER, NEW)
    token = newest(session, Mail).context["token"]
    make_user_with_password(session, "hedy", email="other@example.org")

    taken = browser.get(f"{VERIFY}?token={token}")
    check_page(taken, "Bestätigen Sie, dass hedy@example.org Ihre Adresse ist.", "hat jetzt eine andere Person")
    refused = browser.post(VERIFY, form_fields(taken.text))
    check_page(refused, "Dieser Benutzername wird schon benutzt. Wählen Sie einen anderen")
    confirmed = browser.post(VERIFY, form_fields(taken.text) | {"username": "hedy2"})
    check_message(browser, confirmed, "Ihre Adresse ist bestätigt. Sie können sich jetzt anmelden.")
    expired = browser.send(VERIFY, {"token": token})
    check_page(expired, "Dieser Link ist nicht mehr gültig. Bitte fordern Sie einen neuen an.", status=400)


def test_new_password(browser, session, ann):
    check_page(browser.send(FORGOTTEN, {}), "Geben Sie Ihre E-Mail-Adresse oder Ihren Benutzernamen ein")
    for number in range(2):
        issue_token(session, ann, kind=PERSONAL, client_id=None, description=f"{number}{'x' * 300}")
    GermanBrowser(browser._client.application).sign_in(ann)
    browser.send(FORGOTTEN, {"username": "ann"})
    link = f"{NEW_PASSWORD}?token={newest(session, Mail).context['token']}"

    check_page(browser.get(link))
    fields = form_fields(browser.get(link).text)
    check_page(browser.post(NEW_PASSWORD, fields | {"password": ""}), "Wählen Sie ein Passwort")
    changed = browser.post(NEW_PASSWORD, fields | {"password": NEW["password"]})
    check_message(browser, changed, "Das ist beendet: die Anmeldung in einem Browser; das persönliche Token „0xx")
    used = browser.post(NEW_PASSWORD, form_fields(browser.get(link).text) | {"password": NEW["password"]})
    check_page(used, "Dieser Link ist nicht mehr gültig.", status=400)


def test_pages_of_signed_in_people(browser, ann):
    browser.sign_in(ann)
    password = "/accounts/password/"

    check_page(browser.get("/accounts/confirm/"))
    check_page(browser.send("/accounts/confirm/", {"password": "falsch"}), "Das ist nicht Ihr Passwort")
    check_page(browser.get(password))
    refused = browser.send(password, {"old_password": "falsch", "password": NEW["password"]})
    check_page(refused, "Das ist nicht Ihr jetziges Passwort")
    check_page(browser.send(password, {}), "Geben Sie Ihr jetziges Passwort ein")
    browser.send(password, {"old_password": PASSWORD, "password": NEW["password"]})
    assert "Ihr Passwort ist geändert. Alle anderen Browser sind abgemeldet." in main_text(browser.get("/accounts/"))
    check_message(browser, browser.send("/accounts/logout/everywhere/", page=password), "Sie sind in allen Browsern")
    browser.sign_in(ann, NEW["password"])
    check_message(browser, browser.send("/accounts/logout/", page=password), "Sie sind abgemeldet.")


def test_second_factor(browser, session, ann):
    then = utc_now() - dt.timedelta(minutes=5)
    add_authenticator(session, ann, SECRET, pyotp.TOTP(SECRET).at(then), secret_key="used in tests only", now=then)
    session.commit()
    browser.sign_in(ann)

    check_page(browser.get(SECOND), "Ihr Konto ist durch einen zweiten Faktor geschützt.")
    check_page(browser.send(SECOND, {"code": "000000"}), "Dieser Code ist nicht richtig oder wurde schon benutzt")
    check_page(browser.send(SECOND, {"credential": "{}"}), "Die Antwort Ihres Geräts ist zu alt.", status=400)


def test_sign_in_with_an_external_account(browser, session, provider, ann):
    check_page(browser.get(LOGIN), f"Mit {provider.settings['OIDC_NAME']} anmelden")
    check_page(browser.get(f"{CALLBACK}?{urlencode({'state': 'x'})}"), "Diese Anmeldung hat zu lange", status=400)
    browser.sign_in(ann)

    page = "/accounts/external/"
    check_page(browser.get(page), "Verbinden Sie Ihr Konto bei")
    check_page(browser.send(f"{page}connect/", page=page), "um sich dort anzumelden. Danach kommen Sie hierher zurück.")
    check_page(browser.get("/accounts/confirm/"), "Oder bei")
    session.add(
        ExternalIdentity(user_id=ann.id, issuer=provider.issuer, subject="1", name="Emily", connected_at=utc_now())
    )
    session.commit()
    check_page(browser.get(page), "Emily, ist verbunden seit", "Trennen")
    check_message(browser, browser.send(f"{page}disconnect/", page=page), "ist getrennt.")
