"""Slowing down those who try too often."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from joindin.errors import RateLimited
from joindin.extensions import db
from joindin.models import BrowserSession, RateLimitCounter
from joindin.operations.rate_limits import (
    SIGN_IN_ACCOUNT,
    SIGN_IN_ACCOUNT_FROM_NETWORK,
    RateLimit,
    client_network,
    consume_attempt,
    consume_sign_in_attempt,
    purge_expired_rate_limits,
    refund_attempt,
    reset_sign_in_attempts,
)
from joindin.utils.datetimes import utc_now
from tests.concurrency import CONCURRENT_REQUESTS, run_concurrently
from tests.factories import make_user

NOW = utc_now()
THREE = RateLimit("three a minute", 3, dt.timedelta(minutes=1))


def later(seconds):
    return NOW + dt.timedelta(seconds=seconds)


def refusals(work, times):
    """How long each of so many attempts was told to wait; 0 for those let through."""
    waits = []
    for _ in range(times):
        try:
            work()
        except RateLimited as refused:
            waits.append(refused.retry_after)
        else:
            waits.append(0)
    return waits


def test_a_limit_holds_until_its_window_ends(session):
    def at(seconds, times):
        return refusals(lambda: consume_attempt(session, THREE, "ann", now=later(seconds)), times)

    assert at(0, 4) == [0, 0, 0, 60]
    assert at(59, 1) == [1]
    assert at(60, 4) == [0, 0, 0, 60]


def test_waiting_is_not_made_longer_by_trying(session):
    refusals(lambda: consume_attempt(session, THREE, "ann", now=NOW), 50)

    assert refusals(lambda: consume_attempt(session, THREE, "ann", now=later(45)), 2) == [15, 15]


def test_each_subject_counts_for_itself(session):
    refusals(lambda: consume_attempt(session, THREE, "ann", now=NOW), 4)

    assert refusals(lambda: consume_attempt(session, THREE, "bob", now=NOW), 1) == [0]
    assert refusals(lambda: consume_attempt(session, RateLimit("other", 3, dt.timedelta(1)), "ann", now=NOW), 1) == [0]


def test_an_honest_attempt_is_taken_back(session):
    def honest():
        consume_attempt(session, THREE, "ann", now=NOW)
        refund_attempt(session, THREE, "ann")

    assert refusals(honest, 20) == [0] * 20


def test_nothing_but_a_hash_is_kept_of_whom_it_is_about(session):
    consume_attempt(session, THREE, "ann@example.org", "192.0.2.1", now=NOW)

    kept = session.scalars(select(RateLimitCounter.key)).all()
    assert [len(key) for key in kept] == [64]
    assert "ann" not in kept[0]


def test_many_at_once_get_no_more_than_their_share(app, session):
    def attempt():
        with app.app_context():
            return refusals(lambda: (consume_attempt(db.session, THREE, "ann", now=NOW), db.session.commit()), 1)

    outcomes = run_concurrently(session, [attempt] * CONCURRENT_REQUESTS)

    assert sorted(outcomes) == [[0]] * 3 + [[60]] * (CONCURRENT_REQUESTS - 3)


def guess(session, name="ann", address="192.0.2.1", now=NOW):
    return lambda: consume_sign_in_attempt(session, name=name, ip_address=address, now=now)


def test_guesses_at_one_account_from_one_place_are_limited(session):
    make_user(session, "ann")

    assert refusals(guess(session), SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + 1) == [
        0
    ] * SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + [15 * 60]
    assert refusals(guess(session, "bob"), 1) == [0]


def test_both_names_of_an_account_count_together(session):
    make_user(session, "ann", email="ann@example.org")
    names = ["ann", "ANN", "ann@example.org", "Ann@Example.Org", "änn"]

    for number in range(SIGN_IN_ACCOUNT_FROM_NETWORK.max_count):
        guess(session, names[number % len(names)])()

    assert [refusals(guess(session, name), 1) for name in names] == [[15 * 60]] * len(names)


def test_names_that_nobody_has_are_limited_in_the_same_way(session):
    assert refusals(guess(session, "nobody"), SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + 1)[-1] == 15 * 60


def under_attack(session, name="ann"):
    for number in range(SIGN_IN_ACCOUNT.max_count):
        guess(session, name, f"198.51.100.{number}")()


def test_guesses_from_everywhere_leave_one_attempt_to_each_place(session):
    make_user(session, "ann")
    under_attack(session)

    assert refusals(guess(session, ip_address="203.0.113.1"), 3) == [0, 15 * 60, 15 * 60]
    assert refusals(guess(session, ip_address="203.0.113.2"), 1) == [0]
    assert refusals(guess(session, ip_address="203.0.113.1", now=later(15 * 60)), 1) == [0]


def test_an_attack_does_not_lock_the_owner_out_at_home(session):
    ann = make_user(session, "ann")
    session.add(
        BrowserSession(
            user_id=ann.id,
            token_hash="x",
            created_at=NOW,
            authenticated_at=NOW,
            last_seen_at=NOW,
            expires_at=NOW,
            revoked_at=NOW,
            ip_address="2001:db8::1",
        )
    )
    under_attack(session)

    assert (
        refusals(guess(session, ip_address="2001:db8::2"), SIGN_IN_ACCOUNT_FROM_NETWORK.max_count)
        == [0] * SIGN_IN_ACCOUNT_FROM_NETWORK.max_count
    )


def test_a_right_password_makes_good_what_was_mistyped_before(session):
    make_user(session, "ann")
    refusals(guess(session), SIGN_IN_ACCOUNT_FROM_NETWORK.max_count)

    reset_sign_in_attempts(session, name="ann", ip_address="192.0.2.1")

    assert (
        refusals(guess(session), SIGN_IN_ACCOUNT_FROM_NETWORK.max_count) == [0] * SIGN_IN_ACCOUNT_FROM_NETWORK.max_count
    )


def test_one_place_guesses_at_so_many_accounts(session):
    waits = [refusals(guess(session, f"name{number}"), 1) for number in range(101)]

    assert waits == [[0]] * 100 + [[15 * 60]]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_place_is_an_address_or_a_network_of_one_household(address, place):
    assert client_network(address) == place


def test_old_counts_are_forgotten(session):
    consume_attempt(session, THREE, "ann", now=NOW)
    consume_attempt(session, THREE, "bob", now=later(30))

    assert purge_expired_rate_limits(session, later(60)) == 1
    assert session.scalar(select(func.count()).select_from(RateLimitCounter)) == 1
