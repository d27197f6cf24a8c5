"""Shifts that are generated from the programme, and follow it."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from joindin.errors import NotFound
from joindin.models import Talk
from joindin.models.crew import (
    CAMERA,
    ROOM_HELP,
    SESSION_CHAIR,
    SHIFT_MOVED,
    TALKS_DELETED,
    TIMES_KEPT,
    CrewNotification,
    ProgrammeShift,
    Shift,
    programme_shift_talks,
)
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.programme.generation import (
    ShiftTemplate,
    detach_from_programme,
    find_template,
    generate_shifts,
)
from joindin.operations.crew.programme.rules import ShiftRule
from joindin.operations.talks import TalkDetails, delete_talk, edit_talk
from joindin.operations.tracks import add_talk_to_track, delete_track, edit_track, remove_talk_from_track
from tests.crew_factories import make_crew_event, make_participation, make_shift
from tests.factories import NOW, days_from_now, make_talk, make_track, make_user

TEMPLATE = ShiftTemplate("instant_confirmation", {}, "uniform", {"maximum_number_of_participants": 2})
CHAIRS = ShiftRule(SESSION_CHAIR, "Chair: {talk}", 10, 5)
HELP = ShiftRule(ROOM_HELP, "Help: {room}", 10, 5, max_gap=30)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def event(session):
    starts_at = days_from_now(30).replace(hour=8, minute=0, second=0, microsecond=0)
    event = make_crew_event(session, "Conference", is_private=False, starts_at=starts_at, timezone="UTC")
    event.ends_at = starts_at + dt.timedelta(days=2)
    session.flush()
    return event


@pytest.fixture
def hall(session, event):
    return make_track(session, event, "Hall")


@pytest.fixture
def talks(session, event, hall):
    """Three talks of an hour from nine o'clock, in one track."""
    return [
        make_talk(session, event, f"Talk {number}", tracks=[hall], starts_at=event.starts_at + number * HOUR)
        for number in (1, 2, 3)
    ]


def shifts(session):
    session.expire_all()
    return session.scalars(select(Shift).order_by(Shift.starts_at, Shift.id)).all()


def labels(session):
    return [shift.label for shift in shifts(session)]


def hours(session, event):
    """Return start and end of the shifts in minutes since the start of the event."""
    return [((shift.starts_at - event.starts_at) // MINUTE, (shift.ends_at - event.starts_at) // MINUTE)
            for shift in shifts(session)]  # fmt: skip


def change(session, talk, **fields):
    session.flush()
    session.expire_all()
    names = ("title", "description", "type_id", "language_id", "starts_at", "duration")
    details = TalkDetails(**{name: getattr(talk, name) for name in names} | fields)
    edit_talk(session, talk.id, details, actor=None, now=NOW)
    session.expire_all()


def actions(results):
    return [each.action for each in results]


def problems(session):
    return session.scalars(select(ProgrammeShift.problem).order_by(ProgrammeShift.shift_id)).all()


def test_each_talk_gets_a_chair_and_a_second_run_changes_nothing(session, event, talks):
    assert actions(generate_shifts(session, event.id, CHAIRS, TEMPLATE)) == ["new"] * 3

    assert labels(session) == ["Chair: Talk 1", "Chair: Talk 2", "Chair: Talk 3"]
    assert hours(session, event) == [(50, 125), (110, 185), (170, 245)]
    first = shifts(session)[0]
    assert (first.meets_at, first.structure_slug) == (first.starts_at, "uniform")
    assert first.structure_configuration["maximum_number_of_participants"] == 2
    assert actions(generate_shifts(session, event.id, CHAIRS, TEMPLATE)) == ["unchanged"] * 3
    assert len(shifts(session)) == 3


def test_a_second_run_changes_offsets_and_adds_shifts_of_new_talks(session, event, hall, talks):
    generate_shifts(session, event.id, CHAIRS, TEMPLATE)
    make_talk(session, event, "Talk 4", tracks=[hall], starts_at=event.starts_at + 5 * HOUR)
    rule = ShiftRule(SESSION_CHAIR, "{talk}", 20)

    assert actions(generate_shifts(session, event.id, rule, TEMPLATE)) == ["changed"] * 3 + ["new"]
    assert labels(session) == ["Talk 1", "Talk 2", "Talk 3", "Talk 4"]
    assert hours(session, event) == [(40, 120), (100, 180), (160, 240), (280, 360)]


def test_kinds_do_not_replace_each_other(session, event, talks):
    for rule in (CHAIRS, HELP, ShiftRule(CAMERA, "Camera: {talk}")):
        generate_shifts(session, event.id, rule, TEMPLATE)

    assert len(shifts(session)) == 7


def test_what_people_changed_by_hand_stays(session, event, talks):
    generate_shifts(session, event.id, CHAIRS, TEMPLATE)
    first, second, _ = shifts(session)
    first.label = "Opening"
    second.ends_at += HOUR
    session.flush()

    rule = ShiftRule(SESSION_CHAIR, "C: {talk}", 30)
    assert actions(generate_shifts(session, event.id, rule, TEMPLATE)) == ["changed", "changed", "changed"]
    assert labels(session) == ["Opening", "C: Talk 2", "C: Talk 3"]
    assert hours(session, event) == [(30, 120), (110, 245), (150, 240)]
    assert problems(session) == [None, TIMES_KEPT, None]


def test_a_template_gives_flow_structure_and_deadline(session, event, talks):
    source = make_shift(
        session, event, flow="request_confirm", starts_at=event.starts_at,
        signup_flow_configuration={"signup_until": (event.starts_at - HOUR).isoformat()},
    )  # fmt: skip

    generate_shifts(session, event.id, CHAIRS, find_template(session, event.id, source.id))

    made = [shift for shift in shifts(session) if shift.id != source.id]
    assert {shift.signup_flow_slug for shift in made} == {"request_confirm"}
    assert [
        dt.datetime.fromisoformat(shift.signup_flow_configuration["signup_until"]) for shift in made
    ] == [shift.starts_at - HOUR for shift in made]  # fmt: skip
    other = make_shift(session, make_crew_event(session))
    with pytest.raises(InvalidCrewField):
        find_template(session, event.id, other.id)


def test_moving_a_talk_moves_its_shift_with_the_people(session, event, talks):
    ada = make_user(session)
    generate_shifts(session, event.id, CHAIRS, TEMPLATE)
    first = shifts(session)[0]
    row = make_participation(session, first, ada, individual_starts_at=first.starts_at + 5 * MINUTE)

    change(session, talks[0], title="Opening", starts_at=talks[0].starts_at + 5 * HOUR, duration=30)

    moved = session.get(Shift, first.id)
    assert (moved.label, moved.starts_at) == ("Chair: Opening", event.starts_at + 350 * MINUTE)
    assert (moved.meets_at, moved.ends_at) == (moved.starts_at, event.starts_at + 395 * MINUTE)
    assert row.individual_starts_at == moved.starts_at + 5 * MINUTE
    assert problems(session) == [None, None, None]
    notices = session.execute(select(CrewNotification.user_id, CrewNotification.slug)).all()
    assert notices == [(ada.id, SHIFT_MOVED)]


def test_a_shift_whose_times_were_changed_by_hand_is_marked_when_its_talk_moves(session, event, talks):
    generate_shifts(session, event.id, CHAIRS, TEMPLATE)
    first = shifts(session)[0]
    first.starts_at -= HOUR
    session.flush()
    before = first.starts_at

    change(session, talks[0], starts_at=talks[0].starts_at + 5 * HOUR)

    assert session.get(Shift, first.id).starts_at == before
    assert problems(session) == [TIMES_KEPT, None, None]


def test_blocks_of_a_track_follow_their_talks(session, event, hall, talks):
    generate_shifts(session, event.id, HELP, TEMPLATE)
    assert (labels(session), hours(session, event)) == (["Help: Hall"], [(50, 245)])

    change(session, talks[2], duration=90)
    assert hours(session, event) == [(50, 275)]
    edit_track(session, hall.id, name="Aula", description=None)
    assert labels(session) == ["Help: Aula"]
    # Another day: the talk leaves the block.
    change(session, talks[2], starts_at=event.starts_at + 25 * HOUR)
    assert hours(session, event) == [(50, 185)]
    remove_talk_from_track(session, talks[1].id, hall.id)
    assert hours(session, event) == [(50, 125)]
    assert actions(generate_shifts(session, event.id, HELP, TEMPLATE)) == ["unchanged", "new", "new"]


def test_blocks_that_become_one_are_merged(session, event, hall, talks):
    apart = make_talk(session, event, "Late", tracks=[hall], starts_at=event.starts_at + 6 * HOUR)
    generate_shifts(session, event.id, HELP, TEMPLATE)
    assert hours(session, event) == [(50, 245), (350, 425)]

    change(session, apart, starts_at=event.starts_at + 4 * HOUR)
    assert len(shifts(session)) == 2
    assert actions(generate_shifts(session, event.id, HELP, TEMPLATE)) == ["changed", "removed"]
    assert hours(session, event) == [(50, 305)]


def test_a_talk_in_another_track_takes_its_shift_there(session, event, hall, talks):
    generate_shifts(session, event.id, ShiftRule(CAMERA, "Camera: {room}"), TEMPLATE)
    other = make_track(session, event, "Cellar")

    add_talk_to_track(session, talks[0].id, other.id)
    remove_talk_from_track(session, talks[0].id, hall.id)

    assert labels(session) == ["Camera: Cellar", "Camera: Hall", "Camera: Hall"]
    delete_track(session, other.id)
    assert labels(session)[0] == "Camera: Cellar"


def test_deleting_a_talk_removes_empty_shifts_and_marks_those_with_people(session, event, talks):
    generate_shifts(session, event.id, CHAIRS, TEMPLATE)
    make_participation(session, shifts(session)[1], make_user(session))
    session.commit()

    for talk in talks:
        delete_talk(session, talk.id, actor=None)

    assert labels(session) == ["Chair: Talk 2"]
    assert problems(session) == [TALKS_DELETED]
    assert session.scalar(select(func.count()).select_from(Talk)) == 0
    assert session.scalar(select(func.count()).select_from(programme_shift_talks)) == 0


def test_the_last_shift_of_an_event_stays(session, event, talks):
    generate_shifts(session, event.id, CHAIRS, TEMPLATE)

    for talk in talks:
        delete_talk(session, talk.id, actor=None)

    assert (len(shifts(session)), problems(session)) == (1, [TALKS_DELETED])


def test_a_detached_shift_follows_no_more(session, event, talks):
    generate_shifts(session, event.id, CHAIRS, TEMPLATE)
    first = shifts(session)[0].id
    detach_from_programme(session, first)
    with pytest.raises(NotFound):
        detach_from_programme(session, first)

    delete_talk(session, talks[0].id, actor=None)

    assert session.get(Shift, first).label == "Chair: Talk 1"


@pytest.mark.parametrize(
    ("rule", "template", "field"),
    [
        (ShiftRule(CAMERA, "", track_ids=frozenset({10**6})), TEMPLATE, "tracks"),
        (CHAIRS, ShiftTemplate("none", {}, "uniform", {}), "signup_flow_slug"),
        (CHAIRS, ShiftTemplate("manual", {}, "none", {}), "structure_slug"),
        (CHAIRS, ShiftTemplate("manual", 5, "uniform", {}), "signup_flow_configuration"),
    ],
)
def test_unacceptable_values_store_nothing(session, event, talks, rule, template, field):
    with pytest.raises(InvalidCrewField) as raised:
        generate_shifts(session, event.id, rule, template)

    assert raised.value.field == field
    assert shifts(session) == []


def test_an_event_without_crew_is_not_found(session):
    with pytest.raises(NotFound):
        generate_shifts(session, 10**6, CHAIRS, TEMPLATE)
