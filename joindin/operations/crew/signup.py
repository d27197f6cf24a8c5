"""Sign-up of a person for a shift, withdrawal, and change of the times (spec 14)."""

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from joindin.db.locking import retry_on_lock_timeout
from joindin.errors import NotFound
from joindin.models.crew import CONFIRMED, USER_DECLINED, Participation
from joindin.operations.crew.flows import get_flow, may_customize_times
from joindin.operations.crew.notifications.participations import (
    get_times,
    notify_declined,
    notify_signed_up,
    notify_times_customized,
)
from joindin.operations.crew.participations import (
    MSG_NO_SHIFT,
    Comment,
    add_comment,
    get_participation,
    lock_person,
    lock_shift,
    store_participation,
)
from joindin.operations.crew.questionnaires import read_answers, store_answers
from joindin.operations.crew.refusals import (
    MSG_END_BEFORE_START,
    MSG_TIMES_FIXED,
    MSG_TIMES_OVERLAP,
    InvalidSignup,
    Refusal,
    SignupRefused,
)
from joindin.operations.crew.signup_rules import POSITIVE_STATES, describe_shifts, judge_signup
from joindin.operations.crew.structures import choose_place
from joindin.operations.crew.waiting_list import fill_free_places, fill_lists_of
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from joindin.queries.crew.questionnaires import list_questions
from joindin.queries.crew.signup_facts import load_overlapping, load_signup_facts

MSG_BUSY = "Too many people change this shift at once. Try again in a few seconds"
MSG_NO_PARTICIPATION = "No AbstractParticipation matches the given query."


class SignupWishes(NamedTuple):
    """Everything that a person may choose: a team or unit, times other than those of the shift, a comment, and answers.

    ``answers`` are values by the id of the question. A missing one is the default of the question.
    """

    team_uuid: str | None = None
    unit_path: str | None = None
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    comment: Comment | None = None
    answers: Mapping[int, object] = {}


NO_WISHES = SignupWishes()


def sign_up(
    session,
    participant: Participant,
    shift_id: int,
    *,
    now: dt.datetime,
    timezone: str,
    wishes: SignupWishes = NO_WISHES,
) -> Participation:
    """Sign a person up: confirmed at once or requested, by the flow. Locks the person, then the shift.

    :raises NotFound: if there is no such shift.
    :raises SignupRefused: if rules forbid it; nothing is stored.
    :raises InvalidSignup: if a wish is not acceptable.
    """
    shift, facts = _lock_facts(session, participant, shift_id, now)
    verdict = judge_signup(facts, now, timezone)
    if verdict.sign_up:
        raise SignupRefused(verdict.sign_up)
    flow = get_flow(facts)
    place = choose_place(facts, is_limited=flow.is_limited, team_uuid=wishes.team_uuid, unit_path=wishes.unit_path)
    times = check_times(session, participant, facts, wishes.starts_at, wishes.ends_at, timezone)
    questions, answers = _check_answers(session, participant, shift_id, wishes)
    participation = get_participation(session, shift_id, participant) or Participation(
        shift_id=shift_id, created_at=now, **{participant.column: participant.id}
    )
    participation.state, participation.structure_data = flow.state, place
    participation.individual_starts_at, participation.individual_ends_at = times
    store_participation(session, shift, participation)
    store_answers(session, participation, questions, answers)
    add_comment(session, participation, wishes.comment, now)
    notify_signed_up(session, participation)
    return participation


def decline(
    session,
    participant: Participant,
    shift_id: int,
    *,
    now: dt.datetime,
    timezone: str,
    comment: Comment | None = None,
) -> Participation:
    """Withdraw from a shift, or decline it without having signed up. A place that becomes free goes to the waiting list.

    :raises NotFound, SignupRefused: as ``sign_up``.
    :raises Conflict: if the locks are not free in time.
    """

    def withdraw():
        shift, facts = _lock_facts(session, participant, shift_id, now)
        verdict = judge_signup(facts, now, timezone)
        if verdict.decline:
            raise SignupRefused(verdict.decline)
        participation = get_participation(session, shift_id, participant) or Participation(
            shift_id=shift_id, created_at=now, **{participant.column: participant.id}
        )
        was_confirmed, participation.state = facts.state == CONFIRMED, USER_DECLINED
        store_participation(session, shift, participation)
        add_comment(session, participation, comment, now)
        if was_confirmed:
            fill_free_places(session, shift, now=now, timezone=timezone)
            fill_lists_of(session, _user_ids(participant), now=now, timezone=timezone)
        notify_declined(session, participation, previous_state=facts.state)
        return participation

    return _retry(session, withdraw, participant, shift_id)


def customize_times(
    session,
    participant: Participant,
    shift_id: int,
    *,
    now: dt.datetime,
    timezone: str,
    wishes: SignupWishes,
) -> Participation:
    """Change the times and the answers of a participation that is requested or confirmed.

    None stands for the time of the shift.

    :raises NotFound: if the person has not signed up.
    :raises SignupRefused, InvalidSignup: as ``sign_up``.
    :raises Conflict: if the locks are not free in time.
    """

    def customize():
        shift, facts = _lock_facts(session, participant, shift_id, now)
        if facts.state not in POSITIVE_STATES:
            raise NotFound(MSG_NO_PARTICIPATION)
        verdict = judge_signup(facts, now, timezone)
        if verdict.customize:
            raise SignupRefused(verdict.customize)
        times = check_times(session, participant, facts, wishes.starts_at, wishes.ends_at, timezone)
        questions, answers = _check_answers(session, participant, shift_id, wishes)
        participation = get_participation(session, shift_id, participant)
        have_times_changed = get_times(participation) != times
        participation.individual_starts_at, participation.individual_ends_at = times
        store_participation(session, shift, participation)
        store_answers(session, participation, questions, answers)
        add_comment(session, participation, wishes.comment, now)
        if have_times_changed:
            fill_lists_of(session, _user_ids(participant), now=now, timezone=timezone)
            notify_times_customized(session, participation)
        return participation

    return _retry(session, customize, participant, shift_id)


def check_times(session, participant, facts, starts_at, ends_at, timezone):
    """Return the individual times to store: None where they are those of the shift.

    :raises InvalidSignup: if they are in the wrong order, fixed, or overlap with another confirmed participation.
    """
    shift = facts.shift
    start, end = starts_at or shift.starts_at, ends_at or shift.ends_at
    if end < start:
        raise InvalidSignup("individual_end_time", Refusal(MSG_END_BEFORE_START))
    if (start, end) != (shift.starts_at, shift.ends_at) and not may_customize_times(facts):
        raise InvalidSignup("individual_start_time", Refusal(MSG_TIMES_FIXED))
    if overlapping := load_overlapping(session, participant, shift.id, start, end):
        names = {"shifts": describe_shifts(overlapping, timezone)}
        raise InvalidSignup("individual_end_time", Refusal(MSG_TIMES_OVERLAP, names))
    return None if start == shift.starts_at else start, None if end == shift.ends_at else end


def _user_ids(participant):
    return [participant.id] if participant.kind == USER else []


def _check_answers(session, participant, shift_id, wishes):
    questions = list_questions(session, shift_id, participant)
    answers, errors = read_answers(questions, wishes.answers)
    for field, reason in errors.items():
        raise InvalidSignup(field, reason)
    return questions, answers


def _retry(session, work, participant, shift_id):
    first_locks = partial(_lock_both, session, participant, shift_id)
    return retry_on_lock_timeout(session, work, message=MSG_BUSY, first_locks=first_locks)


def _lock_both(session, participant, shift_id):
    """Lock the person, then the shift, and return the shift."""
    lock_person(session, participant)
    return lock_shift(session, shift_id)


def _lock_facts(session, participant, shift_id, now):
    shift = _lock_both(session, participant, shift_id)
    facts = load_signup_facts(session, participant, [shift_id], now)
    if shift_id not in facts:
        raise NotFound(MSG_NO_SHIFT)
    return shift, facts[shift_id]
