"""Settings of events."""

from sqlalchemy import select
from sqlalchemy.orm import with_expression

from joindin.models import Event, EventSettings


def _with_setting(attribute, column):
    setting = select(column).where(EventSettings.event_id == Event.id).correlate(Event).scalar_subquery()
    return with_expression(attribute, setting)


# Options of a statement that loads an event: with these settings, in the same statement.
WITH_PAGE_LANGUAGE = _with_setting(Event.page_language, EventSettings.language)
WITH_LICENCE = _with_setting(Event.licence, EventSettings.licence)


def load_event_settings(session, event_id: int) -> EventSettings:
    """Return the settings of the event, or the defaults: one statement. The defaults are not in the session."""
    return session.get(EventSettings, event_id) or EventSettings.defaults(event_id)
