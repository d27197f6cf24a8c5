"""Requests that give their slot to others while they wait for another server."""

import threading

import pytest

from joindin.server.request_bodies import BodyReader
from joindin.server.request_handler import RequestHandler
from tests.server.test_request_handler import MAX_BODY_BYTES, SLOTS, TIMEOUT_S, echo, scope, start, wait_until

pytestmark = pytest.mark.runs_once("no database is used")


class WaitingApplication:
    """Requests wait for ``ended``: those of ``/remote`` without a slot, those of ``/slow`` with one. Those of ``/turn`` wait with
    a slot for ``turned``, and then without.
    """

    def __init__(self):
        self.waiting, self.turned, self.ended = [], threading.Event(), threading.Event()

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/turn":
            assert self.turned.wait(TIMEOUT_S)
        if path in ("/remote", "/turn"):
            with environ["joindin.released_slot"]():
                self._wait(path)
        elif path == "/slow":
            self._wait(path)
        return echo(environ, start_response)

    def _wait(self, path):
        self.waiting.append(path)
        assert self.ended.wait(TIMEOUT_S)


@pytest.fixture
def application():
    return WaitingApplication()


@pytest.fixture
def handle(application):
    return RequestHandler(application, SLOTS, BodyReader(MAX_BODY_BYTES))


def test_others_are_answered_while_many_requests_wait_without_a_slot(application, handle, monkeypatch):
    monkeypatch.setattr("joindin.server.request_handler.STUCK_AFTER_S", 0)
    remote = [start(handle, scope(PATH_INFO="/remote")) for _ in range(3 * SLOTS)]
    wait_until(lambda: len(application.waiting) == 3 * SLOTS)

    others = [start(handle, scope()) for _ in range(5)]
    for _, thread in others:
        thread.join(TIMEOUT_S)

    assert [thread.is_alive() for _, thread in others] == [False] * 5
    assert [protocol.responses[0][0] for protocol, _ in others] == [200] * 5
    assert not handle.is_stuck()
    application.ended.set()
    wait_until(lambda: all(protocol.responses for protocol, _ in remote))
    assert [protocol.responses[0][0] for protocol, _ in remote] == [200] * 3 * SLOTS


def test_request_that_starts_to_wait_wakes_a_parked_thread(application, handle):
    start(handle, scope(PATH_INFO="/turn"))
    for _ in range(SLOTS - 1):
        start(handle, scope(PATH_INFO="/slow"))
    wait_until(lambda: len(application.waiting) == SLOTS - 1)
    protocol, parked = start(handle, scope())
    wait_until(lambda: protocol.responses and handle._parked.qsize())

    application.turned.set()
    parked.join(TIMEOUT_S)

    assert not parked.is_alive()
    application.ended.set()


def test_error_while_waiting_is_raised_and_returns_the_slot():
    environ = {}

    def fail(given, _start_response):
        environ.update(given)
        with given["joindin.released_slot"]():
            raise OSError("no answer")

    handle = RequestHandler(fail, SLOTS, BodyReader(MAX_BODY_BYTES))
    for _ in range(2 * SLOTS):
        with pytest.raises(OSError, match="no answer"):
            handle(None, scope())

    assert environ["PATH_INFO"] == "/"
    assert handle._running == {}
