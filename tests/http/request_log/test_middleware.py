"""The identifier and the record of each request, also of cached responses, errors and refused requests."""

import io
import json
import logging
import os
import re
import sys

import pytest

from joindin.http.request_log.labels import literal_segments
from joindin.http.request_log.lines import RequestLog
from joindin.http.request_log.middleware import RequestObserver
from tests.factories import make_event, make_user

PROXY_ID = "proxy-7.a_B"


@pytest.fixture
def log_of(app, tmp_path):
    """``log_of(respond)`` returns the lines of the request log after ``respond(client)``, as objects."""

    def observing(respond, *, accepts_ids=False, propagates=True, wsgi_app=None):
        descriptor = os.open(tmp_path / "log", os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        request_log = RequestLog("json", descriptor)
        inner = wsgi_app or app.wsgi_app._app._app
        outer, app.wsgi_app = (
            app.wsgi_app,
            RequestObserver(
                inner, request_log, lambda: literal_segments(app), accepts_ids=accepts_ids, propagates=propagates
            ),
        )
        try:
            respond(app.test_client())
        finally:
            app.wsgi_app = outer
            request_log.close()
            os.close(descriptor)
        return [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]

    return observing


def test_a_request_has_one_line(log_of, session):
    event = make_event(session, "Logged", host=make_user(session))
    session.commit()
    replies = []

    (line,) = log_of(lambda client: replies.append(client.get(f"/v2.1/events/{event.id}?verbose=yes")))

    assert line.pop("ms") > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "level": "info",
        "request_id": replies[0].headers["X-Request-Id"],
        "method": "GET",
        "surface": "v2_1",
        "route": "/v2.1/events/<positive:event_id>",
        "path": None,
        "status": 200,
        "bytes": len(replies[0].data),
        "cache": "miss",
        "user": None,
        "client": None,
    }


@pytest.mark.runs_once("on PostgreSQL a write of another test ends the cached responses")
def test_a_cached_response_has_the_label_of_the_first_and_its_own_identifier(log_of, session):
    make_event(session, "Logged", host=make_user(session))
    session.commit()
    replies = []

    def get_twice(client):
        replies.append(client.get("/v2.1/events?title=cached"))
        replies.append(client.get("/v2.1/events?title=cached", headers={"If-None-Match": replies[0].headers["ETag"]}))

    first, second = log_of(get_twice)

    assert [(each["cache"], each["status"], each["route"]) for each in (first, second)] == [
        ("miss", 200, "/v2.1/events"),
        ("hit", 304, "/v2.1/events"),
    ]
    assert second["bytes"] == 0
    assert [each["request_id"] for each in (first, second)] == [each.headers["X-Request-Id"] for each in replies]
    assert first["request_id"] != second["request_id"]


@pytest.mark.runs_once("on PostgreSQL a write of another test ends the cached responses")
def test_a_personal_response_from_memory_is_logged_with_its_user(log_of, session, token_for):
    user = make_user(session)
    token = token_for(user)
    session.commit()
    replies = []

    def get_thrice(client):
        headers = {"Authorization": f"Bearer {token}"}
        replies.extend(client.get("/api/events/", headers=headers, buffered=True) for _ in range(3))

    lines = log_of(get_thrice)

    assert {each.status_code for each in replies} == {200}
    assert [each["cache"] for each in lines] == [None, "miss", "hit"]
    assert {each["user"] for each in lines} == {user.id}
    assert len({each.headers["X-Request-Id"] for each in replies}) == 3
    assert [len(each.headers.getlist("X-Request-Id")) for each in replies] == [1, 1, 1]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v2.1/nothing", {}, 404),
        ("/v2.1/events", {"Authorization": "Bearer 0123456789abcdef"}, 200),
        ("/" + "x" * 3000, {}, 414),
        ("/accounts/", {}, 302),
        ("/static/api.css", {}, 200),
    ],
)
def test_every_response_has_an_identifier(log_of, session, path, headers, status):
    replies = []

    (line,) = log_of(lambda client: replies.append(client.get(path, headers=headers, buffered=True)))

    assert (replies[0].status_code, line["status"]) == (status, status)
    assert line["request_id"] == replies[0].headers["X-Request-Id"]
    assert re.fullmatch("[0-9a-f]{16}", line["request_id"])


@pytest.mark.parametrize(("accepts_ids", "expected"), [(True, True), (False, False)])
def test_the_identifier_of_a_trusted_proxy_is_kept(log_of, session, accepts_ids, expected):
    lines = log_of(
        lambda client: client.get("/docs", headers={"X-Request-Id": PROXY_ID}, buffered=True), accepts_ids=accepts_ids
    )

    assert (lines[0]["request_id"] == PROXY_ID) == expected


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, 'a","level":"x', "ä"])
def test_an_identifier_of_another_form_is_replaced(log_of, session, sent):
    lines = log_of(lambda client: client.get("/docs", headers={"X-Request-Id": sent}, buffered=True), accepts_ids=True)

    assert re.fullmatch("[0-9a-f]{16}", lines[0]["request_id"])


@pytest.mark.runs_once("no database is used")
def test_an_exception_of_the_application_becomes_a_response_and_is_logged_once(log_of, session, caplog):
    def fail(_environ, _start_response):
        raise ZeroDivisionError

    replies = []

    (line,) = log_of(
        lambda client: replies.append(client.get("/calendar/0123456789abcdef0123/x")), propagates=False, wsgi_app=fail
    )

    assert (replies[0].status_code, line["status"], line["level"]) == (500, 500, "error")
    assert replies[0].text == f"Internal error. Error reference: {line['request_id']}\n"
    assert [each.getMessage() for each in caplog.records] == [
        f"GET /calendar/***/x failed (request {line['request_id']})"
    ]
    assert caplog.records[0].exc_info[0] is ZeroDivisionError


@pytest.mark.runs_once("no database is used")
def test_a_body_that_fails_is_logged_with_what_was_sent(log_of, session, caplog):
    def begin(_environ, start_response):
        start_response("200 OK", [])

        def parts():
            yield b"begun"
            raise ZeroDivisionError

        return parts()

    def read(client):
        reply = client.get("/docs", buffered=False)
        with pytest.raises(ZeroDivisionError):
            list(reply.response)
        reply.close()

    (line,) = log_of(read, wsgi_app=begin)

    assert (line["status"], line["bytes"]) == (200, 5)
    assert [each.levelno for each in caplog.records] == [logging.ERROR]


@pytest.mark.runs_once("no database is used")
def test_the_list_of_headers_that_the_application_keeps_is_not_changed():
    headers = [("A", "b")]

    def respond(_environ, start_response):
        start_response("200 OK", headers)
        return []

    observer = RequestObserver(respond, None, frozenset, accepts_ids=False, propagates=True)
    sent = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr}
    observer(environ, lambda status, sent_headers: sent.extend(sent_headers))

    assert headers == [("A", "b")]
    assert [name for name, _ in sent] == ["A", "X-Request-Id"]
