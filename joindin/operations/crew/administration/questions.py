"""Administration of the questions that people answer at sign-up, and the choice of the questions of shifts.

Questions are changed by holders of ``manage_questions``. Archived ones keep their answers and stay with their shifts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, select

from joindin.db.locking import lock_row
from joindin.errors import NotFound
from joindin.models import User
from joindin.models.crew import (
    MULTIPLE_CHOICE,
    SINGLE_CHOICE,
    TEXT,
    Question,
    QuestionAnswer,
    Shift,
    ShiftQuestion,
)
from joindin.operations.audit import log_action
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.fields import MSG_TOO_LONG, require_line
from joindin.operations.crew.refusals import MSG_NO_CHOICE
from joindin.operations.crew.shifts import lock_crew_details
from joindin.utils.text import strip_control_chars

MAX_NAME_LENGTH, MAX_QUESTION_LENGTH, MAX_DESCRIPTION_LENGTH = 50, 250, 2000
MAX_CHOICES, MAX_CHOICE_LENGTH = 100, 255
MAX_QUESTIONS_PER_SHIFT = 50
MSG_NO_QUESTION = "No Question matches the given query."
MSG_HAS_ANSWERS = "People have answered this question already. Add a new question for another kind of answer."
MSG_NO_CHOICES = "Enter the choices, one on each line."
MSG_TOO_MANY_CHOICES = "A question has at most 100 choices."
MSG_TOO_MANY_QUESTIONS = "A shift asks at most 50 questions."


@dataclass(frozen=True)
class QuestionFields:
    """``choices`` are those of the two choice types."""

    name: str
    text: str
    description: str = ""
    type: str = TEXT
    choices: Sequence[str] = ()
    is_required: bool = False
    uses_saved_answers: bool = False


def create_question(session, fields: QuestionFields, *, actor: User) -> Question:
    """:raises InvalidCrewField: if a value is not acceptable."""
    question = Question(is_archived=False)
    _set_fields(question, fields)
    session.add(question)
    session.flush()
    log_action(session, "question.create", question, actor=actor)
    return question


def update_question(session, question_id: int, fields: QuestionFields, *, actor: User) -> Question:
    """Change a question in all shifts. Present answers stay.

    :raises NotFound: if there is no such question.
    :raises InvalidCrewField: if a value is not acceptable, or the type of a question with answers would change.
    """
    question = _lock_question(session, question_id)
    has_answers = exists().where(QuestionAnswer.question_id == question_id)
    if fields.type != question.type and session.scalar(select(has_answers)):
        raise InvalidCrewField("type", MSG_HAS_ANSWERS)
    _set_fields(question, fields)
    session.flush()
    log_action(session, "question.edit", question, actor=actor)
    return question


def set_question_archived(session, question_id: int, is_archived: bool, *, actor: User) -> Question:
    """Archive a question, so that planners cannot choose it for more shifts, or the reverse.

    :raises NotFound: if there is no such question.
    """
    question = _lock_question(session, question_id)
    if question.is_archived != is_archived:
        question.is_archived = is_archived
        log_action(
            session, "question.edit", question, actor=actor, changes={"archived": [not is_archived, is_archived]}
        )
    return question


def set_event_questions(
    session, event_id: int, by_shift: Mapping[int, Collection[int]], for_all: Collection[int] = ()
) -> None:
    """Replace the questions of these shifts of the event, and add those ``for_all`` to all of its shifts.

    A question that a shift keeps stays at its place in the order. Answers stay as well.

    :raises NotFound: if the event has no crew.
    :raises InvalidCrewField: if a question does not exist, is archived and new for a shift, or there are too many.
    """
    lock_crew_details(session, event_id)
    shift_ids = session.scalars(select(Shift.id).where(Shift.event_id == event_id).order_by(Shift.id)).all()
    present = {shift_id: [] for shift_id in shift_ids}
    for row in session.scalars(
        select(ShiftQuestion).where(ShiftQuestion.shift_id.in_(shift_ids)).order_by(ShiftQuestion.id)
    ):
        present[row.shift_id].append(row.question_id)
    offered = set(session.scalars(select(Question.id).where(Question.is_archived.is_(False))))
    for shift_id, present_ids in present.items():
        question_ids = {*by_shift.get(shift_id, present_ids), *for_all}
        if not question_ids <= offered | set(present_ids):
            raise InvalidCrewField("questions", MSG_NO_CHOICE)
        if len(question_ids) > MAX_QUESTIONS_PER_SHIFT:
            raise InvalidCrewField("questions", MSG_TOO_MANY_QUESTIONS)
        _replace(session, shift_id, set(present_ids), question_ids)
    session.flush()


def _replace(session, shift_id, present, question_ids):
    if removed := present - question_ids:
        session.execute(
            delete(ShiftQuestion)
            .where(ShiftQuestion.shift_id == shift_id, ShiftQuestion.question_id.in_(removed))
            .execution_options(synchronize_session=False)
        )
    session.add_all(ShiftQuestion(shift_id=shift_id, question_id=each) for each in sorted(question_ids - present))


def _lock_question(session, question_id):
    question = lock_row(session, Question, question_id)
    if question is None:
        raise NotFound(MSG_NO_QUESTION)
    return question


def _set_fields(question, fields):
    if fields.type not in (TEXT, SINGLE_CHOICE, MULTIPLE_CHOICE):
        raise InvalidCrewField("type", MSG_NO_CHOICE)
    question.name = require_line("name", fields.name, MAX_NAME_LENGTH)
    question.text = require_line("text", fields.text, MAX_QUESTION_LENGTH)
    description = strip_control_chars(fields.description).strip()
    if len(description) > MAX_DESCRIPTION_LENGTH:
        raise InvalidCrewField("description", MSG_TOO_LONG.format(MAX_DESCRIPTION_LENGTH))
    question.description = description or None
    question.type, question.choices = fields.type, _check_choices(fields)
    question.is_required, question.uses_saved_answers = fields.is_required, fields.uses_saved_answers


def _check_choices(fields):
    if fields.type == TEXT:
        return []
    if len(fields.choices) > MAX_CHOICES:
        raise InvalidCrewField("choices", MSG_TOO_MANY_CHOICES)
    texts = [require_line("choices", each, MAX_CHOICE_LENGTH) for each in fields.choices]
    if not texts:
        raise InvalidCrewField("choices", MSG_NO_CHOICES)
    return list(dict.fromkeys(texts))
