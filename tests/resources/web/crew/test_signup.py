"""Signing up on the pages: by one click, by the form, and the waiting list."""

import pytest
from sqlalchemy import select

from joindin.models.crew import (
    CONFIRMED,
    REQUESTED,
    USER_DECLINED,
    Participation,
    ParticipationComment,
    WaitingListEntry,
)
from joindin.utils.datetimes import get_timezone
from tests.browser_client import main_text
from tests.crew_factories import make_crew_event, make_participation, make_qualification, make_question, make_shift
from tests.factories import days_from_now, make_user

ENGLISH = {"Accept-Language": "en"}
QUICK = {"quick_action": "1"}
MAY_DECLINE = {"user_can_decline_confirmed": True}
TEAMS = {"choose_preferred_team": True, "teams": [
    {"title": "Bar", "uuid": "u1", "qualification": None, "min_count": 1, "max_count": 2}]}  # fmt: skip
STARTS_AT = days_from_now(10).replace(hour=9, minute=0, second=0, microsecond=0)


@pytest.fixture
def ada(session):
    return make_user(session, "ada", full_name="Ada Adams")


@pytest.fixture
def event(session, ada):
    return make_crew_event(session, "Street fair", seen_by=[ada])


@pytest.fixture
def send(browser, ada, event):
    """``send(shift, fields)`` submits the form of Ada's sign-up; returns the status, the target and its page."""
    browser.sign_in_directly(ada)

    def sending(shift, fields, path="signup/"):
        form = f"/shifts/{shift.id}/signup/"
        reply = browser.send(f"/shifts/{shift.id}/{path}", fields, page=form, headers=ENGLISH)
        text = main_text(browser.get(reply.location.partition("#")[0], headers=ENGLISH)) if reply.location else ""
        return reply.status_code, reply.location, text or main_text(reply)

    return sending


def event_address(event):
    return f"/events/{event.id}-street-fair/"


def states(session):
    session.rollback()
    return session.scalars(select(Participation.state).order_by(Participation.id)).all()


def form_fields(**fields):
    """The full form with the times of the shift: ten days from now, 9 to 13 UTC."""
    berlin = get_timezone("Europe/Berlin")
    start, end = STARTS_AT.astimezone(berlin), STARTS_AT.replace(hour=13).astimezone(berlin)
    return {
        "signup_choice": "sign_up",
        "individual_start_time_0": f"{start:%Y-%m-%d}",
        "individual_start_time_1": f"{start:%H:%M}",
        "individual_end_time_0": f"{end:%Y-%m-%d}",
        "individual_end_time_1": f"{end:%H:%M}",
        "comment": "",
    } | fields


def test_volunteer_signs_up_and_withdraws_by_one_click(session, event, send):
    shift = make_shift(session, event, label="Early", signup_flow_configuration=MAY_DECLINE)

    status, location, text = send(shift, QUICK | {"signup_choice": "sign_up"})
    assert (status, location) == (302, event_address(event))
    assert "You have successfully signed up for Early (Street fair, " in text
    assert states(session) == [CONFIRMED]

    _, _, text = send(shift, QUICK | {"signup_choice": "decline"})
    assert "You have successfully declined Early (Street fair, " in text
    assert states(session) == [USER_DECLINED]


def test_volunteer_asks_to_take_part(session, event, send):
    shift = make_shift(session, event, label="Early", flow="request_confirm")

    assert (
        "You have successfully requested a participation in Early"
        in send(shift, QUICK | {"signup_choice": "sign_up"})[2]
    )
    assert states(session) == [REQUESTED]


@pytest.mark.parametrize("choice", ["sign_up", "decline", "bogus", ""])
def test_a_refused_action_stores_nothing(session, event, send, choice):
    shift = make_shift(session, event, flow="manual")

    status, location, text = send(shift, QUICK | {"signup_choice": choice})

    assert (status, location) == (302, event_address(event))
    assert "This action is not allowed." in text
    assert states(session) == []


def test_a_conflict_leads_to_the_form_before_any_rule(session, ada, event, send):
    other = make_shift(session, event, label="Other", starts_at=STARTS_AT)
    make_participation(session, other, ada)
    shift = make_shift(session, event, starts_at=STARTS_AT, hours=1, structure_configuration={"minimum_age": 99})

    status, location, text = send(shift, QUICK | {"signup_choice": "sign_up"})

    assert (status, location) == (302, f"/shifts/{shift.id}/signup/")
    assert "do not overlap with these other confirmed participations: Other (Street fair" in text
    assert states(session) == [CONFIRMED]


def test_times_that_overlap_are_an_error_of_the_form(session, ada, event, send):
    make_participation(session, make_shift(session, event, label="Other", starts_at=STARTS_AT, hours=1), ada)
    shift = make_shift(session, event, starts_at=STARTS_AT)

    status, _, text = send(shift, form_fields())

    assert (status, "Other (Street fair" in text, states(session)) == (200, True, [CONFIRMED])


def test_form_stores_times_and_a_comment_for_everyone(session, event, send):
    shift = make_shift(session, event, starts_at=STARTS_AT)
    fields = form_fields(comment="bring gloves", comment_is_public="y")
    fields["individual_end_time_1"] = fields["individual_start_time_1"].replace(":00", ":30")

    assert send(shift, fields)[0] == 302

    stored, comment = session.scalars(select(Participation)).one(), session.scalars(select(ParticipationComment)).one()
    assert (stored.individual_starts_at, stored.individual_ends_at) == (None, STARTS_AT.replace(minute=30))
    assert (comment.text, comment.visibility) == ("bring gloves", 2)


BAD_FIELDS = {
    "day": {"individual_start_time_0": "banana"},
    "time": {"individual_end_time_1": "25:00"},
    "no time": {"individual_end_time_1": ""},
    "year": {"individual_end_time_0": "99999-01-01"},
    "end before start": {"individual_end_time_1": "00:00"},
    "long comment": {"comment": "x" * 256},
    "choice": {"signup_choice": "bogus"},
}


@pytest.mark.parametrize("fields", BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_form_with_a_bad_value_is_shown_again_and_stores_nothing(session, event, send, fields):
    shift = make_shift(session, event, starts_at=STARTS_AT)

    status, _, text = send(shift, form_fields(**fields))

    assert (status, "There is a problem" in text, states(session)) == (200, True, [])


def test_a_nul_in_a_comment_is_not_stored(session, event, send):
    shift = make_shift(session, event, starts_at=STARTS_AT)

    assert send(shift, form_fields(comment="a\0b"))[0] == 302
    assert session.scalars(select(ParticipationComment.text)).all() == ["ab"]


def test_a_team_is_chosen_in_the_form(session, event, send):
    shift = make_shift(session, event, starts_at=STARTS_AT, structure="named_teams", structure_configuration=TEAMS)
    name = "baseshiftstructures_named_teams_preferred_team_uuid"

    status, location, text = send(shift, QUICK | {"signup_choice": "sign_up"})
    assert (status, location) == (302, f"/shifts/{shift.id}/signup/")
    assert "We need some additional information to sign you up for this shift." in text
    assert send(shift, form_fields())[0] == 200
    assert send(shift, form_fields(**{name: "u9"}))[0] == 200
    assert states(session) == []
    assert send(shift, form_fields(**{name: "u1"}))[0] == 302
    assert session.scalars(select(Participation.structure_data)).all() == [{"preferred_team_uuid": "u1"}]


def test_times_are_changed_until_the_flow_forbids_it(session, ada, event, send):
    shift = make_shift(session, event, starts_at=STARTS_AT, signup_flow_configuration=MAY_DECLINE)
    make_participation(session, shift, ada)
    later = form_fields(signup_choice="customize")
    later["individual_start_time_1"] = later["individual_start_time_1"].replace(":00", ":30")

    assert "Your participation was saved." in send(shift, later)[2]
    shift.signup_flow_configuration = {}
    status, _, text = send(shift, form_fields(signup_choice="customize"))

    assert (status, "This action is not allowed." in text) == (302, True)
    assert session.scalars(select(Participation.individual_starts_at)).all() == [STARTS_AT.replace(minute=30)]


def test_customizing_without_having_signed_up_is_refused(session, event, send):
    shift = make_shift(session, event, starts_at=STARTS_AT, signup_flow_configuration=MAY_DECLINE)

    assert "This action is not allowed." in send(shift, form_fields(signup_choice="customize"))[2]
    assert states(session) == []


def test_form_leads_back_with_the_reasons_against_it(session, event, browser, ada):
    shift = make_shift(
        session, event, structure_configuration={"required_qualification_ids": [make_qualification(session).id]}
    )
    browser.sign_in_directly(ada)

    reply = browser.get(f"/shifts/{shift.id}/signup/", headers=ENGLISH)

    assert "You cannot sign up: You are not qualified." in main_text(reply)
    assert 'value="sign_up"' not in reply.text


def test_form_without_an_allowed_action_is_hidden(session, event, browser, ada):
    shift = make_shift(session, event, starts_at=STARTS_AT)
    make_participation(session, shift, ada)
    browser.sign_in_directly(ada)

    reply = browser.get(f"/shifts/{shift.id}/signup/", headers=ENGLISH)

    assert "You cannot change your times:" in main_text(reply)
    assert 'name="signup_choice"' not in reply.text


def test_waiting_list_is_joined_and_left(session, event, send):
    shift = make_shift(session, event, structure_configuration={"maximum_number_of_participants": 1})
    make_participation(session, shift, make_user(session))

    _, location, text = send(shift, {}, "waiting-list/")
    assert location == f"{event_address(event)}#shift-{shift.id}"
    assert "You are number 1 of 1." in text
    assert session.scalars(select(WaitingListEntry.shift_id)).all() == [shift.id]
    assert "You are already on the waiting list." in send(shift, {}, "waiting-list/")[2]
    assert "You are no longer on the waiting list." in send(shift, {}, "waiting-list/removal/")[2]
    assert "You are not on the waiting list." in send(shift, {}, "waiting-list/removal/")[2]
    assert session.scalars(select(WaitingListEntry)).all() == []


def test_missing_answers_are_asked_before_someone_joins_the_waiting_list(session, event, send, browser):
    shift = make_shift(session, event, structure_configuration={"maximum_number_of_participants": 1})
    make_participation(session, shift, make_user(session))
    size = make_question(session, shift, "Size", type="single", choices=["S", "M"], is_required=True)
    name, path = f"questionnaires_{size.id}-size", f"/shifts/{shift.id}/waiting-list/"

    _, location, text = send(shift, {}, "waiting-list/")
    refused = send(shift, {"with_answers": "1", name: "XL"}, "waiting-list/")
    stored = session.scalars(select(WaitingListEntry.answers)).all()
    send(shift, {"with_answers": "1", name: "M"}, "waiting-list/")

    assert (location, "Size?" in text) == (path, True)
    assert (refused[0], "Select a valid choice." in refused[2], stored) == (200, True, [])
    assert session.scalars(select(WaitingListEntry.answers)).all() == [{str(size.id): "M"}]


def test_shifts_with_free_places_have_no_waiting_list(session, event, send):
    shift = make_shift(session, event)

    assert "There are free places. Sign up instead." in send(shift, {}, "waiting-list/")[2]
    assert session.scalars(select(WaitingListEntry)).all() == []


def test_shifts_of_others_are_forbidden_unknown_ones_not_found(session, send, event, browser, ada):
    hidden = make_shift(session, make_crew_event(session))
    draft = make_shift(session, make_crew_event(session, is_draft=True, seen_by=[ada]))
    paths = ("signup/", "waiting-list/", "waiting-list/removal/")

    statuses = [
        browser.send(
            f"/shifts/{number}/{path}", QUICK | {"signup_choice": "sign_up"}, page="/accounts/profile/"
        ).status_code
        for number in (hidden.id, draft.id, 2**31 - 1, "9" * 30, "x")
        for path in paths
    ]

    assert statuses == [403] * 3 + [404] * 12
    assert states(session) == []


def test_a_planner_does_not_sign_up_for_a_draft(session, ada, event, send):
    draft = make_crew_event(session, "Street fair", changed_by=[ada], is_draft=True)
    shift = make_shift(session, draft)

    assert "This action is not allowed." in send(shift, QUICK | {"signup_choice": "sign_up"})[2]
    assert states(session) == []
