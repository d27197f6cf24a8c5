"""``joindin users``: accounts, on an operator's word."""

import sys

import click

from joindin.cli.guards import with_database
from joindin.clock import utc_now
from joindin.errors import NotFound
from joindin.extensions import db
from joindin.operations.users import create_user, set_admin, set_trusted
from joindin.queries.users import user_named


@click.group()
def users():
    """Make accounts and say who may do more."""


def read_secret(_ctx, _param, given):
    """``-`` stands for the first line of the standard input, which no process list shows."""
    return sys.stdin.readline().rstrip("\r\n") if given == "-" else given


@users.command("create")
@click.argument("username")
@click.option("--email", required=True, help="Address; nobody else may have it.")
@click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    callback=read_secret,
    help="Asked for if absent; - reads it from standard input.",
)
@click.option("--name", help="Full name; the username if absent.")
@click.option("--admin", is_flag=True, help="May approve events and edit everything.")
@click.option("--trusted", is_flag=True, help="Events of theirs need no approval.")
@click.option("--unverified", is_flag=True, help="Has to prove the address by a token that is mailed to it.")
@with_database
def create(username: str, email: str, password: str, name: str | None, admin: bool, trusted: bool, unverified: bool):
    """Make an account for USERNAME."""
    user = create_user(
        db.session,
        username=username,
        email=email,
        password=password,
        full_name=name,
        is_admin=admin,
        is_trusted=trusted,
        verified=not unverified,
        now=utc_now(),
    )
    db.session.commit()
    click.echo(f"Made the account {user.username} (id {user.id}).")
    if unverified:
        click.echo(f"A token that proves the address is mailed to {user.email}.")


@users.command("promote")
@click.argument("username")
@with_database
def promote(username: str):
    """Make USERNAME an admin."""
    user = _find(username)
    set_admin(db.session, user, True)
    db.session.commit()
    click.echo(f"{user.username} is an admin.")


@users.command("demote")
@click.argument("username")
@with_database
def demote(username: str):
    """Make USERNAME no longer an admin. The last one stays."""
    user = _find(username)
    set_admin(db.session, user, False)
    db.session.commit()
    click.echo(f"{user.username} is no admin.")


@users.command("trust")
@click.argument("username")
@click.option("--not", "is_distrusted", is_flag=True, help="Take the trust back.")
@with_database
def trust(username: str, is_distrusted: bool):
    """Let events of USERNAME go live without approval."""
    user = _find(username)
    set_trusted(db.session, user, not is_distrusted)
    db.session.commit()
    click.echo(f"{user.username} is {'not ' if is_distrusted else ''}trusted.")


def _find(username):
    user = user_named(db.session, username)
    if user is None:
        raise NotFound(f"There is no account {username!r}")
    return user
