"""File systems that are full or read-only, under a mixed load. Needs root, who may mount them."""

import time
from contextlib import suppress

import pytest
from PIL import Image

from tests.faults import IS_LONG
from tests.faults.clients import status_of
from tests.faults.faulty_database import cluster_on_small_disk, database_on_small_disk, exhaust_log
from tests.faults.mails import check_mails
from tests.faults.services import full, read_only, small_file_system
from tests.faults.test_expensive_requests import multipart
from tests.faults.windows import UNAVAILABLE
from tests.services import TIMEOUT_S
from tests.utils.images.image_files import encode

pytestmark = pytest.mark.slow("runs a server under load on file systems of its own")

FAULT_S = 10 if IS_LONG else 1
DISK_MEBIBYTES = 100


def test_writes_are_unavailable_while_the_disk_of_the_database_is_full(start_load, database_server, tmp_path):
    if not (IS_LONG or database_server):
        pytest.skip("the short form runs on PostgreSQL: make faults")
    with (
        database_on_small_disk(bool(database_server), tmp_path, DISK_MEBIBYTES) as (url, volume),
        start_load(url) as running,
    ):
        jobs = running.installation.jobs()

        def fill():
            before = len(running.load.records)
            with full(volume):
                # The files of the database have some room left.
                deadline = time.monotonic() + TIMEOUT_S
                while not any(record.status == 503 for record in running.load.records[before:]):
                    assert time.monotonic() < deadline, "no write has failed"
                    time.sleep(0.1)
                time.sleep(FAULT_S)

        running.during("the disk is full", fill, {UNAVAILABLE})
        running.check()

        assert running.installation.jobs() == jobs


@pytest.mark.runs_once("has a PostgreSQL cluster of its own")
@pytest.mark.skipif(not IS_LONG, reason="mounts a file system: make faults")
def test_requests_are_unavailable_while_postgresql_has_no_room_for_its_log(start_load, mail_server):
    with (
        cluster_on_small_disk(2 * DISK_MEBIBYTES) as (cluster, volume),
        mail_server,
        start_load(cluster.url()) as running,
    ):
        jobs = running.installation.jobs()

        def fill():
            with full(volume):
                exhaust_log(cluster)
                time.sleep(FAULT_S)
            # It ends by itself, unless it still tries to recover.
            with suppress(AssertionError):
                cluster.kill()
            cluster.start()

        running.during("the disk is full", fill, {UNAVAILABLE})
        running.check()

        assert running.installation.jobs() == jobs
        check_mails(running.installation, mail_server, killed_deliveries=1)


@pytest.mark.skipif(not IS_LONG, reason="mounts a file system: make faults")
def test_only_uploads_fail_while_the_media_folder_is_read_only(start_load, faulty_db, instance):
    with small_file_system(instance / "media", DISK_MEBIBYTES) as media, start_load(faulty_db.url) as running:
        statuses = []

        def protect():
            with read_only(media):
                statuses.append(upload_image(running))
                time.sleep(FAULT_S)

        statuses.append(upload_image(running))
        running.during("the media folder is read-only", protect)
        statuses.append(upload_image(running))
        running.check()

        assert statuses == [201, 503, 201]


def upload_image(running) -> int:
    """Upload an image of the event of the organiser under load; return the status."""
    organiser = next(each for each in running.load.plan["clients"] if each["kind"] == "organiser")
    path = f"/v2.1/events/{organiser['event_id']}/images"
    body, content_type = multipart(encode(Image.new("RGB", (200, 200)), "PNG"))
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {organiser['token']}"}
    return status_of(running.installation.port, "POST", path, body, headers)
