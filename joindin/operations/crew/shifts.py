"""Creation, change, copy and deletion of shifts."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import Conflict, NotFound
from joindin.models import Event
from joindin.models.crew import CONFIRMED, CrewDetails, Participation, Shift, ShiftQuestion, shift_resources
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.notifications.events import (
    get_shift_times,
    notify_event_cancelled,
    notify_shift_cancelled,
    notify_shift_moved,
)
from joindin.operations.crew.participations import copy_all_participations, lock_shift
from joindin.operations.crew.shift_configuration import complete_flow, complete_structure
from joindin.operations.crew.signup import MSG_BUSY
from joindin.operations.crew.waiting_list import fill_free_places, fill_lists_of
from joindin.queries.crew.signup_facts import COUPLED
from joindin.utils.datetimes import utc_now

MSG_MEETING_AFTER_START = "Meeting time must not be after start time!"
MSG_END_BEFORE_START = "End time must not be before start time."
MSG_LAST_SHIFT = "You cannot delete the last shift!"
MSG_LEADS_OTHERS = "Other shifts are coupled to this one. Change them first."
MSG_NO_EVENT = "No Event matches the given query."


@dataclass(frozen=True)
class ShiftFields:
    """Everything that planners set. Configurations are completed when they are stored."""

    label: str
    meets_at: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime
    signup_flow_slug: str
    signup_flow_configuration: object
    structure_slug: str
    structure_configuration: object


def create_shift(session, event_id: int, fields: ShiftFields) -> Shift:
    """Add a shift to an event with a crew. The first one makes a draft an active event.

    :raises NotFound: if the event has no crew.
    :raises InvalidCrewField: if a value is not acceptable.
    """
    details = lock_crew_details(session, event_id)
    shift = Shift(event_id=event_id)
    _set_fields(session, shift, fields)
    session.add(shift)
    session.flush()
    details.is_draft = False
    move_event(session, details)
    if shift.signup_flow_slug == COUPLED:
        copy_all_participations(session, shift)
    return shift


def update_shift(
    session, shift_id: int, fields: ShiftFields, *, now: dt.datetime, timezone: str, actor_id: int | None = None
) -> Shift:
    """Change a shift. New places go to the waiting list. The people of a shift that moves are notified.

    :raises NotFound, InvalidCrewField: as ``create_shift``.
    :raises Conflict: if a shift to which others are coupled would be coupled, or the locks are not free in time.
    """

    def update():
        shift, details = _lock_both(session, shift_id)
        if fields.signup_flow_slug == COUPLED and leads_others(session, shift):
            raise Conflict(MSG_LEADS_OTHERS)
        before = get_shift_times(shift)
        _set_fields(session, shift, fields)
        session.flush()
        notify_shift_moved(session, shift, before, actor_id=actor_id)
        move_event(session, details)
        if shift.signup_flow_slug == COUPLED:
            copy_all_participations(session, shift)
        fill_free_places(session, shift, now=now, timezone=timezone)
        if get_shift_times(shift) != before:
            fill_lists_of(session, _list_confirmed(session, Shift.id == shift_id), now=now, timezone=timezone)
        return shift

    return retry_on_lock_timeout(session, update, message=MSG_BUSY)


def copy_shift(session, shift_id: int, event_id: int, *, by: dt.timedelta) -> Shift:
    """Add a copy of the shift, later by ``by``, to an event, with its questions and resources but without people.

    :raises NotFound: if the shift or the event does not exist.
    """
    details = lock_crew_details(session, event_id)
    source = session.get(Shift, shift_id)
    if source is None:
        raise NotFound("No Shift matches the given query.")
    copy = Shift(
        event_id=event_id,
        label=source.label,
        meets_at=source.meets_at + by,
        starts_at=source.starts_at + by,
        ends_at=source.ends_at + by,
        signup_flow_slug=source.signup_flow_slug,
        signup_flow_configuration=move_deadline(source.signup_flow_configuration, by),
        structure_slug=source.structure_slug,
        structure_configuration=source.structure_configuration,
    )
    session.add(copy)
    session.flush()
    questions = select(ShiftQuestion.question_id).filter_by(shift_id=shift_id).order_by(ShiftQuestion.id)
    for question_id in session.scalars(questions).all():
        session.add(ShiftQuestion(shift_id=copy.id, question_id=question_id))
    for resource_id in session.scalars(
        select(shift_resources.c.resource_id).where(shift_resources.c.shift_id == shift_id)
    ).all():
        session.execute(shift_resources.insert().values(shift_id=copy.id, resource_id=resource_id))
    move_event(session, details)
    return copy


def delete_shift(session, shift_id: int, *, actor_id: int | None = None) -> None:
    """Delete a shift with its participations. Its people are notified.

    :raises NotFound: if there is no such shift.
    :raises Conflict: if it is the last one of its event, others are coupled to it, or the locks are not free in time.
    """

    def remove():
        shift, details = _lock_both(session, shift_id)
        if session.scalar(select(func.count()).select_from(Shift).where(Shift.event_id == shift.event_id)) == 1:
            raise Conflict(MSG_LAST_SHIFT)
        if leads_others(session, shift):
            raise Conflict(MSG_LEADS_OTHERS)
        notify_shift_cancelled(session, shift_id, actor_id=actor_id)
        freed, timezone = (
            _list_confirmed(session, Shift.id == shift_id),
            session.get_one(Event, shift.event_id).timezone,
        )
        session.execute(delete(Shift).where(Shift.id == shift_id).execution_options(synchronize_session=False))
        session.expunge(shift)
        move_event(session, details)
        fill_lists_of(session, freed, now=utc_now(), timezone=timezone)

    retry_on_lock_timeout(session, remove, message=MSG_BUSY)


def delete_all_shifts(session, event_id: int, *, actor_id: int) -> None:
    """Delete the shifts of an event that will be deleted, too. Its people are notified.

    They may get places elsewhere for which they wait. Needs the lock of the event; to be called in
    ``retry_on_lock_timeout``.
    """
    notify_event_cancelled(session, event_id, actor_id=actor_id)
    freed, timezone = _list_confirmed(session, Shift.event_id == event_id), session.get_one(Event, event_id).timezone
    session.execute(delete(Shift).where(Shift.event_id == event_id).execution_options(synchronize_session=False))
    session.expire_all()
    fill_lists_of(session, freed, now=utc_now(), timezone=timezone)


def lock_crew_details(session, event_id: int) -> CrewDetails:
    """Lock the event, so that its shifts change one after the other.

    :raises NotFound: if the event does not exist or has no crew.
    """
    event = lock_row(session, Event, event_id)
    details = event and session.get(CrewDetails, event_id, populate_existing=True)
    if details is None:
        raise NotFound(MSG_NO_EVENT)
    return details


def move_event(session, details: CrewDetails) -> None:
    """Give an event that is for the crew alone the time of its shifts, which triggers keep in ``details``."""
    session.flush()
    session.refresh(details, ["shifts_start_at", "shifts_end_at"])
    span = details.shifts_start_at, details.shifts_end_at
    event = session.get_one(Event, details.event_id)
    if event.is_private and None not in span and (event.starts_at, event.ends_at) != tuple(span):
        event.starts_at, event.ends_at = span
    session.flush()


def _list_confirmed(session, condition):
    """Return the ids of the users who are confirmed for shifts that meet the condition."""
    shifts = select(Shift.id).where(condition)
    confirmed = select(Participation.user_id).where(
        Participation.shift_id.in_(shifts), Participation.state == CONFIRMED, Participation.user_id.is_not(None)
    )
    return session.scalars(confirmed.distinct()).all()


def _lock_both(session, shift_id):
    shift = session.get(Shift, shift_id)
    if shift is None:
        raise NotFound("No Shift matches the given query.")
    details = lock_crew_details(session, shift.event_id)
    return lock_shift(session, shift_id), details


def leads_others(session, shift):
    coupled = session.scalars(
        select(Shift.signup_flow_configuration).where(
            Shift.event_id == shift.event_id, Shift.signup_flow_slug == COUPLED
        )
    )
    return any(isinstance(each, dict) and each.get("leader_shift_id") == shift.id for each in coupled)


def _set_fields(session, shift, fields):
    if fields.meets_at > fields.starts_at:
        raise InvalidCrewField("meeting_time", MSG_MEETING_AFTER_START)
    if fields.ends_at <= fields.starts_at:
        raise InvalidCrewField("end_time", MSG_END_BEFORE_START)
    with session.no_autoflush:
        flow = complete_flow(
            session,
            fields.signup_flow_slug,
            fields.signup_flow_configuration,
            event_id=shift.event_id,
            shift_id=shift.id,
        )
        structure = complete_structure(session, fields.structure_slug, fields.structure_configuration)
    shift.label, shift.meets_at = fields.label, fields.meets_at
    shift.starts_at, shift.ends_at = fields.starts_at, fields.ends_at
    shift.signup_flow_slug, shift.signup_flow_configuration = fields.signup_flow_slug, flow
    shift.structure_slug, shift.structure_configuration = fields.structure_slug, structure


def move_deadline(configuration, by):
    try:
        until = dt.datetime.fromisoformat(configuration["signup_until"]) + by
    except (KeyError, TypeError, ValueError, OverflowError):
        return configuration
    return {**configuration, "signup_until": until.isoformat()}
