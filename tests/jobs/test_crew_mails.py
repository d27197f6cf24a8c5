"""Mails of the crew's notifications: texts in two languages, links, opting out, and mails that are outdated."""

import re

import pytest

from joindin.models import Mail
from joindin.models.crew import (
    BY_MAIL,
    CONFIRMED,
    CREW_MAIL,
    GUEST_SIGNUP,
    NOTIFICATION_TYPES,
    REQUESTED,
    RESPONSIBLE_REJECTED,
    SHIFT_MOVED,
    STATE_CHANGED,
    CrewNotification,
    CrewProfile,
)
from joindin.operations.crew.notifications.storing import store_notifications
from joindin.queries.crew.notification_receivers import Receiver, list_receivers
from joindin.representations.crew_notifications import describe_notification
from tests.conftest import WEBSITE_URL
from tests.crew_factories import make_crew_event, make_participation, make_profile, make_shift
from tests.factories import NOW, make_user, newest
from tests.jobs.smtp_server import html_part, plain_text_part, unsubscribe_url

FACTS = {
    "event_id": 7, "event": "Festival", "shift_id": 3, "shift": "Bar", "person": "Vera", "state": CONFIRMED,
    "starts_at": "2027-07-09T08:00:00+00:00", "ends_at": "2027-07-09T12:00:00+00:00",
    "old_starts_at": "2027-07-08T08:00:00+00:00", "old_ends_at": "2027-07-08T12:00:00+00:00",
    "meets_at": "2027-07-09T07:30:00+00:00", "location": "Hall", "hours": "2.50", "reason": "Load", "sender": "Paula",
    "consequence": "ephios.grant_working_hours", "qualification": "First aid", "expires_at": "2027-07-09T12:00:00+00:00",
    "subject": "Rain", "text": "Bring boots\nand coats",
}  # fmt: skip


def notify(session, user, slug, **facts):
    store_notifications(session, slug, [(each, FACTS | facts) for each in list_receivers(session, [user.id])])
    return newest(session, CrewNotification)


def test_mail_says_what_happened_and_leads_to_the_page(session, smtp_server, deliver):
    notification = notify(session, make_user(session, "vera", full_name="Vera"), SHIFT_MOVED)

    deliver()

    [letter] = smtp_server.messages
    assert (letter["To"], letter["Subject"]) == ("vera@example.org", "New times: Bar (Festival)")
    assert plain_text_part(letter).split("\n\nTo stop")[0] == (
        "Hello Vera,\n\nThe times of Bar (Festival) were changed.\n"
        "Before: Thu, 8 Jul 2027, 10:00–14:00\nNow: Fri, 9 Jul 2027, 10:00–14:00\n\n"
        f"More about this: <{WEBSITE_URL}/events/7/?fromNotification={notification.id}>"
    )


def test_mail_is_in_the_language_of_the_receiver(session, smtp_server, deliver):
    vera = make_user(session, "vera", full_name="Vera")
    make_profile(session, vera, preferred_language="de")
    notify(session, vera, SHIFT_MOVED)

    deliver()

    [letter] = smtp_server.messages
    text = plain_text_part(letter)
    assert letter["Subject"] == "Neue Zeiten: Bar (Festival)"
    assert text.startswith("Guten Tag Vera,\n\nDie Zeiten von Bar (Festival) wurden geändert.\n")
    assert "Um keine Mails mehr über Schichten von Ihnen, die verschoben werden zu erhalten" in text
    assert "Haben Sie Fragen oder Anmerkungen?" in text
    assert '<html lang="de">' in letter.get_body(("html",)).get_content()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("slug", sorted(NOTIFICATION_TYPES))
def test_every_type_has_a_text_in_both_parts(session, smtp_server, deliver, slug, language):
    vera = make_user(session, "vera")
    make_profile(session, vera, preferred_language=language)
    notify(session, vera, slug)

    deliver()

    [letter] = smtp_server.messages
    unquoted = re.sub("^> ", "", plain_text_part(letter), flags=re.MULTILINE)
    assert html_part(letter).words.split() == re.sub(r"<((?:http|feedback)[^>]*)>", r"\1", unquoted).split()
    text = describe_notification(slug, FACTS, language, "Europe/Berlin")
    assert (letter["Subject"], "%(" in str(text), bool(text.lines)) == (text.subject, False, True)
    assert text.subject != slug
    is_mandatory = NOTIFICATION_TYPES[slug].is_mandatory
    assert (letter["List-Unsubscribe"] is None, letter["List-Unsubscribe-Post"] is None) == (is_mandatory,) * 2


def test_type_of_another_system_has_its_name_as_the_subject():
    assert describe_notification("plugin_news", {}, "en", "Europe/Berlin") == ("plugin_news", (), "", "")


@pytest.mark.parametrize("facts", [{}, dict.fromkeys(FACTS), dict.fromkeys(FACTS, 7), dict.fromkeys(FACTS, "\0%(x)s")])
@pytest.mark.parametrize("slug", sorted(NOTIFICATION_TYPES))
def test_odd_facts_give_a_text(slug, facts):
    assert describe_notification(slug, facts, "de", "Europe/Berlin").subject is not None


def test_guest_gets_the_link_to_their_page(session, smtp_server, deliver):
    guest = Receiver("Greta", "greta@example.org", language="de", guest_token="secret")
    store_notifications(session, GUEST_SIGNUP, [(guest, FACTS)])

    deliver()

    [letter] = smtp_server.messages
    assert letter["List-Unsubscribe"] is None
    assert f"<{WEBSITE_URL}/guests/secret/>" in plain_text_part(letter)
    assert newest(session, Mail).context == {}


def test_federated_user_gets_the_link_to_the_shared_event(session, smtp_server, deliver):
    store_notifications(session, SHIFT_MOVED, [(Receiver("Fay", "fay@guest.example", federation_guest_id=5), FACTS)])

    deliver()

    [letter] = smtp_server.messages
    assert f"<{WEBSITE_URL}/events/shared/7/5/>" in plain_text_part(letter)


def test_one_click_in_a_mail_stops_this_type(session, smtp_server, deliver, browser):
    vera = make_user(session, "vera")
    notify(session, vera, SHIFT_MOVED)
    deliver()
    path = unsubscribe_url(smtp_server.messages[0]).removeprefix(WEBSITE_URL)

    shown = browser.get(path)
    answer = browser.post(path, data={"List-Unsubscribe": "One-Click"})

    assert (shown.status_code, answer.status_code) == (200, 200)
    assert "shifts of yours that move" in shown.text
    session.expire_all()
    assert session.get(CrewProfile, vera.id).muted_notifications == [[SHIFT_MOVED, BY_MAIL]]
    browser.post(path, data={"subscribe": "yes"})
    session.expire_all()
    assert session.get(CrewProfile, vera.id).muted_notifications == []


def test_outdated_mails_are_not_sent(session, smtp_server, deliver):
    vera, ina, rita = make_user(session, "vera"), make_user(session, "ina"), make_user(session, "rita")
    row = make_participation(session, make_shift(session, make_crew_event(session)), vera, state=REQUESTED)
    for state in (CONFIRMED, RESPONSIBLE_REJECTED):
        notify(session, vera, STATE_CHANGED, participation_id=row.id, state=state)
    notify(session, ina, SHIFT_MOVED)
    notify(session, rita, SHIFT_MOVED).read_at = NOW
    row.state, ina.is_active = RESPONSIBLE_REJECTED, False

    deliver()

    assert [letter["Subject"] for letter in smtp_server.messages] == ["Participation rejected for Festival"]
    left_out = session.query(Mail).filter_by(kind=CREW_MAIL, sent_at=None)
    assert [(mail.due_at, mail.context, mail.last_error) for mail in left_out] == [(None, {}, "outdated")] * 3


def test_texts_of_people_cannot_change_the_mail(session, smtp_server, deliver):
    mean = "[win](http://evil.example) <b>x</b>\r\nBcc: spy@example.org"
    notify(session, make_user(session, "vera"), SHIFT_MOVED, event=mean, shift=mean)

    deliver()

    [letter] = smtp_server.messages
    assert letter["Bcc"] is None
    assert not any("evil" in link for link in html_part(letter).links)
