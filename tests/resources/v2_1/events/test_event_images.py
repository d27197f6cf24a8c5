"""Images of events (spec 4.10); image processing is tested in tests/utils/test_images.py."""

import io

import pytest
from PIL import Image
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select

from joindin.extensions import db
from joindin.models import EventImage
from joindin.utils.images.processing import DECODING
from tests.factories import make_pending_event, make_user
from tests.object_storage import on_each_storage

WEB = "http://web.example/inc/img/event_icons"


@pytest.fixture(autouse=True)
def icons(image_storage):
    """The storage of this test."""
    return image_storage


def picture(kind="PNG", pixels=200, colour=(200, 100, 50)):
    made = io.BytesIO()
    Image.new("RGB", (pixels, pixels), colour).save(made, kind)
    return made.getvalue()


def upload(caller, event_id, content=None, name="picture.png", field="image"):
    data = {field: (io.BytesIO(picture() if content is None else content), name)}
    return caller.post(f"/v2.1/events/{event_id}/images", data=data, content_type="multipart/form-data")


def files(icons):
    return sorted(file.name.removeprefix("event_icons/") for file in icons.list())


@on_each_storage
@pytest.mark.parametrize("role", ["host", "admin"])
def test_an_uploaded_image_is_shown_in_two_sizes(api, session, icons, host, event, role):
    caller = api.signed_in(host if role == "host" else make_user(session, is_admin=True))

    reply = upload(caller, event.id)

    small, orig = f"icon-{event.id}-small.png", f"icon-{event.id}-orig.png"
    images = {
        "orig": {"type": "orig", "url": f"{WEB}/{orig}", "width": 200, "height": 200},
        "small": {"type": "small", "url": f"{WEB}/{small}", "width": 140, "height": 140},
    }
    assert (reply.status_code, reply.data) == (201, b"")
    assert reply.headers["Location"] == f"http://localhost/v2.1/events/{event.id}"
    assert list(api.get(f"/v2.1/events/{event.id}/images").json.items()) == [("images", images), ("meta", {"count": 2})]
    shown = api.get(f"/v2.1/events/{event.id}").json["events"][0]
    assert (shown["images"], list(shown["images"]), shown["icon"]) == (images, ["orig", "small"], small)
    assert files(icons) == [orig, small]
    assert Image.open(io.BytesIO(icons.get(f"event_icons/{small}"))).size == (140, 140)


def test_content_decides_the_format_and_not_the_name(api, icons, host, event):
    assert upload(api.signed_in(host), event.id, picture("JPEG"), "../../../evil.php").status_code == 201
    assert files(icons) == [f"icon-{event.id}-orig.jpg", f"icon-{event.id}-small.jpg"]


@on_each_storage
def test_each_image_gets_names_of_its_own_and_the_last_ones_files_go(api, session, icons, host, event):
    caller = api.signed_in(host)
    seen = []
    for kind in ("PNG", "PNG", "GIF"):
        upload(caller, event.id, picture(kind))
        seen.append((event.icon, files(icons)))

    assert seen == [
        (f"icon-{event.id}{number}-small.{kind}", [f"icon-{event.id}{number}-{size}.{kind}" for size in ("orig", "small")])
        for number, kind in (("", "png"), ("-2", "png"), ("-3", "gif"))
    ]  # fmt: skip
    assert len(session.scalars(select(EventImage)).all()) == 2


def test_the_first_own_image_of_an_imported_event_does_not_take_the_old_names(api, session, icons, host, event):
    old = [f"icon-{event.id}-{size}.png" for size in ("orig", "small")]
    for size, name in zip(("orig", "small"), old):
        icons.put(f"event_icons/{name}", b"old")
        session.add(EventImage(event_id=event.id, size=size, file=name, width=140, height=140))

    upload(api.signed_in(host), event.id)

    assert files(icons) == [f"icon-{event.id}-2-orig.png", f"icon-{event.id}-2-small.png"]
    assert event.icon == f"icon-{event.id}-2-small.png"


@on_each_storage
def test_a_removed_image_is_gone_and_so_is_the_name_of_the_icon(api, icons, host, event):
    caller = api.signed_in(host)
    upload(caller, event.id)

    replies = [caller.delete(f"/v2.1/events/{event.id}/images{slash}") for slash in ("", "/")]

    assert [(reply.status_code, reply.data) for reply in replies] == [(204, b"")] * 2
    assert {reply.headers["Location"] for reply in replies} == {f"http://localhost/v2.1/events/{event.id}"}
    assert api.get(f"/v2.1/events/{event.id}/images").json == {"images": [], "meta": {"count": 0}}
    shown = api.get(f"/v2.1/events/{event.id}").json["events"][0]
    assert (shown["images"], shown["icon"]) == ([], "")
    assert files(icons) == []
    upload(caller, event.id)
    assert files(icons) == [f"icon-{event.id}-2-orig.png", f"icon-{event.id}-2-small.png"]


@on_each_storage
@pytest.mark.parametrize("verb", ["POST", "DELETE"])
def test_until_the_commit_the_old_files_stay_and_after_a_failure_the_new_ones_go(api, icons, host, event, verb):
    caller = api.signed_in(host)
    upload(caller, event.id)
    before = {name: icons.get(f"event_icons/{name}") for name in files(icons)}
    shown = api.get(f"/v2.1/events/{event.id}/images").json
    seen = []

    with failing_commits(lambda: seen.append(files(icons))):
        if verb == "POST":
            reply = upload(caller, event.id, picture(colour=(0, 0, 0)))
        else:
            reply = caller.delete(f"/v2.1/events/{event.id}/images")

    assert (reply.status_code, reply.json) == (500, ["Internal error"])
    new = [f"icon-{event.id}-2-{size}.png" for size in ("orig", "small")] if verb == "POST" else []
    assert seen == [sorted([*before, *new])]
    assert {name: icons.get(f"event_icons/{name}") for name in files(icons)} == before
    assert api.get(f"/v2.1/events/{event.id}/images").json == shown
    assert upload(caller, event.id).status_code == 201


def test_a_file_that_cannot_be_written_leaves_nothing_behind(api, session, media_folder, host, event):
    blocked = media_folder / "event_icons" / f"icon-{event.id}-small.png"
    blocked.mkdir(parents=True)

    reply = upload(api.signed_in(host), event.id)

    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert reply.json == ["Images are temporarily unavailable. Try again in a few seconds"]
    assert list(blocked.parent.iterdir()) == [blocked]
    assert (session.scalars(select(EventImage)).all(), event.icon) == ([], None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Supplied image must be a PNG, JPEG, GIF or WebP; the file is empty"),
        (b"<?php echo 1;", "Supplied image must be a PNG, JPEG, GIF or WebP; the file is of another type"),
        (picture("BMP"), "Supplied image must be a PNG, JPEG, GIF or WebP; the file is a BMP"),
        (picture(pixels=139), "Supplied image must be at least 140px square"),
        (
            b"\0" * (8 * 1024 * 1024 + 300_000),
            "Image upload failed (Code: 1): an image may have at most 8.0 MiB, this file has 8.3 MiB",
        ),
        (
            b"\0" * (8 * 1024 * 1024),
            "Supplied image must be a PNG, JPEG, GIF or WebP; the file is of another type",
        ),
    ],
)
def test_unsuitable_images_are_refused(api, icons, host, event, content, message):
    reply = upload(api.signed_in(host), event.id, content)

    assert (reply.status_code, reply.json) == (400, [message])
    assert (files(icons), event.image_generation) == ([], 0)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"data": {"picture": (io.BytesIO(b""), "a.png")}, "content_type": "multipart/form-data"}, "Image was not supplied"),
        ({"data": {"image": "text"}, "content_type": "multipart/form-data"}, "Image was not supplied"),
        ({"json": {"image": "text"}}, "Image was not supplied"),
        ({}, "Image was not supplied"),
        (
            {
                "data": b'--x\r\nContent-Disposition: form-data; name="image"; filename=""\r\n\r\n\r\n--x--\r\n',
                "content_type": "multipart/form-data; boundary=x",
            },
            "Image upload failed (Code: 4): no file was chosen",
        ),
    ],
)  # fmt: skip
def test_an_upload_without_an_image_is_refused(api, host, event, body, message):
    reply = api.signed_in(host).post(f"/v2.1/events/{event.id}/images", **body)

    assert (reply.status_code, reply.json) == (400, [message])


def test_a_body_beyond_all_limits_is_not_read(api, host, event):
    reply = upload(api.signed_in(host), event.id, b"\0" * (9 * 1024 * 1024))

    assert (reply.status_code, reply.json) == (413, ["The request body is too large. It may have at most 9.0 MiB"])


@pytest.mark.parametrize("make", [make_pending_event, None])
@pytest.mark.parametrize("verb", ["POST", "DELETE"])
def test_events_that_are_not_live_have_no_images_to_change(api, session, host, make, verb):
    event_id = make(session, host=host).id if make else 999

    reply = api.signed_in(host).request(verb, f"/v2.1/events/{event_id}/images")

    assert (reply.status_code, reply.json) == (400, [f"There is no event with ID {event_id}"])


def test_an_upload_during_another_is_refused_and_changes_nothing(api, icons, host, event):
    with DECODING:
        reply = upload(api.signed_in(host), event.id)

    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert reply.json == ["The server is busy with other images. Try again in a few seconds"]
    assert (files(icons), event.image_generation) == ([], 0)


class failing_commits:
    """Make commits fail in the last step; ``look`` is called right before."""

    def __init__(self, look):
        self._look = look

    def __enter__(self):
        # The first commit is that of the test's own session before the request.
        self._commits = 0
        sqlalchemy_event.listen(db.session, "before_commit", self._fail)

    def __exit__(self, *_):
        sqlalchemy_event.remove(db.session, "before_commit", self._fail)

    def _fail(self, _session):
        self._commits += 1
        if self._commits > 1:
            self._look()
            raise OSError("the disk is full")
