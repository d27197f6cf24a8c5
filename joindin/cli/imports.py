"""``joindin import``: events from other people's data."""

import sys
import time
from collections import Counter
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import inspect
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

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
    """Bring in what is elsewhere: listings of events, or a whole Joind.in."""


imports.add_command(import_joindin)


@imports.command("conferences")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--verbose", is_flag=True, help="Name each listing and field that was left out.")
@click.option("--progress/--no-progress", default=None, help="Show how far it is; by default on a terminal only.")
@with_appcontext
def import_conferences(paths, verbose, progress):
    """Import conferences from folders of <year>/<topic>.json, or from such files.

    Run it again whenever the files have changed: events follow their listings, except for what
    somebody edited here. A listing that makes no sense is left out and counted. An import that
    was cut short is completed by the next one.
    """
    for path in paths:
        if not path.exists():
            raise click.ClickException(f"{path} does not exist")
    if not inspect(db.engine).has_table(EventSource.__tablename__):
        raise click.ClickException("The database is not ready: run joindin setup first")
    began = time.monotonic()
    reading = read_conferences(paths)
    if not reading.listing_count:
        _name_troubles(reading.unread_files)
        raise click.ClickException("There is nothing to read")
    is_shown = sys.stderr.isatty() if progress is None else progress
    listings, zones = _locate(reading, is_shown)
    outcomes = _store(listings, reading.files, is_shown)
    if verbose:
        _name_troubles([*reading.unread_files, *reading.skipped, *reading.dropped])
    _report(reading, outcomes, zones, time.monotonic() - began)


def _locate(reading, is_shown):
    listings, zones = [], Counter()
    with _progress(reading.conferences, "Finding places", is_shown) as conferences:
        for conference in conferences:
            listing, place = make_listing(conference.record, conference.files)
            listings.append(listing)
            zones[_how_found(conference.record, place)] += 1
    return listings, zones


def _how_found(record, place):
    is_nowhere = not (record.city or record.country)
    return "online" if is_nowhere and record.online else place.matched_by


def _store(listings, files, is_shown):
    old_keys = match_rescheduled_listings(db.session, SOURCE_NAME, listings, files)
    outcomes = Counter()
    with _progress(None, "Storing events ", is_shown, length=len(listings)) as bar:
        for batch in (listings[start : start + BATCH] for start in range(0, len(listings), BATCH)):
            outcomes.update(store_batch(batch, files=files, old_keys=old_keys))
            bar.update(len(batch))
    return outcomes


def store_batch(batch, **context):
    """Store the batch of listings and commit. Who loses a race tries again; what the database will not take goes alone."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            outcomes = store_listings(db.session, batch, source=SOURCE_NAME, now=utc_now(), **context)
            db.session.commit()
            return outcomes
        except (IntegrityError, DataError, OperationalError) as wrong:
            db.session.rollback()
            if attempt == ATTEMPTS and isinstance(wrong, OperationalError):
                raise
    if len(batch) == 1:
        click.echo(f"{batch[0].key}: refused by the database", err=True)
        return [REFUSED]
    return [outcome for listing in batch for outcome in store_batch([listing], **context)]


def _progress(items, label, is_shown, **options):
    return click.progressbar(items, label=label, file=sys.stderr, hidden=not is_shown, **options)


def _name_troubles(troubles):
    for trouble in troubles:
        click.echo(str(trouble), err=True)


def _report(reading, outcomes, zones, seconds):
    count = reading.listing_count
    rows = [
        ("created", outcomes["created"]),
        ("updated", outcomes["updated"]),
        ("unchanged", outcomes["unchanged"]),
        ("kept as edited here", outcomes["kept"]),
        ("merged into another", reading.merged_count),
        ("skipped", len(reading.skipped) + outcomes[REFUSED]),
        *_by_reason(trouble.reason for trouble in reading.skipped),
        *([("  refused by the database", outcomes[REFUSED])] if outcomes[REFUSED] else []),
        ("files skipped", len(reading.unread_files)),
        *_by_reason(trouble.reason for trouble in reading.unread_files),
        ("fields dropped", len(reading.dropped)),
        *_by_reason(trouble.reason for trouble in reading.dropped),
        ("zone of the city", zones["city"]),
        ("zone of the state, city unknown", zones["region"]),
        ("zone of the capital, city unknown", zones["country"]),
        ("online, in UTC", zones["online"]),
        ("place unknown, in UTC", zones["nothing"]),
    ]
    click.echo(f"{count} listings read from {len(reading.files)} files, {len(reading.conferences)} conferences")
    for label, number in rows:
        click.echo(f"  {label:<45}{number:>8}")
    click.echo(f"{seconds:.1f} s, {count / max(seconds, 0.001):.0f} listings a second")


def _by_reason(reasons):
    return [(f"  {reason}", number) for reason, number in sorted(Counter(reasons).items())]
