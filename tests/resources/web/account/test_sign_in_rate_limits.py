"""Rate limits of password guesses; the owner is not locked out by others."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import select

from joindin.models import Mail
from joindin.operations.rate_limits import SIGN_IN_ACCOUNT, SIGN_IN_ACCOUNT_FROM_NETWORK
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, Browser, main_text, make_user_with_password


def guess(browser, times, name="ann", password="wrong"):
    form = {"username": name, "password": password, "csrfmiddlewaretoken": browser.token()}
    return [browser.post("/accounts/login/", form) for _ in range(times)]


@pytest.mark.parametrize("name", ["ann", "nobody"], ids=["an account", "no account"])
def test_guesses_are_limited_with_retry_after(browser, session, name):
    make_user_with_password(session, "ann")
    now = utc_now()

    with time_machine.travel(now, tick=False):
        replies = guess(browser, SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + 1, name)
    with time_machine.travel(now + dt.timedelta(minutes=14), tick=False):
        still = guess(browser, 1, name, PASSWORD)[0]
    with time_machine.travel(now + dt.timedelta(minutes=15), tick=False):
        again = guess(browser, 1, name, "wrong")[0]

    assert [reply.status_code for reply in replies] == [200] * SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + [429]
    assert (replies[-1].headers["Retry-After"], still.status_code, still.headers["Retry-After"]) == ("900", 429, "60")
    assert "Please wait 15 minutes and try again." in main_text(replies[-1])
    assert again.status_code == 200


def test_correct_password_is_not_counted(app, session):
    ann = make_user_with_password(session, "ann")

    answers = [Browser(app).sign_in(ann).status_code for _ in range(SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + 5)]

    assert set(answers) == {302}


def test_distributed_attack_does_not_lock_the_owner_out(app, session):
    ann = make_user_with_password(session, "ann")
    home = Browser(app, REMOTE_ADDR="192.0.2.1")
    home.sign_in(ann)
    attacker = Browser(app)
    form = {"username": "ann", "password": "wrong", "csrfmiddlewaretoken": attacker.token()}
    for number in range(SIGN_IN_ACCOUNT.max_count + 5):
        attacker.post("/accounts/login/", form, environ_base={"REMOTE_ADDR": f"198.51.100.{number}"})

    home_browser, travelling_browser = Browser(app, REMOTE_ADDR="192.0.2.1"), Browser(app, REMOTE_ADDR="203.0.113.1")
    mistyped = [guess(home_browser, 1)[0].status_code, home_browser.sign_in(ann).status_code]
    entered = travelling_browser.sign_in(ann).status_code
    third = guess(Browser(app, REMOTE_ADDR="203.0.113.2"), 2)

    assert (mistyped, entered) == ([200, 302], 302)
    assert [reply.status_code for reply in third] == [200, 429]


def test_limited_attempts_cost_the_same_for_known_and_unknown_names(browser, session, count_statements):
    make_user_with_password(session, "ann")
    kinds = {}
    for name in ("ann", "nobody"):
        guess(browser, SIGN_IN_ACCOUNT_FROM_NETWORK.max_count, name)
        form = {"username": name, "password": "wrong", "csrfmiddlewaretoken": browser.token()}
        browser.post("/accounts/login/", form)
        with count_statements() as seen:
            browser.post("/accounts/login/", form)
        kinds[name] = [each.split()[0] for each in seen]

    assert [each for each in kinds["ann"] if each != "SELECT"] == [each for each in kinds["nobody"] if each != "SELECT"]
    assert session.scalars(select(Mail.kind)).all() == ["sign_in_throttled"]
