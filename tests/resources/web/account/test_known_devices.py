"""Browsers in which an account was signed in before: guesses of others do not use up their limit."""

import datetime as dt

import pyotp
import pytest
import time_machine
from sqlalchemy import select

from joindin.http.known_devices import DEVICE_COOKIE, DEVICE_COOKIE_PATH, MAX_AGE_S
from joindin.models import Mail
from joindin.operations.accounts.second_factors import add_authenticator
from joindin.operations.rate_limits import (
    SECOND_FACTOR_DEVICE,
    SIGN_IN_ACCOUNT,
    SIGN_IN_ACCOUNT_FROM_NETWORK,
    SIGN_IN_DEVICE,
    SIGN_IN_NETWORK,
    consume_sign_in_attempt,
)
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, Browser, form_fields, make_user_with_password
from tests.factories import make_user

NETWORK, PATH = "192.0.2.1", DEVICE_COOKIE_PATH
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def ann(session):
    return make_user_with_password(session, "ann")


@pytest.fixture
def device(app, ann):
    """A browser in which Ann signed in and out again."""
    device = Browser(app, REMOTE_ADDR=NETWORK)
    device.sign_in(ann)
    device.send("/accounts/logout/", page="/accounts/")
    assert not device.is_signed_in
    return device


def guess(browser, names):
    form = {"password": "wrong", "csrfmiddlewaretoken": browser.token()}
    return [browser.post("/accounts/login/", form | {"username": name}).status_code for name in names]


def lock_network(app, name="ann"):
    """Use up the limit of an account in Ann's own network."""
    attacker = Browser(app, REMOTE_ADDR=NETWORK)
    guess(attacker, [name] * SIGN_IN_ACCOUNT_FROM_NETWORK.max_count)
    return attacker


@pytest.mark.parametrize("name", ["ann", "ann@example.org", "ANN"])
def test_guesses_of_others_in_the_same_network_do_not_lock_out_a_known_device(app, device, name):
    attacker = lock_network(app)

    entered = device.send("/accounts/login/", {"username": name, "password": PASSWORD})

    assert guess(attacker, ["ann"]) == [429]
    assert (entered.status_code, device.is_signed_in) == (302, True)


def test_neither_do_guesses_at_many_accounts_nor_those_from_many_networks(app, device, ann, session):
    for number in range(SIGN_IN_NETWORK.max_count):
        consume_sign_in_attempt(session, name=f"name{number}", ip_address=NETWORK, now=utc_now())
    for number in range(SIGN_IN_ACCOUNT.max_count):
        consume_sign_in_attempt(session, name="ann", ip_address=f"198.51.100.{number}", now=utc_now())

    assert guess(Browser(app, REMOTE_ADDR=NETWORK), ["ann", "bob"]) == [429, 429]
    assert device.sign_in(ann).status_code == 302


def test_a_known_device_has_a_limit_of_its_own(app, device, ann, session):
    replies = guess(device, ["ann"] * (SIGN_IN_DEVICE.max_count + 1))

    assert replies == [200] * SIGN_IN_DEVICE.max_count + [429]
    assert device.sign_in(ann).status_code == 429
    assert session.scalars(select(Mail.kind)).all() == ["sign_in_throttled"]
    # The other devices are not affected.
    assert Browser(app, REMOTE_ADDR=NETWORK).sign_in(ann).status_code == 302


def test_a_correct_password_resets_the_limit_of_the_device_only(app, device, ann):
    attacker = lock_network(app)
    guess(device, ["ann"] * (SIGN_IN_DEVICE.max_count - 1))
    device.sign_in(ann)
    device.send("/accounts/logout/", page="/accounts/")

    assert guess(device, ["ann"] * 2) == [200, 200]
    assert guess(attacker, ["ann"]) == [429]


def test_a_device_is_known_for_its_own_account_only(app, session, device):
    make_user_with_password(session, "bob")
    lock_network(app, "bob")

    assert guess(device, ["bob"]) == [429]


@pytest.mark.parametrize(
    "change", [lambda value: value[:-1], lambda value: "x" + value, lambda _: "", lambda _: "a.b.c"]
)
def test_a_forged_cookie_has_no_effect(app, device, change):
    lock_network(app)
    device.set_cookie(DEVICE_COOKIE, change(device.cookie(DEVICE_COOKIE, PATH)), PATH)

    assert guess(device, ["ann"]) == [429]


def test_a_device_is_forgotten_after_a_year(app, device, ann):
    cookie = device.cookie(DEVICE_COOKIE, PATH)
    with time_machine.travel(utc_now() + dt.timedelta(seconds=MAX_AGE_S + 60)):
        later = Browser(app, REMOTE_ADDR=NETWORK)
        later.set_cookie(DEVICE_COOKIE, cookie, PATH)
        lock_network(app)

        assert later.sign_in(ann).status_code == 429


def test_the_cookie_gives_no_access_and_is_not_readable_by_scripts(app, device, ann):
    reply = device.sign_in(ann)
    thief = Browser(app)
    thief.set_cookie(DEVICE_COOKIE, device.cookie(DEVICE_COOKIE, PATH), PATH)

    header = next(value for value in reply.headers.getlist("Set-Cookie") if value.startswith(f"{DEVICE_COOKIE}="))
    assert not thief.is_signed_in
    assert {"HttpOnly", "SameSite=Lax", f"Max-Age={MAX_AGE_S}"} <= set(header.split("; "))
    assert "ann" not in header


def test_the_session_of_a_browser_without_the_cookie_counts_as_known_device(app, ann):
    """As of those who signed in before this cookie existed."""
    browser = Browser(app, REMOTE_ADDR=NETWORK).sign_in_directly(ann)
    lock_network(app)

    reply = browser.send("/accounts/confirm/", {"password": PASSWORD})

    assert reply.status_code == 302


def test_guesses_at_the_second_factor_do_not_lock_out_a_known_device(app, session, ann):
    then = utc_now() - dt.timedelta(minutes=5)
    keys = app.config["SECRET_KEYS"]
    add_authenticator(session, ann, TOTP_SECRET, pyotp.TOTP(TOTP_SECRET).at(then), secret_key=keys[0], now=then)
    device, attacker = Browser(app, REMOTE_ADDR=NETWORK), Browser(app, REMOTE_ADDR=NETWORK)
    with time_machine.travel(then + dt.timedelta(minutes=2)):
        device.sign_in(ann)
        assert enter_code(device, pyotp.TOTP(TOTP_SECRET).at(utc_now())).status_code == 302
        device.send("/accounts/logout/", page="/accounts/")
    attacker.sign_in(ann)
    wrong = [enter_code(attacker, "000000").status_code for _ in range(SECOND_FACTOR_DEVICE.max_count + 1)]

    device.sign_in(ann)

    assert wrong[-1] == 429
    assert enter_code(device, pyotp.TOTP(TOTP_SECRET).at(utc_now())).status_code == 302
    assert device.is_signed_in


def enter_code(browser, code):
    fields = form_fields(browser.get("/accounts/second/").text)
    return browser.post("/accounts/second/", {**fields, "code": code, "credential": ""})


def test_an_application_is_no_known_device(app, device, ann, session):
    lock_network(app)
    make_user(session, "bob")

    reply = device.request("POST", "/api/login/token", json={"email": "ann", "password": PASSWORD})

    assert reply.status_code == 429
