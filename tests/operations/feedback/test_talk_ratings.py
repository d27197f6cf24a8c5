import datetime as dt
from functools import partial

import pytest

from joindin.errors import Forbidden, InvalidInput
from joindin.extensions import db, writer
from joindin.models import Device, Talk, TalkComment, TalkRating
from joindin.operations.accounts.account_deletion import delete_user
from joindin.operations.comment_reports import report_comment, resolve_comment_reports
from joindin.operations.counter_repair import verify_counters
from joindin.operations.feedback.talk_ratings import Rater, delete_rating, is_repeated_feedback, rate_talk
from joindin.operations.speakers import link_speaker
from joindin.operations.talk_comments import CommentRateLimit, add_talk_comment
from tests.concurrency import run_concurrently
from tests.factories import NOW, make_event, make_talk, make_talk_comment, make_user

LIMIT = CommentRateLimit(100, dt.timedelta(hours=1))


def make_device(session):
    device = Device(
        token_hash=f"hash {session.query(Device).count()}", first_seen_on=NOW.date(), last_seen_on=NOW.date()
    )
    session.add(device)
    session.flush()
    return device


@pytest.fixture
def talk(session):
    return make_talk(session, make_event(session), speakers=["Ada"])


def by(user=None, device=None):
    return Rater(user_id=user and user.id, device_id=device and device.id)


def counters(session, talk):
    session.expire_all()
    talk = session.get_one(Talk, talk.id)
    assert [found for _, found in verify_counters(session, fix=False) if found] == []
    return talk.rating_sum, talk.rating_count, talk.guest_rating_sum, talk.guest_rating_count


def comment(session, talk, user, rating, *, is_private=False):
    session.commit()
    values = {"text": f"Rated {rating}", "rating": rating, "is_private": is_private, "source": "web", "now": NOW}
    writer().run(lambda connection: add_talk_comment(connection, talk.id, author=user, limit=LIMIT, **values))


def test_the_last_tap_of_a_device_counts_once(session, talk):
    device = make_device(session)

    for rating in (1, 2, 3, 4, 5):
        rate_talk(session, talk.id, by(device=device), rating=rating, now=NOW)

    assert counters(session, talk) == (0, 0, 5, 1)


def test_taps_of_users_count_in_the_average_of_the_contract(session, talk):
    make_talk_comment(session, talk, make_user(session), rating=2)
    rate_talk(session, talk.id, by(make_user(session)), rating=5, now=NOW)

    assert counters(session, talk) == (7, 2, 0, 0)


def test_a_tap_replaces_nothing_that_a_comment_has_counted(session, talk):
    user = make_user(session)
    make_talk_comment(session, talk, user, rating=2)

    rate_talk(session, talk.id, by(user), rating=5, now=NOW)

    assert counters(session, talk) == (2, 1, 0, 0)


@pytest.mark.parametrize(("is_private", "expected"), [(False, (3, 1, 0, 0)), (True, (5, 1, 0, 0))])
def test_the_rating_of_a_public_comment_replaces_the_tap_before_it(session, talk, is_private, expected):
    user = make_user(session)
    rate_talk(session, talk.id, by(user), rating=5, now=NOW)

    comment(session, talk, user, 3, is_private=is_private)

    assert counters(session, talk) == expected


def test_the_tap_counts_while_the_comment_is_hidden(session, talk):
    user = make_user(session)
    written = make_talk_comment(session, talk, user, rating=2)
    rate_talk(session, talk.id, by(user), rating=5, now=NOW)

    session.refresh(written, ["talk", "user"])
    report_comment(session, written, reporter=make_user(session), now=NOW)
    while_hidden = counters(session, talk)
    written = session.get_one(TalkComment, written.id)
    resolve_comment_reports(session, written, decider=make_user(session), decision="denied", now=NOW)

    assert while_hidden == (5, 1, 0, 0)
    assert counters(session, talk) == (2, 1, 0, 0)


def test_taps_of_speakers_do_not_count(session, talk):
    user = make_user(session)
    rate_talk(session, talk.id, by(user), rating=5, now=NOW)

    link_speaker(session, talk, talk.speakers[0], user)

    assert counters(session, talk) == (0, 0, 0, 0)
    with pytest.raises(Forbidden):
        rate_talk(session, talk.id, by(user), rating=4, now=NOW)


def test_taking_back(session, talk):
    user, device = make_user(session), make_device(session)
    rate_talk(session, talk.id, by(user), rating=5, now=NOW)
    rate_talk(session, talk.id, by(device=device), rating=4, now=NOW)

    assert delete_rating(session, talk.id, by(user)) is True
    assert delete_rating(session, talk.id, by(user)) is False
    assert delete_rating(session, talk.id, by(device=device)) is True
    assert counters(session, talk) == (0, 0, 0, 0)


def test_a_delayed_request_takes_no_rating_back_that_was_given_later(session, talk):
    user, minute = by(make_user(session)), dt.timedelta(minutes=1)
    rate_talk(session, talk.id, user, rating=5, written_at=NOW, now=NOW + 9 * minute)

    assert delete_rating(session, talk.id, user, written_at=NOW - minute) is False
    assert counters(session, talk) == (5, 1, 0, 0)
    assert delete_rating(session, talk.id, user, written_at=NOW + minute) is True
    assert counters(session, talk) == (0, 0, 0, 0)


def test_a_delayed_rating_does_not_replace_one_that_was_given_later(session, talk):
    user, minute = by(make_user(session)), dt.timedelta(minutes=1)
    rate_talk(session, talk.id, user, rating=5, now=NOW)

    assert rate_talk(session, talk.id, user, rating=2, written_at=NOW - minute, now=NOW + minute).rating == 5
    assert counters(session, talk) == (5, 1, 0, 0)
    assert rate_talk(session, talk.id, user, rating=3, written_at=NOW + minute, now=NOW + 2 * minute).rating == 3
    assert counters(session, talk) == (3, 1, 0, 0)


@pytest.mark.parametrize("is_device", [True, False])
def test_a_request_with_a_key_is_repeated_for_its_rater_and_talk_for_seven_days(session, talk, is_device):
    rater, other = (by(device=make_device(session)) if is_device else by(make_user(session)) for _ in range(2))
    another_talk = make_talk(session, make_event(session))
    requests = [
        (talk, rater, "a", 0), (talk, rater, "a", 6), (talk, rater, "b", 0), (talk, other, "a", 0),
        (another_talk, rater, "a", 0), (talk, rater, None, 0), (talk, rater, None, 0), (talk, rater, "a", 7),
    ]  # fmt: skip

    repeated = [
        is_repeated_feedback(session, about.id, sender, key, now=NOW + dt.timedelta(days=days))
        for about, sender, key, days in requests
    ]

    assert repeated == [False, True] + [False] * 6


@pytest.mark.parametrize("rating", [0, 6, -1, 10**9])
def test_ratings_outside_the_scale_are_refused(session, talk, rating):
    with pytest.raises(InvalidInput):
        rate_talk(session, talk.id, by(make_user(session)), rating=rating, now=NOW)

    assert session.query(TalkRating).count() == 0


def test_ratings_of_a_deleted_user_are_deleted(session, talk):
    user = make_user(session)
    rate_talk(session, talk.id, by(user), rating=5, now=NOW)

    delete_user(session, user.id, actor=None)

    assert counters(session, talk) == (0, 0, 0, 0)


def test_ratings_of_expired_devices_stay(session, talk):
    device = make_device(session)
    rate_talk(session, talk.id, by(device=device), rating=5, now=NOW)

    session.delete(device)
    session.flush()

    assert counters(session, talk) == (0, 0, 5, 1)
    assert session.query(TalkRating).one().device_id is None


def test_simultaneous_taps_are_all_counted(app, session, talk):
    devices = [make_device(session).id for _ in range(8)]
    users = [make_user(session).id for _ in range(4)]
    raters = [Rater(device_id=each) for each in devices] + [Rater(user_id=each) for each in users]
    talk_id = talk.id
    session.commit()

    def tap(number):
        with app.app_context():
            rate_talk(db.session, talk_id, raters[number % 12], rating=number % 5 + 1, now=NOW)
            db.session.commit()

    run_concurrently(session, [partial(tap, number) for number in range(24)])

    assert counters(session, talk)[1::2] == (4, 8)
