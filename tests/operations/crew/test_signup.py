"""Sign-up, withdrawal, individual times, waiting lists, and many people at once."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import delete, func, select

from joindin.errors import Conflict, NotFound
from joindin.extensions import db
from joindin.models import GrantedPermission, User
from joindin.models.crew import (
    ATOMIC,
    CONFIRMED,
    FOR_EVERYONE,
    REQUESTED,
    USER_DECLINED,
    BlockPosition,
    BuildingBlock,
    Participation,
    ParticipationComment,
    QuestionAnswer,
    SavedAnswer,
    Shift,
    ShiftQuestion,
    WaitingListEntry,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.accounts.groups import remove_member
from joindin.operations.crew.participations import Comment
from joindin.operations.crew.qualification_grants import grant_qualification as grant
from joindin.operations.crew.refusals import InvalidSignup, SignupRefused
from joindin.operations.crew.shifts import delete_shift
from joindin.operations.crew.signup import SignupWishes, customize_times, decline, sign_up
from joindin.operations.crew.waiting_list import fill_free_places, join_waiting_list, leave_waiting_list
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from tests.concurrency import run_concurrently
from tests.crew_factories import (
    grant_qualification,
    let_see,
    make_crew_event,
    make_participation,
    make_qualification,
    make_question,
    make_shift,
)
from tests.factories import NOW, make_group, make_user

ARGUMENTS = {"now": NOW, "timezone": "Europe/Berlin"}
MAY_DECLINE = {"user_can_decline_confirmed": True}
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def ada(session):
    return make_user(session, "ada")


@pytest.fixture
def event(session):
    return make_crew_event(session, "Congress")


def person(user):
    return Participant(USER, user.id)


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def reasons_of(refused):
    return [reason.text("en") for reason in refused.value.reasons]


def states(session, shift):
    rows = session.execute(select(Participation.user_id, Participation.state).where(Participation.shift_id == shift.id))
    return dict(rows.all())


def waiting(session, shift):
    return session.scalars(
        select(WaitingListEntry.user_id).where(WaitingListEntry.shift_id == shift.id).order_by(WaitingListEntry.id)
    ).all()


@pytest.mark.parametrize(("flow", "state"), [("instant_confirmation", CONFIRMED), ("request_confirm", REQUESTED)])
def test_signing_up_stores_the_state_of_the_flow(session, ada, event, flow, state):
    shift = make_shift(session, event, flow=flow)

    stored = sign_up(
        session, person(ada), shift.id, **ARGUMENTS, wishes=SignupWishes(comment=Comment(" Late ", is_public=True))
    )

    assert (stored.state, stored.structure_data, stored.individual_starts_at) == (state, {}, None)
    comment = session.scalars(select(ParticipationComment)).one()
    assert (comment.text, comment.visibility, comment.author_id) == ("Late", FOR_EVERYONE, None)
    granted = session.scalars(select(GrantedPermission)).one()
    assert (granted.permission, granted.user_id, granted.on_event_id) == ("view_event", ada.id, event.id)


def test_a_refusal_stores_nothing(session, ada, event):
    shift = make_shift(session, event, flow="manual")

    with pytest.raises(SignupRefused) as refused:
        sign_up(session, person(ada), shift.id, **ARGUMENTS)

    assert reasons_of(refused) == ["Signup for this shift is disabled."]
    assert count(session, Participation) == count(session, GrantedPermission) == 0
    with pytest.raises(NotFound):
        sign_up(session, person(ada), shift.id + 1, **ARGUMENTS)


def test_declining_and_signing_up_again_keep_one_row(session, ada, event):
    shift = make_shift(session, event, signup_flow_configuration=MAY_DECLINE)

    first = sign_up(session, person(ada), shift.id, **ARGUMENTS)
    decline(session, person(ada), shift.id, **ARGUMENTS)
    assert states(session, shift) == {ada.id: USER_DECLINED}
    again = sign_up(session, person(ada), shift.id, **ARGUMENTS)

    assert again.id == first.id
    assert states(session, shift) == {ada.id: CONFIRMED}


def test_a_full_shift_can_be_declined_first(session, ada, event):
    shift = make_shift(session, event, structure_configuration={"maximum_number_of_participants": 0})

    decline(session, person(ada), shift.id, **ARGUMENTS)

    assert states(session, shift) == {ada.id: USER_DECLINED}


@pytest.mark.parametrize(
    ("start", "end", "configuration", "field"),
    [
        (1, 2, {}, None),
        (0, 4, {"user_can_customize_signup_times": False}, None),
        (2, 1, {}, "individual_end_time"),
        (1, 2, {"user_can_customize_signup_times": False}, "individual_start_time"),
        (0, 7, {}, "individual_end_time"),
    ],
)
def test_individual_times(session, ada, event, start, end, configuration, field):
    shift = make_shift(session, event, signup_flow_configuration=configuration)
    make_participation(session, make_shift(session, event, starts_at=shift.starts_at + 6 * HOUR), ada)
    wishes = SignupWishes(starts_at=shift.starts_at + start * HOUR, ends_at=shift.starts_at + end * HOUR)

    if field:
        with pytest.raises(InvalidSignup) as refused:
            sign_up(session, person(ada), shift.id, **ARGUMENTS, wishes=wishes)
        assert refused.value.field == field
        assert count(session, Participation) == 1
    else:
        stored = sign_up(session, person(ada), shift.id, **ARGUMENTS, wishes=wishes)
        own = (stored.individual_starts_at, stored.individual_ends_at)
        assert own == ((wishes.starts_at, wishes.ends_at) if start else (None, None))


def test_times_are_changed_while_one_might_withdraw(session, ada, event):
    free = make_shift(session, event, signup_flow_configuration=MAY_DECLINE)
    fixed = make_shift(session, event, starts_at=free.ends_at)
    wishes = SignupWishes(starts_at=free.starts_at + HOUR)
    with pytest.raises(NotFound):
        customize_times(session, person(ada), free.id, **ARGUMENTS, wishes=wishes)
    for shift in (free, fixed):
        sign_up(session, person(ada), shift.id, **ARGUMENTS)

    changed = customize_times(session, person(ada), free.id, **ARGUMENTS, wishes=wishes)
    assert (changed.individual_starts_at, changed.individual_ends_at) == (free.starts_at + HOUR, None)
    with pytest.raises(SignupRefused) as refused:
        customize_times(session, person(ada), fixed.id, **ARGUMENTS, wishes=SignupWishes())
    assert reasons_of(refused) == ["You cannot decline by yourself."]


def test_teams_and_units_are_checked(session, ada, event):
    medic = make_qualification(session)
    teams = make_shift(
        session, event, structure="named_teams",
        structure_configuration={
            "teams": [
                {"uuid": "medics", "qualification": medic.id, "max_count": 1},
                {"uuid": "helpers", "qualification": None, "max_count": 1},
            ]
        },
    )  # fmt: skip
    with pytest.raises(InvalidSignup) as refused:
        sign_up(session, person(ada), teams.id, **ARGUMENTS, wishes=SignupWishes(team_uuid="medics"))
    assert refused.value.field == "preferred_team_uuid"

    # Without a choice it is the first team with a place, so that the maximum holds.
    assert sign_up(session, person(ada), teams.id, **ARGUMENTS).structure_data == {"preferred_team_uuid": "helpers"}


@pytest.mark.parametrize(
    ("chooses", "qualifies", "wish", "outcome"),
    [
        (True, True, "medics", "medics"),
        (True, True, None, "This field is required."),
        (True, False, None, "helpers"),
        (False, True, None, None),
        (False, True, "medics", "The responsible persons choose the teams of this shift."),
    ],
)
def test_requests_name_a_team_if_the_shift_says_so(session, ada, event, chooses, qualifies, wish, outcome):
    medic = make_qualification(session)
    if qualifies:
        grant_qualification(session, ada, medic)
    teams = [{"uuid": "medics", "qualification": medic.id}, {"uuid": "helpers", "qualification": None}]
    shift = make_shift(
        session, event, flow="request_confirm", structure="named_teams",
        structure_configuration={"choose_preferred_team": chooses, "teams": teams},
    )  # fmt: skip

    try:
        wishes = SignupWishes(team_uuid=wish)
        stored = sign_up(session, person(ada), shift.id, **ARGUMENTS, wishes=wishes).structure_data
        result = stored["preferred_team_uuid"]
    except InvalidSignup as refused:
        result = str(refused)

    assert result == outcome


def test_coupled_shifts_follow_their_leader(session, ada, event):
    leader = make_shift(session, event, signup_flow_configuration=MAY_DECLINE)
    follower = make_shift(session, event, flow="coupled", signup_flow_configuration={"leader_shift_id": leader.id})

    sign_up(session, person(ada), leader.id, **ARGUMENTS, wishes=SignupWishes(starts_at=leader.starts_at + HOUR))
    copy = session.scalars(select(Participation).filter_by(shift_id=follower.id)).one()
    assert (copy.user_id, copy.state, copy.individual_starts_at) == (ada.id, CONFIRMED, None)

    decline(session, person(ada), leader.id, **ARGUMENTS)
    assert states(session, follower) == {ada.id: USER_DECLINED}


def test_the_waiting_list_fills_free_places_in_order(session, ada, event):
    shift = make_shift(
        session, event, signup_flow_configuration=MAY_DECLINE,
        structure_configuration={"maximum_number_of_participants": 1},
    )  # fmt: skip
    other = make_shift(session, event, starts_at=shift.starts_at)
    busy, first, second = (make_user(session) for _ in range(3))
    with pytest.raises(SignupRefused) as refused:
        join_waiting_list(session, ada.id, shift.id, **ARGUMENTS)
    assert reasons_of(refused) == ["There are free places. Sign up instead."]
    sign_up(session, person(ada), shift.id, **ARGUMENTS)
    let_see(session, event, busy, first, second)
    for user in (busy, first, second):
        join_waiting_list(session, user.id, shift.id, **ARGUMENTS)
    with pytest.raises(SignupRefused) as refused:
        join_waiting_list(session, first.id, shift.id, **ARGUMENTS)
    assert reasons_of(refused) == ["You are already on the waiting list."]
    sign_up(session, person(busy), other.id, **ARGUMENTS)

    decline(session, person(ada), shift.id, **ARGUMENTS)

    assert states(session, shift) == {ada.id: USER_DECLINED, first.id: CONFIRMED}
    assert waiting(session, shift) == [busy.id, second.id]
    leave_waiting_list(session, second.id, shift.id)
    with pytest.raises(NotFound):
        leave_waiting_list(session, second.id, shift.id)
    assert waiting(session, shift) == [busy.id]


def test_answers_of_waiting_people_become_those_of_their_participation(session, ada, event):
    """Answers to questions that the shift no longer asks are dropped; a new required one prevents no place."""
    one = {"maximum_number_of_participants": 1}
    shift = make_shift(session, event, signup_flow_configuration=MAY_DECLINE, structure_configuration=one)
    food, size = make_question(session, shift, "Food"), make_question(session, shift, "Size", uses_saved_answers=True)
    sign_up(session, person(ada), shift.id, **ARGUMENTS)
    user = make_user(session)
    let_see(session, event, user)
    join_waiting_list(session, user.id, shift.id, answers={food.id: "Vegan", size.id: "M"}, **ARGUMENTS)
    session.execute(delete(ShiftQuestion).where(ShiftQuestion.question_id == food.id))
    make_question(session, shift, "New", is_required=True)

    decline(session, person(ada), shift.id, **ARGUMENTS)

    assert states(session, shift)[user.id] == CONFIRMED
    assert session.execute(select(QuestionAnswer.question_id, QuestionAnswer.answer)).all() == [(size.id, "M")]
    assert session.execute(select(SavedAnswer.user_id, SavedAnswer.answer)).all() == [(user.id, "M")]


def full_shift(session, event, **fields):
    one = {"maximum_number_of_participants": 1, **fields.pop("structure", {})}
    return make_shift(session, event, signup_flow_configuration=MAY_DECLINE, structure_configuration=one, **fields)


def test_new_qualification_brings_the_place_for_which_someone_waits(session, ada, event):
    """Bob had lost the qualification, so that the place stayed free."""
    medic, bob = make_qualification(session), make_user(session)
    shift = full_shift(session, event, structure={"required_qualification_ids": [medic.id]})
    let_see(session, event, bob)
    session.add(WaitingListEntry(shift_id=shift.id, user_id=bob.id, created_at=NOW))
    session.flush()

    grant(session, bob.id, medic.id, expires_at=None, actor=ada)

    assert (states(session, shift), waiting(session, shift)) == ({bob.id: CONFIRMED}, [])


def test_end_of_another_shift_brings_the_place_for_which_someone_waits(session, ada, event):
    shift = full_shift(session, event)
    other = make_shift(session, event, starts_at=shift.starts_at, signup_flow_configuration=MAY_DECLINE)
    bob = make_user(session)
    let_see(session, event, bob)
    sign_up(session, person(bob), other.id, **ARGUMENTS)
    session.add(WaitingListEntry(shift_id=shift.id, user_id=bob.id, created_at=NOW))
    session.flush()

    decline(session, person(bob), other.id, **ARGUMENTS)

    assert (states(session, shift), waiting(session, shift)) == ({bob.id: CONFIRMED}, [])


def test_deleted_shift_frees_its_people_for_the_shifts_for_which_they_wait(session, ada, event):
    shift = full_shift(session, event)
    other, bob = make_shift(session, event, starts_at=shift.starts_at), make_user(session)
    let_see(session, event, bob)
    make_participation(session, other, bob)
    session.add(WaitingListEntry(shift_id=shift.id, user_id=bob.id, created_at=NOW))
    session.flush()

    delete_shift(session, other.id)

    assert states(session, shift) == {bob.id: CONFIRMED}


def test_one_free_place_goes_to_one_of_two_who_become_qualified_at_once(app, session, ada, event):
    medic, people = make_qualification(session), [make_user(session) for _ in range(2)]
    shift = full_shift(session, event, structure={"required_qualification_ids": [medic.id]})
    let_see(session, event, *people)
    session.add_all(WaitingListEntry(shift_id=shift.id, user_id=each.id, created_at=NOW) for each in people)
    session.commit()
    shift_id, medic_id, ada_id, ids = shift.id, medic.id, ada.id, [each.id for each in people]

    def work(user_id):
        grant(db.session, user_id, medic_id, expires_at=None, actor=db.session.get_one(User, ada_id))

    outcomes = run_in_batches(app, session, [(user_id, lambda user_id=user_id: work(user_id)) for user_id in ids])

    confirmed = session.scalars(select(Participation.state).where(Participation.shift_id == shift_id)).all()
    assert (confirmed, session.query(WaitingListEntry).count()) == ([CONFIRMED], 1)
    assert outcomes == dict.fromkeys(ids, "done")


def test_required_answers_are_needed_to_join_the_waiting_list(session, ada, event):
    shift = make_shift(session, event, structure_configuration={"maximum_number_of_participants": 1})
    food = make_question(session, shift, "Food", is_required=True)
    make_participation(session, shift, make_user(session))

    with pytest.raises(InvalidSignup) as refused:
        join_waiting_list(session, ada.id, shift.id, answers={food.id: "\0 "}, **ARGUMENTS)

    assert (refused.value.field, waiting(session, shift)) == (f"questionnaires_{food.id}-food", [])


def test_who_does_not_see_the_event_any_more_gets_no_place(session, ada, event):
    shift = make_shift(
        session, event, signup_flow_configuration=MAY_DECLINE,
        structure_configuration={"maximum_number_of_participants": 1},
    )  # fmt: skip
    sign_up(session, person(ada), shift.id, **ARGUMENTS)
    gone, member = make_user(session), make_user(session)
    group = make_group(session, members=[gone, member])
    grant_permission(session, group, "view_event", event, actor=None)
    for user in (gone, member):
        join_waiting_list(session, user.id, shift.id, **ARGUMENTS)
    remove_member(session, group.id, gone.id, actor=None)

    decline(session, person(ada), shift.id, **ARGUMENTS)

    assert states(session, shift) == {ada.id: USER_DECLINED, member.id: CONFIRMED}
    assert waiting(session, shift) == [gone.id]


def test_only_the_lack_of_places_leads_to_the_waiting_list(session, ada, event):
    needed = make_qualification(session)
    full = {"maximum_number_of_participants": 0}
    closed = make_shift(session, event, structure_configuration=full | {"required_qualification_ids": [needed.id]})
    requested = make_shift(session, event, flow="request_confirm", structure_configuration=full)

    for shift, reason in ((closed, "You are not qualified."), (requested, "This shift has no waiting list.")):
        with pytest.raises(SignupRefused) as refused:
            join_waiting_list(session, ada.id, shift.id, **ARGUMENTS)
        assert reasons_of(refused) == [reason]
    assert count(session, WaitingListEntry) == 0


@pytest.mark.parametrize("structure", ["uniform", "named_teams", "qualification_mix", "complex"])
def test_a_list_of_a_full_shift_is_not_read_to_its_end(session, event, structure, count_statements):
    shift = make_shift(session, event, structure=structure, structure_configuration=ten_places(session, structure))
    for number in range(PLACES):
        team = {"preferred_team_uuid": f"team {number % 2}"} if structure == "named_teams" else {}
        make_participation(session, shift, make_user(session), structure_data=team)
    costs = []
    for _ in range(2):
        for user in [make_user(session) for _ in range(5)]:
            let_see(session, event, user)
            session.add(WaitingListEntry(shift_id=shift.id, user_id=user.id, created_at=NOW))
        session.flush()
        with count_statements() as statements:
            assert fill_free_places(session, shift, **ARGUMENTS) == []
        costs.append(len(statements))

    assert costs[0] == costs[1]
    assert len(waiting(session, shift)) == 10


def test_a_withdrawal_waits_for_its_turn_at_the_shift(app, session, ada, event, monkeypatch):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    monkeypatch.setattr("joindin.db.locking.MAX_ATTEMPTS", 1)
    monkeypatch.setattr("joindin.db.locking.LOCK_TIMEOUT_MS", 1)
    shift = make_shift(session, event, signup_flow_configuration=MAY_DECLINE)
    make_participation(session, shift, ada)
    participant, shift_id = person(ada), shift.id
    session.commit()

    def withdraw():
        with app.app_context():
            decline(db.session, participant, shift_id, **ARGUMENTS)
            db.session.commit()

    with ThreadPoolExecutor(1) as pool, db.engine.connect() as other:
        other.execute(select(Shift.id).where(Shift.id == shift_id).with_for_update())
        withdrawal = pool.submit(withdraw)
        sleep(0.3)
        still_waiting = not withdrawal.done()
        other.rollback()
        withdrawal.result()

    session.expire_all()
    assert (still_waiting, states(session, shift)) == (True, {ada.id: USER_DECLINED})


# Fifty people, eight connections, ten places.

PEOPLE, CONNECTIONS, PLACES = 50, 8, 10


def ten_places(session, structure):
    if structure == "uniform":
        return {"maximum_number_of_participants": PLACES}
    if structure == "named_teams":
        return {"teams": [{"uuid": f"team {n}", "qualification": None, "max_count": 5} for n in range(2)]}
    if structure == "qualification_mix":
        return {"qualification_requirements": [{"qualification": None, "min_count": 3, "max_count": 5}] * 2}
    block = BuildingBlock(uuid="car", name="Car", block_type=ATOMIC)
    session.add(block)
    session.flush()
    session.add_all(BlockPosition(block_id=block.id) for _ in range(5))
    session.flush()
    return {"starting_blocks": [{"building_block": block.id, "uuid": f"car {n}"} for n in range(2)]}


def run_in_batches(app, session, actions):
    """Run the actions with as many connections as the race has; each connection works through its share."""
    shares = [actions[start::CONNECTIONS] for start in range(CONNECTIONS)]

    def work(share):
        outcomes = []
        with app.app_context():
            for key, action in share:
                try:
                    action()
                    db.session.commit()
                    outcomes.append((key, "done"))
                except SignupRefused as refused:
                    db.session.rollback()
                    outcomes.append((key, refused.reasons[0].text("en")))
                except Conflict as refused:
                    db.session.rollback()
                    outcomes.append((key, str(refused)))
        return outcomes

    results = run_concurrently(session, [lambda share=share: work(share) for share in shares])
    return dict(outcome for result in results for outcome in result)


@pytest.mark.parametrize("structure", ["uniform", "named_teams", "qualification_mix", "complex"])
@pytest.mark.slow("a hundred transactions on eight connections")
def test_ten_of_fifty_people_get_the_ten_places(app, session, event, structure):
    """Then five withdraw while the others wait: the places go to the waiting list, in order."""
    shift_id = make_shift(
        session, event, structure=structure, structure_configuration=ten_places(session, structure),
        signup_flow_configuration=MAY_DECLINE,
    ).id  # fmt: skip
    users = [make_user(session) for _ in range(PEOPLE)]
    ids = [user.id for user in users]
    let_see(session, event, *users)

    outcomes = run_in_batches(
        app, session,
        [(id_, lambda id_=id_: sign_up(db.session, Participant(USER, id_), shift_id, **ARGUMENTS)) for id_ in ids],
    )  # fmt: skip

    full = "All teams you qualify for are full." if structure == "named_teams" else (
        "The maximum number of participants is reached."
    )  # fmt: skip
    assert Counter(outcomes.values()) == {"done": PLACES, full: PEOPLE - PLACES}
    confirmed = {id_ for id_, outcome in outcomes.items() if outcome == "done"}
    rows = select(Participation.user_id).where(Participation.state == CONFIRMED).order_by(Participation.id)
    assert set(session.scalars(rows)) == confirmed

    others = [id_ for id_ in ids if id_ not in confirmed]
    leaving = sorted(confirmed)[:5]
    for id_ in others[:20]:
        join_waiting_list(session, id_, shift_id, **ARGUMENTS)
    outcomes = run_in_batches(
        app, session,
        [
            *((id_, lambda id_=id_: decline(db.session, Participant(USER, id_), shift_id, **ARGUMENTS))
              for id_ in leaving),
            *((id_, lambda id_=id_: sign_up(db.session, Participant(USER, id_), shift_id, **ARGUMENTS))
              for id_ in others[20:]),
        ],
    )  # fmt: skip

    assert Counter(outcomes.values()) == {"done": 5, full: len(others) - 20}
    assert set(session.scalars(rows)) == confirmed - set(leaving) | set(others[:5])
    assert session.scalars(select(WaitingListEntry.user_id).order_by(WaitingListEntry.id)).all() == others[5:20]
