"""End of everything that gives access to an account: sessions, tokens, grants, and links that were mailed."""

import datetime as dt

from sqlalchemy import delete, false, select, update

from joindin.models import (
    AccessToken,
    BrowserSession,
    Consent,
    EmailChange,
    ExternalIdentity,
    ExternalSignIn,
    Grant,
    PasswordReset,
    User,
)
from joindin.operations.organiser.invitations import withdraw_invitations_of_user
from joindin.queries.accounts.account_access import describe_access
from joindin.utils.messages import TranslatableMessage

REVOCABLE_MODELS = (BrowserSession, Grant, AccessToken)
PENDING_MODELS = (PasswordReset, EmailChange, ExternalSignIn)


def secure_access(session, user_id: int, *, now: dt.datetime) -> list[TranslatableMessage]:
    """End everything through which another person could still use the account once it has a new password.

    Besides :func:`revoke_all_access`, connections to external accounts and consents of applications, which may be those
    of the other person, are deleted. Invitations of the user that are not answered are withdrawn: they make hosts and
    speakers of addresses that the other person may have chosen.

    Return what has ended, for the owner. The caller holds the lock of the user.
    """
    ended = describe_access(session, user_id, now)
    revoke_all_access(session, user_id, now=now)
    for model in (ExternalIdentity, Consent):
        session.execute(delete(model).where(model.user_id == user_id).execution_options(synchronize_session=False))
    withdraw_invitations_of_user(session, user_id, now=now)
    return ended


def revoke_all_access(session, user_id: int, *, now: dt.datetime) -> None:
    """End all sessions, tokens and grants with their codes, and delete mailed links and pending changes.

    Consents stay: they give no access without a session.
    """
    _revoke(session, [user_id], now)


def revoke_access_of_inactive_users(session, *, now: dt.datetime) -> None:
    """End what gives access to inactive accounts, so that nothing of it is valid again after a reactivation."""
    _revoke(session, select(User.id).where(User.is_active == false()), now)


def _revoke(session, user_ids, now):
    session.flush()
    for model in REVOCABLE_MODELS:
        session.execute(
            update(model)
            .where(model.user_id.in_(user_ids), model.revoked_at.is_(None))
            .values(revoked_at=now)
            .execution_options(synchronize_session=False)
        )
    for model in PENDING_MODELS:
        session.execute(delete(model).where(model.user_id.in_(user_ids)).execution_options(synchronize_session=False))
