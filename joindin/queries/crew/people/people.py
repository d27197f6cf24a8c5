"""People as the pages of the crew list them: by name, with qualifications and groups (spec 4 and 8)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, exists, func, literal, or_, select, true

from joindin.db.base import UtcDateTime
from joindin.models import Group, GroupMember, User
from joindin.models.crew import CrewProfile, QualificationGrant
from joindin.queries.crew.filters import ListColumns, ListFilter, build_statements
from joindin.queries.crew.qualifications import (
    USER,
    QualificationCatalogue,
    load_granted_ids,
    load_qualification_catalogue,
)
from joindin.queries.crew.viewers import CrewViewer, may_view_profile

_user, _profile = User.__table__.c, CrewProfile.__table__.c
_name = func.coalesce(func.nullif(_user.full_name, ""), _user.username)
_key = func.coalesce(func.nullif(_user.full_name_key, ""), _user.username_key)


class PeoplePage(NamedTuple):
    """Rows of users, the total, their qualification ids, the qualifications, and the names of their groups."""

    items: Sequence
    total: int
    qualification_ids: Mapping[int, Sequence[int]]
    catalogue: QualificationCatalogue
    groups: Mapping[int, Sequence[str]]


def list_people(
    session, viewer: CrewViewer, filters: ListFilter, now: dt.datetime, qualification_id: int | None = None
) -> PeoplePage:
    """Return a page of the users whose profiles the viewer may see, by name: six statements.

    With a qualification: only those who have it, or one that includes it.
    """
    connection, catalogue = session.connection(), load_qualification_catalogue(session.connection())
    params = {}
    if qualification_id is not None:
        ids = {each for each in catalogue.by_id if qualification_id in catalogue.with_included([each])}
        params = {"now": now, "granted_ids": sorted(ids)}
    filters = ListFilter(terms=filters.terms, limit=filters.limit, offset=filters.offset, params=viewer.params | params)
    page, total = _statements(viewer.rights, filters.shape, qualification_id is not None)
    users = connection.execute(page, filters.page_values).all()
    user_ids = [user.id for user in users]
    granted = load_granted_ids(connection, now, user_ids=user_ids)
    return PeoplePage(
        users,
        connection.scalar(total, filters.values),
        {person_id: ids for (kind, person_id), ids in granted.items() if kind == USER},
        catalogue,
        _load_groups(connection, user_ids),
    )


def get_crew_profile(session, user_id: int) -> CrewProfile:
    """Return the profile; one with the defaults, which is not stored, if the user has none."""
    return session.get(CrewProfile, user_id) or CrewProfile(user_id=user_id, is_visible=True, muted_notifications=[])


def _load_groups(connection, user_ids):
    groups = defaultdict(list)
    rows = connection.execute(
        select(GroupMember.user_id, Group.name)
        .join(Group, Group.id == GroupMember.group_id)
        .where(GroupMember.user_id.in_(user_ids))
        .order_by(Group.name, Group.id)
    )
    for user_id, name in rows:
        groups[user_id].append(name)
    return groups


@lru_cache(maxsize=64)
def _statements(rights, shape, has_qualification):
    statement = (
        select(_user.id, _name.label("name"), _user.username, _user.email, _user.is_active)
        .select_from(User.__table__.outerjoin(CrewProfile.__table__, _profile.user_id == _user.id))
        .where(or_(_profile.user_id.is_(None), _profile.is_visible == true()), may_view_profile(rights, _user.id))
    )
    if has_qualification:
        statement = statement.where(_has_qualification())
    columns = ListColumns(
        starts_at=None,
        ends_at=None,
        row_id=_user.id,
        searched=(func.coalesce(_user.full_name, literal("")), _user.username, func.coalesce(_user.email, literal(""))),
        default_order=(_key,),
    )
    return build_statements(statement, columns, shape)


def _has_qualification():
    grant = QualificationGrant.__table__.c
    now, ids = bindparam("now", type_=UtcDateTime), bindparam("granted_ids", type_=Integer, expanding=True)
    return exists().where(
        grant.user_id == _user.id,
        grant.qualification_id.in_(ids),
        or_(grant.expires_at.is_(None), grant.expires_at >= now),
    )
