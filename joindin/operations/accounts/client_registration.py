"""Registration of OAuth clients: by users, by the operator, and by Gancio clients themselves."""

import datetime as dt
import re
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import begin_write
from joindin.db.upserts import insert_or_ignore
from joindin.errors import Conflict, InvalidInput
from joindin.models import GANCIO, GANCIO_CLIENT_KEY, Client, User
from joindin.operations.accounts.clients import (
    FIRST_GENERATION,
    check_redirect_uris,
    issue_next_secret,
    redirect_uri_columns,
)
from joindin.operations.audit import log_action
from joindin.security.scopes import GANCIO_GRANTED_SCOPES
from joindin.security.tokens import derive_client_secret, hash_token, new_client_key, new_prefixed_token
from joindin.utils.text import to_plain_line
from joindin.viewer import UserSnapshot

MAX_KEY_LENGTH = 100
MAX_NAME_LENGTH = 255
MAX_CLIENTS = 100
KEY_PREFIX, KEY_LENGTH = "jik", 40
SECRET_PREFIX, SECRET_LENGTH = "jis", 48
MIN_SECRET_LENGTH, MAX_SECRET_LENGTH = 20, 255
MSG_SECRET_LENGTH = "The secret must have %(minimum)d to %(maximum)d characters"
MSG_KEY_TAKEN = "There is an application with the key %(key)s already"


def register_client(
    session, *, actor: UserSnapshot, name: str, description: str, callback_url: str, secret_key: str, now: dt.datetime
) -> Client:
    """Register an application of a user's own, with a generated key and secret (spec 11). Only the hash of the secret
    is stored.

    It may sign users in with their password, and users can revoke its tokens.
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
    key: str = "",
    secret: str = "",
) -> tuple[Client, str | None]:
    """Register an application for the authorization code flow; return it and its secret in plain text, if it has one.

    Key and secret are generated unless they are given.

    :raises InvalidInput: if a field is invalid, or the user has too many applications.
    :raises Conflict: if the key is taken.
    """
    check_redirect_uris(redirect_uris, is_public)
    if key:
        _check_key(key)
    if secret and not MIN_SECRET_LENGTH <= len(secret) <= MAX_SECRET_LENGTH:
        raise InvalidInput(MSG_SECRET_LENGTH, minimum=MIN_SECRET_LENGTH, maximum=MAX_SECRET_LENGTH)
    begin_write(session)
    if session.scalar(select(func.count()).select_from(Client).where(Client.owner_id == actor.id)) >= MAX_CLIENTS:
        raise InvalidInput("You have %(number)d applications already. Delete some first", number=MAX_CLIENTS)
    client = Client(
        key=key or new_prefixed_token(KEY_PREFIX, KEY_LENGTH),
        name=name,
        description=description,
        website=website or None,
        owner_id=actor.id,
        is_public=is_public,
        created_at=now,
    )
    _set_redirect_uris(client, redirect_uris)
    if is_public:
        secret = None
    elif secret:
        client.secret_hash = hash_token(secret)
    else:
        secret = issue_next_secret(client, secret_key)
    try:
        with session.begin_nested():
            return _add(session, client, actor), secret
    except IntegrityError:
        raise Conflict(MSG_KEY_TAKEN, key=repr(key)) from None


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
    """Register an application on behalf of the operator; only the hash of its secret is stored.

    A trusted one may sign users in with their password, a service may act for itself. Without a secret it is public.

    :raises InvalidInput: if a field is invalid.
    :raises Conflict: if the key is taken.
    """
    name = to_plain_line(name)
    if not name or len(name) > MAX_NAME_LENGTH:
        raise InvalidInput(f"The name must have 1 to {MAX_NAME_LENGTH} characters")
    _check_key(key)
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
        is_first_party=True,
        created_at=now,
    )
    _set_redirect_uris(client, redirect_uris)
    try:
        with session.begin_nested():
            session.add(client)
            session.flush()
    except IntegrityError:
        raise Conflict(MSG_KEY_TAKEN, key=repr(key)) from None
    log_action(session, "application.create", client, actor=None, changes=_audited_rights(client))
    return client


def register_dynamic_client(
    session, *, name: str, redirect_uri: str, website: str, now: dt.datetime
) -> tuple[Client, str]:
    """Register an application through Gancio's API and return it with its secret in plain text. It does not use PKCE.

    Key and secret contain only characters that WordPress does not escape.

    :raises InvalidInput: if the redirect URI is invalid.
    """
    check_redirect_uris([redirect_uri], is_public=False)
    secret = new_prefixed_token(SECRET_PREFIX, SECRET_LENGTH)
    client = Client(
        key=new_prefixed_token(KEY_PREFIX, KEY_LENGTH),
        secret_hash=hash_token(secret),
        name=name,
        website=website or None,
        kind=GANCIO,
        scopes=GANCIO_GRANTED_SCOPES,
        needs_pkce=False,
        created_at=now,
    )
    _set_redirect_uris(client, [redirect_uri])
    return _add(session, client, None), secret


def get_gancio_client(session, *, now: dt.datetime) -> Client:
    """Return the public client through which Gancio's own sign-in works. Create it if it is missing."""
    own = select(Client).where(Client.key == GANCIO_CLIENT_KEY)
    client = session.scalar(own)
    if client is None:
        columns = {"name": "Gancio", "kind": GANCIO, "is_public": True, "is_first_party": True, "created_at": now}
        insert_or_ignore(session, Client, key=GANCIO_CLIENT_KEY, **columns)
        client = session.scalars(own).one()
    return client


def _add(session, client, actor):
    session.add(client)
    session.flush()
    log_action(session, "application.create", client, actor=actor, changes=_audited_rights(client))
    return client


def _check_key(key):
    if not re.fullmatch(r"[\x21-\x7e]+", key) or len(key) > MAX_KEY_LENGTH:
        raise InvalidInput(
            "The key must have 1 to %(number)d characters, without spaces or accents", number=MAX_KEY_LENGTH
        )
    if key == GANCIO_CLIENT_KEY:
        raise InvalidInput("The key %(key)s is that of Gancio's sign-in. Choose another", key=repr(key))


def _audited_rights(client):
    """Return the rights of an application as changes for the audit log."""
    flags = {"password grant": client.is_trusted, "service": client.is_service, "public": client.is_public}
    rights = {name: [False, True] for name, is_granted in flags.items() if is_granted}
    return rights | ({"callback_url": [None, client.callback_url]} if client.callback_url else {})


def _set_redirect_uris(client, redirect_uris):
    for name, value in redirect_uri_columns(redirect_uris).items():
        setattr(client, name, value)
