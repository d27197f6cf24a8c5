"""A table of the original, batch by batch, into one of ours."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from sqlalchemy import select

from joindin.imports.joindin.bulk_rows import find_rows, insert_each, is_among, update_each
from joindin.imports.joindin.legacy_row import Broken, LeftOut, LegacyRow, id_of
from joindin.imports.joindin.progress import find_skipped, find_values, finish_table, forget_skipped, note_skipped
from joindin.imports.joindin.records import Entry, Move, Moving
from joindin.imports.joindin.report import ADDED, MENDED, MERGED, ORPHANED, SKIPPED, UNCHANGED, UPDATED, Report

BATCH = 2000
REFUSED = "the database refuses it"


def move_table(moving: Moving, move: Move, highest: int) -> Iterator[int]:
    """Move the rows; yields how many were read since the last time. Commit whenever it yields.

    Rows whose names are missing or taken wait until all others are here, so that no name that is
    made up now takes one that another row brings. They are read again then; only their ids are held.
    """
    waiting = set()
    for batch in batches(moving.source.rows(move.name)):
        moving.report.read[move.name] += len(batch)
        ready, later = _settle(moving, move, _read(moving, move, batch))
        _store(moving, move, ready)
        waiting.update(entry.id for entry in later)
        yield len(batch)
    if waiting:
        # What is wrong with the rows was said the first time.
        calm = replace(moving, report=Report())
        for batch in batches(moving.source.rows(move.name)):
            free, later = _settle(calm, move, _read(calm, move, batch))
            # Names may have become free meanwhile, where this installation is at work already.
            _store(moving, move, [entry for entry in free if entry.id in waiting])
            _rename(moving, move, later)
            _store(moving, move, later)
            yield 0
    finish_table(moving.session, moving.marks[move.name], highest)
    yield 0


def batches(rows: Iterable[dict]) -> Iterator[list[dict]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _read(moving, move, batch):
    """The rows that are to come in: new ones, or all of them where they overwrite."""
    numbered = _numbered(moving, move, batch)
    if not moving.is_overwriting:
        numbered = _news(moving, move, numbered)
    entries = list(_made(moving, move, numbered))
    if move.prepare:
        move.prepare(moving, entries)
    for reference in move.references:
        entries = list(_referring(moving, move, reference, entries))
    for entry in entries:
        if move.dated and entry.columns[move.dated] is None:
            entry.columns[move.dated] = moving.now
            entry.mended.append(f"{move.dated} is unknown")
        _say_mended(moving, move, entry.id, entry.mended)
    return entries


def _numbered(moving, move, batch):
    numbered = {}
    for row in batch:
        try:
            row_id = id_of(row)
        except Broken as broken:
            moving.report.count(move.name, SKIPPED)
            moving.report.trouble(move.name, None, str(broken))
            continue
        if row_id in numbered:
            moving.report.count(move.name, MERGED)
        else:
            numbered[row_id] = row
    return numbered


def _news(moving, move, numbered):
    """Without the rows that an earlier run dealt with, and those that are here."""
    finished_to = moving.marks[move.name].finished_to
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
            yield Entry(row_id, move.make(row), row.mended)
        except LeftOut as reason:
            moving.report.leave_out(move.name, str(reason))
        except Broken as broken:
            moving.report.count(move.name, SKIPPED)
            moving.report.trouble(move.name, row_id, str(broken))
            broken_ids.append(row_id)
    note_skipped(moving.session, move.name, broken_ids)


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
            entry.mended.append(_missing(reference, named))
        elif reference.is_required:
            orphans.append(entry.id)
            moving.report.count(move.name, ORPHANED)
            moving.report.trouble(move.name, entry.id, f"orphan: {_missing(reference, named)}")
            continue
        elif named is not None:
            entry.columns[reference.column] = None
            entry.mended.append(f"orphan: {_missing(reference, named)}")
        yield entry
    note_skipped(moving.session, move.name, orphans)


def _others(session, reference, entries):
    """The rows that the entries name, by the id under which the original knows them."""
    named = {entry.columns.get(reference.column) for entry in entries} - {None}
    if not named:
        return {}
    stand_for = find_values(session, reference.known_as, named) if reference.known_as else {}
    columns = {column.name for column in (*reference.takes.values(), *reference.lends.values())}
    rows = find_rows(session, reference.table, list({stand_for.get(each, each) for each in named}), sorted(columns))
    return {each: rows[stand_for.get(each, each)] for each in named if stand_for.get(each, each) in rows}


def _take_over(entry, reference, other):
    for name, column in reference.takes.items():
        entry.columns[name] = other[column.name]
    for name, column in reference.lends.items():
        if entry.columns[name] is None:
            entry.columns[name] = other[column.name]
            entry.mended.append(f"{name} is unknown")


def _missing(reference, named):
    return f"{reference.column} is missing" if named is None else f"{reference.column} {named} is not there"


def _settle(moving, move, entries):
    if moving.is_overwriting and "id" in move.table.c and entries:
        present = find_rows(
            moving.session, move.table, [entry.id for entry in entries], sorted(name for name in entries[0].columns)
        )
        for entry in entries:
            entry.present = present.get(entry.id)
            for name in move.generated:
                if entry.present and entry.columns[name] is None:
                    entry.columns[name] = entry.present[name]
    return move.settle(moving, move, entries) if move.settle and entries else (entries, [])


def _rename(moving, move, entries):
    said = {entry.id: len(entry.mended) for entry in entries}
    move.rename(moving, entries)
    for entry in entries:
        _say_mended(moving, move, entry.id, entry.mended[said[entry.id] :], is_again=said[entry.id] > 0)


def _say_mended(moving, move, row_id, mended, is_again=False):
    for words in mended:
        moving.report.trouble(move.name, row_id, words)
    if mended and not is_again:
        moving.report.count(move.name, MENDED)


def _store(moving, move, entries):
    _overwrite(moving, move, [entry for entry in entries if entry.present])
    new = [entry for entry in entries if not entry.present]
    if not new:
        return
    has_id = "id" in move.table.c
    rows = [entry.columns | {"id": entry.id} if has_id else entry.columns for entry in new]
    added, refused = insert_each(moving.session, move.table, rows)
    _account(moving, move, new, rows, set(added), refused)


def _overwrite(moving, move, entries):
    changes = []
    for entry in entries:
        changed = {name: value for name, value in entry.columns.items() if entry.present[name] != value}
        if changed:
            changes.append((entry.id, changed))
    refused = update_each(moving.session, move.table, changes)
    for row_id in refused:
        moving.report.trouble(move.name, row_id, REFUSED)
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
        elif id(row) in refused or move.duplicate:
            skipped.append(entry.id)
            reason = REFUSED if id(row) in refused else move.duplicate
            moving.report.trouble(move.name, entry.id, reason)
        elif moving.is_first or "id" in move.table.c:
            moving.report.count(move.name, MERGED)
        else:
            moving.report.count(move.name, UNCHANGED)
    moving.report.count(move.name, ADDED, len(came))
    moving.report.count(move.name, SKIPPED, len(skipped))
    note_skipped(moving.session, move.name, skipped)
    if not moving.is_first and came:
        forget_skipped(moving.session, move.name, [entry.id for entry in came])
    _touch(moving, move, came)


def _touch(moving, move, entries):
    if move.touch and entries:
        move.touch(moving.session, entries)
