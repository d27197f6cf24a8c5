"""Roles, groups, permissions, rejection reasons, audit log and moderation queue: permissions, effects and refusals."""

import pytest
from sqlalchemy import func, select

from joindin.models import (
    AuditEntry,
    EventCommentReport,
    GrantedPermission,
    Group,
    GroupMember,
    RejectionReason,
    TalkCommentReport,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.rejection_reasons import add_reason
from tests.factories import (
    NOW,
    make_claim,
    make_client,
    make_event,
    make_event_comment,
    make_group,
    make_pending_event,
    make_talk,
    make_talk_comment,
    make_user,
    newest,
)
from tests.roles import ROLES, make_role_users

ACCOUNTS = ("You must be logged in to manage accounts", "You must be an admin to manage accounts")
GROUPS = ("You must be logged in to manage groups", "You do not have permission to manage groups")
REASONS = ("You must be logged in to decide about events", "You do not have permission to decide about events")
LOG = ("You must be logged in to read the audit log", "You do not have permission to read the audit log")
APPROVAL = ("You must be logged in to create data", "You are not allowed to approve this event")
PENDING = ("You must be logged in to view pending events", "You don't have permission to view pending events")

# Method, path, body, status of success, roles that may besides admins, and the refusals of others.
ROUTES = [
    ("GET", "/accounts", None, 200, [], ACCOUNTS),
    ("GET", "/users/{user}/roles", None, 200, [], ACCOUNTS),
    ("PUT", "/users/{user}/roles", {"trusted": True}, 204, [], ACCOUNTS),
    ("GET", "/users/{user}/permissions", None, 200, [], ACCOUNTS),
    ("POST", "/users/{user}/permissions", {"permission": "add_event"}, 201, [], ACCOUNTS),
    ("GET", "/groups/{group}/permissions", None, 200, [], ACCOUNTS),
    ("POST", "/groups/{group}/permissions", {"permission": "view_log"}, 201, [], ACCOUNTS),
    ("POST", "/groups/{group}/presets", {"preset": "hr"}, 201, [], ACCOUNTS),
    ("DELETE", "/permissions/{permit}", None, 204, [], ACCOUNTS),
    ("GET", "/groups", None, 200, ["manager"], GROUPS),
    ("POST", "/groups", {"name": "New"}, 201, ["manager"], GROUPS),
    ("GET", "/groups/{group}", None, 200, ["manager"], GROUPS),
    ("PUT", "/groups/{group}", {"name": "New"}, 204, ["manager"], GROUPS),
    ("DELETE", "/groups/{group}", None, 204, ["manager"], GROUPS),
    ("GET", "/groups/{group}/members", None, 200, ["manager"], GROUPS),
    ("POST", "/groups/{group}/members", {"username": "plain"}, 201, ["manager"], GROUPS),
    ("DELETE", "/groups/{group}/members/{user}", None, 204, ["manager"], GROUPS),
    ("GET", "/rejection_reasons", None, 200, ["editor"], REASONS),
    ("POST", "/rejection_reasons", {"title": "New", "text": "Words"}, 201, ["editor"], REASONS),
    ("GET", "/rejection_reasons/{reason}", None, 200, ["editor"], REASONS),
    ("PUT", "/rejection_reasons/{reason}", {"title": "New", "text": "Words"}, 204, ["editor"], REASONS),
    ("DELETE", "/rejection_reasons/{reason}", None, 204, ["editor"], REASONS),
    ("GET", "/audit", None, 200, ["reader"], LOG),
    ("POST", "/events/{pending}/approval", None, 204, ["editor"], APPROVAL),
    ("GET", "/events?filter=pending", None, 200, ["editor"], PENDING),
]


@pytest.fixture
def people(session):
    return make_role_users(session)


@pytest.fixture
def ids(session, people):
    subject = make_user(session, "subject")
    make_event(session, host=people["host"])
    grant_permission(session, subject, "view_log", actor=None)
    kept = newest(session, GrantedPermission)
    return {
        "user": subject.id,
        "permit": kept.id,
        "group": make_group(session, "Kitchen", members=[subject]).id,
        "reason": add_reason(session, title="Off topic", text="Not ours", actor=None).id,
        "pending": make_pending_event(session, host=people["host"]).id,
    }


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route[0]} {route[1]}")
def test_each_route_is_for_its_roles_and_a_refusal_changes_nothing(api, session, count_rows, people, ids, route):
    method, path, body, success_status, allowed_roles, (login_message, refusal) = route
    path = f"/v2.1{path.format(**ids)}"
    client = make_client(session)
    callers = {role: api.signed_in(user, client) for role, user in people.items()} | {"visitor": api}
    refused = [role for role in ROLES if role not in ("visitor", "admin", *allowed_roles)]
    before = count_rows()

    refusals = {role: callers[role].request(method, path, json=body) for role in refused}
    visitor = api.request(method, path, json=body)
    after_refusals = count_rows()
    granted = callers[[*allowed_roles, "admin"][0]].request(method, path, json=body)

    assert (visitor.status_code, visitor.json) in ((401, [login_message]), (400, [login_message]))
    assert {(reply.status_code, *reply.json) for reply in refusals.values()} == {(403, refusal)}
    assert after_refusals == before
    assert granted.status_code == success_status, granted.json
    if method != "GET":
        assert count_rows()["audit_entries"] > before["audit_entries"]


@pytest.fixture
def admin(api, people):
    return api.signed_in(people["admin"])


def test_an_entry_names_surface_client_and_address(api, session, people, ids):
    caller = api.signed_in(people["admin"], make_client(session, name="web2"))

    caller.put(
        f"/v2.1/users/{ids['user']}/roles",
        json={"trusted": True, "reason": "Three <b>good</b> events"},
        headers={"X-Forwarded-For": "198.51.100.9", "Forwarded": "for=198.51.100.9"},
    )

    (shown,) = caller.get("/v2.1/audit?action=user.trust").json["entries"]
    date = shown.pop("date")
    assert date.endswith("+00:00")
    assert shown == {
        "action": "user.trust",
        "actor_username": "admin",
        "actor_uri": f"http://localhost/v2.1/users/{people['admin'].id}",
        "subject_kind": "user",
        "subject_id": ids["user"],
        "subject_name": "subject",
        "reason": "Three good events",
        "changes": {"trusted": [False, True]},
        "surface": "v2_1",
        "client": "web2",
        "address": "127.0.0.1",
    }


def test_roles_are_shown_and_changed(session, admin, ids):
    path = f"/v2.1/users/{ids['user']}/roles"

    replies = [admin.put(path, json={"editor": True, "active": False}), admin.put(path, json={"active": True})]

    assert [reply.status_code for reply in replies] == [204, 204]
    shown = admin.get(path).json
    assert [shown[role] for role in ("admin", "editor", "trusted", "active")] == [False, True, False, True]
    assert shown["roles_uri"] == f"http://localhost{path}"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "You must name at least one role"),
        ({"reason": "just so"}, "You must name at least one role"),
        ({"trusted": "yes"}, "The field 'trusted' must be true or false"),
        ({"trusted": True, "admin": None}, "The field 'admin' must be true or false"),
        ({"trusted": True, "reason": "n" * 201}, "The field 'reason' must not be longer than 200 characters"),
        ({"trusted": True, "reason": ["n"]}, "Expected parameter reason is not a readable string"),
    ],
)
def test_roles_that_make_no_sense_change_nothing(session, admin, ids, body, message):
    before = session.scalar(select(func.count()).select_from(AuditEntry))

    reply = admin.put(f"/v2.1/users/{ids['user']}/roles", json=body)

    assert (reply.status_code, reply.json) == (400, [message])
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before


@pytest.mark.parametrize("roles", [{"admin": False}, {"active": False}])
def test_the_last_admin_cannot_go(api, session, people, roles):
    caller = api.signed_in(people["admin"])

    reply = caller.put(f"/v2.1/users/{people['admin'].id}/roles", json=roles)

    assert (reply.status_code, reply.json) == (400, ["admin is the last admin. Promote another user first"])
    assert (people["admin"].is_admin, people["admin"].is_active) == (True, True)


@pytest.mark.parametrize("path", ["users/999/roles", "users/0/roles", "groups/999", "groups/999/members"])
def test_missing_objects_are_not_found(admin, path):
    assert admin.get(f"/v2.1/{path}").status_code == 404


def test_accounts_are_searched_by_name_address_and_state(session, admin, people, count_statements):
    make_user(session, "gone", is_active=False, email="gone@elsewhere.example")

    def names(query):
        return [each["username"] for each in admin.get(f"/v2.1/accounts?{query}").json["accounts"]]

    assert names("keyword=elsewhere") == ["gone"]
    assert names("state=deactivated") == ["gone"]
    assert (names("state=editor"), names("state=admin")) == (["editor"], ["admin"])
    assert names("keyword=RUST&state=trusted") == ["trusted"]
    assert admin.get("/v2.1/accounts?state=king").status_code == 400
    with count_statements() as three:
        admin.get("/v2.1/accounts?resultsperpage=3")
    with count_statements() as one:
        admin.get("/v2.1/accounts?resultsperpage=1")
    assert len(one) == len(three)


def test_a_group_is_made_filled_renamed_and_dissolved(session, admin, people):
    made = admin.post("/v2.1/groups", json={"name": " <b>Stage</b> "})
    path = made.headers["Location"].removeprefix("http://localhost")
    taken_in = admin.post(f"{path}/members", json={"username": "PLAIN"})
    again = admin.post(f"{path}/members", json={"username": "plain"})
    nobody = admin.post(f"{path}/members", json={"username": "nobody"})
    renamed = admin.put(path, json={"name": "Front of house"})
    taken = admin.put(path, json={"name": "managers"})

    assert (made.status_code, taken_in.status_code, renamed.status_code) == (201, 201, 204)
    assert (again.status_code, again.json) == (400, ["plain is in that group already"])
    assert (nobody.status_code, nobody.json) == (404, ["User not found"])
    assert (taken.status_code, taken.json) == (400, ["A group of that name exists already"])
    (shown,) = admin.get(path).json["groups"]
    assert (shown["name"], shown["members_count"]) == ("Front of house", 1)
    (member,) = admin.get(f"{path}/members").json["members"]
    assert member["membership_uri"] == taken_in.headers["Location"]

    gone = [admin.delete(member["membership_uri"].removeprefix("http://localhost")), admin.delete(path)]

    assert [reply.status_code for reply in gone] == [204, 204]
    assert session.scalars(select(Group.name)).all() == ["Managers"]
    assert session.scalar(select(func.count()).select_from(GroupMember)) == 1
    assert admin.delete(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 400, "There is no permission ''"),
        ({"permission": "fly"}, 400, "There is no permission 'fly'"),
        ({"permission": "view_event", "event_id": 999}, 404, "Event not found"),
        ({"permission": "view_event", "event_id": "x"}, 404, "Event not found"),
        ({"permission": "view_event", "event_id": 1e30}, 404, "Event not found"),
        ({"permission": "view_log", "user_id": 1}, 400, "view_log cannot be given for one user"),
        (
            {"permission": "view_event", "user_id": 1, "event_id": 1},
            400,
            "A permission is for everything or for one thing",
        ),
    ],
)
def test_permissions_that_make_no_sense_are_refused(session, admin, ids, body, status, message):
    before = session.scalar(select(func.count()).select_from(GrantedPermission))

    reply = admin.post(f"/v2.1/groups/{ids['group']}/permissions", json=body)

    assert (reply.status_code, reply.json) == (status, [message])
    assert session.scalar(select(func.count()).select_from(GrantedPermission)) == before


def test_a_permission_for_one_event_is_listed_and_taken_back(session, admin, ids):
    event = make_event(session, "SampleConf")
    path = f"/v2.1/groups/{ids['group']}/permissions"

    replies = [admin.post(path, json={"permission": "view_event", "event_id": event.id}) for _ in range(2)]

    assert [(reply.status_code, reply.headers["Location"]) for reply in replies] == [
        (201, f"http://localhost{path}")
    ] * 2
    (shown,) = admin.get(path).json["permissions"]
    uri = shown.pop("uri")
    assert shown == {
        "permission": "view_event",
        "target_uri": f"http://localhost/v2.1/events/{event.id}",
        "target_name": "SampleConf",
    }
    assert admin.delete(uri.removeprefix("http://localhost")).status_code == 204
    assert admin.get(path).json["permissions"] == []


def test_permissions_for_a_user_and_for_a_group_link_to_their_targets(session, admin, ids):
    user, group = make_user(session, "target", full_name="Tara Target"), make_group(session, "Target group")
    path = f"/v2.1/groups/{ids['group']}/permissions"

    replies = [
        admin.post(path, json={"permission": "view_userprofile", "user_id": user.id}),
        admin.post(path, json={"permission": "publish_event_for_group", "group_id": group.id}),
    ]

    assert [reply.status_code for reply in replies] == [201, 201]
    permissions = admin.get(path).json["permissions"]
    assert sorted((each["permission"], each["target_uri"], each["target_name"]) for each in permissions) == [
        ("publish_event_for_group", f"http://localhost/v2.1/groups/{group.id}", "Target group"),
        ("view_userprofile", f"http://localhost/v2.1/users/{user.id}", "target"),
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"text": "x"}, "The title must have 1 to 100 characters"),
        ({"title": "t"}, "The text must have 1 to 200 characters"),
        ({"title": "t" * 101, "text": "x"}, "The title must have 1 to 100 characters"),
        ({"title": "t", "text": "x" * 201}, "The text must have 1 to 200 characters"),
        ({"title": "OFF topic", "text": "x"}, "A reason of that title exists already"),
    ],
)
def test_reasons_that_make_no_sense_are_refused(session, admin, ids, body, message):
    reply = admin.post("/v2.1/rejection_reasons", json=body)

    assert (reply.status_code, reply.json) == (400, [message])
    assert session.scalars(select(RejectionReason.title)).all() == ["Off topic"]


def test_the_log_is_filtered_and_followed_to_its_end(session, admin, people, ids):
    for is_trusted in (True, False, True):
        admin.put(f"/v2.1/users/{ids['user']}/roles", json={"trusted": is_trusted})
    session.execute(AuditEntry.__table__.delete().where(AuditEntry.surface == "shell"))

    path, seen = f"/v2.1/audit?actor=ADMIN&subject=user:{ids['user']}&since=yesterday&resultsperpage=2", []
    while path:
        answer = admin.get(path).json
        seen.append([entry["action"] for entry in answer["entries"]])
        path = answer["meta"].get("next_page", "").removeprefix("http://localhost")

    assert seen == [["user.trust", "user.distrust"], ["user.trust"]]
    assert admin.get("/v2.1/audit?actor=nobody").json["entries"] == []
    assert admin.get("/v2.1/audit?until=yesterday").json["entries"] == []
    assert len(admin.get("/v2.1/audit?action=user.&resultsperpage=100000").json["entries"]) == 3


def test_keys_that_were_given_out_and_taken_back_stand_in_the_log(api, session, admin, people):
    caller = api.signed_in(people["plain"], make_client(session, is_trusted=True))
    application = {"name": "Badges", "description": "Prints them", "callback_url": "https://badges.example/"}
    made = caller.post("/v2.1/applications", json=application).headers["Location"]
    caller.put(made, json=application | {"callback_url": "https://elsewhere.example/"})
    caller.delete(made)
    token = caller.post("/v2.1/personal_tokens", json={"description": "Doors", "scopes": ["ME_READ"]})
    caller.delete(token.headers["Location"])

    def seen(query):
        return [(each["action"], each["subject_name"]) for each in admin.get(f"/v2.1/audit?{query}").json["entries"]]

    number = made.rpartition("/")[2]
    assert seen(f"subject=application:{number}&actor=plain") == [
        ("application.delete", "Badges"), ("application.edit", "Badges"), ("application.create", "Badges"),
    ]  # fmt: skip
    assert seen("action=token.") == [("token.revoke", "Doors"), ("token.create", "Doors")]
    (edit,) = admin.get("/v2.1/audit?action=application.edit").json["entries"]
    assert edit["changes"] == {"callback_url": ["https://badges.example/", "https://elsewhere.example/"]}
    assert (edit["surface"], edit["actor_username"]) == ("v2_1", "plain")


@pytest.mark.parametrize(
    "query",
    ["subject=User", "subject=user:", "subject=user:x", "since=never", "before=0", "before=x", "resultsperpage=-1"],
)
def test_a_filter_that_makes_no_sense_is_refused(admin, query):
    assert admin.get(f"/v2.1/audit?{query}").status_code == 400


def make_waiting(session, host, number=1):
    """Store an event of ``host`` with that many reports and claims of each kind."""
    event = make_event(session, host=host)
    for _ in range(number):
        talk = make_talk(session, event, speakers=["Ann"])
        make_claim(session, talk, talk.speakers[0], make_user(session))
        reporter = make_user(session)
        comment = make_event_comment(session, event, make_user(session), is_hidden=True)
        session.add(EventCommentReport(comment_id=comment.id, reporter_id=reporter.id, reported_at=NOW))
        comment = make_talk_comment(session, talk, make_user(session), is_hidden=True)
        session.add(TalkCommentReport(comment_id=comment.id, reporter_id=reporter.id, reported_at=NOW))
        secret = make_talk_comment(session, talk, make_user(session), is_hidden=True, is_private=True)
        session.add(TalkCommentReport(comment_id=secret.id, reporter_id=reporter.id, reported_at=NOW))
    session.flush()
    return event


WAITING = [("/event_comments/reported", "reports"), ("/talk_comments/reported", "reports"), ("/claims", "claims")]


@pytest.mark.parametrize(("path", "name"), WAITING)
def test_hosts_see_what_waits_at_their_events_and_admins_all(api, session, people, path, name):
    make_waiting(session, people["host"])
    make_waiting(session, make_user(session), number=2)

    def total(caller):
        answer = caller.get(f"/v2.1{path}").json
        assert answer["meta"]["total"] == len(answer[name])
        return len(answer[name])

    assert api.get(f"/v2.1{path}").status_code == 401
    seen = {role: total(api.signed_in(people[role])) for role in ("plain", "editor", "host", "admin")}
    assert seen == {"plain": 0, "editor": 0, "host": 1, "admin": 3}


@pytest.mark.parametrize(("path", "name"), WAITING)
def test_more_that_waits_costs_no_more(session, admin, people, count_statements, path, name):
    make_waiting(session, people["host"])
    with count_statements() as of_one:
        admin.get(f"/v2.1{path}")
    make_waiting(session, people["host"], number=2)

    with count_statements() as of_three:
        shown = admin.get(f"/v2.1{path}").json

    assert (len(shown[name]), len(of_three)) == (3, len(of_one))
