"""Administration of qualifications and their categories: for holders of ``manage_qualifications``.

Inclusions stay free of cycles: a user with a qualification has everything that it includes.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, exists, insert, or_, select

from joindin.db.locking import lock_row, lock_table
from joindin.errors import Conflict, NotFound
from joindin.models import User
from joindin.models.crew import (
    EventQualification,
    Qualification,
    QualificationCategory,
    QualificationGrant,
    event_type_qualifications,
    position_qualifications,
    qualification_inclusions,
    requirement_qualifications,
)
from joindin.operations.audit import log_action
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.fields import require_line, require_uuid
from joindin.operations.crew.refusals import MSG_NO_CHOICE
from joindin.queries.crew.planning.qualification_uses import list_requiring_shifts
from joindin.queries.crew.qualifications import load_qualification_catalogue

MSG_NO_QUALIFICATION = "No Qualification matches the given query."
MSG_NO_CATEGORY = "No QualificationCategory matches the given query."
MSG_UUID_TAKEN = "A qualification or category with this UUID exists already."
MSG_CYCLE = "A qualification must not include itself, also not through others."
MSG_QUALIFICATION_IN_USE = "People, events, shifts or building blocks have this qualification. Withdraw it there first."
MSG_CATEGORY_IN_USE = "There are qualifications in this category. Move them to another one first."


@dataclass(frozen=True)
class QualificationFields:
    """``included_ids`` are the direct inclusions. Without ``uuid`` a new one is made, or the present one stays."""

    title: str
    abbreviation: str
    category_id: int
    included_ids: Collection[int] = ()
    uuid: str | None = None


@dataclass(frozen=True)
class CategoryFields:
    title: str
    is_shown_with_user: bool = True
    uuid: str | None = None


def create_qualification(session, fields: QualificationFields, *, actor: User) -> Qualification:
    """:raises InvalidCrewField: if a value is not acceptable, or the inclusions have a cycle."""
    lock_table(session, Qualification)
    qualification = Qualification(uuid=_check_uuid(session, Qualification, fields.uuid))
    _set_fields(session, qualification, fields)
    session.add(qualification)
    session.flush()
    _set_inclusions(session, qualification, fields.included_ids)
    log_action(session, "qualification.create", qualification, actor=actor)
    return qualification


def update_qualification(session, qualification_id: int, fields: QualificationFields, *, actor: User) -> Qualification:
    """:raises NotFound, InvalidCrewField: as ``create_qualification``."""
    lock_table(session, Qualification)
    qualification = _lock(session, Qualification, qualification_id, MSG_NO_QUALIFICATION)
    if fields.uuid:
        qualification.uuid = _check_uuid(session, Qualification, fields.uuid, qualification_id)
    _set_fields(session, qualification, fields)
    _set_inclusions(session, qualification, fields.included_ids)
    log_action(session, "qualification.edit", qualification, actor=actor)
    return qualification


def delete_qualification(session, qualification_id: int, *, actor: User) -> None:
    """Delete a qualification that nothing depends on but others that include it.

    :raises NotFound: if there is no such qualification.
    :raises Conflict: if people have it, or event types, events, shifts or building blocks name it.
    """
    lock_table(session, Qualification)
    qualification = _lock(session, Qualification, qualification_id, MSG_NO_QUALIFICATION)
    columns = (
        QualificationGrant.qualification_id,
        EventQualification.qualification_id,
        event_type_qualifications.c.qualification_id,
        position_qualifications.c.qualification_id,
        requirement_qualifications.c.qualification_id,
    )
    is_named = session.scalar(select(or_(*(exists().where(column == qualification_id) for column in columns))))
    if is_named or list_requiring_shifts(session, qualification_id):
        raise Conflict(MSG_QUALIFICATION_IN_USE)
    _delete(session, qualification, "qualification.delete", actor)


def create_category(session, fields: CategoryFields, *, actor: User) -> QualificationCategory:
    """:raises InvalidCrewField: if a value is not acceptable."""
    lock_table(session, QualificationCategory)
    category = QualificationCategory(
        uuid=_check_uuid(session, QualificationCategory, fields.uuid),
        title=require_line("title", fields.title),
        is_shown_with_user=fields.is_shown_with_user,
    )
    session.add(category)
    session.flush()
    log_action(session, "category.create", category, actor=actor)
    return category


def update_category(session, category_id: int, fields: CategoryFields, *, actor: User) -> QualificationCategory:
    """:raises NotFound, InvalidCrewField: as ``create_category``."""
    lock_table(session, QualificationCategory)
    category = _lock(session, QualificationCategory, category_id, MSG_NO_CATEGORY)
    if fields.uuid:
        category.uuid = _check_uuid(session, QualificationCategory, fields.uuid, category_id)
    category.title = require_line("title", fields.title)
    category.is_shown_with_user = fields.is_shown_with_user
    log_action(session, "category.edit", category, actor=actor)
    return category


def delete_category(session, category_id: int, *, actor: User) -> None:
    """:raises NotFound: if there is no such category.
    :raises Conflict: if there are qualifications in it.
    """
    lock_table(session, Qualification)
    category = _lock(session, QualificationCategory, category_id, MSG_NO_CATEGORY)
    if session.scalar(select(exists().where(Qualification.category_id == category_id))):
        raise Conflict(MSG_CATEGORY_IN_USE)
    _delete(session, category, "category.delete", actor)


def _lock(session, model, row_id, message):
    row = lock_row(session, model, row_id)
    if row is None:
        raise NotFound(message)
    return row


def _delete(session, row, action, actor):
    model = type(row)
    log_action(session, action, row, actor=actor)
    session.execute(delete(model).where(model.id == row.id).execution_options(synchronize_session=False))
    session.expunge(row)


def _check_uuid(session, model, value, row_id=None):
    uuid = require_uuid("uuid", value)
    taken = session.scalar(select(model.id).where(model.uuid == uuid))
    if taken not in (None, row_id):
        raise InvalidCrewField("uuid", MSG_UUID_TAKEN)
    return uuid


def _set_fields(session, qualification, fields):
    title, abbreviation = require_line("title", fields.title), require_line("abbreviation", fields.abbreviation)
    with session.no_autoflush:
        if session.get(QualificationCategory, fields.category_id) is None:
            raise InvalidCrewField("category", MSG_NO_CHOICE)
    qualification.title, qualification.abbreviation = title, abbreviation
    qualification.category_id = fields.category_id


def _set_inclusions(session, qualification, included_ids):
    """Replace the direct inclusions. Needs the lock of the table, so that no cycle arises from two changes at once."""
    catalogue, included_ids = load_qualification_catalogue(session.connection()), set(included_ids)
    if not included_ids <= catalogue.by_id.keys():
        raise InvalidCrewField("includes", MSG_NO_CHOICE)
    if qualification.id in catalogue.with_included(included_ids):
        raise InvalidCrewField("includes", MSG_CYCLE)
    table = qualification_inclusions
    session.execute(delete(table).where(table.c.qualification_id == qualification.id))
    if included_ids:
        rows = [{"qualification_id": qualification.id, "included_id": each} for each in sorted(included_ids)]
        session.execute(insert(table).values(rows))
