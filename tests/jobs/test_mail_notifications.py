"""Commits that notify the job queue, and commits that do not."""

import logging

import pytest
from sqlalchemy import func, select

from joindin import create_app
from joindin.extensions import db
from joindin.jobs.queue import get_queue
from joindin.models import Mail
from joindin.operations.outbox import enqueue_mail
from tests.api_client import ApiClient
from tests.factories import make_event, make_talk, make_user
from tests.services import free_port


@pytest.fixture
def make_announcing(app, settings):
    """Makes an application on the test's database whose commits are announced."""
    made = []

    def making(queue_url):
        made.append(create_app({**settings, "QUEUE_URL": queue_url}))
        made[-1].config["ENQUEUE_JOBS"] = True
        return made[-1]

    yield making
    for each in made:
        with each.app_context():
            db.engine.dispose()


@pytest.fixture
def announcing_app(make_announcing, tmp_path):
    return make_announcing(f"sqlite:///{tmp_path / 'queue.sqlite'}")


def remind():
    enqueue_mail(db.session, "username_reminder", ["paul@example.org"], full_name="Paul", username="paul")


def count_mails():
    return db.session.scalar(select(func.count()).select_from(Mail))


def test_a_commit_with_mail_is_announced(announcing_app):
    with announcing_app.app_context():
        remind()
        before = get_queue(announcing_app).pending_count()
        db.session.commit()

    assert (before, get_queue(announcing_app).pending_count()) == (0, 1)


def test_a_comment_with_mail_to_speakers_notifies_the_worker(announcing_app):
    with announcing_app.app_context():
        author, speaker = (make_user(db.session) for _ in range(2))
        event = make_event(db.session)
        talks = [make_talk(db.session, event, speakers=speakers) for speakers in ([], [speaker])]
        api, seen = ApiClient(announcing_app).signed_in(author), []
        for talk in talks:
            reply = api.post(f"/v2.1/talks/{talk.id}/comments", json={"comment": "Clear.", "rating": 4})
            seen.append((reply.status_code, get_queue(announcing_app).pending_count()))

    assert seen == [(201, 0), (201, 1)]


def test_a_commit_without_mail_is_not_announced(announcing_app):
    with announcing_app.app_context():
        remind()
        db.session.commit()
        make_user(db.session)
        db.session.commit()

    assert get_queue(announcing_app).pending_count() == 1


def test_a_request_that_is_taken_back_leaves_no_mail(announcing_app):
    with announcing_app.app_context():
        remind()
        db.session.flush()
        db.session.rollback()
        make_user(db.session)
        db.session.commit()

        assert count_mails() == 0
    assert get_queue(announcing_app).pending_count() == 0


def test_a_request_that_breaks_before_its_commit_leaves_no_mail(announcing_app):
    @announcing_app.route("/break")
    def break_down():
        remind()
        db.session.flush()
        raise RuntimeError("before the commit")

    reply = announcing_app.test_client().get("/break")

    with announcing_app.app_context():
        assert (reply.status_code, count_mails()) == (500, 0)
    assert get_queue(announcing_app).pending_count() == 0


def test_a_savepoint_is_announced_with_the_transaction_around_it(announcing_app):
    with announcing_app.app_context():
        with db.session.begin_nested():
            remind()
        released = get_queue(announcing_app).pending_count()
        db.session.commit()

        assert count_mails() == 1
    assert (released, get_queue(announcing_app).pending_count()) == (0, 1)


def test_a_savepoint_taken_back_does_not_silence_the_rest(announcing_app):
    with announcing_app.app_context():
        remind()
        db.session.begin_nested().rollback()
        db.session.commit()

        assert count_mails() == 1
    assert get_queue(announcing_app).pending_count() == 1


def test_notices_do_not_pile_up_without_a_worker(announcing_app):
    with announcing_app.app_context():
        for _ in range(6):
            remind()
            db.session.commit()

        assert count_mails() == 6
    assert get_queue(announcing_app).pending_count() == 3


def test_a_queue_out_of_reach_does_not_fail_the_request(make_announcing, session, caplog):
    make_user(session, "paul")
    session.commit()
    announcing_app = make_announcing(f"redis://:5ec4e7@127.0.0.1:{free_port()}/15")

    replies = [
        announcing_app.test_client().post("/v2.1/emails/reminders/username", json={"email": "paul@example.org"})
        for _ in range(2)
    ]

    assert ([reply.status_code for reply in replies], count_mails()) == ([202, 202], 2)
    [warning] = [record for record in caplog.records if record.name == "joindin.db.outages"]
    assert warning.levelno == logging.WARNING
    assert warning.getMessage().startswith(
        "The job queue is unreachable, mail is delivered by the next poll: ConnectionError: Error 111"
    )
    assert "5ec4e7" not in caplog.text


def test_an_application_makes_no_file_before_it_has_something_to_announce(app, settings, tmp_path):
    instance = tmp_path / "instance"
    quiet = create_app({**settings, "INSTANCE": str(instance)})
    quiet.config["ENQUEUE_JOBS"] = True

    reply = quiet.test_client().get("/v2.1/events")

    assert reply.status_code == 200
    assert not instance.exists()
    with quiet.app_context():
        remind()
        db.session.commit()
        db.engine.dispose()
    assert [file.name for file in instance.glob("*.sqlite")] == ["queue.sqlite"]


def test_tests_announce_nothing_unless_they_say_so(app, session, tmp_path, monkeypatch):
    # A folder of its own: servers that tests start announce in the one that all have.
    monkeypatch.setitem(app.config, "INSTANCE", str(tmp_path))
    remind()
    session.commit()

    assert app.config["ENQUEUE_JOBS"] is False
    assert "queue" not in app.extensions
    assert list(tmp_path.iterdir()) == []
