"""The version moves with every commit, whoever made it; it is None where it cannot be told."""

import pytest
from sqlalchemy import create_engine, text

from joindin.extensions import db
from joindin.performance.data_version import data_version
from tests.factories import make_user
from tests.subprocess_cli import run_joindin


@pytest.fixture
def version(app, session):
    return data_version(db.engine)


def test_a_commit_moves_it_and_a_read_does_not(app, session, version):
    make_user(session, "ada")
    seen = [version()]
    session.commit()
    seen.append(version())
    session.execute(text("SELECT count(*) FROM users")).all()
    seen.append(version())

    assert None not in seen
    assert seen[0] != seen[1]
    # A PostgreSQL server counts for all its databases, and others may be written to meanwhile.
    assert db.engine.dialect.name == "postgresql" or seen[1] == seen[2]


def test_a_commit_of_another_process_moves_it(settings, version):
    before = version()
    run_joindin(
        settings, "users", "create", "ada", "--email", "ada@example.org", "--password", "-", stdin="long enough 7\n"
    )

    assert version() != before


def test_it_is_not_told_by_a_database_that_is_not_there(tmp_path):
    file = tmp_path / "none.sqlite"
    nowhere = data_version(create_engine(f"sqlite:///{file}"))
    refusing = data_version(create_engine("postgresql+psycopg://postgres@127.0.0.1:1/none"))

    assert (nowhere(), refusing(), file.exists()) == (None, None, False)


def test_it_is_told_again_once_the_database_is_back(tmp_path):
    file = tmp_path / "late.sqlite"
    version = data_version(create_engine(f"sqlite:///{file}"))
    seen = [version()]
    with create_engine(f"sqlite:///{file}").begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    seen += [version(), version()]

    assert seen[0] is None
    assert seen[1] == seen[2] is not None


def test_a_connection_that_died_is_replaced_and_nothing_from_before_holds(app, session, version):
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
