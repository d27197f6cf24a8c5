"""Temporary databases: SQLite files, or databases on the PostgreSQL server of the run."""

import os
from contextlib import contextmanager

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url


def postgresql_server_url() -> str | None:
    """Return the URL of the run's PostgreSQL server, or None in a run on SQLite. Tests use ``database_server``."""
    url = os.environ.get("JOINDIN_TEST_DATABASE_URL")
    return url and url.replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def temporary_database(server_url: str | None, purpose: str, tmp_path_factory):
    """Yield the URL of an empty database: on a PostgreSQL server, or a SQLite file where there is none."""
    if not server_url:
        yield f"sqlite:///{tmp_path_factory.mktemp(purpose) / 'test.sqlite'}"
        return
    with temporary_postgresql_database(server_url, purpose) as url:
        yield url


@contextmanager
def temporary_postgresql_database(server_url: str, purpose: str, template_url: str | None = None):
    """Yield the URL of a database of this process, empty or a copy of another one, and drop it in the end.

    For a run or a module, not for each test: PostgreSQL makes a checkpoint before it drops a database.
    """
    name = f"joindin_{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        template = f"TEMPLATE {make_url(template_url).database}" if template_url else ""
        server.exec_driver_sql(f"CREATE DATABASE {name} {template}")
        # A server that was not made for tests need not sync these rows to its disk.
        server.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as server:
        server.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    engine.dispose()


def drop_all_tables(url: str) -> None:
    """Empty a PostgreSQL database and end all other connections to it."""
    engine = create_engine(url)
    with engine.begin() as database:
        database.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        database.exec_driver_sql("DROP SCHEMA public CASCADE")
        database.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
