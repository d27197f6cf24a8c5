"""``joindin apps``: applications that speak for people."""

import secrets

import click

from joindin.cli.guards import with_database
from joindin.cli.users import read_secret
from joindin.clock import utc_now
from joindin.credentials import new_token
from joindin.extensions import db
from joindin.operations.clients import add_client


@click.group()
def apps():
    """Register applications (OAuth clients)."""


@apps.command("create")
@click.argument("name")
@click.option("--key", help="Client id; made up if absent.")
@click.option("--secret", callback=read_secret, help="Made up if absent; - reads it from standard input.")
@click.option("--password-grant", is_flag=True, help="May sign people in with their password: for your own apps only.")
@with_database
def create(name: str, key: str | None, secret: str | None, password_grant: bool):
    """Register the application NAME. A secret that was made up is shown this once."""
    made_up = secrets.token_urlsafe(24) if secret is None else None
    client = add_client(
        db.session,
        name=name,
        key=new_token() if key is None else key,
        secret=made_up or secret,
        is_trusted=password_grant,
        now=utc_now(),
    )
    db.session.commit()
    click.echo(f"Registered {client.name} (id {client.id}).")
    click.echo(f"Key:    {client.key}")
    if made_up:
        click.echo(f"Secret: {made_up}")
