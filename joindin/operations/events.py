"""Submission and editing of events."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import case, literal, select

from joindin.db.locking import lock_row
from joindin.db.upserts import insert_missing
from joindin.errors import Conflict, DuplicateEvent, InvalidInput, NotFound
from joindin.models import Event, EventContact, EventHost, Tag, User, event_tags
from joindin.models.agenda.call_times import CallTimes, find_former_end
from joindin.operations.agenda.plain_edits import (
    adapt_agenda_fields,
    find_place_id,
    lasts_longer_than_a_day,
    update_rule,
)
from joindin.operations.attendance import attend
from joindin.operations.outbox import enqueue_notification
from joindin.operations.talks import LATEST_TALK_AFTER_END
from joindin.operations.unique_slugs import event_slugs, insert_with_unique_slug, numbered_slugs
from joindin.permissions import is_auto_approved, is_rejected
from joindin.queries.accounts.users import list_admins
from joindin.queries.duplicate_events import get_recent_submission_id
from joindin.queries.events import count_pending_events
from joindin.queries.talks import count_talks_outside
from joindin.utils.datetimes import get_timezone
from joindin.utils.text import fold_case, fold_case_accents, is_name, to_single_line
from joindin.viewer import UserSnapshot

UNCHANGED = object()

# For this long a second submission of the same event is taken for a mistake.
DUPLICATE_WINDOW = dt.timedelta(minutes=10)
MSG_DUPLICATE_EVENT = "You have submitted this event in the last ten minutes. To submit it once more, send force=1"


@dataclass(frozen=True)
class EventDetails:
    """The fields of an event that its hosts edit. ``UNCHANGED`` keeps a field as it is (new events: empty)."""

    name: str
    description: str
    location: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    timezone: str
    href: object = UNCHANGED
    cfp_url: object = UNCHANGED
    cfp_starts_at: dt.datetime | None = None
    cfp_ends_at: dt.datetime | None = None
    is_cfp_anywhere: object = UNCHANGED
    latitude: object = UNCHANGED
    longitude: object = UNCHANGED
    tags: object = UNCHANGED

    def fields(self):
        return {name: value for name, value in vars(self).items() if name != "tags" and value is not UNCHANGED}


def has_reached_pending_limit(session, user_id: int, max_pending: int) -> bool:
    return count_pending_events(session, user_id) >= max_pending


def pending_limit_message(max_pending: int) -> str:
    return f"You may only have {max_pending} pending event{'s' if max_pending > 1 else ''} at one time"


def submit_event(
    session,
    details: EventDetails,
    *,
    submitter: UserSnapshot,
    now: dt.datetime,
    approve: bool = False,
    max_pending: int | None = None,
    force: bool = False,
) -> Event:
    """Store a new event with its submitter as host and first attendee.

    It waits for approval unless the submitter is trusted or an admin, or ``approve`` is set. The admins are notified
    by mail, also about events of trusted users, which are live at once.

    :raises InvalidInput: if the submitter hosts ``max_pending`` pending events already.
    :raises DuplicateEvent: if the submitter has submitted the same event in the last ten minutes, unless ``force`` is set.
    """
    # The lock of the submitter is for simultaneous submissions.
    lock_row(session, User, submitter.id)
    _check_pending_limit(session, submitter, max_pending)
    if not force:
        _check_duplicate(session, submitter, details, now, approve)
    at_once = approve or is_auto_approved(submitter)
    event = Event(
        **details.fields(),
        place_id=find_place_id(session, details.location),
        is_multidate=lasts_longer_than_a_day(details.starts_at, details.ends_at),
        contact_name=submitter.full_name,
        is_active=at_once,
        is_pending=None if at_once else True,
        submitted_at=now,
        approved_at=now if at_once else None,
    )
    _insert(session, event)
    session.add_all(kind(event_id=event.id, user_id=submitter.id) for kind in (EventHost, EventContact))
    if details.tags is not UNCHANGED:
        tag_event(session, event, details.tags)
    attend(session, event.id, submitter.id)
    if not (submitter.is_admin and submitter.is_active):
        _notify_admins(session, event)
    return event


def edit_event(session, event: Event, details: EventDetails) -> int:
    """Replace the fields that hosts edit. Slug, state and submitter stay.

    Return the number of talks that are outside the dates of the event afterwards. They stay as they are.

    :raises NotFound: if the event was deleted meanwhile.
    """
    event, fields = lock_row(session, Event, event.id), details.fields()
    if event is None:
        raise NotFound("Event not found")
    shared = {name: fields[name] for name in ("name", "description", "location", "starts_at", "ends_at")}
    fields["name"] = adapt_agenda_fields(session, event, **shared)
    if event.cfp_ends_at != details.cfp_ends_at:
        fields.setdefault("is_cfp_anywhere", False)
    former_call = CallTimes.of(event)
    for name, value in fields.items():
        setattr(event, name, value)
    if event.is_visible:
        event.cfp_former_ends_at = find_former_end(event.cfp_former_ends_at, former_call, CallTimes.of(event))
    if details.tags is not UNCHANGED:
        tag_event(session, event, details.tags)
    session.flush()
    if event.is_series:
        update_rule(session, event)
    return count_talks_outside(session, event.id, event.starts_at, event.ends_at + LATEST_TALK_AFTER_END)


def resubmit_event(session, event: Event, *, submitter: UserSnapshot, max_pending: int | None = None) -> None:
    """Return a rejected event to the approval queue and notify the admins.

    :raises InvalidInput: if the submitter hosts ``max_pending`` pending events already.
    :raises Conflict: if the event is not rejected.
    """
    lock_row(session, User, submitter.id)
    _check_pending_limit(session, submitter, max_pending)
    event = lock_row(session, Event, event.id)
    if event is None:
        raise NotFound("Event not found")
    if not is_rejected(event):
        raise Conflict("This event cannot be submitted again")
    event.is_pending, event.rejection_reason = True, None
    session.flush()
    _notify_admins(session, event)


def tag_event(session, event: Event, names: Sequence[str]) -> None:
    """Replace the tags of the event by ``names``, in their order; empty and repeated names are ignored.

    A tag shows the word that was written: names that differ in more than case are different tags.
    """
    rows_by_key = {}
    for name in names:
        if is_name(name.strip()):
            rows_by_key.setdefault(fold_case(name), tag_row(name.strip()))
    insert_missing(session, Tag, "spelling_key", list(rows_by_key.values()))
    session.execute(event_tags.delete().where(event_tags.c.event_id == event.id))
    if rows_by_key:
        position = case({key: number for number, key in enumerate(rows_by_key)}, value=Tag.spelling_key)
        chosen = select(literal(event.id), Tag.id).where(Tag.spelling_key.in_(list(rows_by_key))).order_by(position)
        session.execute(event_tags.insert().from_select(["event_id", "tag_id"], chosen))
    session.expire(event, ["tags"])
    bump_event_versions(session, event.id)


def tag_row(name: str) -> dict:
    """Return the columns of a tag, for bulk inserts, which skip the model's validators."""
    return {"name": to_single_line(name), "spelling_key": fold_case(name), "name_key": fold_case_accents(name)}


def bump_event_versions(session, *event_ids: int) -> None:
    """Increment the version of events after a change outside their own row."""
    session.execute(Event.__table__.update().where(Event.id.in_(event_ids)).values(version=Event.version + 1))


def _check_pending_limit(session, submitter, max_pending):
    """Check the limit; the caller has locked the submitter."""
    if max_pending is not None and has_reached_pending_limit(session, submitter.id, max_pending):
        raise InvalidInput(pending_limit_message(max_pending))


def _check_duplicate(session, submitter, details, now, approve):
    """A submission that approves itself, on test platforms, is another one than the same event that waits."""
    first_id = get_recent_submission_id(
        session,
        submitter.id,
        name=details.name,
        location=details.location,
        starts_at=details.starts_at,
        since=now - DUPLICATE_WINDOW,
        with_pending=not approve,
    )
    if first_id is not None:
        raise DuplicateEvent(MSG_DUPLICATE_EVENT, first_id)


def _insert(session, event):
    candidates = event_slugs(event.name, event.starts_at, event.timezone)
    taken = set(session.scalars(select(Event.slug).where(Event.slug.in_(candidates))))
    free = [candidate for candidate in candidates if candidate not in taken]
    insert_with_unique_slug(
        session,
        event,
        "slug",
        chain(free, numbered_slugs(candidates[-1])),
        message="There are too many events of that name",
    )


def _notify_admins(session, event):
    start = event.starts_at.astimezone(get_timezone(event.timezone))
    enqueue_notification(
        session,
        "event_submitted",
        list_admins(session),
        title=event.name,
        contact_name=event.contact_name,
        start_date=f"{start.day}{_ordinal(start.day)} {start:%b}, {start.year}",
        description=event.description,
        pending_events=count_pending_events(session),
    )


def _ordinal(day):
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
