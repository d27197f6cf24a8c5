"""Questions for those who administer them, and the questions and answers of shifts for those who plan them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from joindin.errors import NotFound
from joindin.models.crew import Question, QuestionAnswer, Shift, ShiftQuestion


class EventQuestions(NamedTuple):
    """``question_ids`` are those that each shift asks. ``questions`` are these, and the ones that are not archived."""

    shifts: Sequence[Shift]
    questions: Sequence[Question]
    question_ids: Mapping[int, set[int]]


class Answer(NamedTuple):
    question: str
    texts: Sequence[str]


def list_all_questions(session) -> Sequence:
    """Return id, name, text, type, whether it is archived, and the number of shifts, by name: one statement."""
    shifts = select(func.count()).where(ShiftQuestion.question_id == Question.id).correlate(Question)
    statement = select(
        Question.id,
        Question.name,
        Question.text,
        Question.type,
        Question.is_archived,
        shifts.scalar_subquery().label("shifts"),
    )
    return session.execute(statement.order_by(Question.is_archived, Question.name, Question.id)).all()


def find_question(session, question_id: int) -> Question:
    question = session.get(Question, question_id)
    if question is None:
        raise NotFound("There is no such question")
    return question


def load_event_questions(session, event_id: int) -> EventQuestions:
    """Return the shifts of the event by start, with their questions: three statements."""
    shifts = session.scalars(select(Shift).where(Shift.event_id == event_id).order_by(Shift.starts_at, Shift.id)).all()
    question_ids = defaultdict(set)
    for row in session.scalars(select(ShiftQuestion).where(ShiftQuestion.shift_id.in_([each.id for each in shifts]))):
        question_ids[row.shift_id].add(row.question_id)
    asked = {id_ for ids in question_ids.values() for id_ in ids}
    questions = session.scalars(
        select(Question)
        .where(Question.is_archived.is_(False) | Question.id.in_(asked))
        .order_by(Question.name, Question.id)
    ).all()
    return EventQuestions(shifts, questions, question_ids)


def load_answers(connection, participation_ids: Collection[int]) -> dict[int, list[Answer]]:
    """Return the answers by participation, in the order of the questions: one statement."""
    answers = defaultdict(list)
    for row in connection.execute(
        select(QuestionAnswer.participation_id, Question.name, QuestionAnswer.answer)
        .join(Question, Question.id == QuestionAnswer.question_id)
        .where(QuestionAnswer.participation_id.in_(list(participation_ids)))
        .order_by(QuestionAnswer.participation_id, Question.id)
    ):
        answers[row.participation_id].append(Answer(row.name, as_texts(row.answer)))
    return answers


def as_texts(answer: object) -> list[str]:
    return [str(each) for each in (answer if isinstance(answer, list) else [answer])]
