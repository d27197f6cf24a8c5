"""Predicates of permissions by role: the table of who can do what."""

from types import SimpleNamespace

import pytest

from joindin import permissions
from joindin.viewer import ANONYMOUS, UserSnapshot, Viewer

EVENT = SimpleNamespace(id=3, is_visible=True, is_private=False, is_active=True, is_pending=False)
PENDING = SimpleNamespace(id=3, is_visible=False, is_private=False, is_active=False, is_pending=True)
PRIVATE = SimpleNamespace(id=3, is_visible=True, is_private=True, is_active=True, is_pending=False)
TALK = SimpleNamespace(id=42, event_id=3)
GROUP = SimpleNamespace(id=5)
CLIENT = SimpleNamespace(id=6, is_first_party=True)
OTHER = SimpleNamespace(id=8)


def snapshot(**roles):
    flags = {"is_active": True, "is_admin": False, "is_editor": False, "is_trusted": False}
    return UserSnapshot(id=7, username="ada", full_name=None, email=None, **(flags | roles))


VIEWERS = {
    "visitor": ANONYMOUS,
    "user": Viewer(snapshot()),
    "trusted": Viewer(snapshot(is_trusted=True)),
    "speaker": Viewer(snapshot(), speaking=frozenset({42})),
    "host": Viewer(snapshot(), hosting=frozenset({3})),
    "host of another": Viewer(snapshot(), hosting=frozenset({4}), speaking=frozenset({41})),
    "editor": Viewer(snapshot(is_editor=True)),
    "deactivated editor": Viewer(snapshot(is_editor=True, is_active=False)),
    "deactivated admin": Viewer(snapshot(is_admin=True, is_active=False)),
    "admin": Viewer(snapshot(is_admin=True)),
}
PREDICATES = {
    "can_see_event": (EVENT, set(VIEWERS)),
    "can_see_hidden_talks": (EVENT, {"host", "editor", "admin"}),
    "can_see_parts_of_event": (EVENT, set(VIEWERS)),
    "can_see_agenda_event": (EVENT, set(VIEWERS)),
    "can_edit_agenda_event": (EVENT, {"host", "editor", "admin"}),
    "can_confirm_agenda_event": (EVENT, {"editor", "admin"}),
    "is_host": (EVENT, {"host"}),
    "can_edit_event": (EVENT, {"host", "admin"}),
    "can_manage_talk": (TALK, {"host", "admin"}),
    "can_edit_talk": (TALK, {"host", "speaker", "admin"}),
    "can_review_event": (EVENT, {"editor", "admin"}),
    "can_list_pending_events": (None, {"editor", "admin"}),
    "can_moderate_event": (3, {"host", "admin"}),
    "can_moderate_all": (None, {"admin"}),
    "can_reveal_author": (None, {"admin"}),
    "can_manage_rejection_reasons": (None, {"editor", "admin"}),
    "is_own_account": (OTHER, set()),
    "can_edit_user": (OTHER, {"admin"}),
    "can_administer_users": (None, {"admin"}),
    "can_administer_site": (None, {"admin"}),
    "can_moderate_agenda": (None, {"editor", "admin"}),
    "can_read_audit_log": (None, {"admin"}),
    "can_manage_groups": (None, {"admin"}),
    "can_administer_applications": (None, {"admin"}),
    "can_administer_application": (CLIENT, {"admin"}),
    "can_see_email": (OTHER, {"admin"}),
    "can_add_group_event": (None, {"admin"}),
    "can_view_group_event": (EVENT, {"admin"}),
    "can_change_group_event": (EVENT, {"admin"}),
    "can_delete_group_event": (EVENT, {"admin"}),
    "can_view_profile": (OTHER, {"admin"}),
    "can_change_profile": (OTHER, {"admin"}),
    "can_publish_for_group": (GROUP, {"admin"}),
    "can_decide_working_hours_of_group": (GROUP, {"admin"}),
    "can_decide_working_hours": (8, {"admin"}),
}
GRANTED = {
    "can_read_audit_log": "view_log",
    "can_manage_groups": "manage_groups",
    "can_administer_applications": "manage_applications",
    "can_add_group_event": "add_event",
    "can_view_group_event": "view_event",
    "can_change_group_event": "change_event",
    "can_delete_group_event": "delete_event",
    "can_view_profile": "view_userprofile",
    "can_change_profile": "change_userprofile",
    "can_publish_for_group": "publish_event_for_group",
    "can_decide_working_hours_of_group": "decide_workinghours_for_group",
}


def allowed(name, viewer):
    subject = PREDICATES[name][0]
    return getattr(permissions, name)(viewer, *([] if subject is None else [subject]))


@pytest.mark.parametrize("name", PREDICATES)
def test_a_predicate_holds_for_these_viewers_only(name):
    assert {role for role, viewer in VIEWERS.items() if allowed(name, viewer)} == PREDICATES[name][1]


def test_every_predicate_is_in_the_table():
    predicates = {name for name in vars(permissions) if name.startswith(("can_", "is_"))}

    assert predicates - {"is_rejected", "is_confirmed", "is_auto_approved"} == PREDICATES.keys()


@pytest.mark.parametrize("name", GRANTED)
def test_a_granted_permission_counts_for_its_object(name):
    subject = PREDICATES[name][0]

    def viewer(permission, object_id, **roles):
        return Viewer(snapshot(**roles), permissions=frozenset({(permission, object_id)}))

    assert allowed(name, viewer(GRANTED[name], None))
    assert allowed(name, viewer(GRANTED[name], subject.id)) if subject else True
    assert not allowed(name, viewer(GRANTED[name], 99))
    assert not allowed(name, viewer("another", None))
    assert not allowed(name, viewer(GRANTED[name], None, is_active=False))


@pytest.mark.parametrize(("event", "roles"), [(PENDING, {"host", "editor", "admin"}), (PRIVATE, set())])
def test_an_event_that_is_not_public_is_seen_by_these_viewers_only(event, roles):
    assert {role for role, viewer in VIEWERS.items() if permissions.can_see_event(viewer, event)} == roles


@pytest.mark.parametrize(("event", "roles"), [(PENDING, {"host", "editor", "admin"}), (PRIVATE, {"host", "admin"})])
def test_what_belongs_to_an_event_that_is_not_public_is_seen_by_these_viewers_only(event, roles):
    assert {role for role, viewer in VIEWERS.items() if permissions.can_see_parts_of_event(viewer, event)} == roles


def test_only_admins_decide_about_their_own_working_hours():
    permission = frozenset({("decide_workinghours_for_group", 5)})
    decider, admin = Viewer(snapshot(), permissions=permission), Viewer(snapshot(is_admin=True))

    own, of_another = (
        [permissions.can_decide_working_hours(viewer, user_id, [5]) for viewer in (decider, admin)]
        for user_id in (7, 8)
    )

    assert (own, of_another) == ([False, True], [True, True])


def test_users_edit_themselves():
    own = SimpleNamespace(id=7)

    assert {role for role, viewer in VIEWERS.items() if permissions.can_edit_user(viewer, own)} == set(VIEWERS) - {
        "visitor"
    }


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ({}, False),
        ({"is_editor": True}, False),
        ({"is_trusted": True}, True),
        ({"is_admin": True}, True),
        ({"is_admin": True, "is_active": False}, False),
    ],
)
def test_events_of_trusted_users_and_admins_are_approved_at_once(roles, expected):
    assert permissions.is_auto_approved(snapshot(**roles)) is expected


@pytest.mark.parametrize(
    ("is_active", "is_pending", "expected"),
    [(True, False, False), (True, True, False), (False, True, False), (False, False, True), (False, None, False)],
)
def test_a_rejected_event_is_neither_live_nor_pending(is_active, is_pending, expected):
    assert permissions.is_rejected(SimpleNamespace(is_active=is_active, is_pending=is_pending)) is expected
