"""Administration of event types: for holders of ``manage_event_types``."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, exists, insert, select

from joindin.db.locking import lock_row
from joindin.errors import Conflict, NotFound
from joindin.models import Group, User
from joindin.models.crew import (
    SHOWN_TO_CONFIRMED,
    SHOWN_TO_EVERYONE,
    SHOWN_TO_RESPONSIBLES,
    SHOWN_TO_USERS,
    CrewDetails,
    EventType,
    Qualification,
    event_type_qualifications,
    event_type_responsible_groups,
    event_type_responsible_users,
    event_type_visible_groups,
)
from joindin.operations.audit import log_action
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.fields import require_color, require_line
from joindin.operations.crew.refusals import MSG_NO_CHOICE
from joindin.utils.text import strip_control_chars

MSG_NO_TYPE = "No EventType matches the given query."
MSG_TYPE_IN_USE = "There are events of this type. Give them another type first."


@dataclass(frozen=True)
class EventTypeFields:
    """Ids are those of the qualifications that everyone needs, and of the groups and users that new events get."""

    title: str
    color: str = "#343a40"
    participants_shown_to: int = SHOWN_TO_USERS
    default_description: str = ""
    qualification_ids: Collection[int] = ()
    visible_group_ids: Collection[int] = ()
    responsible_group_ids: Collection[int] = ()
    responsible_user_ids: Collection[int] = ()


def create_event_type(session, fields: EventTypeFields, *, actor: User) -> EventType:
    """:raises InvalidCrewField: if a value is not acceptable."""
    event_type = EventType()
    _set_fields(session, event_type, fields)
    log_action(session, "event_type.create", event_type, actor=actor)
    return event_type


def update_event_type(session, event_type_id: int, fields: EventTypeFields, *, actor: User) -> EventType:
    """Change a type. Groups and users are those of later events; the permissions of present events stay.

    :raises NotFound, InvalidCrewField: as ``create_event_type``.
    """
    event_type = _lock_type(session, event_type_id)
    _set_fields(session, event_type, fields)
    log_action(session, "event_type.edit", event_type, actor=actor)
    return event_type


def delete_event_type(session, event_type_id: int, *, actor: User) -> None:
    """:raises NotFound: if there is no such type.
    :raises Conflict: if there are events of it.
    """
    event_type = _lock_type(session, event_type_id)
    if session.scalar(select(exists().where(CrewDetails.event_type_id == event_type_id))):
        raise Conflict(MSG_TYPE_IN_USE)
    log_action(session, "event_type.delete", event_type, actor=actor)
    session.execute(delete(EventType).where(EventType.id == event_type_id).execution_options(synchronize_session=False))
    session.expunge(event_type)


def _lock_type(session, event_type_id):
    event_type = lock_row(session, EventType, event_type_id)
    if event_type is None:
        raise NotFound(MSG_NO_TYPE)
    return event_type


def _set_fields(session, event_type, fields):
    shown_to = fields.participants_shown_to
    if shown_to not in (SHOWN_TO_USERS, SHOWN_TO_CONFIRMED, SHOWN_TO_RESPONSIBLES, SHOWN_TO_EVERYONE):
        raise InvalidCrewField("show_participant_data", MSG_NO_CHOICE)
    event_type.title, event_type.color = require_line("title", fields.title), require_color("color", fields.color)
    event_type.participants_shown_to = shown_to
    event_type.default_description = strip_control_chars(fields.default_description).strip() or None
    session.add(event_type)
    session.flush()
    for name, table, model, ids in (
        ("qualifications", event_type_qualifications, Qualification, fields.qualification_ids),
        ("visible_for", event_type_visible_groups, Group, fields.visible_group_ids),
        ("responsible_groups", event_type_responsible_groups, Group, fields.responsible_group_ids),
        ("responsible_users", event_type_responsible_users, User, fields.responsible_user_ids),
    ):
        _replace_links(session, event_type, name, table, model, set(ids))


def _replace_links(session, event_type, name, table, model, ids):
    if set(session.scalars(select(model.id).where(model.id.in_(ids)))) != ids:
        raise InvalidCrewField(name, MSG_NO_CHOICE)
    _owner, linked = table.columns
    session.execute(delete(table).where(table.c.event_type_id == event_type.id))
    if ids:
        rows = [{"event_type_id": event_type.id, linked.name: id_} for id_ in sorted(ids)]
        session.execute(insert(table).values(rows))
