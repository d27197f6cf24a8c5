"""Participations that a viewer may see, with their participants and comments (spec 4 and 9)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Integer, and_, bindparam, case, exists, func, literal, or_, select, true

from joindin.models import Event, User
from joindin.models.crew import (
    CONFIRMED,
    FOR_EVERYONE,
    FOR_PARTICIPANT,
    REQUESTED,
    SHOWN_TO_CONFIRMED,
    SHOWN_TO_EVERYONE,
    SHOWN_TO_USERS,
    CrewDetails,
    CrewGuest,
    CrewProfile,
    EventType,
    FederatedUser,
    Participation,
    ParticipationComment,
    Shift,
)
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.crew.filters import (
    ListColumns,
    ListFilter,
    build_statements,
)
from joindin.queries.crew.qualifications import (
    FEDERATED_USER,
    GUEST,
    USER,
    GrantedIds,
    QualificationCatalogue,
    load_granted_ids,
    load_qualification_catalogue,
)
from joindin.queries.crew.viewers import VIEWER_ID, CrewViewer, is_event_visible, may_change_event, may_view_profile

# Which participations a list contains.
PUBLIC, WITH_USERINFO, OF_USER = "public", "userinfo", "of user"
PLACEHOLDER = "placeholder"

_participation, _shift = Participation.__table__.c, Shift.__table__.c
_event, _details, _type = Event.__table__.c, CrewDetails.__table__.c, EventType.__table__.c
_user, _profile = User.__table__.c, CrewProfile.__table__.c
_guest, _federated = CrewGuest.__table__.c, FederatedUser.__table__.c
_author_table = User.__table__.alias("author")
_comment, _author = ParticipationComment.__table__.c, _author_table.c


class ParticipationPage(NamedTuple):
    """Rows of participations, the total, the qualification ids by person, the qualifications, and comments by row."""

    items: Sequence
    total: int
    qualification_ids: GrantedIds
    catalogue: QualificationCatalogue
    comments: dict[int, list]


def list_participations(
    connection, viewer: CrewViewer, kind: str, filters: ListFilter, now: dt.datetime
) -> ParticipationPage:
    """Return a page of one kind of list. ``OF_USER`` needs the parameter ``owner_id``."""
    page, total = _statements(kind, viewer.rights, filters.shape)
    rows = connection.execute(page, viewer.params | filters.page_values).all()
    count = connection.scalar(total, viewer.params | filters.values)
    granted = load_granted_ids(
        connection,
        now,
        user_ids={row.user_id for row in rows} - {None},
        guest_ids={row.guest_id for row in rows} - {None},
        federated_user_ids={row.federated_user_id for row in rows} - {None},
    )
    comments = load_comments(connection, viewer, rows) if kind == WITH_USERINFO else {}
    return ParticipationPage(rows, count, granted, load_qualification_catalogue(connection), comments)


def load_comments(connection, viewer: CrewViewer, rows: Sequence) -> dict[int, list]:
    """Return the comments that the viewer may read, oldest first (spec 20.3)."""
    visibility_of = {
        row.id: 0 if row.is_responsible else FOR_PARTICIPANT if row.user_id == viewer.user_id else FOR_EVERYONE
        for row in rows
    }
    comments = defaultdict(list)
    for comment in connection.execute(COMMENTS, {"ids": list(visibility_of)}):
        if comment.visibility >= visibility_of[comment.participation_id]:
            comments[comment.participation_id].append(comment)
    return comments


_STARTS_AT = func.coalesce(_participation.individual_starts_at, _shift.starts_at)
_ENDS_AT = func.coalesce(_participation.individual_ends_at, _shift.ends_at)
COLUMNS = ListColumns(
    starts_at=_STARTS_AT,
    ends_at=_ENDS_AT,
    row_id=_participation.id,
    type_ids=_details.event_type_id,
    event_ids=_shift.event_id,
    shift_ids=_participation.shift_id,
    states=_participation.state,
)
PARTICIPATIONS = select(
    _participation.id,
    _participation.shift_id,
    _shift.event_id,
    _event.name.label("event_title"),
    _type.id.label("type_id"),
    _type.title.label("type_title"),
    _participation.state,
    _STARTS_AT.label("starts_at"),
    _ENDS_AT.label("ends_at"),
    _participation.structure_data,
    _participation.user_id,
    _participation.guest_id,
    _participation.federated_user_id,
    case(
        (_participation.user_id.is_not(None), literal(USER)),
        (_participation.guest_id.is_not(None), literal(GUEST)),
        (_participation.federated_user_id.is_not(None), literal(FEDERATED_USER)),
        else_=literal(PLACEHOLDER),
    ).label("kind"),
    func.coalesce(
        func.nullif(_user.full_name, ""),
        _user.username,
        _guest.display_name,
        _federated.display_name,
        _participation.placeholder_name,
    ).label("display_name"),
    # No one writes to inactive accounts.
    func.coalesce(case((_user.is_active == true(), _user.email)), _guest.email, _federated.email).label("email"),
    func.coalesce(_profile.date_of_birth, _guest.date_of_birth, _federated.date_of_birth).label("date_of_birth"),
    _shift.version,
    _details.version.label("event_version"),
    _user.version.label("user_version"),
).select_from(
    Participation.__table__.join(Shift.__table__, _shift.id == _participation.shift_id)
    .join(CrewDetails.__table__, _details.event_id == _shift.event_id)
    .join(Event.__table__, _event.id == _shift.event_id)
    .join(EventType.__table__, _type.id == _details.event_type_id)
    .outerjoin(User.__table__, _user.id == _participation.user_id)
    .outerjoin(CrewProfile.__table__, _profile.user_id == _participation.user_id)
    .outerjoin(CrewGuest.__table__, _guest.id == _participation.guest_id)
    .outerjoin(FederatedUser.__table__, _federated.id == _participation.federated_user_id)
)


@lru_cache(maxsize=512)
def _statements(kind, rights, shape):
    conditions = [is_event_visible(rights, _shift.event_id), _is_shown(rights)]
    if kind == PUBLIC:
        conditions.append(_participation.state.between(REQUESTED, CONFIRMED))
    if kind == OF_USER:
        conditions.append(_participation.user_id == bindparam("owner_id", type_=Integer))
    statement = PARTICIPATIONS.where(and_(*conditions))
    if kind == WITH_USERINFO:
        statement = statement.add_columns(may_change_event(rights, _shift.event_id).label("is_responsible"))
    return build_statements(statement, COLUMNS, shape)


def _is_shown(rights):
    """Return the condition that the viewer may see who participates."""
    if rights.changes_events:
        return true()
    other, other_shift = Participation.__table__.alias("other").c, Shift.__table__.alias("other_shift").c
    is_confirmed = exists().where(
        other.user_id == VIEWER_ID,
        other.state == CONFIRMED,
        other_shift.id == other.shift_id,
        other_shift.event_id == _shift.event_id,
    )
    return or_(
        _type.participants_shown_to == SHOWN_TO_USERS,
        _type.participants_shown_to == SHOWN_TO_EVERYONE,
        and_(_type.participants_shown_to == SHOWN_TO_CONFIRMED, is_confirmed),
        _participation.user_id == VIEWER_ID,
        may_change_event(rights, _shift.event_id),
        and_(_participation.user_id.is_not(None), may_view_profile(rights, _participation.user_id)),
    )


COMMENTS = CompiledStatement(
    select(
        _comment.participation_id,
        _comment.text,
        _comment.visibility,
        _comment.created_at,
        _comment.author_id,
        func.coalesce(func.nullif(_author.full_name, ""), _author.username).label("author"),
    )
    .select_from(ParticipationComment.__table__)
    .outerjoin(_author_table, _author.id == _comment.author_id)
    .where(_comment.participation_id.in_(bindparam("ids", type_=Integer, expanding=True)))
    .order_by(_comment.created_at, _comment.id)
)
