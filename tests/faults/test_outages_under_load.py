"""Outages of processes and of the database under a mixed load of all surfaces."""

import pytest

from tests.faults.mails import check_mails
from tests.faults.processes import kill_jobs, kill_main_process, kill_workers
from tests.faults.windows import BROKEN


@pytest.mark.slow("ends processes and the database of a server under load")
def test_acknowledged_writes_outlive_processes_and_the_database(start_load, faulty_db, mail_server):
    with start_load(faulty_db.url) as running, mail_server:
        server = running.installation
        running.during("workers are killed", lambda: kill_workers(server), {BROKEN})
        running.during("the database fails", faulty_db.fail, faulty_db.outage_failures)
        running.during("the job process is killed", lambda: kill_jobs(server))
        running.during("the main process is killed", lambda: kill_main_process(server), {BROKEN})

        running.check()
        # Those of the two faults, and one that takes longer than the server waits for it at its end.
        check_mails(server, mail_server, killed_deliveries=3)
