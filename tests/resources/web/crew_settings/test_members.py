"""Pages for a new member, and for the end of an account."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from joindin.models import AuditEntry, BrowserSession, GroupMember, Mail, User
from joindin.models.crew import CrewProfile, Participation, WaitingListEntry
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, Browser, main_text, make_user_with_password
from tests.crew_factories import let_see, make_crew_event, make_participation, make_shift
from tests.factories import make_group, make_user, newest

PATH, ENGLISH = "/users/", {"Accept-Language": "en"}
EVE = {"full_name": "Eve Elm", "email": "Eve@example.org", "date_of_birth": "1990-05-17", "phone": "+49 30 1"}


@pytest.fixture
def hedy(session):
    hedy = make_user_with_password(session, "hedy", full_name="Hedy Hill")
    for permission in ("view_userprofile", "add_userprofile", "delete_userprofile"):
        grant_permission(session, hedy, permission, actor=None)
    return hedy


@pytest.fixture
def page(app, hedy):
    return Browser(app).sign_in_directly(hedy)


@pytest.fixture
def ada(session):
    return make_user_with_password(session, "ada", full_name="Ada Adams")


def count_users(session):
    return session.scalar(select(func.count()).select_from(User))


def test_member_is_invited_and_chooses_a_password(app, session, page, hedy):
    grant_permission(session, hedy, "manage_groups", actor=None)
    group = make_group(session, "Kitchen")

    reply = page.send(f"{PATH}create/", EVE | {"groups": [group.id]})

    eve, mail = newest(session, User), newest(session, Mail)
    profile = session.get(CrewProfile, eve.id)
    assert (reply.status_code, reply.location) == (302, PATH)
    assert (eve.full_name, eve.email, eve.password_hash, eve.is_trusted) == ("Eve Elm", "Eve@example.org", None, False)
    assert (profile.phone, str(profile.date_of_birth), profile.is_visible) == ("+49 30 1", "1990-05-17", True)
    assert session.scalars(select(GroupMember.group_id).filter_by(user_id=eve.id)).all() == [group.id]
    assert (mail.kind, mail.recipient, mail.context["username"]) == ("member_invited", "Eve@example.org", eve.username)
    choose = f"/accounts/password/new/?token={mail.context['token']}"
    visitor = Browser(app)
    new = {"token": mail.context["token"], "password": "a long new phrase"}
    visitor.send("/accounts/password/new/", new, page=choose)
    session.expire_all()
    assert eve.password_hash is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"full_name": " "}, "Enter a name."),
        ({"full_name": "x" * 201}, "Ensure this field has no more than 200 characters."),
        ({"full_name": "\0"}, "Enter a name."),
        ({"email": "eve"}, "Enter an e-mail address"),
        ({"email": "HEDY@example.org"}, "already associated with another account"),
        ({"email": "x" * 300 + "@example.org"}, "Enter an e-mail address"),
        ({"date_of_birth": "2990-01-01"}, "Enter a day"),
        ({"date_of_birth": "2190-01-01"}, "in the future"),
        ({"phone": "1" * 255}, "no more than 254 characters"),
    ],
)
def test_bad_values_store_nothing(session, page, changes, message):
    reply = page.send(f"{PATH}create/", EVE | changes, headers=ENGLISH)

    assert (reply.status_code, message in main_text(reply), count_users(session)) == (200, True, 1)
    assert session.scalars(select(Mail)).all() == []


def test_groups_are_for_those_who_administer_them(session, page):
    group = make_group(session, "Admins")

    page.send(f"{PATH}create/", EVE | {"groups": [group.id]})

    assert (count_users(session), session.scalars(select(GroupMember)).all()) == (2, [])


def test_page_names_what_depends_on_the_account_and_deletes_it(session, page, ada):
    event = make_crew_event(session, "Congress")
    shift = make_shift(session, event, structure_configuration={"maximum_number_of_participants": 1})
    make_participation(session, shift, ada)
    bob = make_user(session, "bob")
    let_see(session, event, bob)
    session.add(WaitingListEntry(shift_id=shift.id, user_id=bob.id, created_at=shift.starts_at))
    session.commit()
    path, ada_id, bob_id = f"{PATH}{ada.id}/delete/", ada.id, bob.id

    shown = main_text(page.get(path, headers=ENGLISH))
    reply = page.send(path)

    session.expire_all()
    assert "1 confirmed shift to come" in shown
    assert (reply.status_code, reply.location, session.get(User, ada_id)) == (303, PATH, None)
    assert session.scalars(select(Participation.user_id)).all() == [bob_id]
    assert newest(session, AuditEntry).action == "user.delete"


def test_account_is_deactivated_and_activated_again(app, session, page, ada):
    path, own = f"{PATH}{ada.id}/", Browser(app)
    own.sign_in(ada, PASSWORD)

    page.send(f"{path}deactivate/", page=f"{path}delete/")
    refused = (ada.is_active, own.get("/me/shifts/").status_code)
    page.send(f"{path}activate/", page=f"{path}delete/")

    assert refused == (False, 302)
    assert ada.is_active is True


def test_admins_editors_and_oneself_are_guarded(session, page, hedy):
    root, editor = make_user(session, "root", is_admin=True), make_user(session, "edith", is_editor=True)
    statuses = [
        page.send(f"{PATH}{user.id}/{action}/", page="/settings/data/").status_code
        for user in (root, editor)
        for action in ("delete", "deactivate")
    ]

    own = page.send(f"{PATH}{hedy.id}/delete/", page="/settings/data/")

    assert (statuses, own.status_code) == ([403] * 4, 303)
    assert "Another person has to do this." in main_text(page.get(f"{PATH}{hedy.id}/delete/", headers=ENGLISH))
    assert (count_users(session), root.is_active, editor.is_active) == (3, True, True)


def test_old_sign_in_has_to_be_confirmed(app, session, hedy, ada):
    browser = Browser(app).sign_in_directly(hedy)
    newest(session, BrowserSession).authenticated_at = utc_now() - dt.timedelta(hours=1)
    session.commit()

    replies = [browser.get(f"{PATH}{ada.id}/delete/"), browser.send(f"{PATH}{ada.id}/delete/", page="/settings/data/")]

    assert [reply.location.partition("?")[0] for reply in replies] == ["/accounts/confirm/"] * 2
    assert session.get(User, ada.id) is not None


def test_others_may_neither_add_nor_delete_people(app, session, ada):
    browser = Browser(app).sign_in_directly(make_user(session, "zoe"))

    assert browser.get(f"{PATH}create/").status_code == 403
    assert browser.get(f"{PATH}{ada.id}/delete/").status_code == 403
    assert [
        browser.send(f"{PATH}{ada.id}/{action}/", page="/settings/data/").status_code
        for action in ("delete", "deactivate", "activate")
    ] == [403] * 3
