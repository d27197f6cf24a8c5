"""Settings of an event."""

from collections.abc import Mapping

from joindin.db.locking import lock_row
from joindin.errors import NotFound
from joindin.models import Event, EventSettings
from joindin.operations.audit import log_action
from joindin.operations.events import bump_event_versions
from joindin.viewer import UserSnapshot

COLUMNS_OF_EVENT = ("day_starts_at",)


def edit_event_settings(session, event_id: int, values: Mapping[str, object], *, actor: UserSnapshot) -> None:
    """Set columns of the settings of an event, or ``day_starts_at`` of the event; the first time a row is added.

    :raises NotFound: if the event was deleted since it was loaded.
    """
    event = lock_row(session, Event, event_id)
    if event is None:
        raise NotFound("Event not found")
    settings = _load_or_add(session, event_id)
    rows = {name: event if name in COLUMNS_OF_EVENT else settings for name in values}
    changes = {name: [getattr(rows[name], name), value] for name, value in values.items()}
    changes = {name: change for name, change in changes.items() if change[0] != change[1]}
    for name, (_, value) in changes.items():
        setattr(rows[name], name, value)
    session.flush()
    if changes:
        log_action(session, "event.settings", event, actor=actor, changes=changes)
        bump_event_versions(session, event_id)


def set_event_settings(session, event: Event, values: Mapping[str, object]) -> None:
    """Set columns of the settings of an event whose row is locked, as a part of another change."""
    settings = _load_or_add(session, event.id)
    for name, value in values.items():
        setattr(settings, name, value)
    session.flush()


def _load_or_add(session, event_id):
    settings = session.get(EventSettings, event_id, populate_existing=True)
    if settings is None:
        settings = EventSettings.defaults(event_id)
        session.add(settings)
    return settings
