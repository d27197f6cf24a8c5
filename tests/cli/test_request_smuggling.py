"""Requests with an ambiguous end, on a running server: what one reader takes for a body never becomes a second request."""

import socket

import pytest

from tests.live_server import live_server

pytestmark = pytest.mark.runs_once("reading a request does not depend on the database")

SMUGGLED = b"GET /v2.1/smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
CHUNKED_SMUGGLED = b"0\r\n\r\n" + SMUGGLED
HEAD = b"POST /v2.1/first HTTP/1.1\r\nHost: localhost\r\n"

# Headers and body. Each is one request to some servers and two requests to others.
AMBIGUOUS = {
    "length and chunks": (b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(CHUNKED_SMUGGLED), CHUNKED_SMUGGLED),
    "chunks and length": (b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n" % len(CHUNKED_SMUGGLED), CHUNKED_SMUGGLED),
    "two lengths": (b"Content-Length: 0\r\nContent-Length: %d\r\n" % len(SMUGGLED), SMUGGLED),
    "a list of lengths": (b"Content-Length: 0, %d\r\n" % len(SMUGGLED), SMUGGLED),
    "a signed length": (b"Content-Length: +%d\r\n" % len(SMUGGLED), SMUGGLED),
    "a negative length": (b"Content-Length: -1\r\n", SMUGGLED),
    "a hexadecimal length": (b"Content-Length: 0x0\r\n", SMUGGLED),
    "a length with a space": (b"Content-Length : %d\r\n" % len(SMUGGLED), SMUGGLED),
    "a folded length": (b"X: y\r\n Content-Length: %d\r\n" % len(SMUGGLED), SMUGGLED),
    "an unknown coding": (b"Transfer-Encoding: xchunked\r\nContent-Length: %d\r\n" % len(CHUNKED_SMUGGLED), CHUNKED_SMUGGLED),
    "chunked twice": (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n", CHUNKED_SMUGGLED),
    "a coding before a space": (b"Transfer-Encoding : chunked\r\nContent-Length: %d\r\n" % len(CHUNKED_SMUGGLED), CHUNKED_SMUGGLED),
    "a coding after a tab": (b"Transfer-Encoding:\tchunked\r\nContent-Length: %d\r\n" % len(CHUNKED_SMUGGLED), CHUNKED_SMUGGLED),
    "a coding after a line feed": (b"X: y\nTransfer-Encoding: chunked\r\nContent-Length: %d\r\n" % len(CHUNKED_SMUGGLED), CHUNKED_SMUGGLED),
    "a coding in quotes": (b'Transfer-Encoding: "chunked"\r\nContent-Length: %d\r\n' % len(CHUNKED_SMUGGLED), CHUNKED_SMUGGLED),
    "a malformed chunk": (b"Transfer-Encoding: chunked\r\n", b"0x0\r\n\r\n" + SMUGGLED),
    "a signed chunk": (b"Transfer-Encoding: chunked\r\n", b"+0\r\n\r\n" + SMUGGLED),
    "a huge chunk": (b"Transfer-Encoding: chunked\r\n", b"fffffffffffffffff\r\n\r\n" + SMUGGLED),
    "chunks that end in line feeds": (b"Transfer-Encoding: chunked\r\n", b"1\nA\n0\n\n" + SMUGGLED),
}  # fmt: skip


@pytest.fixture(scope="module")
def port(app, settings):
    with live_server(settings, workers=1) as server:
        yield server.port


def exchange(port, sent):
    """Send bytes on one connection, and return all that the server sends until it is silent for a second or closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(sent)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except (TimeoutError, ConnectionResetError):
            pass
        return received


@pytest.mark.slow("waits for a server that says nothing more")
@pytest.mark.parametrize("ambiguity", AMBIGUOUS)
def test_an_ambiguous_request_is_not_two(port, ambiguity):
    headers, body = AMBIGUOUS[ambiguity]

    received = exchange(port, HEAD + headers + b"\r\n" + body)

    statuses = [line for line in received.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    assert len(statuses) <= 1, received
    assert not any(b" 5" in status[:10] for status in statuses), received


@pytest.mark.parametrize(
    "line",
    [
        *(b"GET /v2.1/events HTTP/1.1\r\nHost: a\r\nHost: b", b"GET /v2.1/events HTTP/1.1\r\nX Y: z", b"GET /v2.1/events HTTP/9.9"),
        *(b"GET  /v2.1/events HTTP/1.1", b"GET /v2.1/ev\x00ents HTTP/1.1", b"GET /v2.1/events\xff HTTP/1.1", b"\x16\x03\x01"),
        *(b"GET http://evil.example/v2.1/events HTTP/1.1\r\nHost: localhost", b"GET /v2.1/events HTTP/1.1\r\nX: a\x00b"),
        *(b"GET /v2.1/events HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 5000,),
    ],
)  # fmt: skip
def test_a_malformed_request_is_refused_or_answered_once(port, line):
    received = exchange(port, line + b"\r\nConnection: close\r\n\r\n")

    assert received.count(b"HTTP/1.1 ") <= 1
    assert b" 500 " not in received[:20]
    assert b"evil.example" not in received


def test_the_server_answers_after_all_of_it(port):
    received = exchange(port, b"GET /v2.1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    assert received.startswith(b"HTTP/1.1 200 ")
