"""``joindin mail``: mails that could not be delivered."""

import click

from joindin.cli.preconditions import with_database
from joindin.errors import NotFound
from joindin.extensions import db
from joindin.operations.outbox import list_abandoned_mails, retry_mails
from joindin.utils.datetimes import utc_now


@click.group()
def mail():
    """List and retry mails that could not be delivered."""


@mail.command("list")
@with_database
def list_mails():
    """List undelivered mails that are no longer tried: id, date, kind, recipient, last error."""
    mails = list_abandoned_mails(db.session)
    for each in mails:
        date = f"{each.created_at:%Y-%m-%d %H:%M}"
        click.echo(f"{each.id}\t{date}\t{each.kind}\t{each.recipient}\t{each.last_error or ''}")
    if not mails:
        click.echo("There are no such mails.", err=True)


@mail.command("retry")
@click.argument("mail_ids", metavar="[ID]...", nargs=-1, type=click.IntRange(1, 2**63 - 1))
@click.option("--all", "is_all", is_flag=True, help="Retry all of them.")
@with_database
def retry(mail_ids: tuple[int, ...], is_all: bool):
    """Deliver undelivered mails once more. Links in old mails may have expired."""
    if bool(mail_ids) == is_all:
        raise click.UsageError("Give the ids of mails, or --all")
    retried = retry_mails(db.session, None if is_all else mail_ids, now=utc_now())
    db.session.commit()
    if not retried and not is_all:
        raise NotFound("There is no undelivered mail with these ids")
    click.echo(f"{retried} mails are delivered by the job worker.")
