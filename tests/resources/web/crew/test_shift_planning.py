"""Pages of planners for shifts: flows and structures with their configurations, copies and deletion."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models.crew import BuildingBlock, CrewDetails, Participation, Shift
from tests.browser_client import Browser, form_fields, main_text
from tests.crew_factories import make_crew_event, make_participation, make_qualification, make_shift
from tests.factories import make_user

ENGLISH = {"Accept-Language": "en"}
TIMES = {"meeting_time": "2033-05-01T17:30", "start_time": "2033-05-01T18:00", "end_time": "2033-05-01T22:00"}
UNIFORM = {"signup_flow_slug": "instant_confirmation", "structure_slug": "uniform"}


@pytest.fixture
def paula(session):
    return make_user(session, "paula")


@pytest.fixture
def event(session, paula):
    return make_crew_event(session, "Night Watch", changed_by=[paula], is_draft=True)


@pytest.fixture
def page(app, session, paula, event):
    return Browser(app).sign_in_directly(paula)


def create(page, event, fields, **more):
    return page.send(f"/events/{event.id}/createshift/", {"label": "Gate", **TIMES, **fields}, headers=ENGLISH, **more)


def test_planner_adds_two_shifts_and_the_event_becomes_active(session, page, event):
    qualification = make_qualification(session)
    fields = {
        "minimum_age": "16",
        "minimum_number_of_participants": "2",
        "maximum_number_of_participants": "4",
        "required_qualification_ids": [qualification.id],
        "signup_until": "2033-04-30T12:00",
        "user_can_decline_confirmed": "on",
    }

    again = create(page, event, UNIFORM | fields | {"another": "1"})
    form = form_fields(page.get(f"/events/{event.id}/createshift/").text)
    done = create(page, event, UNIFORM | {"label": "Bar", "meeting_time": ""})

    assert [reply.location for reply in (again, done)] == [
        f"/events/{event.id}/createshift/", f"/events/{event.id}-night-watch/"
    ]  # fmt: skip
    assert (form["label"], form["start_time"], form["maximum_number_of_participants"]) == ("", "2033-05-01T18:00", "4")
    first, second = session.scalars(select(Shift).order_by(Shift.id))
    assert (first.label, first.meets_at.hour, first.starts_at.hour, first.ends_at.hour) == ("Gate", 15, 16, 20)
    assert first.signup_flow_configuration == {
        "signup_until": "2033-04-30T10:00:00Z",
        "user_can_decline_confirmed": True,
        "user_can_customize_signup_times": False,
    }
    assert first.structure_configuration == {
        "minimum_age": 16,
        "minimum_number_of_participants": 2,
        "maximum_number_of_participants": 4,
        "required_qualification_ids": [qualification.id],
    }
    assert (second.label, second.meets_at) == ("Bar", second.starts_at)
    assert session.get(CrewDetails, event.id).is_draft is False


def test_teams_are_rows_that_keep_their_ids(session, page, event):
    fields = {"structure_slug": "named_teams", "signup_flow_slug": "request_confirm", "choose_preferred_team": "on"}
    rows = {"teams-0-title": "North", "teams-0-min_count": "1", "teams-1-min_count": "", "teams-2-min_count": "2"}
    create(page, event, fields | rows | {"teams-2-title": "South", "teams-2-max_count": "3"})
    shift = session.query(Shift).one()
    north, south = shift.structure_configuration["teams"]
    assert [(team["title"], team["min_count"], team["max_count"]) for team in (north, south)] == [
        ("North", 1, None), ("South", 2, 3)
    ]  # fmt: skip

    path = f"/shifts/{shift.id}/edit/"
    sent = {name: value for name, value in form_fields(page.get(path).text).items() if name.startswith("teams-")}
    assert (sent["teams-1-uuid"], sent["teams-4-title"]) == (south["uuid"], "")
    sent = {name: value for name, value in sent.items() if not name.endswith("removed")}
    sent |= {"teams-0-removed": "on", "teams-2-title": "West"}
    page.send(path, {"label": "Gate", **TIMES, **fields, **sent})

    session.refresh(shift)
    teams = shift.structure_configuration["teams"]
    assert [(team["title"], team["uuid"] == south["uuid"]) for team in teams] == [("South", True), ("West", False)]


def test_more_rows_are_added_without_storing(session, page, event):
    fields = {"structure_slug": "named_teams", "teams-0-title": "North", "teams-0-min_count": "1", "add_rows": "teams"}

    reply = create(page, event, fields)

    sent = form_fields(reply.text)
    assert (reply.status_code, sent["teams-0-title"], sent["teams-6-title"]) == (200, "North", "")
    assert session.query(Shift).count() == 0


def test_qualifications_blocks_and_coupled_shifts(session, page, event):
    qualification = make_qualification(session)
    block = BuildingBlock(uuid="5eed0000-0000-4000-8000-000000000001", name="Ambulance", block_type="atomic")
    session.add(block)
    leader = make_shift(session, event)
    mix = {"requirements-0-qualification": str(qualification.id), "requirements-0-min_count": "2"}
    blocks = {"blocks-0-building_block": str(block.id), "blocks-0-label": "North", "blocks-0-optional": "on"}

    create(
        page,
        event,
        {"signup_flow_slug": "manual", "no_selfservice_explanation": "Ask us", "structure_slug": "qualification_mix"}
        | mix,
    )
    create(
        page,
        event,
        {"signup_flow_slug": "coupled", "leader_shift_id": str(leader.id), "structure_slug": "complex"} | blocks,
    )

    _leader, first, second = session.scalars(select(Shift).order_by(Shift.id))
    assert first.signup_flow_configuration == {"no_selfservice_explanation": "Ask us"}
    assert first.structure_configuration["qualification_requirements"] == [
        {"qualification": qualification.id, "min_count": 2, "max_count": None}
    ]
    assert second.signup_flow_configuration == {"leader_shift_id": leader.id}
    (row,) = second.structure_configuration["starting_blocks"]
    assert (row["building_block"], row["label"], row["optional"]) == (block.id, "North", True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start_time": ""}, "Enter a day and a time."),
        ({"start_time": "2033-05-01T25:00"}, "Enter a day and a time."),
        ({"end_time": "0001-01-01T00:00"}, "Enter a day and a time."),
        ({"end_time": "2033-05-01T18:00"}, "End time must not be before start time."),
        ({"meeting_time": "2033-05-01T19:00"}, "Meeting time must not be after start time!"),
        ({"signup_until": "\0"}, "Enter a day and a time."),
        ({"label": "x" * 256}, "Enter at most 255 characters."),
        ({"signup_flow_slug": "other"}, "Select a valid choice."),
        ({"structure_slug": "gallery\0"}, "Select a valid choice."),
        ({"minimum_age": "151"}, "Enter a number from 0 to 150."),
        ({"maximum_number_of_participants": "9" * 30}, "Enter a number from 0 to 10000."),
        (
            {"minimum_number_of_participants": "3", "maximum_number_of_participants": "2"},
            "Max count must not be smaller than min count.",
        ),
        ({"required_qualification_ids": "99999"}, "Select a valid choice."),
        ({"required_qualification_ids": "9" * 30}, "Choose one from the list."),
        ({"signup_flow_slug": "coupled"}, "Select a shift of the same event"),
        ({"signup_flow_slug": "coupled", "leader_shift_id": "2147483648"}, "Choose one from the list."),
        (
            {"structure_slug": "named_teams", "teams-0-min_count": "-1"},
            "Enter a number from 0 to 10000.",
        ),
        ({"structure_slug": "complex", "blocks-0-building_block": "7", "blocks-0-label": ""}, "Select a valid choice."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_bad_values_are_refused_and_store_nothing(session, page, event, count_rows, changes, message):
    path = f"/events/{event.id}/createshift/"
    token = page.token(path)
    before = count_rows()

    reply = page.post(path, {"csrfmiddlewaretoken": token, **TIMES, **UNIFORM, **changes}, headers=ENGLISH)

    assert reply.status_code == 200
    assert message in main_text(reply)
    assert count_rows() == before


def test_errors_are_in_the_language_of_the_page(page, event):
    reply = page.send(f"/events/{event.id}/createshift/", TIMES | UNIFORM | {"end_time": "2033-05-01T10:00"})

    assert "Die Endzeit darf nicht vor der Startzeit liegen." in main_text(reply)


def test_planner_copies_and_deletes_shifts(session, page, paula, event):
    shift = make_shift(session, event, starts_at=dt.datetime(2033, 3, 20, 17, tzinfo=dt.UTC))
    make_participation(session, shift, paula)
    path = f"/shifts/{shift.id}"

    page.send(f"{path}/copy/", {"first_day": "2033-04-03"})
    starts = session.scalars(select(Shift.starts_at).order_by(Shift.id)).all()
    page.send(f"{path}/delete/")
    (last,) = session.scalars(select(Shift))
    refused = page.send(f"/shifts/{last.id}/delete/", headers=ENGLISH)

    assert [f"{at:%m-%d %H:%M}" for at in starts] == ["03-20 17:00", "04-03 16:00"]
    assert refused.location == f"/events/{event.id}-night-watch/"
    assert [session.query(model).count() for model in (Shift, Participation)] == [1, 0]


def test_form_costs_the_same_whatever_the_number_of_choices(session, page, event, count_statements):
    costs = []
    for count in (1, 20):
        for _ in range(count):
            make_shift(session, event), make_qualification(session)
        session.commit()
        with count_statements() as statements:
            assert page.get(f"/events/{event.id}/createshift/").status_code == 200
        costs.append(len(statements))

    assert costs[0] == costs[1]
