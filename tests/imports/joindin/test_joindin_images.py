"""Images of events: files out of a folder, names that cannot be trusted."""

import pytest
from sqlalchemy import select

from joindin.imports.joindin.images import ImageCopyError, ImageFolder, stored_name
from joindin.models import Event, EventFlyer, EventImage
from joindin.utils.media.local_folder import LocalFolder
from tests.factories import make_event, make_user
from tests.imports.joindin.legacy_data import all_rows, event, legacy_tables, row, run_import

BASE = "https://joind.in/inc/img/event_icons"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "original"
    folder.mkdir()
    return folder


@pytest.fixture
def media(tmp_path):
    return tmp_path / "media"


def image(id_, event_id, name, size="small"):
    return row(id=id_, event_id=event_id, type=size, url=f"{BASE}/{name}", width=90, height=90)


def files_in(media):
    folder = media / "event_icons"
    return {file.name: file.read_bytes() for file in folder.iterdir()} if folder.exists() else {}


def images_of(session):
    return [
        tuple(row)
        for row in session.execute(select(EventImage.id, EventImage.file, EventImage.url).order_by(EventImage.id))
    ]


def test_without_a_folder_images_stay_where_they_are(session, media):
    run_import(session, legacy_tables(events=[event(1, event_icon="a.png")], event_images=[image(1, 1, "a.png")]))

    assert images_of(session) == [(1, None, f"{BASE}/a.png")]
    assert (session.get(Event, 1).icon, files_in(media)) == ("a.png", {})


def test_with_a_folder_they_are_copied_and_shown_from_here(session, folder, media):
    (folder / "a.png").write_bytes(b"small")
    (folder / "a-orig.png").write_bytes(b"large")
    (folder / "icon.gif").write_bytes(b"icon")
    (folder / "stranger.png").write_bytes(b"nobody names it")
    tables = legacy_tables(
        events=[
            event(1, event_icon="a.png"),
            event(2, event_icon="icon.gif"),
            event(3, event_icon="gone.png"),
            event(4),
        ],
        event_images=[image(1, 1, "a.png"), image(2, 1, "a-orig.png", "orig"), image(3, 3, "lost.jpg")],
    )

    moved = run_import(session, tables, images=ImageFolder(folder, LocalFolder(media)))

    assert files_in(media) == {"a.png": b"small", "a-orig.png": b"large", "icon.gif": b"icon"}
    assert images_of(session) == [(1, "a.png", None), (2, "a-orig.png", None), (3, None, f"{BASE}/lost.jpg")]
    flyer = session.scalars(select(EventFlyer)).one()
    assert (flyer.event_id, flyer.file, flyer.byte_size) == (1, "a-orig.png", 5)
    assert session.scalars(select(Event.icon).order_by(Event.id)).all() == ["a.png", "icon.gif", "gone.png", ""]
    assert moved.issues == [
        "event_images 3: the image lost.jpg is not in the folder",
        "events 3: the image gone.png is not in the folder",
    ]
    assert moved.images == {"copied": 3, "not copied": 2}


def test_the_folder_may_come_later_and_again(session, folder, media):
    tables = legacy_tables(events=[event(1, event_icon="a.png")], event_images=[image(1, 1, "a.png")])
    run_import(session, tables)
    (folder / "a.png").write_bytes(b"small")

    run_import(session, tables, images=ImageFolder(folder, LocalFolder(media)))
    before, version = all_rows(session), session.get(Event, 1).version
    again = run_import(session, tables, images=ImageFolder(folder, LocalFolder(media)))

    assert images_of(session) == [(1, "a.png", None)]
    assert version > 1
    assert all_rows(session) == before
    assert again.images == {}


def test_images_that_were_made_here_are_left_alone(session, folder, media):
    run_import(session, legacy_tables(user=[], events=[event(1)]))
    ours = make_event(session, host=make_user(session), icon="icon-2-small.png")
    session.add(EventImage(event_id=ours.id, size="small", url="https://elsewhere.example/a.png"))
    session.commit()
    (folder / "a.png").write_bytes(b"small")

    moved = run_import(
        session, legacy_tables(user=[], events=[event(1)]), images=ImageFolder(folder, LocalFolder(media))
    )

    assert (files_in(media), moved.issues, moved.images) == ({}, [], {})
    assert images_of(session)[0][1:] == (None, "https://elsewhere.example/a.png")


def test_no_other_file_is_replaced(session, folder, media):
    (folder / "a.png").write_bytes(b"theirs")
    (media / "event_icons").mkdir(parents=True)
    (media / "event_icons" / "a.png").write_bytes(b"ours")

    moved = run_import(
        session,
        legacy_tables(events=[event(1)], event_images=[image(1, 1, "a.png")]),
        images=ImageFolder(folder, LocalFolder(media)),
    )

    assert files_in(media) == {"a.png": b"ours"}
    assert moved.issues == ["event_images 1: the image a.png would replace another of that name"]


@pytest.mark.parametrize(
    "name",
    ["../secret.png", "/etc/passwd", "a/b.png", ".hidden.png", "page.html", "image.svg", "noending", "", ".png", "a.png.php"],
)  # fmt: skip
def test_a_name_that_is_none_of_an_image_is_never_copied(session, folder, media, name):
    (folder.parent / "secret.png").write_bytes(b"secret")
    (folder / ".hidden.png").write_bytes(b"hidden")
    (folder / "page.html").write_bytes(b"<script>")

    with pytest.raises(ImageCopyError, match=r"is not the name of an image$"):
        ImageFolder(folder, LocalFolder(media)).copy(name)

    assert files_in(media) == {}


def test_a_link_out_of_the_folder_is_not_followed(folder, media):
    (folder.parent / "secret.png").write_bytes(b"secret")
    (folder / "link.png").symlink_to(folder.parent / "secret.png")

    with pytest.raises(ImageCopyError, match=r"the image link\.png is not in the folder"):
        ImageFolder(folder, LocalFolder(media)).copy("link.png")

    assert files_in(media) == {}


def test_odd_characters_are_replaced_and_names_kept_apart(session, folder, media):
    for name, content in (("my icon.PNG", b"1"), ("my?icon.PNG", b"2"), ("my-icon.PNG", b"3"), ("ü.jpg", b"4")):
        (folder / name).write_bytes(content)

    moved = run_import(
        session,
        legacy_tables(
            events=[
                event(1, event_icon="my icon.PNG"),
                event(2, event_icon="my?icon.PNG"),
                event(3, event_icon="my-icon.PNG"),
                event(4),
            ],
            event_images=[image(1, 4, "%C3%BC.jpg")],
        ),
        images=ImageFolder(folder, LocalFolder(media)),
    )

    icons = session.scalars(select(Event.icon).where(Event.icon != "").order_by(Event.id)).all()
    assert icons == [stored_name("my icon.PNG"), stored_name("my?icon.PNG"), "my-icon.PNG"]
    assert [name.isascii() and " " not in name and "?" not in name for name in icons] == [True] * 3
    assert [files_in(media)[name] for name in icons] == [b"1", b"2", b"3"]
    assert files_in(media)[images_of(session)[0][1]] == b"4"
    assert moved.images == {"copied": 4}


def test_a_copied_image_is_served(api, session, app, folder, settings):
    (folder / "moved-in.png").write_bytes(b"\x89PNG")
    run_import(
        session,
        legacy_tables(events=[event(1, event_icon="moved-in.png")], event_images=[image(1, 1, "moved-in.png")]),
        images=ImageFolder(folder, LocalFolder(app.config["MEDIA_DIR"])),
    )

    shown = api.get("/v2.1/events/1").json["events"][0]
    served = api.get("/inc/img/event_icons/moved-in.png")

    assert shown["icon"] == "moved-in.png"
    assert shown["images"]["small"]["url"].endswith("/inc/img/event_icons/moved-in.png")
    assert (served.status_code, served.data, served.mimetype) == (200, b"\x89PNG", "image/png")
