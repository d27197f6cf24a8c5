"""Another instance of a federation: a small HTTP server that answers as a test says, and records the requests."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


class FakeInstance:
    """``answers`` maps method and path, without query, to a status, a body, and headers. A body that is a function is called."""

    def __init__(self):
        self.answers, self.requests, self.url = {}, [], ""

    def answer(self, method, path, status, body=None, **headers):
        self.answers[method, path] = (status, body, headers)

    def sent(self, path):
        """Return the fields of the only request to the path."""
        (found,) = [each for each in self.requests if each["path"].partition("?")[0] == path]
        return found


def drip(handler):
    """Send a byte each tenth of a second."""
    for _ in range(200):
        handler.wfile.write(b" ")
        time.sleep(0.1)


@contextmanager
def fake_instance():
    instance = FakeInstance()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            fields = {key: values[0] for key, values in parse_qs(body).items()}
            instance.requests.append(
                {"path": self.path, "fields": fields, "body": body, "token": self.headers.get("Authorization")}
            )
            status, answer, headers = instance.answers.get((self.command, self.path.partition("?")[0]), (404, None, {}))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                if callable(answer):
                    answer(self)
                elif answer is not None:
                    self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())
            except OSError:
                pass

        do_GET = do_POST = do_DELETE = handle_any

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    instance.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield instance
    finally:
        server.shutdown()
        server.server_close()
