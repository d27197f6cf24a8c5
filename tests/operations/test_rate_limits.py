"""Rate limits stored in the database."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from joindin.errors import RateLimited
from joindin.extensions import db
from joindin.models import BrowserSession, Mail, RateLimitCounter
from joindin.operations import rate_limits
from joindin.operations.rate_limits import (
    SECOND_FACTOR,
    SECOND_FACTOR_ACCOUNT,
    SIGN_IN_ACCOUNT,
    SIGN_IN_ACCOUNT_FROM_NETWORK,
    SIGN_IN_NETWORK,
    WRONG_CODES,
    RateLimit,
    client_network,
    consume_attempt,
    consume_second_factor_attempt,
    consume_sign_in_attempt,
    purge_expired_rate_limits,
    record_wrong_code,
    refund_attempt,
    reset_second_factor_attempts,
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
    """Return the seconds until a retry of each attempt; 0 for accepted ones."""
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


def test_refused_attempts_do_not_extend_the_window(session):
    refusals(lambda: consume_attempt(session, THREE, "ann", now=NOW), 50)

    assert refusals(lambda: consume_attempt(session, THREE, "ann", now=later(45)), 2) == [15, 15]


def test_each_subject_and_each_limit_counts_separately(session):
    refusals(lambda: consume_attempt(session, THREE, "ann", now=NOW), 4)

    assert refusals(lambda: consume_attempt(session, THREE, "bob", now=NOW), 1) == [0]
    assert refusals(lambda: consume_attempt(session, RateLimit("other", 3, dt.timedelta(1)), "ann", now=NOW), 1) == [0]


def test_a_refunded_attempt_does_not_count(session):
    def attempt():
        consume_attempt(session, THREE, "ann", now=NOW)
        refund_attempt(session, THREE, "ann")

    assert refusals(attempt, 20) == [0] * 20


def test_more_refunds_than_attempts_give_no_extra_attempts(session):
    consume_attempt(session, THREE, "ann", now=NOW)
    for _ in range(3):
        refund_attempt(session, THREE, "ann")

    assert refusals(lambda: consume_attempt(session, THREE, "ann", now=NOW), 4) == [0, 0, 0, 60]


def test_the_last_moment_of_a_window_asks_for_a_wait_of_one_second(session):
    refusals(lambda: consume_attempt(session, THREE, "ann", now=NOW), 3)

    assert refusals(lambda: consume_attempt(session, THREE, "ann", now=later(59.9)), 1) == [1]


def test_only_a_hash_of_the_subject_is_stored(session):
    consume_attempt(session, THREE, "ann@example.org", "192.0.2.1", now=NOW)

    kept = session.scalars(select(RateLimitCounter.key)).all()
    assert [len(key) for key in kept] == [64]
    assert "ann" not in kept[0]


def test_simultaneous_attempts_do_not_exceed_the_limit(app, session):
    def attempt():
        with app.app_context():
            return refusals(lambda: (consume_attempt(db.session, THREE, "ann", now=NOW), db.session.commit()), 1)

    outcomes = run_concurrently(session, [attempt] * CONCURRENT_REQUESTS)

    assert sorted(outcomes) == [[0]] * 3 + [[60]] * (CONCURRENT_REQUESTS - 3)


def test_simultaneous_sign_ins_lose_no_count(app, session):
    """Attempts and successes in one transaction each: no deadlock, no count lost."""
    make_user(session, "ann")
    name = {"name": "ann", "ip_address": "192.0.2.1"}

    def sign_in():
        with app.app_context():
            for _ in range(10):
                consume_sign_in_attempt(db.session, **name, now=NOW)
                db.session.commit()
                # The next attempt counts in the transaction of this success.
                reset_sign_in_attempts(db.session, **name)
                consume_sign_in_attempt(db.session, **name, now=NOW)
                db.session.commit()
                reset_sign_in_attempts(db.session, **name)
                db.session.commit()

    run_concurrently(session, [sign_in] * 4)

    assert session.scalars(select(RateLimitCounter.count)).all() == [0, 0]


def guess(session, name="ann", ip_address="192.0.2.1", now=NOW):
    return lambda: consume_sign_in_attempt(session, name=name, ip_address=ip_address, now=now)


def test_guesses_at_one_account_from_one_network_are_limited(session):
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


def test_the_spelling_of_an_unknown_name_does_not_evade_the_limit(session):
    refusals(guess(session, "mallory"), SIGN_IN_ACCOUNT_FROM_NETWORK.max_count)

    assert refusals(guess(session, "MALLORY"), 1) == [15 * 60]


def test_unknown_names_are_limited_in_the_same_way(session):
    assert refusals(guess(session, "nobody"), SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + 1)[-1] == 15 * 60


def under_attack(session, name="ann"):
    for number in range(SIGN_IN_ACCOUNT.max_count):
        guess(session, name, f"198.51.100.{number}")()


def test_an_attack_from_many_networks_leaves_one_attempt_to_each_network(session):
    make_user(session, "ann")
    under_attack(session)

    assert refusals(guess(session, ip_address="203.0.113.1"), 3) == [0, 15 * 60, 15 * 60]
    assert refusals(guess(session, ip_address="203.0.113.2"), 1) == [0]
    assert refusals(guess(session, ip_address="203.0.113.1", now=later(15 * 60)), 1) == [0]


def test_an_attack_does_not_lock_the_owner_out_of_known_networks(session):
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


def test_a_correct_password_resets_the_failures_of_the_network(session):
    make_user(session, "ann")
    refusals(guess(session), SIGN_IN_ACCOUNT_FROM_NETWORK.max_count)

    reset_sign_in_attempts(session, name="ann", ip_address="192.0.2.1")

    assert (
        refusals(guess(session), SIGN_IN_ACCOUNT_FROM_NETWORK.max_count) == [0] * SIGN_IN_ACCOUNT_FROM_NETWORK.max_count
    )


def test_guesses_at_many_accounts_from_one_network_are_limited(session):
    waits = [refusals(guess(session, f"name{number}"), 1) for number in range(101)]

    assert waits == [[0]] * 100 + [[15 * 60]]


@pytest.mark.parametrize(
    ("ip_address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_client_network_is_an_ipv4_address_or_a_64_bit_ipv6_prefix(ip_address, network):
    assert client_network(ip_address) == network


def test_expired_counts_are_deleted(session):
    consume_attempt(session, THREE, "ann", now=NOW)
    consume_attempt(session, THREE, "bob", now=later(30))

    assert purge_expired_rate_limits(session, later(60)) == 1
    assert session.scalar(select(func.count()).select_from(RateLimitCounter)) == 1


def test_successful_sign_ins_use_up_neither_the_limit_of_the_network_nor_that_of_the_account(session):
    make_user(session, "ann")
    for _ in range(SIGN_IN_NETWORK.max_count + 1):
        guess(session)()
        reset_sign_in_attempts(session, name="ann", ip_address="192.0.2.1")

    assert refusals(guess(session, "bob"), 1) == [0]
    assert refusals(guess(session, ip_address="203.0.113.1"), 2) == [0, 0]


def test_correct_codes_use_up_no_limit(session):
    ann = make_user(session, "ann")

    def enter_code(ip_address):
        consume_second_factor_attempt(session, user_id=ann.id, ip_address=ip_address, now=NOW)

    for _ in range(SECOND_FACTOR_ACCOUNT.max_count + 1):
        enter_code("192.0.2.1")
        reset_second_factor_attempts(session, user_id=ann.id, ip_address="192.0.2.1")

    assert refusals(lambda: enter_code("192.0.2.1"), SECOND_FACTOR.max_count) == [0] * SECOND_FACTOR.max_count
    assert refusals(lambda: enter_code("203.0.113.1"), 1) == [0]


def test_a_correct_code_resets_the_count_of_wrong_ones(session):
    ann = make_user(session, "ann")
    for _ in range(WRONG_CODES.max_count - 1):
        record_wrong_code(session, ann, now=NOW)
    reset_second_factor_attempts(session, user_id=ann.id, ip_address=None)

    record_wrong_code(session, ann, now=NOW)

    assert session.scalars(select(Mail.kind)).all() == []


def test_the_third_wrong_code_in_a_day_mails_one_warning(session):
    ann = make_user(session, "ann")

    for _ in range(WRONG_CODES.max_count + 2):
        record_wrong_code(session, ann, now=NOW)

    assert session.scalars(select(Mail.kind)).all() == ["second_factor_failed"]


def test_the_limits_are_those_that_the_security_notes_promise():
    limits = {
        name: (limit.max_count, limit.window)
        for name, limit in vars(rate_limits).items()
        if isinstance(limit, RateLimit)
    }
    minutes, hours, days = (lambda n, unit=unit: dt.timedelta(**{unit: n}) for unit in ("minutes", "hours", "days"))

    assert limits == {
        "DEVICE_STARS": (300, hours(1)),
        "FEDERATED_SIGN_IN": (300, hours(1)),
        "EXTERNAL_EVENTS": (300, hours(1)),
        "SIGN_IN_DEVICE": (10, minutes(15)),
        "SIGN_IN_NETWORK": (100, minutes(15)),
        "SIGN_IN_ACCOUNT_FROM_NETWORK": (10, minutes(15)),
        "SIGN_IN_ACCOUNT": (50, hours(1)),
        "SIGN_IN_LAST_RESORT": (1, minutes(15)),
        "SECOND_FACTOR_DEVICE": (10, minutes(15)),
        "SECOND_FACTOR": (10, minutes(15)),
        "SECOND_FACTOR_ACCOUNT": (30, hours(1)),
        "WRONG_CODES": (3, days(1)),
        "SIGN_IN_WARNING_MAIL": (1, days(1)),
        "EXTERNAL_SIGN_IN": (300, hours(1)),
        "CHALLENGE": (1, hours(1)),
        "MAIL_ACCOUNT": (5, hours(1)),
        "INVITATIONS_OF_USER": (100, days(1)),
        "INVITATIONS_TO_ADDRESS": (10, days(1)),
    }
