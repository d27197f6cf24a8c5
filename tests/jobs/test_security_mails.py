"""Mails that tell people what happens to the way they sign in, from what causes them to the inbox."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import ExternalIdentity, Mail, RecoveryCode
from joindin.operations.accounts.email_changes import confirm_email_change
from joindin.operations.accounts.external_sign_in import disconnect_identity
from joindin.operations.accounts.passwords import reset_password, send_password_reset
from joindin.operations.accounts.profiles import edit_profile
from joindin.operations.accounts.second_factors import make_recovery_codes, verify_code
from joindin.operations.accounts.security_mails import mail_second_factor_failed
from joindin.operations.rate_limits import SIGN_IN_ACCOUNT_FROM_NETWORK
from joindin.security.passwords import hash_password
from joindin.utils.datetimes import utc_now
from tests.factories import NOW, make_user, newest
from tests.jobs.smtp_server import html_part, plain_text_part
from tests.operations.test_rate_limits import guess, refusals

SITE = "https://joindin.example"
FEEDBACK = "mailto:feedback@joind.in"


@pytest.fixture
def ann(session):
    return make_user(session, "ann", full_name="Ann Ash", email="ann@example.org", password_hash=hash_password("known"))


def mails(session):
    return [(mail.kind, mail.recipient) for mail in session.scalars(select(Mail).order_by(Mail.id))]


def test_many_guesses_are_told_once_a_day(session, smtp_server, deliver, ann):
    def attack(hours):
        now = NOW + dt.timedelta(hours=hours)
        return refusals(guess(session, "ANN", now=now), SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + 3)

    waits = [attack(hours) for hours in (0, 1, 25)]
    deliver(PUBLIC_URL=SITE)

    assert [sum(1 for wait in each if wait) for each in waits] == [3, 3, 3]
    assert [(letter["To"], letter["Subject"]) for letter in smtp_server.messages] == [
        ("ann@example.org", "Many attempts to sign in to your joind.in account")
    ] * 2
    assert plain_text_part(smtp_server.messages[0]).startswith(
        "Hello Ann Ash,\n\nthere were many attempts to sign in to your account ann with wrong passwords."
    )
    assert html_part(smtp_server.messages[0]).links == [
        f"{SITE}/accounts/password/reset", f"{SITE}/accounts/security", FEEDBACK,
    ]  # fmt: skip


@pytest.mark.parametrize("who", [{"is_active": False}, {"is_verified": False}, {"email": None}], ids=str)
def test_whose_address_is_not_known_for_sure_is_left_alone(session, who):
    make_user(session, "bob", **who)

    refusals(guess(session, "bob"), SIGN_IN_ACCOUNT_FROM_NETWORK.max_count + 3)

    assert mails(session) == []


def test_guesses_at_many_accounts_send_no_mail(session):
    for number in range(105):
        make_user(session, f"name{number}")
        refusals(guess(session, f"name{number}"), 1)

    assert mails(session) == []


def test_wrong_codes_behind_the_right_password_say_what_it_means(session, smtp_server, deliver, ann):
    mail_second_factor_failed(session, ann)
    deliver(PUBLIC_URL=SITE)

    [letter] = smtp_server.messages
    assert letter["Subject"] == "Wrong codes after the right password for your joind.in account"
    assert "your correct password was used to sign in to your account ann, followed by three wrong codes." in (
        plain_text_part(letter)
    )
    assert html_part(letter).links == [f"{SITE}/accounts/password/reset", FEEDBACK]


def test_each_code_on_paper_that_is_used_is_told_and_which_was_the_last(session, ann):
    first, last, *others = make_recovery_codes(session, ann, now=NOW)
    for each in session.scalars(select(RecoveryCode).order_by(RecoveryCode.id).offset(2)):
        session.delete(each)

    used = [verify_code(session, ann, code, secret_keys=("of the tests",), now=NOW) for code in (first, last, *others)]

    assert used == [True, True, *[False] * len(others)]
    assert [mail.context["what"] for mail in session.scalars(select(Mail).order_by(Mail.id))] == [
        "a recovery code was used",
        "a recovery code was used, and it was the last",
    ]


def test_a_new_password_is_told_by_whichever_way_it_came(session, ann):
    send_password_reset(session, ann, now=NOW)
    token = newest(session, Mail).context["token"]

    reset_password(session, token, "battery staple", now=NOW)
    edit_profile(session, ann.id, {}, actor=ann, password="staple battery", verified_hash=ann.password_hash)

    assert mails(session) == [
        ("password_reset", "ann@example.org"),
        ("password_changed", "ann@example.org"),
        ("password_changed", "ann@example.org"),
    ]


def test_a_new_name_and_a_new_address_are_told_to_the_address_of_before(session, smtp_server, deliver, ann):
    edit_profile(session, ann.id, {"username": "anna", "email": "new@example.org"}, actor=ann)
    edit_profile(session, ann.id, {"username": "anna", "email": "new@example.org"}, actor=ann)
    confirm_email_change(session, newest(session, Mail).context["token"], now=utc_now())
    deliver()

    assert [(letter["To"], letter["Subject"]) for letter in smtp_server.messages] == [
        ("ann@example.org", "Signing in to joind.in: your username is anna from now on"),
        ("ann@example.org", "A new address for your joind.in account"),
        ("new@example.org", "Confirm your new address for joind.in"),
        ("ann@example.org", "Your joind.in address was changed"),
    ]


def test_a_connection_that_is_taken_back_is_told(session, ann):
    session.add(
        ExternalIdentity(user_id=ann.id, issuer="https://id.example", subject="1", name="ann", connected_at=NOW)
    )
    session.flush()

    disconnect_identity(session, ann, "https://id.example")
    disconnect_identity(session, ann, "https://id.example")

    assert mails(session) == [("second_factor", "ann@example.org")]
