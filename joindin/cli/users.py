"""``joindin users``: accounts, on an operator's word."""

import sys
from typing import NamedTuple

import click

from joindin.cli.preconditions import with_database
from joindin.errors import NotFound
from joindin.extensions import db
from joindin.operations.accounts.roles import ROLES, set_roles
from joindin.operations.accounts.second_factors import reset_second_factors
from joindin.operations.accounts.users import create_user_as_admin
from joindin.queries.accounts.groups import list_user_groups
from joindin.queries.accounts.users import get_user_by_username
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_text


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
    user = create_user_as_admin(
        db.session,
        username=username,
        email=email,
        password=password,
        full_name=name,
        is_admin=admin,
        is_trusted=trusted,
        is_verified=not unverified,
        now=utc_now(),
    )
    db.session.commit()
    click.echo(f"Made the account {user.username} (id {user.id}).")
    if user.is_admin and not admin:
        click.echo("It is the first account, and so an admin.")
    if unverified:
        click.echo(f"A token that proves the address is mailed to {user.email}.")


class Change(NamedTuple):
    """A command that gives a role or takes it, and what is said then; with ``undone`` it knows ``--not``."""

    role: str
    wanted: bool
    about: str
    done: str
    undone: str | None = None


CHANGES = {
    "promote": Change("admin", True, "Make USERNAME an admin.", "is an admin"),
    "demote": Change("admin", False, "Make USERNAME no longer an admin. The last one stays.", "is no admin"),
    "edit": Change(
        "editor", True, "Make USERNAME an editor, who approves and rejects events.", "is an editor", "is no editor"
    ),
    "trust": Change(
        "trusted", True, "Let events of USERNAME go live without approval.", "is trusted", "is not trusted"
    ),
    "deactivate": Change(
        "active",
        False,
        "Keep USERNAME from signing in and from doing anything. The last admin stays.",
        "is deactivated",
    ),
    "activate": Change("active", True, "Let USERNAME, who was deactivated, back in.", "is active"),
}


def add_command(name: str, change: Change) -> None:
    @click.argument("username")
    @reason
    @with_database
    def change_role(username: str, reason: str, is_undone: bool = False):
        roles = {change.role: change.wanted is not is_undone}
        user = set_roles(db.session, _find(username).id, roles, actor=None, reason=to_plain_text(reason))
        db.session.commit()
        click.echo(f"{user.username} {change.undone if is_undone else change.done}.")

    if change.undone:
        change_role = click.option("--not", "is_undone", is_flag=True, help="Take that back.")(change_role)
    users.command(name, help=change.about)(change_role)


for name, change in CHANGES.items():
    add_command(name, change)


@users.command("reset-factors")
@click.argument("username")
@reason
@with_database
def reset_factors(username: str, reason: str):
    """Take away the second factors of USERNAME, who has lost them. Be sure who asks you for it."""
    user = _find(username)
    reset_second_factors(db.session, user, actor=None, reason=to_plain_text(reason))
    db.session.commit()
    click.echo(f"{user.username} signs in with the password alone.")


@users.command("show")
@click.argument("username")
@with_database
def show(username: str):
    """Tell what USERNAME is, and in which groups."""
    user = _find(username)
    roles = [role for role, (column, *_) in ROLES.items() if getattr(user, column)]
    groups = [group.name for group in list_user_groups(db.session, user.id)]
    click.echo(f"{user.username} (id {user.id}): {', '.join(roles) or 'deactivated'}")
    if groups:
        click.echo(f"Groups: {', '.join(groups)}")


def _find(username):
    user = get_user_by_username(db.session, username)
    if user is None:
        raise NotFound(f"There is no account {username!r}")
    return user
