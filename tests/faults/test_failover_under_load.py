"""The loss of a primary PostgreSQL server under a mixed load: its replica takes over, at the same database URL."""

import pytest
from sqlalchemy import create_engine

from tests.faults import IS_LONG
from tests.faults.windows import UNAVAILABLE
from tests.postgresql_cluster import require_postgresql, running_cluster, running_replica

pytestmark = [
    pytest.mark.runs_once("has PostgreSQL clusters of its own"),
    pytest.mark.slow("starts a primary server and a streaming replica"),
    pytest.mark.skipif(not IS_LONG, reason="starts three servers: make faults"),
]


def test_a_promoted_replica_has_every_acknowledged_write(start_load):
    require_postgresql()
    with running_cluster() as primary, running_replica(primary) as replica:
        # A commit is acknowledged when the replica has it too.
        engine = create_engine(primary.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        engine.dispose()
        url = f"postgresql+psycopg://postgres@/postgres?host={primary.folder},{replica.folder}"

        def fail_over():
            primary.kill()
            replica.promote()

        with start_load(f"{url}&target_session_attrs=read-write") as running:
            running.during("the primary server is lost", fail_over, {UNAVAILABLE})
            running.check()
