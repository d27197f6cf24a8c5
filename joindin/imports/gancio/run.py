"""Import of a Gancio server with its users, events, places, collections, texts and settings.

The import can be repeated and can be interrupted at any point. Rows that were edited or deleted here are kept.
"""

import datetime as dt
from collections.abc import Iterator

from joindin.imports.gancio.collections import COLLECTION_IMPORT, FILTER_IMPORT
from joindin.imports.gancio.events import EVENT_IMPORT
from joindin.imports.gancio.flyers import FlyerImport
from joindin.imports.gancio.ids import reserve_ids
from joindin.imports.gancio.people import CLIENT_IMPORT, USER_IMPORT, import_tokens
from joindin.imports.gancio.places_and_tags import PLACE_IMPORT, import_tags
from joindin.imports.gancio.records import ImportContext
from joindin.imports.gancio.settings import import_settings, read_zone
from joindin.imports.gancio.site_pictures import import_site_pictures
from joindin.imports.gancio.site_texts import ANNOUNCEMENT_IMPORT, MESSAGE_IMPORT, PAGE_IMPORT
from joindin.imports.gancio.sources import COLUMNS, LEFT_OUT_TABLES, Source
from joindin.imports.gancio.store import import_table
from joindin.imports.report import ADDED, EXCLUDED, SKIPPED, Report
from joindin.operations.accounts.access_revocation import revoke_access_of_inactive_users
from joindin.operations.accounts.lookalike_keys import set_lookalike_keys
from joindin.utils.timezones import find_timezone_name

TABLE_IMPORTS = (
    USER_IMPORT,
    PLACE_IMPORT,
    EVENT_IMPORT,
    MESSAGE_IMPORT,
    COLLECTION_IMPORT,
    FILTER_IMPORT,
    ANNOUNCEMENT_IMPORT,
    PAGE_IMPORT,
    CLIENT_IMPORT,
)


def import_gancio(
    session,
    source: Source,
    *,
    now: dt.datetime,
    report: Report,
    flyers: FlyerImport | None = None,
    is_dry_run: bool = False,
) -> Iterator[int]:
    """Import everything. Yield the number of rows read since the last yield; the caller commits at each yield.

    In a dry run the caller rolls back at the end instead. ``flyers`` copies the images.
    """
    context = ImportContext(session, source, report, now, is_dry_run=is_dry_run)
    context.zone = find_timezone_name(source.zone) or read_zone(context)
    for each in TABLE_IMPORTS:
        reserve_ids(context, each)
    yield 0
    yield from import_settings(context)
    yield from import_table(context, USER_IMPORT)
    if report.outcomes.get(USER_IMPORT.name, {}).get(ADDED):
        set_lookalike_keys(session)
    yield from import_table(context, PLACE_IMPORT)
    yield from import_tags(context)
    for each in TABLE_IMPORTS[2:]:
        yield from import_table(context, each)
    yield from import_tokens(context)
    if flyers is not None:
        yield from (0 for _image in flyers.run(context))
        if flyers.reader.is_trusted:
            import_site_pictures(context, flyers.reader, flyers.storage)
    revoke_access_of_inactive_users(session, now=now)
    _report_rest(context)
    yield 0


def count_source_rows(source: Source) -> int:
    """Return the number of rows that a run reads."""
    counts = source.counts()
    return sum(counts.get(table, 0) for table in COLUMNS)


def _report_rest(context):
    """Count the tables that are left out, and rows that could not be read because they have no valid key."""
    counts, report = context.source.counts(), context.report
    for table, reason in LEFT_OUT_TABLES.items():
        if number := counts.get(table):
            report.read[table] += number
            report.count(table, EXCLUDED, number)
            report.excluded[f"{table}: {reason}"] += number
    for table in COLUMNS:
        if (missing := counts.get(table, 0) - report.read[table]) > 0:
            report.read[table] += missing
            report.count(table, SKIPPED, missing)
            report.add_issue(table, None, f"{missing} rows cannot be read or have no valid key")
