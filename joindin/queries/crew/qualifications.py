"""Qualifications with everything that they include, and the valid grants of people."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, literal, literal_column, null, or_, select, union_all

from joindin.db.base import UtcDateTime
from joindin.models.crew import (
    Qualification,
    QualificationCategory,
    QualificationGrant,
    federated_qualifications,
    guest_qualifications,
    qualification_inclusions,
)
from joindin.performance.read_models.crew import QUALIFICATIONS_COUNTER, sum_of_changes
from joindin.performance.sql.compiled import CompiledStatement

USER, GUEST, FEDERATED_USER = "user", "guest", "federated_user"

_qualification, _category = Qualification.__table__.c, QualificationCategory.__table__.c
_grant = QualificationGrant.__table__.c


class QualificationInfo(NamedTuple):
    id: int
    uuid: str
    title: str
    abbreviation: str
    category_uuid: str


@dataclass(frozen=True)
class QualificationCatalogue:
    """All qualifications by id, and the ids that each includes over any number of steps, without its own."""

    by_id: Mapping[int, QualificationInfo]
    included_ids: Mapping[int, frozenset[int]]

    def with_included(self, ids: Iterable[int]) -> frozenset[int]:
        """Return the ids and everything that they include."""
        return frozenset().union(*({id_} | self.included_ids.get(id_, frozenset()) for id_ in ids))


def load_qualification_catalogue(connection) -> QualificationCatalogue:
    """Return the catalogue: two statements."""
    by_id = {row.id: QualificationInfo(*row) for row in connection.execute(_QUALIFICATIONS)}
    direct = defaultdict(list)
    for qualification_id, included_id in connection.execute(_INCLUSIONS):
        direct[qualification_id].append(included_id)
    return QualificationCatalogue(by_id, {id_: _reachable(id_, direct) for id_ in direct})


class GrantedIds(defaultdict):
    """Ids of valid qualifications by kind and id of the person, in the order of their grants.

    ``expires_at`` is the time at which the next of the grants expires, or None.
    """

    expires_at: dt.datetime | None = None


def load_granted_ids(
    connection,
    now: dt.datetime,
    *,
    user_ids: Collection[int] = (),
    guest_ids: Collection[int] = (),
    federated_user_ids: Collection[int] = (),
) -> GrantedIds:
    """Return the ids of the valid qualifications of people: one statement."""
    granted = GrantedIds(list)
    params = {"now": now, "user_ids": user_ids, "guest_ids": guest_ids, "federated_user_ids": federated_user_ids}
    for kind, person_id, qualification_id, _position, expires_at in connection.execute(_GRANTED, params):
        granted[kind, person_id].append(qualification_id)
        granted.expires_at = earliest(granted.expires_at, expires_at)
    return granted


def earliest(*times: dt.datetime | None) -> dt.datetime | None:
    """Return the first of these times; None is no time."""
    return min((each for each in times if each is not None), default=None)


class QualificationState(NamedTuple):
    """The ids of the valid qualifications of a user, in the order of their grants.

    ``catalogue_changes`` is the counter of the changes of all qualifications. It never returns to an earlier number.
    ``expires_at`` is the time at which the next of the grants expires, or None.
    """

    ids: tuple[int, ...]
    catalogue_changes: int
    expires_at: dt.datetime | None


def load_qualification_state(connection, user_id: int, now: dt.datetime) -> QualificationState:
    """Return the state: one statement."""
    counter, *grants = connection.execute(_STATE, {"user_id": user_id, "now": now}).all()
    ids = tuple(row.qualification_id for row in grants)
    return QualificationState(ids, counter.changes, earliest(*(row.expires_at for row in grants)))


def _reachable(start, direct):
    reached, waiting = set(), list(direct[start])
    while waiting:
        id_ = waiting.pop()
        if id_ not in reached:
            reached.add(id_)
            waiting += direct.get(id_, ())
    return frozenset(reached - {start})


_QUALIFICATIONS = CompiledStatement(
    select(
        _qualification.id,
        _qualification.uuid,
        _qualification.title,
        _qualification.abbreviation,
        _category.uuid.label("category_uuid"),
    )
    .join(QualificationCategory.__table__, _category.id == _qualification.category_id)
    .order_by(_qualification.id)
)
_INCLUSIONS = CompiledStatement(select(qualification_inclusions))


_IS_VALID = or_(_grant.expires_at.is_(None), _grant.expires_at >= bindparam("now", type_=UtcDateTime))
# The row of the counter is the first.
_STATE = CompiledStatement(
    union_all(
        select(
            _grant.id.label("position"), literal(0).label("changes"), _grant.qualification_id, _grant.expires_at
        ).where(_grant.user_id == bindparam("user_id", type_=Integer), _IS_VALID),
        select(literal(0), literal_column(sum_of_changes(QUALIFICATIONS_COUNTER)), literal(0), null()),
    ).order_by("position")
)


def _ids(column, name):
    return column.in_(bindparam(name, type_=Integer, expanding=True))


_GRANTED = CompiledStatement(
    union_all(
        select(
            literal(USER).label("kind"),
            _grant.user_id.label("person_id"),
            _grant.qualification_id,
            _grant.id.label("position"),
            _grant.expires_at,
        ).where(
            _ids(_grant.user_id, "user_ids"),
            _IS_VALID,
        ),
        select(
            literal(GUEST),
            guest_qualifications.c.guest_id,
            guest_qualifications.c.qualification_id,
            guest_qualifications.c.qualification_id,
            null(),
        ).where(_ids(guest_qualifications.c.guest_id, "guest_ids")),
        select(
            literal(FEDERATED_USER),
            federated_qualifications.c.federated_user_id,
            federated_qualifications.c.qualification_id,
            federated_qualifications.c.qualification_id,
            null(),
        ).where(_ids(federated_qualifications.c.federated_user_id, "federated_user_ids")),
    ).order_by("kind", "person_id", "position")
)
