"""A slow spam check delays its own comment and nothing else."""

from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Flag
from threading import Thread

import pytest

from joindin.models import Attendance, EventComment, TalkComment
from tests.factories import make_user, newest


class SlowAkismet(ThreadingHTTPServer):
    """Receives requests, and answers "no spam" once ``released`` is set."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked, self.released = Flag(), Flag()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.set()
        self.server.released.wait(30)
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"false")

    def log_message(self, *_):
        pass


@pytest.fixture
def akismet(app, monkeypatch):
    with SlowAkismet() as server:
        url = f"http://127.0.0.1:{server.server_port}/check"
        settings = {"AKISMET_KEY": "key", "AKISMET_URL": url, "ALLOW_PRIVATE_FETCHES": True}
        for name, value in settings.items():
            monkeypatch.setitem(app.config, name, value)
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "model"), [("/v2.1/events/{event}/comments", EventComment), ("/v2.1/talks/{talk}/comments", TalkComment)]
)
def test_others_write_to_the_same_rows_while_a_comment_is_checked(
    app, api, session, host, event, talk, akismet, path, model
):
    ids = {"event": event.id, "talk": talk.id}
    author = make_user(session)
    commenter, attendee, editor = api.signed_in(author), api.signed_in(author), api.signed_in(host)

    def post_comment():
        with app.app_context():
            return commenter.post(path.format(**ids), json={"comment": "Good", "rating": 5})

    with ThreadPoolExecutor(1) as pool:
        comment = pool.submit(post_comment)
        assert akismet.asked.wait(20)
        attended = attendee.post(f"/v2.1/events/{ids['event']}/attending")
        added = editor.post(f"/v2.1/events/{ids['event']}/tracks", json={"track_name": "Main"})
        assert (attended.status_code, added.status_code, comment.done()) == (201, 201, False)
        akismet.released.set()

        assert comment.result(timeout=20).status_code == 201
    assert newest(session, model).text == "Good"
    assert session.get(Attendance, (ids["event"], author.id)) is not None
