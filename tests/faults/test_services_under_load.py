"""Outages of the services around the server under a mixed load: no request fails, and no mail is lost or sent twice."""

import time

import pytest

from tests.faults import IS_LONG
from tests.faults.mails import check_mails, count_due_mails
from tests.faults.services import RedisServer, read_only, small_file_system
from tests.faults.test_disks_under_load import upload_image
from tests.services import TIMEOUT_S

pytestmark = pytest.mark.slow("runs a server under load")
long_form = pytest.mark.skipif(not IS_LONG, reason="waits for retries: make faults")

OUTAGE_S = 10 if IS_LONG else 1
MEDIA_MEBIBYTES = 10


def wait_until_all_mails_are_sent():
    deadline = time.monotonic() + 2 * TIMEOUT_S
    while due := count_due_mails():
        assert time.monotonic() < deadline, f"{due} mails are not sent"
        time.sleep(1)


def interrupt(redis):
    redis.kill()
    time.sleep(OUTAGE_S)
    redis.start()


@long_form
def test_mails_wait_for_a_mail_server_that_refuses_connections(start_load, faulty_db, mail_server):
    with start_load(faulty_db.url) as running:
        running.during("the mail server is down", lambda: time.sleep(OUTAGE_S))
        with mail_server:
            running.check()
            # A mail that was refused is tried again after a minute.
            wait_until_all_mails_are_sent()
            check_mails(running.installation, mail_server, killed_deliveries=1)


@long_form
def test_requests_and_mails_do_not_depend_on_redis(start_load, faulty_db, mail_server):
    with RedisServer() as redis, mail_server, start_load(faulty_db.url, QUEUE_URL=redis.url) as running:
        running.during("Redis is down", lambda: interrupt(redis))
        running.check()
        check_mails(running.installation, mail_server, killed_deliveries=1)


def test_services_fail_for_a_moment(start_load, faulty_db, database_server, mail_server, instance):
    if IS_LONG or not database_server:
        pytest.skip("the short form runs on PostgreSQL")
    with (
        RedisServer() as redis,
        small_file_system(instance / "media", MEDIA_MEBIBYTES) as media,
        start_load(faulty_db.url, QUEUE_URL=redis.url) as running,
    ):
        running.during("the mail server is down", lambda: time.sleep(OUTAGE_S))
        with mail_server:
            running.during("Redis is down", lambda: interrupt(redis))
            with read_only(media):
                refused = upload_image(running)
                running.during("the media folder is read-only", lambda: time.sleep(OUTAGE_S))
            accepted = upload_image(running)
            running.check()
            check_mails(running.installation, mail_server, killed_deliveries=1)

        assert (refused, accepted) == (503, 201)
