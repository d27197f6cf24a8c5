"""How migrations reach the database: through the application, in one transaction."""

from alembic import context
from flask import current_app
from sqlalchemy import text

import joindin.models  # noqa: F401 - tells the metadata of every table
from joindin.database import Base, UtcDateTime

migrate = current_app.extensions["migrate"]
engine = migrate.db.engine


def skip_empty(_context, _revision, directives):
    """Write no migration that does nothing."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def render_type(kind, item, _context):
    """Our own type goes by its short name, which the template imports."""
    return "UtcDateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


def run(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        process_revision_directives=skip_empty,
        render_item=render_type,
        **migrate.configure_args,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Two processes that set up at once take turns.
            connection.execute(text("SELECT pg_advisory_xact_lock(725483)"))
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("migrations need a database to talk to")
with engine.connect() as connection:
    run(connection)
    connection.commit()
