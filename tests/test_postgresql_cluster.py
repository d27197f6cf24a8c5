"""Throw-away PostgreSQL clusters."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool


def test_a_killed_cluster_refuses_connections_and_keeps_committed_rows(postgresql_cluster):
    engine = create_engine(postgresql_cluster.url(), poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE kept AS SELECT 1 AS id")

    postgresql_cluster.kill()
    with pytest.raises(OperationalError):
        engine.connect()
    postgresql_cluster.start()

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM kept").all() == [(1,)]


def test_a_closed_cluster_leaves_no_files(postgresql_cluster):
    postgresql_cluster.close()

    assert not postgresql_cluster.folder.exists()
