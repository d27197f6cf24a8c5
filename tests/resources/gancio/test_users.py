"""Users of the Gancio API (contract, section 5)."""

from functools import partial

import pytest
from sqlalchemy import func, select

from joindin.models import PERSONAL, AccessToken, AuditEntry, Event, Mail, MailOptOut, User
from joindin.security.passwords import check_password
from tests.browser_client import make_user_with_password
from tests.concurrency import run_concurrently
from tests.factories import make_event, make_user, newest

PASSWORD = "ann-pass-1234"


def sign_in(gancio, name, password=PASSWORD):
    form = {"username": name, "password": password, "grant_type": "password", "client_id": "self"}
    return gancio().post("/oauth/login", data=form)


def mails(session):
    return [(mail.kind, mail.recipient) for mail in session.scalars(select(Mail).order_by(Mail.id))]


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_a_user_sees_the_own_account(gancio, user):
    reply = gancio(user).get("/api/user")

    registered_at = user.registered_at.strftime("%Y-%m-%dT%H:%M:%S")
    shown = reply.json
    assert reply.status_code == 200
    assert all(shown.pop(name).startswith(registered_at) for name in ("createdAt", "updatedAt"))
    assert shown == {
        "is_admin": False,
        "is_editor": False,
        "id": user.id,
        "settings": [],
        "email": "ann@example.org",
        "description": None,
        "recover_code": "",
        "role": "user",
        "is_active": True,
        "to_notify": True,
    }


def test_a_visitor_has_no_account(gancio):
    reply = gancio().get("/api/user")

    assert (reply.status_code, reply.text) == (403, "Forbidden")


def test_an_admin_lists_all_users_newest_first(gancio, admin, session):
    editor = make_user(session, "ed", is_editor=True)
    waiting = make_user(session, "new", is_active=False, is_verified=False)
    unverified = make_user(session, "half", is_verified=False)

    reply = gancio(admin).get("/api/users")

    assert [(each["id"], each["role"], each["is_active"]) for each in reply.json] == [
        (unverified.id, "user", False),
        (waiting.id, "user", False),
        (editor.id, "editor", True),
        (admin.id, "admin", True),
    ]


def test_the_list_costs_the_same_statements_for_any_number(gancio, admin, session, count_statements):
    client = gancio(admin)
    client.get("/api/users")
    with count_statements() as few:
        client.get("/api/users")
    for number in range(20):
        make_user(session, f"u{number}")
    session.commit()
    with count_statements() as many:
        assert len(client.get("/api/users").json) == 21

    assert len(many) == len(few)


def test_an_admin_creates_an_active_user_who_chooses_a_password_by_mail(gancio, admin, browser, session):
    body = {"email": "ed@example.org", "role": "editor", "description": "I am ed"}
    reply = gancio(admin).post("/api/user", body)

    created = session.scalars(select(User).where(User.email == "ed@example.org")).one()
    assert (reply.status_code, reply.json["id"], reply.json["role"], reply.json["is_active"], reply.json["description"]) == (
        200, created.id, "editor", True, "I am ed"
    )  # fmt: skip
    assert (created.username, created.is_trusted, created.is_verified, created.password_hash) == (
        "ed",
        True,
        True,
        None,
    )
    assert mails(session) == [("account_created", "ed@example.org")]
    assert newest(session, AuditEntry).action == "user.create"
    code = newest(session, Mail).context["token"]
    assert len(code) == 32
    assert code not in reply.text
    assert gancio().post("/api/user/check_recover_code", {"recover_code": code}).json == {"email": "ed@example.org"}

    page = browser.get(f"/user_confirm/{code}")
    browser.send("/accounts/password/new/", {"token": code, "password": "staple battery 7"}, page.location)

    assert page.location == f"/accounts/password/new/?token={code}"
    assert sign_in(gancio, "ed@example.org", "staple battery 7").status_code == 200
    assert gancio().post("/api/user/check_recover_code", {"recover_code": code}).status_code == 400


@pytest.mark.parametrize(
    "arguments",
    [
        {"json": {"newUser": {"email": "n@example.org", "role": "user"}}},
        {"data": {"newUser.email": "n@example.org", "newUser.role": "user"}},
        {"data": {"newUser[email]": "n@example.org"}},
        {"data": {"email": "n@example.org"}},
    ],
)
def test_a_new_user_may_be_nested(gancio, admin, arguments):
    reply = gancio(admin).post("/api/user", **arguments)

    assert (reply.status_code, reply.json["email"], reply.json["role"]) == (200, "n@example.org", "user")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"email": "ANN@example.org"}, "error.email_taken"),
        ({"email": "no address"}, "Invalid email"),
        ({}, "Invalid email"),
        ({"email": "x@example.org", "role": "owner"}, "The role must be admin, editor or user"),
        ({"email": "x@example.org", "role": ["admin", "user"]}, "role must be a text"),
        ({"email": 5}, "email must be a text"),
        ({"email": "x@example.org", "password": "123"}, "Passwords must be at least 6 characters long"),
    ],
)
def test_a_user_who_is_refused_is_not_created(gancio, admin, user, session, count_rows, body, message):
    client = gancio(admin)
    session.commit()
    before = count_rows()

    reply = client.post("/api/user", body)

    assert (reply.status_code, reply.json["errors"][0]["message"]) == (400, message)
    assert count_rows() == before


@pytest.mark.parametrize("is_by_id", [False, True])
def test_an_admin_changes_role_description_address_and_notifications(gancio, admin, user, session, is_by_id):
    body = {"role": "editor", "description": "Likes jazz", "email": "anna@example.org", "to_notify": False}
    client = gancio(admin)
    reply = client.put(f"/api/user/{user.id}", body) if is_by_id else client.put("/api/user", body | {"id": user.id})

    assert (reply.status_code, reply.get_data() == b"") == (200, not is_by_id)
    assert (user.is_editor, user.registration_note, user.email, user.email_proven_at) == (
        True, "Likes jazz", "anna@example.org", None
    )  # fmt: skip
    shown = client.get("/api/users").json[0]
    assert (shown["role"], shown["email"], shown["to_notify"]) == ("editor", "anna@example.org", False)
    assert count(session, MailOptOut) == 1
    assert mails(session) == [("email_changed", "ann@example.org")]

    client.put("/api/user", {"id": user.id, "to_notify": True})

    assert client.get("/api/users").json[0]["to_notify"] is True


def test_fields_that_are_sent_unchanged_change_nothing(gancio, admin, user, session):
    shown = gancio(admin).get("/api/users").json[0]
    before = user.version

    reply = gancio(admin).put("/api/user", shown | {"password": "", "settings": {"a": 1}, "id": str(user.id)})

    session.refresh(user)
    assert reply.status_code == 200
    assert (user.version, user.is_trusted, count(session, AuditEntry), mails(session)) == (before, False, 0, [])


def test_a_password_set_by_an_admin_ends_all_access(gancio, admin, user, session):
    own, client = gancio(user), gancio(admin)

    reply = client.put("/api/user", {"id": user.id, "password": PASSWORD})

    assert (reply.status_code, own.get("/api/user").status_code) == (200, 403)
    assert check_password(PASSWORD, user.password_hash)
    assert newest(session, AuditEntry).action == "user.set_password"
    assert sign_in(gancio, "ann@example.org").status_code == 200


def test_a_deactivated_user_has_no_rights_until_the_next_activation(gancio, admin, session):
    bob = make_user_with_password(session, "bob", is_trusted=False)
    own, client = gancio(bob), gancio(admin)

    assert client.put("/api/user", {"id": bob.id, "is_active": False}).status_code == 200
    assert own.get("/api/user").status_code == 403
    assert sign_in(gancio, "bob@example.org", "correct horse battery").status_code == 403
    assert mails(session) == []

    assert client.put("/api/user", {"id": bob.id, "is_active": True}).status_code == 200
    # The token was suspended, as Gancio's are.
    assert own.get("/api/user").status_code == 200
    assert sign_in(gancio, "bob@example.org", "correct horse battery").status_code == 200
    assert (bob.is_trusted, mails(session)) == (True, [("account_activated", "bob@example.org")])


def test_the_activation_mail_has_a_link_for_users_without_a_password(gancio, admin, session):
    bob = make_user(session, "bob", is_active=False, is_verified=False)

    gancio(admin).put(f"/api/user/{bob.id}", {"is_active": True})

    code = newest(session, Mail).context["token"]
    reply = gancio().post("/api/user/recover_password", {"recover_code": code, "password": PASSWORD})
    assert (reply.status_code, reply.text) == (200, "OK")
    assert sign_in(gancio, "bob@example.org").status_code == 200


@pytest.mark.parametrize("body", [{"is_active": False}, {"role": "user"}])
def test_the_last_admin_stays(gancio, admin, session, body):
    reply = gancio(admin).put("/api/user", body | {"id": admin.id})

    assert (reply.status_code, reply.json["errors"][0]["message"]) == (
        400,
        "boss is the last admin. Promote another user first",
    )
    assert (admin.is_admin, admin.is_active) == (True, True)


def test_an_unknown_user_in_the_address_is_not_found(gancio, admin):
    reply = gancio(admin).put("/api/user/99999", {"role": "user"})

    assert (reply.status_code, reply.json) == (404, {"success": False, "message": "User not found!"})


@pytest.mark.parametrize("user_id", [99999, 0, -1, 2**70, "x", None, [1], True, 1.5])
def test_an_unknown_user_is_not_found(gancio, admin, user_id):
    reply = gancio(admin).put("/api/user", {"id": user_id, "role": "user"})

    assert (reply.status_code, reply.json) == (404, {"success": False, "message": "User not found!"})


@pytest.mark.parametrize(
    "body", [{"is_active": "maybe"}, {"is_active": [True]}, {"role": "x"}, {"email": "no"}, {"email": ""}]
)
def test_a_refused_change_changes_nothing(gancio, admin, user, session, count_rows, body):
    client = gancio(admin)
    session.commit()
    before = count_rows()

    reply = client.put(f"/api/user/{user.id}", {"description": "changed"} | body)

    assert (reply.status_code, user.registration_note, count_rows()) == (400, None, before)


def test_an_admin_deletes_a_user_and_the_events_stay(gancio, admin, user, session):
    event, user_id = make_event(session, host=user), user.id

    reply = gancio(admin).delete(f"/api/user/{user_id}")
    again = gancio(admin).delete(f"/api/user/{user_id}")

    assert (reply.status_code, reply.text) == (200, "OK")
    assert (again.status_code, again.json) == (404, {})
    assert session.get(User, user_id) is None
    assert session.get(Event, event.id) is not None


def test_a_user_deletes_the_own_account(gancio, admin, user, session):
    own, user_id = gancio(user), user.id

    assert (own.delete(f"/api/user/{admin.id}").status_code, own.delete("/api/user").text) == (403, "OK")
    assert own.get("/api/user").status_code == 403
    assert session.get(User, user_id) is None


def test_the_last_admin_cannot_leave(gancio, admin, session):
    assert gancio(admin).delete("/api/user").status_code == 400
    assert session.get(User, admin.id) is not None


@pytest.mark.parametrize(("method", "path"), [("PUT", "/api/user"), ("POST", "/api/user"), ("DELETE", "/api/user")])
def test_a_delegated_token_changes_no_account(gancio, admin, token_for, session, method, path):
    token = token_for(admin)
    newest(session, AccessToken).kind = PERSONAL
    session.commit()

    reply = gancio().request(
        method, path, {"id": admin.id, "email": "x@example.org"}, headers={"Authorization": f"Bearer {token}"}
    )

    assert (reply.status_code, count(session, User)) == (403, 1)


def test_two_admins_who_demote_each_other_leave_one(gancio, admin, session):
    other = make_user(session, "other", is_admin=True)
    pairs = [(gancio(admin), other.id), (gancio(other), admin.id)]

    replies = run_concurrently(
        session, [partial(client.put, "/api/user", {"id": user_id, "role": "user"}) for client, user_id in pairs]
    )

    assert sorted(reply.status_code for reply in replies) in ([200, 400], [200, 403])
    assert sorted([admin.is_admin, other.is_admin]) == [False, True]


def test_simultaneous_changes_of_one_user_are_both_kept(gancio, admin, user, session):
    bodies = [{"role": "editor"}, {"description": "Likes jazz"}, {"password": PASSWORD}, {"to_notify": False}]

    replies = run_concurrently(
        session, [partial(gancio(admin).put, "/api/user", body | {"id": user.id}) for body in bodies]
    )

    assert [reply.status_code for reply in replies] == [200] * 4
    assert (user.is_editor, user.registration_note, count(session, MailOptOut)) == (True, "Likes jazz", 1)
    assert check_password(PASSWORD, user.password_hash)
