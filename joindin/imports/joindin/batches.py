"""Import of one source table into one table of this database, batch by batch."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from sqlalchemy import select

from joindin.imports.bulk_rows import find_rows, insert_each, is_among, update_each
from joindin.imports.joindin.progress import (
    delete_skipped,
    find_skipped,
    load_values,
    mark_table_finished,
    record_skipped,
)
from joindin.imports.joindin.records import ImportContext, ImportRecord, TableImport
from joindin.imports.legacy_row import ExcludedRow, InvalidRow, LegacyRow, parse_row_id
from joindin.imports.report import ADDED, MERGED, ORPHANED, REPAIRED, SKIPPED, UNCHANGED, UPDATED, Report

BATCH_SIZE = 2000
MSG_REFUSED = "the database refuses it"


def import_table(context: ImportContext, table_import: TableImport, highest: int) -> Iterator[int]:
    """Import the rows of a table. Yield the number of rows read since the last yield; the caller commits at each yield.

    Rows whose unique names are missing or taken are imported after all others, so that no generated name takes the name of
    another source row. They are read a second time; only their ids are kept in memory.
    """
    postponed_ids = set()
    for batch in read_batches(context.source.rows(table_import.name)):
        context.report.read[table_import.name] += len(batch)
        ready, later = _resolve_conflicts(context, table_import, _read(context, table_import, batch))
        _store(context, table_import, ready)
        postponed_ids.update(record.id for record in later)
        yield len(batch)
    if postponed_ids:
        # The first pass has reported the issues of these rows.
        silent = replace(context, report=Report())
        for batch in read_batches(context.source.rows(table_import.name)):
            free, later = _resolve_conflicts(silent, table_import, _read(silent, table_import, batch))
            # Users of this installation may have freed names since the first pass.
            _store(context, table_import, [record for record in free if record.id in postponed_ids])
            _rename(context, table_import, later)
            _store(context, table_import, later)
            yield 0
    mark_table_finished(context.session, context.progress[table_import.name], highest)
    yield 0


def read_batches(rows: Iterable[dict]) -> Iterator[list[dict]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH_SIZE)):
        yield batch


def _read(context, table_import, batch):
    """Return the records to import: of new rows, or of all rows with ``overwrite``."""
    rows = _rows_by_id(context, table_import, batch)
    if not context.overwrite:
        rows = _without_known_rows(context, table_import, rows)
    records = list(_map_rows(context, table_import, rows))
    if table_import.prepare:
        table_import.prepare(context, records)
    for reference in table_import.references:
        records = list(_resolve_references(context, table_import, reference, records))
    for record in records:
        if table_import.date_column and record.columns[table_import.date_column] is None:
            record.columns[table_import.date_column] = context.now
            record.repairs.append(f"{table_import.date_column} is unknown")
        _report_repairs(context, table_import, record.id, record.repairs)
    return records


def _rows_by_id(context, table_import, batch):
    rows = {}
    for row in batch:
        try:
            row_id = parse_row_id(row)
        except InvalidRow as error:
            context.report.count(table_import.name, SKIPPED)
            context.report.add_issue(table_import.name, None, str(error))
            continue
        if row_id in rows:
            context.report.count(table_import.name, MERGED)
        else:
            rows[row_id] = row
    return rows


def _without_known_rows(context, table_import, rows):
    """Return the rows without those that an known run finished and those that exist here."""
    finished_id = context.progress[table_import.name].finished_until_id
    known = {row_id for row_id in rows if row_id <= finished_id}
    if known:
        known -= find_skipped(context.session, table_import.name, known)
    if "id" in table_import.table.c and len(known) < len(rows):
        ids = [row_id for row_id in rows if row_id not in known]
        known.update(
            context.session.scalars(
                select(table_import.table.c.id).where(is_among(context.session, table_import.table.c.id, ids))
            )
        )
    context.report.count(table_import.name, UNCHANGED, len(known))
    return {row_id: row for row_id, row in rows.items() if row_id not in known}


def _map_rows(context, table_import, rows):
    invalid_ids = []
    for row_id, values in rows.items():
        row = LegacyRow(values)
        try:
            yield ImportRecord(row_id, table_import.map_row(row), row.repairs)
        except ExcludedRow as reason:
            context.report.count_excluded(table_import.name, str(reason))
        except InvalidRow as error:
            context.report.count(table_import.name, SKIPPED)
            context.report.add_issue(table_import.name, row_id, str(error))
            invalid_ids.append(row_id)
    record_skipped(context.session, table_import.name, invalid_ids)


def _resolve_references(context, table_import, reference, records):
    """Yield the records whose reference exists or may be empty; set the referenced ids and the columns that depend on them."""
    targets = _find_targets(context.session, reference, records)
    orphans = []
    for record in records:
        source_id = record.columns.get(reference.column)
        target = targets.get(source_id)
        if target is not None:
            record.columns[reference.column] = target["id"]
            _copy_columns(record, reference, target)
        elif reference.default is not None:
            record.columns[reference.column] = reference.default(context.session)
            record.repairs.append(_missing(reference, source_id))
        elif reference.is_required:
            orphans.append(record.id)
            context.report.count(table_import.name, ORPHANED)
            context.report.add_issue(table_import.name, record.id, f"orphan: {_missing(reference, source_id)}")
            continue
        elif source_id is not None:
            record.columns[reference.column] = None
            record.repairs.append(f"orphan: {_missing(reference, source_id)}")
            if reference.set_on_orphan:
                record.columns |= reference.set_on_orphan(record.columns)
        yield record
    record_skipped(context.session, table_import.name, orphans)


def _find_targets(session, reference, records):
    """Return the referenced rows by their id in the source. A merged row is replaced by the row it was merged into."""
    source_ids = {record.columns.get(reference.column) for record in records} - {None}
    if not source_ids:
        return {}
    merged_into = load_values(session, reference.merged_in, source_ids) if reference.merged_in else {}
    columns = {column.name for column in (*reference.copied_columns.values(), *reference.fallback_columns.values())}
    ids = {source_id: merged_into.get(source_id, source_id) for source_id in source_ids}
    rows = find_rows(session, reference.table, list(set(ids.values())), sorted(columns))
    return {source_id: rows[id_] for source_id, id_ in ids.items() if id_ in rows}


def _copy_columns(record, reference, target):
    for name, column in reference.copied_columns.items():
        record.columns[name] = target[column.name]
    for name, column in reference.fallback_columns.items():
        if record.columns[name] is None:
            record.columns[name] = target[column.name]
            record.repairs.append(f"{name} is unknown")


def _missing(reference, source_id):
    return f"{reference.column} is missing" if source_id is None else f"{reference.column} {source_id} is not there"


def _resolve_conflicts(context, table_import, records):
    if context.overwrite and "id" in table_import.table.c and records:
        existing = find_rows(
            context.session,
            table_import.table,
            [record.id for record in records],
            sorted(name for name in records[0].columns),
        )
        for record in records:
            record.existing = existing.get(record.id)
            for name in (*table_import.generated_columns, *table_import.kept_columns):
                if record.existing and (record.columns[name] is None or name in table_import.kept_columns):
                    record.columns[name] = record.existing[name]
    return (
        table_import.resolve_conflicts(context, table_import, records)
        if table_import.resolve_conflicts and records
        else (records, [])
    )


def _rename(context, table_import, records):
    reported = {record.id: len(record.repairs) for record in records}
    table_import.apply_renames(context, records)
    for record in records:
        _report_repairs(
            context, table_import, record.id, record.repairs[reported[record.id] :], is_again=reported[record.id] > 0
        )


def _report_repairs(context, table_import, row_id, repairs, is_again=False):
    for repair in repairs:
        context.report.add_issue(table_import.name, row_id, repair)
    if repairs and not is_again:
        context.report.count(table_import.name, REPAIRED)


def _store(context, table_import, records):
    _overwrite(context, table_import, [record for record in records if record.existing])
    new = [record for record in records if not record.existing]
    if not new:
        return
    has_id = "id" in table_import.table.c
    rows = [record.columns | {"id": record.id} if has_id else record.columns for record in new]
    added, refused = insert_each(context.session, table_import.table, rows)
    _count_outcomes(context, table_import, new, rows, set(added), refused)


def _overwrite(context, table_import, records):
    changes = []
    for record in records:
        changed = {name: value for name, value in record.columns.items() if record.existing[name] != value}
        changed |= {name: None for name, other in table_import.cleared_with.items() if other in changed}
        if changed:
            changes.append((record.id, changed))
    refused = update_each(context.session, table_import.table, changes)
    for row_id in refused:
        context.report.add_issue(table_import.name, row_id, MSG_REFUSED)
    context.report.count(table_import.name, SKIPPED, len(refused))
    context.report.count(table_import.name, UPDATED, len(changes) - len(refused))
    context.report.count(table_import.name, UNCHANGED, len(records) - len(changes))


def _count_outcomes(context, table_import, records, rows, added, refused):
    """Count the outcomes of the records, and store the ids of those that were not inserted."""
    keys = [column.name for column in table_import.table.primary_key]
    refused = {id(row) for row in refused}
    inserted, skipped = [], []
    for record, row in zip(records, rows):
        key = tuple(row[name] for name in keys)
        if key in added:
            # Of two rows with the same key only one was inserted.
            added.discard(key)
            inserted.append(record)
        elif id(row) in refused or table_import.duplicate_message:
            skipped.append(record.id)
            reason = MSG_REFUSED if id(row) in refused else table_import.duplicate_message
            context.report.add_issue(table_import.name, record.id, reason)
        elif context.is_first or "id" in table_import.table.c:
            context.report.count(table_import.name, MERGED)
        else:
            context.report.count(table_import.name, UNCHANGED)
    context.report.count(table_import.name, ADDED, len(inserted))
    context.report.count(table_import.name, SKIPPED, len(skipped))
    record_skipped(context.session, table_import.name, skipped)
    if not context.is_first and inserted:
        delete_skipped(context.session, table_import.name, [record.id for record in inserted])
