"""Disposition: responsibles decide about participations, and add people (spec 16). No rule of signing up is checked."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import delete, select

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import NotFound
from joindin.models import User
from joindin.models.crew import (
    CONFIRMED,
    FOR_PARTICIPANT,
    FOR_RESPONSIBLES,
    GETTING_DISPATCHED,
    STATES,
    Participation,
    ParticipationComment,
    Shift,
)
from joindin.operations.crew.notifications.participations import (
    get_times,
    notify_states_changed,
    notify_times_changed,
)
from joindin.operations.crew.participations import lock_shift, store_participation
from joindin.operations.crew.refusals import (
    MSG_CHOOSE_TEAM,
    MSG_END_BEFORE_START,
    MSG_NO_SUCH_TEAM,
    MSG_NO_SUCH_UNIT,
    InvalidSignup,
    Refusal,
)
from joindin.operations.crew.signup import MSG_BUSY, MSG_NO_PARTICIPATION
from joindin.operations.crew.structures.complex import is_unit
from joindin.operations.crew.structures.named_teams import has_team
from joindin.operations.crew.waiting_list import fill_free_places, fill_lists_of
from joindin.queries.crew.block_positions import list_block_positions
from joindin.queries.crew.building_blocks import load_block_catalogue
from joindin.queries.crew.signup_facts import as_configuration
from joindin.queries.crew.signup_stats import COMPLEX, NAMED_TEAMS, objects_in, team_of

MSG_NO_USER = "No UserProfile matches the given query."
MSG_NO_SUCH_STATE = "Select a valid choice. That choice is not one of the available choices."
UNCHANGED = object()


@dataclass(frozen=True)
class Decision:
    """The changes of one participation. ``UNCHANGED`` keeps a field; times of None are those of the shift."""

    participation_id: int
    state: int | object = UNCHANGED
    starts_at: dt.datetime | object = UNCHANGED
    ends_at: dt.datetime | object = UNCHANGED
    team_uuid: str | object = UNCHANGED
    unit_path: str | object = UNCHANGED
    comment: str = ""
    is_internal: bool = False


def add_user(session, shift_id: int, user_id: int, *, now: dt.datetime) -> Participation:
    """Add a user, who may not even see the event, to be dispatched. Return the row that they have already, if any.

    :raises NotFound: if the shift or the user does not exist.
    """
    # The user first, as in sign-up.
    user = lock_row(session, User, user_id)
    if user is None or not user.is_active:
        raise NotFound(MSG_NO_USER)
    shift = lock_shift(session, shift_id)
    existing = session.scalar(select(Participation).filter_by(shift_id=shift.id, user_id=user_id))
    return existing or _add(session, shift, now, user_id=user_id)


def add_placeholder(session, shift_id: int, name: str, *, now: dt.datetime) -> Participation:
    """:raises NotFound: if the shift does not exist."""
    return _add(session, lock_shift(session, shift_id), now, placeholder_name=name)


def dispose(
    session, shift_id: int, decisions: Sequence[Decision], *, actor_id: int, now: dt.datetime, timezone: str
) -> list[Participation]:
    """Store all decisions or none, and delete the rows of the shift that are still getting dispatched.

    Places that become free go to the waiting list. Return the rows with a new state.

    :raises NotFound: if a participation is not one of this shift.
    :raises InvalidSignup: if a value is not acceptable.
    :raises Conflict: if the locks are not free in time.
    """

    def store():
        shift = lock_shift(session, shift_id)
        rows = {
            row.id: row
            for row in session.scalars(
                select(Participation)
                .where(Participation.shift_id == shift_id)
                .order_by(Participation.id)
                .execution_options(populate_existing=True)
            )
        }
        before = {id_: row.state for id_, row in rows.items()}
        times_before = {id_: get_times(row) for id_, row in rows.items()}
        for decision in decisions:
            if decision.participation_id not in rows:
                raise NotFound(MSG_NO_PARTICIPATION)
            try:
                _apply(session, shift, rows[decision.participation_id], decision, actor_id, now)
            except InvalidSignup as error:
                error.participation_id = decision.participation_id
                raise
        session.execute(
            delete(Participation)
            .where(Participation.shift_id == shift_id, Participation.state == GETTING_DISPATCHED)
            .execution_options(synchronize_session="fetch")
        )
        changed = [row for id_, row in rows.items() if row.state not in (before[id_], GETTING_DISPATCHED)]
        if any(before[row.id] == CONFIRMED for row in changed):
            fill_free_places(session, shift, now=now, timezone=timezone)
        moved = [
            row
            for id_, row in rows.items()
            if row.state == before[id_] == CONFIRMED and get_times(row) != times_before[id_]
        ]
        freed = [row.user_id for row in (*changed, *moved) if before[row.id] == CONFIRMED and row.user_id is not None]
        fill_lists_of(session, freed, now=now, timezone=timezone)
        _notify(session, decisions, changed, moved, actor_id)
        return changed

    first_locks = partial(lock_shift, session, shift_id)
    return retry_on_lock_timeout(session, store, message=MSG_BUSY, first_locks=first_locks)


def _notify(session, decisions, changed, moved, actor_id):
    comments = {each.participation_id: each.comment.strip() for each in decisions if not each.is_internal}
    notify_states_changed(session, [row.id for row in changed], actor_id=actor_id, comments=comments)
    notify_times_changed(session, [row.id for row in moved], actor_id=actor_id, comments=comments)


def _add(session, shift, now, **person):
    participation = Participation(shift_id=shift.id, state=GETTING_DISPATCHED, created_at=now, **person)
    session.add(participation)
    session.flush()
    return participation


def _apply(session, shift: Shift, row: Participation, decision: Decision, actor_id: int, now: dt.datetime) -> None:
    if decision.state is not UNCHANGED:
        if decision.state not in STATES:
            raise InvalidSignup("state", Refusal(MSG_NO_SUCH_STATE))
        row.state = decision.state
    starts_at = row.individual_starts_at if decision.starts_at is UNCHANGED else decision.starts_at
    ends_at = row.individual_ends_at if decision.ends_at is UNCHANGED else decision.ends_at
    if (ends_at or shift.ends_at) < (starts_at or shift.starts_at):
        raise InvalidSignup("individual_end_time", Refusal(MSG_END_BEFORE_START))
    row.individual_starts_at = None if starts_at == shift.starts_at else starts_at
    row.individual_ends_at = None if ends_at == shift.ends_at else ends_at
    _set_place(session, shift, row, decision)
    store_participation(session, shift, row)
    if text := decision.comment.strip():
        visibility = FOR_RESPONSIBLES if decision.is_internal else FOR_PARTICIPANT
        session.add(
            ParticipationComment(
                participation_id=row.id, author_id=actor_id, text=text, visibility=visibility, created_at=now
            )
        )
        session.flush()


def _set_place(session, shift, row, decision):
    configuration, data = as_configuration(shift.structure_configuration), dict(row.structure_data or {})
    if shift.structure_slug == NAMED_TEAMS:
        if decision.team_uuid is not UNCHANGED:
            if decision.team_uuid is not None and not has_team(configuration, decision.team_uuid):
                raise InvalidSignup("team", Refusal(MSG_NO_SUCH_TEAM))
            data["dispatched_team_uuid"] = decision.team_uuid
        if row.state == CONFIRMED and not has_team(configuration, team_of(data)):
            raise InvalidSignup("team", Refusal(MSG_CHOOSE_TEAM))
    if shift.structure_slug == COMPLEX and decision.unit_path is not UNCHANGED:
        if decision.unit_path is not None:
            blocks = objects_in(configuration.get("starting_blocks"))
            positions, _is_limited = list_block_positions(load_block_catalogue(session), blocks)
            if not is_unit(positions, decision.unit_path):
                raise InvalidSignup("unit_path", Refusal(MSG_NO_SUCH_UNIT))
        data["dispatched_unit_path"] = decision.unit_path
    row.structure_data = data
