"""OAuth clients: changes, secrets, state and deletion. Registration is in ``client_registration.py``."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, false, select, true

from joindin.db.locking import lock_row
from joindin.errors import InvalidInput, NotFound
from joindin.models import Client, User
from joindin.operations.accounts.oauth_grants import revoke_client_tokens
from joindin.operations.audit import log_action
from joindin.security.redirect_uris import redirect_uri_error
from joindin.security.tokens import (
    derive_client_secret,
    hash_token,
    verify_token_hash,
)
from joindin.viewer import UserSnapshot

MAX_REDIRECT_URIS = 20
FIRST_GENERATION = 1

# The fields whose changes are written to the audit log.
AUDITED_FIELDS = ("name", "website", "callback_url", "other_redirect_uris")


def edit_application(
    session, client: Client, *, actor: User, name: str, description: str, website: str, redirect_uris: Sequence[str]
) -> None:
    """Change the fields that the owner of an application edits.

    :raises InvalidInput: if a redirect URI is invalid.
    :raises NotFound: if the application was deleted since it was loaded.
    """
    check_redirect_uris(redirect_uris, client.is_public)
    edit_client(
        session,
        client,
        actor=actor,
        name=name,
        description=description,
        website=website or None,
        **redirect_uri_columns(redirect_uris),
    )


def rotate_secret(session, client: Client, secret_key: str, *, actor: User) -> str:
    """Replace the secret of an application and return the new one in plain text. The old one stops working at once.

    :raises InvalidInput: if the application is public and has no secret.
    :raises NotFound: if the application was deleted since it was loaded.
    """
    if client.is_public:
        raise InvalidInput("A public application has no secret")
    if lock_row(session, Client, client.id) is None:
        raise NotFound("No application found")
    secret = issue_next_secret(client, secret_key)
    log_action(session, "application.renew_secret", client, actor=actor)
    return secret


def check_redirect_uris(redirect_uris: Sequence[str], is_public: bool) -> None:
    """:raises InvalidInput: with the first invalid URI and the reason."""
    if not redirect_uris:
        raise InvalidInput("Give at least one address that people are sent back to")
    if len(redirect_uris) > MAX_REDIRECT_URIS:
        raise InvalidInput("Give at most %(number)d addresses", number=MAX_REDIRECT_URIS)
    for uri in redirect_uris:
        if problem := redirect_uri_error(uri, is_public):
            raise InvalidInput(problem, uri=uri[:100])


def current_secret(client: Client, secret_keys: Sequence[str]) -> str:
    """Return the secret in plain text, or an empty string if it was derived from none of the ``secret_keys``."""
    if client.secret_generation is None or not client.secret_hash:
        return ""
    secrets = (derive_client_secret(key, client.key, client.secret_generation) for key in secret_keys)
    return next((secret for secret in secrets if verify_token_hash(secret, client.secret_hash)), "")


def edit_client(session, client: Client, *, actor: User | UserSnapshot, **fields) -> None:
    """Change fields of an application.

    :raises NotFound: if the application was deleted since it was loaded.
    """
    if lock_row(session, Client, client.id) is None:
        raise NotFound("No application found")
    changes = {
        name: [_audit_value(getattr(client, name)), _audit_value(fields[name])]
        for name in AUDITED_FIELDS
        if name in fields and fields[name] != getattr(client, name)
    }
    for name, value in fields.items():
        setattr(client, name, value)
    log_action(session, "application.edit", client, actor=actor, changes=changes)


def delete_client(session, client: Client, *, actor: User | UserSnapshot | None) -> None:
    """Delete an application. Tokens issued to it stay without a client (spec 11).

    :raises NotFound: if the application was deleted since it was loaded.
    """
    log_action(session, "application.delete", client, actor=actor)
    deleted = session.execute(
        delete(Client).where(Client.id == client.id).execution_options(synchronize_session=False)
    ).rowcount
    if not deleted:
        raise NotFound("No application found")


def disable_client(session, client: Client, *, actor: User | UserSnapshot | None, now: dt.datetime) -> None:
    """Disable an application and revoke its tokens."""
    client.is_active = False
    session.flush()
    revoke_client_tokens(session, client.id, now=now)
    log_action(session, "application.disable", client, actor=actor)


def enable_client(session, client: Client, *, is_first_party: bool, actor: User | UserSnapshot | None) -> None:
    """Enable an application, as one of the operator or as one of its owner. Revoked tokens stay revoked."""
    changes = (
        {"first party": [client.is_first_party, is_first_party]} if client.is_first_party != is_first_party else {}
    )
    client.is_active, client.is_first_party = True, is_first_party
    session.flush()
    log_action(session, "application.enable", client, actor=actor, changes=changes)


def disable_clients_of(session, owner_id: int, *, actor: User | UserSnapshot | None, now: dt.datetime) -> None:
    """Disable the applications of a user whose account is about to be deleted. Those of the operator go on."""
    owned = (Client.owner_id == owner_id, Client.is_first_party == false(), Client.is_active == true())
    for client in session.scalars(select(Client).where(*owned).order_by(Client.id).with_for_update()).all():
        disable_client(session, client, actor=actor, now=now)


def _audit_value(value):
    return "\n".join(value) if isinstance(value, list) else value


def issue_next_secret(client: Client, secret_key: str) -> str:
    """Derive a new secret, store its hash in the client and return the secret in plain text."""
    client.secret_generation = (client.secret_generation or 0) + FIRST_GENERATION
    secret = derive_client_secret(secret_key, client.key, client.secret_generation)
    client.secret_hash, client.imported_secret_hash = hash_token(secret), None
    return secret


def redirect_uri_columns(redirect_uris: Sequence[str]) -> dict:
    """Return the columns that store these URIs."""
    return {
        "callback_url": redirect_uris[0] if redirect_uris else None,
        "other_redirect_uris": list(redirect_uris[1:]),
    }
