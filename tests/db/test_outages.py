"""Database outages are told apart from wrong statements, and logged once per cause."""

import sqlite3

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from joindin.db.outages import CauseLog, is_outage


def error_of(engine, statement="SELECT 1"):
    with pytest.raises(DBAPIError) as caught, engine.connect() as connection:
        connection.execute(text(statement))
    return caught.value


def test_a_locked_sqlite_database_is_an_outage(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'a.sqlite'}", connect_args={"timeout": 0})
    holder = sqlite3.connect(tmp_path / "a.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    assert is_outage(error_of(engine, "CREATE TABLE t (x)"))
    holder.close()


def test_a_sqlite_file_that_cannot_be_opened_is_an_outage(tmp_path):
    assert is_outage(error_of(create_engine(f"sqlite:///{tmp_path / 'gone' / 'a.sqlite'}")))


def test_a_full_disk_is_an_outage(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 2"))
        with pytest.raises(DBAPIError) as caught:
            connection.execute(text("CREATE TABLE t AS SELECT hex(randomblob(100000)) AS x"))

    assert is_outage(caught.value)


def test_a_wrong_statement_is_no_outage(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")

    assert not is_outage(error_of(engine, "SELECT x FROM missing"))
    assert not is_outage(ValueError("x"))


def test_a_refused_connection_is_an_outage():
    assert is_outage(error_of(create_engine("postgresql+psycopg://postgres@127.0.0.1:1/none")))


def test_an_exhausted_pool_is_an_outage():
    assert is_outage(PoolTimeout("no connection within 5 s"))


class ServerError(Exception):
    """A driver's error with the SQLSTATE that PostgreSQL reported."""

    def __init__(self, sqlstate):
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "expected"),
    [
        ("08006", True),  # connection failure
        ("40P01", True),  # deadlock
        ("53300", True),  # too many connections
        ("55P03", True),  # lock timeout
        ("57014", True),  # statement timeout
        ("57P01", True),  # shutdown
        ("55006", False),  # object in use
        ("42501", False),  # no privilege
    ],
)
def test_an_error_of_postgresql_is_classified_by_its_sqlstate(sqlstate, expected):
    assert is_outage(OperationalError("SELECT 1", {}, ServerError(sqlstate))) is expected


def test_an_error_is_logged_once_per_cause(caplog):
    outages = CauseLog("db.example is not available")

    for sqlstate in ("57P01", "57P01", "08006", "57P01"):
        outages.report(ServerError(sqlstate))

    assert [record.message.partition(":")[0] for record in caplog.records] == ["db.example is not available"] * 2


@pytest.fixture
def clock(monkeypatch):
    """The clock of the log: ``clock[0]`` is the time in seconds."""
    now = [0.0]
    monkeypatch.setattr("joindin.db.outages.monotonic", lambda: now[0])
    return now


def test_the_number_of_errors_is_logged_once_a_minute(caplog, clock):
    outages = CauseLog("db.example is not available")

    for clock[0] in (0.0, 1.0, 59.0, 61.0, 62.0, 90.0):
        outages.report(ServerError("57P01"))

    assert [record.message for record in caplog.records] == [
        "db.example is not available: ServerError: 57P01",
        "db.example is not available: 3 errors in 61 s: ServerError: 57P01",
    ]


def test_the_end_of_an_outage_is_logged_with_the_errors_before(caplog, clock):
    outages = CauseLog("db.example is not available")
    outages.report(ServerError("57P01"))
    outages.report(ServerError("57P01"))

    for clock[0] in (30.0, 60.0, 100.0, 120.0, 300.0):
        outages.summarise()

    assert [record.message for record in caplog.records] == [
        "db.example is not available: ServerError: 57P01",
        "db.example is not available: 1 errors in 60 s: ServerError: 57P01",
        "db.example is not available: no error for 60 s: ServerError: 57P01",
    ]
    assert not outages.is_open


def test_statement_and_parameters_are_not_logged(caplog):
    error = OperationalError("SELECT secret", {"token": "secret"}, Exception("away\nDETAIL: secret"))

    CauseLog("db.example is not available").report(error)

    assert [record.message for record in caplog.records] == ["db.example is not available: Exception: away"]
