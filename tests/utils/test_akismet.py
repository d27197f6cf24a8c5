"""Spam check with a fake Akismet server (spec 2.14)."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

import pytest

from joindin.models import EventComment
from joindin.utils.akismet import ClientOrigin, is_spam
from tests.factories import make_event, make_user, newest

pytestmark = pytest.mark.runs_once("the spam check does not depend on the database")

ORIGIN = ClientOrigin("1.2.3.4", "Browser/1.0")


class FakeAkismet(ThreadingHTTPServer):
    """Answers every request with ``verdict`` and stores its fields."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.verdict, self.received = 200, b"false", []

    @property
    def settings(self):
        return {
            "AKISMET_KEY": "the key",
            "AKISMET_BLOG": None,
            "AKISMET_URL": f"http://127.0.0.1:{self.server_port}/1.1/comment-check",
            "WEBSITE_URL": "http://web.example",
            "ALLOW_PRIVATE_FETCHES": True,
        }


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.received.append((self.path, {name: value for name, (value,) in parse_qs(body, True).items()}))
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.verdict)))
        self.end_headers()
        self.wfile.write(self.server.verdict)

    def log_message(self, *_):
        pass


@pytest.fixture
def akismet():
    with FakeAkismet() as server:
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def closed_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield unused.getsockname()[1]


def test_text_and_origin_are_sent_to_akismet(akismet):
    verdict = is_spam(akismet.settings, "Grüße & <b>", ORIGIN)

    assert verdict is False
    assert akismet.received == [
        (
            "/1.1/comment-check",
            {
                "api_key": "the key",
                "blog": "http://web.example",
                "comment_content": "Grüße & <b>",
                "user_agent": "Browser/1.0",
                "user_ip": "1.2.3.4",
            },
        )
    ]


def test_blog_setting_and_unknown_user_agent_are_sent(akismet):
    settings = {**akismet.settings, "AKISMET_BLOG": "http://blog.example"}

    verdict = is_spam(settings, "Text", ClientOrigin("::1", None))

    ((_path, asked),) = akismet.received
    assert verdict is False
    assert (asked["blog"], asked["user_agent"], asked["user_ip"]) == ("http://blog.example", "", "::1")


@pytest.mark.parametrize(
    ("status", "answer", "verdict"),
    [
        (200, b"false", False),
        (200, b" false\n", False),
        (200, b"true", True),
        (200, b"", True),
        (200, b"invalid", True),
        (200, b"FALSE", True),
        (500, b"false", True),
        (302, b"false", True),
    ],
)
def test_only_false_means_not_spam(akismet, status, answer, verdict):
    akismet.status, akismet.verdict = status, answer

    assert is_spam(akismet.settings, "Text", ORIGIN) is verdict
    assert len(akismet.received) == 1


@pytest.mark.parametrize(
    ("text", "origin"), [(" \n", ORIGIN), ("Text", ClientOrigin(None, "Browser")), ("Text", ClientOrigin("", ""))]
)
def test_unverifiable_comment_is_spam_without_a_request(akismet, text, origin):
    assert is_spam(akismet.settings, text, origin) is True
    assert akismet.received == []


@pytest.mark.parametrize("key", [None, ""])
def test_nothing_is_sent_without_a_key(akismet, key):
    settings = {**akismet.settings, "AKISMET_KEY": key}

    assert is_spam(settings, "Text", ORIGIN) is False
    assert is_spam(settings, " ", ClientOrigin(None, None)) is False
    assert akismet.received == []


def test_comments_are_spam_while_akismet_is_down(closed_port):
    settings = {
        "AKISMET_KEY": "the key",
        "AKISMET_BLOG": None,
        "AKISMET_URL": f"http://127.0.0.1:{closed_port}/",
        "WEBSITE_URL": "http://web.example",
        "ALLOW_PRIVATE_FETCHES": True,
    }

    assert is_spam(settings, "Text", ORIGIN) is True


def test_akismet_in_a_private_network_needs_a_setting(akismet):
    settings = {**akismet.settings, "ALLOW_PRIVATE_FETCHES": False}

    assert is_spam(settings, "Text", ORIGIN) is True
    assert akismet.received == []


@pytest.mark.parametrize(
    ("verdict", "answer", "stored"),
    [(b"false", (201, b""), "Buy now"), (b"true", (400, b'["Comment failed spam check"]'), None)],
)
def test_comments_are_checked_by_akismet(api, app, session, monkeypatch, akismet, verdict, answer, stored):
    for name, value in akismet.settings.items():
        monkeypatch.setitem(app.config, name, value)
    akismet.verdict = verdict
    event = make_event(session)
    headers = {"Forwarded": 'for=5.6.7.8;user-agent="a, b; c"'}

    reply = api.signed_in(make_user(session)).post(
        f"/v2.1/events/{event.id}/comments", json={"comment": "Buy now", "rating": 5}, headers=headers
    )

    ((_path, asked),) = akismet.received
    comment = newest(session, EventComment)
    assert (reply.status_code, reply.data) == answer
    assert (comment and comment.text) == stored
    assert (asked["comment_content"], asked["user_ip"], asked["user_agent"]) == ("Buy now", "5.6.7.8", "a, b; c")


def test_refused_comment_is_not_sent_to_akismet(api, app, session, monkeypatch, akismet):
    for name, value in akismet.settings.items():
        monkeypatch.setitem(app.config, name, value)
    writer = api.signed_in(make_user(session))
    event = make_event(session)

    replies = [
        writer.post(f"/v2.1/events/{event.id}/comments", json={"comment": "", "rating": 5}),
        writer.post("/v2.1/events/987654/comments", json={"comment": "x", "rating": 5}),
        api.post(f"/v2.1/events/{event.id}/comments", json={"comment": "x", "rating": 5}),
    ]

    assert [reply.status_code for reply in replies] == [400, 404, 400]
    assert akismet.received == []
