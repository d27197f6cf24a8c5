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

from joindin.errors import Conflict, Invalid
from joindin.models import ExternalIdentity, ExternalSignIn, User
from joindin.oidc import Identity
from joindin.operations.accounts.security_mails import tell_of_sign_in_change
from joindin.operations.accounts.users import LONGEST_FULL_NAME, make_account
from joindin.operations.outbox import send_later
from joindin.queries.accounts.external_identities import identity_called, identity_of
from joindin.queries.accounts.users import user_with_email
from joindin.security.tokens import token_hash
from joindin.utils.text import is_e_mail, plain_text

TIME_AWAY = dt.timedelta(minutes=10)
LONGEST_NAME = 60
MOST_NAMESAKES = 50

NOT_YOURS = "That account is connected to somebody else here"
ONE_ALREADY = "Your account is connected already"
LAST_WAY_IN = "Choose a password first, or you could not sign in any more"
UNPROVEN = "There is no account here that is connected to yours, and we were told no address of yours that is proven"
TAKEN = (
    "There is an account with your e-mail address here already. Sign in to it as usual and connect it in your account"
)
CLOSED = "There is no account here that is connected to yours. Sign in as usual and connect it in your account"


@dataclass(frozen=True)
class Secrets:
    """What proves that an answer belongs to a question. Worked out from the state, so nobody has to keep it."""

    nonce: str
    code_verifier: str


def secrets_of(state: str, secret_key: str) -> Secrets:
    def made(name):
        return hmac.digest(secret_key.encode(), f"external {name}\n{state}".encode(), "sha256").hex()

    return Secrets(nonce=made("nonce"), code_verifier=made("code verifier"))


def send_out(session, *, purpose: str, browser: str, user: User | None, way_on: str, now: dt.datetime) -> str:
    """Remember somebody who leaves for the provider; the state to come back with."""
    state = secrets.token_urlsafe(32)
    session.add(
        ExternalSignIn(
            state_hash=token_hash(state),
            browser_hash=token_hash(browser),
            purpose=purpose,
            user_id=user.id if user else None,
            way_on=way_on,
            began_at=now,
            expires_at=now + TIME_AWAY,
        )
    )
    session.flush()
    return state


def welcome_back(session, state: str, *, browser: str, now: dt.datetime) -> ExternalSignIn:
    """Whoever left with that state from this browser. They come back once: commit, whatever becomes of them.

    :raises Invalid: if nobody did, or they did long ago, or they are back already.
    """
    back = session.scalar(
        delete(ExternalSignIn)
        .where(
            ExternalSignIn.state_hash == token_hash(state),
            ExternalSignIn.browser_hash == token_hash(browser),
            ExternalSignIn.expires_at > now,
        )
        .returning(ExternalSignIn)
        .execution_options(synchronize_session=False)
    )
    if back is None:
        raise Invalid("This sign-in took too long, began in another browser, or is over already. Please start again")
    return back


def person_of(session, identity: Identity, *, may_register: bool, may_link: bool, now: dt.datetime) -> User:
    """Whose account that identity opens, made if need be and allowed. They may have been deactivated.

    :raises Conflict, Invalid: with what the person can do about it, if it opens none.
    """
    known = identity_called(session, identity.issuer, identity.subject)
    if known is not None:
        known.last_used_at = now
        return known.user
    if identity.email is None or not is_e_mail(identity.email):
        raise Invalid(UNPROVEN if may_register else CLOSED)
    owner = user_with_email(session, identity.email)
    if owner is None:
        if not may_register:
            raise Invalid(CLOSED)
        owner = _register(session, identity, now)
    elif not (may_link and owner.is_verified):
        raise Conflict(TAKEN)
    else:
        send_later(session, "external_connected", [owner.email], full_name=owner.full_name, name=_name(identity))
    _connect(session, owner, identity, now).last_used_at = now
    return owner


def connect(session, user: User, identity: Identity, *, now: dt.datetime) -> None:
    """Let that identity open this account from now on; its owner hears of it by mail.

    :raises Conflict: if it opens another, or this account has one of that provider already.
    """
    known = identity_called(session, identity.issuer, identity.subject)
    if known is not None:
        if known.user_id != user.id:
            raise Conflict(NOT_YOURS)
        return
    _connect(session, user, identity, now)
    if user.email and user.is_verified:
        send_later(session, "external_connected", [user.email], full_name=user.full_name, name=_name(identity))


def disconnect(session, user: User, issuer: str) -> None:
    """:raises Conflict: if there is no other way to sign in."""
    if user.password_hash is None:
        raise Conflict(LAST_WAY_IN)
    gone = session.execute(
        delete(ExternalIdentity)
        .where(ExternalIdentity.user_id == user.id, ExternalIdentity.issuer == issuer)
        .execution_options(synchronize_session=False)
    ).rowcount
    if gone:
        tell_of_sign_in_change(session, user, "the account that you have elsewhere was disconnected")


def is_same_person(session, user: User, identity: Identity, *, since: dt.datetime) -> bool:
    """Whether that identity is this account's, and was shown to the provider since then."""
    own = identity_of(session, user.id, identity.issuer)
    if own is None or own.subject != identity.subject or not isinstance(identity.proven_at, int | float):
        return False
    # Clocks may be a minute apart.
    return identity.proven_at >= since.timestamp() - 60


def forget_those_away(session, now: dt.datetime) -> int:
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
        taken = identity_called(session, identity.issuer, identity.subject)
        raise Conflict(NOT_YOURS if taken and taken.user_id != user.id else ONE_ALREADY) from None
    return made


def _name(identity):
    return (identity.email or identity.username or identity.subject)[:255]


def _register(session, identity, now):
    """An account without a password, of the name that the provider has or one like it."""
    full_name = plain_text(identity.full_name or "")[:LONGEST_FULL_NAME] or None
    for name in _names(identity):
        try:
            return make_account(
                session, now=now, hashed=None, verified=True, username=name, email=identity.email, full_name=full_name
            )
        except Conflict:
            if user_with_email(session, identity.email):
                raise Conflict(TAKEN) from None
    raise Conflict("Your name is taken too often here. Register with another one and connect your account")


def _names(identity):
    """Names to try. Never one that looks like an address, which could be mistaken for somebody else's."""
    wanted = identity.username if identity.username and "@" not in identity.username else identity.email
    name = plain_text(wanted.partition("@")[0]).replace("/", "")[:LONGEST_NAME].strip() or "guest"
    yield name
    for number in range(2, MOST_NAMESAKES):
        yield f"{name}{number}"
    yield f"{name}{secrets.token_hex(4)}"
