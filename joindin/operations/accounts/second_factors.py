"""Second factors: codes of an authenticator app and recovery codes.

Each change is mailed to the user. With the last factor the recovery codes are deleted, and sign-in with the password
alone is no longer a setting.
"""

import datetime as dt
import logging
from collections.abc import Sequence

import pyotp
from sqlalchemy import delete, select, update

from joindin.db.locking import lock_row
from joindin.db.upserts import insert_or_ignore
from joindin.errors import Conflict, InvalidInput, NotConfigured
from joindin.models import Authenticator, Passkey, RecoveryCode, User
from joindin.operations.accounts.security_mails import mail_sign_in_change
from joindin.operations.audit import log_action
from joindin.queries.accounts.second_factors import count_recovery_codes, has_recovery_code, has_second_factor
from joindin.security.encryption import decrypt, encrypt
from joindin.security.tokens import derive_recovery_codes, hash_token, new_form_secret

RECOVERY_CODE_COUNT = 10
ENCRYPTION_PURPOSE = "authenticator"
TIME_STEP_S = 30

# A code is also valid in the time steps beside its own, for clocks that are wrong and users who type slowly.
ACCEPTED_STEPS = (0, -1, 1)

MSG_WRONG_CODE = "That code is not right, or was used already"
MSG_KEY_CHANGED = "The secret key of this server was changed, so the codes of your app cannot be checked. Use a recovery code, or ask the operator of this site to restore the key"

log = logging.getLogger(__name__)


def add_authenticator(
    session,
    user: User,
    secret: str,
    code: str,
    *,
    secret_key: str,
    codes_secret: str | None = None,
    now: dt.datetime,
) -> list[str] | None:
    """Add an authenticator app whose ``code`` proves the secret; return new recovery codes if it is the first second
    factor. They are derived from ``codes_secret`` if there is one.

    :raises InvalidInput: if the code does not fit the secret.
    :raises Conflict: if the account has an authenticator already.
    """
    step = _step_of(secret, code, now)
    if step is None:
        raise InvalidInput(MSG_WRONG_CODE)
    lock_row(session, User, user.id)
    is_first = not has_second_factor(session, user.id)
    sealed = encrypt(secret_key, ENCRYPTION_PURPOSE, secret)
    if not insert_or_ignore(session, Authenticator, user_id=user.id, secret=sealed, created_at=now, last_step=step):
        raise Conflict("Your account has an authenticator already. Remove it first")
    mail_sign_in_change(session, user, "an app that shows codes was added")
    return make_recovery_codes(session, user, secret=codes_secret, now=now) if is_first else None


def remove_authenticator(session, user: User) -> None:
    lock_row(session, User, user.id)
    if session.execute(delete(Authenticator).where(Authenticator.user_id == user.id)).rowcount:
        after_factor_removed(session, user, "the app that shows codes")


def verify_code(session, user: User, code: str, *, secret_keys: Sequence[str], now: dt.datetime) -> bool:
    """Return whether the code is an unused one of the user's app, or a recovery code. It is used up by this.

    :raises NotConfigured: if the code is one of an app whose secret no key of this server decrypts.
    """
    code = "".join(code.split()).lower()
    return _use_app_code(session, user, code, secret_keys, now) or _use_recovery_code(session, user, code)


def make_recovery_codes(session, user: User, *, secret: str | None = None, now: dt.datetime) -> list[str]:
    """Replace the recovery codes and return the new ones, which are not stored in plain text.

    They are derived from ``secret`` if there is one.
    """
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = derive_recovery_codes(secret or new_form_secret(), RECOVERY_CODE_COUNT)
    session.add_all([RecoveryCode(user_id=user.id, code_hash=hash_token(code), created_at=now) for code in codes])
    session.flush()
    return codes


def find_recovery_codes(session, user: User, secret: str) -> list[str] | None:
    """Return the recovery codes of the user that were derived from ``secret``; None if the user has no such codes."""
    codes = derive_recovery_codes(secret, RECOVERY_CODE_COUNT)
    return codes if has_recovery_code(session, user.id, codes) else None


def renew_recovery_codes(session, user: User, *, secret: str | None = None, now: dt.datetime) -> list[str]:
    """Replace the recovery codes, see :func:`make_recovery_codes`. :raises Conflict: if the user has no second factor."""
    lock_row(session, User, user.id)
    if not has_second_factor(session, user.id):
        raise Conflict("Recovery codes stand in for a second factor, and you have none")
    mail_sign_in_change(session, user, "new recovery codes were made")
    return make_recovery_codes(session, user, secret=secret, now=now)


def allow_password_only(session, user: User, is_allowed: bool) -> None:
    """Set whether trusted applications may sign the user in with the password alone."""
    lock_row(session, User, user.id)
    user.allows_password_only = is_allowed and has_second_factor(session, user.id)
    allowed = "may" if user.allows_password_only else "may no longer"
    mail_sign_in_change(session, user, f"applications {allowed} sign you in with the password alone")
    session.flush()


def is_password_only_allowed(session, user: User) -> bool:
    """Return whether an application that cannot ask for a second factor may sign the user in."""
    return user.allows_password_only or not has_second_factor(session, user.id)


def reset_second_factors(session, user: User, *, actor: User | None, reason: str = "") -> None:
    """Remove all second factors of a user who has lost them.

    :raises Conflict: if the user has none.
    """
    lock_row(session, User, user.id)
    if not has_second_factor(session, user.id):
        raise Conflict(f"{user.username} has no second factor")
    for kind in (Authenticator, Passkey):
        session.execute(delete(kind).where(kind.user_id == user.id).execution_options(synchronize_session=False))
    log_action(session, "user.reset_factors", user, actor=actor, reason=reason)
    mail_sign_in_change(session, user, "all second factors were removed by those who run this site")
    drop_orphaned_codes(session, user)


def after_factor_removed(session, user: User, factor: str) -> None:
    """Mail the user about a removed factor and delete what made sense with it only."""
    log_action(session, "user.remove_factor", user, actor=user, changes={"factor": [factor, None]})
    mail_sign_in_change(session, user, f"{factor} was removed")
    drop_orphaned_codes(session, user)


def drop_orphaned_codes(session, user: User) -> None:
    """Delete the recovery codes and the password-only setting of a user without a second factor."""
    if not has_second_factor(session, user.id):
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
        user.allows_password_only = False
        session.flush()


def reencrypt_authenticators(session, secret_keys: Sequence[str]) -> int:
    """Encrypt the secrets of all authenticator apps with the first key; return how many no key decrypts."""
    unreadable = 0
    for authenticator in session.scalars(select(Authenticator).with_for_update()):
        if decrypt(secret_keys[:1], ENCRYPTION_PURPOSE, authenticator.secret) is not None:
            continue
        secret = decrypt(secret_keys, ENCRYPTION_PURPOSE, authenticator.secret)
        if secret is None:
            unreadable += 1
        else:
            authenticator.secret = encrypt(secret_keys[0], ENCRYPTION_PURPOSE, secret)
    session.flush()
    return unreadable


def _use_app_code(session, user, code, secret_keys, now):
    authenticator = session.get(Authenticator, user.id, populate_existing=True)
    if authenticator is None or not _is_app_code(code):
        return False
    secret = decrypt(secret_keys, ENCRYPTION_PURPOSE, authenticator.secret)
    if secret is None:
        log.error(
            "The authenticator of user %s cannot be decrypted: the secret key of this server was changed", user.id
        )
        raise NotConfigured(MSG_KEY_CHANGED)
    step = _step_of(secret, code, now)
    if step is None:
        return False
    # One of two simultaneous uses of the same code fails.
    return bool(
        session.execute(
            update(Authenticator)
            .where(Authenticator.user_id == user.id, Authenticator.last_step < step)
            .values(last_step=step)
            .execution_options(synchronize_session=False)
        ).rowcount
    )


def _use_recovery_code(session, user, code):
    used = session.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.user_id == user.id, RecoveryCode.code_hash == hash_token(code))
        .execution_options(synchronize_session=False)
    ).rowcount
    if used:
        is_last = not count_recovery_codes(session, user.id)
        mail_sign_in_change(session, user, f"a recovery code was used{', and it was the last' * is_last}")
    return bool(used)


def _is_app_code(code):
    return len(code) == 6 and code.isascii() and code.isdecimal()


def _step_of(secret, code, now):
    """Return the time step of a code, or None if it is not valid now."""
    if not _is_app_code(code):
        return None
    present = int(now.timestamp()) // TIME_STEP_S
    totp = pyotp.TOTP(secret)
    return next(
        (present + off for off in ACCEPTED_STEPS if pyotp.utils.strings_equal(totp.generate_otp(present + off), code)),
        None,
    )
