"""Types of talks, which Joind.in stores in a separate table with one row per talk.

The table is read before the talks. Its values are stored as notes until the talks are imported, so that neither table is held in
memory.
"""

from collections.abc import Iterator

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from joindin.imports.bulk_rows import is_among
from joindin.imports.joindin.batches import read_batches
from joindin.imports.joindin.map_talks import map_talk_category
from joindin.imports.joindin.progress import delete_values, load_values, store_values
from joindin.imports.joindin.records import ImportContext
from joindin.imports.legacy_row import InvalidRow, LegacyRow, parse_row_id
from joindin.imports.report import ADDED, MERGED, ORPHANED, SKIPPED, UNCHANGED
from joindin.models import ImportRowNote, Talk

CATEGORY_TABLE = "talk_cat"
NOTES = "talks.type"
FETCH_SIZE = 1000


def store_categories(context: ImportContext) -> Iterator[int]:
    """Store the categories of talks that are not imported yet; the first one counts. Yield the number of rows read."""
    for batch in read_batches(context.source.rows(CATEGORY_TABLE)):
        context.report.read[CATEGORY_TABLE] += len(batch)
        categories = {}
        for talk_id, category_id in _map_rows(context, batch):
            if talk_id in categories:
                context.report.count(CATEGORY_TABLE, MERGED)
            else:
                categories[talk_id] = category_id
        imported = set(context.session.scalars(select(Talk.id).where(is_among(context.session, Talk.id, categories))))
        new = {talk_id: each for talk_id, each in categories.items() if talk_id not in imported}
        added = store_values(context.session, NOTES, new)
        if context.overwrite:
            store_values(context.session, NOTES, {talk_id: categories[talk_id] for talk_id in imported})
        context.report.count(CATEGORY_TABLE, UNCHANGED, len(imported))
        context.report.count(CATEGORY_TABLE, ADDED, added)
        context.report.count(CATEGORY_TABLE, MERGED, len(new) - added)
        yield len(batch)


def load_categories(context: ImportContext, records) -> None:
    """Set the talk types of records that are about to be stored."""
    categories = load_values(context.session, NOTES, [record.id for record in records])
    for record in records:
        record.columns["type_id"] = categories.get(record.id)


def delete_categories(context: ImportContext, *, finished_talk_id: int) -> None:
    """Delete the notes after the talks were imported, and report categories without a talk.

    A missing talk up to ``finished_talk_id`` that was not skipped has been deleted here; its category is not reported.
    """
    counts = {ORPHANED: 0, UNCHANGED: 0}
    for talk_id, was_skipped in context.session.execute(_unused().execution_options(yield_per=FETCH_SIZE)):
        if talk_id <= finished_talk_id and not was_skipped:
            counts[UNCHANGED] += 1
            continue
        context.report.add_issue(CATEGORY_TABLE, None, f"orphan: talk_id {talk_id} is not there")
        counts[ORPHANED] += 1
    context.report.count(CATEGORY_TABLE, ADDED, -sum(counts.values()))
    for outcome, number in counts.items():
        context.report.count(CATEGORY_TABLE, outcome, number)
    delete_values(context.session, NOTES)


def _unused():
    """Select the talks of notes that were not imported, and whether they were skipped."""
    skip = aliased(ImportRowNote)
    was_skipped = exists().where(skip.table_name == "talks", skip.row_id == ImportRowNote.row_id, skip.value.is_(None))
    return (
        select(ImportRowNote.row_id, was_skipped)
        .where(ImportRowNote.table_name == NOTES, ~exists().where(Talk.id == ImportRowNote.row_id))
        .order_by(ImportRowNote.row_id)
    )


def _map_rows(context, batch):
    for values in batch:
        row_id = None
        try:
            row_id = parse_row_id(values)
            yield map_talk_category(LegacyRow(values))
        except InvalidRow as error:
            context.report.count(CATEGORY_TABLE, SKIPPED)
            context.report.add_issue(CATEGORY_TABLE, row_id, str(error))
