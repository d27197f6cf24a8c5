"""Mails about talk comments, from the operation that causes them to the inbox."""

import datetime as dt

from joindin.operations.comment_reports import report_comment
from joindin.operations.mail_opt_outs import opt_out
from joindin.operations.talk_comments import CommentRateLimit, add_talk_comment
from joindin.queries.talk_comments import find_talk_comment_including_hidden
from tests.conftest import WEBSITE_URL
from tests.factories import NOW, make_event, make_talk, make_talk_comment, make_user
from tests.jobs.smtp_server import html_part, plain_text_part, unsubscribe_footer, unsubscribe_url

SIGNATURE = "Do you have questions or comments? Write to <feedback@joind.in>, or to @joindin on Twitter.\n"
FEEDBACK = "mailto:feedback@joind.in"
COMMENTS, HOSTING = "comments on your talks", "claimed talks and reported comments at your events"


def add_comment(session, talk, author, text, **more):
    limit = CommentRateLimit(30, dt.timedelta(hours=1))
    fields = {"rating": 4, "is_private": False, "source": "joind.in", **more}
    add_talk_comment(session, talk.id, author=author, text=text, limit=limit, now=NOW, **fields)


def test_a_comment_is_told_to_the_speakers(session, smtp_server, deliver):
    author, ada, bob = (make_user(session, name, full_name=name.title()) for name in ("ann", "ada", "bob"))
    talk = make_talk(
        session, make_event(session, "PHP Day"), "On {Python} & more", stub="abcde", speakers=[ada, bob, "Somebody"]
    )
    add_comment(session, talk, author, "Clear.\n\nAnd [fun](http://evil.example)!")

    deliver()

    assert [letter["To"] for letter in smtp_server.messages] == ["ada@example.org", "bob@example.org"]
    assert [letter["Subject"] for letter in smtp_server.messages] == ["New feedback on On {Python} & more: PHP Day"] * 2
    letter = smtp_server.messages[0]
    assert plain_text_part(letter) == (
        'There is a new comment on your talk "On {Python} & more".\n\n'
        "Author: Ann\nRating: 4\nComment:\n\n> Clear.\n>\n> And [fun](http://evil.example)!\n\n"
        f"Your talk: <{WEBSITE_URL}/talk/abcde>\n\n{unsubscribe_footer(letter, COMMENTS)}{SIGNATURE}"
    )
    assert html_part(letter).links == [f"{WEBSITE_URL}/talk/abcde", unsubscribe_url(letter), FEEDBACK]


def test_a_private_comment_without_a_rating_that_counts_says_so(session, smtp_server, deliver):
    ada, bob = make_user(session, "ada", full_name="Ada"), make_user(session, "bob")
    talk = make_talk(session, make_event(session), "On Python", stub="abcde", speakers=[ada, bob])
    add_comment(session, talk, ada, "Psst", is_private=True)

    deliver()

    [letter] = smtp_server.messages
    assert letter["To"] == "bob@example.org"
    assert plain_text_part(letter) == (
        'There is a new comment on your talk "On Python".\n\n'
        "Author: Ada\nRating: Not rated\nVisible to: the speakers of this talk only\nComment:\n\n> Psst\n\n"
        f"Your talk: <{WEBSITE_URL}/talk/abcde>\n\n{unsubscribe_footer(letter, COMMENTS)}{SIGNATURE}"
    )


def test_users_who_opted_out_or_have_no_address_get_no_mail(session, smtp_server, deliver):
    author, ada, bob = (make_user(session, name) for name in ("ann", "ada", "bob"))
    opt_out(session, ada.id, "feedback", now=NOW)
    opt_out(session, bob.id, "hosting", now=NOW)
    speakers = [ada, bob, *(make_user(session, email=email) for email in (None, ""))]
    add_comment(session, make_talk(session, make_event(session), speakers=speakers), author, "Clear.")

    deliver()

    assert [letter["To"] for letter in smtp_server.messages] == ["bob@example.org"]


def test_a_report_is_told_to_the_hosts(session, smtp_server, deliver):
    event = make_event(session, "PHP Day", slug="php-day", host=make_user(session, "hanna"))
    talk = make_talk(session, event, "On Python")
    comment = make_talk_comment(session, talk, make_user(session, full_name="Al"), rating=2, text="Rude\nwords")
    nobodys = make_talk_comment(session, talk, rating=0, text="Spam")
    for each in (comment, nobodys):
        found = find_talk_comment_including_hidden(session, each.id)
        report_comment(session, found, reporter=make_user(session), now=NOW)

    deliver()

    assert [(letter["To"], letter["Subject"]) for letter in smtp_server.messages] == [
        ("hanna@example.org", "joind.in: A comment was reported: PHP Day")
    ] * 2
    letter = smtp_server.messages[0]
    assert plain_text_part(letter) == (
        "A comment on a talk of your event was reported. It is hidden until you decide about it.\n\n"
        "Event: PHP Day\nTalk: On Python\nAuthor: Al\nRating: 2\nComment:\n\n> Rude\n> words\n\n"
        f"Decide here: <{WEBSITE_URL}/event/php-day/reported-comments>\n\n"
        f"Users report comments that they find offensive, off topic or spam.\n\n{unsubscribe_footer(letter, HOSTING)}{SIGNATURE}"
    )
    assert "Author: Anonymous\nRating: Not rated\n" in plain_text_part(smtp_server.messages[1])
    assert html_part(letter).links == [
        f"{WEBSITE_URL}/event/php-day/reported-comments",
        unsubscribe_url(letter),
        FEEDBACK,
    ]
