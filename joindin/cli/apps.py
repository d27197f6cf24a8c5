"""``joindin apps``: applications (OAuth clients), registered and administered by the operator."""

import secrets

import click

from joindin.cli.preconditions import with_database
from joindin.cli.users import LIST_PAGE_SIZE, read_secret
from joindin.errors import NotFound
from joindin.extensions import db
from joindin.operations.accounts.client_registration import add_client
from joindin.operations.accounts.clients import delete_client, disable_client, enable_client
from joindin.queries.accounts.clients import get_client_by_key, list_all_clients
from joindin.queries.paging import Paging
from joindin.security.tokens import new_token
from joindin.utils.datetimes import utc_now


@click.group()
def apps():
    """Register, enable and disable applications (OAuth clients)."""


@apps.command("create")
@click.argument("name")
@click.option("--key", help="Client id; generated if absent.")
@click.option(
    "--secret", callback=read_secret, help="Client secret; generated if absent; - reads it from standard input."
)
@click.option("--public", is_flag=True, help="No secret, for applications on users' devices or in their browsers.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Redirect URI of the code flow; may be repeated.")
@click.option("--password-grant", is_flag=True, help="May sign users in with their password: for your own apps only.")
@click.option("--service", is_flag=True, help="May get tokens without a user (client credentials).")
@with_database
def create(
    name: str,
    key: str | None,
    secret: str | None,
    public: bool,
    redirect_uris: tuple[str, ...],
    password_grant: bool,
    service: bool,
):
    """Register the application NAME. A generated secret is printed once and not stored."""
    if public and secret is not None:
        raise click.UsageError("A public application has no secret")
    generated = secrets.token_urlsafe(24) if secret is None and not public else None
    client = add_client(
        db.session,
        name=name,
        key=new_token() if key is None else key,
        secret=generated or secret,
        redirect_uris=redirect_uris,
        is_trusted=password_grant,
        is_service=service,
        now=utc_now(),
    )
    db.session.commit()
    click.echo(f"Registered {client.name} (id {client.id}).")
    click.echo(f"Key:    {client.key}")
    if generated:
        click.echo(f"Secret: {generated}")


@apps.command("enable")
@click.argument("key")
@click.option(
    "--first-party", is_flag=True, help="It is yours: with the password grant it may change accounts of its users."
)
@with_database
def enable(key: str, first_party: bool):
    """Enable the application KEY. Without --first-party it is its owner's, and not yours."""
    client = _find(key)
    enable_client(db.session, client, is_first_party=first_party, actor=None)
    db.session.commit()
    click.echo(f"{client.name or key} is enabled{', as an application of the operator' if first_party else ''}.")


@apps.command("disable")
@click.argument("key")
@with_database
def disable(key: str):
    """Disable the application KEY and revoke its tokens."""
    client = _find(key)
    disable_client(db.session, client, actor=None, now=utc_now())
    db.session.commit()
    click.echo(f"{client.name or key} is disabled, and its tokens are revoked.")


@apps.command("list")
@with_database
def list_apps():
    """List applications, newest first: id, key, name, owner, state."""
    page, start = None, 0
    while page is None or start < page.total:
        page = list_all_clients(db.session, Paging(start, LIST_PAGE_SIZE))
        _print_clients(page.items)
        start += LIST_PAGE_SIZE
    if not page.total:
        click.echo("There are no applications.", err=True)


def _print_clients(clients):
    for client in clients:
        owner = client.owner.username if client.owner else "the operator" if client.is_first_party else "nobody"
        state = "enabled" if client.is_active else "disabled"
        kind = ", first-party" if client.is_first_party else ""
        click.echo(f"{client.id}\t{client.key}\t{client.name}\t{owner}\t{state}{kind}")


@apps.command("delete")
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@with_database
def delete(key: str, yes: bool):
    """Delete the application KEY and revoke its tokens."""
    client = _find(key)
    name = client.name or key
    if not yes:
        click.confirm(f"Delete {name} for good?", abort=True)
    disable_client(db.session, client, actor=None, now=utc_now())
    delete_client(db.session, client, actor=None)
    db.session.commit()
    click.echo(f"{name} is deleted, and its tokens are revoked.")


def _find(key):
    client = get_client_by_key(db.session, key)
    if client is None:
        raise NotFound(f"There is no application with the key {key!r}")
    return client
