"""Pages for the administration of questions, and the questions of the shifts of an event."""

import pytest
from sqlalchemy import select

from joindin.models.crew import MULTIPLE_CHOICE, SINGLE_CHOICE, TEXT, Question, QuestionAnswer, ShiftQuestion
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.browser_client import Browser, main_text
from tests.crew_factories import make_crew_event, make_participation, make_question, make_shift
from tests.factories import make_user, newest

PATH, ENGLISH = "/settings/questionnaires/", {"Accept-Language": "en"}


@pytest.fixture
def page(app, session):
    max_ = make_user(session, "max")
    grant_permission(session, max_, "manage_questions", actor=None)
    return Browser(app).sign_in_directly(max_)


@pytest.fixture
def planner(session):
    return make_user(session, "paula")


@pytest.fixture
def planner_page(app, planner):
    return Browser(app).sign_in_directly(planner)


@pytest.fixture
def event(session, planner):
    return make_crew_event(session, "Congress", changed_by=[planner])


def asked(session):
    rows = session.execute(select(ShiftQuestion.shift_id, ShiftQuestion.question_id).order_by(ShiftQuestion.id))
    return [tuple(row) for row in rows]


def test_manager_creates_and_changes_a_question(session, page):
    sent = {
        "name": "Size", "text": "Which size?", "type": SINGLE_CHOICE, "choices": "S\r\n M \r\n\r\nS\r\nL",
        "description": "Of the shirt", "is_required": "y", "uses_saved_answers": "y",
    }  # fmt: skip

    reply = page.send(f"{PATH}create/", sent)

    made = newest(session, Question)
    assert (reply.status_code, reply.location) == (302, PATH)
    assert (made.name, made.text, made.description) == ("Size", "Which size?", "Of the shirt")
    assert (made.choices, made.is_required, made.uses_saved_answers) == (["S", "M", "L"], True, True)
    assert "SizeWhich size? 0 shifts" in main_text(page.get(PATH, headers=ENGLISH))
    page.send(f"{PATH}{made.id}/edit/", {"name": "Food", "text": "Any allergies?", "type": TEXT, "choices": "S"})
    session.refresh(made)
    assert (made.name, made.type, made.choices, made.is_required) == ("Food", TEXT, [], False)


def test_archived_question_is_not_offered_and_can_be_restored(session, page, planner_page, event):
    shift = make_shift(session, event)
    make_shift(session, event)
    question = make_question(session, shift, "Food")

    page.send(f"{PATH}{question.id}/archive/", page=PATH)
    archived, offered = question.is_archived, planner_page.get(f"/events/{event.id}/questions/").text
    page.send(f"{PATH}{question.id}/archive/", page=PATH)
    page.send(f"{PATH}{question.id}/restore/", page=PATH)

    assert (archived, 'name="all"' in offered, f'name="shift-{shift.id}"' in offered) == (True, False, True)
    assert question.is_archived is False


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "x" * 51},
        {"text": "x" * 251},
        {"description": "x" * 2001},
        {"type": "other"},
        {"type": MULTIPLE_CHOICE},
        {"type": MULTIPLE_CHOICE, "choices": "x" * 256},
        {"type": MULTIPLE_CHOICE, "choices": "\n".join(map(str, range(101)))},
        {"text": "\0"},
    ],
    ids=lambda changes: " ".join(f"{name}{len(value)}" for name, value in changes.items()),
)
def test_bad_values_are_refused_and_store_nothing(session, page, changes):
    sent = {"name": "Size", "text": "Which size?", "type": TEXT}

    reply = page.send(f"{PATH}create/", sent | changes, headers=ENGLISH)

    assert (reply.status_code, "There is a problem" in main_text(reply)) == (200, True)
    assert session.query(Question).count() == 0


def test_type_of_an_answered_question_stays(session, page, event):
    shift = make_shift(session, event)
    question = make_question(session, shift, "Food")
    row = make_participation(session, shift, make_user(session))
    session.add(QuestionAnswer(participation_id=row.id, question_id=question.id, answer="None"))
    session.commit()
    sent = {"name": "Food", "text": "Food?", "type": SINGLE_CHOICE, "choices": "A\nB"}

    reply = page.send(f"{PATH}{question.id}/edit/", sent, headers=ENGLISH)

    session.expire_all()
    assert "People have answered this question already." in main_text(reply)
    assert (question.type, question.choices) == (TEXT, [])


def test_planner_chooses_questions_of_shifts(session, planner_page, event):
    first, second = make_shift(session, event, label="Gate"), make_shift(session, event, label="Bar")
    food, size = make_question(session, first, "Food"), make_question(session, first, "Size")
    path = f"/events/{event.id}/questions/"

    reply = planner_page.send(path, {f"shift-{first.id}": [food.id], f"shift-{second.id}": [size.id]})
    one_each = asked(session)
    planner_page.send(path, {f"shift-{first.id}": [food.id], f"shift-{second.id}": [size.id], "all": [size.id]})

    assert (reply.status_code, "congress" in reply.location) == (302, True)
    assert one_each == [(first.id, food.id), (second.id, size.id)]
    assert asked(session) == [(first.id, food.id), (second.id, size.id), (first.id, size.id)]


@pytest.mark.parametrize("value", ["99", "x", "\0", "9" * 40, "-1"])
def test_unknown_questions_are_refused(session, planner_page, event, value):
    shift = make_shift(session, event)
    food = make_question(session, shift, "Food")

    reply = planner_page.send(f"/events/{event.id}/questions/", {f"shift-{shift.id}": [value]}, headers=ENGLISH)

    assert (reply.status_code, "Select a valid choice." in main_text(reply)) == (200, True)
    assert asked(session) == [(shift.id, food.id)]


def test_shifts_of_other_events_are_left_alone(session, planner_page, event):
    shift, other = make_shift(session, event), make_shift(session, make_crew_event(session, "Other"))
    food, hidden = make_question(session, shift), make_question(session, other)

    planner_page.send(f"/events/{event.id}/questions/", {f"shift-{shift.id}": food.id, f"shift-{other.id}": food.id})

    assert asked(session) == [(shift.id, food.id), (other.id, hidden.id)]


def test_responsible_people_see_the_answers(session, planner_page, event):
    shift = make_shift(session, event)
    food = make_question(session, shift, "Food", type=MULTIPLE_CHOICE, choices=["Meat", "Vegan"])
    row = make_participation(session, shift, make_user(session, full_name="Ann Ash"))
    session.add(QuestionAnswer(participation_id=row.id, question_id=food.id, answer=["Meat", "Vegan"]))
    session.commit()

    assert "FoodMeat, Vegan" in main_text(planner_page.get(f"/shifts/{shift.id}/disposition/"))


def test_others_may_not_administer_them(app, session, event):
    browser, question = (
        Browser(app).sign_in_directly(make_user(session, "ada")),
        make_question(session, make_shift(session, event)),
    )
    paths = [PATH, f"{PATH}create/", f"{PATH}{question.id}/edit/", f"/events/{event.id}/questions/"]

    assert [browser.get(path).status_code for path in paths] == [403] * 4
    assert [
        browser.send(f"{PATH}{question.id}/{each}/", page="/settings/data/").status_code
        for each in ("archive", "restore")
    ] == [403, 403]
