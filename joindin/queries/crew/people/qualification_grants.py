"""Qualifications of one user as they were granted, expired ones included."""

from sqlalchemy import select

from joindin.models.crew import Qualification, QualificationCategory, QualificationGrant

_grant, _qualification = QualificationGrant.__table__.c, Qualification.__table__.c
_category = QualificationCategory.__table__.c


def list_qualification_grants(connection, user_id: int) -> list:
    """Return rows of ``qualification_id``, ``uuid``, ``title``, ``abbreviation``, ``category_title``, ``expires_at`` and
    ``is_externally_managed``, by title: one statement.
    """
    statement = (
        select(
            _grant.qualification_id,
            _qualification.uuid,
            _qualification.title,
            _qualification.abbreviation,
            _category.title.label("category_title"),
            _grant.expires_at,
            _grant.is_externally_managed,
        )
        .select_from(
            QualificationGrant.__table__.join(
                Qualification.__table__, _qualification.id == _grant.qualification_id
            ).join(QualificationCategory.__table__, _category.id == _qualification.category_id)
        )
        .where(_grant.user_id == user_id)
        .order_by(_qualification.title, _qualification.id)
    )
    return list(connection.execute(statement))


def find_qualification_id(connection, uuid: str) -> int | None:
    return connection.scalar(select(_qualification.id).where(_qualification.uuid == uuid))
