"""New addresses by PUT /v2.1/users/{id}: shown to the user at once, and without effect until the mailed link is opened."""

import hashlib

import pytest
from sqlalchemy import func, select

from joindin.errors import Conflict
from joindin.extensions import db
from joindin.models import EmailChange, FormerEmail, Mail, User
from joindin.operations.accounts.email_changes import confirm_email_change
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, make_user_with_password
from tests.concurrency import CONCURRENT_REQUESTS, run_concurrently
from tests.factories import make_user, newest

OLD, NEW = "ann@example.org", "new@example.org"


@pytest.fixture
def ann(session):
    return make_user_with_password(session, "ann", full_name="Ann Ash", email_proven_at=utc_now())


def edit(api, user, email=NEW, **fields):
    reply = api.put(f"/v2.1/users/{user.id}", json={"full_name": "Ann Ash", "email": email, **fields})
    assert (reply.status_code, reply.data) == (204, b""), reply.text


def represented_email(api, user):
    """Return the address and the hash of it that the API shows."""
    shown = api.get(f"/v2.1/users/{user.id}?verbose=yes").json["users"][0]
    return shown.get("email"), shown["gravatar_hash"]


def of(email):
    return email, hashlib.md5(email.encode()).hexdigest()


def mails(session):
    return [(mail.kind, mail.recipient) for mail in session.scalars(select(Mail).order_by(Mail.id))]


def link_token(session):
    return (
        session.scalars(select(Mail).where(Mail.kind == "email_change").order_by(Mail.id.desc()))
        .first()
        .context["token"]
    )


def test_only_the_user_sees_a_new_address_before_it_is_confirmed(api, session, ann):
    own, admin = api.signed_in(ann), api.signed_in(make_user(session, is_admin=True))
    before = represented_email(own, ann)

    edit(own, ann)

    assert (before, represented_email(own, ann)) == (of(OLD), of(NEW))
    assert represented_email(admin, ann) == of(OLD)
    assert represented_email(api, ann) == (None, of(OLD)[1])
    assert own.get("/v2.1/users?verbose=yes&username=ann").json["users"][0]["email"] == NEW
    assert own.get("/api/users/me/").json["email"] == OLD
    assert (ann.email, ann.email_key) == (OLD, OLD)


def test_a_list_shows_the_requested_address_in_the_readers_own_row_only(api, session, ann):
    admin = make_user(session, "root", is_admin=True)
    reader = api.signed_in(admin)
    edit(reader, admin, "new.root@example.org")
    edit(api.signed_in(ann), ann)

    users = reader.get("/v2.1/users?verbose=yes").json["users"]

    assert {user["username"]: user["email"] for user in users} == {"ann": OLD, "root": "new.root@example.org"}


def test_the_present_address_gets_a_notice_and_the_new_one_a_link(api, session, ann):
    edit(api.signed_in(ann), ann)

    assert mails(session) == [("email_change_requested", OLD), ("email_change", NEW)]
    notice, link = session.scalars(select(Mail.context).order_by(Mail.id))
    assert link["token"] not in str(notice)


def test_an_unconfirmed_address_gets_no_reset_mail_and_does_not_sign_in(api, browser, session, ann):
    edit(api.signed_in(ann), ann)
    before = len(mails(session))

    browser.send("/accounts/password/reset/", {"username": NEW})
    by_new = browser.send("/accounts/login/", {"username": NEW, "password": PASSWORD})
    reminder = api.post("/v2.1/emails/reminders/username", json={"email": NEW})
    api.post("/v2.1/emails/reminders/password", json={"username": "ann"})
    by_old = browser.send("/accounts/login/", {"username": OLD, "password": PASSWORD})

    assert (by_new.status_code, reminder.status_code, by_old.status_code) == (200, 400, 302)
    assert mails(session)[before:] == [("password_reset", OLD)]


def test_a_confirmed_address_replaces_the_old_one(api, browser, session, ann):
    own = api.signed_in(ann)
    edit(own, ann)

    link = f"/accounts/email/confirm/?token={link_token(session)}"
    confirmed = browser.send("/accounts/email/confirm/", {"token": link_token(session)}, page=link)

    assert confirmed.status_code == 302
    assert (ann.email, ann.email_key, ann.email_proven_at is not None) == (NEW, NEW, True)
    assert mails(session)[-1] == ("email_changed", OLD)
    assert newest(session, FormerEmail).email == OLD
    assert (represented_email(own, ann), represented_email(api, ann)[1]) == (of(NEW), of(NEW)[1])
    assert browser.send("/accounts/login/", {"username": NEW, "password": PASSWORD}).status_code == 302


def test_sending_the_requested_address_again_mails_nothing(api, session, ann):
    own = api.signed_in(ann)
    edit(own, ann)
    token = link_token(session)

    edit(own, ann, biography="Knits.")

    assert (len(mails(session)), link_token(session), ann.biography) == (2, token, "Knits.")
    assert represented_email(own, ann) == of(NEW)


def test_the_user_takes_a_request_back_by_sending_the_present_address(api, session, ann):
    own = api.signed_in(ann)
    edit(own, ann)

    edit(own, ann, OLD)

    assert (represented_email(own, ann), newest(session, EmailChange)) == (of(OLD), None)


def test_a_later_request_replaces_an_earlier_one(api, browser, session, ann):
    own = api.signed_in(ann)
    edit(own, ann)
    first = link_token(session)

    edit(own, ann, "other@example.org")

    refused = browser.send("/accounts/email/confirm/", {"token": first}, page=f"/accounts/email/confirm/?token={first}")
    assert (refused.status_code, ann.email, represented_email(own, ann)) == (400, OLD, of("other@example.org"))


def test_an_admin_requests_a_new_address_and_keeps_a_request_of_the_user(api, session, ann):
    admin = api.signed_in(make_user(session, is_admin=True))
    edit(admin, ann)
    requested = newest(session, EmailChange).email

    edit(admin, ann, OLD, biography="Edited")

    assert (requested, newest(session, EmailChange).email, ann.email) == (NEW, NEW, OLD)
    assert mails(session) == [("email_change_requested", OLD), ("email_change", NEW)]
    assert represented_email(admin, ann) == of(OLD)


def test_a_new_password_cancels_the_request_and_renews_it_only_if_it_is_sent_along(api, session, ann):
    own = api.signed_in(ann)
    edit(own, ann)
    first = link_token(session)

    edit(own, ann, password="battery staple", old_password=PASSWORD)
    renewed = link_token(session)
    edit(own, ann, OLD, password="battery horse", old_password="battery staple")

    assert renewed != first
    assert newest(session, EmailChange) is None


def test_requests_are_limited(api, session, ann):
    own = api.signed_in(ann)
    for number in range(5):
        edit(own, ann, f"new{number}@example.org")

    reply = own.put(f"/v2.1/users/{ann.id}", json={"full_name": "Ann", "email": "new5@example.org"})

    assert (reply.status_code, 0 < int(reply.headers["Retry-After"]) <= 3600) == (429, True)
    assert (newest(session, EmailChange).email, ann.full_name, len(mails(session))) == (
        "new4@example.org",
        "Ann Ash",
        10,
    )


def test_of_concurrent_confirmations_of_one_address_one_succeeds(app, session):
    users = [make_user(session) for _ in range(CONCURRENT_REQUESTS)]
    for user in users:
        change = {"user_id": user.id, "token_hash": hash_token(user.username), "email": NEW, "created_at": utc_now()}
        session.add(EmailChange(**change))

    def confirming(token):
        def confirm():
            with app.app_context():
                try:
                    confirm_email_change(db.session, token, now=utc_now())
                except Conflict:
                    return False
                db.session.commit()
                return True

        return confirm

    outcomes = run_concurrently(session, [confirming(user.username) for user in users])

    assert sorted(outcomes) == [False] * (CONCURRENT_REQUESTS - 1) + [True]
    assert session.scalar(select(func.count()).where(User.email_key == NEW)) == 1


def test_the_list_of_users_costs_one_statement_more_for_its_own_reader(api, session, ann, count_statements):
    for _ in range(5):
        make_user(session)
    own = api.signed_in(ann)
    edit(own, ann)

    counts = []
    for size in (2, 6):
        with count_statements() as statements:
            own.get(f"/v2.1/users?verbose=yes&resultsperpage={size}")
        counts.append(len(statements))

    assert counts[0] == counts[1]
