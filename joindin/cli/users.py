"""``joindin users``: accounts, on an operator's word."""

import sys

import click

from joindin.cli.guards import with_database
from joindin.clock import utc_now
from joindin.errors import NotFound
from joindin.extensions import db
from joindin.operations.roles import ROLES, set_roles
from joindin.operations.users import create_user
from joindin.queries.groups import list_groups_of
from joindin.queries.users import user_named
from joindin.text import plain_text


@click.group()
def users():
    """Make accounts and say who may do more."""


reason = click.option("--reason", default="", help="Why, for the audit log.")


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
    if user.is_admin and not admin:
        click.echo("It is the first account, and so an admin.")
    if unverified:
        click.echo(f"A token that proves the address is mailed to {user.email}.")


@users.command("promote")
@click.argument("username")
@reason
@with_database
def promote(username: str, reason: str):
    """Make USERNAME an admin."""
    user = _give(username, {"admin": True}, reason)
    click.echo(f"{user.username} is an admin.")


@users.command("demote")
@click.argument("username")
@reason
@with_database
def demote(username: str, reason: str):
    """Make USERNAME no longer an admin. The last one stays."""
    user = _give(username, {"admin": False}, reason)
    click.echo(f"{user.username} is no admin.")


@users.command("edit")
@click.argument("username")
@click.option("--not", "is_taken", is_flag=True, help="Take that back.")
@reason
@with_database
def edit(username: str, is_taken: bool, reason: str):
    """Make USERNAME an editor, who approves and rejects events."""
    user = _give(username, {"editor": not is_taken}, reason)
    click.echo(f"{user.username} is {'no' if is_taken else 'an'} editor.")


@users.command("trust")
@click.argument("username")
@click.option("--not", "is_distrusted", is_flag=True, help="Take the trust back.")
@reason
@with_database
def trust(username: str, is_distrusted: bool, reason: str):
    """Let events of USERNAME go live without approval."""
    user = _give(username, {"trusted": not is_distrusted}, reason)
    click.echo(f"{user.username} is {'not ' if is_distrusted else ''}trusted.")


@users.command("deactivate")
@click.argument("username")
@reason
@with_database
def deactivate(username: str, reason: str):
    """Keep USERNAME from signing in and from doing anything. The last admin stays."""
    user = _give(username, {"active": False}, reason)
    click.echo(f"{user.username} is deactivated.")


@users.command("activate")
@click.argument("username")
@reason
@with_database
def activate(username: str, reason: str):
    """Let USERNAME, who was deactivated, back in."""
    user = _give(username, {"active": True}, reason)
    click.echo(f"{user.username} is active.")


@users.command("show")
@click.argument("username")
@with_database
def show(username: str):
    """Tell what USERNAME is, and in which groups."""
    user = _find(username)
    roles = [role for role, (column, *_) in ROLES.items() if getattr(user, column)]
    groups = [group.name for group in list_groups_of(db.session, user.id)]
    click.echo(f"{user.username} (id {user.id}): {', '.join(roles) or 'deactivated'}")
    if groups:
        click.echo(f"Groups: {', '.join(groups)}")


def _give(username, roles, reason):
    user = set_roles(db.session, _find(username).id, roles, actor=None, reason=plain_text(reason))
    db.session.commit()
    return user


def _find(username):
    user = user_named(db.session, username)
    if user is None:
        raise NotFound(f"There is no account {username!r}")
    return user
