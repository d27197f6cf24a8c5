"""Applications: registering, changing and removing them."""

import datetime as dt
import re
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import begin_write, locked
from joindin.db.upserts import insert_or_ignore
from joindin.errors import Conflict, Invalid, NotFound
from joindin.models import Client, User
from joindin.operations.audit import record
from joindin.security.redirect_uris import problem_with
from joindin.security.scopes import GANCIO_SCOPES
from joindin.security.tokens import client_secret, matches_hash, new_client_key, new_secret, token_hash
from joindin.utils.text import plain_text
from joindin.viewer import Person

LONGEST_KEY = 100
LONGEST_NAME = 255
KEY, KEY_LENGTH = "jik", 40
SECRET, SECRET_LENGTH = "jis", 48
MOST, MOST_REDIRECT_URIS = 100, 20
FIRST_GENERATION = 1

# What of an application is for the log.
NOTED = ("name", "website", "callback_url", "other_redirect_uris")


def register_client(
    session, *, actor: Person, name: str, description: str, callback_url: str, secret_key: str, now: dt.datetime
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
        secret_hash=token_hash(client_secret(secret_key, key, FIRST_GENERATION)),
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

    :raises Invalid: if an address is no good, or there are too many.
    """
    check_redirect_uris(redirect_uris, is_public)
    begin_write(session)
    if session.scalar(select(func.count()).select_from(Client).where(Client.owner_id == actor.id)) >= MOST:
        raise Invalid(f"You have {MOST} applications already. Delete some first")
    client = Client(
        key=new_secret(KEY, KEY_LENGTH),
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


def change_application(
    session, client: Client, *, actor: User, name: str, description: str, website: str, redirect_uris: Sequence[str]
) -> None:
    """Change what the owner says of an application.

    :raises Invalid: if an address is no good.
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

    :raises Invalid: if it runs where it can keep none.
    """
    if client.is_public:
        raise Invalid("A public application has no secret")
    if locked(session, Client, client.id) is None:
        raise NotFound("No application found")
    secret = _next_secret(client, secret_key)
    record(session, "application.renew_secret", client, actor=actor)
    return secret


def check_redirect_uris(redirect_uris: Sequence[str], is_public: bool) -> None:
    """:raises Invalid: saying which of them is no good, and why."""
    if not redirect_uris:
        raise Invalid("Give at least one address that people are sent back to")
    if len(redirect_uris) > MOST_REDIRECT_URIS:
        raise Invalid(f"Give at most {MOST_REDIRECT_URIS} addresses")
    for uri in redirect_uris:
        if problem := problem_with(uri, is_public):
            raise Invalid(f"{uri[:100]}: {problem}")


def secret_of(client: Client, secret_key: str) -> str:
    """The application's secret in clear; empty if it came from elsewhere, or from another ``secret_key``."""
    if client.secret_generation is None or not client.secret_hash:
        return ""
    secret = client_secret(secret_key, client.key, client.secret_generation)
    return secret if matches_hash(secret, client.secret_hash) else ""


def edit_client(session, client: Client, *, actor: User | Person, **fields) -> None:
    """Change what the owner says of an application.

    :raises NotFound: if it was removed a moment ago.
    """
    if locked(session, Client, client.id) is None:
        raise NotFound("No application found")
    changes = {
        name: [_in_words(getattr(client, name)), _in_words(fields[name])]
        for name in NOTED
        if name in fields and fields[name] != getattr(client, name)
    }
    for name, value in fields.items():
        setattr(client, name, value)
    record(session, "application.edit", client, actor=actor, changes=changes)


def remove_client(session, client: Client, *, actor: User | Person) -> None:
    """Forget an application. Tokens made for it stay, as nobody's (spec 11).

    :raises NotFound: if it was removed a moment ago.
    """
    record(session, "application.delete", client, actor=actor)
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

    :raises Invalid: if a part of it is no good.
    :raises Conflict: if the key is taken.
    """
    name = plain_text(name)
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(f"The name must have 1 to {LONGEST_NAME} characters")
    if not re.fullmatch(r"[\x21-\x7e]+", key) or len(key) > LONGEST_KEY:
        raise Invalid(f"The key must have 1 to {LONGEST_KEY} characters, without spaces or accents")
    if secret == "":
        raise Invalid("The secret must not be empty")
    is_public = secret is None
    if is_public and (is_trusted or is_service):
        raise Invalid("A public application can neither ask for passwords nor speak for itself")
    if redirect_uris:
        check_redirect_uris(redirect_uris, is_public)
    client = Client(
        name=name,
        key=key,
        secret_hash=None if is_public else token_hash(secret),
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
    record(session, "application.create", client, actor=None, changes=_given(client))
    return client


def register_itself(session, *, name: str, redirect_uri: str, website: str, now: dt.datetime) -> tuple[Client, str]:
    """Make an application in Gancio's way: it registers itself, and never learned of PKCE. Its secret in clear.

    What it is called, and its secret, are of letters that WordPress leaves alone.

    :raises Invalid: if its address is no good.
    """
    check_redirect_uris([redirect_uri], is_public=False)
    secret = new_secret(SECRET, SECRET_LENGTH)
    client = Client(
        key=new_secret(KEY, KEY_LENGTH),
        secret_hash=token_hash(secret),
        name=name,
        website=website or None,
        scopes=GANCIO_SCOPES,
        needs_pkce=False,
        created_at=now,
    )
    _set_redirect_uris(client, [redirect_uri])
    return _add(session, client, None), secret


def gancio_itself(session, *, now: dt.datetime) -> Client:
    """What Gancio's clients sign in through: the platform under the key ``self``, which has no secret."""
    known = session.scalar(select(Client).where(Client.key == "self"))
    if known is None:
        insert_or_ignore(session, Client, key="self", name="Gancio", is_public=True, created_at=now)
        known = session.scalars(select(Client).where(Client.key == "self")).one()
    return known


def _add(session, client, actor):
    session.add(client)
    session.flush()
    record(session, "application.create", client, actor=actor, changes=_given(client))
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
    secret = client_secret(secret_key, client.key, client.secret_generation)
    client.secret_hash = token_hash(secret)
    return secret


def _set_redirect_uris(client, redirect_uris):
    for name, value in _as_columns(redirect_uris).items():
        setattr(client, name, value)


def _as_columns(redirect_uris):
    return {
        "callback_url": redirect_uris[0] if redirect_uris else None,
        "other_redirect_uris": list(redirect_uris[1:]),
    }
