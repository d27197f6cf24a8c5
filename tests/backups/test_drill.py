"""The drill: a backup under a mixed load, the loss of everything, and a restoration that has all that was acknowledged before."""

import io
import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from urllib.request import Request, urlopen

import pytest
from PIL import Image
from sqlalchemy import select

from joindin.extensions import db, media_storage
from joindin.models import Event, EventImage
from joindin.operations.counter_repair import verify_counters, verify_read_models
from joindin.operations.images import EventImageStore, set_event_image
from joindin.utils.images.processing import process_event_image
from tests.databases import drop_all_tables
from tests.faults import IS_LONG
from tests.faults.faulty_database import faulty_database
from tests.faults.installation import installation
from tests.faults.mixed_load.connection import ACKNOWLEDGED, UNKNOWN
from tests.faults.mixed_load.journal import Journal
from tests.faults.mixed_load.load import MixedLoad
from tests.faults.mixed_load.plan import LONG_PAUSE_S, SHORT_PAUSE_S, make_plan
from tests.faults.mixed_load.stored import stored_rows, stored_values
from tests.services import TIMEOUT_S
from tests.subprocess_cli import command_environment

# Load before the backup.
LOAD_S = 60 if IS_LONG else 1


@pytest.fixture
def installed(database_server, tmp_path):
    """An installation with a database of its own, which is not started."""
    with (
        faulty_database(bool(database_server), tmp_path) as database,
        installation(tmp_path, database.url, tmp_path / "server.log", MAIL_URL="files") as installed,
    ):
        yield installed


def run_command(installed, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "joindin", *map(str, arguments)],
        env=command_environment(installed.app.config, SECRET_KEY=installed.app.config["SECRET_KEY"], MAIL_URL="files"),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stderr
    return done


def upload_image(event_id):
    """Give an event an image; return the paths and the contents of its files."""
    upload = io.BytesIO()
    Image.new("RGB", (300, 300), "teal").save(upload, "PNG")
    with EventImageStore(media_storage()) as files:
        set_event_image(db.session, event_id, process_event_image(upload.getvalue()), files)
        db.session.commit()
    names = db.session.scalars(select(EventImage.file)).all()
    return {f"/inc/img/event_icons/{name}": media_storage().get(f"event_icons/{name}") for name in names}


def destroy(installed, is_postgresql):
    """Delete the database, the images and the queue."""
    db.session.remove()
    db.engine.dispose()
    if is_postgresql:
        drop_all_tables(installed.app.config["DATABASE_URL"])
    for file in installed.folder.glob("*.sqlite*"):
        file.unlink()
    shutil.rmtree(installed.folder / "media")


def as_of(records, moment):
    """Return the records with those that ended after ``moment`` marked as unknown: they may be stored."""
    return [record if record.ended_at <= moment else replace(record, outcome=UNKNOWN) for record in records]


def read(installed, path, **headers):
    with urlopen(Request(f"http://127.0.0.1:{installed.port}{path}", headers=headers), timeout=TIMEOUT_S) as reply:
        return reply.read()


@pytest.mark.slow("loads two servers, and backs up and restores one")
def test_all_that_was_acknowledged_before_a_backup_is_restored(installed, database_server, tmp_path_factory):
    archive = tmp_path_factory.mktemp("archives") / "backup.tar"
    plan = make_plan(db.session, port=installed.port, pause_s=LONG_PAUSE_S if IS_LONG else SHORT_PAUSE_S)
    initial = stored_values(db.session)
    images = upload_image(db.session.scalar(select(Event.id).order_by(Event.id).limit(1)))
    installed.start()
    with MixedLoad(plan) as load:
        load.wait_until_all_succeed()
        time.sleep(LOAD_S)
        began_at = time.monotonic()
        written = run_command(installed, "backup", archive)
        load.wait_until_all_succeed()
    installed.stop()
    destroy(installed, bool(database_server))

    run_command(installed, "restore", archive)

    rows, journal = stored_rows(db.session), Journal(as_of(load.records, began_at), initial)
    print(written.stderr, f"{journal.acknowledged_writes} writes acknowledged before the backup")
    assert journal.acknowledged_writes > 0
    assert journal.lost(stored_values(db.session), rows) == []
    assert journal.unsent(rows) == []
    assert [found for _, each in verify_counters(db.session, fix=False) for found in each] == []
    assert verify_read_models(db.session, fix=False) == {}
    assert [record for record in load.records if record.outcome != ACKNOWLEDGED] == []
    db.session.rollback()
    # The restored installation serves: images, tokens, sessions, and writes.
    installed.start()
    assert {path: read(installed, path) for path in images} == images
    token = next(client["token"] for client in plan["clients"] if client["kind"] == "attendee")
    assert json.loads(read(installed, "/v2.1/users", Authorization=f"Bearer {token}"))["meta"]["this_page"]
    with MixedLoad(plan) as load:
        load.wait_until_all_succeed()
    assert [record for record in load.records if record.outcome == UNKNOWN] == []
