"""Rows of all tables: counted, and deleted after a test."""

from functools import cache

from sqlalchemy import create_engine

from joindin.db.base import Base
from joindin.extensions import db
from joindin.models import RateLimitCounter

# For the rest of a transaction on PostgreSQL; needs a superuser. Foreign keys are not checked either.
DISABLE_TRIGGERS = "SET LOCAL session_replication_role = replica"

# Triggers of SQLite write to these when rows of other tables are deleted.
WRITTEN_BY_TRIGGERS = ("departed", "departed_talks", "talk_slugs", "pending_bucket_counts", "bucket_counts")


def count_rows(session) -> dict[str, int]:
    """Return the number of rows by table, without the counts of attempts, which a refused request keeps."""
    session.rollback()
    names = [table.name for table in Base.metadata.sorted_tables if table is not RateLimitCounter.__table__]
    with _reading_engine(session.get_bind().url).connect() as connection:
        counts = connection.exec_driver_sql(_row_counts_query(*names)).one()
    return dict(zip(names, counts, strict=True))


def empty_database() -> None:
    """Delete all rows and start the ids from 1 again. Needs an application context.

    Only tables that hold rows are written. The database itself is asked which they are, because other processes and
    the application's own connections write as well.
    """
    db.session.rollback()
    with _reading_engine(db.engine.url).connect() as connection:
        written = set(connection.exec_driver_sql(_written_tables_query()).scalars())
    with db.engine.begin() as connection:
        execute = connection.connection.dbapi_connection.execute
        statements = [
            f'DELETE FROM "{table.name}"'
            for table in reversed(Base.metadata.sorted_tables)
            if table.name in written or (written and table.name in WRITTEN_BY_TRIGGERS)
        ]
        if connection.dialect.name == "postgresql":
            used = execute("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL").fetchall()
            execute(
                ";".join([DISABLE_TRIGGERS, *statements, *(f"SELECT setval('{name}', 1, false)" for (name,) in used)])
            )
        else:
            for statement in [*statements, "DELETE FROM sqlite_sequence"]:
                execute(statement)
    db.session.remove()


@cache
def _reading_engine(url):
    """An engine with one connection that is never rolled back, as psycopg would then forget its prepared statements.

    PostgreSQL takes ten times as long to plan the queries of this module as to execute them.
    """
    return create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=0, pool_pre_ping=True)


@cache
def _written_tables_query():
    names = [table.name for table in Base.metadata.sorted_tables]
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)


@cache
def _row_counts_query(*names):
    return "SELECT " + ", ".join(f'(SELECT count(*) FROM "{name}")' for name in names)
