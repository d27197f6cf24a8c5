"""Editing and deletion of events through the agenda."""

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import NotFound
from joindin.models import Event
from joindin.operations.agenda.anonymous_submissions import end_anonymous_submission
from joindin.operations.agenda.event_fields import AgendaFields, set_columns, set_parts
from joindin.operations.agenda.flyers import remove_event_flyer
from joindin.operations.agenda.plain_edits import update_rule
from joindin.operations.agenda.series import create_next_occurrence, exclude_occurrence
from joindin.operations.agenda.venue_plans import remove_venue_plan
from joindin.operations.audit import log_action
from joindin.operations.crew.shifts import delete_all_shifts
from joindin.operations.crew.signup import MSG_BUSY
from joindin.operations.events import UNCHANGED
from joindin.operations.outbox import enqueue_mail
from joindin.viewer import UserSnapshot

if TYPE_CHECKING:
    from joindin.operations.agenda.flyers import FlyerStore

MSG_NOT_FOUND = "Not Found"


def lock_event(session, event_id: int) -> Event:
    """Return the event, locked, and before it its series.

    :raises NotFound: if it does not exist.
    """
    parent_id = session.scalar(select(Event.parent_id).where(Event.id == event_id))
    if parent_id is not None:
        lock_row(session, Event, parent_id)
    event = lock_row(session, Event, event_id)
    if event is None:
        raise NotFound(MSG_NOT_FOUND)
    return event


def edit_agenda_event(session, event_id: int, fields: AgendaFields, *, files: "FlyerStore", now: dt.datetime) -> Event:
    """Change the fields that ``fields`` has. Slug, state and owner stay.

    :raises InvalidInput: if the event would end before it starts, or if its place does not exist.
    :raises NotFound: if the event does not exist.
    """
    event = lock_event(session, event_id)
    change_event(session, event, fields, files=files, now=now)
    if event.is_series:
        create_next_occurrence(session, event.id, now=now)
    return event


def change_event(session, event: Event, fields: AgendaFields, *, files: "FlyerStore", now: dt.datetime) -> None:
    """Set the fields of an event that the caller has locked. A series counts from the new start of its parent."""
    start = event.starts_at
    set_columns(session, event, fields, now=now)
    session.flush()
    set_parts(session, event, fields, files=files)
    if event.is_series and fields.recurrence is UNCHANGED and event.starts_at != start:
        update_rule(session, event)


def delete_event(session, event_id: int, *, actor: UserSnapshot, files: "FlyerStore") -> None:
    """Delete the event with everything that belongs to it. The occurrences of a series become events of their own.

    The sender of a pending event without an account is notified, as of a rejection; so are the people of its shifts.

    :raises NotFound: if the event does not exist.
    :raises Conflict: if the locks of other shifts are not free in time.
    """

    def remove_shifts():
        lock_event(session, event_id)
        delete_all_shifts(session, event_id, actor_id=actor.id)

    retry_on_lock_timeout(session, remove_shifts, message=MSG_BUSY)
    event = lock_event(session, event_id)
    if event.parent_id is not None:
        exclude_occurrence(session, event)
    log_action(session, "event.delete", event, actor=actor)
    enqueue_mail(
        session,
        "anonymous_event_rejected",
        end_anonymous_submission(session, event),
        title=event.name,
        reason="",
    )
    remove_event_flyer(session, event, files)
    remove_venue_plan(session, event, files)
    session.execute(delete(Event).where(Event.id == event_id).execution_options(synchronize_session=False))
    session.expunge(event)
