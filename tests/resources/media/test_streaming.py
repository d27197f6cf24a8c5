"""Images of an object storage through a running server."""

import http.client
import os
import socket

import pytest

from joindin.utils.media.object_storage import ObjectStorage
from tests.live_server import live_server
from tests.object_storage import ObjectStorageServer

PATH = "/inc/img/event_icons/big.png"
BIG_BYTES = 32_000_000


@pytest.fixture
def object_server(monkeypatch):
    server = ObjectStorageServer()
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    yield server
    server.stop()


@pytest.fixture
def content():
    return os.urandom(1_000_000) * (BIG_BYTES // 1_000_000)


@pytest.fixture
def request_image(settings, session, object_server, content):
    """``request_image(**headers)`` requests a big image of a server with an object storage, and returns the response."""
    storage = ObjectStorage(object_server.create_bucket(), timeout_s=60)
    storage.put("event_icons/big.png", content)
    session.commit()

    def request(path=PATH, method="GET", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.connect()
        # The rest of an image waits in the server until it is read.
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        connection.request(method, path, headers=headers)
        return connection.getresponse()

    environment = {"MEDIA_URL": storage.url, "MEDIA_TIMEOUT": 60, "SECRET_KEY": settings["SECRET_KEY"]}
    with live_server(settings, 1, **environment) as server:
        yield request


@pytest.mark.slow("starts a server")
@pytest.mark.runs_once("the storage of images does not depend on the database")
def test_big_image_is_sent_whole_and_in_parts(request_image, content):
    whole = request_image()
    body = whole.read()
    part = request_image(Range="bytes=21000000-29000000")
    head = request_image(method="HEAD")
    current = request_image(**{"If-None-Match": whole.headers["ETag"]})
    missing = request_image("/inc/img/event_icons/none.png")

    assert (whole.status, body == content) == (200, True)
    assert (part.status, part.read() == content[21_000_000:29_000_001]) == (206, True)
    assert (head.status, head.headers["Content-Length"], head.headers["ETag"]) == (
        200,
        str(BIG_BYTES),
        whole.headers["ETag"],
    )
    assert (current.status, current.read(), missing.status) == (304, b"", 404)
    assert whole.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.slow("starts a server")
@pytest.mark.runs_once("the storage of images does not depend on the database")
def test_image_whose_storage_stops_meanwhile_is_not_taken_for_complete(request_image, object_server):
    response = request_image()
    response.read(1)
    object_server.stop()

    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        response.read()
    later = request_image()

    assert (later.status, later.headers["Retry-After"], later.headers["Cache-Control"]) == (503, "5", "no-store")
    assert request_image("/v2.1/languages").status == 200
