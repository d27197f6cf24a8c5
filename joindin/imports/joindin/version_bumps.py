"""Moving the versions of events and talks when something that belongs to them came in (``upkeep/versions.py`` sees to the rest)."""

from sqlalchemy import update

from joindin.imports.joindin.bulk_rows import is_among
from joindin.models import Event, Talk


def bump_event_versions(session, entries) -> None:
    """The events that the entries belong to."""
    _touch(session, Event, is_among(session, Event.id, _ids(entries, "event_id")))


def bump_talk_versions(session, entries) -> None:
    """The talks that the entries belong to."""
    _touch(session, Talk, is_among(session, Talk.id, _ids(entries, "talk_id")))


def _ids(entries, column):
    return {entry.columns[column] for entry in entries}


def _touch(session, model, where):
    session.execute(
        update(model).where(where).values(version=model.version + 1).execution_options(synchronize_session=False)
    )
