"""Account pages: profile, e-mail address, sessions, personal data, deletion."""

import datetime as dt
import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from joindin.db.base import Base
from joindin.models import BrowserSession, EmailChange, EventComment, Mail, User
from joindin.operations.accounts.passwords import send_password_reset
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, Browser, main_text, make_user_with_password
from tests.factories import make_attendance, make_event, make_event_comment, make_talk, make_talk_comment, newest

RECENT_ONLY = ["/accounts/email/", "/accounts/data/", "/accounts/delete/"]
SIGNED_IN_ONLY = ["/accounts/", "/accounts/profile/", "/accounts/password/", "/accounts/sessions/", *RECENT_ONLY]


@pytest.fixture
def ann(session):
    return make_user_with_password(session, "ann", full_name="Ann Ash")


def mails(session):
    return [(mail.kind, mail.recipient) for mail in session.scalars(select(Mail).order_by(Mail.id))]


@pytest.mark.parametrize("path", SIGNED_IN_ONLY)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_visitor_is_redirected_to_sign_in(browser, session, path, method):
    data = {"csrfmiddlewaretoken": browser.token()} if method == "POST" else None

    reply = browser.request(method, path, data=data)

    if (path, method) in (("/accounts/", "POST"), ("/accounts/sessions/", "POST")):
        assert reply.status_code == 405
    else:
        assert (reply.status_code, reply.headers["Location"]) == (302, f"/accounts/login/?next={path}")


@pytest.mark.parametrize("path", SIGNED_IN_ONLY)
def test_account_pages_are_not_cached(browser, ann, path):
    browser.sign_in(ann)

    reply = browser.get(path)

    assert (reply.status_code, reply.headers["Cache-Control"]) == (200, "no-store")
    assert "Cookie" in reply.headers["Vary"]


def test_the_desk_is_linked_for_those_who_have_tasks_there(browser, session, ann):
    browser.sign_in(ann)
    before = browser.get("/accounts/").text
    make_event(session, "Elephant Conf", host=ann)
    session.commit()

    assert 'href="/desk/"' not in before
    assert 'href="/desk/"' in browser.get("/accounts/").text
    assert browser.get("/desk/").status_code == 200


@pytest.mark.parametrize("path", RECENT_ONLY)
def test_sensitive_pages_need_a_recent_sign_in(browser, session, ann, path):
    browser.sign_in(ann)
    newest(session, BrowserSession).authenticated_at = utc_now() - dt.timedelta(minutes=16)

    sent = browser.get(path)
    wrong = browser.send(sent.headers["Location"], {"password": "wrong", "next": path})
    right = browser.send(sent.headers["Location"], {"password": PASSWORD, "next": path})

    assert (sent.status_code, sent.headers["Location"]) == (302, f"/accounts/confirm/?next={path}")
    assert (wrong.status_code, "That is not your password" in main_text(wrong)) == (200, True)
    assert (right.status_code, right.headers["Location"]) == (302, path)
    assert browser.get(path).status_code == 200


def test_profile_is_edited(browser, session, ann):
    browser.sign_in(ann)
    event = make_event(session, host=ann)
    session.refresh(event)
    before = event.version

    reply = browser.send(
        "/accounts/profile/",
        {"username": "Anna", "full_name": "Anna Ash", "twitter_username": "a", "biography": "Writes.\n<b>Reads</b>."},
    )

    session.refresh(event)
    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/")
    assert (ann.username, ann.full_name, ann.twitter_username, ann.biography, ann.email) == (
        "Anna",
        "Anna Ash",
        "a",
        "Writes.\nReads.",
        "ann@example.org",
    )
    assert event.version == before + 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"username": "bob"}, "That username is already in use. Choose another"),
        ({"username": "a@b"}, "A username must not contain @ or /"),
        ({"full_name": ""}, "Enter your name"),
        ({"twitter_username": "x" * 51}, "The Twitter username must have at most 50 characters"),
        ({"biography": "x" * 10_001}, "The text must have at most 10000 characters"),
    ],
)
def test_invalid_profile_is_not_stored(browser, session, ann, changes, message):
    make_user_with_password(session, "bob")
    browser.sign_in(ann)
    same = {"username": "ann", "full_name": "Ann Ash", "twitter_username": "", "biography": ""}

    reply = browser.send("/accounts/profile/", {**same, **changes})

    assert (reply.status_code, message in main_text(reply)) == (200, True)
    assert (ann.username, ann.full_name, ann.biography) == ("ann", "Ann Ash", "")


def request_email_change(browser, email):
    return browser.send("/accounts/email/", {"email": email})


def test_new_email_is_stored_after_confirmation(browser, another_browser, session, ann):
    browser.sign_in(ann)
    send_password_reset(session, ann, now=utc_now())
    asked = request_email_change(browser, "new@example.org")
    before, link_token = ann.email, newest(session, Mail).context["token"]
    another_browser.get(f"/accounts/email/confirm/?token={link_token}")
    email_before, link = ann.email, f"/accounts/email/confirm/?token={link_token}"

    confirmed = another_browser.send("/accounts/email/confirm/", {"token": link_token}, page=link)
    again = another_browser.send("/accounts/email/confirm/", {"token": link_token}, page=link)

    assert (asked.status_code, before, email_before) == (302, "ann@example.org", "ann@example.org")
    assert (confirmed.status_code, again.status_code, ann.email) == (302, 400, "new@example.org")
    assert mails(session) == [
        ("password_reset", "ann@example.org"),
        ("email_change_requested", "ann@example.org"),
        ("email_change", "new@example.org"),
        ("email_changed", "ann@example.org"),
    ]


def test_email_change_does_not_reveal_accounts(app, session, ann):
    make_user_with_password(session, "bob")

    answers = []
    for email in ("free@example.org", "bob@example.org", "BOB@example.org"):
        browser = Browser(app)
        browser.sign_in(ann)
        reply = request_email_change(browser, email)
        answers.append((reply.status_code, reply.text, main_text(browser.get("/accounts/"))))

    assert len(set(answers)) == 1
    notice = ("email_change_requested", "ann@example.org")
    assert mails(session) == [
        notice,
        ("email_change", "free@example.org"),
        notice,
        ("registration_existing_account", "bob@example.org"),
        notice,
        ("registration_existing_account", "bob@example.org"),
    ]


def test_email_confirmed_by_another_user_is_refused(browser, session, ann):
    browser.sign_in(ann)
    request_email_change(browser, "new@example.org")
    make_user_with_password(session, "bob", email="NEW@example.org")

    reply = browser.send("/accounts/email/confirm/", {"token": newest(session, Mail).context["token"]})

    assert (reply.status_code, ann.email) == (400, "ann@example.org")
    assert "That address belongs to an account" in main_text(reply)
    assert session.scalars(select(User.email).order_by(User.id)).all() == ["ann@example.org", "NEW@example.org"]
    assert mails(session) == [("email_change_requested", "ann@example.org"), ("email_change", "new@example.org")]


def test_expired_email_link_is_refused(browser, session, ann):
    browser.sign_in(ann)
    request_email_change(browser, "new@example.org")
    newest(session, EmailChange).created_at = utc_now() - dt.timedelta(days=1)

    reply = browser.send("/accounts/email/confirm/", {"token": newest(session, Mail).context["token"]})

    assert (reply.status_code, ann.email) == (400, "ann@example.org")
    assert "This link is no longer valid" in main_text(reply)
    assert mails(session) == [("email_change_requested", "ann@example.org"), ("email_change", "new@example.org")]


def test_user_lists_and_revokes_sessions(browser, another_browser, session, ann):
    browser.sign_in(ann)
    another_browser.sign_in(ann)
    firefox = newest(session, BrowserSession)
    firefox.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

    listed = main_text(browser.get("/accounts/sessions/"))
    reply = browser.send(f"/accounts/sessions/{firefox.id}/revoke/", page="/accounts/sessions/")

    assert ("Firefox on Linux" in listed, listed.count("this browser"), "127.0.0.1" in listed) == (True, 1, True)
    assert (reply.status_code, another_browser.is_signed_in, browser.is_signed_in) == (302, False, True)


def test_sessions_of_others_cannot_be_revoked(browser, another_browser, session, ann):
    another_browser.sign_in(make_user_with_password(session))
    theirs = newest(session, BrowserSession)
    browser.sign_in(ann)

    answers = [
        browser.send(f"/accounts/sessions/{id_}/revoke/", page="/accounts/").status_code for id_ in (theirs.id, 9999)
    ]

    assert (answers, another_browser.is_signed_in) == ([404, 404], True)


@pytest.mark.parametrize("number", [1, 3])
def test_session_list_costs_a_fixed_number_of_statements(app, session, ann, count_statements, number):
    browsers = [Browser(app) for _ in range(number)]
    for each in browsers:
        each.sign_in(ann)

    with count_statements() as seen:
        browsers[0].get("/accounts/sessions/")

    # One for the session, one for the list.
    assert len(seen) == 2


def test_personal_data_are_downloaded(browser, session, ann):
    bob = make_user_with_password(session, "bob", full_name="Bob Birch")
    event = make_event(session, "SampleConf", host=ann)
    talk = make_talk(session, event, "On Python", speakers=[ann])
    make_attendance(session, event, ann)
    make_event_comment(session, event, ann, text="Good food")
    make_talk_comment(session, talk, bob, text="Not hers")
    send_password_reset(session, ann, now=utc_now())
    browser.sign_in(ann)

    reply = browser.send("/accounts/data/")

    archive = ZipFile(BytesIO(reply.data))
    files = {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}
    everything = " ".join(map(json.dumps, files.values()))
    assert reply.headers["Content-Disposition"].startswith(f'attachment; filename="joindin-{ann.id}-')
    assert (reply.mimetype, reply.headers["Cache-Control"]) == ("application/zip", "no-store")
    assert [(row["username"], row["email"]) for row in files["users.json"]] == [("ann", "ann@example.org")]
    assert [row["text"] for row in files["event_comments.json"]] == ["Good food"]
    assert [row["event_id"] for row in files["attendances.json"]] == [event.id]
    assert [row["talk_id"] for row in files["talk_speakers.json"]] == [talk.id]
    assert [row["ip_address"] for row in files["sessions.json"]] == ["127.0.0.1"]
    assert [row["kind"] for row in files["outbox.json"]] == ["password_reset"]
    assert {row["name"] for row in files["names.json"]} == {"SampleConf", "On Python"}
    assert [word for word in ("Not hers", "bob", ann.password_hash, hash_token(browser.cookie("sessionid")))
            if word in everything] == []  # fmt: skip


def test_personal_data_contain_every_table_that_refers_to_users(browser, session, ann):
    browser.sign_in(ann)

    files = ZipFile(BytesIO(browser.send("/accounts/data/").data)).namelist()

    tables = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column.table.name == "users" for key in table.foreign_keys)
    }
    assert len(tables) > 10
    assert tables - {name.removesuffix(".json").partition(".")[0] for name in files} == set()


def test_deleted_account_leaves_anonymous_comments(browser, another_browser, session, ann):
    comment = make_event_comment(session, make_event(session), ann, text="Good food")
    for each in (browser, another_browser):
        each.sign_in(ann)

    reply = browser.send("/accounts/delete/", {"sure": "y"})

    session.refresh(comment)
    assert (reply.status_code, reply.headers["Location"], browser.cookie("sessionid")) == (
        302,
        "/accounts/login/",
        None,
    )
    assert "Your account is deleted." in browser.get("/accounts/login/").text
    assert session.scalar(select(func.count()).select_from(User)) == 0
    assert (comment.user_id, session.get(EventComment, comment.id).text) == (None, "Good food")
    assert not another_browser.is_signed_in


def test_account_is_not_deleted_without_confirmation(browser, session, ann):
    browser.sign_in(ann)

    reply = browser.send("/accounts/delete/")

    assert (reply.status_code, "Tick the box if you are sure" in main_text(reply)) == (200, True)
    assert browser.is_signed_in


def test_last_admin_cannot_delete_the_account(browser, session):
    browser.sign_in(make_user_with_password(session, is_admin=True))

    reply = browser.send("/accounts/delete/", {"sure": "y"})

    assert (reply.status_code, "You are the only admin" in main_text(reply)) == (200, True)
    assert browser.is_signed_in
