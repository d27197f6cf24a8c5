"""Sign-in with an identity at an external OpenID provider.

An identity signs in to the account that it is connected to. Users connect it while they are signed in. A matching e-mail
address is not enough, unless the settings allow it. Then the provider must have verified the address, and a mailed link
must have proven it here: otherwise an attacker could register with the address of another person first.
"""

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from joindin.errors import Conflict, InvalidInput
from joindin.models import ExternalIdentity, ExternalSignIn, User
from joindin.oidc import Identity
from joindin.operations.accounts.security_mails import mail_sign_in_change
from joindin.operations.accounts.similar_usernames import create_account_with_similar_name
from joindin.operations.accounts.users import MAX_FULL_NAME_LENGTH
from joindin.operations.outbox import enqueue_mail
from joindin.queries.accounts.external_identities import get_identity_by_subject, get_user_identity
from joindin.queries.accounts.users import get_user_by_email, is_email_taken
from joindin.security.tokens import hash_token
from joindin.utils.email_addresses import is_email
from joindin.utils.text import to_plain_line, to_single_line

PENDING_SIGN_IN_TTL = dt.timedelta(minutes=10)

# The clocks of the provider and of this host may differ by so much.
CLOCK_LEEWAY_S = 60

MSG_IDENTITY_OF_ANOTHER_ACCOUNT = "That account is connected to another user here"
MSG_ALREADY_CONNECTED = "Your account is already connected"
MSG_PASSWORD_REQUIRED = "Choose a password first. Without it you could not sign in any more"
MSG_EMAIL_NOT_VERIFIED = (
    "No account here is connected to that one, and the provider did not send a verified e-mail address of yours"
)
MSG_EMAIL_TAKEN = (
    "An account with your e-mail address already exists here. Sign in to it as usual, then connect it in your account"
)
MSG_NOT_CONNECTED = "No account here is connected to that one. Sign in as usual, then connect it in your account"
MSG_SIGN_IN_EXPIRED = (
    "This sign-in took too long, began in another browser, or was completed before. Please start again"
)
MSG_NO_FREE_USERNAME = "Your username is taken here. Register with another one, then connect your account"


@dataclass(frozen=True)
class OidcChallenge:
    """Values that bind the provider's response to one sign-in. Derived from the ``state``, therefore not stored."""

    nonce: str
    code_verifier: str


def derive_challenge(state: str, secret_key: str) -> OidcChallenge:
    def derive(name):
        return hmac.digest(secret_key.encode(), f"external {name}\n{state}".encode(), "sha256").hex()

    return OidcChallenge(nonce=derive("nonce"), code_verifier=derive("code verifier"))


def begin_external_sign_in(
    session, *, purpose: str, browser: str, user: User | None, next_url: str, now: dt.datetime
) -> str:
    """Store the OIDC ``state`` of a sign-in that starts now and return it."""
    state = secrets.token_urlsafe(32)
    session.add(
        ExternalSignIn(
            state_hash=hash_token(state),
            browser_hash=hash_token(browser),
            purpose=purpose,
            user_id=user.id if user else None,
            next_url=next_url,
            started_at=now,
            expires_at=now + PENDING_SIGN_IN_TTL,
        )
    )
    session.flush()
    return state


def complete_external_sign_in(session, state: str, *, browser: str, now: dt.datetime) -> ExternalSignIn:
    """Look up and consume the pending sign-in for this ``state`` and browser.

    Single use: commit even when the sign-in fails later.

    :raises InvalidInput: if it is unknown, expired or consumed.
    """
    pending = session.scalar(
        delete(ExternalSignIn)
        .where(
            ExternalSignIn.state_hash == hash_token(state),
            ExternalSignIn.browser_hash == hash_token(browser),
            ExternalSignIn.expires_at > now,
        )
        .returning(ExternalSignIn)
        .execution_options(synchronize_session=False)
    )
    if pending is None:
        raise InvalidInput(MSG_SIGN_IN_EXPIRED)
    return pending


def resolve_user(session, identity: Identity, *, may_register: bool, may_link: bool, now: dt.datetime) -> User:
    """Return the account of the identity; connect or create one where the arguments allow it. It may be deactivated.

    :raises Conflict, InvalidInput: if there is no such account; the message tells the user what to do.
    """
    connected = get_identity_by_subject(session, identity.issuer, identity.subject)
    if connected is not None:
        connected.last_used_at = now
        return connected.user
    if identity.email is None or not is_email(identity.email):
        raise InvalidInput(MSG_EMAIL_NOT_VERIFIED if may_register else MSG_NOT_CONNECTED)
    owner = get_user_by_email(session, identity.email)
    if owner is None:
        if not may_register:
            raise InvalidInput(MSG_NOT_CONNECTED)
        owner = _register(session, identity, now)
    elif not (may_link and owner.is_verified and owner.email_proven_at is not None):
        raise Conflict(MSG_EMAIL_TAKEN)
    else:
        enqueue_mail(session, "external_connected", [owner.email], full_name=owner.full_name, name=_name(identity))
    _connect(session, owner, identity, now).last_used_at = now
    return owner


def connect_identity(session, user: User, identity: Identity, *, now: dt.datetime) -> None:
    """Connect the identity to the account and notify its owner by mail.

    :raises Conflict: if it is connected to another account, or the account to another identity of that provider.
    """
    connected = get_identity_by_subject(session, identity.issuer, identity.subject)
    if connected is not None:
        if connected.user_id != user.id:
            raise Conflict(MSG_IDENTITY_OF_ANOTHER_ACCOUNT)
        return
    _connect(session, user, identity, now)
    if user.email and user.is_verified:
        enqueue_mail(session, "external_connected", [user.email], full_name=user.full_name, name=_name(identity))


def disconnect_identity(session, user: User, issuer: str) -> None:
    """Remove the connection; :raises Conflict: if the account has no password to sign in with."""
    if user.password_hash is None:
        raise Conflict(MSG_PASSWORD_REQUIRED)
    removed = session.execute(
        delete(ExternalIdentity)
        .where(ExternalIdentity.user_id == user.id, ExternalIdentity.issuer == issuer)
        .execution_options(synchronize_session=False)
    ).rowcount
    if removed:
        mail_sign_in_change(session, user, "the external account was disconnected")


def confirms_identity(session, user: User, identity: Identity, *, since: dt.datetime) -> bool:
    """Whether the identity is connected to this account, and the provider authenticated the user after ``since``."""
    own = get_user_identity(session, user.id, identity.issuer)
    if own is None or own.subject != identity.subject or not isinstance(identity.authenticated_at, int | float):
        return False
    return identity.authenticated_at >= since.timestamp() - CLOCK_LEEWAY_S


def authentication_time(identity: Identity, now: dt.datetime) -> dt.datetime:
    """Return when the provider authenticated the user, which may be long ago; ``now`` if it does not say."""
    seconds = identity.authenticated_at
    if not isinstance(seconds, int | float) or not 0 <= seconds < now.timestamp():
        return now
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def purge_expired_sign_ins(session, now: dt.datetime) -> int:
    """Delete expired pending sign-ins; return their number."""
    return session.execute(
        delete(ExternalSignIn).where(ExternalSignIn.expires_at <= now).execution_options(synchronize_session=False)
    ).rowcount


def _connect(session, user, identity, now):
    connection = ExternalIdentity(
        user_id=user.id, issuer=identity.issuer, subject=identity.subject, name=_name(identity), connected_at=now
    )
    try:
        with session.begin_nested():
            session.add(connection)
            session.flush()
    except IntegrityError:
        other = get_identity_by_subject(session, identity.issuer, identity.subject)
        raise Conflict(
            MSG_IDENTITY_OF_ANOTHER_ACCOUNT if other and other.user_id != user.id else MSG_ALREADY_CONNECTED
        ) from None
    return connection


def _name(identity):
    return to_single_line(identity.email or identity.username or identity.subject)[:255]


def _register(session, identity, now):
    """Create an account without a password; its username is that at the provider or a similar one."""
    # A username with an @ could be mistaken for the e-mail address of another user.
    preferred = identity.username if identity.username and "@" not in identity.username else identity.email
    try:
        return create_account_with_similar_name(
            session,
            preferred,
            now=now,
            password_hash=None,
            is_verified=True,
            email=identity.email,
            full_name=to_plain_line(identity.full_name or "")[:MAX_FULL_NAME_LENGTH] or None,
        )
    except Conflict:
        raise Conflict(MSG_EMAIL_TAKEN if is_email_taken(session, identity.email) else MSG_NO_FREE_USERNAME) from None
