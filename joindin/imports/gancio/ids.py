"""Ids of imported rows: those of the source where no row here has ever had them.

A deleted row's id is not used again: links and cached responses would show another row.
"""

from collections.abc import Sequence

from sqlalchemy import func, select, text

from joindin.db.dialects import session_dialect
from joindin.db.locking import begin_write
from joindin.imports.bulk_rows import advance_id_sequence, is_among
from joindin.imports.gancio.mappings import load_origins, store_origins
from joindin.imports.gancio.records import ImportContext, Record, TableImport
from joindin.imports.gancio.source_row import parse_id

ID_RANGES = "id ranges"


def reserve_ids(context: ImportContext, table_import: TableImport) -> None:
    """Reserve the ids up to the highest of the source: rows that are created here get higher ones.

    The reserved ranges are stored, so that a later run knows which ids were free.
    """
    name, session = table_import.name, context.session
    highest = context.source.highest_id(name)
    entry = load_origins(context, ID_RANGES, [name]).get(name)
    ranges = entry.fingerprints["ranges"] if entry else []
    begin_write(session)
    last = _last_id(session, table_import.model)
    if highest > last:
        ranges = [*ranges, [last, highest]]
        if entry:
            entry.fingerprints = {"ranges": ranges}
        else:
            store_origins(context, ID_RANGES, [(name, None, {"ranges": ranges})])
        # PostgreSQL's sequences do not roll back.
        if not (context.is_dry_run and session_dialect(session).has_sequences):
            advance_id_sequence(session, table_import.model.__tablename__, highest)
    context.id_ranges[name] = ranges


def assign_ids(context: ImportContext, table_import: TableImport, records: Sequence[Record]) -> None:
    """Set ``row_id`` of new records: the id in the source if it is free, else a new one."""
    session, column = context.session, table_import.model.__table__.c.id
    begin_write(session)
    source_ids = {record.key: parse_id(record.key) for record in records}
    reserved = [id_ for id_ in source_ids.values() if id_ is not None and _is_reserved(context, table_import, id_)]
    free = set(reserved) - set(session.scalars(select(column).where(is_among(session, column, reserved))))
    others = []
    for record in records:
        record.row_id = source_ids[record.key] if source_ids[record.key] in free else None
        if record.row_id is None:
            others.append(record)
    for record, id_ in zip(others, _new_ids(session, table_import.model, len(others)), strict=True):
        record.row_id = id_


def _is_reserved(context, table_import, id_):
    return any(lowest < id_ <= highest for lowest, highest in context.id_ranges.get(table_import.name, ()))


def _last_id(session, model):
    """Return the highest id that a row of the table may have had."""
    highest = session.scalar(select(func.coalesce(func.max(model.__table__.c.id), 0)))
    if session_dialect(session).has_sequences:
        sequence = _sequence(session, model)
        statement = text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608 - a name from the catalogue
    else:
        statement = text("SELECT max(seq) FROM sqlite_sequence WHERE name = :name").bindparams(name=model.__tablename__)
    return max(highest, session.scalar(statement) or 0)


def _new_ids(session, model, number):
    if not number:
        return []
    if session_dialect(session).has_sequences:
        sequence = _sequence(session, model)
        return session.scalars(select(func.nextval(sequence)).select_from(func.generate_series(1, number))).all()
    last = _last_id(session, model)
    return range(last + 1, last + 1 + number)


def _sequence(session, model):
    return session.scalar(select(func.pg_get_serial_sequence(model.__tablename__, "id")))
