"""Waiting lists of shifts that confirm at once and are full. A place that becomes free goes to the first eligible person.

The place is given in the transaction that frees it, so that no one signs up in between.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import select

from joindin.db.locking import lock_row
from joindin.db.upserts import insert_or_ignore
from joindin.errors import NotFound
from joindin.models import User
from joindin.models.crew import Participation, Shift, WaitingListEntry
from joindin.operations.crew.flows import INSTANT_CONFIRMATION, get_flow
from joindin.operations.crew.notifications.participations import notify_states_changed
from joindin.operations.crew.participations import (
    MSG_NO_SHIFT,
    get_participation,
    leave_list,
    lock_person,
    lock_shift,
    store_participation,
)
from joindin.operations.crew.questionnaires import read_answers, store_answers
from joindin.operations.crew.refusals import (
    MSG_ALREADY_WAITING,
    MSG_NO_SUCH_TEAM,
    MSG_NO_WAITING_LIST,
    MSG_PLACES_FREE,
    InvalidSignup,
    Refusal,
    SignupRefused,
)
from joindin.operations.crew.signup_rules import NO_PLACE, judge_signup
from joindin.operations.crew.structures import choose_place
from joindin.operations.crew.structures.named_teams import TEAM_FIELD, list_qualified_teams
from joindin.queries.accounts.granted_permissions import load_permissions
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from joindin.queries.crew.questionnaires import list_questions
from joindin.queries.crew.shifts import load_signup_stats
from joindin.queries.crew.signup_facts import load_overlapping, load_signup_facts

NO_ANSWERS: Mapping[int, object] = {}
MSG_NOT_WAITING = "You are not on the waiting list."


def join_waiting_list(
    session,
    user_id: int,
    shift_id: int,
    *,
    now: dt.datetime,
    timezone: str,
    team_uuid: str | None = None,
    answers: Mapping[int, object] = NO_ANSWERS,
) -> WaitingListEntry:
    """Put the user at the end of the list, with answers to the questions of the shift. Locks the user, then the shift.

    :raises NotFound: if there is no such shift.
    :raises SignupRefused: if a place is free, or if more than the lack of places keeps the user from signing up.
    :raises InvalidSignup: if the user does not qualify for the team, or an answer is missing or not acceptable.
    """
    participant = Participant(USER, user_id)
    lock_person(session, participant)
    shift = lock_shift(session, shift_id)
    facts = load_signup_facts(session, participant, [shift_id], now).get(shift_id)
    if facts is None:
        raise NotFound(MSG_NO_SHIFT)
    if not get_flow(facts).is_limited:
        raise SignupRefused([Refusal(MSG_NO_WAITING_LIST)])
    verdict = judge_signup(facts, now, timezone)
    if not verdict.sign_up:
        raise SignupRefused([Refusal(MSG_PLACES_FREE)])
    if not verdict.is_only_full:
        raise SignupRefused([reason for reason in verdict.sign_up if reason.message not in NO_PLACE])
    if team_uuid is not None and team_uuid not in [str(team.get("uuid")) for team in list_qualified_teams(facts)]:
        raise InvalidSignup(TEAM_FIELD, Refusal(MSG_NO_SUCH_TEAM))
    accepted, errors = read_answers(list_questions(session, shift_id, participant), answers)
    for field, reason in errors.items():
        raise InvalidSignup(field, reason)
    values = {"shift_id": shift.id, "user_id": user_id, "team_uuid": team_uuid, "created_at": now}
    values["answers"] = {str(question_id): answer for question_id, answer in accepted.items()}
    if not insert_or_ignore(session, WaitingListEntry, **values):
        raise SignupRefused([Refusal(MSG_ALREADY_WAITING)])
    return session.scalar(select(WaitingListEntry).filter_by(shift_id=shift_id, user_id=user_id))


def leave_waiting_list(session, user_id: int, shift_id: int) -> None:
    """:raises NotFound: if the user is not on the list."""
    if not leave_list(session, shift_id, user_id):
        raise NotFound(MSG_NOT_WAITING)


def fill_free_places(session, shift: Shift, *, now: dt.datetime, timezone: str) -> list[Participation]:
    """Confirm people of the waiting list in its order, as long as there are places. Return their participations.

    Needs the lock of the shift; locks people until no place is left. To be called in ``retry_on_lock_timeout``, because
    others lock the person first. People who may not sign up now, or do not see the event any more, stay on the list.
    """
    if shift.signup_flow_slug != INSTANT_CONFIRMATION:
        return []
    entries = session.scalars(
        select(WaitingListEntry).where(WaitingListEntry.shift_id == shift.id).order_by(WaitingListEntry.id)
    ).all()
    filled, is_full = [], bool(entries) and _is_full(session, shift, now)
    for entry in entries:
        if is_full:
            break
        person = lock_row(session, User, entry.user_id, allows_references=True)
        if person is None or not _sees_event(session, person, shift):
            continue
        if confirmed := _confirm(session, shift, entry, now, timezone):
            filled.append(confirmed)
            is_full = _is_full(session, shift, now)
    notify_states_changed(session, [each.id for each in filled], actor_id=None)
    return filled


def fill_lists_of(session, user_ids: Collection[int], *, now: dt.datetime, timezone: str) -> None:
    """Fill the free places of shifts for which these users wait: a new qualification or free time may let them in.

    Locks these shifts, and their waiting people: to be called in ``retry_on_lock_timeout``.
    """
    shifts = (
        select(Shift.id)
        .join(WaitingListEntry, WaitingListEntry.shift_id == Shift.id)
        .where(WaitingListEntry.user_id.in_(set(user_ids)), Shift.ends_at > now)
        .distinct()
        .order_by(Shift.id)
    )
    for shift_id in session.scalars(shifts).all():
        fill_free_places(session, lock_shift(session, shift_id), now=now, timezone=timezone)


def _is_full(session, shift, now):
    return load_signup_stats(session, [shift], now)[shift.id].free == 0


def _sees_event(session, user, shift):
    viewer = load_permissions(session, user, events=[shift.event_id])
    return viewer.has_permission("view_event", shift.event_id)


def _confirm(session, shift, entry, now, timezone):
    participant = Participant(USER, entry.user_id)
    facts = load_signup_facts(session, participant, [shift.id], now)[shift.id]
    if judge_signup(facts, now, timezone).sign_up:
        return None
    if load_overlapping(session, participant, shift.id, shift.starts_at, shift.ends_at):
        return None
    try:
        place = choose_place(facts, is_limited=True, team_uuid=entry.team_uuid, unit_path=None)
    except InvalidSignup:
        return None
    participation = get_participation(session, shift.id, participant) or Participation(
        shift_id=shift.id, user_id=entry.user_id, created_at=now
    )
    participation.state, participation.structure_data = get_flow(facts).state, place
    participation.individual_starts_at = participation.individual_ends_at = None
    store_participation(session, shift, participation)
    _store_answers(session, participation, participant, entry)
    return participation


def _store_answers(session, participation, participant, entry):
    """Store the answers that are still acceptable. Questions that were added since have none, or the saved one."""
    questions = list_questions(session, entry.shift_id, participant)
    stored = {int(question_id): answer for question_id, answer in entry.answers.items()}
    answers, _errors = read_answers(questions, stored)
    store_answers(session, participation, questions, answers)
