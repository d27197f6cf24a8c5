"""Daily digests of feedback for speakers."""

import datetime as dt
from functools import partial

import pytest
import time_machine

from joindin.extensions import db
from joindin.jobs.digests import send_feedback_digests
from joindin.models import Event, EventSettings, Mail, TalkRating
from joindin.models.crew import CrewProfile
from joindin.operations.feedback.guest_texts import reject_guest_text, release_guest_text
from joindin.operations.mail_opt_outs import opt_out
from tests.concurrency import run_concurrently
from tests.factories import make_event, make_talk, make_talk_comment, make_user
from tests.jobs.smtp_server import plain_text_part, unsubscribe_url

MORNING = dt.datetime(2027, 5, 8, 5, 40, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
YESTERDAY = MORNING - DAY


@pytest.fixture
def ada(session):
    return make_user(session, "ada", full_name="Ada")


@pytest.fixture
def talk(session, ada):
    event = make_event(session, "Tide Days", starts_at=YESTERDAY - DAY)
    return make_talk(session, event, "On tides", speakers=[ada, "Bob"])


def tap(session, talk, at=YESTERDAY, **fields):
    rating = TalkRating(talk_id=talk.id, rating=4, created_at=at, updated_at=at, **fields)
    session.add(rating)
    session.flush()


def write(session, talk, at=YESTERDAY, **fields):
    return make_talk_comment(session, talk, rating=0, text="Only for you", created_at=at, **fields)


def send(session, at=MORNING):
    session.commit()
    with time_machine.travel(at, tick=False):
        return send_feedback_digests(session)


def digests(session):
    return session.query(Mail).filter_by(kind="feedback_digest").order_by(Mail.id).all()


def test_a_speaker_gets_one_mail_about_the_day(session, ada, talk, smtp_server, deliver):
    other = make_talk(session, make_event(session, "Moon Days", starts_at=YESTERDAY), "On moons", speakers=[ada])
    for _ in range(2):
        tap(session, talk)
    tap(session, other)
    write(session, talk, is_private=True)

    assert send(session) == 1
    deliver(now=MORNING)

    [letter] = smtp_server.messages
    text = plain_text_part(letter)
    assert letter["To"] == ada.email
    assert letter["Subject"] == "New feedback on your talks: Tide Days, Moon Days"
    assert "On tides (Tide Days): 2 new ratings, 1 new text\nOn moons (Moon Days): 1 new rating\n" in text
    assert "Only for you" not in text
    assert "/me/talks/>" in text
    assert unsubscribe_url(letter) in text
    assert "once a day" in text


def test_at_most_one_a_day_and_nothing_twice(session, talk):
    tap(session, talk)
    assert [send(session), send(session), send(session, MORNING + 10 * HOUR)] == [1, 0, 0]

    tap(session, talk, MORNING)
    assert [send(session, MORNING + HOUR), send(session, MORNING + DAY), send(session, MORNING + 2 * DAY)] == [0, 1, 0]

    assert [mail.context["lines"] for mail in digests(session)] == [["On tides (Tide Days): 1 new rating"]] * 2


def test_days_without_the_server_are_not_lost(session, talk):
    tap(session, talk)
    send(session)
    tap(session, talk, MORNING + DAY)
    tap(session, talk, MORNING + 2 * DAY)

    assert send(session, MORNING + 4 * DAY) == 1
    assert digests(session)[-1].context["lines"] == ["On tides (Tide Days): 2 new ratings"]


def test_feedback_of_today_and_of_long_ago_is_in_no_digest(session, talk):
    tap(session, talk, MORNING - HOUR)
    tap(session, talk, MORNING - 9 * DAY)

    assert send(session) == 0


@pytest.mark.parametrize("is_private", [True, False])
def test_a_released_text_is_in_the_digest_after_its_release(session, talk, is_private):
    waiting = {"is_hidden": True, "is_waiting": True, "is_private": is_private}
    texts = [write(session, talk, YESTERDAY - 9 * DAY, **waiting), write(session, talk, YESTERDAY, **waiting)]
    tap(session, talk, YESTERDAY)
    before = send(session)
    with time_machine.travel(MORNING + HOUR, tick=False):
        for text in texts:
            release_guest_text(session, text, actor=make_user(session), now=MORNING)

    sent = [send(session, MORNING + 2 * HOUR), send(session, MORNING + DAY), send(session, MORNING + 2 * DAY)]

    assert (before, sent) == (1, [0, 1, 0])
    lines = [mail.context["lines"] for mail in digests(session)]
    assert lines == [["On tides (Tide Days): 1 new rating"], ["On tides (Tide Days): 2 new texts"]]


def test_a_text_that_a_host_keeps_hidden_is_in_no_digest(session, talk):
    text = write(session, talk, is_hidden=True, is_waiting=True)
    with time_machine.travel(YESTERDAY + HOUR, tick=False):
        reject_guest_text(session, text, actor=make_user(session), now=YESTERDAY)

    assert send(session) == 0


def test_what_other_mails_tell_or_hosts_left_out_is_in_no_digest(session, talk):
    make_talk_comment(session, talk, make_user(session), created_at=YESTERDAY)
    write(session, talk, is_hidden=True, is_waiting=True)
    tap(session, talk, is_left_out=True)

    assert send(session) == 0


@pytest.mark.parametrize("change", ["opted out", "no address", "inactive", "pending", "hidden talk", "hidden event"])
def test_others_get_none(session, ada, talk, change):
    tap(session, talk)
    if change == "opted out":
        opt_out(session, ada.id, "digest", now=YESTERDAY)
    elif change == "no address":
        ada.email = None
    elif change == "inactive":
        ada.is_active = False
    elif change == "pending":
        next(each for each in talk.speakers if each.user_id).is_pending = True
    elif change == "hidden talk":
        talk.is_active = False
    else:
        session.get_one(Event, talk.event_id).is_active = False

    assert (send(session), digests(session)) == (0, [])


@pytest.mark.parametrize(
    ("own", "of_event", "subject"),
    [
        (None, None, "New feedback on your talks"),
        (None, "de", "Neues Feedback zu Ihren Vorträgen"),
        ("de", None, "Neues Feedback zu Ihren Vorträgen"),
        ("en", "de", "New feedback on your talks"),
    ],
)
def test_the_language_is_that_of_the_reader_or_of_the_event(
    session, ada, talk, own, of_event, subject, smtp_server, deliver
):
    session.add(CrewProfile(user_id=ada.id, preferred_language=own))
    session.add(EventSettings(event_id=talk.event_id, language=of_event))
    tap(session, talk)

    send(session)
    deliver(now=MORNING)

    [letter] = smtp_server.messages
    assert letter["Subject"] == f"{subject}: Tide Days"
    assert ("Um keine Mails mehr über" in plain_text_part(letter)) is subject.startswith("Neues")


def test_names_are_data_in_subject_and_text(session, ada, smtp_server, deliver):
    event = make_event(session, "Day\r\nBcc: spy@example.org {subject}", slug="day", starts_at=YESTERDAY - DAY)
    tap(session, make_talk(session, event, "[x](http://evil.example)\n# Big", speakers=[ada]))

    send(session)
    deliver(now=MORNING)

    [letter] = smtp_server.messages
    assert (letter["Bcc"], len(smtp_server.envelopes)) == (None, 1)
    assert letter["Subject"] == "New feedback on your talks: Day Bcc: spy@example.org {subject}"


def test_two_workers_send_one(app, session, talk):
    tap(session, talk)
    session.commit()

    def work(_number):
        with app.app_context():
            return send_feedback_digests(db.session)

    with time_machine.travel(MORNING, tick=True):
        run_concurrently(session, [partial(work, number) for number in range(4)])

    assert len(digests(session)) == 1


def test_batches_and_a_failing_one(session, talk, monkeypatch):
    monkeypatch.setattr("joindin.jobs.digests.BATCH_SIZE", 1)
    others = [make_user(session) for _ in range(2)]
    tap(session, talk)
    for user in others:
        tap(session, make_talk(session, make_event(session), speakers=[user]))
    failing, original = min(user.id for user in others), send_feedback_digests.__globals__["send_digests"]

    def send_or_fail(session, user_ids, *, now):
        if failing in user_ids:
            raise ValueError("no")
        return original(session, user_ids, now=now)

    monkeypatch.setattr("joindin.jobs.digests.send_digests", send_or_fail)

    assert send(session) == 2


def test_it_runs_once_a_day(queue):
    [task] = [task for task in queue._registry.periodic_tasks if task.name == "send_feedback_digests"]
    times = [dt.datetime(2027, 5, 8, hour, minute) for hour in range(24) for minute in range(60)]

    assert [at for at in times if task.validate_datetime(at)] == [dt.datetime(2027, 5, 8, 5, 40)]
