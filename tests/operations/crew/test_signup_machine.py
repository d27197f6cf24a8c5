"""Any sequence of sign-ups, withdrawals, decisions, changes of the capacity and expiries keeps the invariants of a shift."""

import datetime as dt
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from joindin.db.locking import retry_on_lock_timeout
from joindin.errors import NotFound
from joindin.extensions import db
from joindin.models.crew import (
    CONFIRMED,
    REQUESTED,
    RESPONSIBLE_REJECTED,
    BlockPosition,
    Participation,
    WaitingListEntry,
    position_qualifications,
)
from joindin.operations.crew.disposition import Decision, dispose
from joindin.operations.crew.flows import INSTANT_CONFIRMATION, REQUEST_CONFIRM
from joindin.operations.crew.refusals import InvalidSignup, SignupRefused
from joindin.operations.crew.shifts import ShiftFields, update_shift
from joindin.operations.crew.signup import SignupWishes, customize_times, decline, sign_up
from joindin.operations.crew.signup_rules import POSITIVE_STATES, judge_signup
from joindin.operations.crew.waiting_list import fill_free_places, join_waiting_list
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from joindin.queries.crew.shifts import load_signup_stats
from joindin.queries.crew.signup_facts import load_signup_facts
from tests.crew_factories import (
    grant_qualification,
    make_building_block,
    make_crew_event,
    make_qualification,
    make_shift,
)
from tests.factories import NOW, make_user

PEOPLE = 4
TIMES = {"now": NOW, "timezone": "Europe/Berlin"}
PERSON, CAPACITY = st.integers(0, PEOPLE - 1), st.integers(0, 3)
_run = count()


def configure(structure, qualification_id, capacity, block_id):
    if structure == "uniform":
        return {"required_qualification_ids": [qualification_id], "maximum_number_of_participants": capacity}
    if structure == "complex":
        return {"starting_blocks": [{"building_block": block_id, "uuid": f"car {n}"} for n in range(capacity)]}
    place = {"qualification": qualification_id, "min_count": 0, "max_count": capacity}
    if structure == "named_teams":
        return {"teams": [place | {"uuid": "team", "title": "Team"}]}
    return {"qualification_requirements": [place]}


class SignupMachine(RuleBasedStateMachine):
    """The transaction is rolled back after each sequence."""

    @initialize(
        structure=st.sampled_from(["uniform", "named_teams", "qualification_mix", "complex"]),
        flow=st.sampled_from([INSTANT_CONFIRMATION, REQUEST_CONFIRM]),
        capacity=CAPACITY,
    )
    def arrange(self, structure, flow, capacity):
        self.structure, self.capacity, number = structure, capacity, next(_run)
        session = self.session = db.session
        self.qualification = make_qualification(session)
        self.users = [make_user(session, f"person-{number}-{index}") for index in range(PEOPLE)]
        self.actor = make_user(session, f"planner-{number}")
        self.grants = [grant_qualification(session, user, self.qualification) for user in self.users]
        block = make_building_block(session)
        position = BlockPosition(block_id=block.id)
        session.add(position)
        session.flush()
        self.block_id, needs = block.id, {"position_id": position.id, "qualification_id": self.qualification.id}
        session.execute(position_qualifications.insert().values(needs))
        event = make_crew_event(session, seen_by=self.users)
        self.is_instant = flow == INSTANT_CONFIRMATION
        self.shift = make_shift(
            session, event, structure=structure, flow=flow,
            signup_flow_configuration={"user_can_decline_confirmed": True},
            structure_configuration=configure(structure, self.qualification.id, capacity, self.block_id),
        )  # fmt: skip
        self.follower = make_shift(
            session, event, starts_at=self.shift.starts_at,
            flow="coupled", signup_flow_configuration={"leader_shift_id": self.shift.id},
        )  # fmt: skip

    @rule(person=PERSON)
    def signs_up(self, person):
        before = self.states()
        reasons = self.judge(self.users[person]).sign_up
        refusals = ()
        try:
            sign_up(self.session, Participant(USER, self.users[person].id), self.shift.id, **TIMES)
        except SignupRefused as refused:
            refusals = refused.reasons
        assert refusals == reasons
        if reasons:
            assert self.states() == before
        elif self.is_instant:
            assert list(self.states().values()).count(CONFIRMED) <= self.capacity
        else:
            assert self.states() == before | {self.users[person].id: REQUESTED}

    @rule(person=PERSON)
    def declines(self, person):
        before = self.states()
        try:
            decline(self.session, Participant(USER, self.users[person].id), self.shift.id, **TIMES)
        except SignupRefused:
            assert self.states() == before

    @rule(person=PERSON)
    def waits(self, person):
        before = self.waiting()
        verdict = self.judge(self.users[person])
        try:
            join_waiting_list(self.session, self.users[person].id, self.shift.id, **TIMES)
        except SignupRefused:
            assert self.waiting() == before
        else:
            assert self.is_instant
            assert verdict.is_only_full
            assert self.waiting() == [*before, self.users[person].id]

    @rule(person=PERSON, state=st.sampled_from([CONFIRMED, RESPONSIBLE_REJECTED]))
    def is_dispatched(self, person, state):
        row = self.session.scalar(
            select(Participation).filter_by(shift_id=self.shift.id, user_id=self.users[person].id)
        )
        if row is not None:
            decision = Decision(row.id, state, team_uuid="team")
            dispose(self.session, self.shift.id, [decision], actor_id=self.actor.id, **TIMES)

    @rule(capacity=CAPACITY)
    def changes_capacity(self, capacity):
        self.capacity, shift = capacity, self.shift
        fields = ShiftFields(
            shift.label, shift.meets_at, shift.starts_at, shift.ends_at,
            shift.signup_flow_slug, shift.signup_flow_configuration,
            self.structure, configure(self.structure, self.qualification.id, capacity, self.block_id),
        )  # fmt: skip
        update_shift(self.session, shift.id, fields, **TIMES)

    @rule(person=PERSON, start=st.integers(-1, 5), end=st.integers(-1, 5))
    def changes_own_times(self, person, start, end):
        """The shift lasts four hours. Times outside of it are allowed, in the wrong order they are not."""
        user, shift, hour = self.users[person], self.shift, dt.timedelta(hours=1)
        times = shift.starts_at + start * hour, shift.starts_at + end * hour
        is_signed_up, refused = self.states().get(user.id) in POSITIVE_STATES, self.judge(user).customize
        before = self.states()
        wishes = SignupWishes(starts_at=times[0], ends_at=times[1])
        try:
            row = customize_times(self.session, Participant(USER, user.id), shift.id, **TIMES, wishes=wishes)
            outcome = row.individual_starts_at or shift.starts_at, row.individual_ends_at or shift.ends_at
        except (NotFound, SignupRefused, InvalidSignup) as error:
            outcome = type(error)
        if not is_signed_up:
            assert outcome is NotFound
        elif refused:
            assert outcome is SignupRefused
        else:
            assert outcome == (InvalidSignup if end < start else times)
        assert self.states() == before

    @rule()
    def is_coupled_again(self):
        """A change of the following shift copies everyone again."""
        follower = self.follower
        fields = ShiftFields(
            follower.label, follower.meets_at, follower.starts_at, follower.ends_at,
            follower.signup_flow_slug, follower.signup_flow_configuration,
            follower.structure_slug, follower.structure_configuration,
        )  # fmt: skip
        update_shift(self.session, follower.id, fields, **TIMES)

    @rule(person=PERSON)
    def qualification_is_extended(self, person):
        """People who wait get a free place with the next change of the shift."""
        self.grants[person].expires_at = None
        self.session.flush()
        retry_on_lock_timeout(self.session, lambda: fill_free_places(self.session, self.shift, **TIMES), message="busy")

    @rule(person=PERSON)
    def qualification_expires(self, person):
        self.grants[person].expires_at = NOW - dt.timedelta(days=1)
        self.session.flush()

    @invariant()
    def coupled_shift_has_the_same_states(self):
        if hasattr(self, "shift"):
            assert self.states(self.follower) == self.states()

    @invariant()
    def no_one_waits_for_a_free_place(self):
        if not hasattr(self, "shift"):
            return
        states, waiting = self.states(), self.waiting()
        assert not [user_id for user_id in waiting if states.get(user_id) in POSITIVE_STATES]
        for user in self.users:
            if user.id in waiting:
                assert self.judge(user).sign_up

    @invariant()
    def numbers_agree(self):
        if hasattr(self, "shift"):
            stats = load_signup_stats(self.session, [self.shift], NOW)[self.shift.id]
            assert stats.confirmed_count == list(self.states().values()).count(CONFIRMED)

    def teardown(self):
        db.session.rollback()

    def states(self, shift=None):
        rows = self.session.execute(
            select(Participation.user_id, Participation.state).where(Participation.shift_id == (shift or self.shift).id)
        )
        return dict(rows.all())

    def waiting(self):
        return self.session.scalars(
            select(WaitingListEntry.user_id)
            .where(WaitingListEntry.shift_id == self.shift.id)
            .order_by(WaitingListEntry.id)
        ).all()

    def judge(self, user):
        facts = load_signup_facts(self.session, Participant(USER, user.id), [self.shift.id], NOW)[self.shift.id]
        return judge_signup(facts, NOW, TIMES["timezone"])


@pytest.mark.slow("thirty sequences of twenty steps")
def test_any_sequence_keeps_the_invariants(session):
    run_state_machine_as_test(
        SignupMachine,
        settings=settings(
            max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
