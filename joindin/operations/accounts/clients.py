"""Applications: registering, changing and removing them."""

import datetime as dt
import re
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import begin_write, lock_row
from joindin.db.upserts import insert_or_ignore
from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.models import Client, User
from joindin.operations.audit import log_action
from joindin.security.redirect_uris import redirect_uri_error
from joindin.security.scopes import GANCIO_GRANTED_SCOPES
from joindin.security.tokens import (
    derive_client_secret,
    hash_token,
    new_client_key,
    new_prefixed_token,
    verify_token_hash,
)
from joindin.utils.text import to_plain_text
from joindin.viewer import UserSnapshot

MAX_KEY_LENGTH = 100
MAX_NAME_LENGTH = 255
KEY, KEY_LENGTH = "jik", 40
SECRET, SECRET_LENGTH = "jis", 48
MAX_CLIENTS, MAX_REDIRECT_URIS = 100, 20
FIRST_GENERATION = 1

# What of an application is for the log.
AUDITED_FIELDS = ("name", "website", "callback_url", "other_redirect_uris")


def register_client(
    session, *, actor: UserSnapshot, name: str, description: str, callback_url: str, secret_key: str, now: dt.datetime
) -> Client:
    """Make an application of somebody's own; key and secret are made up, only the secret's hash is kept.

    It may sign people in, and people may take their word back (spec 11).
    """
    key = new_client_key()
    client = Client(
        owner_id=actor.id,
        name=name,
        description=description,
        callback_url=callback_url,
        key=key,
        secret_hash=hash_token(derive_client_secret(secret_key, key, FIRST_GENERATION)),
        secret_generation=FIRST_GENERATION,
        is_trusted=True,
        can_be_revoked=True,
        created_at=now,
    )
    return _add(session, client, actor)


def register_application(
    session,
    *,
    actor: User,
    name: str,
    description: str,
    website: str,
    redirect_uris: Sequence[str],
    is_public: bool,
    secret_key: str,
    now: dt.datetime,
) -> tuple[Client, str | None]:
    """Make an application for the code flow, and its secret in clear if it has one. It never sees a password.

    :raises InvalidInput: if an address is no good, or there are too many.
    """
    check_redirect_uris(redirect_uris, is_public)
    begin_write(session)
    if session.scalar(select(func.count()).select_from(Client).where(Client.owner_id == actor.id)) >= MAX_CLIENTS:
        raise InvalidInput(f"You have {MAX_CLIENTS} applications already. Delete some first")
    client = Client(
        key=new_prefixed_token(KEY, KEY_LENGTH),
        name=name,
        description=description,
        website=website or None,
        owner_id=actor.id,
        is_public=is_public,
        created_at=now,
    )
    _set_redirect_uris(client, redirect_uris)
    secret = None if is_public else _next_secret(client, secret_key)
    return _add(session, client, actor), secret


def edit_application(
    session, client: Client, *, actor: User, name: str, description: str, website: str, redirect_uris: Sequence[str]
) -> None:
    """Change what the owner says of an application.

    :raises InvalidInput: if an address is no good.
    :raises NotFound: if it was removed a moment ago.
    """
    check_redirect_uris(redirect_uris, client.is_public)
    edit_client(
        session,
        client,
        actor=actor,
        name=name,
        description=description,
        website=website or None,
        **_as_columns(redirect_uris),
    )


def rotate_secret(session, client: Client, secret_key: str, *, actor: User) -> str:
    """Give the application another secret; the old one is no good any more. The new one in clear.

    :raises InvalidInput: if it runs where it can keep none.
    """
    if client.is_public:
        raise InvalidInput("A public application has no secret")
    if lock_row(session, Client, client.id) is None:
        raise NotFound("No application found")
    secret = _next_secret(client, secret_key)
    log_action(session, "application.renew_secret", client, actor=actor)
    return secret


def check_redirect_uris(redirect_uris: Sequence[str], is_public: bool) -> None:
    """:raises InvalidInput: saying which of them is no good, and why."""
    if not redirect_uris:
        raise InvalidInput("Give at least one address that people are sent back to")
    if len(redirect_uris) > MAX_REDIRECT_URIS:
        raise InvalidInput(f"Give at most {MAX_REDIRECT_URIS} addresses")
    for uri in redirect_uris:
        if problem := redirect_uri_error(uri, is_public):
            raise InvalidInput(f"{uri[:100]}: {problem}")


def current_secret(client: Client, secret_key: str) -> str:
    """The application's secret in clear; empty if it came from elsewhere, or from another ``secret_key``."""
    if client.secret_generation is None or not client.secret_hash:
        return ""
    secret = derive_client_secret(secret_key, client.key, client.secret_generation)
    return secret if verify_token_hash(secret, client.secret_hash) else ""


def edit_client(session, client: Client, *, actor: User | UserSnapshot, **fields) -> None:
    """Change what the owner says of an application.

    :raises NotFound: if it was removed a moment ago.
    """
    if lock_row(session, Client, client.id) is None:
        raise NotFound("No application found")
    changes = {
        name: [_in_words(getattr(client, name)), _in_words(fields[name])]
        for name in AUDITED_FIELDS
        if name in fields and fields[name] != getattr(client, name)
    }
    for name, value in fields.items():
        setattr(client, name, value)
    log_action(session, "application.edit", client, actor=actor, changes=changes)


def delete_client(session, client: Client, *, actor: User | UserSnapshot) -> None:
    """Forget an application. Tokens made for it stay, as nobody's (spec 11).

    :raises NotFound: if it was removed a moment ago.
    """
    log_action(session, "application.delete", client, actor=actor)
    gone = session.execute(
        delete(Client).where(Client.id == client.id).execution_options(synchronize_session=False)
    ).rowcount
    if not gone:
        raise NotFound("No application found")


def add_client(
    session,
    *,
    name: str,
    key: str,
    secret: str | None,
    now: dt.datetime,
    redirect_uris: Sequence[str] = (),
    is_trusted: bool = False,
    is_service: bool = False,
) -> Client:
    """Register an application on an operator's word; only the hash of its secret is kept.

    A trusted one may sign people in, a service may speak for itself; without a secret it is public.

    :raises InvalidInput: if a part of it is no good.
    :raises Conflict: if the key is taken.
    """
    name = to_plain_text(name)
    if not name or len(name) > MAX_NAME_LENGTH:
        raise InvalidInput(f"The name must have 1 to {MAX_NAME_LENGTH} characters")
    if not re.fullmatch(r"[\x21-\x7e]+", key) or len(key) > MAX_KEY_LENGTH:
        raise InvalidInput(f"The key must have 1 to {MAX_KEY_LENGTH} characters, without spaces or accents")
    if secret == "":
        raise InvalidInput("The secret must not be empty")
    is_public = secret is None
    if is_public and (is_trusted or is_service):
        raise InvalidInput("A public application can neither ask for passwords nor speak for itself")
    if redirect_uris:
        check_redirect_uris(redirect_uris, is_public)
    client = Client(
        name=name,
        key=key,
        secret_hash=None if is_public else hash_token(secret),
        is_public=is_public,
        is_trusted=is_trusted,
        is_service=is_service,
        created_at=now,
    )
    _set_redirect_uris(client, redirect_uris)
    try:
        with session.begin_nested():
            session.add(client)
            session.flush()
    except IntegrityError:
        raise Conflict(f"There is an application with the key {key!r} already") from None
    log_action(session, "application.create", client, actor=None, changes=_given(client))
    return client


def register_dynamic_client(
    session, *, name: str, redirect_uri: str, website: str, now: dt.datetime
) -> tuple[Client, str]:
    """Make an application in Gancio's way: it registers itself, and never learned of PKCE. Its secret in clear.

    What it is called, and its secret, are of letters that WordPress leaves alone.

    :raises InvalidInput: if its address is no good.
    """
    check_redirect_uris([redirect_uri], is_public=False)
    secret = new_prefixed_token(SECRET, SECRET_LENGTH)
    client = Client(
        key=new_prefixed_token(KEY, KEY_LENGTH),
        secret_hash=hash_token(secret),
        name=name,
        website=website or None,
        scopes=GANCIO_GRANTED_SCOPES,
        needs_pkce=False,
        created_at=now,
    )
    _set_redirect_uris(client, [redirect_uri])
    return _add(session, client, None), secret


def get_gancio_client(session, *, now: dt.datetime) -> Client:
    """What Gancio's clients sign in through: the platform under the key ``self``, which has no secret."""
    known = session.scalar(select(Client).where(Client.key == "self"))
    if known is None:
        insert_or_ignore(session, Client, key="self", name="Gancio", is_public=True, created_at=now)
        known = session.scalars(select(Client).where(Client.key == "self")).one()
    return known


def _add(session, client, actor):
    session.add(client)
    session.flush()
    log_action(session, "application.create", client, actor=actor, changes=_given(client))
    return client


def _given(client):
    """What lets an application act, for the log."""
    powers = {"password grant": client.is_trusted, "service": client.is_service, "public": client.is_public}
    found = {name: [False, True] for name, is_given in powers.items() if is_given}
    return found | ({"callback_url": [None, client.callback_url]} if client.callback_url else {})


def _in_words(value):
    return "\n".join(value) if isinstance(value, list) else value


def _next_secret(client, secret_key):
    client.secret_generation = (client.secret_generation or 0) + FIRST_GENERATION
    secret = derive_client_secret(secret_key, client.key, client.secret_generation)
    client.secret_hash = hash_token(secret)
    return secret


def _set_redirect_uris(client, redirect_uris):
    for name, value in _as_columns(redirect_uris).items():
        setattr(client, name, value)


def _as_columns(redirect_uris):
    return {
        "callback_url": redirect_uris[0] if redirect_uris else None,
        "other_redirect_uris": list(redirect_uris[1:]),
    }
