"""``joindin media``: transfer of images between storages, and verification."""

import datetime as dt
import itertools
import os

import pytest

from joindin.extensions import db
from joindin.models import EventFlyer, EventImage, EventVenuePlan
from joindin.operations.agenda.flyers import FlyerStore, set_event_flyer
from joindin.operations.agenda.site_pictures import set_site_picture
from joindin.operations.agenda.venue_plans import VenuePlanChange, change_venue_plan
from joindin.operations.images import set_event_image
from joindin.utils.images.flyers import process_flyer
from joindin.utils.images.processing import process_event_image
from joindin.utils.media.local_folder import LocalFolder
from joindin.utils.media.open_storage import open_storage
from joindin.utils.media.storage import StorageUnavailable
from joindin.utils.media.transfer import Transfer
from tests.factories import make_event
from tests.object_storage import on_each_storage
from tests.utils.images.image_files import encode, make_image

NAMES = ["event_icons/icon-1-orig.png", "flyers/a.jpg", "flyers/thumb/a.jpg", "site/logo.png"]
OLD = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timestamp()


@pytest.fixture
def folder(media_folder):
    """The local folder in use, with four images and a generated card."""
    storage = LocalFolder(media_folder)
    for name in [*NAMES, "cards/c.png"]:
        storage.put(name, f"content of {name}".encode())
    return storage


@pytest.fixture
def bucket(object_storage):
    return open_storage(object_storage.create_bucket(), timeout_s=60)


def contents(storage):
    return {file.name: storage.get(file.name) for file in storage.list()}


def images_of(storage):
    return {name: content for name, content in contents(storage).items() if not name.startswith("cards/")}


def move(run, target, *options):
    return run("media", "move", "--to", target.url, *options)


def summary(reply):
    return {label: int(number) for number, label in (line.split(None, 1) for line in reply.output.splitlines())}


def test_images_are_copied_and_kept_at_the_source(run, folder, bucket):
    before = contents(folder)

    reply = move(run, bucket)
    again = move(run, bucket)

    assert (reply.exit_code, summary(reply)) == (0, {"copied": 4, "already there": 0})
    assert (again.exit_code, summary(again)) == (0, {"copied": 0, "already there": 4})
    assert contents(bucket) == images_of(folder)
    assert contents(folder) == before


def test_dry_run_writes_and_deletes_nothing(run, folder, bucket):
    bucket.put("flyers/a.jpg", b"content of flyers/a.jpg")
    before = contents(folder)

    reply = move(run, bucket, "--delete", "--dry-run")

    assert (reply.exit_code, summary(reply)) == (0, {"to copy": 3, "already there": 1, "deleted at the source": 0})
    assert (list(contents(bucket)), contents(folder)) == (["flyers/a.jpg"], before)


def test_verified_images_are_deleted_after_the_setting_has_changed(app, run, folder, bucket, monkeypatch):
    images = images_of(folder)
    refused = move(run, bucket, "--delete")
    kept = images_of(folder)
    monkeypatch.setitem(app.extensions, "media_storage", bucket)

    reply = move(run, bucket, "--delete")

    assert (refused.exit_code, kept) == (1, images)
    assert "Set JOINDIN_MEDIA_URL to the target" in refused.output
    assert (reply.exit_code, summary(reply)) == (0, {"copied": 4, "already there": 0, "deleted at the source": 4})
    assert (images_of(folder), contents(bucket)) == ({}, images)
    assert folder.get("cards/c.png") is not None


def test_images_return_to_a_folder(run, folder, bucket, tmp_path_factory):
    move(run, bucket)
    target = LocalFolder(tmp_path_factory.mktemp("other folder"))

    reply = move(run, target, "--from", bucket.url, "--delete")

    assert (reply.exit_code, summary(reply)["deleted at the source"]) == (0, 4)
    assert (contents(target), contents(bucket)) == (images_of(folder), {})


def test_image_with_another_content_at_the_target_is_kept_at_both(app, run, folder, bucket, monkeypatch):
    bucket.put("site/logo.png", b"newer")
    monkeypatch.setitem(app.extensions, "media_storage", bucket)

    reply = move(run, bucket, "--delete")
    kept = images_of(folder), bucket.get("site/logo.png")
    overwritten = move(run, bucket, "--delete", "--overwrite")

    assert (reply.exit_code, kept) == (1, ({"site/logo.png": b"content of site/logo.png"}, b"newer"))
    assert "different: site/logo.png" in reply.output
    assert (overwritten.exit_code, summary(overwritten)["deleted at the source"]) == (0, 1)
    assert (images_of(folder), bucket.get("site/logo.png")) == ({}, b"content of site/logo.png")


class ShorteningFolder(LocalFolder):
    """A storage that loses the end of each file."""

    def put(self, name, content):
        super().put(name, content[:-1])


class ReplacingFolder(LocalFolder):
    """A storage whose files are replaced as soon as they have been read."""

    def get(self, name):
        content = super().get(name)
        self.put(name, b"replaced meanwhile")
        return content


@pytest.mark.runs_once("folders have no database")
def test_damaged_copy_does_not_delete_the_original(tmp_path):
    source, target = LocalFolder(tmp_path / "source"), ShorteningFolder(tmp_path / "target")
    source.put("flyers/a.jpg", b"pixels")

    (file,) = Transfer(source, target, delete=True).run(list(source.list()))

    assert (file.outcome, file.is_deleted, source.get("flyers/a.jpg")) == ("damaged", False, b"pixels")


@pytest.mark.runs_once("folders have no database")
def test_original_that_was_replaced_meanwhile_is_not_deleted(tmp_path):
    source, target = ReplacingFolder(tmp_path / "source"), LocalFolder(tmp_path / "target")
    source.put("flyers/a.jpg", b"pixels")

    (file,) = Transfer(source, target, delete=True).run(list(source.list()))

    assert (file.outcome, file.is_deleted) == ("copied", False)
    assert LocalFolder(tmp_path / "source").get("flyers/a.jpg") == b"replaced meanwhile"


def test_source_and_target_are_different_storages(run, folder, tmp_path_factory):
    linked = tmp_path_factory.mktemp("links") / "media"
    linked.symlink_to(folder.folder)
    before = contents(folder)

    same = move(run, folder, "--from", folder.url)
    alias = move(run, folder, "--from", LocalFolder(linked).url, "--delete")

    for reply in (same, alias):
        assert (reply.exit_code, "are the same storage" in reply.output) == (2, True)
    assert contents(folder) == before


def test_wrong_url_and_absent_storage_are_named(run, folder, bucket, object_storage):
    wrong = run("media", "move", "--to", "s3://key:secret@bucket")
    with object_storage.refused_keys():
        absent = move(run, bucket)

    assert (wrong.exit_code, "secret" in wrong.output) == (2, False)
    assert absent.exit_code == 1
    assert absent.output.startswith("Error: The storage of images is not available: ")
    assert "403" in absent.output


def test_interrupted_transfer_is_continued(run, folder, bucket, monkeypatch):
    for number in range(40):
        folder.put(f"flyers/{number}.jpg", os.urandom(100))
    put, numbers = bucket.put, itertools.count()

    def interrupted_put(name, content):
        if next(numbers) >= 10:
            raise StorageUnavailable
        put(name, content)

    with monkeypatch.context() as patch:
        patch.setattr(bucket, "put", interrupted_put)
        with pytest.raises(StorageUnavailable):
            list(Transfer(folder, bucket).run(list(folder.list("flyers"))))
    interrupted = contents(bucket)

    reply = move(run, bucket)

    assert len(interrupted) == 10
    assert interrupted.items() <= images_of(folder).items()
    assert summary(reply) == {"copied": 34, "already there": 10}
    assert contents(bucket) == images_of(folder)


@pytest.fixture
def stored_images(session, event, host, image_storage):
    """A square image, a flyer, a venue plan and a logo."""
    other = make_event(session, "OtherConf", host=host)
    with FlyerStore(image_storage) as files:
        set_event_image(session, event.id, process_event_image(encode(make_image())), files)
        set_event_flyer(session, other, process_flyer(encode(make_image(size=(160, 90)))), files=files)
        session.commit()
        plan = process_flyer(encode(make_image(size=(160, 90))))
        change_venue_plan(session, other, VenuePlanChange(plan, "Hall A is upstairs"), files)
        session.commit()
    set_site_picture(image_storage, "logo", b"logo")
    return image_storage


@on_each_storage
def test_complete_storage_is_correct(run, stored_images):
    reply = run("media", "check")

    assert (reply.exit_code, reply.output) == (0, "9 files, 0 missing, 0 unused\n")


@on_each_storage
def test_missing_and_unused_files_are_listed(run, session, event, stored_images):
    flyer = session.query(EventFlyer).filter(EventFlyer.event_id != event.id).one()
    stored_images.put("flyers/unused.jpg", b"pixels")
    stored_images.delete(f"flyers/{flyer.file}")
    plan = session.query(EventVenuePlan).one()
    stored_images.delete(f"flyers/{plan.file}")
    stored_images.delete(f"event_icons/{event.icon}")

    reply = run("media", "check", "--delete-unused")

    unused = stored_images.head("flyers/unused.jpg")
    assert (reply.exit_code, reply.output.splitlines()) == (
        1,
        [
            f"missing: event_icons/{event.icon} (image of event {event.id})",
            *sorted(
                [
                    f"missing: flyers/{flyer.file} (flyer of event {flyer.event_id})",
                    f"missing: flyers/{plan.file} (venue plan of event {plan.event_id})",
                ]
            ),
            f"unused: flyers/unused.jpg (6 bytes, {unused.modified_at:%Y-%m-%d})",
            "7 files, 3 missing, 1 unused",
            "0 unused files deleted",
        ],
    )


def test_unused_files_are_deleted_when_they_are_old(run, stored_images, media_folder):
    for name in ("flyers/old.jpg", "flyers/new.jpg"):
        stored_images.put(name, b"pixels")
    os.utime(media_folder / "flyers/old.jpg", (OLD, OLD))

    reply = run("media", "check", "--delete-unused")

    assert (reply.exit_code, reply.output.splitlines()[-1]) == (0, "1 unused files deleted")
    assert stored_images.get("flyers/old.jpg") is None
    assert stored_images.get("flyers/new.jpg") == b"pixels"
    assert run("media", "check").output.endswith("10 files, 0 missing, 1 unused\n")


def test_icon_of_an_imported_event_is_missing(run, session, event, image_storage):
    event.icon = "from-elsewhere.png"
    session.add(EventImage(event_id=event.id, size="orig", url="https://other.example/a.png"))
    db.session.commit()

    reply = run("media", "check")

    assert (reply.exit_code, reply.output.splitlines()) == (
        1,
        [
            f"missing: event_icons/from-elsewhere.png (icon of event {event.id})",
            "0 files, 1 missing, 0 unused",
        ],
    )
