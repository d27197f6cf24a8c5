"""Archives of images that are replaced while the archive is written."""

import io
from contextlib import contextmanager

import pytest

from joindin.backups.archive import verify_archive
from joindin.backups.creation import write_archive
from joindin.backups.snapshot_rows import Rows, Snapshot
from joindin.utils.media.local_folder import LocalFolder


@pytest.fixture
def media(tmp_path):
    return LocalFolder(tmp_path / "media")


@pytest.fixture
def back_up(media, tmp_path):
    """``back_up(before, after, names)`` writes an archive and returns its manifest.

    The functions are called before and after the database is copied; the copied rows name the images ``names``.
    """

    def run(before, after, names):
        @contextmanager
        def take_snapshot():
            before()
            file = tmp_path / "database"
            file.write_bytes(b"rows")
            yield Snapshot(file, Rows(["0001"], {}, set(names)), "3.40.1", 4)
            after()

        output = io.BytesIO()
        write_archive(output, "sqlite", take_snapshot, media, secret_key=None, has_key=False, report=lambda _: None)
        output.seek(0)
        return verify_archive(output)

    return run


def replace_image(media, old, new):
    """Write the new file and delete the old one, as an upload does before and after its commit."""
    media.put(new, b"new")
    media.delete(old)


def test_an_image_that_is_replaced_before_the_rows_are_copied_is_there_under_its_new_name(media, back_up):
    media.put("event_icons/a.png", b"old")

    manifest = back_up(lambda: replace_image(media, "event_icons/a.png", "event_icons/b.png"), lambda: None, ["b.png"])

    assert manifest.missing_images == []
    assert manifest.media_names == ["event_icons/a.png", "event_icons/b.png"]


def test_an_image_that_is_replaced_after_the_rows_were_copied_is_there_under_its_old_name(media, back_up):
    media.put("event_icons/a.png", b"old")

    manifest = back_up(lambda: None, lambda: replace_image(media, "event_icons/a.png", "event_icons/b.png"), ["a.png"])

    assert manifest.missing_images == []


def test_an_image_that_is_uploaded_and_replaced_meanwhile_is_reported_as_missing(media, back_up):
    manifest = back_up(
        lambda: media.put("event_icons/a.png", b"old"),
        lambda: replace_image(media, "event_icons/a.png", "event_icons/b.png"),
        ["a.png"],
    )

    assert manifest.missing_images == ["a.png"]


def test_generated_and_hidden_files_are_left_out(media, back_up):
    for name in ("cards/1.png", "flyers/a.jpg", "flyers/thumb/a.jpg", "site/logo.png", ".hidden/x.png"):
        media.put(name, b"x")

    manifest = back_up(lambda: None, lambda: None, ["a.jpg"])

    assert manifest.media_names == ["flyers/a.jpg", "flyers/thumb/a.jpg", "site/logo.png"]
