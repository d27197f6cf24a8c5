"""A thief loses all access to an account with a password reset, and when admins secure it."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import (
    CONNECT,
    GANCIO_CLIENT_KEY,
    PERSONAL,
    AuditEntry,
    Consent,
    EmailChange,
    ExternalIdentity,
    ExternalSignIn,
    FormerEmail,
    Invitation,
    Mail,
    User,
)
from joindin.operations.accounts.email_changes import request_email_change
from joindin.operations.accounts.external_sign_in import begin_external_sign_in
from joindin.operations.accounts.passwords import send_password_reset
from joindin.operations.organiser.invitations import invite_host, invite_speaker
from joindin.security.passwords import check_password
from joindin.utils.datetimes import utc_now
from tests.api_client import ApiClient, issue_token
from tests.browser_client import PASSWORD, Browser, main_text, make_user_with_password
from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.factories import make_client, make_event, make_talk, make_user
from tests.oauth2.flow import CALLBACK, SECRET, Flow

NEW_PASSWORD = "another horse battery"


@pytest.fixture
def ann(session):
    return make_user_with_password(session, "ann", full_name="Ann Ash", email_proven_at=utc_now())


@pytest.fixture
def admin(session):
    return make_user_with_password(session, "root", is_admin=True)


class Thief:
    """All that another person can have of an account: sessions, tokens of every kind, links, connections."""

    def __init__(self, app, session, user):
        now = utc_now()
        self.app, self.user = app, user
        self.browser = Browser(app)
        self.browser.sign_in(user)
        self.tokens = {
            "password": issue_token(session, user, make_client(session, name="Site")),
            "personal": issue_token(session, user, kind=PERSONAL, client_id=None, description="Scraper"),
            "deleted application": issue_token(session, user, client_id=None),
        }
        client = make_client(session, "evil", SECRET, name="Evil", is_first_party=False, callback_url=CALLBACK)
        self.flow = Flow(self.browser, client)
        given = self.flow.tokens()
        self.tokens["OAuth"], self.refresh_token = given["access_token"], given["refresh_token"]
        self.code = self.flow.code()
        gancio = self.browser.post("/oauth/login", {"username": "ann", "password": PASSWORD})
        self.tokens["Gancio"], self.gancio_refresh_token = gancio.json["access_token"], gancio.json["refresh_token"]
        request_email_change(session, user, "thief@example.org", now=now)
        self.email_token = newest_mail(session, "email_change").context["token"]
        send_password_reset(session, user, now=now)
        self.reset_token = newest_mail(session, "password_reset").context["token"]
        identity = {"issuer": "https://id.example", "subject": "thief", "name": "thief"}
        session.add(ExternalIdentity(user_id=user.id, connected_at=now, **identity))
        begin_external_sign_in(session, purpose=CONNECT, browser="x", user=user, next_url="/", now=now)
        session.commit()

    def remaining_access(self, session):
        """Return the names of what still works."""
        form = {
            "refresh_token": self.gancio_refresh_token,
            "grant_type": "refresh_token",
            "client_id": GANCIO_CLIENT_KEY,
        }
        works = {
            **{name: self._is_valid(token) for name, token in self.tokens.items()},
            "browser": self.browser.is_signed_in,
            "refresh token": self.flow.refresh(self.refresh_token).status_code == 200,
            "code": self.flow.redeem(self.code).status_code == 200,
            "Gancio refresh token": self.browser.post("/oauth/token", form).status_code == 200,
            "new address": self._confirms_address(),
            "reset link": self._resets_password(),
            "external account": session.scalar(select(ExternalIdentity.id)) is not None,
            "external sign-in": session.scalar(select(ExternalSignIn.id)) is not None,
            "consent": session.scalar(select(Consent.user_id)) is not None,
        }
        return {name for name, does_work in works.items() if does_work}

    def _is_valid(self, token):
        return "user_uri" in ApiClient(self.app, token).get("/v2.1/events").json["meta"]

    def _confirms_address(self):
        page = f"/accounts/email/confirm/?token={self.email_token}"
        reply = Browser(self.app).send("/accounts/email/confirm/", {"token": self.email_token}, page=page)
        return reply.status_code != 400

    def _resets_password(self):
        body = {"token": self.reset_token, "password": "the horse of the thief"}
        return ApiClient(self.app).post("/v2.1/users/passwords", json=body).status_code != 400


EVERYTHING = {
    "browser", "refresh token", "code", "Gancio refresh token", "new address", "reset link", "external account",
    "external sign-in", "consent", "password", "personal", "deleted application", "OAuth", "Gancio",
}  # fmt: skip

ENDED = [
    "the sign-in in one browser",
    "the personal token “Scraper”",
    "the access of the application “Site”",
    "the access of the application “Evil”",
    "the access of the application “Gancio”",
    "the access of the application “a deleted application”",
    "the connection to the external account “thief”",
    "the change of the address to thief@example.org, which was not confirmed",
]


def newest_mail(session, kind):
    return session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id.desc())).first()


def owner_token(session, user):
    """Return the token of a reset mail that the owner has requested."""
    send_password_reset(session, user, now=utc_now())
    return newest_mail(session, "password_reset").context["token"]


@pytest.fixture
def thief(app, session, ann):
    return Thief(app, session, ann)


@pytest.fixture
def reset_by_page(app, session, ann):
    def act():
        token = owner_token(session, ann)
        browser, page = Browser(app), f"/accounts/password/new/?token={token}"
        browser.send("/accounts/password/new/", {"token": token, "password": NEW_PASSWORD}, page=page)
        return main_text(browser.get("/accounts/login/"))

    return act


@pytest.fixture
def reset_by_api(api, session, ann):
    return lambda: (
        api.post(
            "/v2.1/users/passwords", json={"token": owner_token(session, ann), "password": NEW_PASSWORD}
        ).status_code
    )


@pytest.fixture
def set_in_console(run, ann):  # noqa: F811
    return lambda: run("users", "set-password", "ann", "--password", "-", input=f"{NEW_PASSWORD}\n").output


@pytest.fixture
def secured_by_page(app, admin, ann):
    def act():
        browser = Browser(app)
        browser.sign_in(admin)
        page = f"/desk/people/{ann.id}/secure/"
        shown = main_text(browser.get(page))
        reply = browser.send(page, {"reason": "Stolen"})
        return shown + main_text(browser.get(reply.headers["Location"]))

    return act


@pytest.fixture
def secured_by_api(api, admin, ann):
    return lambda: api.signed_in(admin).delete(f"/v2.1/users/{ann.id}/access").json["ended"]


@pytest.fixture
def secured_in_console(run, ann):  # noqa: F811
    return lambda: run("users", "secure", "ann", "--reason", "Stolen").output


WAYS = ["reset_by_page", "reset_by_api", "set_in_console", "secured_by_page", "secured_by_api", "secured_in_console"]
SECURING = WAYS[3:]


def test_a_thief_has_access_in_every_way_before(session, thief):
    # A confirmed address uses up the reset links.
    assert thief.remaining_access(session) == EVERYTHING - {"reset link"}


@pytest.mark.parametrize("way", WAYS)
def test_a_thief_has_no_access_afterwards(request, session, ann, thief, way):
    request.getfixturevalue(way)()

    assert thief.remaining_access(session) == set()
    assert ann.email == "ann@example.org"
    password = NEW_PASSWORD if way not in SECURING else PASSWORD
    assert check_password(password, ann.password_hash) is (way not in SECURING)


@pytest.mark.parametrize("way", WAYS)
def test_the_owner_is_told_what_has_ended_at_every_proven_address(request, session, ann, thief, way):
    now = utc_now()
    for email, days in (("former@example.org", 29), ("long.ago@example.org", 31)):
        session.add(FormerEmail(user_id=ann.id, email=email, replaced_at=now - dt.timedelta(days=days)))
    session.commit()
    kind = "account_secured" if way in SECURING else "password_changed"

    request.getfixturevalue(way)()

    notices = session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)).all()
    assert [notice.recipient for notice in notices] == ["ann@example.org", "former@example.org"]
    assert [notice.context["ended"] for notice in notices] == [ENDED, ENDED]


@pytest.mark.parametrize("way", WAYS)
def test_invitations_that_the_account_has_sent_are_withdrawn(request, session, ann, way):
    now = utc_now()
    event, other = make_event(session, host=ann), make_user(session)
    talk = make_talk(session, make_event(session, host=ann), speakers=["Ada"])
    other_event = make_event(session, host=other)
    invite_host(session, event, "accomplice@example.org", actor=ann, now=now)
    invite_speaker(session, talk, talk.speakers[0], "accomplice@example.org", actor=ann, now=now)
    invite_host(session, other_event, "guest@example.org", actor=other, now=now)
    session.commit()

    request.getfixturevalue(way)()

    session.expire_all()
    invitations = session.scalars(select(Invitation).order_by(Invitation.id))
    assert [(each.state, each.email) for each in invitations] == [
        ("withdrawn", None),
        ("withdrawn", None),
        ("open", "guest@example.org"),
    ]
    notice = newest_mail(session, "account_secured" if way in SECURING else "password_changed")
    assert "2 invitations of hosts or speakers, which were not answered" in notice.context["ended"]


@pytest.mark.parametrize("way", ["reset_by_page", "secured_by_page", "secured_by_api", "secured_in_console"])
def test_the_response_names_what_has_ended(request, session, thief, way):
    shown = request.getfixturevalue(way)()

    assert [each for each in ENDED if each not in shown] == []


@pytest.mark.parametrize("way", ["reset_by_page", "secured_by_page"])
def test_a_long_list_of_what_has_ended_fits_into_the_response(request, session, ann, way):
    client = make_client(session, name="Site")
    for number in range(60):
        issue_token(session, ann, client, kind=PERSONAL, description=f"{number} ∞" * 200)

    shown = request.getfixturevalue(way)()

    assert ("This has ended: the personal token “0 ∞" in shown, "47 more." in shown) == (True, True)


@pytest.mark.parametrize("way", SECURING)
def test_securing_is_logged_with_its_actor(request, session, ann, way):
    request.getfixturevalue(way)()

    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "user.secure")).one()
    expected = {"secured_by_page": ("root", "Stolen"), "secured_by_api": ("root", None)}
    assert (entry.actor_name, entry.reason) == expected.get(way, (None, "Stolen"))
    assert entry.subject_id == ann.id


def test_the_owner_gets_back_in_after_securing(app, session, ann, secured_by_api, reset_by_page):
    secured_by_api()
    refused = Browser(app).sign_in(ann).status_code

    reset_by_page()

    browser = Browser(app)
    browser.sign_in(ann, NEW_PASSWORD)
    assert (refused, browser.is_signed_in) == (200, True)


@pytest.mark.parametrize("role", ["visitor", "user", "editor"])
def test_only_admins_secure_accounts(app, api, session, ann, role):
    user = None if role == "visitor" else make_user_with_password(session, "bob", is_editor=role == "editor")
    caller, browser = api if user is None else api.signed_in(user), Browser(app)
    if user:
        browser.sign_in(user)

    by_api = caller.delete(f"/v2.1/users/{ann.id}/access")
    by_page = browser.send(f"/desk/people/{ann.id}/secure/", page="/accounts/profile/" if user else "/accounts/login/")

    assert by_api.status_code == (401 if user is None else 403)
    assert by_page.status_code in (302, 403)
    assert ann.password_hash is not None


def test_a_missing_account_is_not_found(api, admin):
    assert [api.signed_in(admin).delete(f"/v2.1/users/{id_}/access").status_code for id_ in (4711, 0, "ann")] == [
        404
    ] * 3


def test_changing_the_password_ends_other_sessions_and_a_requested_address_only(app, session, ann, thief):
    browser = Browser(app)
    browser.sign_in(ann)

    browser.send("/accounts/password/", {"old_password": PASSWORD, "password": NEW_PASSWORD})

    assert thief.remaining_access(session) == EVERYTHING - {"browser", "new address", "reset link"}
    assert browser.is_signed_in


def test_a_confirmation_link_of_a_deactivated_account_does_nothing(session, api, admin, ann, thief):
    api.signed_in(admin).put(f"/v2.1/users/{ann.id}/roles", json={"active": False})
    api.signed_in(admin).put(f"/v2.1/users/{ann.id}/roles", json={"active": True})

    assert thief.remaining_access(session) <= {"external account", "consent"}
    assert (session.get(User, ann.id).email, session.scalar(select(EmailChange.id))) == ("ann@example.org", None)
