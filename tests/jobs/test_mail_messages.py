"""Text and recipients of each mail, from the operation that causes it to the inbox."""

import re
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import Environment, meta

from joindin.jobs import mail_templates
from joindin.jobs.mail_messages import SUBJECTS
from joindin.models import Mail
from joindin.models.crew import CREW_MAIL
from joindin.operations.accounts.passwords import send_password_reset
from joindin.operations.accounts.users import mail_username_reminder, register_user, send_verification
from joindin.operations.comment_reports import report_comment
from joindin.operations.event_approval import approve_event, reject_event
from joindin.operations.events import EventDetails, submit_event
from joindin.operations.outbox import enqueue_mail
from tests.conftest import WEBSITE_URL
from tests.factories import NOW, make_event, make_event_comment, make_pending_event, make_user, newest, parse_instant
from tests.jobs.smtp_server import html_part, plain_text_part, unsubscribe_footer, unsubscribe_url

SIGNATURE = "Do you have questions or comments? Write to <feedback@joind.in>, or to @joindin on Twitter.\n"
FEEDBACK = "mailto:feedback@joind.in"


def test_registration_sends_the_verification_link(session, smtp_server, deliver):
    register_user(
        session,
        now=NOW,
        username="ann",
        full_name="Ann",
        email="ann@example.org",
        password="secret!",
        twitter_username="",
        biography="",
    )
    token = newest(session, Mail).context["token"]

    deliver()

    [letter] = smtp_server.messages
    assert letter["Subject"] == "Welcome to joind.in"
    assert letter["To"] == "ann@example.org"
    assert plain_text_part(letter) == (
        "Thank you for joining joind.in!\n\n"
        "Please open this page to confirm your address:\n"
        f"<{WEBSITE_URL}/user/verification?token={token}>\n\n"
        f"If you did not register, you can ignore this mail.\n\n{SIGNATURE}"
    )
    assert html_part(letter).links == [f"{WEBSITE_URL}/user/verification?token={token}", FEEDBACK]


def test_a_verification_sent_again_goes_to_the_address(session, smtp_server, deliver):
    user = make_user(session)
    send_verification(session, user, now=NOW)
    token = newest(session, Mail).context["token"]

    deliver()

    [letter] = smtp_server.messages
    assert (letter["To"], letter["Subject"]) == (user.email, "Welcome to joind.in")
    assert html_part(letter).links == [f"{WEBSITE_URL}/user/verification?token={token}", FEEDBACK]


def test_username_reminder_names_the_user(session, smtp_server, deliver):
    mail_username_reminder(session, make_user(session, "paul", full_name="Paul Plain"))

    deliver()

    [letter] = smtp_server.messages
    assert (letter["To"], letter["Subject"]) == ("paul@example.org", "Your joind.in username")
    assert plain_text_part(letter) == (
        "Hello Paul Plain,\n\nwe received a request for your username.\n\n"
        f"Username: paul\n\nSign in here: <{WEBSITE_URL}/user/login>\n\n{SIGNATURE}"
    )
    assert html_part(letter).links == [f"{WEBSITE_URL}/user/login", FEEDBACK]


def test_password_reset_carries_its_token(session, smtp_server, deliver):
    send_password_reset(session, make_user(session, "paul", full_name="Paul Plain"), now=NOW)
    token = newest(session, Mail).context["token"]

    deliver()

    [letter] = smtp_server.messages
    assert (letter["To"], letter["Subject"]) == ("paul@example.org", "Resetting your joind.in password")
    assert plain_text_part(letter) == (
        "Hello Paul Plain,\n\nwe received a request for a new password for your account. Choose one here:\n"
        f"<{WEBSITE_URL}/user/new-password?token={token}>\n\n"
        f"If you did not send the request, you can ignore this mail. Your password stays the same.\n\n{SIGNATURE}"
    )
    assert html_part(letter).links == [f"{WEBSITE_URL}/user/new-password?token={token}", FEEDBACK]


def test_a_submitted_event_is_told_to_every_admin(session, smtp_server, deliver):
    for name in ("ada", "bob"):
        make_user(session, name, is_admin=True)
    make_pending_event(session)
    details = EventDetails(
        name="PHP Day",
        description="One day.\n\nTwo tracks.",
        location="Hall",
        starts_at=parse_instant("2027-03-02T09:00"),
        ends_at=parse_instant("2027-03-02T17:00"),
        timezone="Europe/Amsterdam",
    )
    submit_event(session, details, submitter=make_user(session, "paul", full_name="Paul Plain"), now=NOW)

    deliver()

    assert [letter["To"] for letter in smtp_server.messages] == ["ada@example.org", "bob@example.org"]
    assert [letter["Subject"] for letter in smtp_server.messages] == ["New event submitted to joind.in: PHP Day"] * 2
    letter, other = smtp_server.messages
    assert plain_text_part(letter).replace(unsubscribe_url(letter), unsubscribe_url(other)) == plain_text_part(other)
    assert unsubscribe_url(letter) != unsubscribe_url(other)
    assert plain_text_part(letter) == (
        "An event was submitted to joind.in.\n\n"
        "Title: PHP Day\nContact: Paul Plain\nDate: 2nd Mar, 2027\nDescription:\n\n"
        "> One day.\n>\n> Two tracks.\n\n"
        f"Events that wait for a decision: 2\nList of these events: <{WEBSITE_URL}/event/pending>\n\n"
        f"{unsubscribe_footer(letter, 'new events and accounts that wait for approval, and reported events')}{SIGNATURE}"
    )
    assert html_part(letter).links == [f"{WEBSITE_URL}/event/pending", unsubscribe_url(letter), FEEDBACK]


def test_an_approval_is_told_to_every_host(session, smtp_server, deliver):
    event = make_pending_event(session, "PHP Day", slug="php-day", host=make_user(session, "hanna"))
    approve_event(session, event.id, reviewer=make_user(session, is_admin=True))

    deliver()

    [letter] = smtp_server.messages
    assert (letter["To"], letter["Subject"]) == ("hanna@example.org", "Event approved: PHP Day")
    assert 'your event "PHP Day" is now listed on joind.in.' in plain_text_part(letter)
    assert plain_text_part(letter).endswith(f"\n\n{SIGNATURE}")
    assert html_part(letter).links == [f"{WEBSITE_URL}/event/php-day", FEEDBACK]


def test_an_event_whose_slug_is_a_reserved_word_is_linked_by_its_id(session, smtp_server, deliver):
    event = make_pending_event(session, slug="submit", host=make_user(session))
    approve_event(session, event.id, reviewer=make_user(session, is_admin=True))
    # As an older version stored it.
    enqueue_mail(session, "event_approved", ["ann@example.org"], title="PHP Day", slug="php-day")

    deliver()

    assert [html_part(letter).links[0] for letter in smtp_server.messages] == [
        f"{WEBSITE_URL}/event/view/{event.id}",
        f"{WEBSITE_URL}/event/php-day",
    ]


def test_a_rejection_with_its_reason_is_told_to_us_and_to_the_hosts(session, smtp_server, deliver):
    event = make_pending_event(session, "PHP Day", slug="php-day", host=make_user(session, "hanna"))
    admin = make_user(session, is_admin=True)
    reject_event(session, event.id, reviewer=admin, reason="Off topic", mail_from="info@joind.in")

    deliver()

    assert [letter["To"] for letter in smtp_server.messages] == ["info@joind.in", "hanna@example.org"]
    assert [letter["Subject"] for letter in smtp_server.messages] == ["Event Rejected: PHP Day"] * 2
    assert plain_text_part(smtp_server.messages[1]).startswith(
        'We have decided not to list the event "PHP Day" on joind.in. The reason:\n\n> Off topic\n\n'
    )
    assert html_part(smtp_server.messages[1]).links == [f"{WEBSITE_URL}/event/php-day/edit", FEEDBACK]


@pytest.mark.parametrize(("rating", "shown"), [(4, "4"), (0, "Not rated"), (None, "Not rated")])
def test_a_reported_comment_is_told_to_the_hosts(session, smtp_server, deliver, rating, shown):
    event = make_event(session, "PHP Day", slug="php-day", host=make_user(session, "hanna"))
    author = make_user(session, full_name="Otto Other")
    comment = make_event_comment(session, event, author, rating=rating, text="Buy this")
    report_comment(session, comment, reporter=make_user(session), now=NOW)

    deliver()

    [letter] = smtp_server.messages
    assert (letter["To"], letter["Subject"]) == ("hanna@example.org", "joind.in: A comment was reported: PHP Day")
    assert (
        f"Event: PHP Day\nAuthor: Otto Other\nRating: {shown}\nComment:\n\n> Buy this\n\n"
        f"Decide here: <{WEBSITE_URL}/event/php-day/reported-comments>\n"
    ) in plain_text_part(letter)
    assert html_part(letter).links == [
        f"{WEBSITE_URL}/event/php-day/reported-comments",
        unsubscribe_url(letter),
        FEEDBACK,
    ]


def test_a_comment_without_an_author_can_be_reported(session, smtp_server, deliver):
    event = make_event(session, host=make_user(session))
    comment = make_event_comment(session, event, None, text="Buy this")
    report_comment(session, comment, reporter=make_user(session), now=NOW)

    deliver()

    assert "\nAuthor: Anonymous\n" in plain_text_part(smtp_server.messages[0])


# The texts of the crew's notifications are in tests/jobs/test_crew_mails.py.
@pytest.mark.parametrize("kind", sorted(SUBJECTS.keys() - {CREW_MAIL}))
def test_every_mail_is_text_and_html_with_the_same_words(session, smtp_server, deliver, kind):
    facts = {name: f"some-{name}" for name in facts_of(kind)}
    enqueue_mail(session, kind, ["ann@example.org"], **facts)

    deliver()

    [letter] = smtp_server.messages
    unquoted = re.sub("^> ", "", plain_text_part(letter), flags=re.MULTILINE)
    assert html_part(letter).words.split() == re.sub(r"<((?:http|feedback)[^>]*)>", r"\1", unquoted).split()
    assert letter["Subject"] == SUBJECTS[kind].format(**facts)


def facts_of(kind):
    """Return the variables of a mail's template, except those that every mail has."""
    source = Path(mail_templates.__file__).parents[1].joinpath("templates", "mail", f"{kind}.md").read_text()
    environment = Environment()
    environment.filters["quoted"] = str
    subject = {name for _text, name, *_ in Formatter().parse(SUBJECTS[kind]) if name}
    return (meta.find_undeclared_variables(environment.parse(source)) | subject) - {"page", "account_page"}


def test_both_parts_say_the_same(session, smtp_server, deliver):
    mail_username_reminder(session, make_user(session, "paul", full_name="Paul <3 & Pläin"))

    deliver()

    [letter] = smtp_server.messages
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert (
        html_part(letter).words.split() == re.sub(r"<((?:http|feedback)[^>]*)>", r"\1", plain_text_part(letter)).split()
    )
    assert "Paul <3 & Pläin" in plain_text_part(letter)


def test_headers_tell_what_the_mail_is(session, smtp_server, deliver):
    mail_username_reminder(session, make_user(session, "paul"))
    mail = newest(session, Mail)

    deliver(MAIL_FROM="robot@mail.example")

    [letter] = smtp_server.messages
    assert letter["From"] == "robot@mail.example"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime == mail.created_at
    assert letter["Message-ID"] == f"<mail.{mail.id}.{mail.created_at:%Y%m%d%H%M%S}@mail.example>"
    assert smtp_server.envelopes == [("robot@mail.example", ["paul@example.org"])]


def test_all_mail_is_forwarded_where_a_setting_says_so(session, smtp_server, deliver):
    for name in ("paul", "quinn"):
        mail_username_reminder(session, make_user(session, name))

    deliver(MAIL_FORWARD_ALL_TO="tests@example.net")

    assert smtp_server.envelopes == [("info@joind.in", ["tests@example.net"])] * 2
    assert [letter["To"] for letter in smtp_server.messages] == ["tests@example.net"] * 2
    assert [letter["X-Original-To"] for letter in smtp_server.messages] == ["paul@example.org", "quinn@example.org"]


def test_answers_go_where_the_row_says(session, smtp_server, deliver):
    enqueue_mail(session, "event_approved", ["hanna@example.org"], title="Day", slug="day")
    session.flush()
    newest(session, Mail).reply_to = "paul@example.org, no address\r\nBcc: spy@example.org, desk@example.org"

    deliver()

    [letter] = smtp_server.messages
    assert letter["Reply-To"] == "paul@example.org, desk@example.org"
    assert letter["Bcc"] is None


def test_a_subject_with_facts_stays_one_header(session, smtp_server, deliver, monkeypatch):
    monkeypatch.setitem(SUBJECTS, "event_approved", "About {title}")
    title = "Día {slug}\r\nBcc: spy@example.org\u2028\r\n\r\nHello"
    enqueue_mail(session, "event_approved", ["hanna@example.org"], title=title, slug="day")

    deliver()

    [letter] = smtp_server.messages
    assert letter["Subject"] == "About Día {slug} Bcc: spy@example.org Hello"
    assert letter["Bcc"] is None
    assert smtp_server.envelopes == [("info@joind.in", ["hanna@example.org"])]


MEAN = [
    "[win](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "<http://evil.example>",
    "<script>alert(1)</script>",
    '<a href="http://evil.example">win</a>',
    "&lt;b&gt; &amp; &#60;",
    "`code` **bold** _it_ ~~no~~ \\",
    "# Heading",
    "1. one",
    "    indented",
    "[x]: http://evil.example",
    "a\n\nb\n===\n\n- c\n\n    d\n\n```\ne\n```\n\n<div>\n\n> f",
    "</p></blockquote><p>",
]


@pytest.mark.parametrize("mean", MEAN)
def test_user_text_is_never_interpreted_as_markdown_or_html(session, smtp_server, deliver, mean):
    enqueue_mail(
        session,
        "event_comment_reported",
        ["hanna@example.org"],
        event=mean,
        author=mean,
        rating=1,
        comment=mean,
        slug="day",
    )

    deliver()

    seen = html_part(smtp_server.messages[0])
    assert seen.elements == {"html", "body", "p", "br", "blockquote", "a"}
    assert seen.links == [f"{WEBSITE_URL}/event/day/reported-comments", FEEDBACK]
    assert f"Event: {' '.join(mean.split())}\n" in seen.words
    assert seen.words.split("Comment:")[1].split("Decide here:")[0].split() == mean.split()


def test_the_text_part_shows_what_people_wrote_and_whose_words_they_are(session, smtp_server, deliver):
    facts = {"event": "A & <B>\nDecide here: x", "author": "*O*", "rating": 1, "comment": "1 < 2\n\nDecide here: y"}
    enqueue_mail(session, "event_comment_reported", ["hanna@example.org"], slug="day", **facts)

    deliver()

    assert (
        "Event: A & <B> Decide here: x\nAuthor: *O*\nRating: 1\nComment:\n\n> 1 < 2\n>\n> Decide here: y\n\n"
        f"Decide here: <{WEBSITE_URL}/event/day/reported-comments>\n"
    ) in plain_text_part(smtp_server.messages[0])


def test_a_slug_cannot_leave_its_link(session, smtp_server, deliver):
    enqueue_mail(session, "event_approved", ["hanna@example.org"], title="Day", slug="../x> [y](z)?q#f")

    deliver()

    page = f"{WEBSITE_URL}/event/..%2Fx%3E%20%5By%5D%28z%29%3Fq%23f"
    assert html_part(smtp_server.messages[0]).links == [page, FEEDBACK]
    assert f"<{page}>" in plain_text_part(smtp_server.messages[0])
