"""Databases of the tests: files, or on the PostgreSQL server that JOINDIN_TEST_DATABASE_URL names."""

import os
from contextlib import contextmanager

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url


def postgresql_server_url():
    """The server's address; None where the tests run on SQLite."""
    named = os.environ.get("JOINDIN_TEST_DATABASE_URL")
    return named and named.replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def temporary_database(purpose, tmp_path_factory):
    """The address of an empty database."""
    if not postgresql_server_url():
        yield f"sqlite:///{tmp_path_factory.mktemp(purpose) / 'test.sqlite'}"
        return
    with temporary_postgresql_database(purpose) as url:
        yield url


@contextmanager
def temporary_postgresql_database(purpose):
    """A database of this worker's own, which is dropped in the end.

    Not for each test: to drop one, PostgreSQL has all there is to write in all of them put on the disk.
    """
    name = f"joindin_{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    engine = create_engine(postgresql_server_url(), isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        server.exec_driver_sql(f"CREATE DATABASE {name}")
        # Nobody needs these rows after a power cut.
        server.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    yield make_url(postgresql_server_url()).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as server:
        server.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    engine.dispose()


def drop_all_tables(url):
    """Leave nothing in a database, and nobody connected to it."""
    engine = create_engine(url)
    with engine.begin() as database:
        database.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        database.exec_driver_sql("DROP SCHEMA public CASCADE")
        database.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
