"""Signing in with an account elsewhere: the way there and back, and whose account an identity opens.

An identity opens the account it was connected to, which its owner does while signed in. An address alone opens
nothing, unless the settings say so; and then only one that the provider vouches for and whose account has proven it here
as well, for else somebody could register with your address first and wait for you.
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
from joindin.operations.accounts.users import MAX_FULL_NAME_LENGTH, create_account
from joindin.operations.outbox import enqueue_mail
from joindin.queries.accounts.external_identities import find_identity, get_identity
from joindin.queries.accounts.users import get_user_by_email
from joindin.security.tokens import hash_token
from joindin.utils.text import is_email, to_plain_text

PENDING_SIGN_IN_TTL = dt.timedelta(minutes=10)
MAX_USERNAME_LENGTH = 60
MAX_USERNAME_SUFFIX = 50

MSG_IDENTITY_OF_ANOTHER_ACCOUNT = "That account is connected to somebody else here"
MSG_ALREADY_CONNECTED = "Your account is connected already"
MSG_PASSWORD_REQUIRED = "Choose a password first, or you could not sign in any more"
MSG_EMAIL_NOT_VERIFIED = (
    "There is no account here that is connected to yours, and we were told no address of yours that is proven"
)
MSG_EMAIL_TAKEN = (
    "There is an account with your e-mail address here already. Sign in to it as usual and connect it in your account"
)
MSG_NOT_CONNECTED = (
    "There is no account here that is connected to yours. Sign in as usual and connect it in your account"
)


@dataclass(frozen=True)
class OidcChallenge:
    """What proves that an answer belongs to a question. Worked out from the state, so nobody has to keep it."""

    nonce: str
    code_verifier: str


def derive_challenge(state: str, secret_key: str) -> OidcChallenge:
    def made(name):
        return hmac.digest(secret_key.encode(), f"external {name}\n{state}".encode(), "sha256").hex()

    return OidcChallenge(nonce=made("nonce"), code_verifier=made("code verifier"))


def begin_external_sign_in(
    session, *, purpose: str, browser: str, user: User | None, next_url: str, now: dt.datetime
) -> str:
    """Remember somebody who leaves for the provider; the state to come back with."""
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
    """Whoever left with that state from this browser. They come back once: commit, whatever becomes of them.

    :raises InvalidInput: if nobody did, or they did long ago, or they are back already.
    """
    back = session.scalar(
        delete(ExternalSignIn)
        .where(
            ExternalSignIn.state_hash == hash_token(state),
            ExternalSignIn.browser_hash == hash_token(browser),
            ExternalSignIn.expires_at > now,
        )
        .returning(ExternalSignIn)
        .execution_options(synchronize_session=False)
    )
    if back is None:
        raise InvalidInput(
            "This sign-in took too long, began in another browser, or is over already. Please start again"
        )
    return back


def resolve_user(session, identity: Identity, *, may_register: bool, may_link: bool, now: dt.datetime) -> User:
    """Whose account that identity opens, made if need be and allowed. They may have been deactivated.

    :raises Conflict, Invalid: with what the person can do about it, if it opens none.
    """
    known = find_identity(session, identity.issuer, identity.subject)
    if known is not None:
        known.last_used_at = now
        return known.user
    if identity.email is None or not is_email(identity.email):
        raise InvalidInput(MSG_EMAIL_NOT_VERIFIED if may_register else MSG_NOT_CONNECTED)
    owner = get_user_by_email(session, identity.email)
    if owner is None:
        if not may_register:
            raise InvalidInput(MSG_NOT_CONNECTED)
        owner = _register(session, identity, now)
    elif not (may_link and owner.is_verified):
        raise Conflict(MSG_EMAIL_TAKEN)
    else:
        enqueue_mail(session, "external_connected", [owner.email], full_name=owner.full_name, name=_name(identity))
    _connect(session, owner, identity, now).last_used_at = now
    return owner


def connect_identity(session, user: User, identity: Identity, *, now: dt.datetime) -> None:
    """Let that identity open this account from now on; its owner hears of it by mail.

    :raises Conflict: if it opens another, or this account has one of that provider already.
    """
    known = find_identity(session, identity.issuer, identity.subject)
    if known is not None:
        if known.user_id != user.id:
            raise Conflict(MSG_IDENTITY_OF_ANOTHER_ACCOUNT)
        return
    _connect(session, user, identity, now)
    if user.email and user.is_verified:
        enqueue_mail(session, "external_connected", [user.email], full_name=user.full_name, name=_name(identity))


def disconnect_identity(session, user: User, issuer: str) -> None:
    """:raises Conflict: if there is no other way to sign in."""
    if user.password_hash is None:
        raise Conflict(MSG_PASSWORD_REQUIRED)
    gone = session.execute(
        delete(ExternalIdentity)
        .where(ExternalIdentity.user_id == user.id, ExternalIdentity.issuer == issuer)
        .execution_options(synchronize_session=False)
    ).rowcount
    if gone:
        mail_sign_in_change(session, user, "the account that you have elsewhere was disconnected")


def confirms_identity(session, user: User, identity: Identity, *, since: dt.datetime) -> bool:
    """Whether that identity is this account's, and was shown to the provider since then."""
    own = get_identity(session, user.id, identity.issuer)
    if own is None or own.subject != identity.subject or not isinstance(identity.authenticated_at, int | float):
        return False
    # Clocks may be a minute apart.
    return identity.authenticated_at >= since.timestamp() - 60


def purge_expired_sign_ins(session, now: dt.datetime) -> int:
    """Forget who never came back; how many."""
    return session.execute(
        delete(ExternalSignIn).where(ExternalSignIn.expires_at <= now).execution_options(synchronize_session=False)
    ).rowcount


def _connect(session, user, identity, now):
    made = ExternalIdentity(
        user_id=user.id, issuer=identity.issuer, subject=identity.subject, name=_name(identity), connected_at=now
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:
        taken = find_identity(session, identity.issuer, identity.subject)
        raise Conflict(
            MSG_IDENTITY_OF_ANOTHER_ACCOUNT if taken and taken.user_id != user.id else MSG_ALREADY_CONNECTED
        ) from None
    return made


def _name(identity):
    return (identity.email or identity.username or identity.subject)[:255]


def _register(session, identity, now):
    """An account without a password, of the name that the provider has or one like it."""
    full_name = to_plain_text(identity.full_name or "")[:MAX_FULL_NAME_LENGTH] or None
    for name in _names(identity):
        try:
            return create_account(
                session,
                now=now,
                password_hash=None,
                is_verified=True,
                username=name,
                email=identity.email,
                full_name=full_name,
            )
        except Conflict:
            if get_user_by_email(session, identity.email):
                raise Conflict(MSG_EMAIL_TAKEN) from None
    raise Conflict("Your name is taken too often here. Register with another one and connect your account")


def _names(identity):
    """Names to try. Never one that looks like an address, which could be mistaken for somebody else's."""
    wanted = identity.username if identity.username and "@" not in identity.username else identity.email
    name = to_plain_text(wanted.partition("@")[0]).replace("/", "")[:MAX_USERNAME_LENGTH].strip() or "guest"
    yield name
    for number in range(2, MAX_USERNAME_SUFFIX):
        yield f"{name}{number}"
    yield f"{name}{secrets.token_hex(4)}"
