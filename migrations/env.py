"""How migrations reach the database: through the application, in one transaction."""

from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import text

import joindin.models  # noqa: F401 - tells the metadata of every table
from joindin.database import Base, UtcDateTime, begin_immediate

migrate = current_app.extensions["migrate"]
engine = migrate.db.engine


def skip_empty(_context, _revision, directives):
    """Write no migration that does nothing."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def render_type(kind, item, _context):
    """Our own type goes by its short name, which the template imports."""
    return "UtcDateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


@contextmanager
def without_foreign_keys(connection):
    """SQLite alters a table by making it anew; with foreign keys on, dropping the old one deletes its children."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.rollback()
        raw.execute("PRAGMA foreign_keys = ON")


def run(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        process_revision_directives=skip_empty,
        render_item=render_type,
        transactional_ddl=True,
        **migrate.configure_args,
    )
    with context.begin_transaction():
        # Two processes that set up at once take turns.
        begin_immediate(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(725483)"))
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("migrations need a database to talk to")
with engine.connect() as connection, without_foreign_keys(connection):
    run(connection)
    connection.commit()
