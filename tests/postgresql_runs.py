"""Pytest plugin: runs on PostgreSQL.

``--postgresql`` makes a throw-away cluster for the run, which all xdist workers share, unless
JOINDIN_TEST_DATABASE_URL names a server. Tests that do not depend on the database are left to the run on SQLite:
those that do not use the fixture ``database_server``, which every temporary database needs, and those marked
``runs_once(reason)``.
"""

import os

import pytest

from tests.databases import postgresql_server_url
from tests.postgresql_cluster import running_cluster


def pytest_addoption(parser):
    parser.addoption("--postgresql", action="store_true", help="run on a throw-away PostgreSQL cluster")


def pytest_configure(config):
    config.addinivalue_line("markers", "runs_once(reason): the database makes no difference; run on SQLite only")
    is_xdist_worker = hasattr(config, "workerinput")
    if config.getoption("postgresql") and not is_xdist_worker and not postgresql_server_url():
        cluster = running_cluster()
        # Workers inherit the environment.
        os.environ["JOINDIN_TEST_DATABASE_URL"] = cluster.__enter__().url()
        config.add_cleanup(lambda: cluster.__exit__(None, None, None))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if not postgresql_server_url():
        return
    config.hook.pytest_deselected(items=[item for item in items if not _depends_on_database(item)])
    items[:] = [item for item in items if _depends_on_database(item)]


def _depends_on_database(item):
    return "database_server" in item.fixturenames and not item.get_closest_marker("runs_once")
