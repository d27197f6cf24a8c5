"""Images while the object storage is away or refuses requests."""

import io

import pytest
from sqlalchemy import select

from joindin.http import media_files
from joindin.models import EventFlyer, EventImage
from joindin.operations.agenda.flyers import FlyerStore, set_event_flyer
from joindin.utils.concurrency_limit import ConcurrencyLimit
from joindin.utils.images.flyers import process_flyer
from joindin.utils.media.object_storage import ObjectStorage
from tests.factories import make_user
from tests.object_storage import ObjectStorageServer
from tests.utils.images.image_files import encode, make_image

NAME = "0123456789abcdef" * 2 + ".jpg"
ICON = "/inc/img/event_icons/icon-3-orig.png"
PATHS = [ICON, f"/media/{NAME}", f"/media/thumb/{NAME}", f"/download/{NAME}", "/logo.png", "/fallbackimage.png"]
MESSAGE = "Images are temporarily unavailable. Try again in a few seconds"


@pytest.fixture
def server(monkeypatch):
    """A server of this test, which stops it."""
    server = ObjectStorageServer()
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    yield server
    server.stop()


@pytest.fixture
def storage(app, media_folder, server, monkeypatch):
    storage = ObjectStorage(server.create_bucket(), timeout_s=60, pause_s=0)
    monkeypatch.setitem(app.extensions, "media_storage", storage)
    return storage


@pytest.fixture
def flyer(session, event, storage):
    with FlyerStore(storage) as files:
        set_event_flyer(session, event, process_flyer(encode(make_image(size=(160, 90)))), files=files, file=NAME)
        session.commit()
    return session.get(EventFlyer, event.id)


def upload(caller, event_id):
    data = {"image": (io.BytesIO(encode(make_image())), "picture.png")}
    return caller.post(f"/v2.1/events/{event_id}/images", data=data, content_type="multipart/form-data")


@pytest.mark.parametrize("path", PATHS)
def test_image_is_unavailable_and_not_missing(api, storage, server, path):
    server.stop()

    replies = [api.get(path), api.request("HEAD", path), api.get(path, headers={"If-None-Match": '"x"'})]

    for reply in replies:
        assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
        assert reply.headers["Cache-Control"] == "no-store"


def test_refused_access_key_makes_images_unavailable(api, storage, server):
    storage.put("event_icons/icon-3-orig.png", b"pixels")

    with server.refused_keys():
        refused = [api.get(ICON), api.get(ICON)]

    assert [reply.status_code for reply in refused] == [503, 503]
    assert api.get(ICON).data == b"pixels"


@pytest.mark.parametrize("refusal", ["stopped", "refused"])
def test_refused_upload_stores_nothing(api, session, host, event, storage, server, count_rows, refusal):
    caller = api.signed_in(host)
    before = count_rows()

    if refusal == "stopped":
        server.stop()
        reply = upload(caller, event.id)
    else:
        with server.refused_keys():
            reply = upload(caller, event.id)
        assert list(storage.list()) == []

    assert (reply.status_code, reply.json, reply.headers["Retry-After"]) == (503, [MESSAGE], "5")
    assert (count_rows(), session.scalars(select(EventImage)).all()) == (before, [])


def test_second_file_that_cannot_be_written_takes_the_first_with_it(api, host, event, storage, monkeypatch, server):
    caller, put, stored = api.signed_in(host), storage.put, []

    def refuse_second(name, content):
        if not stored:
            put(name, content)
            stored.append(storage.head(name))
            return
        with server.refused_keys():
            put(name, content)

    monkeypatch.setattr(storage, "put", refuse_second)

    assert upload(caller, event.id).status_code == 503
    assert len(stored) == 1
    assert list(storage.list()) == []


def test_gancio_submission_without_storage_is_refused_as_text(api, session, storage, server, count_rows):
    caller, before = api.signed_in(make_user(session, "gail")), count_rows()
    server.stop()

    data = {"title": "Tides", "place_name": "Quay", "place_address": "1", "start_datetime": "1900000000"}
    image = (io.BytesIO(encode(make_image(), "JPEG")), "a.jpg")
    reply = caller.post("/api/event", data=data | {"image": image}, content_type="multipart/form-data")

    assert (reply.status_code, reply.text, reply.headers["Retry-After"]) == (503, MESSAGE, "5")
    assert count_rows()["events"] == before["events"] == 0


def test_replaced_picture_of_the_site_is_refused_as_text(api, session, storage, server):
    admin = api.signed_in(make_user(session, is_admin=True))
    server.stop()

    data = {"logo": (io.BytesIO(encode(make_image())), "a.png")}
    reply = admin.post("/api/settings/logo", data=data, content_type="multipart/form-data")

    assert (reply.status_code, reply.text) == (503, MESSAGE)
    assert admin.get("/api/settings").json["logo"] is None


def test_image_is_removed_without_storage_and_its_files_are_logged(api, session, host, event, flyer, server, caplog):
    caller = api.signed_in(host)
    server.stop()

    reply = caller.delete(f"/v2.1/events/{event.id}/images")

    assert reply.status_code == 204
    assert session.scalars(select(EventFlyer)).all() == []
    logged = [record.message for record in caplog.records if "was not deleted" in record.message]
    assert {f"flyers/{NAME}", f"flyers/thumb/{NAME}"} < {message.split(" ")[3] for message in logged}


def test_event_is_changed_without_storage(api, host, event, flyer, server):
    caller = api.signed_in(host)
    server.stop()

    reply = caller.put(f"/api/event/{event.id}", json={"title": "Another title"})

    assert (reply.status_code, reply.json["title"]) == (200, "Another title")


def test_too_many_readers_at_once_are_refused(api, storage, monkeypatch):
    storage.put("event_icons/icon-3-orig.png", b"pixels")
    limit = ConcurrencyLimit("images", max_running=1, max_waiting=0, max_wait_s=0)
    monkeypatch.setattr(media_files, "READING", limit)

    with limit:
        refused = api.get(ICON)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert api.get(ICON).data == b"pixels"
