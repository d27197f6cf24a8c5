"""Import of one source table, batch by batch.

New rows are created, or linked to rows that exist here and stand for the same. Rows that were imported before are compared group by
group: a group that has changed in the source and was not edited here is updated. Nothing that was deleted here comes back.
"""

from collections.abc import Iterator

from joindin.imports.bulk_rows import find_rows, insert_each, update_each
from joindin.imports.gancio.ids import assign_ids
from joindin.imports.gancio.mappings import fingerprints_of, load_origins, store_origins
from joindin.imports.gancio.records import ImportContext, Record, TableImport
from joindin.imports.gancio.source_row import GancioRow
from joindin.imports.gancio.sources import COLUMNS
from joindin.imports.legacy_row import ExcludedRow, InvalidRow
from joindin.imports.report import ADDED, KEPT, MERGED, REPAIRED, SKIPPED, UNCHANGED, UPDATED
from joindin.utils.text import strip_control_chars

MAX_KEY_LENGTH = 255
MSG_REFUSED = "the database refuses it"


def import_table(context: ImportContext, table_import: TableImport) -> Iterator[int]:
    """Import the rows of a table. Yield the number of rows read since the last yield; the caller commits at each yield."""
    for batch in context.source.batches(table_import.name):
        context.report.read[table_import.name] += len(batch)
        records = list(_map_rows(context, table_import, batch))
        for part in table_import.split(records):
            _import_part(context, table_import, part)
        yield len(batch)


def read_key(table: str, values: dict) -> str:
    """Return the key of a source row. :raises InvalidRow: if it has none."""
    key = values.get(COLUMNS[table][0])
    if key is None or not 0 < len(str(key)) <= MAX_KEY_LENGTH or strip_control_chars(str(key)) != str(key):
        raise InvalidRow(f"its {COLUMNS[table][0]} is invalid")
    return str(key)


def report_repairs(context: ImportContext, table: str, record: Record) -> None:
    for repair in record.repairs:
        context.report.add_issue(table, record.key, repair)
    if record.repairs:
        context.report.count(table, REPAIRED)


def _map_rows(context, table_import, batch):
    table, seen = table_import.name, set()
    for values in batch:
        key = None
        try:
            key = read_key(table, values)
            row = GancioRow(values)
            columns = table_import.map_row(row, context)
        except ExcludedRow as reason:
            context.report.count_excluded(table, str(reason))
            continue
        except InvalidRow as error:
            context.report.count(table, SKIPPED)
            context.report.add_issue(table, key, str(error))
            continue
        if key in seen:
            context.report.count(table, MERGED)
            continue
        seen.add(key)
        yield Record(key, columns, row.repairs, extras=columns.pop("extras", {}))


def _import_part(context, table_import, records):
    if not records:
        return
    origins = load_origins(context, table_import.name, [record.key for record in records])
    for record in records:
        record.origin = origins.get(record.key)
        record.row_id = record.origin and record.origin.row_id
    records = table_import.resolve(context, records)
    _create(context, table_import, [record for record in records if record.origin is None])
    _update(context, table_import, [record for record in records if record.origin is not None])


def _create(context, table_import, records):
    if table_import.find_existing and records:
        records = _link(context, table_import, records)
    if not records:
        return
    assign_ids(context, table_import, records)
    if table_import.prepare_new:
        table_import.prepare_new(context, records)
    rows = [record.columns | {"id": record.row_id} for record in records]
    added, _refused = insert_each(context.session, table_import.model.__table__, rows)
    added_ids = {key[0] for key in added}
    stored = [record for record in records if record.row_id in added_ids]
    if table_import.write_extras:
        table_import.write_extras(context, stored)
    entries = [(record.key, record.row_id, fingerprints_of(table_import.groups, record)) for record in stored]
    store_origins(context, table_import.name, entries)
    for record in records:
        if record.row_id in added_ids:
            report_repairs(context, table_import.name, record)
        else:
            context.report.add_issue(table_import.name, record.key, MSG_REFUSED)
    context.report.count(table_import.name, ADDED, len(stored))
    context.report.count(table_import.name, SKIPPED, len(records) - len(stored))


def _link(context, table_import, records):
    """Link records to rows that exist here; return the others."""
    existing = table_import.find_existing(context, records)
    linked = [record for record in records if record.key in existing]
    store_origins(context, table_import.name, [(record.key, existing[record.key], {}) for record in linked])
    for record in linked:
        report_repairs(context, table_import.name, record)
    context.report.count(table_import.name, MERGED, len(linked))
    return [record for record in records if record.key not in existing]


def _update(context, table_import, records):
    """Update the groups that have changed in the source since the last import, except for those that were edited here."""
    changed, unchanged = [], 0
    for record in records:
        fingerprints = fingerprints_of(table_import.groups, record)
        if not record.origin.fingerprints or fingerprints == record.origin.fingerprints:
            unchanged += 1
        else:
            changed.append((record, fingerprints))
    context.report.count(table_import.name, UNCHANGED, unchanged)
    if not changed:
        return
    current = _load_current(context, table_import, [record for record, _ in changed])
    updates, outcomes = [], {}
    for record, fingerprints in changed:
        row = current.get(record.row_id)
        if row is None:
            context.report.count(table_import.name, KEPT)
            continue
        groups, edited = _outdated_groups(record, fingerprints, fingerprints_of(table_import.groups, row))
        names = {name for group in groups for name in table_import.groups[group]}
        updates.append((record, {name: record.columns[name] for name in names & record.columns.keys()}))
        record.changed = frozenset(names)
        outcomes[record.key] = UPDATED if groups else KEPT if edited else UNCHANGED
        record.origin.fingerprints, record.origin.imported_at = fingerprints, context.now
    refused = update_each(
        context.session,
        table_import.model.__table__,
        [(record.row_id, columns) for record, columns in updates if columns],
    )
    written = [record for record, _ in updates if record.row_id not in refused]
    if table_import.write_extras:
        table_import.write_extras(context, [record for record in written if record.changed])
    for record, _ in updates:
        if record.row_id in refused:
            outcomes[record.key] = SKIPPED
            context.report.add_issue(table_import.name, record.key, MSG_REFUSED)
            context.session.expire(record.origin)
        elif outcomes[record.key] == UPDATED:
            report_repairs(context, table_import.name, record)
        context.report.count(table_import.name, outcomes[record.key])
    context.session.flush()


def _outdated_groups(record, fingerprints, current):
    """Return the groups to update, and those that were edited here as well."""
    stored = record.origin.fingerprints
    outdated = {group for group in fingerprints if fingerprints[group] not in (stored.get(group), current[group])}
    edited = {group for group in outdated if current[group] != stored.get(group)}
    return outdated - edited, edited


def _load_current(context, table_import, records):
    """Return the rows here as records, by id."""
    ids = [record.row_id for record in records]
    names = sorted({name for group in table_import.groups.values() for name in group} & records[0].columns.keys())
    rows = find_rows(context.session, table_import.model.__table__, ids, names)
    extras = table_import.load_extras(context, ids) if table_import.load_extras else {}
    return {id_: Record("", row, [], extras=extras.get(id_, {})) for id_, row in rows.items()}
