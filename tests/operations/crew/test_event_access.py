"""Changes of who sees an event and is responsible for it, of drafts, and of the link for guests."""

import pytest
from sqlalchemy import select

from joindin.errors import Conflict
from joindin.models import GrantedPermission
from joindin.models.crew import CrewDetails, EventGuestShare
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.event_access import set_event_draft, set_event_holders
from joindin.operations.crew.guest_shares import set_guest_share
from tests.crew_factories import make_crew_event, make_participation, make_shift
from tests.factories import make_group, make_user


@pytest.fixture
def planner(session):
    return make_user(session, "paula")


@pytest.fixture
def groups(session, planner):
    """Groups for which the planner publishes, and one for which others do."""
    own, other = make_group(session, "Own"), make_group(session, "Other")
    grant_permission(session, planner, "publish_event_for_group", own, actor=None)
    return own, other


def holders(session, event):
    rows = session.execute(
        select(GrantedPermission.user_id, GrantedPermission.group_id, GrantedPermission.permission).where(
            GrantedPermission.on_event_id == event.id
        )
    )
    return {(row.user_id or -row.group_id, row.permission) for row in rows}


def test_planner_sets_groups_and_responsibles(session, planner, groups):
    own, other = groups
    event = make_crew_event(session, changed_by=[planner], seen_by=[other])
    ben = make_user(session)

    set_event_holders(
        session,
        event.id,
        visible_group_ids=[own.id],
        responsible_group_ids=[],
        responsible_user_ids=[planner.id, ben.id],
        actor=planner,
    )

    assert holders(session, event) == {
        *((user.id, name) for user in (planner, ben) for name in ("view_event", "change_event")),
        *((-group.id, "view_event") for group in groups),
    }
    set_event_holders(session, event.id, visible_group_ids=[], responsible_group_ids=[own.id], actor=planner)
    assert {pair for pair in holders(session, event) if pair[0] < 0} == {
        (-own.id, "view_event"), (-own.id, "change_event"), (-other.id, "view_event")
    }  # fmt: skip


def test_former_responsibles_who_take_part_still_see_the_event(session, planner):
    ben, carl, dora = make_user(session), make_user(session), make_user(session)
    event = make_crew_event(session, changed_by=[planner, ben, carl], seen_by=[dora])
    make_participation(session, make_shift(session, event), ben)

    set_event_holders(session, event.id, responsible_user_ids=[planner.id], actor=planner)

    assert holders(session, event) == {
        (planner.id, "view_event"), (planner.id, "change_event"), (ben.id, "view_event"), (dora.id, "view_event")
    }  # fmt: skip


@pytest.mark.parametrize("field", ["visible_for", "responsible_groups", "responsible_users"])
def test_unknown_and_foreign_holders_are_refused(session, planner, groups, field):
    event = make_crew_event(session, changed_by=[planner])
    before = holders(session, event)
    values = {
        "visible_for": {"visible_group_ids": [groups[1].id]},
        "responsible_groups": {"responsible_group_ids": [999_999]},
        "responsible_users": {"responsible_user_ids": [999_999]},
    }

    with pytest.raises(InvalidCrewField) as error:
        set_event_holders(session, event.id, **values[field], actor=planner)

    assert (error.value.field, holders(session, event)) == (field, before)


def test_event_without_shifts_stays_a_draft(session, planner):
    event = make_crew_event(session, is_draft=True)
    with pytest.raises(Conflict):
        set_event_draft(session, event.id, False, actor=planner)
    make_shift(session, event)

    for is_draft in (False, True):
        set_event_draft(session, event.id, is_draft, actor=planner)
        assert session.get(CrewDetails, event.id).is_draft is is_draft


def test_link_for_guests_is_switched_and_made_again(session, planner):
    event = make_crew_event(session)

    def state():
        share = session.get(EventGuestShare, event.id)
        return share.token, share.is_active

    set_guest_share(session, event.id, True, actor=planner)
    token, is_active = state()
    assert is_active
    set_guest_share(session, event.id, False, actor=planner)
    assert state() == (token, False)
    set_guest_share(session, event.id, True, actor=planner, resets=True)
    assert state()[0] != token
