"""Administration pages: permissions, forms, and the cost of pages."""

import datetime as dt
import re

import pytest
from sqlalchemy import func, select

from joindin.models import (
    EFFECTIVE_PERMISSIONS,
    PERMISSIONS,
    AuditEntry,
    BrowserSession,
    Event,
    EventComment,
    GrantedPermission,
    Group,
    GroupMember,
    Mail,
    RejectionReason,
    TalkClaim,
    TalkComment,
    User,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.rejection_reasons import add_reason
from joindin.queries.accounts.granted_permissions import load_permissions
from joindin.utils.datetimes import utc_now
from tests.api_client import ApiClient
from tests.browser_client import PASSWORD, PASSWORD_HASH, Browser, main_text, make_user_with_password
from tests.concurrency import run_concurrently
from tests.factories import (
    NOW,
    days_from_now,
    make_claim,
    make_event,
    make_event_comment,
    make_group,
    make_pending_event,
    make_report,
    make_talk,
    make_talk_comment,
    make_user,
    newest,
)
from tests.roles import ROLES, make_role_users

EDITORS, MODERATORS = {"editor", "admin"}, {"host", "admin"}
MANAGERS, READERS, ADMINS = {"manager", "admin"}, {"reader", "admin"}, {"admin"}

PAGES = {
    "/desk/": {"host", "editor", "manager", "reader", "admin"},
    "/desk/events/": EDITORS,
    "/desk/events/{event}/": EDITORS,
    "/desk/reports/": MODERATORS,
    "/desk/reports/talks/": MODERATORS,
    "/desk/claims/": MODERATORS,
    "/desk/people/": ADMINS,
    "/desk/people/{user}/": ADMINS,
    "/desk/people/{user}/removal/": ADMINS,
    "/desk/groups/": MANAGERS,
    "/desk/groups/{group}/": MANAGERS,
    "/desk/reasons/": EDITORS,
    "/desk/reasons/{reason}/": EDITORS,
    "/desk/log/": READERS,
}

# The roles that may submit the form, and its fields.
FORMS = {
    "/desk/events/{event}/approval/": (EDITORS, {"version": "{version}"}),
    "/desk/events/{event}/rejection/": (EDITORS, {"version": "{version}", "custom_reason": "No"}),
    "/desk/reports/events/{comment}/": (MODERATORS, {"decision": "denied"}),
    "/desk/reports/talks/{talk_comment}/": (MODERATORS, {"decision": "denied"}),
    "/desk/claims/{claim}/": (MODERATORS, {"decision": "reject"}),
    "/desk/people/{user}/roles/": (ADMINS, {"shown": "active", "active": "y", "trusted": "y"}),
    "/desk/people/{user}/talk_comments/": (ADMINS, {}),
    "/desk/people/{user}/removal/": (ADMINS, {}),
    "/desk/groups/": (MANAGERS, {"name": "New"}),
    "/desk/groups/{group}/name/": (MANAGERS, {"name": "New"}),
    "/desk/groups/{group}/members/": (MANAGERS, {"username": "plain"}),
    "/desk/groups/{group}/members/{user}/removal/": (MANAGERS, {}),
    "/desk/groups/{group}/removal/": (MANAGERS, {}),
    "/desk/groups/{group}/permissions/": (ADMINS, {"permission": "view_log", "number": ""}),
    "/desk/groups/{group}/presets/": (ADMINS, {"preset": "hr"}),
    "/desk/groups/{group}/permissions/{permission}/removal/": (ADMINS, {}),
    "/desk/reasons/": (EDITORS, {"title": "New", "text": "Words"}),
    "/desk/reasons/{reason}/": (EDITORS, {"title": "New", "text": "Words"}),
    "/desk/reasons/{reason}/removal/": (EDITORS, {}),
}


@pytest.fixture
def people(session):
    return make_role_users(session)


def make_open_tasks(session, host, number=1):
    """Add ``number`` claims and reports of both kinds to an event of ``host``; return the last ids."""
    event = make_event(session, host=host)
    for _ in range(number):
        talk = make_talk(session, event, speakers=["Ann"])
        claim = make_claim(session, talk, talk.speakers[0], make_user(session))
        comment = make_event_comment(session, event, make_user(session), is_hidden=True)
        make_report(session, comment)
        talk_comment = make_talk_comment(session, talk, make_user(session), is_hidden=True)
        make_report(session, talk_comment)
    return {"claim": claim.id, "comment": comment.id, "talk_comment": talk_comment.id}


@pytest.fixture
def ids(session, people):
    pending = make_pending_event(session, "Waiting", host=people["host"])
    subject = make_user(session, "subject")
    group = make_group(session, "Kitchen", members=[subject])
    grant_permission(session, group, "view_event", pending, actor=None)
    return {
        **make_open_tasks(session, people["host"]),
        "event": pending.id,
        "version": pending.version,
        "user": subject.id,
        "group": group.id,
        "permission": newest(session, GrantedPermission).id,
        "reason": add_reason(session, title="Off topic", text="Not about us", actor=None).id,
    }


@pytest.fixture
def signed_in(app):
    return lambda user: Browser(app).sign_in_directly(user)


@pytest.fixture
def admin_browser(people, signed_in):
    """The browser of an admin."""
    return signed_in(people["admin"])


def count_rows(session, model):
    return session.scalar(select(func.count()).select_from(model))


def notices(browser, path):
    reply = browser.get(path)
    return re.findall(r'<p class="(notice|warning)" role="status">(.*?)</p>', reply.text)


@pytest.mark.parametrize("role", ROLES)
def test_pages_are_limited_to_their_roles(browser, people, ids, role):
    if role != "visitor":
        browser.sign_in_directly(people[role])

    replies = {page: browser.get(page.format(**ids)) for page in PAGES}

    if role == "visitor":
        assert {(reply.status_code, reply.headers["Location"][:22]) for reply in replies.values()} == {
            (302, "/accounts/login/?next=")
        }
    else:
        assert {page: reply.status_code for page, reply in replies.items()} == {
            page: 200 if role in allowed else 403 for page, allowed in PAGES.items()
        }
        tabs = re.findall(r'<li><a href="(/desk/[a-z/]*)"[^>]*>', replies["/desk/"].text.partition("</nav>\n{")[0])
        assert {tab for tab in tabs if tab != "/desk/reports/talks/"} == (
            {page for page, allowed in PAGES.items() if role in allowed and page.count("/") <= 3 and "{" not in page}
        )


@pytest.mark.parametrize("path", FORMS)
def test_forms_are_limited_to_their_roles_and_change_nothing_for_others(session, app, people, ids, signed_in, path):
    allowed, fields = FORMS[path]
    fields = {name: value.format(**ids) for name, value in fields.items()}
    path, before = path.format(**ids), count_rows(session, AuditEntry)
    refused = [role for role in ("plain", "host", "editor", "manager", "reader") if role not in allowed]

    visitor = Browser(app).send(path, fields, page="/accounts/login/")
    replies = {role: signed_in(people[role]).send(path, fields, page="/accounts/") for role in refused}
    allowed_browser = signed_in(people[sorted(allowed)[-1]])
    without_token = allowed_browser.post(path, fields)
    is_unchanged = count_rows(session, AuditEntry) == before
    done = allowed_browser.send(path, fields, page="/accounts/")

    assert (visitor.status_code, visitor.headers["Location"][:16]) == (302, "/accounts/login/")
    assert {reply.status_code for reply in replies.values()} == {403}
    assert (without_token.status_code, "This form has expired" in without_token.text) == (403, True)
    assert is_unchanged
    assert done.status_code == 303
    assert count_rows(session, AuditEntry) > before
    assert notices(allowed_browser, "/desk/")[0][0] == "notice"


def test_missing_objects_are_not_found(admin_browser, ids):
    missing = dict.fromkeys(ids, 99999)
    # A second decision or deletion is not an error but answered with a message.
    with_message = {"/desk/claims/{claim}/", "/desk/reasons/{reason}/removal/"}

    pages = {path: admin_browser.get(path.format(**missing)) for path in PAGES if "{" in path}
    forms = {
        path: admin_browser.send(path.format(**missing), {"decision": "x"}, page="/desk/")
        for path in FORMS
        if "{" in path
    }
    (message,) = notices(admin_browser, "/desk/")

    assert {path: reply.status_code for path, reply in pages.items()} == dict.fromkeys(pages, 404)
    assert {path: reply.status_code for path, reply in forms.items()} == {
        path: 303 if path in with_message else 404 for path in forms
    }
    assert message[0] == "warning"


# The approval queue


def submit(browser, path, fields=None):
    """Submit the form; return the message on the page that it redirects to."""
    reply = browser.send(path, fields, page="/desk/")
    assert reply.status_code == 303
    (notice,) = notices(browser, reply.headers["Location"])
    return notice


def send_decision(browser, event, kind, **fields):
    fields = {"version": event.version, **fields}
    return browser.send(f"/desk/events/{event.id}/{kind}/", fields, page="/desk/")


def test_queue_lists_pending_events_and_the_page_previews_one(session, people, admin_browser):
    event = make_pending_event(session, "PHP <Tour>", host=people["host"], tags=["php"], description="First.\n\nThen.")
    make_event(session, "Live")

    queue, page = admin_browser.get("/desk/events/"), admin_browser.get(f"/desk/events/{event.id}/")

    assert main_text(queue).count("Decide") == 1
    assert "PHP <Tour>" in main_text(queue)
    assert "Live" not in main_text(queue)
    assert '<p dir="auto">First.</p>\n<p dir="auto">Then.</p>' in page.text
    assert "PHP <Tour>" in main_text(page)
    assert "Approve" in main_text(page)
    # The tag has no page before.
    assert "/tag/" not in page.text


def test_editor_approves_an_event_and_hosts_are_notified(session, people, signed_in):
    event = make_pending_event(session, "PHP", host=people["host"])
    browser = signed_in(people["editor"])

    reply = send_decision(browser, event, "approval")

    assert (reply.status_code, reply.headers["Location"]) == (303, "/desk/events/")
    assert notices(browser, "/desk/events/") == [("notice", "PHP is approved. Its hosts get a mail.")]
    assert (event.is_active, event.is_pending, event.reviewer_id) == (True, False, people["editor"].id)
    assert session.scalars(select(Mail.kind)).all() == ["event_approved"]
    entry = newest(session, AuditEntry)
    assert (entry.action, entry.actor_name, entry.surface, entry.ip_address) == (
        "event.approve", "editor", "web", "127.0.0.1",
    )  # fmt: skip


def test_an_event_without_an_account_is_shown_as_it_will_be(app, session, admin_browser):
    body = {"title": "Swap", "start_datetime": int(days_from_now(5).timestamp()), "place_name": "Barn"}
    body |= {"place_address": "Road 1", "description": "<p>Bring <b>things</b><script>x</script></p>"}
    body |= {"submitter_email": "sam@example.org", "online_locations": ["https://meet.example/a"]}
    event_id = ApiClient(app).post("/api/event", json=body).json["id"]

    queue, page = admin_browser.get("/desk/events/"), admin_browser.get(f"/desk/events/{event_id}/")

    assert "sent in without an account" in main_text(queue)
    assert "<p>Bring <b>things</b></p>" in page.text
    assert "<script>x" not in page.text
    assert "Barn, Road 1" in main_text(page)
    assert '<a href="https://meet.example/a"' in page.text
    assert "It was sent in without an account. sam@example.org gets a mail with your decision." in main_text(page)
    send_decision(admin_browser, session.get_one(Event, event_id), "approval")
    assert notices(admin_browser, "/desk/events/") == [("notice", "Swap is approved.")]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"reason": "{id}"}, "Not about us"),
        ({"reason": "{id}", "custom_reason": " Bring a <b>programme</b>\nfirst "}, "Bring a programme\nfirst"),
        ({"custom_reason": "n" * 200}, "n" * 200),
    ],
)
def test_rejection_stores_a_listed_or_custom_reason(session, people, admin_browser, fields, reason):
    event = make_pending_event(session, "PHP", host=people["host"])
    listed = add_reason(session, title="Off topic", text="Not about us", actor=None)

    reply = send_decision(
        admin_browser, event, "rejection", **{name: text.format(id=listed.id) for name, text in fields.items()}
    )

    assert reply.status_code == 303
    assert (event.is_active, event.is_pending, event.rejection_reason) == (False, False, reason)
    assert newest(session, AuditEntry).reason == reason
    assert "event_rejected" in session.scalars(select(Mail.kind)).all()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Choose a reason, or write one"),
        ({"reason": "999"}, "Choose a reason, or write one"),
        ({"custom_reason": "n" * 201}, "The reason must have at most 200 characters"),
    ],
)
@pytest.mark.parametrize("has_reasons", [True, False])
def test_rejection_without_a_valid_reason_is_refused(session, people, admin_browser, fields, message, has_reasons):
    event = make_pending_event(session, "PHP", host=people["host"])
    if has_reasons:
        add_reason(session, title="Off topic", text="Not about us", actor=None)

    reply = send_decision(admin_browser, event, "rejection", **fields)

    assert (reply.status_code, message in main_text(reply)) == (400, True)
    assert "<title>Error: PHP – joind.in</title>" in reply.text
    assert event.is_pending is True
    # The form can be submitted again.
    assert f'name="version" type="hidden" value="{event.version}"' in reply.text


@pytest.mark.parametrize("first", ["approval", "rejection"])
@pytest.mark.parametrize(("second", "message"), [("approval", "approved"), ("rejection", "rejected")])
def test_second_decision_is_refused_and_the_first_is_shown(
    session, people, admin_browser, signed_in, first, second, message
):
    event = make_pending_event(session, "PHP", host=people["host"])
    version = event.version
    slow = signed_in(make_user(session, "slow", is_admin=True))
    send_decision(admin_browser, event, first, version=version, custom_reason="No")
    was = (event.is_active, event.rejection_reason)

    reply = send_decision(slow, event, second, version=version, custom_reason="Another")

    assert (reply.status_code, reply.headers["Location"]) == (303, f"/desk/events/{event.id}/")
    page = main_text(slow.get(f"/desk/events/{event.id}/"))
    assert f"This event cannot be {message}." in page
    assert ("live by Admin" if first == "approval" else "rejected by Admin No") in page
    assert (event.is_active, event.rejection_reason) == was


def test_one_of_two_concurrent_decisions_wins(session, app, people, signed_in):
    event = make_pending_event(session, "PHP", host=people["host"])
    path, both = f"/desk/events/{event.id}/", []
    for name in ("one", "two"):
        browser = signed_in(make_user(session, name, is_admin=True))
        both.append(
            (browser, {"csrfmiddlewaretoken": browser.token("/desk/"), "version": event.version, "custom_reason": "No"})
        )
    session.commit()
    (one, first), (two, second) = both

    replies = run_concurrently(
        session,
        [
            lambda: one._client.post(f"{path}approval/", data=first),
            lambda: two._client.post(f"{path}rejection/", data=second),
        ],
    )

    assert [reply.status_code for reply in replies] == [303, 303]
    assert sorted(reply.headers["Location"] for reply in replies) == ["/desk/events/", path]
    assert count_rows(session, AuditEntry) - 2 == 1


@pytest.mark.parametrize("kind", ["approval", "rejection"])
@pytest.mark.parametrize("version", [0, "", "x", "9" * 30, "²"])
def test_event_that_changed_since_it_was_shown_is_not_decided(session, people, admin_browser, kind, version):
    event = make_pending_event(session, "PHP", host=people["host"])

    send_decision(admin_browser, event, kind, version=version, custom_reason="No")

    assert notices(admin_browser, f"/desk/events/{event.id}/") == [
        ("warning", "The event has changed since you looked at it.")
    ]
    assert event.is_pending is True


# Reports and claims


@pytest.mark.parametrize(
    ("subject", "kind", "model"), [("events", "comment", EventComment), ("talks", "talk_comment", TalkComment)]
)
@pytest.mark.parametrize(("decision", "is_hidden"), [("approved", True), ("denied", False)])
def test_host_resolves_a_report_once(session, people, ids, signed_in, subject, kind, model, decision, is_hidden):
    host, path = signed_in(people["host"]), f"/desk/reports/{subject}/{ids[kind]}/"

    messages = [submit(host, path, {"decision": each}) for each in (decision, "denied")]

    assert messages == [
        ("notice", "The comment stays hidden." if is_hidden else "The comment is shown again."),
        ("warning", "This report has already been decided."),
    ]
    assert session.get(model, ids[kind]).is_hidden is is_hidden
    assert "There are no open reports" in main_text(
        host.get("/desk/reports/talks/" if subject == "talks" else "/desk/reports/")
    )


def test_reports_about_one_comment_are_grouped(session, people, ids, admin_browser):
    make_report(session, session.get(EventComment, ids["comment"]), make_user(session, "second"))

    page = main_text(admin_browser.get("/desk/reports/"))

    assert page.count("Keep it hidden") == 1
    assert "Second" in page


def test_hosts_moderate_only_their_own_events(session, people, signed_in):
    ids = make_open_tasks(session, make_user(session))
    make_event(session, host=people["host"])
    host = signed_in(people["host"])
    forms = {
        f"/desk/reports/events/{ids['comment']}/": "denied",
        f"/desk/reports/talks/{ids['talk_comment']}/": "denied",
        f"/desk/claims/{ids['claim']}/": "approve",
    }

    replies = [host.send(path, {"decision": decision}, page="/desk/") for path, decision in forms.items()]

    assert [reply.status_code for reply in replies] == [403, 403, 403]
    assert session.get(TalkClaim, ids["claim"]).host_approved_at is None
    assert session.get(EventComment, ids["comment"]).is_hidden is True
    assert "There are no open claims" in main_text(host.get("/desk/claims/"))


def test_private_comments_are_not_moderated(session, people, ids, admin_browser):
    comment = session.get(TalkComment, ids["talk_comment"])
    comment.is_private = True

    assert "There are no open reports" in main_text(admin_browser.get("/desk/reports/talks/"))
    assert (
        admin_browser.send(f"/desk/reports/talks/{comment.id}/", {"decision": "denied"}, page="/desk/").status_code
        == 404
    )


def test_claim_is_approved_once(session, people, ids, signed_in):
    host, path = signed_in(people["host"]), f"/desk/claims/{ids['claim']}/"
    claim = session.get(TalkClaim, ids["claim"])

    messages = [submit(host, path, {"decision": decision}) for decision in ("approve", "reject")]

    assert messages == [
        ("notice", "The claim is approved."),
        ("warning", "This claim has already been decided."),
    ]
    assert claim.host_approved_at is not None
    assert "claim_approved" in session.scalars(select(Mail.kind)).all()


def test_rejected_claim_is_deleted(session, people, ids, signed_in):
    host, path = signed_in(people["host"]), f"/desk/claims/{ids['claim']}/"

    messages = [submit(host, path, {"decision": decision}) for decision in ("reject", "approve")]

    assert [kind for kind, _ in messages] == ["notice", "warning"]
    assert session.get(TalkClaim, ids["claim"]) is None
    assert "claim_rejected" in session.scalars(select(Mail.kind)).all()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/desk/claims/{claim}/", "Choose to approve or to reject the claim."),
        ("/desk/reports/events/{comment}/", "Unexpected decision."),
    ],
)
def test_unknown_decision_is_refused(session, ids, admin_browser, path, message):
    admin_browser.send(path.format(**ids), {"decision": "perhaps"}, page="/desk/")

    assert notices(admin_browser, "/desk/") == [("warning", message)]
    assert session.get(TalkClaim, ids["claim"]).host_approved_at is None
    assert session.get(EventComment, ids["comment"]).is_hidden is True


# Users


def test_search_finds_active_and_deactivated_users(session, people, admin_browser):
    make_user(session, "gone", is_active=False, email="gone@elsewhere.example")

    found = main_text(admin_browser.get("/desk/people/?keyword=ELSEWHERE"))

    assert "1 account" in found
    assert "gone" in found
    assert "deactivated" in found
    assert "1 account" in main_text(admin_browser.get("/desk/people/?state=editor"))
    assert "No users match this search." in main_text(admin_browser.get("/desk/people/?keyword=%00%F0%9F%A6%84"))
    assert admin_browser.get("/desk/people/?state=king").status_code == 200


def test_only_roles_changed_on_the_page_are_changed(session, people, ids, admin_browser):
    subject = session.get(User, ids["user"])
    shown = {"shown": "active", "active": "y"}
    # Another admin has made them an editor in the meantime.
    subject.is_editor = True

    admin_browser.send(
        f"/desk/people/{subject.id}/roles/",
        {**shown, "trusted": "y", "reason": "Three <i>good</i> events"},
        page="/desk/",
    )

    assert (subject.is_active, subject.is_trusted, subject.is_editor) == (True, True, True)
    entry = newest(session, AuditEntry)
    assert (entry.action, entry.reason) == ("user.trust", "Three good events")


def test_deactivation_signs_out_at_once(session, people, admin_browser, signed_in):
    plain = make_user_with_password(session, "another")
    browser = signed_in(plain)
    was_signed_in = browser.is_signed_in

    admin_browser.send(f"/desk/people/{plain.id}/roles/", {"shown": "active"}, page="/desk/")

    assert (was_signed_in, browser.is_signed_in) == (True, False)
    assert browser.sign_in(plain).status_code == 200
    assert browser.is_signed_in is False


@pytest.mark.parametrize("fields", [{"active": "y"}, {"admin": "y"}])
def test_last_admin_can_be_neither_demoted_nor_deleted(session, people, admin_browser, fields):
    admin = people["admin"]

    messages = [
        submit(admin_browser, f"/desk/people/{admin.id}/roles/", {"shown": "active,admin", **fields}),
        submit(admin_browser, f"/desk/people/{admin.id}/removal/"),
    ]

    assert messages == [
        ("warning", "admin is the last admin. Promote another user first."),
        ("warning", "There was a problem trying to delete the user."),
    ]
    assert (admin.is_admin, admin.is_active) == (True, True)


RECENT = (
    "/desk/people/{user}/roles/",
    "/desk/people/{user}/talk_comments/",
    "/desk/people/{user}/removal/",
    "/desk/groups/{group}/permissions/",
    "/desk/groups/{group}/presets/",
    "/desk/groups/{group}/permissions/{permission}/removal/",
)


@pytest.mark.parametrize("path", RECENT)
def test_changes_of_permissions_need_a_recent_sign_in(session, people, ids, admin_browser, path):
    people["admin"].password_hash = PASSWORD_HASH
    form, fields = path.format(**ids), FORMS[path][1]
    page_path = f"/desk/people/{ids['user']}/" if "people" in path else f"/desk/groups/{ids['group']}/"
    newest(session, BrowserSession).authenticated_at = utc_now() - dt.timedelta(minutes=16)

    stopped = admin_browser.send(form, fields, page=page_path)
    entries = session.scalar(select(func.count()).select_from(AuditEntry))
    messages = notices(admin_browser, stopped.headers["Location"])
    shown = admin_browser.send(
        "/accounts/confirm/", {"password": PASSWORD, "next": page_path}, page=stopped.headers["Location"]
    )
    done = admin_browser.send(form, fields, page=page_path)

    assert (stopped.status_code, stopped.headers["Location"]) == (302, f"/accounts/confirm/?next={page_path}")
    assert messages == [("notice", "Nothing has changed yet. Confirm your identity, then send the form again")]
    assert (shown.status_code, shown.headers["Location"], done.status_code) == (302, page_path, 303)
    assert session.scalar(select(func.count()).select_from(AuditEntry)) > entries


def test_too_long_reason_is_refused_and_nothing_changes(session, ids, admin_browser):
    reply = admin_browser.send(
        f"/desk/people/{ids['user']}/roles/", {"shown": "active", "reason": "n" * 201, "trusted": "y"}, page="/desk/"
    )

    assert (reply.status_code, "at most 200 characters" in reply.text) == (400, True)
    assert session.get(User, ids["user"]).is_trusted is False


def test_user_page_shows_history_and_log_entries(session, people, ids, admin_browser):
    host = people["host"]
    make_event_comment(session, make_event(session), host, is_hidden=True)
    admin_browser.send(
        f"/desk/people/{host.id}/roles/", {"shown": "active", "active": "y", "editor": "y"}, page="/desk/"
    )

    page = main_text(admin_browser.get(f"/desk/people/{host.id}/"))

    assert "2 hosted, 1 waiting, 0 rejected" in page
    assert "1 on events, 0 on talks; 1 hidden" in page
    assert "user.make_editor" in page
    assert "editor: no → yes" in page
    assert "Waiting" in page


def test_account_is_deleted_after_confirmation(session, people, ids, admin_browser):
    asked = admin_browser.get(f"/desk/people/{ids['user']}/removal/")
    reply = admin_browser.send(f"/desk/people/{ids['user']}/removal/", page=f"/desk/people/{ids['user']}/removal/")

    assert (asked.status_code, reply.status_code, reply.headers["Location"]) == (200, 303, "/desk/people/")
    assert notices(admin_browser, "/desk/people/") == [("notice", "The account subject is deleted.")]
    assert session.get(User, ids["user"]) is None


def test_one_of_several_admins_can_delete_their_account(session, people, admin_browser):
    make_user(session, is_admin=True)

    reply = admin_browser.send(f"/desk/people/{people['admin'].id}/removal/", page="/desk/")

    assert (reply.status_code, reply.headers["Location"], admin_browser.is_signed_in) == (303, "/accounts/", False)


# Groups, reasons, audit log


def test_permissions_of_the_crew_are_offered_and_act(session, ids, admin_browser):
    here = f"/desk/groups/{ids['group']}/"
    offered = re.findall(r'<option value="(\w+)"', admin_browser.get(here).text)
    admin_browser.send(f"{here}presets/", {"preset": "planning"}, page=here)
    fields = {"permission": "publish_event_for_group", "number": str(ids["group"])}
    admin_browser.send(f"{here}permissions/", fields, page=here)

    viewer = load_permissions(session, session.get_one(User, ids["user"]), groups=[ids["group"]])

    assert {name for name in offered if name in PERMISSIONS} == set(EFFECTIVE_PERMISSIONS)
    assert viewer.has_permission("add_event")
    assert viewer.has_permission("delete_event")
    assert viewer.has_permission("publish_event_for_group", ids["group"])
    assert not viewer.has_permission("publish_event_for_group")
    assert not viewer.has_permission("change_event")


def test_group_is_created_filled_renamed_and_deleted(session, people, ids, admin_browser):
    event = ids["event"]
    made = admin_browser.send("/desk/groups/", {"name": " Stage "})
    here = made.headers["Location"]
    admin_browser.send(f"{here}members/", {"username": "plain"}, page=here)
    admin_browser.send(f"{here}permissions/", {"permission": "view_event", "number": str(event)}, page=here)
    admin_browser.send(f"{here}name/", {"name": "Front of house"}, page=here)

    page = main_text(admin_browser.get(here))

    assert "Front of house" in page
    assert "Plain plain" in page
    assert "view_event Waiting" in page
    group = newest(session, Group)
    assert session.scalars(select(GroupMember.user_id).where(GroupMember.group_id == group.id)).all() == [
        people["plain"].id
    ]
    admin_browser.send(f"{here}removal/", page=here)
    assert admin_browser.get(here).status_code == 404


@pytest.mark.parametrize(
    ("path", "fields", "message"),
    [
        ("name", {"name": ""}, "The name must have 1 to 100 characters."),
        ("name", {"name": "managers"}, "A group of that name exists already."),
        ("members", {"username": "nobody"}, "User not found."),
        ("members", {"username": "subject"}, "subject is in that group already."),
        ("permissions", {"permission": "fly"}, "There is no permission &#39;fly&#39;."),
        ("permissions", {"permission": "view_event", "number": "999"}, "There is no event with that number."),
        ("permissions", {"permission": "view_event", "number": "x"}, "There is no event with that number."),
        ("permissions", {"permission": "view_log", "number": "1"}, "This permission cannot be limited to one object."),
        ("permissions", {}, "There is no permission &#39;&#39;."),
        ("presets", {"preset": "kings"}, "There is no preset &#39;kings&#39;."),
    ],
)
def test_invalid_group_changes_are_refused(session, ids, admin_browser, path, fields, message):
    before = count_rows(session, AuditEntry)

    admin_browser.send(f"/desk/groups/{ids['group']}/{path}/", fields, page="/desk/")

    assert notices(admin_browser, f"/desk/groups/{ids['group']}/") == [("warning", message)]
    assert count_rows(session, AuditEntry) == before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "Enter a name"),
        ("n" * 101, "The name must have at most 100 characters"),
        ("kitchen", "A group of that name exists already"),
    ],
)
def test_group_needs_a_unique_name(session, ids, admin_browser, name, message):
    reply = admin_browser.send("/desk/groups/", {"name": name})

    assert (reply.status_code, message in main_text(reply)) == (400, True)
    assert session.scalars(select(Group.name).order_by(Group.id)).all() == ["Managers", "Kitchen"]


@pytest.mark.parametrize("path", ["/desk/reasons/", "/desk/reasons/{other}/"])
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": "", "text": "x"}, "Enter a title"),
        ({"title": "t", "text": ""}, "Enter the text"),
        ({"title": "t" * 101, "text": "x"}, "The title must have at most 100 characters"),
        ({"title": "t", "text": "x" * 201}, "The text must have at most 200 characters"),
        ({"title": "OFF topic", "text": "x"}, "A reason of that title exists already"),
    ],
)
def test_reason_needs_a_unique_title_and_a_text(session, ids, admin_browser, path, fields, message):
    other = add_reason(session, title="Other", text="Other words", actor=None)
    path = path.format(other=other.id)

    reply = admin_browser.send(path, fields)

    assert (reply.status_code, message in main_text(reply)) == (400, True)
    assert session.scalars(select(RejectionReason.title).order_by(RejectionReason.id)).all() == ["Off topic", "Other"]


def test_reason_is_added_edited_and_deleted(session, admin_browser):
    admin_browser.send("/desk/reasons/", {"title": "Spam", "text": "An <b>advert</b>"})
    reason = newest(session, RejectionReason)
    first = (reason.title, reason.text)
    admin_browser.send(f"/desk/reasons/{reason.id}/", {"title": "Advert", "text": "An advert."})

    assert (first, reason.title, reason.text) == (("Spam", "An advert"), "Advert", "An advert.")
    admin_browser.send(f"/desk/reasons/{reason.id}/removal/", page="/desk/")
    assert count_rows(session, RejectionReason) == 0


def test_audit_log_is_searched_and_paged(session, people, admin_browser):
    subject = people["plain"]
    for number in range(52):
        session.add(
            AuditEntry(
                occurred_at=NOW, action="user.trust" if number else "user.demote", subject_type="user", subject_id=subject.id,
                subject_name="<b>plain</b>", actor_id=people["admin"].id, actor_name="admin", surface="web", changes={},
            )
        )  # fmt: skip
    session.flush()
    search = f"/desk/log/?actor=ADMIN&subject=user:{subject.id}&action=user.&since=yesterday"

    first = admin_browser.get(search)
    older = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    second = admin_browser.get(f"/desk/log/{older}")

    assert (first.text.count("<code>user."), second.text.count("<code>user.")) == (50, 2)
    assert "user.demote" in second.text
    assert "&lt;b&gt;plain" in second.text
    assert 'rel="next"' not in second.text
    assert "No entries match this filter." in main_text(admin_browser.get("/desk/log/?actor=nobody"))


def test_the_queue_and_the_page_of_an_event_name_likely_duplicates(admin_browser, session):
    starts_at = days_from_now(30)
    make_event(session, "SampleConf", starts_at=starts_at)
    pending = make_pending_event(session, "sampleconf", starts_at=starts_at)
    make_pending_event(session, "Other", starts_at=starts_at)

    queue, page = (main_text(admin_browser.get(path)) for path in ("/desk/events/", f"/desk/events/{pending.id}/"))

    assert queue.count("likely duplicate of SampleConf") == 1
    assert page.count("likely duplicate of SampleConf") == 1


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("since=never", "This is not a clear date. Write it as 2027-05-08 or 2027-05-08T09:30"),
        ("until=x", "This is not a clear date. Write it as 2027-05-08 or 2027-05-08T09:30"),
        ("subject=User!", "Enter a type"),
    ],
)
def test_invalid_filters_are_reported(admin_browser, query, message):
    assert message in main_text(admin_browser.get(f"/desk/log/?{query}&before=x"))


# Cost of pages


@pytest.mark.parametrize(
    ("path", "add"),
    [
        ("/desk/events/", lambda session, host: make_pending_event(session, host=host, tags=["php", "web"])),
        ("/desk/reports/", make_open_tasks),
        ("/desk/reports/talks/", make_open_tasks),
        ("/desk/claims/", make_open_tasks),
        ("/desk/people/", lambda session, host: make_user(session)),
        ("/desk/groups/", lambda session, host: make_group(session, members=[host])),
        ("/desk/reasons/", lambda session, host: add_reason(session, title=f"T{make_user(session).id}", text="x", actor=host)),
        ("/desk/log/", lambda session, host: add_reason(session, title=f"T{make_user(session).id}", text="x", actor=host)),
        ("/desk/", make_open_tasks),
    ],
)  # fmt: skip
@pytest.mark.parametrize("role", ["admin", "host"])
def test_number_of_statements_does_not_depend_on_the_number_of_rows(
    session, people, signed_in, count_statements, path, add, role
):
    if role not in PAGES[path]:
        pytest.skip("not for hosts")
    make_event(session, host=people["host"])
    add(session, people["host"])
    browser = signed_in(people[role])
    browser.get(path)
    with count_statements() as of_one:
        one = browser.get(path)
    for _ in range(2):
        add(session, people["host"])
    session.commit()

    with count_statements() as of_three:
        three = browser.get(path)

    assert (one.status_code, three.status_code) == (200, 200)
    assert one.text != three.text
    assert len(of_three) == len(of_one) <= 9


def test_long_lists_are_paged(session, people, admin_browser):
    for number in range(25):
        make_pending_event(session, f"Conference {number}", host=people["host"])

    first, second = admin_browser.get("/desk/events/"), admin_browser.get("/desk/events/?page=2")

    assert (first.text.count('class="card"'), second.text.count('class="card"')) == (20, 5)
    assert 'href="/desk/events/?page=2" rel="next"' in first.text
    assert 'rel="prev"' not in first.text
    assert 'href="/desk/events/?page=1" rel="prev"' in second.text
    assert 'rel="next"' not in second.text
    assert session.scalar(select(func.count()).select_from(Event)) == 25


def test_only_permissions_with_an_effect_are_offered(session, admin_browser):
    group = make_group(session, "Helpers")

    page = admin_browser.get(f"/desk/groups/{group.id}/").text.partition("<footer")[0]

    offered = re.findall(r'<option value="(\w+)"', page)
    assert offered[: len(EFFECTIVE_PERMISSIONS)] == list(EFFECTIVE_PERMISSIONS)
    assert set(offered[len(EFFECTIVE_PERMISSIONS) :]) <= {"planning", "hr", "management"}


@pytest.mark.parametrize("path", ["/desk/events/", "/desk/reports/", "/desk/reports/talks/", "/desk/claims/"])
def test_an_empty_queue_says_what_appears_there(admin_browser, path):
    assert " here" in main_text(admin_browser.get(path))
