"""Connections of the fast path on the test database."""

import pytest

from joindin.db.engines import autocommit_engine
from joindin.extensions import db
from joindin.performance.sql.connections import ConnectionPool
from joindin.performance.sql.reader import ReadConnection
from joindin.performance.sql.writer import TransactionRunner


@pytest.fixture
def pool(app, session):
    pool = ConnectionPool(db.engine)
    yield pool
    pool.close_idle()


@pytest.fixture
def reader(pool):
    connection = ReadConnection(autocommit_engine(db.engine), pool)
    yield connection
    connection.close()


@pytest.fixture
def plain_reader(app, session):
    connection = ReadConnection(autocommit_engine(db.engine), None)
    yield connection
    connection.close()


@pytest.fixture
def writer(pool):
    return TransactionRunner(db.engine, pool)


@pytest.fixture
def plain_writer(app, session):
    return TransactionRunner(db.engine, None)
