"""``joindin counters``: verification of stored counters and read models."""

import sys

import click

from joindin.cli.preconditions import with_database
from joindin.extensions import db
from joindin.operations.counter_repair import count_rows_to_verify, verify_counters, verify_read_models

# Further inconsistencies are only counted.
MAX_LISTED = 50


@click.group()
def counters():
    """Compare stored counters with the rows they count."""


@counters.command("check")
@click.option("--fix", is_flag=True, help="Repair wrong values; the exit code is then 0.")
@with_database
def check(fix: bool):
    """Recompute the counters of all events, tracks and talks and the read models, and report wrong values.

    The exit code is 1 if a wrong value was found and not repaired.
    """
    drifted = []
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=count_rows_to_verify(db.session), label="Counters", file=sys.stderr, hidden=hidden
    ) as bar:
        for checked, drifts in verify_counters(db.session, fix=fix):
            db.session.commit()
            drifted += drifts
            bar.update(checked)
    listing = verify_read_models(db.session, fix=fix)
    db.session.commit()
    for drift in drifted[:MAX_LISTED]:
        click.echo(f"{drift.row_type} {drift.id}: {drift.counter} is {drift.stored}, should be {drift.counted}")
    if len(drifted) > MAX_LISTED:
        click.echo(f"... and {len(drifted) - MAX_LISTED} more")
    for table, number in listing.items():
        click.echo(f"{table}: {number} {'row is' if number == 1 else 'rows are'} wrong")
    click.echo(_verdict(len(drifted) + sum(listing.values()), fix))
    if (drifted or listing) and not fix:
        sys.exit(1)


def _verdict(number, fix):
    if not number:
        return "All counters are right."
    which = "1 counter has" if number == 1 else f"{number} counters have"
    return f"{which} drifted; repaired." if fix else f"{which} drifted. `joindin counters check --fix` repairs them."
