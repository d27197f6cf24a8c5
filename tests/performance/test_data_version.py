"""The data version changes with every commit; it is None where the database does not answer."""

import pytest
from sqlalchemy import create_engine, text

from joindin.extensions import db
from joindin.performance.data_version import MAX_IDLE, data_version
from tests.factories import make_user
from tests.subprocess_cli import run_joindin


@pytest.fixture
def version(app, session):
    return data_version(db.engine)


def test_a_commit_changes_it_and_a_read_does_not(app, session, version):
    make_user(session, "ada")
    versions = [version()]
    session.commit()
    versions.append(version())
    session.execute(text("SELECT count(*) FROM users")).all()
    versions.append(version())

    assert None not in versions
    assert versions[0] != versions[1]
    # PostgreSQL counts transactions for all databases of a server, and others may be written to meanwhile.
    assert db.engine.dialect.name == "postgresql" or versions[1] == versions[2]


@pytest.mark.slow("runs a command in a process of its own")
def test_a_commit_of_another_process_changes_it(settings, version):
    before = version()
    run_joindin(
        settings, "users", "create", "ada", "--email", "ada@example.org", "--password", "-", stdin="long enough 7\n"
    )

    assert version() != before


def test_an_unreachable_database_has_none(tmp_path):
    file = tmp_path / "none.sqlite"
    missing = data_version(create_engine(f"sqlite:///{file}"))
    refusing = data_version(create_engine("postgresql+psycopg://postgres@127.0.0.1:1/none"))

    assert (missing(), refusing(), file.exists()) == (None, None, False)


def test_it_is_read_again_when_the_database_is_back(tmp_path):
    file = tmp_path / "late.sqlite"
    version = data_version(create_engine(f"sqlite:///{file}"))
    versions = [version()]
    with create_engine(f"sqlite:///{file}").begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    versions += [version(), version()]

    assert versions[0] is None
    assert versions[1] == versions[2] is not None


def test_a_lost_connection_is_replaced_and_makes_older_versions_invalid(app, session, version):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no server that could end a connection")
    before = version()
    session.execute(
        text(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE '%pg_current_snapshot%' AND pid <> pg_backend_pid()"
        )
    )
    session.commit()
    after = version()

    assert after is not None
    assert after[0] == before[0] + 1


def test_the_probe_keeps_a_bounded_number_of_connections(app, session, version):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one connection for it")
    connections = [version._connect() for _ in range(MAX_IDLE + 2)]

    for connection in connections:
        version._read(connection)

    assert [connection.closed for connection in connections] == [False] * MAX_IDLE + [True] * 2
