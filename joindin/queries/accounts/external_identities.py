"""Queries for the identities at an external provider that are connected to accounts."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from joindin.models import ExternalIdentity


def get_identity_by_subject(session, issuer: str, subject: str) -> ExternalIdentity | None:
    """Return the identity with its user loaded."""
    return session.scalar(
        select(ExternalIdentity)
        .where(ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject)
        .options(joinedload(ExternalIdentity.user))
    )


def get_user_identity(session, user_id: int, issuer: str) -> ExternalIdentity | None:
    return session.scalar(
        select(ExternalIdentity).where(ExternalIdentity.user_id == user_id, ExternalIdentity.issuer == issuer)
    )
