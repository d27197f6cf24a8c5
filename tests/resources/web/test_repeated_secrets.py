"""Forms that make a secret, and that a browser sends twice at the same moment: both responses show the one secret that works.

A browser shows the response of the last request, which the server may receive first.
"""

import html
import re
from urllib.parse import urlsplit

import pyotp
import pytest
from sqlalchemy import func, select

from joindin.federation.addresses import decode_invitation
from joindin.models import AccessToken, Authenticator, Client, Mail, RecoveryCode, ScheduleAddress
from joindin.models.crew import CrewProfile, FederationInvite
from joindin.security.tokens import hash_token, verify_token_hash
from joindin.utils.datetimes import utc_now
from tests.browser_client import form_fields, send_twice
from tests.factories import make_event, make_star, make_talk, make_user

SECURITY, APPLICATIONS = "/accounts/security/", "/accounts/applications/"
APPLICATION = {"name": "Timetable", "redirect_uris": "https://app.example/back", "client_type": "confidential"}
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def ada(session, browser):
    ada = make_user(session, "ada", is_admin=True)
    session.commit()
    browser.sign_in_directly(ada)
    return ada


@pytest.fixture
def send(app, session, browser):
    """Submit a form twice, and return the pages that the two responses lead to."""

    def sending(path, fields=None, page=None, **kwargs):
        replies = send_twice(app, session, browser, path, fields or {}, page, follow_redirects=True, **kwargs)
        assert [reply.status_code for reply in replies] == [200, 200]
        return [html.unescape(reply.text) for reply in replies]

    return sending


def only_secret(pages, pattern=r'<code class="secret">([^<]+)'):
    """Return the first secret of the pages, which is the same on each."""
    [secret] = {re.search(pattern, page)[1] for page in pages}
    return secret


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def shown_codes(page):
    return re.findall(r"<li>([a-z2-7-]{19})</li>", page)


def stored_hashes(session):
    return set(session.scalars(select(RecoveryCode.code_hash)))


def test_new_recovery_codes(session, send, ada):
    session.add(Authenticator(user_id=ada.id, secret="encrypted", created_at=utc_now(), last_step=0))

    first, second = map(shown_codes, send(f"{SECURITY}codes/", page=SECURITY))

    assert (len(first), second) == (10, first)
    assert stored_hashes(session) == set(map(hash_token, first))
    assert count(session, Mail) == 1


def test_the_recovery_codes_of_the_first_factor(session, browser, send, ada):
    path = f"{SECURITY}authenticator/"
    page = browser.get(path).text
    secret = re.search(r"secret=([A-Z2-7]{32})", page)[1]
    fields = form_fields(page) | {"code": pyotp.TOTP(secret).now()}

    first, second = map(shown_codes, send(path, fields))

    assert (len(first), second) == (10, first)
    assert stored_hashes(session) == set(map(hash_token, first))
    assert (count(session, Authenticator), count(session, Mail)) == (1, 1)


def test_a_calendar_address_of_a_user(session, browser, send, ada):
    pages = send("/me/calendar/", {"name": "Phone", "scope": "all"})

    address = only_secret(pages, r'id="new-address" readonly value="([^"]+)"')
    assert (browser.get(urlsplit(address).path).status_code, count(session, ScheduleAddress)) == (200, 1)


def test_a_calendar_address_of_a_device(session, browser, send):
    talk = make_talk(session, make_event(session))
    browser.post("/guest/stars/", {"talk": talk.stub}, headers=SAME_SITE)

    pages = send("/guest/calendar/", {"name": "Phone"}, headers=SAME_SITE)

    address = only_secret(pages, r'id="new-address" readonly value="([^"]+)"')
    assert (browser.get(urlsplit(address).path).status_code, count(session, ScheduleAddress)) == (200, 1)


def test_a_shared_schedule(session, browser, send, ada):
    make_star(session, make_talk(session, make_event(session, slug="days")), ada)

    pages = send("/event/days/mine/share", {"on": "1"}, page="/event/days/mine")

    address = only_secret(pages)
    assert (browser.get(urlsplit(address).path).status_code, count(session, ScheduleAddress)) == (200, 1)


@pytest.mark.parametrize("kind", ["calendar", "shifts_export"])
def test_a_secret_address_of_the_crew(session, browser, send, ada, kind):
    pages = send("/settings/calendar/", {"kind": kind, "action": "create"})

    address = urlsplit(only_secret(pages))
    assert browser.get(f"{address.path}?{address.query}").status_code == 200
    assert count(session, CrewProfile) == 1


def test_an_invitation_of_an_instance(session, send, ada):
    pages = send("/settings/federation/guests/add/", {"url": "https://guest.example"})

    invite = session.scalars(select(FederationInvite)).one()
    assert verify_token_hash(decode_invitation(only_secret(pages)).code, invite.code_hash)


def test_a_personal_token(session, send, ada):
    pages = send("/api/settings/token/create/", {"description": "Script", "scope": "PUBLIC_READ"})

    token = session.scalars(select(AccessToken)).one()
    assert verify_token_hash(only_secret(pages), token.token_hash)


@pytest.mark.parametrize("client_secret", [None, "chosen by the operator"])
def test_an_application(session, send, ada, client_secret):
    chosen = {} if client_secret is None else {"client_id": "timetable", "client_secret": client_secret}

    pages = send("/api/settings/applications/register/", APPLICATION | chosen)

    client = session.scalars(select(Client).where(Client.owner_id == ada.id)).one()
    assert verify_token_hash(only_secret(pages), client.secret_hash)


def test_a_new_secret_of_an_application(session, browser, send, ada):
    browser.send(f"{APPLICATIONS}register/", APPLICATION)
    client = session.scalars(select(Client).where(Client.owner_id == ada.id)).one()

    pages = send(f"{APPLICATIONS}{client.id}/secret/", page=f"{APPLICATIONS}{client.id}/")

    session.refresh(client)
    assert verify_token_hash(only_secret(pages), client.secret_hash)
    assert client.secret_generation == 2
