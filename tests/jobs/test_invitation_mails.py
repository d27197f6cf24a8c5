"""Mails that invite hosts and speakers, and those that tell the inviter of the answer."""

import pytest
from sqlalchemy import select

from joindin.models import Mail
from joindin.models.crew import CrewProfile
from joindin.operations.organiser.invitations import accept_invitation, invite_host, invite_speaker
from tests.factories import NOW, make_event, make_talk, make_user, newest
from tests.jobs.smtp_server import html_part, plain_text_part
from tests.jobs.test_mail_messages import FEEDBACK, SIGNATURE


@pytest.fixture
def host(session):
    return make_user(session, "hanna", full_name="Hanna [H](x)")


@pytest.fixture
def event(session, host):
    return make_event(session, "Día & Co", host=host, slug="dia")


def address(app, token):
    return f"{app.config['PUBLIC_URL']}/accounts/invitation?token={token}"


def test_an_invitation_of_a_host(app, session, smtp_server, deliver, host, event):
    invite_host(session, event, "new@example.org", actor=host, now=NOW)
    token = newest(session, Mail).context["token"]

    deliver()

    [letter] = smtp_server.messages
    assert (letter["To"], letter["Subject"]) == ("new@example.org", "Invitation to be a host of Día & Co")
    assert plain_text_part(letter) == (
        "Hanna [H](x) invites you to be a host of an event. Hosts change the event and decide about claims and reported "
        "comments.\n\nEvent: Día & Co\n\n"
        "Accept or decline the invitation on this page. The link works once, and for 14 days:\n"
        f"<{address(app, token)}>\n\nIf you do not know the event, you can ignore this mail.\n\n{SIGNATURE}"
    )
    assert html_part(letter).links == [address(app, token), FEEDBACK]
    assert newest(session, Mail).context == {}


def test_an_invitation_of_a_speaker(app, session, smtp_server, deliver, host, event):
    talk = make_talk(session, event, "*On* Python", speakers=["Ann"])
    invite_speaker(session, talk, talk.speakers[0], "new@example.org", actor=host, now=NOW)
    token = newest(session, Mail).context["token"]

    deliver()

    [letter] = smtp_server.messages
    text = plain_text_part(letter)
    assert letter["Subject"] == "Invitation as a speaker: Día & Co"
    assert 'Hanna [H](x) names you as the speaker "Ann" of a talk.' in text
    assert "Event: Día & Co\nTalk: *On* Python\n" in text
    assert html_part(letter).links == [address(app, token), FEEDBACK]


@pytest.mark.parametrize(
    ("is_speaker", "told", "part"),
    [(False, "Ada (ada) has accepted your invitation and is a host now.", "people"),
     (True, "Ada (ada) has accepted your invitation and is the speaker of a talk now.", "talks")],
)  # fmt: skip
def test_the_inviter_is_told(app, session, smtp_server, deliver, host, event, is_speaker, told, part):
    talk = make_talk(session, event, "Tides", speakers=["Ann"])
    if is_speaker:
        invite_speaker(session, talk, talk.speakers[0], "new@example.org", actor=host, now=NOW)
    else:
        invite_host(session, event, "new@example.org", actor=host, now=NOW)
    token = newest(session, Mail).context["token"]
    accept_invitation(session, token, user=make_user(session, "ada", full_name="Ada"), now=NOW)

    deliver()

    letter = smtp_server.messages[-1]
    text = plain_text_part(letter)
    assert (letter["To"], letter["Subject"]) == (host.email, "Your invitation was accepted: Día & Co")
    assert text.startswith(f"{told}\n\nEvent: Día & Co\n")
    assert ("Talk: Tides" in text) is is_speaker
    assert html_part(letter).links == [f"{app.config['PUBLIC_URL']}/event/dia/manage/{part}", FEEDBACK]


def test_the_mails_are_german_for_readers_of_german(session, smtp_server, deliver, host, event):
    reader = make_user(session, email="de@example.org")
    session.add_all(CrewProfile(user_id=user.id, preferred_language="de") for user in (reader, host))
    talk = make_talk(session, event, "Tides", speakers=["Ann"])
    session.flush()
    invite_host(session, event, reader.email, actor=host, now=NOW)
    invite_speaker(session, talk, talk.speakers[0], reader.email, actor=host, now=NOW)
    tokens = [mail.context["token"] for mail in session.scalars(select(Mail).order_by(Mail.id))]
    for token in tokens:
        accept_invitation(session, token, user=reader, now=NOW)

    deliver()

    texts = [plain_text_part(letter) for letter in smtp_server.messages]
    assert [text.split("\n")[0] for text in texts] == [
        "Hanna [H](x) lädt Sie ein, Veranstalter einer Veranstaltung zu sein. Veranstalter ändern die Veranstaltung und "
        "entscheiden über Ansprüche und gemeldete Kommentare.",
        "Hanna [H](x) nennt Sie als vortragende Person „Ann“ eines Vortrags. Vortragende ändern die Texte und Links ihres "
        "Vortrags und antworten auf Kommentare.",
        f"{reader.full_name} ({reader.username}) hat Ihre Einladung angenommen und ist jetzt Veranstalter.",
        f"{reader.full_name} ({reader.username}) hat Ihre Einladung angenommen und ist jetzt als vortragende Person "
        "eingetragen.",
    ]
