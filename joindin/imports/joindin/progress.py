"""What is remembered from run to run: how far each table is ours, and what was said of single rows."""

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, func, select, text

from joindin.db.locking import begin_write
from joindin.imports.joindin.bulk_rows import insert_new, is_among
from joindin.models import ImportProgress, ImportRowNote

_notes = ImportRowNote.__table__


def load_progress(session) -> dict[str, ImportProgress]:
    """What is known of each table; nothing before the first run."""
    return {mark.name: mark for mark in session.scalars(select(ImportProgress))}


def reserve_ids(session, marks: dict[str, ImportProgress], table: str, model, highest: int) -> None:
    """Let what is made here from now on get ids above ``highest``, also if this run goes no further."""
    mark = marks.get(table)
    if mark is None:
        mark = marks[table] = ImportProgress(name=table, reserved_until_id=0, finished_until_id=0)
        session.add(mark)
    mark.reserved_until_id = max(mark.reserved_until_id, highest)
    session.flush()
    if highest and "id" in model.c:
        _continue_sequence(session, model.name, highest)


def mark_table_finished(session, mark: ImportProgress, highest: int) -> None:
    if mark.finished_until_id < highest:
        mark.finished_until_id = highest
        session.flush()


def record_skipped(session, table: str, row_ids: Iterable[int]) -> None:
    """Remember rows that did not come through, for the next run to try again."""
    insert_new(session, _notes, [{"table_name": table, "row_id": row_id, "value": None} for row_id in row_ids])


def find_skipped(session, table: str, row_ids: Iterable[int]) -> set[int]:
    return set(session.scalars(select(_notes.c.row_id).where(_are(session, table, row_ids), _notes.c.value.is_(None))))


def delete_skipped(session, table: str, row_ids: Iterable[int]) -> None:
    session.execute(delete(_notes).where(_are(session, table, row_ids), _notes.c.value.is_(None)))


def store_values(session, table: str, values: Mapping[int, int]) -> int:
    """Remember for which other row each of these stands, unless that is known; how many were not."""
    rows = [{"table_name": table, "row_id": row_id, "value": value} for row_id, value in values.items()]
    return len(insert_new(session, _notes, rows))


def load_values(session, table: str, row_ids: Iterable[int]) -> dict[int, int]:
    asked = select(_notes.c.row_id, _notes.c.value).where(_are(session, table, row_ids), _notes.c.value.is_not(None))
    return dict(session.execute(asked).all())


def delete_values(session, table: str) -> None:
    session.execute(delete(_notes).where(_notes.c.table_name == table, _notes.c.value.is_not(None)))


def _are(session, table, row_ids):
    return (_notes.c.table_name == table) & is_among(session, _notes.c.row_id, row_ids)


def _continue_sequence(session, table, highest):
    if session.get_bind().dialect.name == "postgresql":
        sequence = session.scalar(select(func.pg_get_serial_sequence(table, "id")))
        if session.scalar(text(f"SELECT last_value FROM {sequence}")) <= highest:  # noqa: S608 - the catalogue's name
            session.execute(select(func.setval(sequence, highest)))
        return
    begin_write(session)
    known = session.execute(
        text("UPDATE sqlite_sequence SET seq = max(seq, :highest) WHERE name = :name"),
        {"highest": highest, "name": table},
    )
    if not known.rowcount:
        session.execute(
            text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :highest)"),
            {"highest": highest, "name": table},
        )
