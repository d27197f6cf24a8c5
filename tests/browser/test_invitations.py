"""Hosts invite people by mail, who accept as hosts and as speakers. Without JavaScript."""

from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import make_event, make_talk
from tests.resources.web.organiser.conftest import STARTS_AT


def test_a_person_without_an_account_becomes_a_host(new_visitor, server, session):
    host = make_user_with_password(session, "hanna", full_name="Hanna Host")
    make_event(session, "Harbour Conf", host=host, slug="harbour", starts_at=STARTS_AT)
    session.commit()
    server.delete_mails()
    organiser, person = (new_visitor(javascript=False) for _ in range(2))
    organiser.sign_in("hanna", PASSWORD)
    for login in ("hedy@example.org", "other@example.org"):
        organiser.visit("/event/harbour/manage/people/")
        organiser.fill(login=login)
        organiser.press("Add or invite")
    organiser.check_page("hosts with open invitations")

    invitation = server.link_in_mail("hedy@example.org")
    person.visit(invitation)
    person.check_page("invitation for a visitor")
    person.page.get_by_role("main").get_by_role("link", name="Register").click()
    person.fill(username="hedy", full_name="Hedy Lamarr", email="lamarr@example.org", password="hop the frequencies")
    person.press("Register")
    person.visit(server.link_in_mail("lamarr@example.org"))
    person.press("Confirm")
    person.fill(username="hedy", password="hop the frequencies")
    person.press("Sign in")
    assert "You accept as hedy." in person.text
    person.check_page("invitation for a user")
    person.press("Accept the invitation")
    assert person.path == "/event/harbour/manage/"
    assert server.wait_for_mail(host.email)["Subject"] == "Your invitation was accepted: Harbour Conf"

    person.visit(invitation)
    assert "This invitation was accepted." in person.text
    person.check_page("ended invitation")
    person.visit("/event/harbour/manage/people/")
    person.press("Withdraw other@example.org")
    assert "The invitation is withdrawn." in person.text


def test_a_speaker_is_invited_by_address_and_accepts(new_visitor, server, session):
    host = make_user_with_password(session, "hanna", full_name="Hanna Host")
    make_user_with_password(session, "bob", full_name="Bob Byron", email="bob@example.org")
    event = make_event(session, "Harbour Conf", host=host, slug="harbour", starts_at=STARTS_AT)
    talk = make_talk(session, event, "Tides", speakers=["Bob B."], starts_at=STARTS_AT)
    session.commit()
    server.delete_mails()
    organiser, person = (new_visitor(javascript=False) for _ in range(2))
    organiser.sign_in("hanna", PASSWORD)
    organiser.visit(f"/event/harbour/manage/talks/{talk.id}/")
    organiser.page.get_by_label("Account of speaker 1").fill("work@example.org")
    organiser.press("Save")
    organiser.visit(f"/event/harbour/manage/talks/{talk.id}/")
    assert "Bob B. is invited by mail: work@example.org" in organiser.text
    organiser.check_page("talk with an invited speaker")
    organiser.press("Open invitations", role="link")
    assert "As the speaker Bob B. of the talk Tides" in organiser.text
    organiser.check_page("hosts with an invited speaker")

    person.visit(server.link_in_mail("work@example.org"))
    person.check_page("invitation of a speaker for a visitor")
    person.page.get_by_role("main").get_by_role("link", name="Sign in").click()
    person.fill(username="bob", password=PASSWORD)
    person.press("Sign in")
    person.press("Accept the invitation")
    assert person.path == "/me/talks/"
    assert "Tides" in person.text
