"""The rules of signing up: every reason, by flow and by structure."""

import datetime as dt

import pytest

from joindin.models.crew import (
    ATOMIC,
    COMPOSITE,
    CONFIRMED,
    REQUESTED,
    RESPONSIBLE_REJECTED,
    USER_DECLINED,
    BlockComposition,
    BlockPosition,
    BuildingBlock,
    event_type_qualifications,
    position_qualifications,
)
from joindin.operations.crew.refusals import GERMAN, MSG_NOT_QUALIFIED, Refusal
from joindin.operations.crew.signup_rules import judge_signup
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from joindin.queries.crew.signup_facts import load_signup_facts
from tests.crew_factories import (
    grant_qualification,
    make_crew_event,
    make_event_type,
    make_participation,
    make_profile,
    make_qualification,
    make_shift,
)
from tests.factories import NOW, days_from_now, make_user

BERLIN = "Europe/Berlin"
TEAM_A, TEAM_B = "a1111111-1111-4111-8111-111111111111", "b2222222-2222-4222-8222-222222222222"
FULL = "The maximum number of participants is reached."
NOT_QUALIFIED = "You are not qualified."
OVER = "The signup period is over."


@pytest.fixture
def ada(session):
    return make_user(session, "ada")


@pytest.fixture
def event(session):
    return make_crew_event(session, "Congress")


@pytest.fixture
def judge(session):
    """``judge(user, shift)`` returns the reasons against signing up, declining and customising, in English."""

    def judging(user, shift, language="en", now=NOW):
        session.flush()
        facts = load_signup_facts(session, Participant(USER, user.id), [shift.id], now)[shift.id]
        return tuple([reason.text(language) for reason in reasons] for reasons in judge_signup(facts, now, BERLIN))

    return judging


@pytest.fixture
def block(session):
    """``block("RTW", [(), (q1, q2)])`` stores an atomic block with a position for each tuple of qualifications."""

    def making(name, positions=(), parts=(), *, allows_more=False):
        made = BuildingBlock(uuid=name, name=name, block_type=COMPOSITE if parts else ATOMIC, allows_more=allows_more)
        session.add(made)
        session.flush()
        for qualifications in positions:
            position = BlockPosition(block_id=made.id)
            session.add(position)
            session.flush()
            for each in qualifications:
                session.execute(
                    position_qualifications.insert().values(position_id=position.id, qualification_id=each.id)
                )
        for part in parts:
            session.add(BlockComposition(block_id=made.id, part_id=part.id))
        session.flush()
        return made

    return making


def complex_of(*blocks):
    return {"starting_blocks": [{"building_block": each.id, "uuid": each.uuid, "label": ""} for each in blocks]}


def test_every_message_has_a_german_text_with_the_same_values():
    for english, german in GERMAN.items():
        for brace in ("{type}", "{shifts}", "{age}", "{shift}"):
            assert (brace in english) == (brace in german), english
    assert Refusal(MSG_NOT_QUALIFIED).text("de") == "Sie sind nicht qualifiziert."
    assert Refusal("Ask {Paula} 100%").text("de") == "Ask {Paula} 100%"


@pytest.mark.parametrize("flow", ["instant_confirmation", "request_confirm"])
@pytest.mark.parametrize(
    ("state", "may_decline", "expected"),
    [
        (None, False, ([], [], [])),
        (REQUESTED, False, (["You have already signed up for this shift."], [], [])),
        (
            CONFIRMED, False,
            (
                ["You have already signed up for this shift."],
                ["You cannot decline by yourself."],
                ["You cannot decline by yourself."],
            ),
        ),
        (CONFIRMED, True, (["You have already signed up for this shift."], [], [])),
        (USER_DECLINED, False, ([], ["You have already declined participating."], [])),
        (
            RESPONSIBLE_REJECTED, True,
            (["You have been rejected."], ["You have been rejected."], ["You have been rejected."]),
        ),
    ],
)  # fmt: skip
def test_own_state(session, ada, event, judge, flow, state, may_decline, expected):
    shift = make_shift(session, event, flow=flow, signup_flow_configuration={"user_can_decline_confirmed": may_decline})
    if state is not None:
        make_participation(session, shift, ada, state=state)

    assert judge(ada, shift) == expected


@pytest.mark.parametrize(
    ("flow", "configuration", "reason"),
    [
        ("manual", {}, "Signup for this shift is disabled."),
        ("manual", {"no_selfservice_explanation": "Ask Paula."}, "Ask Paula."),
        ("coupled", {}, "Participation is coupled to another shift, but the leading shift is missing."),
        (
            "coupled", {"leader_shift_id": 10**30},
            "Participation is coupled to another shift, but the leading shift is missing.",
        ),
        ("lottery", {}, "Signup configuration is invalid!"),
    ],
)  # fmt: skip
def test_flows_without_self_service(session, ada, event, judge, flow, configuration, reason):
    shift = make_shift(session, event, flow=flow, signup_flow_configuration=configuration)

    assert judge(ada, shift) == ([reason], [reason], [reason])


def test_a_coupled_shift_names_its_leader(session, ada, event, judge):
    leader = make_shift(session, event, label="Setup")
    shift = make_shift(session, event, flow="coupled", signup_flow_configuration={"leader_shift_id": leader.id})
    stranger = make_shift(session, make_crew_event(session))

    assert judge(ada, shift)[0] == ["Participation is coupled to Setup."]
    shift.signup_flow_configuration = {"leader_shift_id": stranger.id}
    assert judge(ada, shift, "de")[0] == [
        "Die Teilnahme ist an eine andere Schicht gekoppelt, die nicht mehr existiert."
    ]


def test_all_reasons_are_listed_in_the_order_of_the_contract(session, ada, judge):
    needed = make_qualification(session, "FA")
    event_type = make_event_type(session, "Service")
    session.execute(event_type_qualifications.insert().values(event_type_id=event_type.id, qualification_id=needed.id))
    event = make_crew_event(session, "Fair", type=event_type, is_draft=True)
    make_profile(session, ada, date_of_birth=(days_from_now(10) - dt.timedelta(days=15 * 366)).date())
    shift = make_shift(
        session,
        event,
        signup_flow_configuration={"signup_until": days_from_now(-1).isoformat()},
        structure_configuration={
            "required_qualification_ids": [needed.id], "minimum_age": 16, "maximum_number_of_participants": 0
        },
    )  # fmt: skip
    other = make_shift(session, make_crew_event(session, "Marathon"), label="Tent", starts_at=shift.starts_at)
    make_participation(session, other, ada)

    sign_up, decline, _customize = judge(ada, shift)

    conflict = sign_up.pop(3)
    assert sign_up == [
        "The event is not active.",
        OVER,
        "You lack the necessary qualification to participate in Service type events.",
        NOT_QUALIFIED,
        "You are too young. The minimum age is 16.",
        FULL,
    ]
    assert conflict.startswith("You are already confirmed for other shifts at this time: Tent (Marathon, ")
    assert decline == ["The event is not active.", OVER]
    german = judge(ada, shift, "de")[0]
    assert german[2] == "Ihnen fehlen die nötigen Qualifikationen um an Veranstaltungen des Typs Service teilzunehmen."
    assert german[3].startswith("Sie sind zu dieser Zeit bereits eingeteilt für Tent (Marathon, ")


@pytest.mark.parametrize(
    ("signup_until", "reasons"),
    [
        (None, []),
        (days_from_now(1).isoformat(), []),
        (NOW.isoformat(), []),
        ((NOW - dt.timedelta(seconds=1)).isoformat(), [OVER]),
        ("nonsense", []),
        (17, []),
        ("0001-01-01T00:00:00+05:00", []),
    ],
    # The same names in every process, although the times differ.
    ids=["none", "tomorrow", "now", "a second ago", "no time", "a number", "before all times"],
)
def test_the_deadline(session, ada, event, judge, signup_until, reasons):
    shift = make_shift(session, event, signup_flow_configuration={"signup_until": signup_until})

    assert judge(ada, shift)[0] == reasons


def test_a_running_shift_is_open_until_its_end(session, ada, event, judge):
    shift = make_shift(session, event)

    assert judge(ada, shift, now=shift.ends_at)[0] == []
    assert judge(ada, shift, now=shift.ends_at + dt.timedelta(seconds=1))[0] == [OVER]


@pytest.mark.parametrize("structure", ["uniform", "named_teams", "qualification_mix", "complex"])
@pytest.mark.parametrize(("years", "is_young"), [(16, False), (15, True), (None, False)])
def test_the_minimum_age_on_the_day_of_the_shift(session, ada, event, judge, block, structure, years, is_young):
    shift = make_shift(
        session,
        event,
        structure=structure,
        structure_configuration={
            "minimum_age": 16,
            "teams": [{"qualification": None, "uuid": TEAM_A}],
            "qualification_requirements": [{"qualification": None, "min_count": 0, "max_count": None}],
            **complex_of(block("Car", [()])),
        },
    )
    if years:
        day = shift.starts_at.astimezone(dt.timezone(dt.timedelta(hours=1))).date()
        make_profile(session, ada, date_of_birth=day.replace(year=day.year - years))

    assert judge(ada, shift)[0] == (["You are too young. The minimum age is 16."] if is_young else [])


@pytest.mark.parametrize(
    ("hours", "may_customize", "is_conflict"),
    [
        ((0, 4), True, True),
        ((-1, 5), True, True),
        ((1, 5), True, False),
        ((1, 5), False, True),
        ((1, 2), True, False),
        ((4, 8), False, False),
        ((-4, 0), False, False),
    ],
)
def test_conflicts_count_individual_times(session, ada, event, judge, hours, may_customize, is_conflict):
    shift = make_shift(session, event, signup_flow_configuration={"user_can_customize_signup_times": may_customize})
    other = make_shift(session, event, starts_at=shift.starts_at - dt.timedelta(days=30))
    make_participation(
        session,
        other,
        ada,
        individual_starts_at=shift.starts_at + dt.timedelta(hours=hours[0]),
        individual_ends_at=shift.starts_at + dt.timedelta(hours=hours[1]),
    )

    assert bool(judge(ada, shift)[0]) == is_conflict


def test_only_own_confirmed_participations_conflict(session, ada, event, judge):
    shift, other = make_shift(session, event), make_shift(session, event)
    make_participation(session, other, make_user(session))
    make_participation(session, other, ada, state=REQUESTED)

    assert judge(ada, shift)[0] == []


@pytest.mark.parametrize(("flow", "reasons"), [("instant_confirmation", [FULL]), ("request_confirm", [])])
def test_the_maximum_counts_in_flows_that_confirm_at_once(session, ada, event, judge, block, flow, reasons):
    configurations = {
        "uniform": {"maximum_number_of_participants": 1},
        "qualification_mix": {"qualification_requirements": [{"qualification": None, "min_count": 1, "max_count": 1}]},
        "complex": complex_of(block("Car", [()])),
    }
    for structure, configuration in configurations.items():
        shift = make_shift(session, event, flow=flow, structure=structure, structure_configuration=configuration)
        assert judge(ada, shift)[0] == []
        make_participation(session, shift, make_user(session), state=REQUESTED)
        assert judge(ada, shift)[0] == []
        make_participation(session, shift, placeholder_name="Placeholder")
        assert judge(ada, shift)[0] == reasons, structure


def test_teams(session, ada, event, judge):
    medic = make_qualification(session, "MED")
    teams = [
        {"qualification": medic.id, "min_count": 0, "max_count": None, "uuid": TEAM_A, "title": "A"},
        {"qualification": None, "min_count": 0, "max_count": 1, "uuid": TEAM_B, "title": "B"},
    ]
    shift = make_shift(session, event, structure="named_teams", structure_configuration={"teams": teams})
    nobody_fits = make_shift(session, event, structure="named_teams", structure_configuration={"teams": teams[:1]})

    assert judge(ada, nobody_fits)[0] == [NOT_QUALIFIED]
    assert judge(ada, shift)[0] == []
    make_participation(session, shift, make_user(session), structure_data={"dispatched_team_uuid": TEAM_B})
    assert judge(ada, shift)[0] == ["All teams you qualify for are full."]
    assert judge(ada, shift, "de")[0] == ["Alle Teams, für die Sie qualifiziert sind, sind voll."]
    grant_qualification(session, ada, medic)
    assert judge(ada, shift)[0] == judge(ada, nobody_fits)[0] == []


@pytest.mark.parametrize("structure", ["qualification_mix", "complex"])
def test_places_are_assigned_anew_for_each_person(session, ada, event, judge, block, structure):
    """A paramedic who sits on a helper's place moves to the paramedic's when a helper comes."""
    helper = make_qualification(session, "FA")
    paramedic = make_qualification(session, "PAR", includes=[helper])
    shift = make_shift(
        session,
        event,
        structure=structure,
        structure_configuration={
            "qualification_requirements": [
                {"qualification": each.id, "min_count": 1, "max_count": 1} for each in (helper, paramedic)
            ],
            **complex_of(block("Company", parts=[block("Car", [(helper,), (paramedic,)])])),
        },
    )
    ben, carl, dora = (make_user(session) for _ in range(3))
    grant_qualification(session, ben, paramedic)
    grant_qualification(session, carl, paramedic)
    grant_qualification(session, dora, helper)

    assert judge(ada, shift)[0] == [NOT_QUALIFIED]
    make_participation(session, shift, ben)
    assert judge(dora, shift)[0] == judge(carl, shift)[0] == []
    make_participation(session, shift, carl)
    assert judge(dora, shift)[0] == [FULL]


def test_a_block_that_allows_more_is_never_full(session, ada, event, judge, block):
    shift = make_shift(
        session, event, structure="complex", structure_configuration=complex_of(block("Tent", allows_more=True))
    )
    for _ in range(3):
        make_participation(session, shift, make_user(session))

    assert judge(ada, shift)[0] == []


def test_a_qualification_has_to_be_valid_when_the_shift_starts(session, ada, event, judge):
    needed = make_qualification(session)
    shift = make_shift(session, event, structure_configuration={"required_qualification_ids": [needed.id]})
    grant = grant_qualification(session, ada, needed, expires_at=shift.starts_at - dt.timedelta(seconds=1))

    assert judge(ada, shift)[0] == [NOT_QUALIFIED]
    grant.expires_at = shift.starts_at
    assert judge(ada, shift)[0] == []


def test_inclusion_is_transitive(session, ada, event, judge):
    low = make_qualification(session)
    middle = make_qualification(session, includes=[low])
    high = make_qualification(session, includes=[middle])
    shift = make_shift(session, event, structure_configuration={"required_qualification_ids": [low.id]})
    grant_qualification(session, ada, high)

    assert judge(ada, shift)[0] == []


@pytest.mark.parametrize("structure", ["uniform", "named_teams", "qualification_mix", "complex", "gallery"])
@pytest.mark.parametrize(
    "value", [None, 1, "x", [None, 1, "x", [], {}], {"a": {}}, [[]], [{}], [{"qualification": []}], -1, 10**30, True]
)
def test_any_configuration_is_judged(session, ada, event, judge, structure, value):
    keys = (
        "minimum_age", "maximum_number_of_participants", "required_qualification_ids", "teams",
        "qualification_requirements", "starting_blocks",
    )  # fmt: skip
    shift = make_shift(
        session, event, structure=structure, structure_configuration=dict.fromkeys(keys, value),
        signup_flow_configuration={"signup_until": value},
    )  # fmt: skip

    assert all(isinstance(reason, str) for reason in judge(ada, shift)[0])


def test_the_facts_of_many_shifts_cost_as_many_statements_as_those_of_one(session, ada, event, count_statements):
    shifts = [make_shift(session, event, structure="complex", structure_configuration={}) for _ in range(20)]
    for shift in shifts:
        make_participation(session, shift, make_user(session))
    session.commit()
    counts = []
    for ids in ([shifts[0].id], [shift.id for shift in shifts]):
        with count_statements() as statements:
            load_signup_facts(session, Participant(USER, ada.id), ids, NOW)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 15
