"""The viewer's participations, by keys for cached fragments (spec 9)."""

import datetime as dt
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, select

from joindin.models import User
from joindin.models.crew import CrewDetails, CrewProfile, EventType, Participation, Shift
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.crew.filters import ListFilter, build_page_of_ids, build_total
from joindin.queries.crew.key_pages import KeyStatements, list_keys
from joindin.queries.crew.participations import COLUMNS, PARTICIPATIONS, load_comments
from joindin.queries.crew.qualifications import (
    USER,
    QualificationCatalogue,
    load_granted_ids,
    load_qualification_catalogue,
)
from joindin.queries.crew.viewers import VIEWER_ID, CrewViewer, is_event_visible, may_change_event
from joindin.queries.paging import Page

_participation, _shift, _details = Participation.__table__.c, Shift.__table__.c, CrewDetails.__table__.c
_type, _user, _profile = EventType.__table__.c, User.__table__.c, CrewProfile.__table__.c


class OwnParticipations(NamedTuple):
    """Rows of the viewer's participations by id, with their comments and the viewer's qualifications."""

    rows: dict[int, object]
    comments: dict[int, list]
    qualification_ids: list[int]
    catalogue: QualificationCatalogue


def list_own_keys(connection, viewer: CrewViewer, filters: ListFilter) -> Page:
    """Return a page of keys of the viewer's participations.

    A key has everything that changes what is shown, except the qualifications of the viewer.
    """
    changes = (*viewer.changes, viewer.own_changes)
    return list_keys(connection, viewer, filters, _own_key_statements, changes)


def load_own_participations(
    connection, viewer: CrewViewer, ids: Collection[int], now: dt.datetime
) -> OwnParticipations:
    """Return participations of the viewer: five statements."""
    rows = connection.execute(_own_rows(viewer.rights), viewer.params | {"ids": ids}).all()
    granted = load_granted_ids(connection, now, user_ids=[viewer.user_id])
    return OwnParticipations(
        {row.id: row for row in rows},
        load_comments(connection, viewer, rows),
        granted.get((USER, viewer.user_id), []),
        load_qualification_catalogue(connection),
    )


@lru_cache(maxsize=256)
def _own_key_statements(rights, shape, from_grants):
    source = Participation.__table__.join(Shift.__table__, _shift.id == _participation.shift_id).join(
        CrewDetails.__table__, _details.event_id == _shift.event_id
    )
    own = (_participation.user_id == VIEWER_ID, is_event_visible(rights, _shift.event_id))
    page, order = build_page_of_ids(source, COLUMNS, shape, *own)
    keys = (
        select(
            page.c.id,
            _shift.version,
            _details.version.label("event_version"),
            _type.title.label("type_title"),
            _user.version.label("user_version"),
            _profile.date_of_birth,
            may_change_event(rights, _shift.event_id).label("is_responsible"),
        )
        .select_from(
            page.join(Participation.__table__, _participation.id == page.c.id)
            .join(Shift.__table__, _shift.id == _participation.shift_id)
            .join(CrewDetails.__table__, _details.event_id == _shift.event_id)
            .join(EventType.__table__, _type.id == _details.event_type_id)
            .join(User.__table__, _user.id == _participation.user_id)
            .outerjoin(CrewProfile.__table__, _profile.user_id == _participation.user_id)
        )
        .order_by(*order)
    )
    total = build_total(select(_participation.id).select_from(source).where(*own), COLUMNS, shape)
    return KeyStatements(CompiledStatement(keys), total)


@lru_cache(maxsize=32)
def _own_rows(rights):
    return CompiledStatement(
        PARTICIPATIONS.add_columns(may_change_event(rights, _shift.event_id).label("is_responsible")).where(
            _participation.user_id == VIEWER_ID,
            _participation.id.in_(bindparam("ids", type_=Integer, expanding=True)),
        )
    )
