"""Answers to the questions of a shift, checked and stored with the participation.

An answer to a question that uses saved answers becomes the default of the user's next sign-up.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from joindin.models.crew import MULTIPLE_CHOICE, TEXT, Participation, QuestionAnswer, SavedAnswer
from joindin.operations.crew.refusals import MSG_ANSWER_REQUIRED, MSG_ANSWER_TOO_LONG, MSG_NO_CHOICE, Refusal
from joindin.queries.crew.questionnaires import AskedQuestion, is_answer
from joindin.utils.text import strip_control_chars

MAX_ANSWER_LENGTH = 2000
Answer = str | list[str]


def read_answers(
    questions: Sequence[AskedQuestion], values: Mapping[int, object]
) -> tuple[dict[int, Answer], dict[str, Refusal]]:
    """Return the answers by question, and the errors by name of the field. A question without value has its default.

    An empty text and an empty list are no answer.
    """
    answers, errors = {}, {}
    for question in questions:
        answer = _clean(values.get(question.id, question.default))
        if answer in (None, "", []):
            if question.is_required:
                errors[question.field_name] = Refusal(MSG_ANSWER_REQUIRED)
        elif not is_answer(question, answer):
            errors[question.field_name] = Refusal(MSG_NO_CHOICE)
        elif question.type == TEXT and len(answer) > MAX_ANSWER_LENGTH:
            errors[question.field_name] = Refusal(MSG_ANSWER_TOO_LONG)
        else:
            answers[question.id] = list(dict.fromkeys(answer)) if question.type == MULTIPLE_CHOICE else answer
    return answers, errors


def store_answers(
    session, participation: Participation, questions: Sequence[AskedQuestion], answers: Mapping[int, Answer]
) -> None:
    """Replace the answers of a participation. Needs the lock of the row of the person."""
    asked = [question.id for question in questions]
    _replace(session, QuestionAnswer, {"participation_id": participation.id}, asked, answers)
    if participation.user_id is not None:
        saved = [question.id for question in questions if question.uses_saved_answers]
        _replace(session, SavedAnswer, {"user_id": participation.user_id}, saved, answers)


def _replace(session, model, owner, question_ids, answers):
    if not question_ids:
        return
    stored = session.scalars(select(model).filter_by(**owner).where(model.question_id.in_(question_ids)))
    rows = {row.question_id: row for row in stored}
    for question_id in question_ids:
        row, answer = rows.get(question_id), answers.get(question_id)
        if answer is None:
            if row is not None:
                session.delete(row)
        elif row is not None:
            row.answer = answer
        else:
            session.add(model(question_id=question_id, answer=answer, **owner))
    session.flush()


def _clean(value):
    return strip_control_chars(value).strip() if isinstance(value, str) else value
