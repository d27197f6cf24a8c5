"""Storing of the rows of one model of the dump.

A row keeps its number as id if that is free here. A row that exists already, by the columns of ``TableImport.unique``, is
merged: it stays as it is and stands for the row of the dump.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from joindin.imports.bulk_rows import advance_id_sequence, insert_each, is_among
from joindin.imports.ephios.context import BATCH_SIZE, ImportContext, MissingReference
from joindin.imports.ephios.dump_row import DumpRow
from joindin.imports.legacy_row import ExcludedRow, InvalidRow
from joindin.imports.report import ADDED, MERGED, ORPHANED, REPAIRED, SKIPPED, UNCHANGED

MSG_REFUSED = "the database refuses it"
MSG_NEW_ID = "its number is in use here; it got the id {}"


@dataclass(frozen=True)
class TableImport:
    """``map_row`` returns the columns of a row, or None for nothing. ``prepare`` completes the columns of all new rows, by
    number, when their ids are known. ``source`` is the model of the dump if it is not ``name``. Ids that have no meaning
    outside are not ``shows_ids``.
    """

    name: str
    model: type
    map_row: Callable[[ImportContext, DumpRow], dict]
    unique: tuple[str, ...] = ()
    prepare: Callable[[ImportContext, dict[int, dict]], None] | None = None
    source: str | None = None
    shows_ids: bool = True


def import_table(context: ImportContext, table_import: TableImport) -> Iterator[int]:
    """Store the rows of a model that no earlier run has stored. Yield the number of rows after each batch."""
    name, table = table_import.name, table_import.model.__table__
    context.load(name, table)
    rows = list(context.dump.rows(table_import.source or name))
    new = [row for row in rows if row.pk not in context.known[name]]
    context.report.count(name, UNCHANGED, len(rows) - len(new))
    columns = dict(_map_rows(context, table_import, new))
    context.report.read[name] += len(rows) if table_import.source is None else len(columns)
    merged, columns = _split_existing(context, table_import, columns)
    context.record(name, merged)
    context.report.count(name, MERGED, len(merged))
    ids = _assign_ids(context, table, columns)
    if table_import.shows_ids:
        _report_new_ids(context, name, ids)
    # Rows of a model may refer to each other.
    context.ids[name] |= ids
    if table_import.prepare:
        table_import.prepare(context, columns)
    pks = list(columns)
    for start in range(0, len(pks), BATCH_SIZE):
        batch = pks[start : start + BATCH_SIZE]
        _insert(context, name, table, {pk: columns[pk] | {"id": ids[pk]} for pk in batch})
        yield len(batch)


def run_mapping(context: ImportContext, name: str, row: DumpRow, map_row: Callable):
    """Return ``map_row(context, row)``; None if the row cannot be imported, which is reported."""
    try:
        mapped = map_row(context, row)
    except ExcludedRow as reason:
        context.report.count_excluded(name, str(reason))
        return None
    except MissingReference as error:
        context.report.count(name, ORPHANED)
        context.report.add_issue(name, row.pk, str(error))
        return None
    except InvalidRow as error:
        context.report.count(name, SKIPPED)
        context.report.add_issue(name, row.pk, str(error))
        return None
    if row.repairs:
        context.report.count(name, REPAIRED)
        for repair in row.repairs:
            context.report.add_issue(name, row.pk, repair)
        row.repairs.clear()
    return mapped


def _map_rows(context, table_import, rows):
    for row in rows:
        mapped = run_mapping(context, table_import.name, row, table_import.map_row)
        if mapped is not None:
            yield row.pk, mapped


def _split_existing(context, table_import, columns):
    """Return the ids of rows that exist here or come twice, by number, and the columns of the others."""
    unique, table = table_import.unique, table_import.model.__table__
    if not unique:
        return {}, columns
    first = table.c[unique[0]]
    existing = {}
    values = sorted({each[unique[0]] for each in columns.values()} - {None})
    for start in range(0, len(values), BATCH_SIZE):
        batch = values[start : start + BATCH_SIZE]
        rows = context.session.execute(
            select(table.c.id, *(table.c[name] for name in unique)).where(is_among(context.session, first, batch))
        )
        existing |= {tuple(row[1:]): row.id for row in rows}
    merged, kept, seen = {}, {}, {}
    for pk, each in columns.items():
        key = tuple(each[name] for name in unique)
        if None in key:
            kept[pk] = each
        elif key in existing:
            merged[pk] = existing[key]
        elif key in seen:
            context.report.count(table_import.name, SKIPPED)
            context.report.add_issue(table_import.name, pk, f"it is the same as {seen[key]}")
        else:
            seen[key], kept[pk] = pk, each
    return merged, kept


def _assign_ids(context, table, columns):
    """Return the id of each new row: its number, or one that is free. Other writers get higher ids from now on."""
    session, pks = context.session, list(columns)
    taken = set()
    for start in range(0, len(pks), BATCH_SIZE):
        batch = pks[start : start + BATCH_SIZE]
        taken.update(session.scalars(select(table.c.id).where(is_among(session, table.c.id, batch))))
    highest = max([session.scalar(select(func.coalesce(func.max(table.c.id), 0))), *pks, 0])
    ids = {pk: pk for pk in pks if pk not in taken}
    for offset, pk in enumerate((pk for pk in pks if pk in taken), start=1):
        ids[pk] = highest + offset
    if ids:
        advance_id_sequence(session, table.name, max([highest, *ids.values()]))
    return ids


def _report_new_ids(context, name, ids):
    for pk, row_id in ids.items():
        if pk != row_id:
            context.report.count(name, REPAIRED)
            context.report.add_issue(name, pk, MSG_NEW_ID.format(row_id))


def _insert(context, name, table, rows):
    """Insert rows by number, and record those that the database accepts."""
    added, _refused = insert_each(context.session, table, list(rows.values()))
    added_ids = {key[0] for key in added}
    stored = {pk: row["id"] for pk, row in rows.items() if row["id"] in added_ids}
    context.record(name, stored)
    context.report.count(name, ADDED, len(stored))
    for pk in rows.keys() - stored.keys():
        del context.ids[name][pk]
        context.report.count(name, SKIPPED)
        context.report.add_issue(name, pk, MSG_REFUSED)
