"""Requests between Granian and the application: bodies, slots and parked threads, with a protocol object that stores responses."""

import io
import threading
import time

import pytest

from joindin.server.request_bodies import MEMORY_BYTES, BodyReader
from joindin.server.request_handler import MAX_JOINED_BYTES, MAX_STREAMS, RequestHandler

pytestmark = pytest.mark.runs_once("no database is used")

MAX_BODY_BYTES = 100_000
SLOTS = 2
TIMEOUT_S = 30
PART_BYTES = 1_000_000
JOINED_PARTS = MAX_JOINED_BYTES // PART_BYTES


class Protocol:
    def __init__(self):
        self.responses = []

    def response_bytes(self, status, headers, body):
        self.responses.append((status, dict(headers), body))


class StreamingProtocol(Protocol):
    """Takes the parts of a stream when ``taken`` is set."""

    def __init__(self):
        super().__init__()
        self.parts, self.taken = [], threading.Event()

    def response_iter(self, status, headers, parts):
        self.responses.append((status, dict(headers), None))
        assert self.taken.wait(TIMEOUT_S)
        try:
            while True:
                self.parts.append(parts.__next__())
        except StopIteration:
            parts.close()


class LongBody:
    """A response of many parts, which counts how many of them were rendered and whether it was closed."""

    def __init__(self, number):
        self.number, self.rendered, self.closed = number, 0, 0

    def __iter__(self):
        for _ in range(self.number):
            self.rendered += 1
            yield b"x" * PART_BYTES

    def close(self):
        self.closed += 1


class SlowBody:
    """A body whose rest never comes until ``ended`` is set."""

    def __init__(self):
        self.ended = threading.Event()

    def read(self, _size):
        assert self.ended.wait(TIMEOUT_S)
        return b""


def scope(**more):
    return {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "REMOTE_ADDR": "127.0.0.1", **more}


def with_body(body, **more):
    return scope(**{"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), **more})


def echo(environ, start_response):
    start_response("200 OK", [("Length", environ.get("CONTENT_LENGTH", ""))])
    return [environ["wsgi.input"].read()] if "wsgi.input" in environ else [b"no body"]


@pytest.fixture
def handle():
    return RequestHandler(echo, SLOTS, BodyReader(MAX_BODY_BYTES))


def respond(handle, request):
    protocol = Protocol()
    handle(protocol, request)
    (response,) = protocol.responses
    return response


def start(handle, request):
    protocol = Protocol()
    thread = threading.Thread(target=handle, args=[protocol, request], daemon=True)
    thread.start()
    return protocol, thread


def wait_until(condition):
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.parametrize("length", [1, 1000, MEMORY_BYTES + 1, MAX_BODY_BYTES])
def test_the_application_gets_the_whole_body(handle, length):
    body = b"x" * length

    assert respond(handle, with_body(body)) == (200, {"Length": str(length)}, body)


def test_a_body_without_length_gets_one(handle):
    request = scope(**{"wsgi.input": io.BytesIO(b"abc"), "HTTP_TRANSFER_ENCODING": "chunked"})

    assert respond(handle, request) == (200, {"Length": "3"}, b"abc")


def test_a_body_that_ends_early_does_not_reach_the_application(handle):
    assert respond(handle, with_body(b"abc", CONTENT_LENGTH="10")) == (400, {}, b"")


def test_a_body_that_is_announced_too_long_is_not_read(handle):
    request = with_body(b"abc", CONTENT_LENGTH=str(MAX_BODY_BYTES + 1))

    assert respond(handle, request) == (200, {"Length": str(MAX_BODY_BYTES + 1)}, b"abc")


def test_a_body_that_turns_out_too_long_is_read_to_the_limit(handle):
    request = scope(**{"wsgi.input": io.BytesIO(b"x" * 10**6), "HTTP_TRANSFER_ENCODING": "chunked"})

    _, headers, body = respond(handle, request)

    assert MAX_BODY_BYTES < int(headers["Length"]) == len(body) < MAX_BODY_BYTES + 20_000


def test_an_error_of_the_application_is_raised_and_frees_the_slot():
    def fail(_environ, _start_response):
        raise ZeroDivisionError

    handle = RequestHandler(fail, SLOTS, BodyReader(MAX_BODY_BYTES))

    for _ in range(SLOTS + 1):
        with pytest.raises(ZeroDivisionError):
            handle(Protocol(), with_body(b"abc"))
    assert not handle.is_stuck()


def test_requests_are_answered_while_hundreds_of_bodies_are_slow(handle):
    bodies = [SlowBody() for _ in range(200)]
    slow = [start(handle, with_body(b"", **{"wsgi.input": body, "CONTENT_LENGTH": "5"})) for body in bodies]

    started_at = time.monotonic()
    responses = [respond(handle, with_body(b"abc"))[0] for _ in range(50)]
    took_s = time.monotonic() - started_at

    assert responses == [200] * 50
    assert took_s < 20
    for body in bodies:
        body.ended.set()
    for protocol, thread in slow:
        thread.join(TIMEOUT_S)
        assert [response[0] for response in protocol.responses] == [400]


def test_threads_above_the_slots_are_parked_until_a_body_needs_one():
    running, ended = [], threading.Event()

    def block(environ, start_response):
        running.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/slow":
            assert ended.wait(TIMEOUT_S)
        return echo(environ, start_response)

    handle = RequestHandler(block, SLOTS, BodyReader(MAX_BODY_BYTES))
    blocked = [start(handle, scope(PATH_INFO="/slow")) for _ in range(SLOTS)]
    wait_until(lambda: len(running) == SLOTS)
    protocol, parked = start(handle, scope())
    wait_until(lambda: protocol.responses)
    parked.join(0.1)
    was_parked = parked.is_alive()

    body = SlowBody()
    start(handle, with_body(b"", **{"wsgi.input": body, "CONTENT_LENGTH": "5"}))
    parked.join(TIMEOUT_S)

    assert (was_parked, parked.is_alive()) == (True, False)
    body.ended.set()
    ended.set()
    for _, thread in blocked:
        thread.join(TIMEOUT_S)
        assert not thread.is_alive()


def test_requests_that_run_for_minutes_in_every_slot_are_stuck(monkeypatch):
    monkeypatch.setattr("joindin.server.request_handler.STUCK_AFTER_S", 0)
    ended = threading.Event()

    def block(environ, start_response):
        assert ended.wait(TIMEOUT_S)
        return echo(environ, start_response)

    handle = RequestHandler(block, SLOTS, BodyReader(MAX_BODY_BYTES))
    start(handle, scope())
    time.sleep(0.01)
    with_one = handle.is_stuck()
    start(handle, scope())

    wait_until(handle.is_stuck)
    ended.set()
    wait_until(lambda: not handle.is_stuck())
    assert not with_one


def serving(bodies):
    """Return a handler whose application responds with these bodies, one after the other, and then shortly."""
    left = iter(bodies)

    def respond_with_body(_environ, start_response):
        start_response("200 OK", [])
        return next(left, [b"short"])

    return RequestHandler(respond_with_body, SLOTS, BodyReader(MAX_BODY_BYTES))


def start_streaming(handle, request=None):
    protocol = StreamingProtocol()
    thread = threading.Thread(target=handle, args=[protocol, request or scope()], daemon=True)
    thread.start()
    return protocol, thread


def test_a_long_response_is_rendered_as_the_client_takes_it():
    body = LongBody(JOINED_PARTS + 20)
    handle = serving([body])
    protocol, thread = start_streaming(handle)
    wait_until(lambda: protocol.responses)
    rendered_before = body.rendered

    short = [respond(handle, scope())[2] for _ in range(SLOTS)]
    protocol.taken.set()
    thread.join(TIMEOUT_S)

    assert rendered_before == JOINED_PARTS + 1
    assert short == [b"short"] * SLOTS
    assert (sum(map(len, protocol.parts)), body.closed) == (body.number * PART_BYTES, 1)
    assert not handle.is_stuck()


def test_a_response_of_moderate_length_is_joined():
    body = LongBody(JOINED_PARTS)
    handle = serving([body])

    assert len(respond(handle, scope())[2]) == JOINED_PARTS * PART_BYTES
    assert body.closed == 1


def test_only_some_responses_are_streamed_at_the_same_time():
    bodies = [LongBody(JOINED_PARTS + 2) for _ in range(MAX_STREAMS + 1)]
    handle = serving(bodies)
    streams = []
    for _ in range(MAX_STREAMS):
        streams.append(start_streaming(handle))
        wait_until(lambda: streams[-1][0].responses)

    joined = respond(handle, scope())[2]
    for protocol, thread in streams:
        protocol.taken.set()
        thread.join(TIMEOUT_S)

    assert len(joined) == (JOINED_PARTS + 2) * PART_BYTES
    assert {len(protocol.parts) for protocol, _ in streams} == {JOINED_PARTS + 2}
    assert [body.closed for body in bodies] == [1] * len(bodies)


def test_a_stream_whose_client_leaves_is_closed_and_another_may_follow():
    class LostClient(Protocol):
        def response_iter(self, _status, _headers, parts):
            parts.__next__()
            raise ConnectionError

    bodies = [LongBody(JOINED_PARTS + 2) for _ in range(MAX_STREAMS + 1)]
    handle = serving(bodies)

    for body in bodies:
        with pytest.raises(ConnectionError):
            handle(LostClient(), scope())
        assert body.closed == 1
