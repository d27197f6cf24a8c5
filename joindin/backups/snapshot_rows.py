"""The copy of a database for an archive, and facts about its rows that are read in the transaction of the copy."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

REVISIONS = "alembic_version"

# Columns with names of images: table, column.
IMAGE_COLUMNS = (("event_images", "file"), ("event_flyers", "file"))


@dataclass(frozen=True)
class Rows:
    revision: list[str]
    # Number of rows by table.
    counts: dict[str, int]
    image_names: set[str]


@dataclass(frozen=True)
class Snapshot:
    """``file`` is the member of the archive; ``size`` is that of SQLite's file before compression."""

    file: Path
    rows: Rows
    database_version: str
    size: int = 0


def read_rows(fetch: Callable[[str], list], tables: Collection[str]) -> Rows:
    """Count the rows of tables, which may be those of an older revision. ``fetch`` executes a query."""
    names = {
        name
        for table, column in IMAGE_COLUMNS
        if table in tables
        for (name,) in fetch(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''")
    }
    revision = [number for (number,) in fetch(f"SELECT version_num FROM {REVISIONS}")] if REVISIONS in tables else []
    return Rows(revision, {table: fetch(f'SELECT count(*) FROM "{table}"')[0][0] for table in tables}, names)
