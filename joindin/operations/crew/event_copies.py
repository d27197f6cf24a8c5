"""Copies of events for the crew, with their shifts but without people."""

import datetime as dt

from sqlalchemy import select

from joindin.errors import NotFound
from joindin.models import Event, GrantedPermission, Group, User
from joindin.models.crew import CrewDetails, Shift
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.audit import log_action
from joindin.operations.crew.events import MSG_NO_SLUG
from joindin.operations.crew.shifts import MSG_NO_EVENT, copy_shift
from joindin.operations.unique_slugs import event_slugs, insert_with_unique_slug
from joindin.queries.crew.signup_facts import get_leader_id


def copy_crew_event(session, event_id: int, *, by: dt.timedelta, actor_id: int, now: dt.datetime) -> Event:
    """Copy an event and its shifts, later by ``by``, as one for the crew alone.

    The copy has the responsibles and the groups of the original; who only participated does not see it. Coupled shifts are
    coupled to the copies of their leaders.

    :raises NotFound: if the event does not exist or has no crew.
    """
    source, details = session.get(Event, event_id), session.get(CrewDetails, event_id)
    if source is None or details is None:
        raise NotFound(MSG_NO_EVENT)
    event = Event(
        name=source.name,
        description=source.description,
        location=source.location,
        starts_at=source.starts_at + by,
        ends_at=source.ends_at + by,
        timezone=source.timezone,
        is_active=True,
        is_pending=None,
        is_private=True,
        submitted_at=now,
    )
    slugs = [*event_slugs(event.name, event.starts_at, event.timezone), f"crew-{now:%Y%m%d%H%M%S%f}"]
    insert_with_unique_slug(session, event, "slug", slugs, message=MSG_NO_SLUG)
    session.add(CrewDetails(event_id=event.id, event_type_id=details.event_type_id, is_draft=details.is_draft))
    session.flush()
    _copy_permissions(session, source, event, session.get_one(User, actor_id))
    _copy_shifts(session, source, event, by)
    log_action(session, "event.create", event, actor=session.get_one(User, actor_id))
    return event


def _copy_permissions(session, source, event, actor):
    granted = session.scalars(
        select(GrantedPermission)
        .where(GrantedPermission.on_event_id == source.id)
        .order_by(GrantedPermission.user_id, GrantedPermission.group_id, GrantedPermission.id)
    ).all()
    responsible_ids = {row.user_id for row in granted if row.permission == "change_event"} | {actor.id}
    pairs = [(User, user_id, name) for user_id in responsible_ids - {None} for name in ("view_event", "change_event")]
    pairs += [(Group, row.group_id, row.permission) for row in granted if row.group_id is not None]
    for model, id_, permission in sorted(pairs, key=lambda pair: (pair[0].__name__, *pair[1:])):
        grant_permission(session, session.get_one(model, id_), permission, event, actor=actor)


def _copy_shifts(session, source, event, by):
    shifts = session.scalars(select(Shift).where(Shift.event_id == source.id).order_by(Shift.id)).all()
    copies = {shift.id: copy_shift(session, shift.id, event.id, by=by) for shift in shifts}
    for shift in shifts:
        leader = copies.get(get_leader_id(shift))
        if leader is not None:
            copies[shift.id].signup_flow_configuration = {
                **shift.signup_flow_configuration,
                "leader_shift_id": leader.id,
            }
    session.flush()
