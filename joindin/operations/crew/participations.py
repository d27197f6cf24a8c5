"""Rows of participations: stored with the right to see the event, and copied to coupled shifts.

Needs the lock of the row of the shift.
"""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import delete, select

from joindin.db.locking import lock_row
from joindin.errors import NotFound
from joindin.models import Event, User
from joindin.models.crew import (
    FOR_EVERYONE,
    FOR_PARTICIPANT,
    GETTING_DISPATCHED,
    CrewGuest,
    FederatedUser,
    Participation,
    ParticipationComment,
    Shift,
    WaitingListEntry,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import FEDERATED_USER, GUEST, USER
from joindin.queries.crew.signup_facts import COUPLED, get_leader_id

MSG_NO_SHIFT = "No Shift matches the given query."
PERSON_MODELS = {USER: User, GUEST: CrewGuest, FEDERATED_USER: FederatedUser}
_PERSON_COLUMNS = ("user_id", "guest_id", "federated_user_id", "placeholder_name")


class Comment(NamedTuple):
    text: str
    is_public: bool = False


def lock_person(session, participant: Participant):
    """Lock the row of the person, so that they are confirmed for one shift at a time.

    :raises NotFound: if the person was deleted.
    """
    # Notifications for the person, as the responsible of another shift, must not wait: their sender holds that shift.
    person = lock_row(session, PERSON_MODELS[participant.kind], participant.id, allows_references=True)
    if person is None:
        raise NotFound(MSG_NO_SHIFT)
    return person


def lock_shift(session, shift_id: int) -> Shift:
    """:raises NotFound: if there is no such shift."""
    shift = lock_row(session, Shift, shift_id)
    if shift is None:
        raise NotFound(MSG_NO_SHIFT)
    return shift


def get_participation(session, shift_id: int, participant: Participant) -> Participation | None:
    column = getattr(Participation, participant.column)
    return session.scalar(
        select(Participation)
        .where(Participation.shift_id == shift_id, column == participant.id)
        .execution_options(populate_existing=True)
    )


def store_participation(session, shift: Shift, participation: Participation) -> None:
    """Flush the row, give its user the right to see the event, and copy its state to the coupled shifts.

    A row that is getting dispatched does neither.
    """
    session.add(participation)
    session.flush()
    if participation.state == GETTING_DISPATCHED:
        return
    if participation.user_id is not None:
        event, user = session.get_one(Event, shift.event_id), session.get_one(User, participation.user_id)
        grant_permission(session, user, "view_event", event, actor=None)
        leave_list(session, shift.id, participation.user_id)
    for follower in list_coupled_shifts(session, shift):
        copy_participation(session, lock_shift(session, follower.id), participation)


def list_coupled_shifts(session, leader: Shift) -> list[Shift]:
    """Return the shifts of the event that are coupled to the leader, by id. A coupled shift leads none."""
    if leader.signup_flow_slug == COUPLED:
        return []
    coupled = session.scalars(
        select(Shift).where(Shift.event_id == leader.event_id, Shift.signup_flow_slug == COUPLED).order_by(Shift.id)
    )
    return [shift for shift in coupled if get_leader_id(shift) == leader.id]


def copy_all_participations(session, follower: Shift) -> None:
    """Copy the participations of the leading shift to a coupled one that was created or changed."""
    leader = session.get(Shift, get_leader_id(follower) or 0)
    if leader is None or leader.event_id != follower.event_id or leader.signup_flow_slug == COUPLED:
        return
    rows = session.scalars(select(Participation).where(Participation.shift_id == leader.id).order_by(Participation.id))
    for row in rows.all():
        if row.state != GETTING_DISPATCHED:
            copy_participation(session, follower, row)


def copy_participation(session, follower: Shift, source: Participation) -> None:
    """Give the participant the same state in the coupled shift. Times and structure data are not copied."""
    person = {name: getattr(source, name) for name in _PERSON_COLUMNS if getattr(source, name) is not None}
    copy = session.scalar(
        select(Participation).filter_by(shift_id=follower.id, **person).order_by(Participation.id).limit(1)
    )
    if copy is None:
        copy = Participation(shift_id=follower.id, created_at=source.created_at, **person)
        session.add(copy)
    copy.state = source.state
    session.flush()


def add_comment(session, participation: Participation, comment: Comment | None, now: dt.datetime) -> None:
    """Store a comment of the participant: the responsibles read it, or everyone."""
    if comment is None or not comment.text.strip():
        return
    visibility = FOR_EVERYONE if comment.is_public else FOR_PARTICIPANT
    session.add(
        ParticipationComment(
            participation_id=participation.id, text=comment.text.strip(), visibility=visibility, created_at=now
        )
    )
    session.flush()


def leave_list(session, shift_id: int, user_id: int) -> bool:
    """Remove the user from the waiting list of the shift. Return whether they were on it."""
    entry = WaitingListEntry.__table__.c
    statement = delete(WaitingListEntry).where(entry.shift_id == shift_id, entry.user_id == user_id)
    return session.execute(statement.execution_options(synchronize_session=False)).rowcount > 0
