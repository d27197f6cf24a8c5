"""``joindin demo``: demo data for a new installation."""

import click
from flask import current_app

from joindin.cli.preconditions import with_database
from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.queries.accounts.users import has_users
from joindin.seeds.demo import describe_demo_accounts, load_demo
from joindin.utils.datetimes import utc_now


@click.command()
@click.option("--yes", is_flag=True, help="Load it in production too, although the demo admin's password is public.")
@click.option("--if-empty", is_flag=True, help="Do nothing if there are accounts already.")
@with_database
def demo(yes: bool, if_empty: bool) -> None:
    """Add a small invented community with events around today.

    Repeating the command changes nothing.
    """
    if if_empty and has_users(db.session):
        return
    if current_app.config["MODE"] == "production" and not yes:
        raise Forbidden("In production everyone could sign in as the demo's admin. Use --yes to load it anyway")
    is_new = load_demo(db.session, utc_now())
    db.session.commit()
    click.echo("The demo is loaded." if is_new else "The demo was loaded before; nothing has changed.")
    click.echo(describe_demo_accounts())
