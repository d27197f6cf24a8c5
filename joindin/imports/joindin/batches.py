"""A table of the original, batch by batch, into one of ours."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from sqlalchemy import select

from joindin.imports.joindin.bulk_rows import find_rows, insert_each, is_among, update_each
from joindin.imports.joindin.legacy_row import ExcludedRow, InvalidRow, LegacyRow, parse_row_id
from joindin.imports.joindin.progress import (
    delete_skipped,
    find_skipped,
    load_values,
    mark_table_finished,
    record_skipped,
)
from joindin.imports.joindin.records import ImportContext, ImportRecord, TableImport
from joindin.imports.joindin.report import ADDED, MERGED, ORPHANED, REPAIRED, SKIPPED, UNCHANGED, UPDATED, Report

BATCH_SIZE = 2000
REFUSED = "the database refuses it"


def import_table(moving: ImportContext, move: TableImport, highest: int) -> Iterator[int]:
    """Move the rows; yields how many were read since the last time. Commit whenever it yields.

    Rows whose names are missing or taken wait until all others are here, so that no name that is
    made up now takes one that another row brings. They are read again then; only their ids are held.
    """
    waiting = set()
    for batch in read_batches(moving.source.rows(move.name)):
        moving.report.read[move.name] += len(batch)
        ready, later = _settle(moving, move, _read(moving, move, batch))
        _store(moving, move, ready)
        waiting.update(entry.id for entry in later)
        yield len(batch)
    if waiting:
        # What is wrong with the rows was said the first time.
        calm = replace(moving, report=Report())
        for batch in read_batches(moving.source.rows(move.name)):
            free, later = _settle(calm, move, _read(calm, move, batch))
            # Names may have become free meanwhile, where this installation is at work already.
            _store(moving, move, [entry for entry in free if entry.id in waiting])
            _rename(moving, move, later)
            _store(moving, move, later)
            yield 0
    mark_table_finished(moving.session, moving.progress[move.name], highest)
    yield 0


def read_batches(rows: Iterable[dict]) -> Iterator[list[dict]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH_SIZE)):
        yield batch


def _read(moving, move, batch):
    """The rows that are to come in: new ones, or all of them where they overwrite."""
    numbered = _numbered(moving, move, batch)
    if not moving.overwrite:
        numbered = _news(moving, move, numbered)
    entries = list(_made(moving, move, numbered))
    if move.prepare:
        move.prepare(moving, entries)
    for reference in move.references:
        entries = list(_referring(moving, move, reference, entries))
    for entry in entries:
        if move.date_column and entry.columns[move.date_column] is None:
            entry.columns[move.date_column] = moving.now
            entry.repairs.append(f"{move.date_column} is unknown")
        _say_mended(moving, move, entry.id, entry.repairs)
    return entries


def _numbered(moving, move, batch):
    numbered = {}
    for row in batch:
        try:
            row_id = parse_row_id(row)
        except InvalidRow as broken:
            moving.report.count(move.name, SKIPPED)
            moving.report.add_issue(move.name, None, str(broken))
            continue
        if row_id in numbered:
            moving.report.count(move.name, MERGED)
        else:
            numbered[row_id] = row
    return numbered


def _news(moving, move, numbered):
    """Without the rows that an earlier run dealt with, and those that are here."""
    finished_to = moving.progress[move.name].finished_until_id
    earlier = {row_id for row_id in numbered if row_id <= finished_to}
    if earlier:
        earlier -= find_skipped(moving.session, move.name, earlier)
    if "id" in move.table.c and len(earlier) < len(numbered):
        ids = [row_id for row_id in numbered if row_id not in earlier]
        earlier.update(
            moving.session.scalars(select(move.table.c.id).where(is_among(moving.session, move.table.c.id, ids)))
        )
    moving.report.count(move.name, UNCHANGED, len(earlier))
    return {row_id: row for row_id, row in numbered.items() if row_id not in earlier}


def _made(moving, move, numbered):
    broken_ids = []
    for row_id, values in numbered.items():
        row = LegacyRow(values)
        try:
            yield ImportRecord(row_id, move.make(row), row.repairs)
        except ExcludedRow as reason:
            moving.report.count_excluded(move.name, str(reason))
        except InvalidRow as broken:
            moving.report.count(move.name, SKIPPED)
            moving.report.add_issue(move.name, row_id, str(broken))
            broken_ids.append(row_id)
    record_skipped(moving.session, move.name, broken_ids)


def _referring(moving, move, reference, entries):
    """The entries that name a row that is there, or may name none."""
    others = _others(moving.session, reference, entries)
    orphans = []
    for entry in entries:
        named = entry.columns.get(reference.column)
        other = others.get(named)
        if other is not None:
            entry.columns[reference.column] = other["id"]
            _take_over(entry, reference, other)
        elif reference.default is not None:
            entry.columns[reference.column] = reference.default(moving.session)
            entry.repairs.append(_missing(reference, named))
        elif reference.is_required:
            orphans.append(entry.id)
            moving.report.count(move.name, ORPHANED)
            moving.report.add_issue(move.name, entry.id, f"orphan: {_missing(reference, named)}")
            continue
        elif named is not None:
            entry.columns[reference.column] = None
            entry.repairs.append(f"orphan: {_missing(reference, named)}")
        yield entry
    record_skipped(moving.session, move.name, orphans)


def _others(session, reference, entries):
    """The rows that the entries name, by the id under which the original knows them."""
    named = {entry.columns.get(reference.column) for entry in entries} - {None}
    if not named:
        return {}
    stand_for = load_values(session, reference.merged_in, named) if reference.merged_in else {}
    columns = {column.name for column in (*reference.copied_columns.values(), *reference.fallback_columns.values())}
    rows = find_rows(session, reference.table, list({stand_for.get(each, each) for each in named}), sorted(columns))
    return {each: rows[stand_for.get(each, each)] for each in named if stand_for.get(each, each) in rows}


def _take_over(entry, reference, other):
    for name, column in reference.copied_columns.items():
        entry.columns[name] = other[column.name]
    for name, column in reference.fallback_columns.items():
        if entry.columns[name] is None:
            entry.columns[name] = other[column.name]
            entry.repairs.append(f"{name} is unknown")


def _missing(reference, named):
    return f"{reference.column} is missing" if named is None else f"{reference.column} {named} is not there"


def _settle(moving, move, entries):
    if moving.overwrite and "id" in move.table.c and entries:
        present = find_rows(
            moving.session, move.table, [entry.id for entry in entries], sorted(name for name in entries[0].columns)
        )
        for entry in entries:
            entry.existing = present.get(entry.id)
            for name in move.generated_columns:
                if entry.existing and entry.columns[name] is None:
                    entry.columns[name] = entry.existing[name]
    return move.resolve_conflicts(moving, move, entries) if move.resolve_conflicts and entries else (entries, [])


def _rename(moving, move, entries):
    said = {entry.id: len(entry.repairs) for entry in entries}
    move.apply_renames(moving, entries)
    for entry in entries:
        _say_mended(moving, move, entry.id, entry.repairs[said[entry.id] :], is_again=said[entry.id] > 0)


def _say_mended(moving, move, row_id, mended, is_again=False):
    for words in mended:
        moving.report.add_issue(move.name, row_id, words)
    if mended and not is_again:
        moving.report.count(move.name, REPAIRED)


def _store(moving, move, entries):
    _overwrite(moving, move, [entry for entry in entries if entry.existing])
    new = [entry for entry in entries if not entry.existing]
    if not new:
        return
    has_id = "id" in move.table.c
    rows = [entry.columns | {"id": entry.id} if has_id else entry.columns for entry in new]
    added, refused = insert_each(moving.session, move.table, rows)
    _account(moving, move, new, rows, set(added), refused)


def _overwrite(moving, move, entries):
    changes = []
    for entry in entries:
        changed = {name: value for name, value in entry.columns.items() if entry.existing[name] != value}
        if changed:
            changes.append((entry.id, changed))
    refused = update_each(moving.session, move.table, changes)
    for row_id in refused:
        moving.report.add_issue(move.name, row_id, REFUSED)
    written = {row_id for row_id, _changed in changes} - set(refused)
    _touch(moving, move, [entry for entry in entries if entry.id in written])
    moving.report.count(move.name, SKIPPED, len(refused))
    moving.report.count(move.name, UPDATED, len(changes) - len(refused))
    moving.report.count(move.name, UNCHANGED, len(entries) - len(changes))


def _account(moving, move, entries, rows, added, refused):
    """Count what became of the entries, and remember those that did not come in."""
    keys = [column.name for column in move.table.primary_key]
    refused = {id(row) for row in refused}
    came, skipped = [], []
    for entry, row in zip(entries, rows):
        key = tuple(row[name] for name in keys)
        if key in added:
            # Of two rows with the same key one was added.
            added.discard(key)
            came.append(entry)
        elif id(row) in refused or move.duplicate_message:
            skipped.append(entry.id)
            reason = REFUSED if id(row) in refused else move.duplicate_message
            moving.report.add_issue(move.name, entry.id, reason)
        elif moving.is_first or "id" in move.table.c:
            moving.report.count(move.name, MERGED)
        else:
            moving.report.count(move.name, UNCHANGED)
    moving.report.count(move.name, ADDED, len(came))
    moving.report.count(move.name, SKIPPED, len(skipped))
    record_skipped(moving.session, move.name, skipped)
    if not moving.is_first and came:
        delete_skipped(moving.session, move.name, [entry.id for entry in came])
    _touch(moving, move, came)


def _touch(moving, move, entries):
    if move.bump_versions and entries:
        move.bump_versions(moving.session, entries)
