"""Users of federation guests: their profile at each sign-in, and their sessions (spec 13.5)."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, func, select

from joindin.db.locking import lock_row
from joindin.errors import NotFound
from joindin.federation.answers import Profile
from joindin.models.crew import (
    FederatedSession,
    FederatedUser,
    FederationGuest,
    Qualification,
    federated_qualifications,
)
from joindin.operations.crew.federation.guests import MSG_NO_GUEST
from joindin.security.tokens import hash_token, new_session_token


def store_federated_user(session, guest_id: int, profile: Profile, *, now: dt.datetime) -> FederatedUser:
    """Create or refresh a user of a guest, found by the e-mail address.

    The qualifications are those that this instance knows; in place of an unknown one, those that it includes.

    :raises NotFound: if the guest was removed.
    """
    if lock_row(session, FederationGuest, guest_id) is None:
        raise NotFound(MSG_NO_GUEST)
    user = session.scalar(
        select(FederatedUser)
        .where(FederatedUser.guest_id == guest_id, func.lower(FederatedUser.email) == profile.email.lower())
        .order_by(FederatedUser.id)
        .limit(1)
    )
    if user is None:
        user = FederatedUser(guest_id=guest_id, email=profile.email, created_at=now)
        session.add(user)
    user.display_name, user.date_of_birth = profile.display_name, profile.date_of_birth
    session.flush()
    _replace_qualifications(session, user.id, _existing_qualification_ids(session, profile.qualifications))
    return user


def start_federated_session(session, user: FederatedUser, *, expires_at: dt.datetime) -> str:
    """Store a session that ends at that time. Return its token in plain text."""
    token = new_session_token()
    session.add(FederatedSession(token_hash=hash_token(token), federated_user_id=user.id, expires_at=expires_at))
    session.flush()
    return token


def end_federated_session(session, token: str) -> None:
    statement = delete(FederatedSession).where(FederatedSession.token_hash == hash_token(token))
    session.execute(statement.execution_options(synchronize_session=False))


def purge_expired_federated_sessions(session, now: dt.datetime) -> None:
    statement = delete(FederatedSession).where(FederatedSession.expires_at <= now)
    session.execute(statement.execution_options(synchronize_session=False))


def _existing_qualification_ids(session, qualifications: Sequence[tuple[str, Sequence[str]]]) -> set[int]:
    known = dict(session.execute(select(func.lower(Qualification.uuid), Qualification.id)).all())
    ids = set()
    for own, included in qualifications:
        ids |= {known[uuid] for uuid in ((own,) if own in known else included) if uuid in known}
    return ids


def _replace_qualifications(session, user_id, qualification_ids):
    table = federated_qualifications.c
    owned = set(session.scalars(select(table.qualification_id).where(table.federated_user_id == user_id)))
    session.execute(
        delete(federated_qualifications).where(
            table.federated_user_id == user_id, table.qualification_id.in_(owned - qualification_ids)
        )
    )
    if added := sorted(qualification_ids - owned):
        rows = [{"federated_user_id": user_id, "qualification_id": id_} for id_ in added]
        session.execute(federated_qualifications.insert(), rows)
