"""Federation guests and hosts, invite codes, and which events are shared with whom (spec 13)."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Integer, bindparam, select

from joindin.models.crew import (
    FederatedSession,
    FederatedUser,
    FederationGuest,
    FederationHost,
    FederationInvite,
    federation_shares,
)
from joindin.performance.sql.compiled import CompiledStatement
from joindin.security.tokens import hash_token


def get_guest_id_by_token(connection, access_token_id: int) -> int | None:
    return connection.scalar(_BY_TOKEN, {"access_token_id": access_token_id})


def list_guests(session) -> Sequence[FederationGuest]:
    """Return all guests by name."""
    return session.scalars(select(FederationGuest).order_by(FederationGuest.name, FederationGuest.id)).all()


def list_shared_guest_ids(session, event_id: int) -> Sequence[int]:
    """Return the ids of the guests with which an event is shared, in order."""
    shares = federation_shares.c
    return session.scalars(select(shares.guest_id).where(shares.event_id == event_id).order_by(shares.guest_id)).all()


def list_hosts(session) -> Sequence[FederationHost]:
    """Return all hosts by name."""
    return session.scalars(select(FederationHost).order_by(FederationHost.name, FederationHost.id)).all()


def is_application_of_host(session, client_id: int) -> bool:
    """Return whether the application is that of a host, by which users of this instance sign in there."""
    return session.scalar(select(select(FederationHost.id).where(FederationHost.client_id == client_id).exists()))


def list_open_invites(session, since: dt.datetime) -> Sequence[FederationInvite]:
    """Return the invites from that time on that no guest has redeemed, oldest first."""
    statement = select(FederationInvite).where(
        FederationInvite.guest_id.is_(None), FederationInvite.created_at >= since
    )
    return session.scalars(statement.order_by(FederationInvite.id)).all()


def get_invite_by_code(session, code: str) -> FederationInvite | None:
    return session.scalar(select(FederationInvite).where(FederationInvite.code_hash == hash_token(code)))


def find_federated_user(session, token: str, now: dt.datetime) -> FederatedUser | None:
    """Return the federated user of a session, or None if it has ended."""
    return session.scalar(
        select(FederatedUser)
        .join(FederatedSession, FederatedSession.federated_user_id == FederatedUser.id)
        .where(FederatedSession.token_hash == hash_token(token), FederatedSession.expires_at > now)
    )


_BY_TOKEN = CompiledStatement(
    select(FederationGuest.__table__.c.id).where(
        FederationGuest.__table__.c.access_token_id == bindparam("access_token_id", type_=Integer)
    )
)
