"""Types of events, and what a new event of a type starts with."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from joindin.errors import NotFound
from joindin.models.crew import (
    EventType,
    Qualification,
    event_type_qualifications,
    event_type_responsible_groups,
    event_type_responsible_users,
    event_type_visible_groups,
)

MSG_NO_TYPE = "Event type not found"


class TypeLinks(NamedTuple):
    """Ids of the qualifications that everyone needs, and of the groups and users of new events."""

    qualification_ids: frozenset[int]
    visible_group_ids: frozenset[int]
    responsible_group_ids: frozenset[int]
    responsible_user_ids: frozenset[int]


def list_event_types(session) -> Sequence[EventType]:
    return session.scalars(select(EventType).order_by(EventType.title, EventType.id)).all()


def list_qualification_titles(session) -> Sequence[tuple[int, str]]:
    return session.execute(
        select(Qualification.id, Qualification.title).order_by(Qualification.title, Qualification.id)
    ).all()


def find_event_type(session, event_type_id: int) -> EventType:
    """:raises NotFound: if there is no such type."""
    event_type = session.get(EventType, event_type_id)
    if event_type is None:
        raise NotFound(MSG_NO_TYPE)
    return event_type


def load_type_links(session, event_type_id: int) -> TypeLinks:
    """Return the links of a type: four statements."""
    return TypeLinks(
        *(
            frozenset(session.scalars(select(column).where(table.c.event_type_id == event_type_id)))
            for table, column in (
                (event_type_qualifications, event_type_qualifications.c.qualification_id),
                (event_type_visible_groups, event_type_visible_groups.c.group_id),
                (event_type_responsible_groups, event_type_responsible_groups.c.group_id),
                (event_type_responsible_users, event_type_responsible_users.c.user_id),
            )
        )
    )
