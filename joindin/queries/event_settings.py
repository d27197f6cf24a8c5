"""Settings of events."""

from collections.abc import Iterable

from sqlalchemy import bindparam, false, select
from sqlalchemy.orm import with_expression

from joindin.models import Event, EventSettings
from joindin.performance.sql.compiled import CompiledStatement

_settings = EventSettings.__table__
_BY_EVENT = CompiledStatement(select(_settings).where(_settings.c.event_id == bindparam("event_id")))

_WITHOUT_FRAMES = CompiledStatement(
    select(_settings.c.event_id).where(
        _settings.c.event_id.in_(bindparam("ids", expanding=True)), _settings.c.is_embed_allowed == false()
    )
)


def _setting(column):
    return select(column).where(EventSettings.event_id == Event.id).correlate(Event).scalar_subquery()


# An option of a statement that loads an event: with this setting, in the same statement.
WITH_PAGE_LANGUAGE = with_expression(Event.page_language, _setting(EventSettings.language))

# Those of the pages of an event, among them the schedule.
WITH_PAGE_SETTINGS = (
    WITH_PAGE_LANGUAGE,
    with_expression(Event.schedule_view, _setting(EventSettings.schedule_view)),
    with_expression(Event.schedule_columns, _setting(EventSettings.schedule_columns)),
)

# A column of a statement that reads events; NULL for an event without settings.
FEEDBACK_ACCESS = _setting(EventSettings.feedback_access).label("feedback_access")


def load_event_settings(connection, event_id: int) -> EventSettings:
    """Return the settings of the event, or the defaults: one statement. The object is not in a session.

    ``connection`` is a session or the request's reader.
    """
    row = connection.execute(_BY_EVENT, {"event_id": event_id}).first()
    return EventSettings.defaults(event_id) if row is None else EventSettings(**row._asdict())


def list_events_without_frames(connection, event_ids: Iterable[int]) -> frozenset[int]:
    """Return the ids of those events that other web sites may not show in a frame: one statement."""
    return frozenset(connection.execute(_WITHOUT_FRAMES, {"ids": list(event_ids)}).scalars())
