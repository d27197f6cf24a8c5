"""The types of talks, which the original keeps in a table of their own, one row a talk.

They are read before the talks and kept as notes until the talks come, so that neither table is
ever held as a whole.
"""

from collections.abc import Iterator

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from joindin.imports.joindin.batches import read_batches
from joindin.imports.joindin.bulk_rows import is_among
from joindin.imports.joindin.legacy_row import InvalidRow, LegacyRow, parse_row_id
from joindin.imports.joindin.map_talks import map_talk_category
from joindin.imports.joindin.progress import delete_values, load_values, store_values
from joindin.imports.joindin.records import ImportContext
from joindin.imports.joindin.report import ADDED, MERGED, ORPHANED, SKIPPED, UNCHANGED
from joindin.models import ImportRowNote, Talk

TABLE = "talk_cat"
NOTES = "talks.type"
PAGE = 1000


def store_categories(moving: ImportContext) -> Iterator[int]:
    """Note the categories of talks that are still to come; of several of one talk the first. Yields how many were read."""
    for batch in read_batches(moving.source.rows(TABLE)):
        moving.report.read[TABLE] += len(batch)
        categories = {}
        for talk_id, category_id in _made(moving, batch):
            if talk_id in categories:
                moving.report.count(TABLE, MERGED)
            else:
                categories[talk_id] = category_id
        here = set(moving.session.scalars(select(Talk.id).where(is_among(moving.session, Talk.id, categories))))
        coming = {talk_id: each for talk_id, each in categories.items() if talk_id not in here}
        kept = store_values(moving.session, NOTES, coming)
        if moving.overwrite:
            store_values(moving.session, NOTES, {talk_id: categories[talk_id] for talk_id in here})
        moving.report.count(TABLE, UNCHANGED, len(here))
        moving.report.count(TABLE, ADDED, kept)
        moving.report.count(TABLE, MERGED, len(coming) - kept)
        yield len(batch)


def load_categories(moving: ImportContext, entries) -> None:
    """Set the types of talks that are coming in."""
    categories = load_values(moving.session, NOTES, [entry.id for entry in entries])
    for entry in entries:
        entry.columns["type_id"] = categories.get(entry.id)


def delete_categories(moving: ImportContext, *, finished_until_id: int) -> None:
    """Once the talks are here: say which categories had none, unless it was deleted here after an earlier run."""
    number = {ORPHANED: 0, UNCHANGED: 0}
    for talk_id, was_skipped in moving.session.execute(_unused().execution_options(yield_per=PAGE)):
        if talk_id <= finished_until_id and not was_skipped:
            number[UNCHANGED] += 1
            continue
        moving.report.add_issue(TABLE, None, f"orphan: talk_id {talk_id} is not there")
        number[ORPHANED] += 1
    moving.report.count(TABLE, ADDED, -sum(number.values()))
    for outcome, each in number.items():
        moving.report.count(TABLE, outcome, each)
    delete_values(moving.session, NOTES)


def _unused():
    """The talks that did not come, and whether they were skipped."""
    skip = aliased(ImportRowNote)
    was_skipped = exists().where(skip.table_name == "talks", skip.row_id == ImportRowNote.row_id, skip.value.is_(None))
    return (
        select(ImportRowNote.row_id, was_skipped)
        .where(ImportRowNote.table_name == NOTES, ~exists().where(Talk.id == ImportRowNote.row_id))
        .order_by(ImportRowNote.row_id)
    )


def _made(moving, batch):
    for values in batch:
        row_id = None
        try:
            row_id = parse_row_id(values)
            yield map_talk_category(LegacyRow(values))
        except InvalidRow as broken:
            moving.report.count(TABLE, SKIPPED)
            moving.report.add_issue(TABLE, row_id, str(broken))
