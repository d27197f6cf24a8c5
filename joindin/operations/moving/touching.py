"""Moving the versions of events and talks when something outside their own rows came in (``models/events.py``)."""

from sqlalchemy import select, update

from joindin.models import Event, EventHost, Talk, event_tags
from joindin.operations.moving.rows import is_among


def touch_events(session, entries) -> None:
    """The events that the entries belong to."""
    _touch(session, Event, is_among(session, Event.id, _ids(entries, "event_id")))


def touch_talks(session, entries) -> None:
    """The talks that the entries belong to."""
    _touch(session, Talk, is_among(session, Talk.id, _ids(entries, "talk_id")))


def touch_hosted_events(session, users) -> None:
    """The events that show the names of these users."""
    hosting = is_among(session, EventHost.user_id, [user.id for user in users])
    _touch(session, Event, Event.id.in_(select(EventHost.event_id).where(hosting)))


def touch_tagged_events(session, tags) -> None:
    tagged = is_among(session, event_tags.c.tag_id, [tag.id for tag in tags])
    _touch(session, Event, Event.id.in_(select(event_tags.c.event_id).where(tagged)))


def _ids(entries, column):
    return {entry.columns[column] for entry in entries}


def _touch(session, model, where):
    session.execute(
        update(model).where(where).values(version=model.version + 1).execution_options(synchronize_session=False)
    )
