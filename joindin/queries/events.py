"""Single events, and the lists that are not filtered (those are in ``event_lists``)."""

from functools import lru_cache, partial

from sqlalchemy import bindparam, func, select, true
from sqlalchemy.orm import joinedload, selectinload

from joindin.errors import NotFound
from joindin.models import Event, EventHost, EventImage, User
from joindin.permissions import can_see_event
from joindin.queries.event_visibility import (
    ListByViewer,
    load_event_key,
    load_event_key_by_slug,
    load_event_key_by_stub,
    load_series_key_by_slug,
)
from joindin.queries.keyed_lists import KeyedList
from joindin.queries.paging import Page, Paging, paginate
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.viewer import UserSnapshot, Viewer

MAX_WAITING_SHOWN = 20

# Everything that any representation reads.
EAGER_LOADS = (
    selectinload(Event.tags),
    selectinload(Event.images),
    selectinload(Event.hosts).joinedload(EventHost.user),
)


def find_event(session, event_id: int, user) -> tuple[Event, Viewer]:
    """Return the event and the viewer with their relations to it.

    :raises NotFound: if there is none, or ``user`` may not see it.
    """
    event = session.get(Event, event_id)
    viewer = load_viewer_for_events(session, user, [event_id])
    if event is None or not can_see_event(viewer, event):
        raise NotFound("Event not found")
    return event, viewer


def find_event_key(connection, event_id: int, user):
    """Return the key of an event and the viewer with their relations to it: one statement.

    :raises NotFound: if there is none, or ``user`` may not see it.
    """
    key, viewer = load_event_key(connection, event_id, user)
    if key is None or not can_see_event(viewer, key):
        raise NotFound("Event not found")
    return key, viewer


def find_event_by_slug(session, slug: str, options=EAGER_LOADS) -> Event:
    """Return the visible event with that slug, by default with everything that any representation reads.

    :raises NotFound: if there is none.
    """
    event = session.scalar(_visible_by_slug(options), {"slug": slug})
    if event is None:
        raise NotFound("Event not found")
    return event


def find_unpublished_event(session, slug: str, user: UserSnapshot | None, options=()) -> Event:
    """Return the event with that slug, in any state but private, if ``user`` hosts or reviews it.

    One statement if there is no such event, the same for one that the user may not see; none for visitors.

    :raises NotFound: in both cases.
    """
    return _find_unpublished(session, load_event_key_by_slug, slug, user, options)


def find_unpublished_series(session, slug: str, user: UserSnapshot | None, options=()) -> Event:
    """As :func:`find_unpublished_event`, for the parent of a series."""
    return _find_unpublished(session, load_series_key_by_slug, slug, user, options)


def find_event_by_stub(session, stub: str, user: UserSnapshot | None) -> Event:
    """Return the visible event with that short name, compared without case, or as :func:`find_unpublished_event`.

    :raises NotFound: if there is none.
    """
    by_stub = func.lower(Event.stub) == stub.lower()
    event = session.scalar(select(Event).where(by_stub, Event.is_visible == true()))
    return event or _find_unpublished(session, load_event_key_by_stub, stub, user, ())


def _find_unpublished(session, load_key, name, user, options):
    if user is not None:
        key, viewer = load_key(session, name, user)
        if key is not None and can_see_event(viewer, key):
            return session.scalar(select(Event).where(Event.id == key.id).options(*options))
    raise NotFound("Event not found")


def load_events(session, event_ids) -> dict[int, Event]:
    """Return the events by id, with everything that any representation reads: four statements."""
    statement = (
        select(Event)
        .where(Event.id.in_(list(event_ids)))
        .options(*EAGER_LOADS)
        .execution_options(populate_existing=True)
    )
    return {event.id: event for event in session.scalars(statement)}


def list_hosted_events(connection, user_id: int, paging: Paging, viewer: UserSnapshot | None = None) -> Page:
    """Return keys of the events that a user hosts, newest first.

    Their other hosts, editors and admins also see those that are not public; the original shows them to everyone.
    """
    return _HOSTED.page(connection, paging, viewer, user_id=user_id)


def list_attended_events(connection, user_id: int, paging: Paging) -> Page:
    """Return keys of the public events that a user attends, newest first."""
    return _ATTENDED.page(connection, paging, user_id=user_id)


def list_attended_events_with_name(connection, user_id: int, paging: Paging) -> Page:
    """As :func:`list_attended_events`, for the events in whose lists of attendees the user agreed to be."""
    return _ATTENDED_WITH_NAME.page(connection, paging, user_id=user_id)


def _events_linked_by(table, condition, of_link="true"):
    links = f"SELECT event_id FROM {table} WHERE user_id = :user_id AND {of_link}"
    found = f"events WHERE id IN ({links}) AND {condition}"
    total = f"(SELECT count(*) FROM {found})"
    rows = f"SELECT id, version, is_pending, {total} AS total FROM {found} ORDER BY starts_at DESC, id DESC {{slice}}"
    return KeyedList(rows, total)


_HOSTED = ListByViewer(partial(_events_linked_by, "event_hosts"))
_ATTENDED = _events_linked_by("attendances", "is_visible")
_ATTENDED_WITH_NAME = _events_linked_by("attendances", "is_visible", "is_listed")


def list_hosts(session, event_id: int, paging: Paging) -> Page:
    """Return hosts with their users, by full name; the caller has checked the access to the event."""
    hosts = select(EventHost).join(EventHost.user).where(EventHost.event_id == event_id)
    return paginate(session, hosts.order_by(User.full_name_key, EventHost.id), paging, joinedload(EventHost.user))


def list_images(session, event_id: int) -> list[EventImage]:
    return session.scalars(select(EventImage).where(EventImage.event_id == event_id).order_by(EventImage.id)).all()


def count_pending_events(session, host_id: int | None = None) -> int:
    """Return the number of events that wait for approval, of all or of one host without the dates that their series skip."""
    waiting = select(func.count()).select_from(Event).where(Event.is_pending == true())
    if host_id is not None:
        waiting = waiting.where(_by_link(EventHost, host_id), Event.parent_id.is_(None))
    return session.scalar(waiting)


def list_waiting_events(session, host_id: int) -> list[Event]:
    """Return the events of a host that wait for approval, as :func:`count_pending_events` counts them, oldest first."""
    waiting = select(Event).where(Event.is_pending == true(), _by_link(EventHost, host_id), Event.parent_id.is_(None))
    return session.scalars(waiting.order_by(Event.submitted_at, Event.id).limit(MAX_WAITING_SHOWN)).all()


@lru_cache(maxsize=16)
def _visible_by_slug(options):
    """Return a statement that is built once: building it takes as long as executing it."""
    return select(Event).where(Event.slug == bindparam("slug"), Event.is_visible == true()).options(*options)


def _by_link(model, user_id):
    return Event.id.in_(select(model.event_id).where(model.user_id == user_id))
