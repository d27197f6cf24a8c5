"""People who sign up, with their grants and dates of birth."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import or_, select

from joindin.models.crew import CrewGuest, CrewProfile, FederatedUser, QualificationGrant
from joindin.queries.crew.qualifications import FEDERATED_USER, GUEST, USER, load_granted_ids

_grant = QualificationGrant.__table__.c


class Participant(NamedTuple):
    """A person who signs up. ``kind`` is ``USER``, ``GUEST`` or ``FEDERATED_USER``."""

    kind: str
    id: int

    @property
    def column(self) -> str:
        """Return the column of participations that holds the id."""
        return f"{self.kind}_id"


def person_of(row) -> Participant:
    """Return the participant of a row; a placeholder is one that has no qualifications."""
    for kind in (USER, GUEST, FEDERATED_USER):
        if (id_ := getattr(row, f"{kind}_id")) is not None:
            return Participant(kind, id_)
    return Participant("placeholder", row.id)


def load_grants(
    connection, persons: Collection[Participant], now: dt.datetime
) -> dict[Participant, list[tuple[int, dt.datetime | None]]]:
    """Return pairs of a qualification and its expiry by person, in the order of the grants."""
    ids = {kind: {person.id for person in persons if person.kind == kind} for kind in (USER, GUEST, FEDERATED_USER)}
    grants = defaultdict(list)
    rows = connection.execute(
        select(_grant.user_id, _grant.qualification_id, _grant.expires_at)
        .where(_grant.user_id.in_(ids[USER]), or_(_grant.expires_at.is_(None), _grant.expires_at >= now))
        .order_by(_grant.id)
    )
    for user_id, qualification_id, expires_at in rows:
        grants[Participant(USER, user_id)].append((qualification_id, expires_at))
    if ids[GUEST] or ids[FEDERATED_USER]:
        granted = load_granted_ids(connection, now, guest_ids=ids[GUEST], federated_user_ids=ids[FEDERATED_USER])
        for (kind, id_), qualification_ids in granted.items():
            grants[Participant(kind, id_)] += [(each, None) for each in qualification_ids]
    return grants


def load_date_of_birth(connection, participant: Participant) -> dt.date | None:
    table = {USER: CrewProfile, GUEST: CrewGuest, FEDERATED_USER: FederatedUser}[participant.kind].__table__.c
    key = table.user_id if participant.kind == USER else table.id
    return connection.scalar(select(table.date_of_birth).where(key == participant.id))
