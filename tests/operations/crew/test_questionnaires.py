"""Questions at sign-up: answers that are checked, stored with the participation, and saved as defaults."""

import pytest
from sqlalchemy import select

from joindin.models.crew import Participation, QuestionAnswer, SavedAnswer, ShiftQuestion
from joindin.operations.crew.refusals import InvalidSignup
from joindin.operations.crew.signup import SignupWishes, customize_times, sign_up
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from joindin.queries.crew.questionnaires import list_questions
from tests.crew_factories import make_crew_event, make_question, make_shift
from tests.factories import NOW, make_user

ARGUMENTS = {"now": NOW, "timezone": "Europe/Berlin"}


@pytest.fixture
def ada(session):
    return Participant(USER, make_user(session, "ada").id)


@pytest.fixture
def event(session):
    return make_crew_event(session, "Congress")


@pytest.fixture
def shift(session, event):
    return make_shift(session, event)


def answer(session, person, shift, answers):
    return sign_up(session, person, shift.id, **ARGUMENTS, wishes=SignupWishes(answers=answers))


def answers(session, model=QuestionAnswer):
    return dict(session.execute(select(model.question_id, model.answer)).all())


def test_answers_of_each_type_are_stored_with_the_participation(session, ada, shift):
    text = make_question(session, shift)
    single = make_question(session, shift, type="single", choices=["Meat", "Vegan"])
    multiple = make_question(session, shift, type="multiple", choices=["S", "M", "L"])
    unanswered = make_question(session, shift)

    values = {text.id: " no onions\0 ", single.id: "Vegan", multiple.id: ["L", "S", "L"], unanswered.id: " "}
    answer(session, ada, shift, values)

    assert answers(session) == {text.id: "no onions", single.id: "Vegan", multiple.id: ["L", "S"]}
    assert answers(session, SavedAnswer) == {}


@pytest.mark.parametrize(
    ("question", "value", "message"),
    [
        ({"is_required": True}, None, "This field is required."),
        ({"is_required": True}, "  ", "This field is required."),
        ({"is_required": True, "type": "multiple"}, [], "This field is required."),
        ({"type": "single", "choices": ["Vegan"]}, "Stones", "Select a valid choice."),
        ({"type": "single", "choices": ["Vegan"]}, ["Vegan"], "Select a valid choice."),
        ({"type": "multiple", "choices": ["S"]}, ["S", "Stones"], "Select a valid choice."),
        ({"type": "multiple", "choices": ["S"]}, [{}], "Select a valid choice."),
        ({"type": "multiple", "choices": ["S"]}, "S", "Select a valid choice."),
        ({}, 7, "Select a valid choice."),
        ({}, "x" * 2001, "Ensure this field has no more than 2000 characters."),
    ],
)
def test_an_answer_that_is_not_acceptable_stores_nothing(session, ada, shift, question, value, message):
    asked = make_question(session, shift, "Food", **question)

    with pytest.raises(InvalidSignup, match=message) as refused:
        answer(session, ada, shift, {asked.id: value})

    assert refused.value.field == f"questionnaires_{asked.id}-food"
    assert session.scalars(select(Participation)).all() == []


def test_a_saved_answer_is_the_default_of_the_next_sign_up(session, ada, event, shift):
    food = {"type": "single", "choices": ["Meat", "Vegan"], "is_required": True, "uses_saved_answers": True}
    asked = make_question(session, shift, **food)
    answer(session, ada, shift, {asked.id: "Vegan"})
    later = make_shift(session, event, starts_at=shift.ends_at)
    make_question(session, later)
    session.add(ShiftQuestion(shift_id=later.id, question_id=asked.id))
    session.flush()

    assert [each.default for each in list_questions(session, later.id, ada)] == [None, "Vegan"]
    assert [each.default for each in list_questions(session, later.id)] == [None, None]
    answer(session, ada, later, {})

    assert [row.answer for row in session.scalars(select(QuestionAnswer))] == ["Vegan", "Vegan"]


def test_a_saved_answer_that_is_no_choice_any_more_is_no_default(session, ada, shift):
    asked = make_question(session, shift, type="single", choices=["Vegan"], uses_saved_answers=True)
    session.add(SavedAnswer(user_id=ada.id, question_id=asked.id, answer="Meat"))
    session.flush()

    assert [each.default for each in list_questions(session, shift.id, ada)] == [None]


def test_changing_the_participation_replaces_the_answers_that_are_given(session, ada, event):
    shift = make_shift(session, event, signup_flow_configuration={"user_can_decline_confirmed": True})
    food, size = make_question(session, shift), make_question(session, shift)
    answer(session, ada, shift, {food.id: "Vegan", size.id: "S"})

    customize_times(session, ada, shift.id, **ARGUMENTS, wishes=SignupWishes(answers={food.id: ""}))

    assert answers(session) == {size.id: "S"}
