"""Creation, change and deletion of events for the crew (spec 4 and 6)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import Conflict, NotFound
from joindin.models import Event, Group, User
from joindin.models.crew import (
    CrewDetails,
    EventType,
    event_type_responsible_groups,
    event_type_responsible_users,
    event_type_visible_groups,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.audit import log_action
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.notifications.events import notify_event_changed
from joindin.operations.crew.shifts import MSG_NO_EVENT, delete_all_shifts, lock_crew_details
from joindin.operations.crew.signup import MSG_BUSY
from joindin.operations.unique_slugs import event_slugs, insert_with_unique_slug
from joindin.queries.accounts.granted_permissions import load_permissions
from joindin.viewer import UserSnapshot

MSG_NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."
MSG_PUBLIC_EVENT = "This event is public. Its hosts change it on its own page."
MSG_HAS_CREW = "This event has a crew already."
MSG_NO_SLUG = "There are too many events of this name. Choose another one."


@dataclass(frozen=True)
class CrewEventFields:
    title: str
    description: str
    location: str
    event_type_id: int


def create_crew_event(
    session,
    creator: UserSnapshot,
    fields: CrewEventFields,
    *,
    now: dt.datetime,
    timezone: str,
    visible_group_ids: Collection[int] | None = None,
) -> Event:
    """Store a draft that is for the crew alone. Its first shift makes it active.

    The creator, and the groups and users of the type, are responsible for it. Without ``visible_group_ids`` it is visible
    for those groups of the type for which the creator publishes, else for all of these.

    :raises InvalidCrewField: if there is no such type, or the creator does not publish for a group.
    """
    event_type = _find_type(session, fields.event_type_id)
    visible = _choose_groups(session, creator, event_type.id, visible_group_ids)
    event = Event(
        name=fields.title,
        description=fields.description,
        location=fields.location,
        starts_at=now,
        ends_at=now,
        timezone=timezone,
        is_active=True,
        is_pending=None,
        is_private=True,
        submitted_at=now,
    )
    slugs = [*event_slugs(fields.title, now, timezone), f"crew-{now:%Y%m%d%H%M%S%f}"]
    insert_with_unique_slug(session, event, "slug", slugs, message=MSG_NO_SLUG)
    actor = session.get_one(User, creator.id)
    _add_details(session, event, event_type, visible, actor)
    log_action(session, "event.create", event, actor=actor)
    return event


def add_crew(
    session,
    event_id: int,
    creator: UserSnapshot,
    *,
    event_type_id: int,
    visible_group_ids: Collection[int] | None = None,
) -> Event:
    """Let a public event have shifts. It is a draft for the crew until its first shift, and stays public.

    Groups and responsible people are those of ``create_crew_event``.

    :raises NotFound: if the event was deleted.
    :raises Conflict: if it has a crew.
    :raises InvalidCrewField: as ``create_crew_event``.
    """
    event = lock_row(session, Event, event_id)
    if event is None:
        raise NotFound(MSG_NO_EVENT)
    if session.get(CrewDetails, event_id) is not None:
        raise Conflict(MSG_HAS_CREW)
    event_type = _find_type(session, event_type_id)
    visible = _choose_groups(session, creator, event_type.id, visible_group_ids)
    actor = session.get_one(User, creator.id)
    _add_details(session, event, event_type, visible, actor)
    log_action(session, "event.add_crew", event, actor=actor)
    return event


def _add_details(session, event, event_type, visible_groups, actor):
    """Make the event one with a crew. The actor, and the people and groups of the type, become responsible for it."""
    session.add(CrewDetails(event_id=event.id, event_type_id=event_type.id))
    session.flush()
    groups, users = event_type_responsible_groups.c, event_type_responsible_users.c
    responsible = [
        actor,
        *session.scalars(select(User).where(User.id.in_(_ids(users.user_id, users, event_type)))).all(),
        *session.scalars(select(Group).where(Group.id.in_(_ids(groups.group_id, groups, event_type)))).all(),
    ]
    for holder in responsible:
        for permission in ("view_event", "change_event"):
            grant_permission(session, holder, permission, event, actor=actor)
    for group in visible_groups:
        grant_permission(session, group, "view_event", event, actor=actor)


def update_crew_event(session, event_id: int, fields: CrewEventFields, *, actor_id: int) -> Event:
    """Change an event. Of a public one only the type changes here. Its people are notified of a new title or location.

    :raises NotFound: if the event has no crew.
    :raises InvalidCrewField: if there is no such type, or another field of a public event would change.
    """
    details, event = lock_crew_details(session, event_id), session.get_one(Event, event_id)
    details.event_type_id = _find_type(session, fields.event_type_id).id
    new = {"name": fields.title, "description": fields.description, "location": fields.location}
    changed = {name: value for name, value in new.items() if (getattr(event, name) or "") != value}
    if changed and not event.is_private:
        raise InvalidCrewField("title" if "name" in changed else next(iter(changed)), MSG_PUBLIC_EVENT)
    old = {"old_title": event.name, "old_location": event.location}
    for name, value in changed.items():
        setattr(event, name, value)
    if changed:
        event.description_html = None if "description" in changed else event.description_html
        log_action(session, "event.edit", event, actor=session.get_one(User, actor_id))
    session.flush()
    notify_event_changed(session, event, **old, actor_id=actor_id)
    return event


def delete_crew_event(session, event_id: int, *, actor_id: int) -> None:
    """Delete an event that is for the crew alone. A public one only loses its crew. Its people are notified.

    :raises NotFound: if the event has no crew.
    :raises Conflict: if the locks are not free in time.
    """

    def remove_shifts():
        lock_crew_details(session, event_id)
        delete_all_shifts(session, event_id, actor_id=actor_id)

    retry_on_lock_timeout(session, remove_shifts, message=MSG_BUSY)
    event = session.get_one(Event, event_id)
    log_action(session, "event.delete", event, actor=session.get_one(User, actor_id))
    model, key = (Event, Event.id) if event.is_private else (CrewDetails, CrewDetails.event_id)
    session.execute(delete(model).where(key == event_id).execution_options(synchronize_session=False))
    session.expire_all()


def _find_type(session, event_type_id):
    event_type = session.get(EventType, event_type_id)
    if event_type is None:
        raise InvalidCrewField("type", MSG_NO_CHOICE)
    return event_type


def _ids(column, table, event_type):
    return select(column).where(table.event_type_id == event_type.id)


def _choose_groups(session, creator, event_type_id, group_ids):
    groups = session.scalars(select(Group).order_by(Group.id)).all()
    viewer = load_permissions(session, creator, groups=[group.id for group in groups])
    publishable = [group for group in groups if viewer.has_permission("publish_event_for_group", group.id)]
    if group_ids is not None:
        if set(group_ids) - {group.id for group in publishable}:
            raise InvalidCrewField("visible_for", MSG_NO_CHOICE)
        return [group for group in publishable if group.id in group_ids]
    table = event_type_visible_groups.c
    defaults = set(session.scalars(select(table.group_id).where(table.event_type_id == event_type_id)))
    return [group for group in publishable if group.id in defaults] or publishable
