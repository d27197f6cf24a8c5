"""``joindin import``: import of conference listings, and the group of import commands."""

import sys
import time
from collections import Counter
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import inspect
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from joindin.cli.import_ephios import import_ephios
from joindin.cli.import_gancio import import_gancio_server
from joindin.cli.import_joindin import import_joindin
from joindin.extensions import db
from joindin.imports.conferences.files import SOURCE_NAME, read_conferences
from joindin.imports.conferences.map_events import make_listing
from joindin.imports.conferences.matching import match_rescheduled_listings
from joindin.imports.conferences.store import store_listings
from joindin.models import EventSource
from joindin.utils.datetimes import utc_now

BATCH = 500
ATTEMPTS = 3
REFUSED = "refused"


@click.group("import")
def imports():
    """Import listings of events, or the database of a Joind.in, Gancio or ephios."""


imports.add_command(import_gancio_server)
imports.add_command(import_joindin)
imports.add_command(import_ephios)


@imports.command("conferences")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--verbose", is_flag=True, help="Print each listing and field that was skipped.")
@click.option("--progress/--no-progress", default=None, help="Show a progress bar; default on a terminal only.")
@with_appcontext
def import_conferences(paths, verbose, progress):
    """Import conferences from folders of <year>/<topic>.json, or from such files.

    Repeat the command when the files have changed: events are updated from their listings, except
    for fields that were edited here. Invalid listings are skipped and counted. An interrupted import
    is completed by the next one.
    """
    for path in paths:
        if not path.exists():
            raise click.ClickException(f"{path} does not exist")
    if not inspect(db.engine).has_table(EventSource.__tablename__):
        raise click.ClickException("The database has not been set up. Run `joindin setup` first")
    began = time.monotonic()
    result = read_conferences(paths)
    if not result.listing_count:
        _print_issues(result.unread_files)
        raise click.ClickException("There is nothing to read")
    show_progress = sys.stderr.isatty() if progress is None else progress
    listings, zones, unknown_places = _locate(result, show_progress)
    outcomes = _store(listings, result.files, show_progress)
    if verbose:
        _print_issues([*result.unread_files, *result.skipped, *result.dropped, *unknown_places])
    _report(result, outcomes, zones, time.monotonic() - began)


def _locate(result, show_progress):
    listings, zones, unknown_places = [], Counter(), []
    with _progress(result.conferences, "Finding places", show_progress) as conferences:
        for conference in conferences:
            listing, place = make_listing(conference.record, conference.files)
            listings.append(listing)
            source = _zone_source(conference.record, place)
            zones[source] += 1
            if source == "nothing":
                unknown_places.append(f"{conference.record.name}: place unknown, in UTC")
    return listings, zones, unknown_places


def _zone_source(record, place):
    is_nowhere = not (record.city or record.country)
    return "online" if is_nowhere and record.online else place.matched_by


def _store(listings, files, show_progress):
    old_keys = match_rescheduled_listings(db.session, SOURCE_NAME, listings, files)
    outcomes = Counter()
    with _progress(None, "Storing events ", show_progress, length=len(listings)) as bar:
        for batch in (listings[start : start + BATCH] for start in range(0, len(listings), BATCH)):
            outcomes.update(store_batch(batch, files=files, old_keys=old_keys))
            bar.update(len(batch))
    return outcomes


def store_batch(batch, **context):
    """Store a batch of listings and commit. A lost race is retried; after that, each listing is stored alone."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            outcomes = store_listings(db.session, batch, source=SOURCE_NAME, now=utc_now(), **context)
            db.session.commit()
            return outcomes
        except (IntegrityError, DataError, OperationalError) as error:
            db.session.rollback()
            if attempt == ATTEMPTS and isinstance(error, OperationalError):
                raise
    if len(batch) == 1:
        click.echo(f"{batch[0].key}: refused by the database", err=True)
        return [REFUSED]
    return [outcome for listing in batch for outcome in store_batch([listing], **context)]


def _progress(items, label, show_progress, **options):
    return click.progressbar(items, label=label, file=sys.stderr, hidden=not show_progress, **options)


def _print_issues(issues):
    for issue in issues:
        click.echo(str(issue), err=True)


def _report(result, outcomes, zones, seconds):
    count = result.listing_count
    rows = [
        ("created", outcomes["created"]),
        ("updated", outcomes["updated"]),
        ("unchanged", outcomes["unchanged"]),
        ("kept as edited here", outcomes["kept"]),
        ("merged into another", result.merged_count),
        ("skipped", len(result.skipped) + outcomes[REFUSED]),
        *_by_reason(issue.reason for issue in result.skipped),
        *([("  refused by the database", outcomes[REFUSED])] if outcomes[REFUSED] else []),
        ("files skipped", len(result.unread_files)),
        *_by_reason(issue.reason for issue in result.unread_files),
        ("fields dropped", len(result.dropped)),
        *_by_reason(issue.reason for issue in result.dropped),
        ("zone of the city", zones["city"]),
        ("zone of the state, city unknown", zones["region"]),
        ("zone of the capital, city unknown", zones["country"]),
        ("online, in UTC", zones["online"]),
        ("place unknown, in UTC", zones["nothing"]),
    ]
    click.echo(f"{count} listings read from {len(result.files)} files, {len(result.conferences)} conferences")
    for label, number in rows:
        click.echo(f"  {label:<45}{number:>8}")
    click.echo(f"{seconds:.1f} s, {count / max(seconds, 0.001):.0f} listings a second")


def _by_reason(reasons):
    return [(f"  {reason}", number) for reason, number in sorted(Counter(reasons).items())]
