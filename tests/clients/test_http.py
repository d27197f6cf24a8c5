"""HTTP/1.0 requests over a real socket, as PHP's streams send them (spec 20.1)."""

import json
import re
import socket
import threading
import time
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from joindin.extensions import db
from tests.cli.conftest import free_port, ready_copy, ready_instance  # noqa: F401 - fixtures
from tests.factories import make_talk

pytestmark = pytest.mark.runs_once("HTTP over sockets does not depend on the database")

# The pattern with which web2 reads a status.
STATUS = re.compile(rb"HTTP/1\.[01] (\d+) ")


class Silent(WSGIRequestHandler):
    def log_message(self, *_):
        """Log nothing."""


@pytest.fixture
def port(app):
    with make_server("127.0.0.1", 0, app, handler_class=Silent) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def send(port, method, path, *headers, body=b""):
    """Return the raw response, read until the server closes the connection."""
    lines = [f"{method} {path} HTTP/1.0", f"Host: 127.0.0.1:{port}", *headers, f"Content-Length: {len(body)}", "", ""]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall("\r\n".join(lines).encode() + body)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_the_status_line_is_as_web2_reads_it(session, event, host, token, port):
    talk = make_talk(session, event)
    headers = [f"Authorization: OAuth {token(host)}", "Accept: application/json", "Content-type: application/json"]
    db.session.commit()

    edited = send(
        port,
        "POST",
        f"/v2.1/talks/{talk.id}/links",
        *headers,
        body=b'{"display_name":"slides_link","url":"https:\\/\\/slides.example"}',
    )
    removed = send(port, "DELETE", f"/v2.1/talks/{talk.id}", *headers)

    # Some servers write the reason phrase in capitals; clients ignore it.
    lines = [reply.partition(b"\r\n")[0][9:].title() for reply in (edited, removed)]
    assert lines == [b"204 No Content", b"204 No Content"]
    assert [STATUS.match(reply)[1] for reply in (edited, removed)] == [b"204", b"204"]
    assert [reply.partition(b"\r\n\r\n")[2] for reply in (edited, removed)] == [b"", b""]


def test_our_own_server_answers_so_too(ready_copy, free_port):  # noqa: F811 - fixtures
    assert ready_copy.run("demo").returncode == 0
    server = ready_copy.start("serve", "--port", free_port, "--workers", "1", "--no-jobs")
    try:
        wait_for(free_port)
        entrance = {"grant_type": "password", "username": "ada", "password": "joindin-demo"}
        client = {"client_id": "demo", "client_secret": "demo-secret"}
        body = json.dumps(entrance | client).encode()
        signed_in = send(free_port, "POST", "/v2.1/token", "Content-type: application/json", body=body)
        token = json.loads(signed_in.partition(b"\r\n\r\n")[2])["access_token"]
        removed = send(free_port, "DELETE", "/v2.1/talks/1", f"Authorization: OAuth {token}")
    finally:
        server.terminate()
        server.communicate(timeout=30)

    head, _, rest = removed.partition(b"\r\n\r\n")
    assert re.fullmatch(rb"HTTP/1\.[01] 204 No Content", head.split(b"\r\n")[0])
    assert rest == b""


def wait_for(port):
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", int(port))).close()
            return
        except OSError:
            time.sleep(0.1)
