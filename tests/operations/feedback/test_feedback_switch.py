"""Feedback that arrives while a speaker switches it off."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from joindin.errors import Forbidden
from joindin.extensions import db, writer
from joindin.models import EventComment, EventSettings, TalkComment, TalkRating
from joindin.operations.comments import add_event_comment
from joindin.operations.feedback.guest_texts import write_guest_text
from joindin.operations.feedback.talk_ratings import Rater, rate_talk
from joindin.operations.talk_comments import CommentRateLimit, add_talk_comment
from joindin.operations.talks import lock_talk
from tests.factories import NOW, make_event, make_talk, make_user
from tests.operations.feedback.test_talk_ratings import make_device

LIMIT = CommentRateLimit(100, dt.timedelta(hours=1))
# Long enough for the other writer to reach the lock. The result is the same if it does not.
WAIT_S = 0.2


def rate(talk_id, user, device_id):
    rate_talk(db.session, talk_id, Rater(user_id=user.id), rating=5, now=NOW)


def write(talk_id, user, device_id):
    write_guest_text(db.session, talk_id, device_id=device_id, text="Clear", is_public=False, source="web", now=NOW)


def comment(talk_id, user, device_id):
    values = {"text": "Clear", "rating": 5, "is_private": False, "source": "web", "limit": LIMIT, "now": NOW}
    writer().run(lambda connection: add_talk_comment(connection, talk_id, author=user, **values))


@pytest.mark.parametrize("give", [rate, write, comment])
def test_feedback_that_waits_for_the_switch_is_refused(app, session, give):
    talk, user, device_id = make_talk(session, make_event(session)), make_user(session), make_device(session).id
    session.commit()
    lock_talk(session, talk.id).has_feedback = False
    session.flush()

    def work():
        with app.app_context():
            give(talk.id, user, device_id)
            db.session.commit()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(work)
        time.sleep(WAIT_S)
        session.commit()
        with pytest.raises(Forbidden, match="takes no feedback"):
            waiting.result()

    assert (session.query(TalkRating).count(), session.query(TalkComment).count()) == (0, 0)


def test_events_without_feedback_take_no_comments(session):
    event, user = make_event(session), make_user(session)
    talk = make_talk(session, event)
    session.add(EventSettings(event_id=event.id, feedback_access="off"))
    session.commit()
    values = {"author": user, "text": "Clear", "rating": 5, "source": "web", "now": NOW}

    with pytest.raises(Forbidden, match="This event takes no feedback"):
        writer().run(lambda connection: add_event_comment(connection, event.id, **values))
    with pytest.raises(Forbidden, match="This event takes no feedback"):
        comment(talk.id, user, None)

    assert (session.query(EventComment).count(), session.query(TalkComment).count()) == (0, 0)


@pytest.mark.parametrize("access", ["account", "room", "anyone"])
def test_other_settings_admit_comments_of_users(session, access):
    event, user = make_event(session), make_user(session)
    talk = make_talk(session, event)
    session.add(EventSettings(event_id=event.id, feedback_access=access))
    session.commit()

    comment(talk.id, user, None)

    assert session.query(TalkComment).count() == 1
