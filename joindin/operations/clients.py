"""Applications: registering, changing and removing them."""

import datetime as dt
import re

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from joindin.credentials import client_secret, matches_hash, new_client_key, token_hash
from joindin.database import insert_or_ignore, locked
from joindin.errors import Conflict, Invalid, NotFound
from joindin.models import Client
from joindin.text import plain_text
from joindin.viewer import Person

LONGEST_KEY = 100
LONGEST_NAME = 255
FIRST_GENERATION = 1


def register_client(
    session, *, owner: Person, name: str, description: str, callback_url: str, secret_key: str, now: dt.datetime
) -> Client:
    """Make an application of somebody's own; key and secret are made up, only the secret's hash is kept.

    It may sign people in, and people may take their word back (spec 11).
    """
    key = new_client_key()
    client = Client(
        owner_id=owner.id,
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
    session.add(client)
    session.flush()
    return client


def secret_of(client: Client, secret_key: str) -> str:
    """The application's secret in clear; empty if it came from elsewhere, or from another ``secret_key``."""
    if client.secret_generation is None or not client.secret_hash:
        return ""
    secret = client_secret(secret_key, client.key, client.secret_generation)
    return secret if matches_hash(secret, client.secret_hash) else ""


def edit_client(session, client: Client, **fields) -> None:
    """Change what the owner says of an application.

    :raises NotFound: if it was removed a moment ago.
    """
    if locked(session, Client, client.id) is None:
        raise NotFound("No application found")
    for name, value in fields.items():
        setattr(client, name, value)
    session.flush()


def remove_client(session, client: Client) -> None:
    """Forget an application. Tokens made for it stay, as nobody's (spec 11).

    :raises NotFound: if it was removed a moment ago.
    """
    gone = session.execute(
        delete(Client).where(Client.id == client.id).execution_options(synchronize_session=False)
    ).rowcount
    if not gone:
        raise NotFound("No application found")


def add_client(session, *, name: str, key: str, secret: str, now: dt.datetime, is_trusted: bool = False) -> Client:
    """Register an application on an operator's word; only the hash of its secret is kept.

    A trusted one may sign people in.

    :raises Invalid: if a part of it is no good.
    :raises Conflict: if the key is taken.
    """
    name = plain_text(name)
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(f"The name must have 1 to {LONGEST_NAME} characters")
    if not re.fullmatch(r"[\x21-\x7e]+", key) or len(key) > LONGEST_KEY:
        raise Invalid(f"The key must have 1 to {LONGEST_KEY} characters, without spaces or accents")
    if not secret:
        raise Invalid("The secret must not be empty")
    client = Client(name=name, key=key, secret_hash=token_hash(secret), is_trusted=is_trusted, created_at=now)
    try:
        with session.begin_nested():
            session.add(client)
            session.flush()
    except IntegrityError:
        raise Conflict(f"There is an application with the key {key!r} already") from None
    return client


def gancio_itself(session, *, now: dt.datetime) -> Client:
    """What Gancio's clients sign in through: the platform under the key ``self``, which has no secret."""
    known = session.scalar(select(Client).where(Client.key == "self"))
    if known is None:
        insert_or_ignore(session, Client, key="self", name="Gancio", is_public=True, created_at=now)
        known = session.scalars(select(Client).where(Client.key == "self")).one()
    return known
