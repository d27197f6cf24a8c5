"""What people allowed applications."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from joindin.models import AccessToken, Client, Consent, Grant, RefreshToken


@dataclass(frozen=True)
class Authorization:
    """An application that somebody let in, or allowed to come in, and what it may do for them."""

    client: Client
    scopes: frozenset[str]


def get_consented_scopes(session, user_id: int, client_id: int) -> set[str]:
    scopes = session.scalar(select(Consent.scopes).where(Consent.user_id == user_id, Consent.client_id == client_id))
    return set((scopes or "").split())


def list_authorizations(session, user_id: int, now) -> list[Authorization]:
    """Applications with a consent or a token that lives, by name: two statements."""
    consents = session.scalars(
        select(Consent).where(Consent.user_id == user_id).options(joinedload(Consent.client).joinedload(Client.owner))
    )
    grants = session.scalars(
        select(Grant)
        .where(Grant.user_id == user_id, Grant.revoked_at.is_(None), _has_a_live_token(now))
        .options(joinedload(Grant.client).joinedload(Client.owner))
    )
    found = {}
    for each in (*consents, *grants):
        client, scopes = found.get(each.client_id, (each.client, frozenset()))
        found[each.client_id] = client, scopes | set(each.scopes.split())
    return sorted(
        (Authorization(*pair) for pair in found.values()), key=lambda one: (one.client.name or "", one.client.id)
    )


def _has_a_live_token(now):
    to_call = select(AccessToken.id).where(
        AccessToken.grant_id == Grant.id,
        AccessToken.revoked_at.is_(None),
        AccessToken.expires_at.is_(None) | (AccessToken.expires_at > now),
    )
    to_renew = select(RefreshToken.id).where(
        RefreshToken.grant_id == Grant.id,
        RefreshToken.used_at.is_(None),
        RefreshToken.expires_at.is_(None) | (RefreshToken.expires_at > now),
    )
    return to_call.exists() | to_renew.exists()
