"""``joindin users``: accounts and roles, changed by the operator."""

import sys
from typing import NamedTuple

import click

from joindin.cli.preconditions import with_database
from joindin.errors import NotFound
from joindin.extensions import db
from joindin.operations.accounts.account_deletion import delete_user
from joindin.operations.accounts.passwords import secure_account, set_password_as_admin
from joindin.operations.accounts.roles import ROLES, set_roles
from joindin.operations.accounts.second_factors import reset_second_factors
from joindin.operations.accounts.users import create_user_as_admin
from joindin.queries.accounts.account_administration import STATES, list_accounts
from joindin.queries.accounts.groups import list_user_groups
from joindin.queries.accounts.users import get_user_by_username
from joindin.queries.paging import Paging
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_line

LIST_PAGE_SIZE = 500


@click.group()
def users():
    """Create accounts and change roles."""


reason = click.option("--reason", default="", help="Reason, for the audit log.")


def read_secret(_ctx, _param, value):
    """Read a secret from standard input if the value is ``-``, because command lines are visible in process lists."""
    return sys.stdin.readline().rstrip("\r\n") if value == "-" else value


password_option = click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    callback=read_secret,
    help="Prompted for if absent; - reads it from standard input.",
)


@users.command("create")
@click.argument("username")
@click.option("--email", required=True, help="E-mail address; unique.")
@password_option
@click.option("--name", help="Full name; the username if absent.")
@click.option("--admin", is_flag=True, help="Admin: may approve events and edit everything.")
@click.option("--trusted", is_flag=True, help="Trusted: events need no approval.")
@click.option("--unverified", is_flag=True, help="The user has to verify the address with a mailed token.")
@with_database
def create(username: str, email: str, password: str, name: str | None, admin: bool, trusted: bool, unverified: bool):
    """Create an account for USERNAME."""
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
    click.echo(f"Created the account {user.username} (id {user.id}).")
    if user.is_admin and not admin:
        click.echo("It is the first account and therefore an admin.")
    if unverified:
        click.echo(f"A verification token is mailed to {user.email}.")


class RoleChange(NamedTuple):
    """A command that sets or clears a role. ``undone`` is the message of ``--not``; without it there is no such option."""

    role: str
    value: bool
    help: str
    done: str
    undone: str | None = None


CHANGES = {
    "promote": RoleChange("admin", True, "Make USERNAME an admin.", "is an admin"),
    "demote": RoleChange(
        "admin", False, "Remove the admin role of USERNAME. The last admin cannot be demoted.", "is no admin"
    ),
    "edit": RoleChange(
        "editor", True, "Make USERNAME an editor, who approves and rejects events.", "is an editor", "is no editor"
    ),
    "trust": RoleChange(
        "trusted", True, "Publish events of USERNAME without approval.", "is trusted", "is not trusted"
    ),
    "deactivate": RoleChange(
        "active",
        False,
        "Deactivate the account USERNAME. The last admin cannot be deactivated.",
        "is deactivated",
    ),
    "activate": RoleChange("active", True, "Reactivate the account USERNAME.", "is active"),
}


def add_command(name: str, change: RoleChange) -> None:
    @click.argument("username")
    @reason
    @with_database
    def change_role(username: str, reason: str, is_undone: bool = False):
        roles = {change.role: change.value is not is_undone}
        user = set_roles(db.session, _find(username).id, roles, actor=None, reason=to_plain_line(reason))
        db.session.commit()
        click.echo(f"{user.username} {change.undone if is_undone else change.done}.")

    if change.undone:
        change_role = click.option("--not", "is_undone", is_flag=True, help="Remove the role.")(change_role)
    users.command(name, help=change.help)(change_role)


for name, change in CHANGES.items():
    add_command(name, change)


@users.command("reset-factors")
@click.argument("username")
@reason
@with_database
def reset_factors(username: str, reason: str):
    """Remove all second factors of USERNAME. Verify the identity of the person who asks for it."""
    user = _find(username)
    reset_second_factors(db.session, user, actor=None, reason=to_plain_line(reason))
    db.session.commit()
    click.echo(f"{user.username} signs in with the password alone.")


@users.command("secure")
@click.argument("username")
@reason
@with_database
def secure(username: str, reason: str):
    """End all access to the account USERNAME and delete its password, because another person may have had access.

    The user chooses a new password by a mailed link. Check the e-mail address of the account first.
    """
    user, ended = secure_account(
        db.session, _find(username).id, actor=None, reason=to_plain_line(reason), now=utc_now()
    )
    db.session.commit()
    click.echo(f"{user.username} has no password any more. This has ended:")
    for each in ended or ["nothing else"]:
        click.echo(f"- {each}")
    click.echo(f"The mail with the link for a new password can be requested for {user.email or 'no address'}.")


@users.command("set-password")
@click.argument("username")
@password_option
@with_database
def set_password(username: str, password: str):
    """Set the password of USERNAME. All sessions and tokens end. Verify the identity of the person who asks for it."""
    user = _find(username)
    set_password_as_admin(db.session, user, password, now=utc_now())
    db.session.commit()
    click.echo(f"{user.username} has a new password. All sessions and tokens have ended.")


@users.command("list")
@click.option("--state", type=click.Choice(list(STATES)), default=None, help="Only accounts in this state.")
@click.option("--search", default="", help="Only accounts with this text in a name or the e-mail address.")
@with_database
def list_users(state: str | None, search: str):
    """List accounts, newest first: id, username, e-mail address, roles."""
    page, start = None, 0
    while page is None or start < page.total:
        page = list_accounts(db.session, Paging(start, LIST_PAGE_SIZE), keyword=search, state=state or "")
        for user in page.items:
            click.echo(f"{user.id}\t{user.username}\t{user.email}\t{_roles(user)}")
        start += LIST_PAGE_SIZE
    if not page.total:
        click.echo("There are no such accounts.", err=True)


@users.command("delete")
@click.argument("username")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@with_database
def delete(username: str, yes: bool):
    """Delete the account USERNAME. Comments stay without a name. The last admin cannot be deleted."""
    user = _find(username)
    if not yes:
        click.confirm(f"Delete {user.username} (id {user.id}) for good?", abort=True)
    name = user.username
    delete_user(db.session, user.id, actor=None)
    db.session.commit()
    click.echo(f"{name} is deleted.")


@users.command("show")
@click.argument("username")
@with_database
def show(username: str):
    """Show roles and groups of USERNAME."""
    user = _find(username)
    groups = [group.name for group in list_user_groups(db.session, user.id)]
    click.echo(f"{user.username} (id {user.id}): {_roles(user)}")
    if groups:
        click.echo(f"Groups: {', '.join(groups)}")


def _roles(user):
    return ", ".join(role for role, (column, *_) in ROLES.items() if getattr(user, column)) or "deactivated"


def _find(username):
    user = get_user_by_username(db.session, username)
    if user is None:
        raise NotFound(f"There is no account {username!r}")
    return user
