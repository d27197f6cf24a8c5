"""Asking other servers: what is refused, and what is cut off. The servers are real and on loopback."""

import re
import shlex
import socket
import ssl
import subprocess
import time
from contextlib import contextmanager
from threading import Thread

import pytest

from joindin.utils.http_client import FetchFailed, HttpResponse, fetch, is_public_address

MAKE_CERTIFICATE = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=named.example -addext subjectAltName=DNS:named.example"
    " -keyout key.pem -out cert.pem"
)
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Word: yes\r\n\r\nhello"


class Listener:
    """Takes one connection, remembers what it was asked, and says ``pieces`` with pauses between them."""

    def __init__(self, pieces, pause=0, context=None):
        self.pieces, self.pause, self.context = pieces, pause, context
        self.asked = b""
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
                while not self._has_been_asked() and (piece := connection.recv(65536)):
                    self.asked += piece
                for piece in self.pieces:
                    connection.sendall(piece)
                    time.sleep(self.pause)
        except OSError:
            pass  # The other side hung up, which is what some tests are about.

    def _has_been_asked(self):
        head, end, body = self.asked.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        return bool(end) and len(body) >= int(length[1] if length else 0)


@contextmanager
def names(monkeypatch, **addresses):
    """The outside world's names; each call counts."""
    asked = []

    def look_up(host, port, *_, **__):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses.get(host, [host])]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield asked


def test_an_answer_is_brought_whole():
    with Listener([HELLO]) as listener:
        answer = fetch(
            f"http://127.0.0.1:{listener.port}/a/b?c=d",
            method="POST",
            body="e=f",
            headers={"Content-Type": "text/plain"},
            allow_private=True,
        )

    lines = listener.asked.decode().split("\r\n")
    assert (answer.status, answer.text, answer.headers["X-Word"]) == (200, "hello", "yes")
    assert (lines[0], lines[-1]) == ("POST /a/b?c=d HTTP/1.1", "e=f")
    assert f"Host: 127.0.0.1:{listener.port}" in lines


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "fc00::1", "fe80::1", "fe80::1%eth0",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::",
        "2001::1", "::127.0.0.1", "fec0::1",
    ],
)  # fmt: skip
def test_private_addresses_are_not_public(address):
    assert is_public_address(address) is False


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_the_open_internet_is_public(address):
    assert is_public_address(address) is True


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"])
def test_our_own_network_is_not_asked_however_it_is_spelled(host):
    with Listener([HELLO]) as listener, pytest.raises(FetchFailed, match=r"is not on the open internet|is not known"):
        fetch(f"http://{host}:{listener.port}/")

    assert listener.asked == b""


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    addresses = {"mixed.example": ["93.184.216.34", "127.0.0.1"]}

    with names(monkeypatch, **addresses), pytest.raises(FetchFailed, match="not on the open internet"):
        fetch("http://mixed.example/")


def test_a_name_is_looked_up_once_so_that_it_cannot_change_its_mind(monkeypatch):
    with Listener([HELLO]) as listener, names(monkeypatch, **{"named.example": ["127.0.0.1"]}) as asked:
        answer = fetch(f"http://named.example:{listener.port}/", allow_private=True)

    assert answer.text == "hello"
    assert f"Host: named.example:{listener.port}\r\n" in listener.asked.decode()
    # The connection asks for the address that came out, which is no name any more.
    assert [host for host in asked if host != "127.0.0.1"] == ["named.example"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://files.example/", "file:///etc/passwd", "gopher://x.example/", "http:///path", "//x.example/", "", "http://",
        "http://user:word@x.example/", "http://x.example:99999/", "http://x.example:0/", "http://x.example/a b",
        "http://x.example/\r\nX: y", "http://[::1", "http://bücher.example/",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(url):
    with pytest.raises(FetchFailed):
        fetch(url, allow_private=True)


def test_a_redirect_is_not_followed():
    away = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with Listener([away]) as listener:
        answer = fetch(f"http://127.0.0.1:{listener.port}/", allow_private=True)

    assert (answer.status, answer.body) == (302, b"")


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001],
        [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 500] * 5],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1f4\r\n" + b"x" * 500 + b"\r\n", b"1f5\r\n" + b"x" * 501 + b"\r\n0\r\n\r\n"],
    ],
    ids=["announced", "until the end", "in chunks"],
)  # fmt: skip
def test_a_long_answer_is_refused(pieces):
    with Listener(pieces) as listener, pytest.raises(FetchFailed, match="longer than 1000 bytes"):
        fetch(f"http://127.0.0.1:{listener.port}/", allow_private=True, max_bytes=1000)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_server_that_sends_a_letter_now_and_then_is_hung_up_on(start):
    with Listener([start, *[b"x"] * 100], pause=0.1) as listener:
        begun = time.monotonic()
        with pytest.raises(FetchFailed, match="it took too long"):
            fetch(f"http://127.0.0.1:{listener.port}/", allow_private=True, timeout_s=0.4)

    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhell"])
def test_half_an_answer_is_none(said):
    with Listener([said]) as listener, pytest.raises(FetchFailed):
        fetch(f"http://127.0.0.1:{listener.port}/", allow_private=True)


def test_what_is_not_json_is_said_to_be_none():
    assert HttpResponse(200, b'{"a": 1}').json() == {"a": 1}
    with pytest.raises(FetchFailed, match="not JSON"):
        HttpResponse(200, b"\xff<html>").json()


def test_a_certificate_is_checked_against_the_name_and_not_the_address(monkeypatch, tmp_path):
    subprocess.run(shlex.split(MAKE_CERTIFICATE), cwd=tmp_path, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    both = {"named.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}

    with names(monkeypatch, **both):
        with Listener([HELLO], context=context) as listener, pytest.raises(FetchFailed, match="CERTIFICATE_VERIFY"):
            fetch(f"https://named.example:{listener.port}/", allow_private=True)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        with Listener([HELLO], context=context) as listener:
            answer = fetch(f"https://named.example:{listener.port}/", allow_private=True)
        with Listener([HELLO], context=context) as listener, pytest.raises(FetchFailed, match="CERTIFICATE_VERIFY"):
            fetch(f"https://other.example:{listener.port}/", allow_private=True)

    assert answer.text == "hello"
