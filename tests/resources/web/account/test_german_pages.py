"""Account pages and the consent page in German."""

import datetime as dt
import re

import pyotp
import pytest
from sqlalchemy import select

from joindin.models import PASSWORD, PERSONAL, AccessToken, BrowserSession, Mail, Passkey
from joindin.models.crew import SHIFT_REMINDER
from joindin.operations.accounts.oauth_grants import store_consent
from joindin.operations.accounts.second_factors import add_authenticator
from joindin.security.tokens import hash_token, unsubscribe_token
from joindin.utils.datetimes import utc_now
from tests.browser_client import form_fields, main_text, make_user_with_password
from tests.factories import NOW, make_claim, make_client, make_event, make_talk, make_user, newest
from tests.german_pages import GERMAN, check_german
from tests.oauth2.flow import CALLBACK, Flow

LEAP_DAY = dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)
SECRET = "used in tests only"
APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CATALOGUES = "account", "sign_in", "common"
APPLICATIONS, TOKENS = "/accounts/applications/", "/api/settings/token/"
SECURITY = "/accounts/security/"
APPLICATION = {"name": "Plan", "client_type": "confidential", "redirect_uris": "https://plan.example/"}


@pytest.fixture
def ada(session):
    return make_user_with_password(session, "ada", full_name="Ada Lovelace", is_admin=True)


@pytest.fixture
def own_browser(browser, ada):
    return browser.sign_in_directly(ada)


@pytest.fixture
def plan(session, ada):
    """An application of Ada's own."""
    return make_client(
        session,
        "plan",
        name="Plan",
        owner_id=ada.id,
        callback_url=CALLBACK,
        is_trusted=False,
        website="https://plan.example",
    )


def make_passkey(session, user):
    passkey = Passkey(
        user_id=user.id, credential_id="a", public_key=b"", name="Handy", created_at=LEAP_DAY, last_used_at=LEAP_DAY
    )
    session.add(passkey)
    session.flush()
    return passkey


def make_token(session, user, **fields):
    token = AccessToken(
        token_hash=hash_token(str(fields)),
        user_id=user.id,
        **{"kind": PERSONAL, "description": "Skript", "scopes": "ME_READ", "created_at": NOW, **fields},
    )
    session.add(token)
    session.flush()
    return token


def make_assignment(session, user):
    talk = make_talk(session, make_event(session, "Tagung"), "Python", speakers=["Ada", "Bob"])
    return make_claim(session, talk, talk.speakers[0], user, user_approved_at=None, host_approved_at=NOW)


def show(browser, path):
    page = browser.get(path, headers=GERMAN)
    check_german(page, *CATALOGUES)
    return main_text(page)


def check_success(browser, path, fields, page, shown_on, message):
    """Send a form, and check the message on the next page."""
    reply = browser.send(path, fields, page=page, headers=GERMAN)
    assert (reply.status_code in (302, 303), reply.location) == (True, shown_on), reply.text
    assert message in show(browser, shown_on)


def test_pages_without_content_are_german(own_browser):
    paths = ["", "profile/", "email/", "sessions/", "data/", "delete/", "mails/", "claims/", "applications/"]
    paths += ["applications/register/", "security/", "security/authenticator/", "security/passkeys/add/"]
    for path in [f"/accounts/{path}" for path in paths]:
        show(own_browser, path)
    for path in (TOKENS, f"{TOKENS}create/", "/api/settings/applications/", "/api/settings/applications/register/"):
        show(own_browser, path)


def test_pages_with_content_are_german(app, own_browser, session, ada, plan, monkeypatch):
    monkeypatch.setitem(app.config, "OIDC_ISSUER", "https://id.example")
    monkeypatch.setitem(app.config, "OIDC_NAME", "Vereinskonto")
    then = utc_now() - dt.timedelta(minutes=5)
    add_authenticator(session, ada, APP_SECRET, pyotp.TOTP(APP_SECRET).at(then), secret_key=SECRET, now=then)
    make_passkey(session, ada)
    make_assignment(session, ada)
    waiting = make_talk(session, make_event(session, "Treffen"), "Rust", speakers=["Ada"])
    make_claim(session, waiting, waiting.speakers[0], ada)
    make_client(session, "old", name="Alt", owner_id=ada.id, is_public=True, is_active=False)
    make_client(session, "site", name="Seite")
    make_client(session, "lost", name="Ohne", is_first_party=False)
    for fields in (
        {"expires_at": utc_now() + dt.timedelta(days=9), "last_used_at": NOW},
        {"expires_at": NOW},
        {"revoked_at": NOW},
        {"scopes": "PUBLIC_READ PUBLIC_WRITE ME_READ ME_WRITE CONFIDENTIAL_READ CONFIDENTIAL_WRITE"},
        {"kind": PASSWORD},
        {"kind": PASSWORD, "client_id": plan.id, "last_used_at": NOW},
    ):
        make_token(session, ada, **fields)
    store_consent(session, user_id=ada.id, client_id=plan.id, scopes=["ME_READ"], now=utc_now())
    own = newest(session, BrowserSession)
    own.user_agent, own.ip_address = "Mozilla/5.0 (X11; Linux) Firefox/150", "192.0.2.1"

    assert "Anmeldung mit Vereinskonto" in show(own_browser, "/accounts/")
    assert "Firefox auf Linux dieser Browser 192.0.2.1, seit " in show(own_browser, "/accounts/sessions/")
    assert "Tagung, als Ada Ja, ich halte den Vortrag" in show(own_browser, "/accounts/claims/")
    assert "Handy Seit Donnerstag, 29. Februar 2024, zuletzt benutzt Donnerstag, 29. Februar 2024" in show(
        own_browser, SECURITY
    )
    assert "Sie haben noch 10 Codes." in show(own_browser, SECURITY)
    assert "alles, was Sie können" in show(own_browser, TOKENS)
    for path in (f"{plan.id}/", f"{plan.id}/update/", f"{plan.id}/delete/"):
        show(own_browser, f"{APPLICATIONS}{path}")
    show(own_browser, APPLICATIONS)
    show(own_browser, "/api/settings/applications/")


def test_accounts_without_an_address_have_german_pages(own_browser, ada):
    ada.email = None

    for path in ("/accounts/", "/accounts/email/", "/accounts/mails/"):
        show(own_browser, path)


@pytest.mark.parametrize(
    ("path", "fields", "message"),
    [
        ("/accounts/profile/", {"username": "", "full_name": "x" * 201}, "Wählen Sie einen Benutzernamen"),
        ("/accounts/profile/", {"username": "a/b"}, "Ein Benutzername darf weder @ noch / enthalten"),
        ("/accounts/email/", {"email": ""}, "Geben Sie Ihre neue E-Mail-Adresse ein"),
        ("/accounts/delete/", {"sure": "y"}, "Nur Sie sind Administrator."),
        ("/accounts/delete/", {"sure": ""}, "Setzen Sie das Häkchen, wenn Sie sicher sind"),
        (f"{SECURITY}authenticator/", {"code": "000000"}, "Dieser Code ist nicht richtig"),
        (f"{SECURITY}passkeys/add/", {"name": "Handy"}, "Die Antwort Ihres Geräts wurde nicht angenommen."),
        (f"{APPLICATIONS}register/", APPLICATION | {"name": "", "website": "x"}, "oder lassen Sie das Feld leer"),
        (f"{APPLICATIONS}register/", APPLICATION | {"client_type": "x"}, "Diese Auswahl ist nicht möglich."),
        (
            f"{APPLICATIONS}register/",
            APPLICATION | {"redirect_uris": "https://a.example/#b"},
            "#b: Die Adresse darf kein",
        ),
        (
            f"{APPLICATIONS}register/",
            APPLICATION | {"redirect_uris": "\n".join(f"https://a.example/{number}" for number in range(21))},
            "Geben Sie höchstens 20 Adressen an",
        ),
        ("/api/settings/applications/register/", APPLICATION | {"client_secret": "x"}, "muss 20 bis 255 Zeichen haben"),
        ("/api/settings/applications/register/", APPLICATION | {"client_id": "plan"}, "mit dem Schlüssel 'plan'"),
        (f"{TOKENS}create/", {"expires_0": "x", "expires_1": "x"}, "Geben Sie an, wofür das Token ist"),
        (
            f"{TOKENS}create/",
            {"description": "a", "scope": "ME_READ", "expires_0": "9999-12-31"},
            "Das Token muss zwischen den Jahren 2 und 9998 ablaufen oder nie",
        ),
    ],
)
def test_refusals_are_german(own_browser, plan, path, fields, message):
    fields = form_fields(own_browser.get(path).text) | fields

    reply = own_browser.post(path, fields, headers=GERMAN)

    check_german(reply, *CATALOGUES)
    assert message in main_text(reply)


def test_messages_after_changes_of_the_account(own_browser, session, ada):
    old = BrowserSession(
        user_id=ada.id, token_hash="x", created_at=NOW, authenticated_at=NOW, last_seen_at=NOW,
        expires_at=utc_now() + dt.timedelta(days=1),
    )  # fmt: skip
    session.add(old)
    session.flush()
    home, mails, email = "/accounts/", "/accounts/mails/", {"email": "neu@example.org"}

    for path, fields, page, next_page, message in [
        ("profile/", {"username": "ada", "full_name": "Ada"}, None, home, "Ihr Profil ist geändert."),
        ("email/", email, None, home, "Wir haben eine Mail an die neue Adresse gesendet."),
        (f"sessions/{old.id}/revoke/", {}, home, "/accounts/sessions/", "Dieser Browser ist abgemeldet."),
        ("mails/", {"topics": "feedback"}, None, mails, "Ihre Auswahl ist gespeichert."),
    ]:
        check_success(own_browser, f"/accounts/{path}", fields, page, next_page, message)
    mail = session.scalars(select(Mail).where(Mail.kind == "email_change")).one()
    link = f"/accounts/email/confirm/?token={mail.context['token']}"
    show(own_browser, "/accounts/email/")
    show(own_browser, link)
    confirmed = {"token": mail.context["token"]}
    check_success(own_browser, "/accounts/email/confirm/", confirmed, link, home, "Ihres Kontos ist bestätigt.")


def test_used_link_is_refused_in_german(own_browser):
    page = own_browser.post(
        "/accounts/email/confirm/",
        {"token": "x"} | form_fields(own_browser.get("/accounts/email/").text),
        headers=GERMAN,
    )

    check_german(page, *CATALOGUES, status=400)


def test_message_after_the_deletion(own_browser, session):
    make_user(session, is_admin=True)

    own_browser.send("/accounts/delete/", {"sure": "y"}, headers=GERMAN)

    assert "Ihr Konto ist gelöscht." in main_text(own_browser.get("/accounts/login/", headers=GERMAN))


def test_messages_after_decisions_about_claims(own_browser, session, ada):
    first, second = [make_assignment(session, ada).id for _ in range(2)]
    page = "/accounts/claims/"

    for claim, decision, message in [
        (first, "", "Wählen Sie, ob Sie annehmen oder ablehnen."),
        (first, "accept", "Sie gehören jetzt zu den Vortragenden dieses Vortrags."),
        (second, "decline", "Die Zuordnung ist abgelehnt."),
        (second, "decline", "Diesen Anspruch gibt es nicht mehr. Er wurde abgelehnt oder zurückgezogen."),
    ]:
        check_success(own_browser, f"{page}{claim}/", {"decision": decision}, page, page, message)


def test_messages_after_changes_of_second_factors(own_browser, session, ada):
    passkey, path = make_passkey(session, ada), f"{SECURITY}authenticator/"
    pages = [own_browser.get(path, headers=GERMAN).text for _ in range(2)]
    secrets = [re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "") for page in pages]

    added, again = [
        own_browser.post(path, form_fields(page) | {"code": pyotp.TOTP(secret).at(utc_now())}, headers=GERMAN)
        for page, secret in zip(pages, secrets, strict=True)
    ]
    shown = show(own_browser, SECURITY)
    renewed = own_browser.send(f"{SECURITY}codes/", page=SECURITY, headers=GERMAN)

    assert (added.location, again.location) == (SECURITY, SECURITY)
    assert "Ihre App ist hinzugefügt. Von jetzt an brauchen Sie einen ihrer Codes" in shown
    assert "Ihr Konto hat schon eine Authentifizierungs-App. Entfernen Sie sie zuerst." in shown
    check_german(renewed, *CATALOGUES)
    for path, fields, message in [
        ("password/", {"allowed": "yes"}, "Anwendungen können Sie jetzt allein mit Ihrem Passwort anmelden."),
        ("password/", {"allowed": "no"}, "Anwendungen können Sie nicht mehr mit Ihrem Passwort anmelden."),
        ("authenticator/remove/", {}, "Die App ist entfernt."),
        (f"passkeys/{passkey.id}/remove/", {}, "Der Passkey ist entfernt."),
    ]:
        check_success(own_browser, f"{SECURITY}{path}", fields, SECURITY, SECURITY, message)


def test_messages_after_changes_of_tokens_and_applications(own_browser, session, ada, plan):
    token = make_token(session, ada)
    store_consent(session, user_id=ada.id, client_id=plan.id, scopes=["ME_READ"], now=utc_now())
    own = f"{APPLICATIONS}{plan.id}/"

    for path, fields, page, next_page, message in [
        (f"{TOKENS}revoke/", {"pk": token.id}, TOKENS, TOKENS, "Das Token ist entzogen."),
        (f"{TOKENS}withdraw/", {"client": plan.id}, TOKENS, TOKENS, "Diese Anwendung hat keinen Zugang mehr."),
        (f"{own}update/", APPLICATION, None, own, "Die Anwendung ist geändert."),
        (f"{own}secret/", {}, own, own, "Kopieren Sie das Client-Geheimnis jetzt"),
        (f"{own}delete/", {}, None, APPLICATIONS, "Die Anwendung ist gelöscht."),
    ]:
        check_success(own_browser, path, fields, page, next_page, message)


def test_a_new_token_is_shown_in_german(own_browser):
    made = own_browser.send(f"{TOKENS}create/", {"description": "Skript", "scope": "ME_READ"}, headers=GERMAN)

    assert "Beschreibung: Skript" in show(own_browser, made.location)
    assert own_browser.get(made.location, headers=GERMAN).location == TOKENS
    assert "Ein Token wird nur einmal angezeigt." in show(own_browser, TOKENS)


def test_mail_preference_is_german(browser, session, ada):
    for topic in ("approval", SHIFT_REMINDER):
        link = f"/accounts/mails/{unsubscribe_token(SECRET, ada.id, topic)}/"
        assert "ada erhält diese Mails." in show(browser, link)
        stopped = browser.post(link, headers=GERMAN)
        check_german(stopped, *CATALOGUES, "notifications")
        assert "ada erhält diese Mails nicht mehr." in main_text(stopped)


@pytest.mark.parametrize("owner", ["operators", "user", "application itself"])
def test_consent_page_is_german(own_browser, session, ada, owner):
    client = make_client(
        session, name="Plan", callback_url=CALLBACK, is_trusted=False, website="https://plan.example",
        owner_id=ada.id if owner == "user" else None, is_first_party=owner == "operators",
    )  # fmt: skip

    text = show(own_browser, Flow(own_browser, client).authorization_url())

    assert "Zugang für „Plan“ erlauben?" in text
    assert "Öffentliche Daten lesen, zum Beispiel Veranstaltungen, Schichten und Vorträge" in text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"client_id": "x"}, "Diese Anwendung gibt es hier nicht."),
        ({"client_id": None}, "Der Parameter „client_id“ fehlt."),
        ({"client_id": "x", "response_type": "token"}, "Die Anwendung oder ihre redirect_uri ist unbekannt."),
        ({"redirect_uri": "https://x.example/"}, "Die redirect_uri ist für diese Anwendung nicht registriert."),
    ],
)
def test_refusals_of_applications_are_german(own_browser, plan, changed, message):
    page = own_browser.get(Flow(own_browser, plan).authorization_url(**changed), headers=GERMAN)

    check_german(page, *CATALOGUES, status=400)
    assert message in main_text(page)


def test_pages_of_others_are_refused_in_german(own_browser, session, ada):
    ada.is_admin = False
    public = make_client(session, owner_id=ada.id, is_public=True)

    for path, status, message in [
        ("/api/settings/applications/", 403, "Nur Administratoren der Anwendungen können die aller Benutzer sehen"),
        (f"{TOKENS}reveal/1/", 403, "Dieses Token gehört Ihnen nicht"),
    ]:
        page = own_browser.get(path, headers=GERMAN)
        check_german(page, *CATALOGUES, status=status)
        assert message in main_text(page)
    no_secret = own_browser.send(f"{APPLICATIONS}{public.id}/secret/", page="/accounts/", headers=GERMAN)
    check_german(no_secret, *CATALOGUES, status=400)
    assert "Eine öffentliche Anwendung hat kein Geheimnis" in main_text(no_secret)


def test_message_before_a_confirmation_is_german(own_browser, session, plan):
    newest(session, BrowserSession).authenticated_at = utc_now() - dt.timedelta(hours=1)

    reply = own_browser.send(f"{APPLICATIONS}{plan.id}/delete/", page="/accounts/", headers=GERMAN)

    assert "Es ist noch nichts geändert." in main_text(own_browser.get(reply.location, headers=GERMAN))
