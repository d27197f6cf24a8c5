"""Qualifications and categories for those who administer them."""

from collections.abc import Sequence

from sqlalchemy import select

from joindin.errors import NotFound
from joindin.models.crew import Qualification, QualificationCategory, qualification_inclusions
from joindin.utils.row_ids import MAX_ROW_ID


def list_qualifications(session) -> Sequence:
    """Return rows with the title of the category, by category and title: one statement."""
    statement = (
        select(
            Qualification.id,
            Qualification.title,
            Qualification.abbreviation,
            Qualification.is_imported,
            QualificationCategory.title.label("category_title"),
        )
        .join(QualificationCategory, QualificationCategory.id == Qualification.category_id)
        .order_by(QualificationCategory.title, Qualification.title, Qualification.id)
    )
    return session.execute(statement).all()


def list_categories(session) -> Sequence[QualificationCategory]:
    statement = select(QualificationCategory).order_by(QualificationCategory.title, QualificationCategory.id)
    return session.scalars(statement).all()


def list_included_ids(session, qualification_id: int) -> Sequence[int]:
    """Return the ids of the direct inclusions."""
    table = qualification_inclusions.c
    return session.scalars(select(table.included_id).where(table.qualification_id == qualification_id)).all()


def find_qualification(session, qualification_id: int) -> Qualification:
    return _find(session, Qualification, qualification_id)


def find_category(session, category_id: int) -> QualificationCategory:
    return _find(session, QualificationCategory, category_id)


def _find(session, model, row_id):
    row = session.get(model, row_id) if row_id <= MAX_ROW_ID else None
    if row is None:
        raise NotFound("There is no such qualification or category")
    return row
