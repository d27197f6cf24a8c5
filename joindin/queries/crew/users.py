"""Users as the crew sees them: with date of birth and qualifications."""

import datetime as dt
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Integer, String, bindparam, func, or_, select, true

from joindin.models import User
from joindin.models.crew import CrewProfile
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.crew.filters import ListColumns, ListFilter, build_statements
from joindin.queries.crew.qualifications import (
    USER,
    QualificationCatalogue,
    load_granted_ids,
    load_qualification_catalogue,
)
from joindin.utils.email_addresses import normalize_email
from joindin.utils.text import fold_case_accents

_user, _profile = User.__table__.c, CrewProfile.__table__.c


class CrewUserPage(NamedTuple):
    """Rows of users, the total, their qualification ids, and the qualifications.

    ``expires_at`` is the time at which the next of their qualifications expires, or None.
    """

    items: Sequence
    total: int
    qualification_ids: dict[int, list[int]]
    catalogue: QualificationCatalogue
    expires_at: dt.datetime | None


def list_crew_users(connection, filters: ListFilter, now: dt.datetime) -> CrewUserPage:
    """Return a page of the users who are visible, by id."""
    page, total = _statements(filters.shape)
    users = connection.execute(page, filters.page_values).all()
    return _with_qualifications(connection, users, connection.scalar(total, filters.values), now)


def find_crew_user(connection, user_id: int, now: dt.datetime) -> CrewUserPage:
    """Return the page with one user, visible or not."""
    users = connection.execute(_BY_ID, {"user_id": user_id}).all()
    return _with_qualifications(connection, users, len(users), now)


def find_crew_user_by_email(connection, email: str, now: dt.datetime) -> CrewUserPage:
    """Return the page with the visible user of that address, or an empty one. Case does not matter."""
    users = connection.execute(_BY_EMAIL, {"email_key": normalize_email(email)}).all()
    return _with_qualifications(connection, users, len(users), now)


def search_active_users(connection, terms: Sequence[str], limit: int) -> Sequence:
    """Return the active, visible users whose name or username contains all terms, by name. Without terms there are none."""
    if not terms:
        return []
    filters = ListFilter(terms=terms, limit=limit)
    return connection.execute(_search_statement(filters.shape), filters.page_values).all()


def find_user_ids_by_login(connection, names: Sequence[str]) -> dict[str, int]:
    """Return the ids of active users by the username or e-mail address under which they are searched: one statement."""
    if not names:
        return {}
    keys = {name: (fold_case_accents(name), normalize_email(name)) for name in names}
    usernames, addresses = zip(*keys.values())
    rows = connection.execute(
        select(_user.id, _user.username_key, _user.email_key)
        .where(_user.is_active == true(), or_(_user.username_key.in_(usernames), _user.email_key.in_(addresses)))
        .order_by(_user.id)
    ).all()
    return {
        name: row.id
        for name, (username, address) in keys.items()
        for row in rows
        if username == row.username_key or address == row.email_key
    }


def list_users(session, user_ids: Collection[int]) -> Sequence[User]:
    """Return the active users with these ids, by username."""
    return session.scalars(select(User).where(User.id.in_(user_ids), User.is_active).order_by(User.username)).all()


def load_preferred_language(connection, user_id: int) -> str | None:
    return connection.scalar(_LANGUAGE, {"user_id": user_id})


def _with_qualifications(connection, users, total, now):
    granted = load_granted_ids(connection, now, user_ids=[user.id for user in users])
    ids = {person_id: each for (kind, person_id), each in granted.items() if kind == USER}
    return CrewUserPage(users, total, ids, load_qualification_catalogue(connection), granted.expires_at)


_USERS = select(
    _user.id, _user.username, _user.full_name, _user.email, _user.email_key, _profile.date_of_birth
).select_from(User.__table__.outerjoin(CrewProfile.__table__, _profile.user_id == _user.id))
_IS_VISIBLE = or_(_profile.user_id.is_(None), _profile.is_visible == true())
_COLUMNS = ListColumns(
    starts_at=None,
    ends_at=None,
    row_id=_user.id,
    searched=(func.coalesce(_user.full_name, _user.username), func.coalesce(_user.email, "")),
)


_NAMES = ListColumns(
    starts_at=None,
    ends_at=None,
    row_id=_user.id,
    searched=(func.coalesce(_user.full_name, ""), _user.username),
    default_order=(func.coalesce(func.nullif(_user.full_name, ""), _user.username),),
)


@lru_cache(maxsize=32)
def _search_statement(shape):
    return build_statements(_USERS.where(_IS_VISIBLE, _user.is_active == true()), _NAMES, shape)[0]


@lru_cache(maxsize=64)
def _statements(shape):
    return build_statements(_USERS.where(_IS_VISIBLE), _COLUMNS, shape)


_BY_ID = CompiledStatement(_USERS.where(_user.id == bindparam("user_id", type_=Integer)))
_BY_EMAIL = CompiledStatement(_USERS.where(_user.email_key == bindparam("email_key", type_=String), _IS_VISIBLE))
_LANGUAGE = CompiledStatement(
    select(_profile.preferred_language).where(_profile.user_id == bindparam("user_id", type_=Integer))
)
