"""Images of events in Gancio's API: uploads, and addresses that the server fetches."""

import io

import pytest
from PIL import Image
from sqlalchemy import select, update

from joindin.extensions import db
from joindin.models import Event, EventFlyer
from tests.factories import days_from_now, make_user
from tests.utils.remote_servers import Listener
from tests.utils.test_http_download import PRIVATE_HOSTS


@pytest.fixture
def caller(gancio, session):
    return gancio(make_user(session, is_trusted=True))


@pytest.fixture
def trust_loopback(app, monkeypatch):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_FETCHES", True)


def event(**fields):
    start = int(days_from_now(10).timestamp())
    return {"title": "Swap", "start_datetime": start, "place_name": "Hall", "place_address": "Road 1"} | fields


def png(width=300, height=200):
    content = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(content, "PNG")
    return content.getvalue()


def answer(status, body, content_type="image/png"):
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return [head.encode() + body]


def test_an_image_is_fetched_from_its_address(caller, session, trust_loopback):
    with Listener(answer("200 OK", png())) as site:
        body = event(image_url=f"http://127.0.0.1:{site.port}/p.png", image_name="From afar", image_focalpoint="0.5,-1")
        reply = caller.post("/api/event", body)

    (medium,) = reply.json["media"]
    flyer = session.scalars(select(EventFlyer)).one()
    assert reply.status_code == 200
    assert (medium["url"], medium["size"]) == (flyer.file, flyer.byte_size)
    assert (medium["name"], medium["width"], medium["height"], medium["focalpoint"]) == (
        "From afar",
        300,
        200,
        [0.5, -1],
    )


def test_a_change_fetches_a_new_image(caller, session, trust_loopback):
    event_id = caller.post("/api/event", event()).json["id"]

    with Listener(answer("200 OK", png(80, 40))) as site:
        body = {"id": event_id, "image_url": f"http://127.0.0.1:{site.port}/p.png"}
        reply = caller.put("/api/event", body)

    assert [each["width"] for each in reply.json["media"]] == [80]


def test_an_event_that_is_rejected_while_its_image_is_fetched_is_not_changed(app, caller, session, trust_loopback):
    event_id = caller.post("/api/event", event()).json["id"]

    def reject():
        with app.app_context():
            db.session.execute(update(Event).values(is_active=False, is_pending=False))
            db.session.commit()
        yield from answer("200 OK", png())

    with Listener(reject()) as site:
        body = {"id": event_id, "title": "Changed", "image_url": f"http://127.0.0.1:{site.port}/p.png"}
        reply = caller.put("/api/event", body)

    assert (reply.status_code, session.scalars(select(EventFlyer)).all()) == (404, [])
    assert session.get_one(Event, event_id).name == event()["title"]


@pytest.mark.parametrize(
    ("chunks", "text"),
    [
        (answer("404 Not Found", b""), "Error: Request failed with status code 404"),
        (answer("200 OK", b"no image"), "Error: Input buffer contains unsupported image format"),
    ],
)
def test_an_address_without_an_image_is_refused(caller, session, trust_loopback, chunks, text):
    with Listener(chunks) as site:
        reply = caller.post("/api/event", event(image_url=f"http://127.0.0.1:{site.port}/p.png"))

    assert (reply.status_code, reply.text, reply.mimetype) == (400, text, "text/plain")
    assert session.scalars(select(Event)).all() == []


@pytest.mark.parametrize(
    "url",
    [
        *(f"http://{host}/" for host in PRIVATE_HOSTS),
        "http://127.0.0.1:9/",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "gopher://x",
        "x" * 3000,
        "\0",
    ],
)
def test_forbidden_addresses_are_refused(caller, session, url):
    reply = caller.post("/api/event", event(image_url=url))

    assert session.scalars(select(EventFlyer)).all() == []
    assert reply.status_code == 400 or (url == "\0" and reply.json["media"] == [])


@pytest.mark.parametrize("value", [False, None, ""])
def test_no_address_as_wordpress_sends_it(caller, value):
    reply = caller.post("/api/event", event(image_url=value, image_name=value))

    assert (reply.status_code, reply.json["media"]) == (200, [])


def test_an_upload_goes_before_an_address(caller):
    fields = {name: str(value) for name, value in event(image_url="http://127.0.0.1:9/").items()}
    fields["image"] = (io.BytesIO(png(90, 60)), "a.png")

    reply = caller.post("/api/event", data=fields, content_type="multipart/form-data")

    assert [each["width"] for each in reply.json["media"]] == [90]


def test_a_broken_upload_is_the_first_error(caller, session):
    fields = {"image": (io.BytesIO(b"text"), "a.png")}

    reply = caller.post("/api/event", data=fields, content_type="multipart/form-data")

    assert (reply.status_code, reply.json) == (400, "Error: Input buffer contains unsupported image format")
    assert session.scalars(select(Event)).all() == []


def test_a_file_that_is_too_large_is_refused(app, caller, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_IMAGE_BYTES", 100)
    fields = {"image": (io.BytesIO(png()), "a.png")}

    reply = caller.post("/api/event", data=fields, content_type="multipart/form-data")

    assert (reply.status_code, reply.json) == (400, "Error: File too large")


def test_the_occurrences_of_a_series_share_its_image(caller, session):
    fields = {name: str(value) for name, value in event(recurrent='{"frequency": "1w"}').items()}
    fields["image"] = (io.BytesIO(png()), "a.png")

    parent = caller.post("/api/event", data=fields, content_type="multipart/form-data").json

    files = session.execute(select(EventFlyer.event_id, EventFlyer.file).order_by(EventFlyer.event_id)).all()
    assert [row.file for row in files] == [parent["media"][0]["url"]] * 2
    caller.delete(f"/api/event/{parent['id']}")
    assert caller.get(f"/media/{parent['media'][0]['url']}").status_code == 200
