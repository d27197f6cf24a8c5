"""Finding accounts by who somebody is elsewhere."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from joindin.models import ExternalIdentity


def find_identity(session, issuer: str, subject: str) -> ExternalIdentity | None:
    """With its user."""
    return session.scalar(
        select(ExternalIdentity)
        .where(ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject)
        .options(joinedload(ExternalIdentity.user))
    )


def get_identity(session, user_id: int, issuer: str) -> ExternalIdentity | None:
    return session.scalar(
        select(ExternalIdentity).where(ExternalIdentity.user_id == user_id, ExternalIdentity.issuer == issuer)
    )
