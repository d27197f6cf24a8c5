"""``joindin apps``: applications that speak for people."""

import secrets

import click

from joindin.cli.preconditions import with_database
from joindin.cli.users import read_secret
from joindin.extensions import db
from joindin.operations.accounts.clients import add_client
from joindin.security.tokens import new_token
from joindin.utils.datetimes import utc_now


@click.group()
def apps():
    """Register applications (OAuth clients)."""


@apps.command("create")
@click.argument("name")
@click.option("--key", help="Client id; made up if absent.")
@click.option("--secret", callback=read_secret, help="Made up if absent; - reads it from standard input.")
@click.option("--public", is_flag=True, help="Has no secret: it runs on people's own machines or in their browsers.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Where people are sent back to; may be repeated.")
@click.option("--password-grant", is_flag=True, help="May sign people in with their password: for your own apps only.")
@click.option("--service", is_flag=True, help="May get tokens for itself, which speak for nobody (client credentials).")
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
    """Register the application NAME. A secret that was made up is shown this once."""
    if public and secret is not None:
        raise click.UsageError("A public application has no secret")
    made_up = secrets.token_urlsafe(24) if secret is None and not public else None
    client = add_client(
        db.session,
        name=name,
        key=new_token() if key is None else key,
        secret=made_up or secret,
        redirect_uris=redirect_uris,
        is_trusted=password_grant,
        is_service=service,
        now=utc_now(),
    )
    db.session.commit()
    click.echo(f"Registered {client.name} (id {client.id}).")
    click.echo(f"Key:    {client.key}")
    if made_up:
        click.echo(f"Secret: {made_up}")
