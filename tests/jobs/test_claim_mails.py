"""Mails to hosts and speakers about claims of talks."""

from joindin.operations.claims import claim_talk, reject_claim
from tests.conftest import WEBSITE_URL
from tests.factories import NOW, make_event, make_talk, make_user
from tests.jobs.smtp_server import html_part, plain_text_part, unsubscribe_footer, unsubscribe_url
from tests.jobs.test_mail_messages import FEEDBACK, SIGNATURE

HOSTING = "claimed talks and reported comments at your events"


def make_claimed_talk(session):
    hosts = [make_user(session, name) for name in ("hanna", "hugo")]
    event = make_event(session, "Día & Co", host=hosts[0], slug="dia")
    talk = make_talk(session, event, "*On* Python", speakers=["Ann"], stub="abc12")
    return hosts[0], make_user(session, "ann o", email="ann@example.org", full_name="Ann [O](x)"), talk


def claim_speaker(session, talk, caller, user, *, is_manager=False):
    claim_talk(
        session,
        talk.id,
        speaker_name="Ann",
        username=user.username,
        caller=caller,
        is_host_or_admin=is_manager,
        now=NOW,
    )


def test_a_claim_is_told_to_the_hosts(session, smtp_server, deliver):
    _host, ann, talk = make_claimed_talk(session)
    claim_speaker(session, talk, ann, ann)

    deliver()

    [letter] = smtp_server.messages
    assert (letter["To"], letter["Subject"]) == ("hanna@example.org", "joind.in: A talk has been claimed: Día & Co")
    assert plain_text_part(letter) == (
        'Ann [O](x) claims to be the speaker "Ann" of a talk at your event.\n\n'
        "Event: Día & Co\nTalk: *On* Python\n\n"
        f"Approve or reject it here: <{WEBSITE_URL}/event/dia/claims>\n\n{unsubscribe_footer(letter, HOSTING)}{SIGNATURE}"
    )
    assert html_part(letter).links == [f"{WEBSITE_URL}/event/dia/claims", unsubscribe_url(letter), FEEDBACK]


def test_an_assignment_is_told_to_the_speaker(session, smtp_server, deliver):
    host, ann, talk = make_claimed_talk(session)
    claim_speaker(session, talk, host, ann, is_manager=True)

    deliver()

    [letter] = smtp_server.messages
    assert (letter["To"], letter["Subject"]) == (
        "ann@example.org",
        "joind.in: A talk has been assigned to you: Día & Co",
    )
    assert plain_text_part(letter) == (
        "A host of an event named you as the speaker of a talk.\n\n"
        "Event: Día & Co\nTalk: *On* Python\n\n"
        f"If this is correct, confirm it here: <{WEBSITE_URL}/user/ann%20o/claims>\n\n"
        f"If it is not, you can ignore this mail.\n\n{SIGNATURE}"
    )
    assert html_part(letter).links == [f"{WEBSITE_URL}/user/ann%20o/claims", FEEDBACK]


def test_an_approval_is_told_to_the_speaker(session, smtp_server, deliver):
    host, ann, talk = make_claimed_talk(session)
    claim_speaker(session, talk, ann, ann)
    claim_speaker(session, talk, host, ann, is_manager=True)

    deliver()

    _claimed, letter = smtp_server.messages
    assert (letter["To"], letter["Subject"]) == (
        "ann@example.org",
        "joind.in: Your talk claim has been approved: Día & Co",
    )
    assert plain_text_part(letter) == (
        "You are now a speaker of the talk you claimed.\n\n"
        "Event: Día & Co\nTalk: *On* Python\n\n"
        f"Page of the talk: <{WEBSITE_URL}/talk/abc12>\n\n"
        f"You can now add your slides there and read the comments of your audience.\n\n{SIGNATURE}"
    )
    assert html_part(letter).links == [f"{WEBSITE_URL}/talk/abc12", FEEDBACK]


def test_a_rejection_is_told_to_the_claimant(session, smtp_server, deliver):
    _host, ann, talk = make_claimed_talk(session)
    claim_speaker(session, talk, ann, ann)
    reject_claim(session, talk.id, speaker_name="Ann", username=ann.username, actor=make_user(session))

    deliver()

    _claimed, letter = smtp_server.messages
    assert (letter["To"], letter["Subject"]) == (
        "ann@example.org",
        "joind.in: Your talk claim has been rejected: Día & Co",
    )
    assert plain_text_part(letter) == (
        "A host has rejected your claim to a talk.\n\n"
        "Event: Día & Co\nTalk: *On* Python\n\n"
        f"If you think that this is a mistake, please contact the hosts of the event.\n\n{SIGNATURE}"
    )
    assert html_part(letter).links == [FEEDBACK]


def test_people_without_an_address_are_told_nothing(session, smtp_server, deliver):
    host, ann, talk = make_claimed_talk(session)
    ann.email = None
    host.email = None
    claim_speaker(session, talk, ann, ann)
    claim_speaker(session, talk, host, ann, is_manager=True)

    deliver()

    assert smtp_server.messages == []
