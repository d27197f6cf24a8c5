"""``joindin check``: checks of an installation, also while its database is away."""

import json
import sys
from collections import Counter
from collections.abc import Iterator

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from joindin import migrations_folder
from joindin.extensions import db, media_storage
from joindin.monitoring.check_results import FAILED, OK, WARNING, CheckResult
from joindin.monitoring.installation import InstallationChecks
from joindin.monitoring.reachability import check_mail_server, check_public_address
from joindin.operations.agenda.smtp_settings import load_smtp_server
from joindin.utils import setting_parsers as parsers
from joindin.utils.datetimes import utc_now


class EmailAddress(click.ParamType):
    name = "address"

    def convert(self, value, param, ctx):
        try:
            return parsers.email(value)
        except ValueError as error:
            self.fail(f"{value!r} is not {error}", param, ctx)


@click.command()
@click.option("--full", is_flag=True, help="Recompute all counters and read models too.")
@click.option("--mail", "recipient", type=EmailAddress(), help="Send a test mail to this address.")
@click.option("--address", is_flag=True, help="Request the address of the web site.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def check(full: bool, recipient: str | None, address: bool, as_json: bool) -> None:
    """Check the installation, and print what to do.

    Run it as the user of the server. Each line begins with ok, warning or failed. The exit code is 1 if a check has failed.
    """
    results = []
    for result in _run_checks(full, recipient, address):
        results.append(result)
        if not as_json:
            click.echo(f"{result.status:<8} {result.name}: {result.message}")
    counts = Counter(result.status for result in results)
    if as_json:
        status = next(status for status in (FAILED, WARNING, OK) if counts[status])
        click.echo(json.dumps({"status": status, "checks": [vars(result) for result in results]}, indent=2))
    else:
        click.echo(", ".join(f"{counts[status]} {status}" for status in (OK, WARNING, FAILED)))
    if counts[FAILED]:
        sys.exit(1)


def _run_checks(full, recipient, address) -> Iterator[CheckResult]:
    config = current_app.config
    yield from InstallationChecks(config, db.engine, media_storage(), migrations_folder(), utc_now, is_full=full).run()
    if recipient is not None:
        yield check_mail_server(config, recipient, _find_site_server(), utc_now())
    if address:
        yield check_public_address(config["WEBSITE_URL"])


def _find_site_server():
    if current_app.config["MAIL_URL"]:
        return None
    try:
        return load_smtp_server(db.session)
    except SQLAlchemyError:
        # Reported by the check of the database.
        return None
