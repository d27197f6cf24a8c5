"""Questions of a shift, with the answers that a person gave before."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import false, select

from joindin.models.crew import (
    MULTIPLE_CHOICE,
    TEXT,
    Participation,
    Question,
    QuestionAnswer,
    SavedAnswer,
    ShiftQuestion,
)
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from joindin.utils.text import slugify


@dataclass(frozen=True)
class AskedQuestion:
    """``default`` is the person's answer, or the saved one; None without one that is still acceptable.

    ``field_name`` is the name that the contract's form gives to the question.
    """

    id: int
    field_name: str
    name: str
    text: str
    description: str | None
    is_required: bool
    type: str
    choices: Sequence[str]
    uses_saved_answers: bool
    default: str | list[str] | None


def list_questions(connection, shift_id: int, participant: Participant | None = None) -> list[AskedQuestion]:
    """Return the questions of the shift in their order, with the defaults for the person: one statement."""
    statement = select(
        *(getattr(_question, name) for name in _COLUMNS),
        _answer.answer.label("given"),
        _saved.answer.label("saved"),
    ).select_from(
        Question.__table__.join(ShiftQuestion.__table__, _asked.question_id == _question.id)
        .outerjoin(Participation.__table__, _is_of(participant, shift_id))
        .outerjoin(
            QuestionAnswer.__table__,
            (_answer.participation_id == _participation.id) & (_answer.question_id == _question.id),
        )
        .outerjoin(SavedAnswer.__table__, _is_saved_by(participant) & (_saved.question_id == _question.id))
    )
    rows = connection.execute(statement.where(_asked.shift_id == shift_id).order_by(_asked.id))
    return [_ask(row) for row in rows]


def is_answer(question, answer: object) -> bool:
    """Return whether the answer has the type and the choices of the question."""
    if question.type == TEXT:
        return isinstance(answer, str)
    if question.type == MULTIPLE_CHOICE:
        return isinstance(answer, list) and all(_is_choice(question, each) for each in answer)
    return _is_choice(question, answer)


def _ask(row):
    saved = row.saved if row.uses_saved_answers else None
    default = row.given if row.given is not None else saved
    return AskedQuestion(
        field_name=f"questionnaires_{row.id}-{slugify(row.name)}",
        default=default if is_answer(row, default) else None,
        **{name: getattr(row, name) for name in _COLUMNS},
    )


def _is_choice(question, answer):
    return isinstance(answer, str) and answer in question.choices


def _is_of(participant, shift_id):
    if participant is None:
        return false()
    return (_participation.shift_id == shift_id) & (getattr(_participation, participant.column) == participant.id)


def _is_saved_by(participant):
    if participant is None or participant.kind != USER:
        return false()
    return _saved.user_id == participant.id


_question, _asked = Question.__table__.c, ShiftQuestion.__table__.c
_participation, _answer, _saved = Participation.__table__.c, QuestionAnswer.__table__.c, SavedAnswer.__table__.c
_COLUMNS = ("id", "name", "text", "description", "is_required", "type", "choices", "uses_saved_answers")
