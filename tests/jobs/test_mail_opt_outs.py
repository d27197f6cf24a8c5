"""Optional mails: their kinds, their headers and footers, and opting out."""

import pytest

from joindin.jobs.mail_messages import SUBJECTS
from joindin.models import TOPIC_BY_MAIL_KIND, TOPICS, Mail, MailOptOut
from joindin.operations.mail_opt_outs import opt_in, opt_out
from joindin.operations.outbox import enqueue_mail, enqueue_notification
from joindin.queries.mail_opt_outs import get_opted_out_topics
from joindin.security.tokens import parse_unsubscribe_token, unsubscribe_token
from tests.factories import NOW, make_user, newest
from tests.jobs.smtp_server import unsubscribe_url

SECRET = "used in tests only"
ALWAYS = {
    "verification", "username_reminder", "password_reset", "event_approved", "event_rejected", "talk_assigned",
    "claim_approved", "claim_rejected", "contact", "registration_received", "account_activated", "account_created",
    "password_recovery", "anonymous_event_received", "anonymous_event_approved", "anonymous_event_rejected",
}  # fmt: skip


def notify(session, *users):
    enqueue_notification(
        session, "talk_claimed", users, event="Day", talk="Tests", slug="day", speaker="Al", claimant="Al"
    )


def test_each_mail_of_the_contract_always_goes_out_or_has_a_topic():
    assert ALWAYS | set(TOPIC_BY_MAIL_KIND) <= set(SUBJECTS)
    assert ALWAYS & set(TOPIC_BY_MAIL_KIND) == set()
    assert len(ALWAYS | set(TOPIC_BY_MAIL_KIND)) == 25


@pytest.mark.parametrize("kind", sorted(ALWAYS))
def test_a_mail_that_answers_its_recipient_cannot_be_stopped(session, smtp_server, deliver, kind):
    facts = dict.fromkeys(
        ("token", "full_name", "username", "title", "slug", "reason", "event", "talk", "stub", "name", "email",
         "subject", "comment", "site_title"), "x",
    )  # fmt: skip
    enqueue_mail(session, kind, ["ann@example.org"], **facts)

    deliver()

    [letter] = smtp_server.messages
    assert (letter["List-Unsubscribe"], letter["List-Unsubscribe-Post"]) == (None, None)
    assert "Stop them" not in letter.as_string()


def test_a_notification_has_a_one_click_unsubscribe_header(session, smtp_server, deliver):
    ann = make_user(session, "ann")
    notify(session, ann)

    deliver(PUBLIC_URL=f"https://{'a-long-name.' * 8}example")

    [letter] = smtp_server.messages
    token = unsubscribe_token(SECRET, ann.id, "hosting")
    assert letter["List-Unsubscribe"] == f"<https://{'a-long-name.' * 8}example/accounts/mails/{token}/>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert unsubscribe_url(letter) in letter.get_body(("plain",)).get_content()


def test_an_opt_out_stops_one_topic_only(session):
    ann, bea = make_user(session, "ann"), make_user(session, "bea")
    opt_out(session, ann.id, "hosting", now=NOW)

    notify(session, ann, bea, make_user(session, email=None))
    enqueue_notification(
        session, "talk_comment", [ann], talk="T", stub="s", author="A", rating=1, comment="C", is_private=False
    )
    enqueue_mail(session, "claim_approved", [ann.email], event="Day", talk="Tests", stub="s")

    session.flush()
    sent = [(mail.kind, mail.recipient) for mail in session.query(Mail).order_by(Mail.id)]
    assert sent == [("talk_claimed", bea.email), ("talk_comment", ann.email), ("claim_approved", ann.email)]


def test_a_refusal_holds_for_mails_that_wait_but_not_for_those_of_others(session, smtp_server, deliver):
    ann, bea = make_user(session, "ann"), make_user(session, "bea")
    notify(session, ann, bea)
    session.flush()

    opt_out(session, ann.id, "hosting", now=NOW)
    deliver()

    assert [letter["To"] for letter in smtp_server.messages] == [bea.email]
    waiting = session.query(Mail).filter_by(user_id=ann.id).one()
    assert (waiting.due_at, waiting.context, waiting.last_error) == (None, {}, "no longer wanted")


def test_refusing_twice_is_refusing_once_and_can_be_taken_back(session):
    ann = make_user(session)
    for _ in range(2):
        opt_out(session, ann.id, "feedback", now=NOW)
    assert get_opted_out_topics(session, ann.id) == {"feedback"}

    opt_in(session, ann.id, "feedback")

    assert get_opted_out_topics(session, ann.id) == set()
    enqueue_notification(
        session, "talk_comment", [ann], talk="T", stub="s", author="A", rating=1, comment="C", is_private=False
    )
    session.flush()
    assert newest(session, Mail).user_id == ann.id


def test_a_refusal_goes_with_the_account_and_its_mail_stays_readable(session, smtp_server, deliver):
    ann = make_user(session, "ann")
    notify(session, ann)
    opt_out(session, ann.id, "feedback", now=NOW)
    session.flush()
    session.delete(ann)

    deliver()

    [letter] = smtp_server.messages
    assert letter["List-Unsubscribe"] is None
    assert session.query(MailOptOut).count() == 0


def test_asking_who_wants_a_mail_costs_one_statement(session, count_statements):
    users = [make_user(session) for _ in range(3)]
    session.flush()
    costs = []
    for number in (1, 3):
        with count_statements() as statements, session.no_autoflush:
            notify(session, *users[:number])
        costs.append(len(statements))

    assert costs == [1, 1]


@pytest.mark.parametrize("topic", TOPICS)
def test_an_unsubscribe_token_is_valid_for_one_user_and_one_topic(topic):
    token = unsubscribe_token(SECRET, 7, topic)

    assert parse_unsubscribe_token((SECRET,), token) == (7, topic)
    assert parse_unsubscribe_token(("another secret",), token) is None
    for wrong in (token.replace("7", "8", 1), token.replace(topic, "contact"), token[:-1], token + "0", "0" + token):
        assert parse_unsubscribe_token((SECRET,), wrong) is None


@pytest.mark.parametrize(
    "token", ["", "-", "7", "7-feedback", "7-feedback-", "x-feedback-00", "٧-feedback-00", "9" * 99]
)
def test_what_is_no_token_is_nobodys(token):
    assert parse_unsubscribe_token((SECRET,), token) is None
