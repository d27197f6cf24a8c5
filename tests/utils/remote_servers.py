"""Servers on loopback that stand for other sites, and name resolution that leads to them."""

import re
import socket
import time
from contextlib import contextmanager, suppress
from threading import Thread

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Custom: yes\r\n\r\nhello"


class Listener:
    """Server for one connection: stores the request and sends ``chunks`` with pauses between them."""

    def __init__(self, chunks, pause=0, context=None):
        self.chunks, self.pause, self.context = chunks, pause, context
        self.request = b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = Thread(target=self._answer)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _answer(self):
        try:
            connection, _ = self._socket.accept()
            with self.context.wrap_socket(connection, server_side=True) if self.context else connection as connection:
                while not self._has_request() and (chunk := connection.recv(65536)):
                    self.request += chunk
                for chunk in self.chunks:
                    connection.sendall(chunk)
                    time.sleep(self.pause)
        except OSError:
            pass  # Some tests make the client close the connection.

    def _has_request(self):
        head, end, body = self.request.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        return bool(end) and len(body) >= int(length[1] if length else 0)


@contextmanager
def fake_dns(monkeypatch, **addresses):
    """Replace name resolution; yields the list of resolved names."""
    resolved = []

    def getaddrinfo(host, port, *_, **__):
        resolved.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses.get(host, [host])]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield resolved


class Site:
    """Server for any number of connections; answers each path with a prepared response and stores the paths."""

    def __init__(self, responses):
        self.responses, self.requested = responses, []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                path = connection.recv(65536).split(b" ")[1].decode()
                self.requested.append(path)
                connection.sendall(self.responses.get(path, build_response(b"", status=404)))


def build_response(body, media_type="text/plain", status=200, **headers):
    """Return the bytes of a response; underscores in names of headers stand for hyphens."""
    lines = {"Content-Type": media_type, "Content-Length": len(body), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body


def redirect_to(url):
    return build_response(b"", status=302, Location=url)
