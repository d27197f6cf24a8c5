"""Addresses of an account besides the present one: a requested one, and those that were replaced."""

import datetime as dt

from sqlalchemy import bindparam, select

from joindin.db.base import UtcDateTime
from joindin.models import EMAIL_CHANGE_TTL, EmailChange, FormerEmail, User
from joindin.performance.sql.compiled import CompiledStatement

# How long a replaced address gets the notices about the security of the account.
FORMER_EMAIL_RETENTION = dt.timedelta(days=30)


def get_pending_email(connection, user_id: int, now: dt.datetime) -> str | None:
    """Return the address that the user has requested and that waits for confirmation, or None."""
    row = connection.execute(_PENDING, {"user_id": user_id, "after": now - EMAIL_CHANGE_TTL}).first()
    return row.email if row else None


def list_notice_addresses(session, user: User, now: dt.datetime) -> list[str]:
    """Return the addresses for notices about the account's security: the present one, and proven ones that it replaced.

    A thief may have replaced the address of the owner.
    """
    replaced = select(FormerEmail.email).where(
        FormerEmail.user_id == user.id, FormerEmail.replaced_at > now - FORMER_EMAIL_RETENTION
    )
    addresses = [user.email, *session.scalars(replaced.order_by(FormerEmail.id))]
    return list(dict.fromkeys(address for address in addresses if address))


_PENDING = CompiledStatement(
    select(EmailChange.email)
    .where(EmailChange.user_id == bindparam("user_id"), EmailChange.created_at > bindparam("after", type_=UtcDateTime))
    .order_by(EmailChange.id.desc())
    .limit(1)
)
