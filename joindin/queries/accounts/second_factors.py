"""Second factors of a user."""

from collections.abc import Iterable

from sqlalchemy import func, select

from joindin.models import Authenticator, Passkey, RecoveryCode
from joindin.security.tokens import hash_token


def has_second_factor(session, user_id: int) -> bool:
    either = select(Authenticator.user_id).where(Authenticator.user_id == user_id)
    return session.execute(
        either.union_all(select(Passkey.user_id).where(Passkey.user_id == user_id)).limit(1)
    ).first() is not None  # fmt: skip


def has_authenticator(session, user_id: int) -> bool:
    return session.scalar(select(Authenticator.user_id).where(Authenticator.user_id == user_id)) is not None


def list_passkeys(session, user_id: int) -> list[Passkey]:
    return session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)).all()


def count_recovery_codes(session, user_id: int) -> int:
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id))


def has_recovery_code(session, user_id: int, codes: Iterable[str]) -> bool:
    """Return whether one of the codes is an unused one of the user."""
    hashes = [hash_token(code) for code in codes]
    found = select(RecoveryCode.user_id).where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash.in_(hashes))
    return session.scalar(found.limit(1)) is not None
