"""Consents and grants of users to clients."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from joindin.models import AccessToken, Client, Consent, Grant, RefreshToken


@dataclass(frozen=True)
class Authorization:
    """A client with a consent or a valid token, and the scopes that it has."""

    client: Client
    scopes: frozenset[str]


def get_consented_scopes(session, user_id: int, client_id: int) -> set[str]:
    scopes = session.scalar(select(Consent.scopes).where(Consent.user_id == user_id, Consent.client_id == client_id))
    return set((scopes or "").split())


def list_authorizations(session, user_id: int, now) -> list[Authorization]:
    """Return the clients with a consent or a valid token by name, in two statements."""
    consents = session.scalars(
        select(Consent).where(Consent.user_id == user_id).options(joinedload(Consent.client).joinedload(Client.owner))
    )
    grants = session.scalars(
        select(Grant)
        .where(Grant.user_id == user_id, Grant.revoked_at.is_(None), _has_valid_token(now))
        .options(joinedload(Grant.client).joinedload(Client.owner))
    )
    found = {}
    for each in (*consents, *grants):
        client, scopes = found.get(each.client_id, (each.client, frozenset()))
        found[each.client_id] = client, scopes | set(each.scopes.split())
    return sorted(
        (Authorization(*pair) for pair in found.values()), key=lambda each: (each.client.name or "", each.client.id)
    )


def _has_valid_token(now):
    access_tokens = select(AccessToken.id).where(
        AccessToken.grant_id == Grant.id,
        AccessToken.revoked_at.is_(None),
        AccessToken.expires_at.is_(None) | (AccessToken.expires_at > now),
    )
    refresh_tokens = select(RefreshToken.id).where(
        RefreshToken.grant_id == Grant.id,
        RefreshToken.used_at.is_(None),
        RefreshToken.expires_at.is_(None) | (RefreshToken.expires_at > now),
    )
    return access_tokens.exists() | refresh_tokens.exists()
