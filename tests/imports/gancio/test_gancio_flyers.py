"""Images from the folder of a Gancio installation."""

from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import delete, select

from joindin.models import Event, EventFlyer, EventImage
from tests.imports.gancio.gancio_database import ORACLE, event, write_file
from tests.imports.gancio.import_run import NOW, ImportRun, all_rows
from tests.utils.images.image_files import encode, make_image

NAME = f"{'a' * 32}.jpg"


@pytest.fixture
def uploads(tmp_path):
    folder = tmp_path / "uploads"
    folder.mkdir()
    return folder


@pytest.fixture
def import_events(session, tmp_path, uploads):
    """``import_events(*events)`` imports a database with these events and the folder."""

    def run(*events, **options):
        source = write_file(tmp_path / "gancio.sqlite", events=list(events))
        return ImportRun(session, source, uploads=uploads, media_dir=tmp_path / "media", **options)

    return run


def write_image(folder, name=NAME, size=(300, 200), image_format="JPEG", colour=(1, 2, 3), **options):
    content = encode(make_image(size=size, colour=colour), image_format, **options)
    (folder / name).write_bytes(content)
    return content


def media(name=NAME, **fields):
    return [{"url": name, "name": "Poster", "focalpoint": [0.5, -0.5], "width": 1, "height": 1, "size": 1, **fields}]


def test_the_captured_images_are_copied_byte_by_byte(session, tmp_path, app):
    run = ImportRun(
        session, str(ORACLE / "gancio.sqlite"), uploads=ORACLE / "uploads", media_dir=app.config["MEDIA_DIR"]
    )

    flyers = session.scalars(select(EventFlyer).order_by(EventFlyer.event_id)).all()
    assert run.images == {"copied": 4, "of the site copied": 2}
    assert [flyer.event_id for flyer in flyers] == [24, 26, 28, 97]
    session.commit()
    for flyer in flyers:
        original = (ORACLE / "uploads" / flyer.file).read_bytes()
        response = app.test_client().get(f"/media/{flyer.file}")
        assert (response.status_code, response.get_data()) == (200, original)
        assert flyer.byte_size == len(original)
        assert app.test_client().get(f"/media/thumb/{flyer.file}").status_code == 200


def test_name_text_and_focal_point_are_kept(session, tmp_path, uploads, import_events):
    content = write_image(uploads)

    run = import_events(event(7, media=media()))

    [flyer] = session.scalars(select(EventFlyer))
    assert (flyer.file, flyer.alt_text, flyer.focal_x, flyer.focal_y) == (NAME, "Poster", 0.5, -0.5)
    assert (flyer.width, flyer.height, flyer.byte_size) == (300, 200, len(content))
    assert (tmp_path / "media" / "flyers" / NAME).read_bytes() == content
    assert session.scalars(select(EventImage.size).order_by(EventImage.size)).all() == ["orig", "small"]
    assert (run.images, session.get(Event, 7).revised_at) == (
        {"copied": 1},
        session.get(Event, 7).submitted_at.replace(day=2, hour=12, minute=30),
    )


def test_occurrences_share_the_file_of_their_series(session, uploads, import_events):
    write_image(uploads)

    run = import_events(event(7, media=media(), recurrent={"frequency": "1w"}), event(8, parentId=7, media=media()))

    assert run.images == {"copied": 2}
    assert session.scalars(select(EventFlyer.file)).all() == [NAME, NAME]
    assert run.issues == []


def test_an_image_with_metadata_or_of_another_kind_is_processed(session, tmp_path, uploads, import_events):
    write_image(uploads, "a.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0")
    write_image(uploads, "b.jpg", image_format="PNG")
    write_image(uploads, "c.jpg", size=(2000, 1000))

    import_events(*(event(number, media=media(f"{name}.jpg")) for number, name in enumerate("abc", start=7)))

    flyers = session.scalars(select(EventFlyer).order_by(EventFlyer.file)).all()
    assert [(flyer.file, flyer.width) for flyer in flyers] == [("a.jpg", 300), ("b.jpg", 300), ("c.jpg", 1200)]
    for flyer in flyers:
        content = (tmp_path / "media" / "flyers" / flyer.file).read_bytes()
        assert content.startswith(b"\xff\xd8")
        assert b"Exif" not in content


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.jpg", None, "there is no such file"),
        ("../gancio.sqlite", None, "that is not the name of a file"),
        ("/etc/passwd", None, "that is not the name of a file"),
        (".hidden.jpg", b"", "that is not the name of a file"),
        ("text.jpg", b"no image", "Error: Input buffer contains unsupported image format"),
        (
            "cut.jpg",
            encode(make_image(size=(300, 200)), "JPEG")[:300],
            "Error: Input buffer contains unsupported image format",
        ),
    ],
)
def test_an_image_that_cannot_be_copied_is_reported(session, uploads, import_events, name, content, reason):
    if content is not None:
        (uploads / name).write_bytes(content)

    run = import_events(event(7, media=media(name)))

    assert run.images == {"not copied": 1}
    assert run.issues == [f"events 7: its image {name!r}: {reason}"]
    assert session.get(Event, 7) is not None
    assert session.scalars(select(EventFlyer)).all() == []


def test_a_link_out_of_the_folder_is_not_followed(tmp_path, uploads, import_events):
    write_image(tmp_path, "secret.jpg")
    (uploads / NAME).symlink_to(tmp_path / "secret.jpg")

    assert import_events(event(7, media=media())).images == {"not copied": 1}


def test_a_missing_image_is_copied_once_it_is_there(uploads, import_events):
    row = event(7, media=media())
    assert import_events(row).images == {"not copied": 1}
    write_image(uploads)

    assert import_events(row).images == {"copied": 1}
    assert import_events(row).images == {"unchanged": 1}


def test_a_changed_image_follows_and_one_of_our_own_is_kept(session, uploads, import_events):
    write_image(uploads, "a.jpg")
    write_image(uploads, "b.jpg", size=(400, 100))
    import_events(event(7, media=media("a.jpg")), event(8, media=media("a.jpg")), event(9, media=media("a.jpg")))
    session.get(EventFlyer, 8).alt_text = "Edited here"
    session.execute(delete(EventFlyer).where(EventFlyer.event_id == 9))
    session.commit()

    run = import_events(event(7, media=media("b.jpg")), event(8, media=media("b.jpg")), event(9, media=media("b.jpg")))

    assert run.images == {"copied": 1, "kept": 2}
    flyers = session.execute(select(EventFlyer.event_id, EventFlyer.file).order_by(EventFlyer.event_id)).all()
    assert flyers == [(7, "b.jpg"), (8, "a.jpg")]


def test_a_removed_image_is_removed(session, tmp_path, uploads, import_events):
    write_image(uploads)
    import_events(event(7, media=media()))

    run = import_events(event(7, media=[]))

    assert run.images == {"removed": 1}
    assert session.scalars(select(EventFlyer)).all() == []
    assert list(Path(tmp_path, "media", "flyers").glob("*.jpg")) == []


def test_a_file_of_another_event_is_not_overwritten(session, tmp_path, uploads, import_events):
    folder = tmp_path / "media" / "flyers"
    (folder / "thumb").mkdir(parents=True)
    for place in (folder, folder / "thumb"):
        write_image(place, colour=(200, 0, 0))
    before = (folder / NAME).read_bytes()
    write_image(uploads)

    run = import_events(event(7, media=media()))

    assert (folder / NAME).read_bytes() == before
    assert run.issues == [f"events 7: its image {NAME!r} has another name here"]
    assert session.scalars(select(EventFlyer.file)).one() != NAME


def test_images_are_left_alone_on_repetition_and_in_a_dry_run(session, tmp_path, uploads, import_events):
    write_image(uploads)
    dry = import_events(event(7, media=media()), is_dry_run=True)
    assert not (tmp_path / "media").exists()
    real = import_events(event(7, media=media()))
    before = all_rows(session)

    import_events(event(7, media=media()), now=NOW)

    assert (dry.images, real.images) == ({"copied": 1}, {"copied": 1})
    assert all_rows(session) == before


def test_pictures_of_the_site_are_copied_unless_there_are_some_here(tmp_path, uploads, import_events):
    write_image(uploads, "logo.png", size=(800, 400), image_format="PNG")
    (uploads / "headerImage.png").write_bytes(b"no image")
    folder = tmp_path / "media" / "site"
    folder.mkdir(parents=True)
    write_image(uploads, "fallbackImage.png", image_format="PNG")
    (folder / "fallbackimage.png").write_bytes(b"ours")

    dry = import_events(is_dry_run=True)
    assert [file.name for file in folder.iterdir()] == ["fallbackimage.png"]
    run = import_events()

    expected = {"of the site copied": 1, "of the site kept": 1, "of the site not copied": 1}
    assert (dry.images, run.images) == (expected, expected)
    assert (folder / "fallbackimage.png").read_bytes() == b"ours"
    assert decode_size(folder / "logo.png") == (400, 200)


def decode_size(file):
    with Image.open(file) as image:
        return image.size
