"""Rows of the crew in the download of personal data and in the deletion of accounts."""

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from joindin.models.crew import (
    CONFIRMED,
    FOR_PARTICIPANT,
    FOR_RESPONSIBLES,
    REQUESTED,
    Consequence,
    CrewGuest,
    CrewProfile,
    Participation,
    ParticipationComment,
    QualificationGrant,
    QuestionAnswer,
    SavedAnswer,
    Shift,
    WaitingListEntry,
    WorkingHours,
)
from joindin.operations.accounts.account_deletion import delete_user
from joindin.queries.accounts.personal_data import collect_personal_data
from joindin.utils.datetimes import utc_now
from tests.crew_factories import (
    grant_qualification,
    let_see,
    make_crew_event,
    make_participation,
    make_participation_comment,
    make_profile,
    make_qualification,
    make_question,
    make_shift,
)
from tests.factories import NOW, make_user

WEEK = dt.timedelta(days=7)


@pytest.fixture
def ada(session):
    return make_user(session, "ada", email="ada@example.org", email_proven_at=NOW)


@pytest.fixture
def event(session):
    return make_crew_event(session, "Congress")


def make_guest(session, event, email):
    guest = CrewGuest(
        event_id=event.id, email=email, display_name="Guest", access_token_hash=f"secret {email}", created_at=NOW
    )
    session.add(guest)
    session.flush()
    return guest


def fill_tables(session, ada, event):
    """Store a row of the user in every table of the crew."""
    shift = make_shift(session, event, starts_at=utc_now() - WEEK)
    question = make_question(session, shift)
    row = make_participation(session, shift, ada)
    make_participation_comment(session, row, text="Late", visibility=FOR_PARTICIPANT)
    make_participation_comment(session, row, text="Reliable", visibility=FOR_RESPONSIBLES)
    session.add_all(
        [
            QuestionAnswer(participation_id=row.id, question_id=question.id, answer="Vegan"),
            SavedAnswer(user_id=ada.id, question_id=question.id, answer="Vegan"),
            WorkingHours(user_id=ada.id, hours=Decimal("1.50"), reason="Cleaning", worked_on=NOW.date()),
            Consequence(slug="ephios.grant_working_hours", user_id=ada.id, data={"hours": "2"}),
            WaitingListEntry(user_id=ada.id, shift_id=shift.id, created_at=NOW),
        ]
    )
    grant_qualification(session, ada, make_qualification(session, "Medic"))
    make_profile(session, ada, phone="+49 1", calendar_token_hash="secret")
    make_participation(session, shift, guest_id=make_guest(session, event, "ADA@example.org").id)
    make_participation(session, shift, guest_id=make_guest(session, event, "other@example.org").id)
    return row


def test_personal_data_contain_the_rows_of_the_crew(session, ada, event):
    row = fill_tables(session, ada, event)
    other = make_participation(session, make_shift(session, event), make_user(session))
    make_participation_comment(session, other, text="Not hers", visibility=FOR_PARTICIPANT)

    found = collect_personal_data(session, ada)

    assert [each["id"] for each in found["participations"]] == [row.id]
    assert [each["text"] for each in found["participation_comments.participation_id"]] == ["Late"]
    assert [each["answer"] for each in found["question_answers"]] == ["Vegan"]
    assert [each["answer"] for each in found["saved_answers"]] == ["Vegan"]
    assert [each["hours"] for each in found["working_hours"]] == [Decimal("1.50")]
    assert [each["data"] for each in found["consequences"]] == [{"hours": "2"}]
    assert [each["phone"] for each in found["crew_profiles"]] == ["+49 1"]
    assert [each["email"] for each in found["crew_guests"]] == ["ADA@example.org"]
    assert len(found["participations.guest_id"]) == len(found["qualification_grants"]) == 1
    shift = session.get_one(Shift, row.shift_id)
    assert {each["name"] for each in found["names"]} >= {"Congress", "Medic", shift.label}
    assert "secret" not in str(found)


def test_guests_with_an_address_that_is_not_proven_are_others(session, event):
    ada = make_user(session, "ada", email="ada@example.org", email_proven_at=None)
    guest = make_guest(session, event, "ada@example.org")

    assert collect_personal_data(session, ada)["crew_guests"] == []
    delete_user(session, ada.id, actor=None)

    assert session.scalars(select(CrewGuest.id)).all() == [guest.id]


def test_deletion_keeps_nameless_participations_of_shifts_that_are_over(session, ada, event):
    make_user(session, is_admin=True)
    row = fill_tables(session, ada, event)

    delete_user(session, ada.id, actor=None)

    session.expire_all()
    rows = session.execute(
        select(Participation.user_id, Participation.placeholder_name, Participation.state).where(
            Participation.shift_id == row.shift_id
        ).order_by(Participation.id)
    ).all()  # fmt: skip
    assert rows == [(None, "Deleted account", CONFIRMED)] * 2 + [(None, None, CONFIRMED)]
    assert session.scalars(select(CrewGuest.email)).all() == ["other@example.org"]
    for model in (
        ParticipationComment, QuestionAnswer, SavedAnswer, WorkingHours, Consequence, WaitingListEntry, QualificationGrant,
        CrewProfile,
    ):  # fmt: skip
        assert session.scalar(select(func.count()).select_from(model)) == 0, model


def test_deletion_gives_places_in_later_shifts_to_the_waiting_list(session, ada, event):
    ben, full = make_user(session), {"maximum_number_of_participants": 1}
    shift = make_shift(session, event, starts_at=utc_now() + WEEK, structure_configuration=full)
    make_participation(session, shift, ada)
    asked = make_shift(session, event, starts_at=utc_now() + 2 * WEEK)
    make_participation(session, asked, ada, state=REQUESTED)
    let_see(session, event, ben)
    session.add(WaitingListEntry(user_id=ben.id, shift_id=shift.id, created_at=NOW))
    session.commit()

    delete_user(session, ada.id, actor=None)

    rows = session.execute(select(Participation.shift_id, Participation.user_id, Participation.state)).all()
    assert rows == [(shift.id, ben.id, CONFIRMED)]
