"""Bursts of ratings: which are found, and leaving them out and counting them again."""

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import select

from joindin.errors import Conflict, NotFound
from joindin.extensions import db
from joindin.models import AuditEntry, Talk, TalkRating, TalkRatingNetwork
from joindin.operations.counter_repair import verify_counters
from joindin.operations.feedback.bursts import MSG_NO_BURST, accept_burst, count_ratings_again, leave_out_burst
from joindin.operations.feedback.rating_networks import purge_networks
from joindin.operations.feedback.talk_ratings import Rater, rate_talk
from joindin.queries.feedback.bursts import CHAIRS, MIN_WINDOWS, NETWORK, PACE, count_left_out, find_bursts
from joindin.queries.organiser.checklist import load_checklist
from tests.concurrency import run_concurrently
from tests.factories import make_event, make_room, make_talk, make_user
from tests.operations.feedback.test_talk_ratings import make_device

# A fixed time: windows of two minutes begin with it.
START, SECOND = dt.datetime(2027, 5, 8, 10, tzinfo=dt.UTC), dt.timedelta(seconds=1)


@pytest.fixture
def event(session):
    return make_event(session)


@pytest.fixture
def host(session):
    return make_user(session, "host")


@pytest.fixture
def talk(session, event):
    """A talk in a room with three chairs."""
    return make_talk(session, event, room_id=make_room(session, event, capacity=3).id)


def tap(session, talk, seconds, *, rating=5, user=None):
    """Store a rating as it is after a tap."""
    rater = Rater(user_id=user.id) if user else Rater(device_id=make_device(session).id)
    return rate_talk(session, talk.id, rater, rating=rating, now=START + seconds * SECOND)


def tap_all(session, talk, *seconds):
    for each in seconds:
        tap(session, talk, each)


def store_all(session, talk, seconds):
    """Store ratings of expired devices, without the counters."""
    times = [START + each * SECOND for each in seconds]
    session.add_all(TalkRating(talk_id=talk.id, rating=5, created_at=each, updated_at=each) for each in times)
    session.flush()


def spread(bursts):
    return [
        ((each.starts_at - START).seconds, (each.ends_at - START).seconds, each.number, each.reason) for each in bursts
    ]


def guest_counters(session, talk):
    session.expire_all()
    assert [found for _, found in verify_counters(session, fix=False) if found] == []
    talk = session.get_one(Talk, talk.id)
    return talk.guest_rating_sum, talk.guest_rating_count


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([], []),
        ([0, 1, 2], []),
        ([0, 40, 80, 121], []),
        ([0, 40, 80, 120], [(0, 120, 4, CHAIRS)]),
        ([0, 1, 2, 3, 4], [(0, 4, 5, CHAIRS)]),
        ([0, 50, 100, 110, 160, 200], [(0, 200, 6, CHAIRS)]),
        ([0, 1, 2, 3, 500, 501, 502, 503], [(500, 503, 4, CHAIRS), (0, 3, 4, CHAIRS)]),
    ],
)
def test_more_ratings_in_two_minutes_than_chairs_are_a_burst(session, event, talk, seconds, expected):
    tap_all(session, talk, *seconds)

    assert spread(find_bursts(session, event.id)) == expected


def test_far_more_ratings_than_other_talks_got_are_a_burst(session, event):
    for number in range(MIN_WINDOWS):
        store_all(session, make_talk(session, event), (number * 600, number * 600 + 1))
    crowd, few = make_talk(session, event), make_talk(session, event)
    store_all(session, crowd, range(12))
    store_all(session, few, range(8))

    found = find_bursts(session, event.id)

    assert [(each.talk_id, each.number, each.reason) for each in found] == [(crowd.id, 12, PACE)]


def test_one_talk_says_nothing_about_the_pace_of_the_event(session, event):
    store_all(session, make_talk(session, event), range(40))

    assert find_bursts(session, event.id) == []


def test_a_steady_stream_of_a_large_event_is_no_burst(session, event):
    for number in range(MIN_WINDOWS + 1):
        store_all(session, make_talk(session, event), range(number * 600, number * 600 + 15))

    assert find_bursts(session, event.id) == []


def tap_from(session, talk, networks, **fields):
    """Store a rating of a device for each of the networks, a minute apart."""
    for number, network in enumerate(networks):
        rater, now = Rater(device_id=make_device(session).id), START + number * 60 * SECOND
        rate_talk(session, talk.id, rater, rating=1, network=network, now=now, **fields)


@pytest.mark.parametrize(
    ("networks", "is_found"),
    [("a" * 9, False), ("a" * 10, True), ("a" * 12 + "b" * 8, False), ("a" * 13 + "b" * 8, True), ([None] * 30, False)],
)
def test_ratings_from_one_network_are_a_burst(session, event, networks, is_found):
    tap_from(session, make_talk(session, event), networks)

    assert [each.reason for each in find_bursts(session, event.id)] == [NETWORK] * is_found


def test_only_guests_outside_are_left_out_with_their_network(session, event, host):
    talk = make_talk(session, event)
    tap_from(session, talk, "a" * 10)
    tap(session, talk, 30, user=make_user(session))
    rate_talk(
        session, talk.id, Rater(device_id=make_device(session).id), rating=4, is_on_site=True, now=START + 31 * SECOND
    )

    number = leave_out_burst(session, event.id, talk.id, reason=NETWORK, starts_at=START, actor=host)

    assert (number, guest_counters(session, talk)) == (10, (4, 1))
    assert (talk.rating_sum, talk.rating_count) == (5, 1)


def test_a_changed_rating_is_counted_once_for_its_network(session, event, talk):
    device = Rater(device_id=make_device(session).id)
    for rating in (1, 2, 3):
        rate_talk(session, talk.id, device, rating=rating, network="a", now=START)

    assert session.query(TalkRatingNetwork).one().number == 1


def test_numbers_by_network_are_kept_for_a_day(session, event):
    talk = make_talk(session, event)
    tap_from(session, talk, "ab")

    purged = [purge_networks(session, START + dt.timedelta(days=1, seconds=after)) for after in (0, 1, 59, 61)]

    assert purged == [0, 1, 0, 1]


def test_ratings_of_other_events_are_not_found(session, event, talk):
    tap_all(session, talk, 0, 1, 2, 3)

    assert find_bursts(session, make_event(session).id) == []


def test_a_burst_is_left_out_and_counted_again(session, event, talk, host):
    tap_all(session, talk, 0, 1, 2, 3)
    tap(session, talk, 900, rating=1)
    before = guest_counters(session, talk)

    number = leave_out_burst(session, event.id, talk.id, reason=CHAIRS, starts_at=START, actor=host)
    left_out = guest_counters(session, talk), count_left_out(session, event.id)
    (burst,) = find_bursts(session, event.id)
    again = count_ratings_again(session, event.id, talk.id, actor=host)

    assert (before, number, left_out, again) == ((21, 5), 4, ((1, 1), {talk.id: 4}), 4)
    assert (burst.number, burst.number_left_out) == (4, 4)
    assert (guest_counters(session, talk), count_left_out(session, event.id)) == ((21, 5), {})
    entries = session.query(AuditEntry).order_by(AuditEntry.id).all()
    assert [(entry.action, entry.actor_id, entry.changes) for entry in entries] == [
        ("talk.leave_out_ratings", host.id, {"ratings left out": [0, 4]}),
        ("talk.count_ratings", host.id, {"ratings left out": [4, 0]}),
    ]


def test_ratings_of_users_leave_the_average_and_come_back(session, event, talk, host):
    for second in range(4):
        tap(session, talk, second, user=make_user(session), rating=2)

    leave_out_burst(session, event.id, talk.id, reason=CHAIRS, starts_at=START, actor=host)
    guest_counters(session, talk)
    left_out = talk.rating_sum, talk.rating_count
    count_ratings_again(session, event.id, talk.id, actor=host)
    guest_counters(session, talk)

    assert (left_out, (talk.rating_sum, talk.rating_count)) == ((0, 0), (8, 4))


def test_a_rating_that_is_left_out_stays_so_when_it_changes(session, event, talk, host):
    tap_all(session, talk, 0, 1, 2, 3)
    leave_out_burst(session, event.id, talk.id, reason=CHAIRS, starts_at=START, actor=host)

    device = session.query(TalkRating).first().device_id
    rate_talk(session, talk.id, Rater(device_id=device), rating=1, now=START + 5000 * SECOND)

    assert guest_counters(session, talk) == (0, 0)


def test_only_bursts_are_left_out(session, event, talk, host):
    tap_all(session, talk, 0, 1)

    for starts_at in (START, START + SECOND):
        with pytest.raises(Conflict, match=MSG_NO_BURST):
            leave_out_burst(session, event.id, talk.id, reason=CHAIRS, starts_at=starts_at, actor=host)
    with pytest.raises(Conflict):
        count_ratings_again(session, event.id, talk.id, actor=host)

    assert (guest_counters(session, talk), session.query(AuditEntry).count()) == ((10, 2), 0)


def test_talks_of_other_events_are_not_found(session, talk, host):
    tap_all(session, talk, 0, 1, 2, 3)
    other = make_event(session)

    with pytest.raises(NotFound):
        leave_out_burst(session, other.id, talk.id, reason=CHAIRS, starts_at=START, actor=host)
    with pytest.raises(NotFound):
        count_ratings_again(session, other.id, talk.id, actor=host)

    assert guest_counters(session, talk) == (20, 4)


def test_an_accepted_burst_is_flagged_no_more(session, event, talk, host):
    tap_all(session, talk, 0, 1, 2, 3)
    tap_all(session, talk, 900, 901, 902, 903)

    accept_burst(session, event.id, talk.id, reason=CHAIRS, starts_at=START, actor=host)
    with pytest.raises(Conflict, match=MSG_NO_BURST):
        accept_burst(session, event.id, talk.id, reason=CHAIRS, starts_at=START, actor=host)

    assert [each.is_open for each in find_bursts(session, event.id)] == [True, False]
    assert load_checklist(session, event).bursts == 1
    assert guest_counters(session, talk) == (40, 8)
    entry = session.query(AuditEntry).one()
    assert (entry.action, entry.actor_id, entry.subject_id) == ("talk.accept_ratings", host.id, talk.id)
    assert entry.changes == {"accepted burst": [None, f"chairs {START.isoformat()}/{(START + 3 * SECOND).isoformat()}"]}


def test_an_accepted_burst_that_grows_is_flagged_again(session, event, talk, host):
    tap_all(session, talk, 0, 1, 2, 3)
    accept_burst(session, event.id, talk.id, reason=CHAIRS, starts_at=START, actor=host)

    tap_all(session, talk, 60)

    assert [each.is_open for each in find_bursts(session, event.id)] == [True]


def test_an_accepted_burst_can_be_left_out(session, event, talk, host):
    tap_all(session, talk, 0, 1, 2, 3)
    burst = {"reason": CHAIRS, "starts_at": START, "actor": host}
    accept_burst(session, event.id, talk.id, **burst)

    assert leave_out_burst(session, event.id, talk.id, **burst) == 4
    with pytest.raises(Conflict, match=MSG_NO_BURST):
        accept_burst(session, event.id, talk.id, **burst)

    assert guest_counters(session, talk) == (0, 0)


def test_only_bursts_of_the_event_are_accepted(session, event, talk, host):
    tap_all(session, talk, 0, 1)
    burst = {"reason": CHAIRS, "starts_at": START, "actor": host}

    with pytest.raises(Conflict, match=MSG_NO_BURST):
        accept_burst(session, event.id, talk.id, **burst)
    tap_all(session, talk, 2, 3)
    with pytest.raises(NotFound):
        accept_burst(session, make_event(session).id, talk.id, **burst)

    assert session.query(AuditEntry).count() == 0


def test_of_opposite_decisions_at_once_the_counters_follow_the_stored_ones(app, session, event, talk, host):
    tap_all(session, talk, 0, 1, 2, 3)
    event_id, talk_id, host_id = event.id, talk.id, host.id
    session.commit()

    def decide(operation):
        with app.app_context():
            actor = db.session.get_one(type(host), host_id)
            try:
                operation(db.session, event_id, talk_id, reason=CHAIRS, starts_at=START, actor=actor)
                db.session.commit()
            except Conflict:
                db.session.rollback()

    run_concurrently(session, [partial(decide, each) for each in [accept_burst, leave_out_burst] * 3])

    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    # Accepted ratings can be left out afterwards, but not the other way round.
    assert actions in (["talk.leave_out_ratings"], ["talk.accept_ratings", "talk.leave_out_ratings"])
    assert guest_counters(session, talk) == (0, 0)


def test_hosts_and_raters_at_once_leave_exact_counters(app, session, event, talk, host):
    tap_all(session, talk, 0, 1, 2, 3)
    devices = [make_device(session).id for _ in range(6)]
    event_id, talk_id, host_id = event.id, talk.id, host.id
    session.commit()

    def leave_out():
        with app.app_context():
            try:
                leave_out_burst(
                    db.session,
                    event_id,
                    talk_id,
                    reason=CHAIRS,
                    starts_at=START,
                    actor=db.session.get_one(type(host), host_id),
                )
                db.session.commit()
            except Conflict:
                db.session.rollback()

    def rate(device_id):
        with app.app_context():
            rate_talk(db.session, talk_id, Rater(device_id=device_id), rating=3, now=START + 5000 * SECOND)
            db.session.commit()

    run_concurrently(session, [leave_out, leave_out, *(partial(rate, each) for each in devices)])

    assert guest_counters(session, talk) == (18, 6)
    assert session.query(AuditEntry).count() == 1


def test_the_number_of_statements_is_fixed(session, event, talk, count_statements):
    def count():
        session.flush()
        with count_statements() as statements:
            find_bursts(session, event.id)
        return len(statements)

    few = count()
    tap_all(session, talk, *range(8))
    tap_all(session, make_talk(session, event), *range(8))

    assert (few, count()) == (4, 4)
