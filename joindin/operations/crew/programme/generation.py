"""Generation of shifts from the programme of an event. A second run changes the shifts of the first one, and adds what is new."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from joindin.db.locking import retry_on_lock_timeout
from joindin.errors import NotFound
from joindin.models import Event, Talk
from joindin.models.crew import Shift
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.participations import copy_all_participations
from joindin.operations.crew.programme.rules import PlannedShift, ShiftRule, check_rule, plan_shifts
from joindin.operations.crew.programme.storage import NEW, add_rule, apply_plan, detach_shift, retire_shift
from joindin.operations.crew.shift_configuration import complete_flow, complete_structure
from joindin.operations.crew.shifts import lock_crew_details, move_deadline, move_event
from joindin.operations.crew.signup import MSG_BUSY
from joindin.queries.crew.programme import StoredShift, list_programme_shifts, list_tracks, load_programme
from joindin.queries.crew.signup_facts import COUPLED

MAX_SHIFTS = 1_000
MSG_TOO_MANY = f"These are more than {MAX_SHIFTS} shifts. Choose fewer tracks."
MSG_NO_TRACK = "Select a valid choice. That choice is not one of the available choices."
MSG_NO_TEMPLATE = "Select a shift of the same event."
MSG_NOT_GENERATED = "This shift does not follow the programme."


@dataclass(frozen=True)
class ShiftTemplate:
    """Flow and structure of new shifts; existing ones keep theirs. ``starts_at`` is the time that a deadline refers to."""

    signup_flow_slug: str
    signup_flow_configuration: object
    structure_slug: str
    structure_configuration: object
    starts_at: dt.datetime | None = None


class GeneratedShift(NamedTuple):
    """``action`` is one of :mod:`storage`. A removed shift has no ``planned``."""

    action: str
    shift_id: int
    planned: PlannedShift | None
    label: str
    starts_at: dt.datetime
    ends_at: dt.datetime


def find_template(session, event_id: int, shift_id: int) -> ShiftTemplate:
    """Return flow and structure of a shift of the event.

    :raises InvalidCrewField: if there is no such shift.
    """
    shift = session.get(Shift, shift_id)
    if shift is None or shift.event_id != event_id:
        raise InvalidCrewField("template_shift", MSG_NO_TEMPLATE)
    return ShiftTemplate(
        shift.signup_flow_slug,
        shift.signup_flow_configuration,
        shift.structure_slug,
        shift.structure_configuration,
        shift.starts_at,
    )


def generate_shifts(session, event_id: int, rule: ShiftRule, template: ShiftTemplate) -> list[GeneratedShift]:
    """Store the shifts that the rule gives; roll back after it for a preview. Return them in the order of their start.

    Shifts of the same kind with the same talks are changed. A shift whose talks now all belong to other shifts of the
    kind is deleted, or marked if it has people. Locks the talks, the event and the shifts.

    :raises NotFound: if the event has no crew.
    :raises InvalidCrewField: if a value is not acceptable, or there are too many shifts.
    :raises Conflict: if the locks are not free in time.
    """
    rule = check_rule(rule)
    return retry_on_lock_timeout(session, lambda: _generate(session, event_id, rule, template), message=MSG_BUSY)


def detach_from_programme(session, shift_id: int) -> None:
    """:raises NotFound: if the shift does not follow the programme."""
    if not detach_shift(session, shift_id):
        raise NotFound(MSG_NOT_GENERATED)


def _generate(session, event_id, rule, template):
    session.execute(select(Talk.id).where(Talk.event_id == event_id).order_by(Talk.id).with_for_update())
    details = lock_crew_details(session, event_id)
    if rule.track_ids is not None and rule.track_ids - {track.id for track in list_tracks(session, event_id)}:
        raise InvalidCrewField("tracks", MSG_NO_TRACK)
    flow = complete_flow(
        session,
        template.signup_flow_slug,
        template.signup_flow_configuration,
        event_id=event_id,
        shift_id=None,
    )
    structure = complete_structure(session, template.structure_slug, template.structure_configuration)
    planned = plan_shifts(rule, load_programme(session, event_id), session.get_one(Event, event_id).timezone)
    if len(planned) > MAX_SHIFTS:
        raise InvalidCrewField("tracks", MSG_TOO_MANY)
    stored = [each for each in list_programme_shifts(session, event_id) if each.rule.kind == rule.kind]
    matches, surplus = match_shifts(planned, stored)
    results = []
    for plan, match in zip(planned, matches):
        if match is not None:
            action, shift = apply_plan(session, match, rule, plan), match.shift
        else:
            action, shift = NEW, _new_shift(event_id, plan, template, flow, structure)
            session.add(shift)
            session.flush()
            add_rule(session, shift, rule, plan)
            if shift.signup_flow_slug == COUPLED:
                copy_all_participations(session, shift)
        results.append(GeneratedShift(action, shift.id, plan, shift.label, shift.starts_at, shift.ends_at))
    for match in surplus:
        shift = match.shift
        facts = (shift.id, None, shift.label, shift.starts_at, shift.ends_at)
        results.append(GeneratedShift(retire_shift(session, match), *facts))
    if any(result.action == NEW for result in results):
        details.is_draft = False
    move_event(session, details)
    return results


def match_shifts(
    planned: Sequence[PlannedShift], stored: Sequence[StoredShift]
) -> tuple[list[StoredShift | None], list[StoredShift]]:
    """Return for each planned shift the stored one that shares most talks with it, and stored ones that are left over.

    Left over are those with a talk of the plan that another shift has now. A stored shift is matched once.
    """
    pairs = sorted(
        (-len(each.talk_ids & set(plan.talk_ids)), number, each.shift.id, each)
        for number, plan in enumerate(planned)
        for each in stored
        if each.talk_ids & set(plan.talk_ids)
    )
    matches, used = [None] * len(planned), set()
    for _, number, shift_id, each in pairs:
        if matches[number] is None and shift_id not in used:
            matches[number] = each
            used.add(shift_id)
    talk_ids = {talk_id for plan in planned for talk_id in plan.talk_ids}
    return matches, [each for each in stored if each.shift.id not in used and each.talk_ids & talk_ids]


def _new_shift(event_id, plan, template, flow, structure):
    by = plan.starts_at - template.starts_at if template.starts_at else dt.timedelta(0)
    return Shift(
        event_id=event_id,
        label=plan.label,
        meets_at=plan.starts_at,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        signup_flow_slug=template.signup_flow_slug,
        signup_flow_configuration=move_deadline(flow, by) if by else flow,
        structure_slug=template.structure_slug,
        structure_configuration=structure,
    )
