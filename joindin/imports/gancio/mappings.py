"""Stored relations between rows of the source and rows here."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import and_, select

from joindin.imports.bulk_rows import find_rows, insert_new, is_among
from joindin.imports.gancio.records import ImportContext, Record
from joindin.models import ImportOrigin
from joindin.utils.datetimes import UTC
from joindin.utils.text import strip_control_chars


def load_origins(context: ImportContext, table: str, keys: Collection[str]) -> dict[str, ImportOrigin]:
    """Return the entries of source rows by key."""
    statement = select(ImportOrigin).where(_has_keys(context, table, keys))
    return {row.source_key: row for row in context.session.scalars(statement)}


def find_row_ids(context: ImportContext, table: str, keys: Iterable[str | None]) -> dict[str, int]:
    """Return the ids of the rows here by the keys of the source rows that they stand for."""
    keys = {key for key in keys if key is not None}
    statement = select(ImportOrigin.source_key, ImportOrigin.row_id).where(_has_keys(context, table, keys))
    return dict(context.session.execute(statement).all()) if keys else {}


def find_present_ids(context: ImportContext, table: str, model: type, keys: Iterable[str | None]) -> dict[str, int]:
    """Return the ids as :func:`find_row_ids` does, without rows that were deleted here."""
    ids = find_row_ids(context, table, keys)
    present = find_rows(context.session, model.__table__, list(ids.values()), ["id"]) if ids else {}
    return {key: id_ for key, id_ in ids.items() if id_ in present}


def store_origins(context: ImportContext, table: str, entries: Collection[tuple[str, int | None, dict]]) -> None:
    """Store new entries: key, id of the row here and fingerprints."""
    shared = {"source": context.source.identity, "table_name": table, "imported_at": context.now}
    insert_new(
        context.session,
        ImportOrigin.__table__,
        [
            shared | {"source_key": key, "row_id": row_id, "fingerprints": fingerprints}
            for key, row_id, fingerprints in entries
        ],
    )


def fingerprints_of(groups: Mapping[str, tuple[str, ...]], record: Record) -> dict[str, str]:
    """Return a hash of the values of each group."""
    values = record.columns | record.extras
    return {group: fingerprint([values[name] for name in names]) for group, names in groups.items()}


def fingerprint(value) -> str:
    text = json.dumps(value, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _has_keys(context, table, keys):
    # A damaged reference can have characters that no stored key has and PostgreSQL refuses.
    keys = [key for key in keys if key == strip_control_chars(key)]
    return and_(
        ImportOrigin.source == context.source.identity,
        ImportOrigin.table_name == table,
        is_among(context.session, ImportOrigin.source_key, keys),
    )


def _plain(value):
    if not isinstance(value, dt.datetime):
        raise TypeError(f"no fingerprint of {type(value).__name__}")
    return value.astimezone(UTC).isoformat()
