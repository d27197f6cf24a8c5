"""The desk: who may see which page, and what the forms do."""

import datetime as dt
import re

import pytest
from sqlalchemy import func, select

from joindin.models import (
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
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, PASSWORD_HASH, Browser, main_text, make_user_with_password
from tests.concurrency import run_concurrently
from tests.factories import (
    NOW,
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

DECIDERS, MODERATORS = {"editor", "admin"}, {"host", "admin"}
MANAGERS, READERS, ADMINS = {"manager", "admin"}, {"reader", "admin"}, {"admin"}

PAGES = {
    "/desk/": {"host", "editor", "manager", "reader", "admin"},
    "/desk/events/": DECIDERS,
    "/desk/events/{event}/": DECIDERS,
    "/desk/reports/": MODERATORS,
    "/desk/reports/talks/": MODERATORS,
    "/desk/claims/": MODERATORS,
    "/desk/people/": ADMINS,
    "/desk/people/{user}/": ADMINS,
    "/desk/people/{user}/removal/": ADMINS,
    "/desk/groups/": MANAGERS,
    "/desk/groups/{group}/": MANAGERS,
    "/desk/reasons/": DECIDERS,
    "/desk/reasons/{reason}/": DECIDERS,
    "/desk/log/": READERS,
}

# Who may send the form, then its fields.
FORMS = {
    "/desk/events/{event}/approval/": (DECIDERS, {"version": "{version}"}),
    "/desk/events/{event}/rejection/": (DECIDERS, {"version": "{version}", "words": "No"}),
    "/desk/reports/events/{comment}/": (MODERATORS, {"decision": "denied"}),
    "/desk/reports/talks/{talk_comment}/": (MODERATORS, {"decision": "denied"}),
    "/desk/claims/{claim}/": (MODERATORS, {"decision": "reject"}),
    "/desk/people/{user}/roles/": (ADMINS, {"seen": "active", "active": "y", "trusted": "y"}),
    "/desk/people/{user}/talk_comments/": (ADMINS, {}),
    "/desk/people/{user}/removal/": (ADMINS, {}),
    "/desk/groups/": (MANAGERS, {"name": "New"}),
    "/desk/groups/{group}/name/": (MANAGERS, {"name": "New"}),
    "/desk/groups/{group}/members/": (MANAGERS, {"username": "plain"}),
    "/desk/groups/{group}/members/{user}/removal/": (MANAGERS, {}),
    "/desk/groups/{group}/removal/": (MANAGERS, {}),
    "/desk/groups/{group}/permissions/": (ADMINS, {"permission": "view_log", "number": ""}),
    "/desk/groups/{group}/presets/": (ADMINS, {"preset": "hr"}),
    "/desk/groups/{group}/permissions/{permit}/removal/": (ADMINS, {}),
    "/desk/reasons/": (DECIDERS, {"title": "New", "text": "Words"}),
    "/desk/reasons/{reason}/": (DECIDERS, {"title": "New", "text": "Words"}),
    "/desk/reasons/{reason}/removal/": (DECIDERS, {}),
}


@pytest.fixture
def people(session):
    return make_role_users(session)


def make_waiting(session, host, number=1):
    """At an event of ``host`` that many claims, and reports of either kind; the last ids of them."""
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
        **make_waiting(session, people["host"]),
        "event": pending.id,
        "version": pending.version,
        "user": subject.id,
        "group": group.id,
        "permit": newest(session, GrantedPermission).id,
        "reason": add_reason(session, title="Off topic", text="Not about us", actor=None).id,
    }


@pytest.fixture
def signed_in(app):
    return lambda user: Browser(app).sign_in_directly(user)


@pytest.fixture
def desk(people, signed_in):
    """The browser of an admin."""
    return signed_in(people["admin"])


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def notices(browser, place):
    reply = browser.get(place)
    return re.findall(r'<p class="(notice|warning)" role="status">(.*?)</p>', reply.text)


@pytest.mark.parametrize("role", ROLES)
def test_each_page_is_for_those_it_is_for(browser, people, ids, role):
    if role != "visitor":
        browser.sign_in_directly(people[role])

    seen = {page: browser.get(page.format(**ids)) for page in PAGES}

    if role == "visitor":
        assert {(reply.status_code, reply.headers["Location"][:22]) for reply in seen.values()} == {
            (302, "/accounts/login/?next=")
        }
    else:
        assert {page: reply.status_code for page, reply in seen.items()} == {
            page: 200 if role in allowed else 403 for page, allowed in PAGES.items()
        }
        tabs = re.findall(r'<li><a href="(/desk/[a-z/]*)"[^>]*>', seen["/desk/"].text.partition("</nav>\n{")[0])
        assert {tab for tab in tabs if tab != "/desk/reports/talks/"} == (
            {page for page, allowed in PAGES.items() if role in allowed and page.count("/") <= 3 and "{" not in page}
        )


@pytest.mark.parametrize("path", FORMS)
def test_each_form_is_for_those_it_is_for_and_nothing_is_done_for_others(session, app, people, ids, signed_in, path):
    allowed, fields = FORMS[path]
    fields = {name: value.format(**ids) for name, value in fields.items()}
    path, before = path.format(**ids), count(session, AuditEntry)
    refused = [role for role in ("plain", "host", "editor", "manager", "reader") if role not in allowed]

    visitor = Browser(app).send(path, fields, page="/accounts/login/")
    replies = {role: signed_in(people[role]).send(path, fields, page="/accounts/") for role in refused}
    one = signed_in(people[sorted(allowed)[-1]])
    unguarded = one.post(path, fields)
    unchanged = count(session, AuditEntry) == before
    done = one.send(path, fields, page="/accounts/")

    assert (visitor.status_code, visitor.headers["Location"][:16]) == (302, "/accounts/login/")
    assert {reply.status_code for reply in replies.values()} == {403}
    assert (unguarded.status_code, "This form has expired" in unguarded.text) == (403, True)
    assert unchanged
    assert done.status_code == 303
    assert count(session, AuditEntry) > before
    assert notices(one, "/desk/")[0][0] == "notice"


@pytest.mark.parametrize("path", PAGES | FORMS)
def test_what_is_not_there_is_not_found(desk, ids, path):
    if "{" not in path:
        pytest.skip("is always there")
    gone = path.format(**dict.fromkeys(ids, 99999), **{})

    reply = desk.get(gone) if path in PAGES else desk.send(gone, {"decision": "x"}, page="/desk/")

    if path in ("/desk/claims/{claim}/", "/desk/reasons/{reason}/removal/"):
        # Those who were slow are told so.
        assert (reply.status_code, notices(desk, "/desk/")[0][0]) == (303, "warning")
    else:
        assert reply.status_code == 404


# The approval queue


def say(browser, path, fields=None):
    """What is said on the page that sending the form leads to."""
    reply = browser.send(path, fields, page="/desk/")
    assert reply.status_code == 303
    (notice,) = notices(browser, reply.headers["Location"])
    return notice


def send_decision(browser, event, kind, **fields):
    fields = {"version": event.version, **fields}
    return browser.send(f"/desk/events/{event.id}/{kind}/", fields, page="/desk/")


def test_the_queue_shows_what_waits_and_the_page_how_it_will_look(session, people, desk):
    event = make_pending_event(session, "PHP <Tour>", host=people["host"], tags=["php"], description="First.\n\nThen.")
    make_event(session, "Live")

    queue, page = desk.get("/desk/events/"), desk.get(f"/desk/events/{event.id}/")

    assert main_text(queue).count("Decide") == 1
    assert "PHP <Tour>" in main_text(queue)
    assert "Live" not in main_text(queue)
    assert '<p dir="auto">First.</p>\n<p dir="auto">Then.</p>' in page.text
    assert "PHP <Tour>" in main_text(page)
    assert "Approve" in main_text(page)


def test_an_editor_approves_and_the_hosts_are_told(session, people, signed_in):
    event = make_pending_event(session, "PHP", host=people["host"])
    browser = signed_in(people["editor"])

    reply = send_decision(browser, event, "approval")

    assert (reply.status_code, reply.headers["Location"]) == (303, "/desk/events/")
    assert notices(browser, "/desk/events/") == [("notice", "PHP is approved. Its hosts are told.")]
    assert (event.is_active, event.is_pending, event.reviewer_id) == (True, False, people["editor"].id)
    assert session.scalars(select(Mail.kind)).all() == ["event_approved"]
    entry = newest(session, AuditEntry)
    assert (entry.action, entry.actor_name, entry.surface, entry.ip_address) == (
        "event.approve", "editor", "web", "127.0.0.1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"reason": "{id}"}, "Not about us"),
        ({"reason": "{id}", "words": " Bring a <b>programme</b>\nfirst "}, "Bring a programme\nfirst"),
        ({"words": "n" * 200}, "n" * 200),
    ],
)
def test_a_rejection_carries_a_reason_from_the_list_or_ones_own_words(session, people, desk, fields, reason):
    event = make_pending_event(session, "PHP", host=people["host"])
    known = add_reason(session, title="Off topic", text="Not about us", actor=None)

    reply = send_decision(desk, event, "rejection", **{name: text.format(id=known.id) for name, text in fields.items()})

    assert reply.status_code == 303
    assert (event.is_active, event.is_pending, event.rejection_reason) == (False, False, reason)
    assert newest(session, AuditEntry).reason == reason
    assert "event_rejected" in session.scalars(select(Mail.kind)).all()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "Choose a reason, or write one"),
        ({"reason": "999"}, "Choose a reason, or write one"),
        ({"words": "n" * 201}, "The reason must have at most 200 characters"),
    ],
)
@pytest.mark.parametrize("has_reasons", [True, False])
def test_a_rejection_without_a_good_reason_is_asked_for_one(session, people, desk, fields, problem, has_reasons):
    event = make_pending_event(session, "PHP", host=people["host"])
    if has_reasons:
        add_reason(session, title="Off topic", text="Not about us", actor=None)

    reply = send_decision(desk, event, "rejection", **fields)

    assert (reply.status_code, problem in main_text(reply)) == (400, True)
    assert "<title>Error: PHP</title>" in reply.text
    assert event.is_pending is True
    # What was filled in can be sent again.
    assert f'name="version" type="hidden" value="{event.version}"' in reply.text


@pytest.mark.parametrize("first", ["approval", "rejection"])
@pytest.mark.parametrize(("second", "sentence"), [("approval", "approved"), ("rejection", "rejected")])
def test_who_decides_second_is_told_what_was_decided(session, people, desk, signed_in, first, second, sentence):
    event = make_pending_event(session, "PHP", host=people["host"])
    version = event.version
    slow = signed_in(make_user(session, "slow", is_admin=True))
    send_decision(desk, event, first, version=version, words="No")
    was = (event.is_active, event.rejection_reason)

    reply = send_decision(slow, event, second, version=version, words="Another")

    assert (reply.status_code, reply.headers["Location"]) == (303, f"/desk/events/{event.id}/")
    page = main_text(slow.get(f"/desk/events/{event.id}/"))
    assert f"This event cannot be {sentence}." in page
    assert ("live by Admin" if first == "approval" else "rejected by Admin No") in page
    assert (event.is_active, event.rejection_reason) == was


def test_of_two_who_decide_at_once_one_wins(session, app, people, signed_in):
    event = make_pending_event(session, "PHP", host=people["host"])
    path, both = f"/desk/events/{event.id}/", []
    for name in ("one", "two"):
        browser = signed_in(make_user(session, name, is_admin=True))
        both.append(
            (browser, {"csrfmiddlewaretoken": browser.token("/desk/"), "version": event.version, "words": "No"})
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
    assert count(session, AuditEntry) - 2 == 1


@pytest.mark.parametrize("kind", ["approval", "rejection"])
@pytest.mark.parametrize("version", [0, "", "x", "9" * 30, "²"])
def test_what_changed_since_it_was_seen_is_not_decided_about(session, people, desk, kind, version):
    event = make_pending_event(session, "PHP", host=people["host"])

    send_decision(desk, event, kind, version=version, words="No")

    assert notices(desk, f"/desk/events/{event.id}/") == [("warning", "The event has changed since you looked at it.")]
    assert event.is_pending is True


# Reports and claims


@pytest.mark.parametrize(
    ("place", "kind", "model"), [("events", "comment", EventComment), ("talks", "talk_comment", TalkComment)]
)
@pytest.mark.parametrize(("decision", "is_hidden"), [("approved", True), ("denied", False)])
def test_a_host_decides_about_a_report_once(session, people, ids, signed_in, place, kind, model, decision, is_hidden):
    host, path = signed_in(people["host"]), f"/desk/reports/{place}/{ids[kind]}/"

    said = [say(host, path, {"decision": each}) for each in (decision, "denied")]

    assert said == [
        ("notice", "The comment stays hidden." if is_hidden else "The comment is shown again."),
        ("warning", "This report has already been decided."),
    ]
    assert session.get(model, ids[kind]).is_hidden is is_hidden
    assert "No report waits" in main_text(host.get("/desk/reports/talks/" if place == "talks" else "/desk/reports/"))


def test_reports_about_one_comment_stand_together(session, people, ids, desk):
    make_report(session, session.get(EventComment, ids["comment"]), make_user(session, "second"))

    page = main_text(desk.get("/desk/reports/"))

    assert page.count("Keep it hidden") == 1
    assert "Second" in page


def test_hosts_decide_at_their_own_events_alone(session, people, signed_in):
    ids = make_waiting(session, make_user(session))
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
    assert "No claim waits" in main_text(host.get("/desk/claims/"))


def test_what_was_said_in_private_is_not_at_the_desk(session, people, ids, desk):
    said = session.get(TalkComment, ids["talk_comment"])
    said.is_private = True

    assert "No report waits" in main_text(desk.get("/desk/reports/talks/"))
    assert desk.send(f"/desk/reports/talks/{said.id}/", {"decision": "denied"}, page="/desk/").status_code == 404


def test_a_claim_is_approved_once(session, people, ids, signed_in):
    host, path = signed_in(people["host"]), f"/desk/claims/{ids['claim']}/"
    claim = session.get(TalkClaim, ids["claim"])

    said = [say(host, path, {"decision": decision}) for decision in ("approve", "reject")]

    assert said == [
        ("notice", "The claim is approved: the talk is theirs."),
        ("warning", "This claim has already been decided."),
    ]
    assert claim.host_approved_at is not None
    assert "claim_approved" in session.scalars(select(Mail.kind)).all()


def test_a_rejected_claim_is_gone(session, people, ids, signed_in):
    host, path = signed_in(people["host"]), f"/desk/claims/{ids['claim']}/"

    said = [say(host, path, {"decision": decision}) for decision in ("reject", "approve")]

    assert [kind for kind, _ in said] == ["notice", "warning"]
    assert session.get(TalkClaim, ids["claim"]) is None
    assert "claim_rejected" in session.scalars(select(Mail.kind)).all()


@pytest.mark.parametrize("path", ["/desk/claims/{claim}/", "/desk/reports/events/{comment}/"])
def test_an_unknown_decision_is_none(session, ids, desk, path):
    desk.send(path.format(**ids), {"decision": "perhaps"}, page="/desk/")

    assert notices(desk, "/desk/") == [("warning", "Unexpected decision.")]
    assert session.get(TalkClaim, ids["claim"]).host_approved_at is None


# People


def test_people_are_found_also_deactivated_ones(session, people, desk):
    make_user(session, "gone", is_active=False, email="gone@elsewhere.example")

    found = main_text(desk.get("/desk/people/?keyword=ELSEWHERE"))

    assert "1 account" in found
    assert "gone" in found
    assert "deactivated" in found
    assert "1 account" in main_text(desk.get("/desk/people/?state=editor"))
    assert "Nobody fits that." in main_text(desk.get("/desk/people/?keyword=%00%F0%9F%A6%84"))
    assert desk.get("/desk/people/?page=99999999999999999999&state=king").status_code == 200


def test_only_what_was_changed_on_the_page_changes(session, people, ids, desk):
    subject = session.get(User, ids["user"])
    seen = {"seen": "active", "active": "y"}
    # Somebody else made them an editor since.
    subject.is_editor = True

    desk.send(
        f"/desk/people/{subject.id}/roles/",
        {**seen, "trusted": "y", "reason": "Three <i>good</i> events"},
        page="/desk/",
    )

    assert (subject.is_active, subject.is_trusted, subject.is_editor) == (True, True, True)
    entry = newest(session, AuditEntry)
    assert (entry.action, entry.reason) == ("user.trust", "Three good events")


def test_who_is_deactivated_is_out_at_once(session, people, desk, signed_in):
    plain = make_user_with_password(session, "another")
    browser = signed_in(plain)
    was_in = browser.is_signed_in

    desk.send(f"/desk/people/{plain.id}/roles/", {"seen": "active"}, page="/desk/")

    assert (was_in, browser.is_signed_in) == (True, False)
    assert browser.sign_in(plain).status_code == 200
    assert browser.is_signed_in is False


@pytest.mark.parametrize("fields", [{"active": "y"}, {"admin": "y"}])
def test_the_last_admin_stays(session, people, desk, fields):
    admin = people["admin"]

    said = [
        say(desk, f"/desk/people/{admin.id}/roles/", {"seen": "active,admin", **fields}),
        say(desk, f"/desk/people/{admin.id}/removal/"),
    ]

    assert said == [
        ("warning", "admin is the last admin. Promote somebody else first."),
        ("warning", "There was a problem trying to delete the user."),
    ]
    assert (admin.is_admin, admin.is_active) == (True, True)


RECENT = (
    "/desk/people/{user}/roles/",
    "/desk/people/{user}/talk_comments/",
    "/desk/people/{user}/removal/",
    "/desk/groups/{group}/permissions/",
    "/desk/groups/{group}/presets/",
    "/desk/groups/{group}/permissions/{permit}/removal/",
)


@pytest.mark.parametrize("path", RECENT)
def test_what_gives_or_takes_rights_takes_a_recent_sign_in(session, people, ids, desk, path):
    people["admin"].password_hash = PASSWORD_HASH
    form, fields = path.format(**ids), FORMS[path][1]
    here = f"/desk/people/{ids['user']}/" if "people" in path else f"/desk/groups/{ids['group']}/"
    newest(session, BrowserSession).authenticated_at = utc_now() - dt.timedelta(minutes=16)

    stopped = desk.send(form, fields, page=here)
    entries = session.scalar(select(func.count()).select_from(AuditEntry))
    said = notices(desk, stopped.headers["Location"])
    shown = desk.send("/accounts/confirm/", {"password": PASSWORD, "next": here}, page=stopped.headers["Location"])
    done = desk.send(form, fields, page=here)

    assert (stopped.status_code, stopped.headers["Location"]) == (302, f"/accounts/confirm/?next={here}")
    assert said == [("notice", "Nothing has changed yet. Confirm your identity, then send the form again")]
    assert (shown.status_code, shown.headers["Location"], done.status_code) == (302, here, 303)
    assert session.scalar(select(func.count()).select_from(AuditEntry)) > entries


def test_a_reason_that_is_too_long_is_refused_and_nothing_done(session, ids, desk):
    reply = desk.send(
        f"/desk/people/{ids['user']}/roles/", {"seen": "active", "reason": "n" * 201, "trusted": "y"}, page="/desk/"
    )

    assert (reply.status_code, "at most 200 characters" in reply.text) == (400, True)
    assert session.get(User, ids["user"]).is_trusted is False


def test_a_second_look_shows_what_somebody_did_and_what_was_done(session, people, ids, desk):
    host = people["host"]
    make_event_comment(session, make_event(session), host, is_hidden=True)
    desk.send(f"/desk/people/{host.id}/roles/", {"seen": "active", "active": "y", "editor": "y"}, page="/desk/")

    page = main_text(desk.get(f"/desk/people/{host.id}/"))

    assert "2 hosted, 1 waiting, 0 rejected" in page
    assert "1 on events, 0 on talks; 1 hidden" in page
    assert "user.make_editor" in page
    assert "editor: no → yes" in page
    assert "Waiting" in page


def test_an_account_is_deleted_after_a_second_question(session, people, ids, desk):
    asked = desk.get(f"/desk/people/{ids['user']}/removal/")
    reply = desk.send(f"/desk/people/{ids['user']}/removal/", page=f"/desk/people/{ids['user']}/removal/")

    assert (asked.status_code, reply.status_code, reply.headers["Location"]) == (200, 303, "/desk/people/")
    assert notices(desk, "/desk/people/") == [("notice", "The account subject is gone.")]
    assert session.get(User, ids["user"]) is None


def test_an_admin_among_others_may_go(session, people, desk):
    make_user(session, is_admin=True)

    reply = desk.send(f"/desk/people/{people['admin'].id}/removal/", page="/desk/")

    assert (reply.status_code, reply.headers["Location"], desk.is_signed_in) == (303, "/accounts/", False)


# Groups, reasons, the log


def test_a_group_is_made_filled_permitted_and_dissolved(session, people, ids, desk):
    event = ids["event"]
    made = desk.send("/desk/groups/", {"name": " Stage "})
    here = made.headers["Location"]
    desk.send(f"{here}members/", {"username": "plain"}, page=here)
    desk.send(f"{here}permissions/", {"permission": "view_event", "number": str(event)}, page=here)
    desk.send(f"{here}name/", {"name": "Front of house"}, page=here)

    page = main_text(desk.get(here))

    assert "Front of house" in page
    assert "Plain plain" in page
    assert "view_event Waiting" in page
    group = newest(session, Group)
    assert session.scalars(select(GroupMember.user_id).where(GroupMember.group_id == group.id)).all() == [
        people["plain"].id
    ]
    desk.send(f"{here}removal/", page=here)
    assert desk.get(here).status_code == 404


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        ("name", {"name": ""}, "The name must have 1 to 100 characters."),
        ("name", {"name": "managers"}, "There is a group of that name."),
        ("members", {"username": "nobody"}, "User not found."),
        ("members", {"username": "subject"}, "subject is in that group already."),
        ("permissions", {"permission": "fly"}, "There is no permission &#39;fly&#39;."),
        ("permissions", {"permission": "view_event", "number": "999"}, "There is no event of that number."),
        ("permissions", {"permission": "view_event", "number": "x"}, "There is no event of that number."),
        ("permissions", {"permission": "view_log", "number": "1"}, "That permission is for everything only."),
        ("permissions", {}, "There is no permission &#39;&#39;."),
        ("presets", {"preset": "kings"}, "There is no preset &#39;kings&#39;."),
    ],
)
def test_what_makes_no_sense_for_a_group_is_said(session, ids, desk, path, fields, sentence):
    before = count(session, AuditEntry)

    desk.send(f"/desk/groups/{ids['group']}/{path}/", fields, page="/desk/")

    assert notices(desk, f"/desk/groups/{ids['group']}/") == [("warning", sentence)]
    assert count(session, AuditEntry) == before


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "Enter a name"),
        ("n" * 101, "The name must have at most 100 characters"),
        ("kitchen", "There is a group of that name"),
    ],
)
def test_a_group_needs_a_name_of_its_own(session, ids, desk, name, problem):
    reply = desk.send("/desk/groups/", {"name": name})

    assert (reply.status_code, problem in main_text(reply)) == (400, True)
    assert session.scalars(select(Group.name).order_by(Group.id)).all() == ["Managers", "Kitchen"]


@pytest.mark.parametrize("place", ["/desk/reasons/", "/desk/reasons/{other}/"])
@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"title": "", "text": "x"}, "Enter a title"),
        ({"title": "t", "text": ""}, "Enter the text"),
        ({"title": "t" * 101, "text": "x"}, "The title must have at most 100 characters"),
        ({"title": "t", "text": "x" * 201}, "The text must have at most 200 characters"),
        ({"title": "OFF topic", "text": "x"}, "There is a reason of that title"),
    ],
)
def test_a_reason_needs_a_title_of_its_own_and_a_text(session, ids, desk, place, fields, problem):
    other = add_reason(session, title="Other", text="Other words", actor=None)
    place = place.format(other=other.id)

    reply = desk.send(place, fields)

    assert (reply.status_code, problem in main_text(reply)) == (400, True)
    assert session.scalars(select(RejectionReason.title).order_by(RejectionReason.id)).all() == ["Off topic", "Other"]


def test_a_reason_is_written_changed_and_removed(session, desk):
    desk.send("/desk/reasons/", {"title": "Spam", "text": "An <b>advert</b>"})
    reason = newest(session, RejectionReason)
    first = (reason.title, reason.text)
    desk.send(f"/desk/reasons/{reason.id}/", {"title": "Advert", "text": "An advert."})

    assert (first, reason.title, reason.text) == (("Spam", "An advert"), "Advert", "An advert.")
    desk.send(f"/desk/reasons/{reason.id}/removal/", page="/desk/")
    assert count(session, RejectionReason) == 0


def test_the_log_is_searched_and_leads_to_what_is_older(session, people, desk):
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

    first = desk.get(search)
    older = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    second = desk.get(f"/desk/log/{older}")

    assert (first.text.count("<code>user."), second.text.count("<code>user.")) == (50, 2)
    assert "user.demote" in second.text
    assert "&lt;b&gt;plain" in second.text
    assert 'rel="next"' not in second.text
    assert "Nothing was done that fits that." in main_text(desk.get("/desk/log/?actor=nobody"))


@pytest.mark.parametrize(
    ("query", "problem"),
    [("since=never", "That is no date"), ("until=x", "That is no date"), ("subject=User!", "Write a kind")],
)
def test_a_search_that_makes_no_sense_is_said(desk, query, problem):
    assert problem in main_text(desk.get(f"/desk/log/?{query}&before=x"))


# What pages cost


@pytest.mark.parametrize(
    ("place", "add"),
    [
        ("/desk/events/", lambda session, host: make_pending_event(session, host=host, tags=["php", "web"])),
        ("/desk/reports/", make_waiting),
        ("/desk/reports/talks/", make_waiting),
        ("/desk/claims/", make_waiting),
        ("/desk/people/", lambda session, host: make_user(session)),
        ("/desk/groups/", lambda session, host: make_group(session, members=[host])),
        ("/desk/reasons/", lambda session, host: add_reason(session, title=f"T{make_user(session).id}", text="x", actor=host)),
        ("/desk/log/", lambda session, host: add_reason(session, title=f"T{make_user(session).id}", text="x", actor=host)),
        ("/desk/", make_waiting),
    ],
)  # fmt: skip
@pytest.mark.parametrize("role", ["admin", "host"])
def test_three_things_cost_what_one_costs(session, people, signed_in, count_statements, place, add, role):
    if role not in PAGES[place]:
        pytest.skip("not for hosts")
    make_event(session, host=people["host"])
    add(session, people["host"])
    browser = signed_in(people[role])
    browser.get(place)
    with count_statements() as of_one:
        one = browser.get(place)
    for _ in range(2):
        add(session, people["host"])
    session.commit()

    with count_statements() as of_three:
        three = browser.get(place)

    assert (one.status_code, three.status_code) == (200, 200)
    assert one.text != three.text
    assert len(of_three) == len(of_one) <= 9


def test_long_lists_come_in_pages(session, people, desk):
    for number in range(25):
        make_pending_event(session, f"Conference {number}", host=people["host"])

    first, second = desk.get("/desk/events/"), desk.get("/desk/events/?page=2")

    assert (first.text.count('class="card"'), second.text.count('class="card"')) == (20, 5)
    assert 'rel="next" href="/desk/events/?page=2"' in first.text
    assert 'rel="prev"' not in first.text
    assert 'rel="prev" href="/desk/events/?page=1"' in second.text
    assert 'rel="next"' not in second.text
    assert session.scalar(select(func.count()).select_from(Event)) == 25
