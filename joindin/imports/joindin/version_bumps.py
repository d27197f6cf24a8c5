"""Row version bumps of events and talks whose dependent rows were imported.

Triggers bump the versions for all other changes (``performance/read_models/row_versions.py``).
"""

from sqlalchemy import update

from joindin.imports.joindin.bulk_rows import is_among
from joindin.models import Event, Talk


def bump_event_versions(session, records) -> None:
    """Bump the versions of the events that the records belong to."""
    _bump(session, Event, is_among(session, Event.id, _ids(records, "event_id")))


def bump_talk_versions(session, records) -> None:
    """Bump the versions of the talks that the records belong to."""
    _bump(session, Talk, is_among(session, Talk.id, _ids(records, "talk_id")))


def _ids(records, column):
    return {record.columns[column] for record in records}


def _bump(session, model, where):
    session.execute(
        update(model).where(where).values(version=model.version + 1).execution_options(synchronize_session=False)
    )
