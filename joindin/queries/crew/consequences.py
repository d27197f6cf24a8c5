"""Consequences that a user may decide about (spec 18 and 24.3)."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, select

from joindin.errors import NotFound
from joindin.models import Event, GroupMember, User
from joindin.models.crew import EXECUTED, GRANT_WORKING_HOURS, NEEDS_CONFIRMATION, Consequence, Qualification
from joindin.permissions import can_decide_working_hours
from joindin.queries.accounts.granted_permissions import load_permissions
from joindin.viewer import UserSnapshot

MSG_NO_CONSEQUENCE = "No Consequence matches the given query."
# More open requests are listed when some of these are decided.
MAX_OPEN = 1000


def list_own_consequences(connection, user_id: int, *, limit: int, offset: int) -> tuple[list, int]:
    """Return a page of the user's consequences in any state, newest first, and their number."""
    own = Consequence.__table__.c
    rows = select(*own).where(own.user_id == user_id).order_by(own.id.desc()).limit(limit).offset(offset)
    return connection.execute(rows).all(), connection.scalar(select(func.count()).where(own.user_id == user_id))


def list_decidable_consequences(session, decider: UserSnapshot) -> list[Consequence]:
    """Return the open consequences that the user may confirm or deny, oldest first: three statements."""
    statement = select(Consequence).where(Consequence.state == NEEDS_CONFIRMATION)
    return _filter(session, decider, session.scalars(statement.order_by(Consequence.id).limit(MAX_OPEN)).all())


class DescribedConsequence(NamedTuple):
    """A consequence with the name of its user, and for qualifications their title and the event that grants them."""

    consequence: Consequence
    name: str
    qualification_title: str | None
    event_name: str | None


def describe_consequences(session, consequences: Collection[Consequence]) -> list[DescribedConsequence]:
    """Return the consequences with names: three statements."""
    names = _load_names(
        session,
        User.id,
        func.coalesce(func.nullif(User.full_name, ""), User.username),
        [c.user_id for c in consequences],
    )
    events = _load_names(session, Event.id, Event.name, [_id_in(each, "event_id") for each in consequences])
    titles = _load_names(
        session, Qualification.id, Qualification.title, [_id_in(each, "qualification_id") for each in consequences]
    )
    return [
        DescribedConsequence(
            each,
            names.get(each.user_id, ""),
            titles.get(_id_in(each, "qualification_id")),
            events.get(_id_in(each, "event_id")),
        )
        for each in consequences
    ]


def _load_names(session, row_id, name, ids):
    return dict(session.execute(select(row_id, name).where(row_id.in_(set(ids) - {None}))).all())


def list_hours_requests(session, user_id: int) -> list[Consequence]:
    """Return the requests of a user for working hours that were not executed, newest first: one statement."""
    statement = select(Consequence).where(
        Consequence.user_id == user_id, Consequence.slug == GRANT_WORKING_HOURS, Consequence.state != EXECUTED
    )
    return session.scalars(statement.order_by(Consequence.id.desc()).limit(MAX_OPEN)).all()


def find_decidable_consequence(session, decider: UserSnapshot, consequence_id: int) -> Consequence:
    """Return the consequence in any state. Denied ones can still be confirmed.

    :raises NotFound: if it does not exist, or the user may not decide about it.
    """
    consequence = session.get(Consequence, consequence_id)
    if consequence is None or not _filter(session, decider, [consequence]):
        raise NotFound(MSG_NO_CONSEQUENCE)
    return consequence


def _filter(session, decider: UserSnapshot, consequences: Collection[Consequence]) -> list[Consequence]:
    """Hours are decided by those who may for a group of the user, or for all; qualifications by those who may change the user's profile
    or are responsible for the event. Only admins decide about their own hours.
    """
    user_ids = {each.user_id for each in consequences}
    members = session.execute(
        select(GroupMember.user_id, GroupMember.group_id).where(GroupMember.user_id.in_(user_ids))
    ).all()
    viewer = load_permissions(
        session,
        decider,
        users=user_ids,
        groups={group_id for _user_id, group_id in members},
        events={_id_in(each, "event_id") for each in consequences} - {None},
    )

    def may_decide(consequence):
        if consequence.slug == GRANT_WORKING_HOURS:
            group_ids = [group_id for user_id, group_id in members if user_id == consequence.user_id]
            return can_decide_working_hours(viewer, consequence.user_id, group_ids)
        event_id = _id_in(consequence, "event_id")
        return viewer.has_permission("change_userprofile", consequence.user_id) or (
            event_id is not None and viewer.has_permission("change_event", event_id)
        )

    return [each for each in consequences if may_decide(each)]


def _id_in(consequence, name):
    value = consequence.data.get(name) if isinstance(consequence.data, dict) else None
    is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
    return value if is_id else None
