"""Migration environment: migrations run in the application, in one transaction.

Triggers and read models are dropped before and recreated at the end, so that migrations do not have to maintain them.
"""

import warnings
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SAWarning

import joindin.models  # noqa: F401 - tells the metadata of every table
from joindin.db.base import Base, UtcDateTime
from joindin.db.locking import begin_immediate
from joindin.performance.read_models import drop_triggers, install_triggers, is_managed_by_triggers

# A copy of a table on SQLite reads the tables that it refers to; their indexes stay as they are.
warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index", SAWarning)

migrate = current_app.extensions["migrate"]
engine = migrate.db.engine


def skip_empty(_context, _revision, directives):
    """Write no migration that does nothing."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def is_of_the_models(thing, name, kind, _is_reflected, _other):
    """The full-text indexes and such are made by the upkeep."""
    return not (kind in ("table", "index") and is_managed_by_triggers(name))


def render_type(kind, item, _context):
    """Render this application's column type by its short name, which the template imports."""
    return "UtcDateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


@contextmanager
def without_foreign_keys(connection):
    """SQLite alters a table by recreating it. With foreign keys enabled, dropping the old table deletes its child rows."""
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
        include_object=is_of_the_models,
        transactional_ddl=True,
        **migrate.configure_args,
    )
    with context.begin_transaction():
        # Two processes that set up at once take turns.
        begin_immediate(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(725483)"))
        has_work = context.get_context().get_current_heads() != (context.get_revision_argument(),)
        drop_triggers(connection, searches=has_work)
        context.run_migrations()
        if context.get_context().get_current_heads() == (context.get_head_revision(),):
            install_triggers(connection, refill=has_work)


if context.is_offline_mode():
    raise SystemExit("migrations need a database to talk to")
with engine.connect() as connection, without_foreign_keys(connection):
    run(connection)
    connection.commit()
