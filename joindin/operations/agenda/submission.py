"""Submission of events to the community agenda, with an account or without."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joindin.db.locking import begin_write, lock_row
from joindin.errors import InvalidInput
from joindin.models import Event, EventContact, EventHost, User
from joindin.operations.agenda.anonymous_submissions import add_anonymous_submission
from joindin.operations.agenda.event_fields import AgendaFields, set_columns, set_parts
from joindin.operations.agenda.moderation_mails import mail_submission
from joindin.operations.agenda.series import create_next_occurrence
from joindin.operations.attendance import attend
from joindin.operations.events import has_reached_pending_limit, pending_limit_message
from joindin.operations.unique_slugs import insert_with_agenda_slug
from joindin.permissions import is_auto_approved
from joindin.viewer import UserSnapshot

if TYPE_CHECKING:
    from joindin.operations.agenda.flyers import FlyerStore


@dataclass(frozen=True)
class Submission:
    """The new event and, for a sender without an account, the secret to edit it with."""

    event: Event
    secret: str | None = None


def submit_agenda_event(
    session,
    fields: AgendaFields,
    *,
    submitter: UserSnapshot | None,
    settings: Mapping,
    files: "FlyerStore",
    now: dt.datetime,
    max_pending: int | None = None,
    email: str | None = None,
) -> Submission:
    """Store a new event. Those of admins and trusted users are live at once; all others wait in the approval queue, and
    the reviewers get a mail.

    ``settings`` are those of the site: the event is in its time zone. ``email`` is the address of a sender without an account.

    :raises InvalidInput: if the event would end before it starts, if its place does not exist, or if the submitter hosts
        ``max_pending`` pending events already.
    """
    begin_write(session)
    is_live = submitter is not None and is_auto_approved(submitter)
    if submitter is not None:
        # The lock is for simultaneous submissions.
        lock_row(session, User, submitter.id)
        if not is_live and max_pending is not None and has_reached_pending_limit(session, submitter.id, max_pending):
            raise InvalidInput(pending_limit_message(max_pending))
    event = Event(
        description="",
        description_html="",
        timezone=settings["instance_timezone"],
        contact_name=submitter.full_name if submitter else None,
        is_active=is_live,
        is_pending=None if is_live else True,
        submitted_at=now,
    )
    set_columns(session, event, fields, now=now)
    insert_with_agenda_slug(session, event)
    if submitter is not None:
        session.add_all(kind(event_id=event.id, user_id=submitter.id) for kind in (EventHost, EventContact))
    set_parts(session, event, fields, files=files)
    if submitter is not None and not event.is_series:
        attend(session, event.id, submitter.id)
    if is_live:
        if event.is_series:
            create_next_occurrence(session, event.id, now=now)
        return Submission(event)
    mail_submission(session, event, settings=settings)
    return Submission(
        event, add_anonymous_submission(session, event, email=email, now=now) if submitter is None else None
    )
