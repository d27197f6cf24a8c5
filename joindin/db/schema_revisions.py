"""Migrations that a database has, and those of this version."""

from functools import cache
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from joindin.db.dialects import dialect_of


def applied_revisions(engine: Engine) -> set[str]:
    """Return the migrations of the database; none if SQLite has no file yet. Does not create the file."""
    if not dialect_of(engine).is_server and not Path(engine.url.database).exists():
        return set()
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads())


@cache
def newest_revisions(folder: Path) -> frozenset[str]:
    """Return the last migrations in ``folder``. They are read once: this loads every migration."""
    return frozenset(ScriptDirectory(str(folder)).get_heads())


def known_revisions(folder: Path) -> set[str]:
    return {script.revision for script in ScriptDirectory(str(folder)).walk_revisions()}
