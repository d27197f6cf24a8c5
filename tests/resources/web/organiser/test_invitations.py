"""Pages on which hosts invite people by mail, and on which these accept or decline."""

from functools import partial
from urllib.parse import quote

import pytest
import time_machine
from sqlalchemy import select, update

from joindin.models import EventHost, Invitation, Mail, RateLimitCounter, TalkSpeaker
from joindin.operations.organiser.invitations import invite_host, invite_speaker
from joindin.operations.rate_limits import INVITATIONS_TO_ADDRESS
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, Browser, form_fields, main_text, make_user_with_password, send_twice
from tests.concurrency import run_concurrently
from tests.factories import NOW, make_event, make_pending_event, make_talk, make_user, newest
from tests.resources.web.organiser.conftest import STARTS_AT

PAGE = "/accounts/invitation/"
ENDED = "This link no longer works"


@pytest.fixture
def people(manage):
    return f"{manage}people/"


@pytest.fixture
def link(session, event, host):
    """The path of the link in the mail of an invitation."""
    return invite(session, event, host)


def invite(session, event, host, email="new@example.org"):
    invite_host(session, event, email, actor=host, now=utc_now())
    session.commit()
    return f"{PAGE}?token={newest(session, Mail).context['token']}"


def answer(browser, link, decision):
    return browser.send(link, {"token": link.partition("=")[2], "decision": decision})


def host_ids(session):
    return session.scalars(select(EventHost.user_id).order_by(EventHost.id)).all()


def mail_kinds(session):
    return session.scalars(select(Mail.kind).order_by(Mail.id)).all()


def test_an_address_is_invited_alike_with_and_without_an_account(session, organiser, people, host):
    make_user(session, "bob", email="bob@example.org")
    session.commit()

    replies = [organiser.send(people, {"login": email}) for email in ("bob@example.org", "nobody@example.org")]
    shown = main_text(organiser.get(people))

    assert [(reply.status_code, reply.location) for reply in replies] == [(303, people)] * 2
    assert (host_ids(session), mail_kinds(session)) == ([host.id], ["host_invited"] * 2)
    assert "bob@example.org Invited by grace" in shown
    assert "nobody@example.org Invited by grace" in shown


def test_the_address_of_a_host_is_invited_like_any_other(session, organiser, people, host):
    reply = organiser.send(people, {"login": host.email})

    assert (reply.status_code, mail_kinds(session)) == (303, ["host_invited"])


@pytest.mark.parametrize("login", ["nobody", "x@", "a@b@c", "\0@example.org", "x" * 300 + "@example.org", ""])
def test_what_is_neither_a_name_nor_an_address_is_refused(session, organiser, people, login):
    reply = organiser.send(people, {"login": login})

    assert (reply.status_code, session.scalars(select(Invitation)).all()) == (400, [])


def test_an_open_invitation_is_not_sent_again(session, organiser, people):
    replies = [organiser.send(people, {"login": email}) for email in ("new@example.org", "New@Example.org")]

    assert [reply.status_code for reply in replies] == [303, 400]
    assert "is invited already" in main_text(replies[1])
    assert mail_kinds(session) == ["host_invited"]


def test_a_double_click_sends_one_invitation(app, session, organiser, people):
    replies = send_twice(app, session, organiser, people, {"login": "new@example.org"})

    assert [(reply.status_code, reply.location) for reply in replies] == [(303, people)] * 2
    assert mail_kinds(session) == ["host_invited"]


def test_a_double_click_adds_one_host(app, session, organiser, people, count_rows):
    make_user(session, "hedy")
    session.commit()
    hosts = count_rows()["event_hosts"]

    replies = send_twice(app, session, organiser, people, {"login": "hedy"})

    assert [(reply.status_code, reply.location) for reply in replies] == [(303, people)] * 2
    assert count_rows()["event_hosts"] == hosts + 1


def test_a_host_who_is_added_again_is_an_error(session, organiser, people):
    make_user(session, "hedy")
    session.commit()
    with time_machine.travel(NOW, tick=False) as clock:
        first = organiser.send(people, {"login": "hedy"})
        # Another page has another token.
        clock.shift(2)
        second = organiser.send(people, {"login": "hedy"})

    assert [reply.status_code for reply in (first, second)] == [303, 400]


def test_too_many_invitations_to_an_address_are_refused_and_counted(session, organiser, host, people):
    for _ in range(INVITATIONS_TO_ADDRESS.max_count):
        invite(session, make_event(session, host=host), host)

    reply = organiser.send(people, {"login": "new@example.org"})

    counts = session.scalars(select(RateLimitCounter.count).order_by(RateLimitCounter.count)).all()
    assert (reply.status_code, "invitation" in main_text(organiser.get(people)).lower()) == (429, True)
    assert counts[-2:] == [11, 11]
    assert mail_kinds(session) == ["host_invited"] * 10


def test_an_invitation_is_withdrawn(session, organiser, people, link):
    action = f"{people}invitations/{newest(session, Invitation).id}/withdraw/"

    reply, again = (organiser.send(action, {}, page=people) for _ in range(2))
    shown = main_text(organiser.get(people))

    assert [(each.status_code, each.location) for each in (reply, again)] == [(303, people)] * 2
    assert "new@example.org" not in shown
    assert "answered or withdrawn" in shown
    assert (newest(session, Invitation).state, newest(session, Invitation).email) == ("withdrawn", None)


def test_hosts_withdraw_no_invitation_of_another_event(session, organiser, people):
    other = make_user(session)
    invite(session, make_event(session, host=other), other)

    organiser.send(f"{people}invitations/{newest(session, Invitation).id}/withdraw/", {}, page=people)

    assert newest(session, Invitation).state == "open"


def test_a_signed_in_user_accepts(app, session, host, event, manage, link):
    ada = make_user(session, "ada")
    browser = Browser(app).sign_in_directly(ada)
    shown = main_text(browser.get(link))

    reply = answer(browser, link, "accept")

    assert "Grace invites you to be a host of this event: Plain Conf" in shown
    assert "You accept as ada." in shown
    assert (reply.status_code, reply.location, host_ids(session)) == (303, manage, [host.id, ada.id])
    assert "You are a host of this event now." in browser.get(manage).text
    assert mail_kinds(session) == ["host_invited", "invitation_accepted"]
    ended = browser.get(link)
    assert (ended.status_code, ENDED in main_text(ended)) == (410, True)


def test_a_double_click_accepts_once(app, session, host, manage, link):
    browser = Browser(app).sign_in_directly(make_user(session, "ada"))

    replies = send_twice(app, session, browser, link, {"token": link.partition("=")[2], "decision": "accept"})

    assert [(reply.status_code, reply.location) for reply in replies] == [(303, manage)] * 2
    assert (len(host_ids(session)), mail_kinds(session)) == (2, ["host_invited", "invitation_accepted"])


def test_a_visitor_signs_in_and_comes_back(app, session, manage, link):
    make_user_with_password(session, "ada")
    browser = Browser(app)
    sign_in = f"/accounts/login/?next={quote(link, safe='/')}"
    page = browser.get(link)

    entered = browser.send(sign_in, {"username": "ada", "password": PASSWORD, "next": link})

    assert f'href="{sign_in}"' in page.text
    assert "Accept the invitation</button>" not in page.text
    assert entered.location == link
    assert answer(browser, link, "accept").location == manage


def test_a_new_person_registers_and_comes_back(app, session, link):
    browser = Browser(app)
    start = f"/accounts/register/?next={quote(link, safe='/')}"
    account = {
        "username": "hedy",
        "full_name": "Hedy Lamarr",
        "email": "h@example.org",
        "password": "hop the frequencies",
    }

    shown = browser.get(link)
    browser.send(start, account | {"next": link})
    token = newest(session, Mail).context["token"]
    confirmed = browser.send("/accounts/verify/", {"token": token}, page=f"/accounts/verify/?token={token}")
    sign_in = browser.get(confirmed.location)
    entered = browser.send(confirmed.location, {"username": "hedy", "password": account["password"], "next": link})

    assert f'href="{start}"' in shown.text
    assert confirmed.location == f"/accounts/login/?next={quote(link, safe='/')}"
    assert link in sign_in.text
    assert entered.location == link


@pytest.mark.parametrize("next_path", ["https://evil.example/", "//evil.example", "x", ""])
def test_registration_leads_to_no_other_site(app, session, next_path):
    browser = Browser(app)
    account = {
        "username": "hedy",
        "full_name": "Hedy Lamarr",
        "email": "h@example.org",
        "password": "hop the frequencies",
    }

    browser.send("/accounts/register/", account | {"next": next_path})
    token = newest(session, Mail).context["token"]
    confirmed = browser.send("/accounts/verify/", {"token": token}, page=f"/accounts/verify/?token={token}")

    assert confirmed.location == "/accounts/login/"


def test_a_visitor_cannot_accept_but_declines(app, session, host, link):
    browser = Browser(app)

    accepted = answer(browser, link, "accept")
    declined = answer(browser, link, "decline")
    shown = browser.get(declined.location)

    assert (accepted.status_code, accepted.location.partition("?")[0]) == (302, "/accounts/login/")
    assert (declined.status_code, declined.location, host_ids(session)) == (303, link, [host.id])
    assert (shown.status_code, "was declined" in main_text(shown)) == (410, True)
    assert newest(session, Invitation).email is None


def test_a_host_is_told_that_they_are_one_already(session, organiser, host, link):
    shown = organiser.get(link)

    refused = answer(organiser, link, "accept")

    assert "who is a host of this event already" in main_text(shown)
    assert ">Accept the invitation</button>" not in shown.text
    assert (refused.status_code, newest(session, Invitation).state, host_ids(session)) == (409, "open", [host.id])


def test_wrong_and_ended_links_store_nothing(app, session, host, link):
    browser = Browser(app).sign_in_directly(make_user(session, "ada"))
    wrong = [browser.get(path) for path in (PAGE, f"{PAGE}?token=", f"{PAGE}?token=x", f"{link}x", f"{PAGE}?token=%00")]
    unclear = answer(browser, link, "perhaps")
    form = {"token": link.partition("=")[2], "decision": "accept", "csrfmiddlewaretoken": browser.token(link)}
    session.execute(update(Invitation).values(expires_at=utc_now()))
    session.commit()

    expired = browser.get(link), browser.post(link, form)

    assert [reply.status_code for reply in wrong] == [404] * 5
    assert unclear.status_code == 400
    assert [(reply.status_code, "has expired" in main_text(reply)) for reply in expired] == [(410, True)] * 2
    assert host_ids(session) == [host.id]


def test_the_page_of_a_pending_event_names_it_without_a_link(app, session, host):
    event = make_pending_event(session, "Secret Days", host=host)
    link = invite(session, event, host)

    page = Browser(app).get(link)

    assert "Secret Days" in main_text(page)
    assert f'href="/event/{event.slug}"' not in page.text


def test_the_link_is_not_cached_or_indexed(app, link):
    reply = Browser(app).get(link)

    assert "no-store" in reply.headers["Cache-Control"]


def test_pages_are_german(app, session, host, event, link):
    browser = Browser(app)
    german = {"Accept-Language": "de"}

    texts = [main_text(browser.get(path, headers=german)) for path in (link, f"{PAGE}?token=x")]

    assert "lädt Sie ein, Veranstalter dieser Veranstaltung zu sein" in texts[0]
    assert texts[1].startswith("Dieser Link funktioniert nicht mehr Es gibt keine Einladung")


def test_a_speaker_is_invited_by_the_form_of_the_talk_and_accepts(app, session, organiser, event, host, manage, people):
    talk = make_talk(session, event, "Tides", speakers=["Bob B.", "Cid"], starts_at=STARTS_AT)
    bob = make_user(session, "bob", email="bob@example.org")
    session.commit()
    path = f"{manage}talks/{talk.id}/"
    fields = {
        "title": "Tides",
        "starts_at": "2027-05-08T08:30",
        "duration": talk.duration,
        "room_id": "0",
        "state": "confirmed",
        "type_id": talk.type_id,
        "language_id": talk.language_id,
        "speaker_name": ["Bob B.", "Cid"],
        "speaker_account": ["bob@example.org", "cid@example.org"],
    }

    def send(**changes):
        return organiser.send(path, fields | {"version": form_fields(organiser.get(path).text)["version"]} | changes)

    sent, again, odd = send(), send(), send(speaker_account=["x@y", ""])
    mails = session.scalars(select(Mail).order_by(Mail.id)).all()
    link = f"{PAGE}?token={mails[0].context['token']}"
    browser = Browser(app).sign_in_directly(bob)
    shown = main_text(browser.get(link))
    accepted = answer(browser, link, "accept")

    assert (sent.status_code, again.status_code, odd.status_code) == (303, 400, 400)
    assert [(mail.kind, mail.recipient) for mail in mails] == [
        ("speaker_invited", "bob@example.org"),
        ("speaker_invited", "cid@example.org"),
    ]
    assert "Grace names you as the speaker Bob B. of a talk: Tides" in shown
    assert (accepted.status_code, accepted.location, host_ids(session)) == (303, "/me/talks/", [host.id])
    assert "Tides" in main_text(browser.get("/me/talks/"))
    assert session.scalars(select(TalkSpeaker.user_id).order_by(TalkSpeaker.id)).all() == [bob.id, None]
    assert "Cid is invited by mail: cid@example.org" in main_text(organiser.get(path))
    assert "As the speaker Cid of the talk Tides" in main_text(organiser.get(people))


def test_a_host_accepts_to_be_the_speaker(session, organiser, event, host):
    talk = make_talk(session, event, "Tides", speakers=["Grace H."])
    invite_speaker(session, talk, talk.speakers[0], "new@example.org", actor=host, now=utc_now())
    session.commit()
    link = f"{PAGE}?token={newest(session, Mail).context['token']}"

    assert answer(organiser, link, "accept").location == "/me/talks/"
    assert session.scalars(select(TalkSpeaker.user_id)).all() == [host.id]


def test_of_acceptance_and_withdrawal_at_once_one_wins(app, session, organiser, host, people, link):
    person = Browser(app).sign_in_directly(make_user(session, "ada"))
    form = {"token": link.partition("=")[2], "decision": "accept", "csrfmiddlewaretoken": person.token(link)}
    action = f"{people}invitations/{newest(session, Invitation).id}/withdraw/"
    withdrawal = {"csrfmiddlewaretoken": organiser.token(people)}

    def send(browser, path, fields):
        with app.app_context():
            return browser.post(path, fields)

    accepted, _ = run_concurrently(
        session, [partial(send, person, link, form), partial(send, organiser, action, withdrawal)]
    )

    state = newest(session, Invitation).state
    assert (state, accepted.status_code, len(host_ids(session))) in [
        ("accepted", 303, 2),
        ("withdrawn", 410, 1),
    ]
