"""Lists of the crew from the caches equal those without: totals and rows follow every change that can move them."""

import contextvars
import datetime as dt

import pytest
from sqlalchemy import delete, update

from joindin import create_app
from joindin.extensions import db
from joindin.models import Event, GrantedPermission, GroupMember, User
from joindin.models.crew import (
    REQUESTED,
    USER_DECLINED,
    CrewDetails,
    EventType,
    Participation,
    ParticipationComment,
    Qualification,
    QualificationGrant,
    Shift,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.performance.read_models import rebuild
from tests.crew_factories import (
    grant_qualification,
    make_crew_event,
    make_participation,
    make_participation_comment,
    make_profile,
    make_qualification,
    make_shift,
)
from tests.factories import days_from_now, make_group, make_user

PATHS = (
    "/api/events/",
    "/api/events/?limit=1",
    "/api/events/?search=night",
    "/api/events/?ordering=-title&limit=1&offset=1",
    "/api/shifts/",
    "/api/shifts/?search=gate",
    "/api/users/me/participations/",
    "/api/users/me/participations/?state=1",
    "/api/users/me/",
    "/api/participations/",
)


def setting(model, **values):
    return lambda session, rows: session.execute(
        update(model).where(model.__mapper__.primary_key[0] == rows[model]).values(**values)
    )


def deleting(model):
    return lambda session, rows: session.execute(delete(model).where(model.__mapper__.primary_key[0] == rows[model]))


def comment(session, rows):
    row = session.get(Participation, rows[Participation])
    make_participation_comment(session, row, text="On my way", visibility=1)


CHANGES = {
    "another title": setting(Event, name="Night watch"),
    "another description": setting(Event, description="At the door"),
    "another type": lambda session, rows: session.execute(update(CrewDetails).values(event_type_id=rows["other type"])),
    "another name of the type": setting(EventType, title="Service"),
    "an event that becomes a draft": setting(CrewDetails, is_draft=True),
    "an event that is deleted": deleting(Event),
    "another label": setting(Shift, label="North gate"),
    "another time": setting(Shift, starts_at=days_from_now(1)),
    "other places": setting(Shift, structure_configuration={"maximum_number_of_participants": 3}),
    "a shift that is deleted": deleting(Shift),
    "a new shift": lambda session, rows: make_shift(session, session.get(Event, rows[Event])),
    "a participation that is declined": setting(Participation, state=USER_DECLINED),
    "a participation that is deleted": deleting(Participation),
    "a participation of another person": lambda session, rows: make_participation(
        session, session.get(Shift, rows[Shift]), make_user(session), state=REQUESTED
    ),
    "a comment": comment,
    "another text of a comment": setting(ParticipationComment, text="Late"),
    "another name of the author": setting(User, full_name="Grace Hopper"),
    "a qualification that is withdrawn": deleting(QualificationGrant),
    "another name of a qualification": setting(Qualification, title="Paramedic"),
    "a date of birth": lambda session, rows: make_profile(
        session, session.get(User, rows["viewer"]), date_of_birth=dt.date(2020, 1, 1)
    ),
    "another name of the viewer": lambda session, rows: session.execute(
        update(User).where(User.id == rows["viewer"]).values(full_name="Countess")
    ),
    "a permission that is withdrawn": deleting(GrantedPermission),
    "a new permission": lambda session, rows: grant_permission(
        session, session.get(User, rows["viewer"]), "view_event", session.get(Event, rows["hidden"]), actor=None
    ),
    "a new permission of the group": lambda session, rows: grant_permission(
        session, rows["group"], "view_event", session.get(Event, rows["hidden"]), actor=None
    ),
    "a permission for everything": lambda session, rows: grant_permission(
        session, session.get(User, rows["viewer"]), "view_event", actor=None
    ),
    "a permission to change the event": lambda session, rows: grant_permission(
        session, session.get(User, rows["viewer"]), "change_event", session.get(Event, rows[Event]), actor=None
    ),
    "leaving the group": deleting(GroupMember),
}


@pytest.fixture
def rows(session):
    """Events that the viewer sees, one by a permission of their own and one by their group, and one hidden event."""
    viewer, author = make_user(session, "ada", full_name="Ada"), make_user(session, "grace", full_name="Grace")
    group = make_group(session, members=[viewer])
    event, hidden = make_crew_event(session, "Day"), make_crew_event(session, "Hidden")
    of_group = make_crew_event(session, seen_by=[group])
    grant_permission(session, viewer, "view_event", event, actor=None)
    shift = make_shift(session, event, label="South gate")
    for each in (of_group, hidden):
        make_shift(session, each)
    participation = make_participation(session, shift, viewer)
    remark = make_participation_comment(session, participation, text="Early", visibility=1, author=author)
    make_participation_comment(session, participation, text="Unreliable", visibility=0, author=author)
    qualification = make_qualification(session)
    session.flush()
    details = session.get(CrewDetails, event.id)
    own = session.query(GrantedPermission).filter_by(user_id=viewer.id).one()
    return {
        "viewer": viewer.id,
        "group": group,
        "hidden": hidden.id,
        "other type": session.get(CrewDetails, of_group.id).event_type_id,
        Event: event.id,
        CrewDetails: event.id,
        EventType: details.event_type_id,
        Shift: shift.id,
        Participation: participation.id,
        ParticipationComment: remark.id,
        User: author.id,
        Qualification: qualification.id,
        QualificationGrant: grant_qualification(session, viewer, qualification).id,
        GrantedPermission: own.id,
        GroupMember: session.query(GroupMember).one().id,
    }


@pytest.fixture
def uncached_app(settings, session):
    app = create_app({**settings, "ANSWER_CACHE_BYTES": 0, "FRAGMENT_CACHE_BYTES": 0, "QUERY_CACHE_BYTES": 0})
    yield app
    with app.app_context():
        db.engine.dispose()


def read_all(app, token):
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    replies = [contextvars.Context().run(app.test_client().get, path, headers=headers) for path in PATHS]
    assert [reply.status_code for reply in replies] == [200] * len(PATHS)
    return [reply.json for reply in replies]


@pytest.mark.parametrize("change", CHANGES)
def test_lists_follow_every_change(app, uncached_app, session, token_for, rows, change):
    token = token_for(session.get(User, rows["viewer"]))
    session.commit()
    before = read_all(app, token)
    assert read_all(app, token) == before == read_all(uncached_app, token)

    CHANGES[change](session, rows)
    session.commit()
    after = read_all(app, token)

    assert after != before
    assert after == read_all(uncached_app, token)


def test_totals_are_counted_again_after_a_rebuild(app, session, token_for, rows):
    token = token_for(session.get(User, rows["viewer"]))
    session.commit()
    assert read_all(app, token)[0]["count"] == 2

    rebuild(session.connection())
    session.commit()

    assert read_all(app, token)[0]["count"] == 2
