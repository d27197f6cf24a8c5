"""Questions that people answer when they sign up for a shift."""

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db

TEXT, SINGLE_CHOICE, MULTIPLE_CHOICE = "text", "single", "multiple"


class Question(db.Model):
    """``choices`` is a list of texts for the two choice types. Archived questions are not offered for new shifts.

    With ``uses_saved_answers`` the last answer of a user is the default of the next one.
    """

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))
    text: Mapped[str] = mapped_column(String(250))
    description: Mapped[str | None] = mapped_column(Text)
    is_required: Mapped[bool] = mapped_column(default=False)
    type: Mapped[str] = mapped_column(String(20))
    choices: Mapped[list] = mapped_column(JSON, default=list)
    is_archived: Mapped[bool] = mapped_column(default=False)
    uses_saved_answers: Mapped[bool] = mapped_column(default=False)


class ShiftQuestion(db.Model):
    __tablename__ = "shift_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)

    __table_args__ = (UniqueConstraint("shift_id", "question_id"),)


class QuestionAnswer(db.Model):
    """``answer`` is a text, or a list of texts for multiple choices."""

    __tablename__ = "question_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participations.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    answer: Mapped[object] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("participation_id", "question_id"),)


class SavedAnswer(db.Model):
    __tablename__ = "saved_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    answer: Mapped[object] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("user_id", "question_id"),)
