"""Requests beyond the limits of a running server: each is refused clearly, and the server goes on."""

import socket
from contextlib import suppress

import pytest

from tests.live_server import live_server
from tests.services import TIMEOUT_S

pytestmark = pytest.mark.runs_once("reading a request does not depend on the database")

MAX_BODY_BYTES = 1024 * 1024
MAX_GROWTH_BYTES = 100 * 1024 * 1024
HOST = b"Host: localhost\r\n"
JSON = b"Content-Type: application/json\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
MULTIPART = b"Content-Type: multipart/form-data; boundary=x\r\n"
PART = b'--x\r\nContent-Disposition: form-data; name="username"'
FILE = b'--x\r\nContent-Disposition: form-data; name="image"; filename="%s"\r\n\r\ncontent\r\n--x--\r\n'


def get(target=b"/v2.1/events", headers=HOST, version=b"1.1"):
    return b"GET %s HTTP/%s\r\n%sConnection: close\r\n\r\n" % (target, version, headers)


def post(body, headers, target=b"/oauth/login", announced=None):
    length = b"Content-Length: %d\r\n" % (len(body) if announced is None else announced)
    return b"POST %s HTTP/1.1\r\n%s%s%sConnection: close\r\n\r\n%s" % (target, HOST, headers, length, body)


def chunked(body):
    head = b"POST /oauth/login HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" % (HOST + JSON)
    return head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


# Status and request.
REQUESTS = {
    "many headers": (431, get(headers=HOST + b"X: y\r\n" * 500)),
    "a long header": (431, get(headers=HOST + b"X: %s\r\n" % (b"y" * 2_000_000))),
    "a long name of a header": (431, get(headers=HOST + b"X%s: y\r\n" % (b"y" * 70_000))),
    "a long path": (414, get(b"/v2.1/%s" % (b"a" * 3000))),
    "a path beyond the line": (414, get(b"/v2.1/%s" % (b"a" * 140_000))),
    "a long query string": (414, get(b"/v2.1/events?a=%s" % (b"a" * 9000))),
    "a long method": (405, b"A" * 5000 + get()[3:]),
    "many parameters": (200, get(b"/v2.1/events?" + b"a&" * 4000)),
    "no host": (400, get(headers=b"")),
    "two hosts": (400, get(headers=HOST * 2)),
    "HTTP/1.0 without host": (200, get(headers=b"", version=b"1.0")),
    "an offer of HTTP/2": (200, get(headers=HOST + b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n")),
    "an announced body that is too long": (413, post(b"", JSON, announced=MAX_BODY_BYTES + 1)),
    "one that the client waits to send": (413, post(b"", JSON + b"Expect: 100-continue\r\n", announced=MAX_BODY_BYTES + 1)),
    "a length beyond every number": (400, post(b"", JSON, announced=10**30)),
    "chunks that are too long": (413, chunked(b" " * (MAX_BODY_BYTES + 100_000))),
    "a number of 10,000 digits": (400, post(b'{"username": %s}' % (b"1" * 10_000), JSON)),
    "deep lists": (400, post(b'{"username": %s%s}' % (b"[" * 100_000, b"]" * 100_000), JSON)),
    "a repeated key": (400, post(b'{"username": "a", "username": "b"}', JSON)),
    "invalid UTF-8 in JSON": (400, post(b'{"username": "\xff"}', JSON)),
    "JSON in UTF-16": (400, post('{"username": "a"}'.encode("utf-16"), JSON[:-2] + b"; charset=utf-16\r\n")),
    "a compressed body": (415, post(b"\x1f\x8b", JSON + b"Content-Encoding: gzip\r\n")),
    "many fields": (413, post(b"a=b&" * 100_000, FORM)),
    "a long form": (413, post(b"a=" + b"%41" * 200_000, FORM)),
    "invalid UTF-8 in a form": (403, post(b"username=%FF%FE&password=%00", FORM)),
    "many parts": (413, post((PART + b"\r\n\r\na\r\n") * 2000 + b"--x--\r\n", MULTIPART)),
    "a long part": (413, post(PART + b"\r\n\r\n%s\r\n--x--\r\n" % (b"a" * 600_000), MULTIPART)),
    "a long header of a part": (413, post(PART + b"\r\nX: %s\r\n\r\na\r\n--x--\r\n" % (b"a" * 600_000), MULTIPART)),
    "many headers of a part": (413, post(PART + b"\r\n" + b"X: a\r\n" * 100_000 + b"\r\na\r\n--x--\r\n", MULTIPART)),
    "a multipart body without a part": (413, post(b"\r" * 1_000_000, MULTIPART)),
    "a long name of a file": (413, post(FILE % (b"a" * 600_000), MULTIPART)),
    "a zero byte in the name of a file": (400, post(FILE % b"a\0.png", MULTIPART)),
    "a path as the name of a file": (400, post(FILE % b"../../../etc/passwd", MULTIPART)),
}  # fmt: skip


@pytest.fixture(scope="module")
def server(app, settings):
    limits = {"MAX_BODY_BYTES": MAX_BODY_BYTES - 1024, "MAX_IMAGE_BYTES": 1024, "MAX_JSON_BYTES": 500_000}
    with live_server(settings, workers=1, **limits) as server:
        assert exchange(server, get()).startswith(b"HTTP/1.1 200 ")
        yield server


def exchange(server, sent, *, ends=False):
    """Send bytes on a connection, and return all that the server sends until it closes it. ``ends`` closes our direction."""
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT_S) as connection:
        # The server need not read what it refuses.
        with suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(sent)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while chunk := connection.recv(65536):
                received += chunk
    return received


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_beyond_a_limit_is_refused_clearly(server, name):
    status, request = REQUESTS[name]
    (worker,) = server.workers()
    before = worker.memory_info().rss

    received = exchange(server, request)

    assert received[:13].split(b" ")[1:2] == [b"%d" % status]
    assert received.count(b"HTTP/1.") == 1
    assert worker.memory_info().rss - before < MAX_GROWTH_BYTES
    assert server.workers() == [worker]
    assert exchange(server, get()).startswith(b"HTTP/1.1 200 ")


def test_a_body_that_is_shorter_than_announced_is_refused(server):
    received = exchange(server, post(b"{}", JSON, announced=200), ends=True)

    assert received.startswith(b"HTTP/1.1 400 ")


def test_a_client_that_waits_before_its_body_is_asked_for_it(server):
    request = post(b"{}", JSON + b"Expect: 100-continue\r\n")

    with socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT_S) as connection:
        connection.sendall(request[:-2])
        interim = connection.recv(65536)
        connection.sendall(request[-2:])
        final = connection.recv(65536)

    assert (interim[:13], final[:13]) == (b"HTTP/1.1 100 ", b"HTTP/1.1 400 ")


def test_a_connection_is_usable_after_a_refused_body(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT_S) as connection:
        statuses = []
        for request in (post(b"a=b&" * 10_000, FORM), post(b"{", JSON), get()):
            connection.sendall(request.replace(b"Connection: close\r\n", b""))
            received = b""
            while b"\r\n\r\n" not in received:
                received += connection.recv(65536)
            head, _, body = received.partition(b"\r\n\r\n")
            (length,) = (int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: "))
            while len(body) < length:
                body += connection.recv(65536)
            statuses.append(head[9:12])

    assert statuses == [b"413", b"400", b"200"]
