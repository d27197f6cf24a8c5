"""Flyers of events: their rows and files, and the square images that are made from them."""

import pytest
from PIL import Image
from sqlalchemy import select

from joindin.models import EventFlyer, EventImage
from joindin.operations.agenda.flyers import (
    FlyerStore,
    change_event_flyer,
    copy_event_flyer,
    remove_event_flyer,
    set_event_flyer,
)
from joindin.operations.images import set_event_image
from joindin.utils.images.flyers import process_flyer
from joindin.utils.images.processing import process_event_image
from joindin.utils.media.local_folder import LocalFolder
from tests.factories import make_event
from tests.utils.images.image_files import encode, make_image

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def flyer():
    return process_flyer(encode(make_image(size=(600, 300))))


@pytest.fixture
def store(tmp_path):
    return lambda: FlyerStore(LocalFolder(tmp_path))


@pytest.fixture
def files(tmp_path):
    """Return the stored files, flyers by "F" and thumbnails by "T"."""

    def list_files():
        return sorted(
            path.relative_to(tmp_path).as_posix().replace("event_icons/", "")
            for path in tmp_path.rglob("*")
            if path.is_file()
        )

    return list_files


def flyer_files(name):
    return [f"flyers/{name}", f"flyers/thumb/{name}"]


def icon_files(event, generation=""):
    return [f"icon-{event.id}{generation}-{size}.jpg" for size in ("orig", "small")]


def find_flyer(session, event):
    return session.get(EventFlyer, event.id)


def image_files(session, event):
    return session.scalars(
        select(EventImage.file).where(EventImage.event_id == event.id).order_by(EventImage.file)
    ).all()


def test_flyer_is_stored_with_its_thumbnail_and_its_square(session, event, flyer, store, files, tmp_path):
    version = event.version

    with store() as written:
        set_event_flyer(session, event, flyer, alt_text="A poster", focal_point=(0.5, -1), files=written)
        session.commit()

    row = find_flyer(session, event)
    assert (row.width, row.height, row.byte_size) == (600, 300, len(flyer.content))
    assert (row.alt_text, row.focal_x, row.focal_y) == ("A poster", 0.5, -1)
    assert len(row.file) == 36
    assert row.file.endswith(".jpg")
    assert files() == sorted(flyer_files(row.file) + icon_files(event))
    assert (tmp_path / "flyers" / row.file).read_bytes() == flyer.content
    assert Image.open(tmp_path / "flyers/thumb" / row.file).size == (500, 250)
    assert image_files(session, event) == icon_files(event)
    assert Image.open(tmp_path / "event_icons" / event.icon).size == (140, 140)
    assert event.version > version


def test_new_flyer_replaces_the_old_one_and_its_files(session, event, flyer, store, files):
    for _ in range(2):
        with store() as written:
            set_event_flyer(session, event, flyer, files=written)
            session.commit()

    row = find_flyer(session, event)
    assert files() == sorted(flyer_files(row.file) + icon_files(event, "-2"))
    assert image_files(session, event) == icon_files(event, "-2")


def test_removed_flyer_leaves_nothing(session, event, flyer, store, files):
    with store() as written:
        set_event_flyer(session, event, flyer, files=written)
        session.commit()

    with store() as written:
        remove_event_flyer(session, event, written)
        session.commit()

    assert (find_flyer(session, event), image_files(session, event), event.icon, files()) == (None, [], "", [])


def test_nothing_stays_of_a_flyer_whose_transaction_fails(session, event, flyer, store, files):
    def fail():
        with store() as written:
            set_event_flyer(session, event, flyer, files=written)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    session.rollback()

    assert (find_flyer(session, event), files()) == (None, [])


def test_text_and_focal_point_change_and_the_flyer_keeps_its_file(session, event, flyer, store, files):
    with store() as written:
        set_event_flyer(session, event, flyer, files=written)
        session.commit()
    file, version = find_flyer(session, event).file, event.version

    with store() as written:
        change_event_flyer(session, event, alt_text="New", focal_point=(1, 0.25), files=written)
        session.commit()

    row = find_flyer(session, event)
    assert (row.file, row.alt_text, row.focal_x, row.focal_y) == (file, "New", 1, 0.25)
    assert files() == sorted(flyer_files(file) + icon_files(event, "-2"))
    assert event.version > version


def test_change_of_a_missing_flyer_does_nothing(session, event, store, files):
    with store() as written:
        change_event_flyer(session, event, alt_text="New", focal_point=(1, 1), files=written)
        session.commit()

    assert (find_flyer(session, event), files()) == (None, [])


def test_square_image_of_joindin_is_the_flyer_and_keeps_its_format(session, event, store, files):
    images = process_event_image(encode(make_image(), "PNG"))
    with store() as written:
        set_event_image(session, event.id, images, written)
        session.commit()

    row = find_flyer(session, event)
    assert (row.file, row.width, row.height) == (f"icon-{event.id}-orig.png", 200, 200)
    assert row.byte_size == len(images[0].content)

    with store() as written:
        change_event_flyer(session, event, alt_text="New", focal_point=(1, 1), files=written)
        session.commit()

    assert (row.file, row.alt_text, row.focal_x) == (f"icon-{event.id}-orig.png", "New", 1)
    assert files() == [f"icon-{event.id}-orig.png", f"icon-{event.id}-small.png"]


def test_square_image_replaces_a_flyer(session, event, flyer, store, files):
    with store() as written:
        set_event_flyer(session, event, flyer, files=written)
        session.commit()

    with store() as written:
        set_event_image(session, event.id, process_event_image(encode(make_image())), written)
        session.commit()

    assert find_flyer(session, event).file == f"icon-{event.id}-2-orig.png"
    assert files() == [f"icon-{event.id}-2-{size}.png" for size in ("orig", "small")]


@pytest.fixture
def copies(session, host, event, flyer, store):
    """A parent with a flyer, and two occurrences that share it."""
    with store() as written:
        set_event_flyer(session, event, flyer, alt_text="A poster", focal_point=(0.5, 0), files=written)
        session.commit()
    occurrences = [make_event(session, host=host) for _ in range(2)]
    for occurrence in occurrences:
        copy_event_flyer(session, event, occurrence)
    session.commit()
    return [event, *occurrences]


def test_occurrence_shares_flyer_and_square(session, event, copies):
    parent = find_flyer(session, event)
    for each in copies[1:]:
        row = find_flyer(session, each)
        assert (row.file, row.alt_text, row.focal_x, row.byte_size) == (parent.file, "A poster", 0.5, parent.byte_size)
        assert image_files(session, each) == icon_files(event)
        assert each.icon == event.icon


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_shared_files_are_deleted_with_the_last_event_that_names_them(session, copies, store, files, order):
    before = files()
    remaining = []
    for index in order:
        with store() as written:
            remove_event_flyer(session, copies[index], written)
            session.commit()
        remaining.append(files())

    assert remaining == [before, before, []]


def test_occurrence_with_another_focal_point_gets_files_of_its_own(session, event, copies, store, files):
    changed, before = copies[1], files()
    with store() as written:
        change_event_flyer(session, changed, focal_point=(-1, 0), files=written)
        session.commit()

    row = find_flyer(session, changed)
    assert row.file != find_flyer(session, event).file
    assert (row.alt_text, row.focal_x) == ("A poster", -1)
    assert files() == sorted([*before, *flyer_files(row.file), *icon_files(changed, "-2")])


def test_imported_flyer_keeps_its_name(session, event, flyer, store, files):
    with store() as written:
        set_event_flyer(session, event, flyer, files=written, file="0" * 32 + ".jpg")
        session.commit()

    assert find_flyer(session, event).file == "0" * 32 + ".jpg"
    assert set(files()) > set(flyer_files("0" * 32 + ".jpg"))
