"""Decisions about consequences: the users who may take them."""

import pytest

from joindin.errors import NotFound
from joindin.models.crew import DENIED, GRANT_QUALIFICATION, GRANT_WORKING_HOURS, Consequence
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.queries.crew.consequences import find_decidable_consequence, list_decidable_consequences
from tests.crew_factories import make_crew_event
from tests.factories import make_group, make_user


def make_consequence(session, user, slug, **data):
    consequence = Consequence(slug=slug, user_id=user.id, data=data)
    session.add(consequence)
    session.flush()
    return consequence


def test_hours_by_group_and_qualifications_by_profile_or_event(session, host, count_statements):
    member, stranger = make_user(session), make_user(session)
    group = make_group(session, members=[member])
    event = make_crew_event(session)
    hours = make_consequence(session, member, GRANT_WORKING_HOURS)
    without_group = make_consequence(session, stranger, GRANT_WORKING_HOURS)
    earned = make_consequence(session, member, GRANT_QUALIFICATION, event_id=event.id)
    damaged = make_consequence(session, stranger, GRANT_QUALIFICATION, event_id=10**30)
    permissions = {
        "hours": ("decide_workinghours_for_group", group), "event": ("change_event", event),
        "profile": ("change_userprofile", member), "all profiles": ("change_userprofile", None),
    }  # fmt: skip
    deciders = {name: make_user(session) for name in permissions}
    for name, (permission, target) in permissions.items():
        grant_permission(session, deciders[name], permission, target, actor=None)
    session.commit()

    seen = {name: [each.id for each in list_decidable_consequences(session, user)] for name, user in deciders.items()}
    assert seen == {
        "hours": [hours.id],
        "event": [earned.id],
        "profile": [earned.id],
        "all profiles": [earned.id, damaged.id],
    }
    assert list_decidable_consequences(session, member) == []
    admin = make_user(session, is_admin=True)
    assert list_decidable_consequences(session, admin) == [hours, without_group, earned, damaged]
    earned.state = DENIED
    session.commit()
    with count_statements() as statements:
        assert list_decidable_consequences(session, deciders["event"]) == []
    assert len(statements) <= 4
    assert find_decidable_consequence(session, deciders["event"], earned.id) is earned
    for consequence_id in (hours.id, without_group.id, 999):
        with pytest.raises(NotFound):
            find_decidable_consequence(session, deciders["event"], consequence_id)


def test_own_hours_are_decided_by_another_person_or_an_admin(session):
    decider, admin = make_user(session), make_user(session, is_admin=True)
    grant_permission(session, decider, "decide_workinghours_for_group", actor=None)
    own = [make_consequence(session, user, GRANT_WORKING_HOURS) for user in (decider, admin)]

    assert list_decidable_consequences(session, decider) == [own[1]]
    assert list_decidable_consequences(session, admin) == own
    with pytest.raises(NotFound):
        find_decidable_consequence(session, decider, own[0].id)
