"""Stored progress of an import: imported ids of each table, skipped rows, and replacements of merged rows."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Table, delete, select

from joindin.imports.bulk_rows import advance_id_sequence, insert_new, is_among
from joindin.models import ImportProgress, ImportRowNote

_notes = ImportRowNote.__table__


def load_progress(session) -> dict[str, ImportProgress]:
    """Return the progress of each table; empty before the first run."""
    return {row.name: row for row in session.scalars(select(ImportProgress))}


def reserve_ids(session, progress: dict[str, ImportProgress], source_table: str, table: Table, highest: int) -> None:
    """Reserve ids up to ``highest``: rows created here get higher ids, also if the import is interrupted."""
    row = progress.get(source_table)
    if row is None:
        row = progress[source_table] = ImportProgress(name=source_table, reserved_until_id=0, finished_until_id=0)
        session.add(row)
    row.reserved_until_id = max(row.reserved_until_id, highest)
    session.flush()
    if highest and "id" in table.c:
        advance_id_sequence(session, table.name, highest)


def mark_table_finished(session, row: ImportProgress, highest: int) -> None:
    if row.finished_until_id < highest:
        row.finished_until_id = highest
        session.flush()


def record_skipped(session, table: str, row_ids: Iterable[int]) -> None:
    """Store the ids of skipped rows, which the next run tries again."""
    insert_new(session, _notes, [{"table_name": table, "row_id": row_id, "value": None} for row_id in row_ids])


def find_skipped(session, table: str, row_ids: Iterable[int]) -> set[int]:
    return set(
        session.scalars(select(_notes.c.row_id).where(_has_row_ids(session, table, row_ids), _notes.c.value.is_(None)))
    )


def delete_skipped(session, table: str, row_ids: Iterable[int]) -> None:
    session.execute(delete(_notes).where(_has_row_ids(session, table, row_ids), _notes.c.value.is_(None)))


def store_values(session, table: str, values: Mapping[int, int]) -> int:
    """Store a value per source row (the row it was merged into, or its category). Return the number of new ones."""
    rows = [{"table_name": table, "row_id": row_id, "value": value} for row_id, value in values.items()]
    return len(insert_new(session, _notes, rows))


def load_values(session, table: str, row_ids: Iterable[int]) -> dict[int, int]:
    statement = select(_notes.c.row_id, _notes.c.value).where(
        _has_row_ids(session, table, row_ids), _notes.c.value.is_not(None)
    )
    return dict(session.execute(statement).all())


def delete_values(session, table: str) -> None:
    session.execute(delete(_notes).where(_notes.c.table_name == table, _notes.c.value.is_not(None)))


def _has_row_ids(session, table, row_ids):
    return (_notes.c.table_name == table) & is_among(session, _notes.c.row_id, row_ids)
