"""``joindin demo``: something to look at in an empty house."""

import click
from flask import current_app

from joindin.cli.preconditions import with_database
from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.queries.accounts.users import has_users
from joindin.seeds.demo import describe_demo_accounts, load_demo
from joindin.utils.datetimes import utc_now


@click.command()
@click.option("--yes", is_flag=True, help="Also in production, where it opens an admin account known to all.")
@click.option("--if-empty", is_flag=True, help="Only where nobody has an account yet; else do nothing.")
@with_database
def demo(yes: bool, if_empty: bool) -> None:
    """Add a small community of invented people, with events around today.

    Done twice it changes nothing.
    """
    if if_empty and has_users(db.session):
        return
    if current_app.config["MODE"] == "production" and not yes:
        raise Forbidden("In production anybody could sign in as the demo's admin. With --yes it is done nevertheless")
    is_new = load_demo(db.session, utc_now())
    db.session.commit()
    click.echo("The demo is loaded." if is_new else "The demo was loaded before; nothing has changed.")
    click.echo(describe_demo_accounts())
