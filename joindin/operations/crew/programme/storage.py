"""Changes of one generated shift. Needs the lock of the event.

Label and times follow the programme until people change them by hand; from then on they stay.
"""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete, func, select

from joindin.models.crew import (
    TALKS_DELETED,
    TIMES_KEPT,
    Participation,
    ProgrammeShift,
    Shift,
    WaitingListEntry,
    programme_shift_talks,
)
from joindin.operations.crew.notifications.events import get_shift_times, notify_shift_moved
from joindin.operations.crew.participations import lock_shift
from joindin.operations.crew.programme.rules import PlannedShift, ShiftRule
from joindin.operations.crew.shifts import leads_others, move_deadline
from joindin.queries.crew.programme import StoredShift

# How a shift changed.
NEW, CHANGED, UNCHANGED, KEPT, REMOVED, MARKED = "new", "changed", "unchanged", "kept", "removed", "marked"


def add_rule(session, shift: Shift, rule: ShiftRule, planned: PlannedShift) -> None:
    """Store by which rule the shift, which has an id, was generated."""
    row = ProgrammeShift(shift_id=shift.id, kind=rule.kind, problem=None)
    _set_rule(row, rule, planned)
    session.add(row)
    session.flush()
    _set_talks(session, shift.id, frozenset(), planned.talk_ids)


def apply_plan(session, stored: StoredShift, rule: ShiftRule, planned: PlannedShift) -> str:
    """Change label, times and talks to the planned ones, apart from what was changed by hand. Return how it changed."""
    shift, row = lock_shift(session, stored.shift.id), stored.rule
    is_label_kept = shift.label != row.label
    are_times_kept = (shift.starts_at, shift.ends_at) != (row.starts_at, row.ends_at)
    moves = (planned.starts_at, planned.ends_at) != (row.starts_at, row.ends_at)
    result = UNCHANGED
    if not is_label_kept and shift.label != planned.label:
        shift.label, result = planned.label, CHANGED
    if moves and not are_times_kept:
        move_shift(session, shift, planned.starts_at, planned.ends_at)
        result = CHANGED
    if result == UNCHANGED and ((is_label_kept and row.label != planned.label) or (are_times_kept and moves)):
        result = KEPT
    if are_times_kept and moves:
        row.problem = TIMES_KEPT
    elif row.problem == TALKS_DELETED or not are_times_kept:
        row.problem = None
    _set_rule(row, rule, planned)
    session.flush()
    _set_talks(session, shift.id, stored.talk_ids, planned.talk_ids)
    return result


def move_shift(session, shift: Shift, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """Move a shift with its meeting, its deadline and the individual times of its people, who are told."""
    by, before = starts_at - shift.starts_at, get_shift_times(shift)
    shift.meets_at, shift.starts_at, shift.ends_at = shift.meets_at + by, starts_at, ends_at
    shift.signup_flow_configuration = move_deadline(shift.signup_flow_configuration, by)
    rows = session.scalars(
        select(Participation)
        .where(
            Participation.shift_id == shift.id,
            Participation.individual_starts_at.is_not(None) | Participation.individual_ends_at.is_not(None),
        )
        .order_by(Participation.id)
    )
    for row in rows:
        row.individual_starts_at = row.individual_starts_at and row.individual_starts_at + by
        row.individual_ends_at = row.individual_ends_at and row.individual_ends_at + by
    session.flush()
    notify_shift_moved(session, shift, before, actor_id=None)


def retire_shift(session, stored: StoredShift) -> str:
    """Delete a shift that has no talks any more, or mark it if people or planners have done something with it.

    The last shift of an event stays, and so do those that others are coupled to.
    """
    shift, row = lock_shift(session, stored.shift.id), stored.rule
    _set_talks(session, shift.id, stored.talk_ids, ())
    is_edited = (shift.label, shift.starts_at, shift.ends_at) != (row.label, row.starts_at, row.ends_at)
    is_last = session.scalar(select(func.count()).select_from(Shift).where(Shift.event_id == shift.event_id)) == 1
    if is_edited or is_last or _has_people(session, shift.id) or leads_others(session, shift):
        row.problem = TALKS_DELETED
        session.flush()
        return MARKED
    session.execute(delete(Shift).where(Shift.id == shift.id).execution_options(synchronize_session=False))
    session.expunge(shift)
    session.expunge(row)
    return REMOVED


def detach_shift(session, shift_id: int) -> bool:
    """Let the shift follow the programme no more. Return whether it did."""
    lock_shift(session, shift_id)
    statement = delete(ProgrammeShift).where(ProgrammeShift.shift_id == shift_id)
    return session.execute(statement.execution_options(synchronize_session=False)).rowcount > 0


def _has_people(session, shift_id):
    return any(
        session.scalar(select(model.id).where(model.shift_id == shift_id).limit(1)) is not None
        for model in (Participation, WaitingListEntry)
    )


def _set_rule(row, rule, planned):
    row.label_pattern, row.max_gap = rule.label_pattern, rule.max_gap
    row.minutes_before, row.minutes_after = rule.minutes_before, rule.minutes_after
    row.track_id, row.label = planned.track_id, planned.label
    row.starts_at, row.ends_at = planned.starts_at, planned.ends_at


def _set_talks(session, shift_id, old: Collection[int], new: Collection[int]):
    links = programme_shift_talks
    if gone := set(old) - set(new):
        session.execute(delete(links).where(links.c.shift_id == shift_id, links.c.talk_id.in_(gone)))
    if added := sorted(set(new) - set(old)):
        session.execute(links.insert(), [{"shift_id": shift_id, "talk_id": talk_id} for talk_id in added])
