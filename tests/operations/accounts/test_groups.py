"""Groups, what they and people are permitted, and what a viewer makes of it."""

import pytest
from sqlalchemy import func, select

from joindin import permissions
from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.models import PERMISSIONS, PRESETS, GrantedPermission, Group, GroupMember
from joindin.operations.accounts.granted_permissions import grant_permission, grant_preset, revoke_permission
from joindin.operations.accounts.groups import add_member, create_group, delete_group, remove_member, rename_group
from joindin.queries.accounts.granted_permissions import load_permissions
from tests.factories import NOW, make_event, make_group, make_user, newest


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_names_are_unique_in_any_case_and_limited_in_length(session):
    create_group(session, "Kitchen", actor=None, now=NOW)
    stage = create_group(session, "Stage", actor=None, now=NOW)

    for name in ("", "n" * 101):
        with pytest.raises(InvalidInput, match="1 to 100 characters"):
            create_group(session, name, actor=None, now=NOW)
    with pytest.raises(Conflict):
        create_group(session, "KITCHEN", actor=None, now=NOW)
    with pytest.raises(Conflict):
        rename_group(session, stage.id, "kitchen", actor=None)

    assert session.scalars(select(Group.name).order_by(Group.id)).all() == ["Kitchen", "Stage"]


def test_a_user_is_added_to_a_group_once(session):
    group, ada = make_group(session), make_user(session, "ada")
    make_user(session, "gone", is_active=False)

    add_member(session, group.id, username="ADA", actor=None)
    with pytest.raises(Conflict):
        add_member(session, group.id, username="ada", actor=None)
    for nobody in ("nobody", "gone"):
        with pytest.raises(NotFound):
            add_member(session, group.id, username=nobody, actor=None)
    were = count(session, GroupMember)
    for _ in range(2):
        remove_member(session, group.id, ada.id, actor=None)

    assert (were, count(session, GroupMember)) == (1, 0)


def test_deleting_a_group_deletes_its_permissions_and_those_on_it(session):
    group, other, ada = make_group(session), make_group(session), make_user(session)
    add_member(session, group.id, username=ada.username, actor=None)
    grant_permission(session, group, "add_event", actor=None)
    grant_permission(session, other, "publish_event_for_group", group, actor=None)
    grant_permission(session, ada, "view_log", actor=None)

    delete_group(session, group.id, actor=None)

    assert session.scalars(select(GrantedPermission.permission)).all() == ["view_log"]
    assert (count(session, GroupMember), count(session, Group)) == (0, 1)


def test_a_permission_is_granted_once_and_for_objects_of_its_type(session):
    group, event, ada = make_group(session), make_event(session), make_user(session)

    assert grant_permission(session, group, "view_event", event, actor=None) is True
    assert grant_permission(session, group, "view_event", event, actor=None) is False
    assert grant_permission(session, group, "view_event", actor=None) is True
    for permission, thing in (("fly", None), ("view_event", ada), ("add_event", event), ("view_log", group)):
        with pytest.raises(InvalidInput):
            grant_permission(session, group, permission, thing, actor=None)

    assert count(session, GrantedPermission) == 2


def test_a_revoked_permission_is_deleted(session):
    ada = make_user(session)
    grant_permission(session, ada, "view_log", actor=None)
    kept = newest(session, GrantedPermission)

    revoke_permission(session, kept.id, actor=None)

    with pytest.raises(NotFound):
        revoke_permission(session, kept.id, actor=None)
    assert count(session, GrantedPermission) == 0


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_grants_all_its_permissions_for_all_objects(session, preset):
    group = make_group(session)

    grant_preset(session, group, preset, actor=None)

    assert set(session.scalars(select(GrantedPermission.permission))) == set(PRESETS[preset])
    assert (
        session.scalars(select(GrantedPermission.on_event_id).where(GrantedPermission.on_event_id.is_not(None))).all()
        == []
    )
    with pytest.raises(InvalidInput):
        grant_preset(session, group, "kings", actor=None)


def test_presets_contain_existing_permissions():
    assert {permission for preset in PRESETS.values() for permission in preset} <= PERMISSIONS.keys()


# A predicate, its permission, and for which kind of thing.
QUESTIONS = [
    (permissions.can_add_group_event, "add_event", None),
    (permissions.can_view_group_event, "view_event", "event"),
    (permissions.can_change_group_event, "change_event", "event"),
    (permissions.can_delete_group_event, "delete_event", "event"),
    (permissions.can_view_profile, "view_userprofile", "user"),
    (permissions.can_change_profile, "change_userprofile", "user"),
    (permissions.can_publish_for_group, "publish_event_for_group", "group"),
    (permissions.can_decide_working_hours_of_group, "decide_workinghours_for_group", "group"),
    (permissions.can_manage_groups, "manage_groups", None),
    (permissions.can_read_audit_log, "view_log", None),
]
MAKE = {"event": make_event, "user": make_user, "group": make_group}


@pytest.mark.parametrize("way", ["person", "group"])
@pytest.mark.parametrize("is_narrow", [True, False])
@pytest.mark.parametrize(("predicate", "permission", "kind"), QUESTIONS)
def test_a_permission_satisfies_its_predicate_and_no_other(session, predicate, permission, kind, is_narrow, way):
    ada, stranger = make_user(session), make_user(session)
    deactivated = make_user(session, is_active=False)
    admin = make_user(session, is_admin=True)
    group = make_group(session, members=[ada, deactivated])
    this, that = (MAKE[kind](session), MAKE[kind](session)) if kind else (None, None)
    if is_narrow and not kind:
        pytest.skip("only ever for everything")
    others = [other for other in PERMISSIONS if other != permission]
    for other in others:
        grant_permission(session, stranger, other, actor=None)
    holders = [group] if way == "group" else [ada, deactivated]
    for holder in holders:
        grant_permission(session, holder, permission, this if is_narrow else None, actor=None)

    def may(user, thing):
        viewer = load_permissions(session, user, **({f"{kind}s": [this.id, that.id]} if kind else {}))
        return predicate(viewer, thing) if kind else predicate(viewer)

    assert [may(user, this) for user in (ada, admin, stranger, deactivated, None)] == [True, True, False, False, False]
    if kind:
        assert may(ada, that) is not is_narrow


def test_permissions_are_loaded_in_one_statement(session, count_statements):
    ada = make_user(session)
    things = [make_event(session) for _ in range(3)]
    groups = [make_group(session, members=[ada]) for _ in range(3)]
    for group, event in zip(groups, things):
        grant_permission(session, group, "view_event", event, actor=None)
        grant_permission(session, ada, "publish_event_for_group", group, actor=None)

    with count_statements() as seen:
        viewer = load_permissions(
            session, ada, events=[event.id for event in things[:2]], groups=[group.id for group in groups]
        )
    with count_statements() as of_nobody:
        load_permissions(session, None)

    assert (len(seen), len(of_nobody)) == (1, 0)
    assert viewer.permissions == {
        *(("view_event", event.id) for event in things[:2]),
        *(("publish_event_for_group", group.id) for group in groups),
    }
