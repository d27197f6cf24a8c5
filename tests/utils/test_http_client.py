"""HTTP client: forbidden addresses, limits and deadlines, with real servers on loopback."""

import shlex
import socket
import ssl
import subprocess
import time
from threading import BoundedSemaphore, Event

import pytest

from joindin.utils import http_client
from joindin.utils.http_client import Deadline, FetchFailed, HttpResponse, fetch, is_public_address
from tests.utils.remote_servers import HELLO, Listener, fake_dns

MAKE_CERTIFICATE = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=named.example -addext subjectAltName=DNS:named.example"
    " -keyout key.pem -out cert.pem"
)


def test_response_is_returned_completely():
    with Listener([HELLO]) as listener:
        response = fetch(
            f"http://127.0.0.1:{listener.port}/a/b?c=d",
            method="POST",
            body="e=f",
            headers={"Content-Type": "text/plain"},
            allow_private=True,
        )

    lines = listener.request.decode().split("\r\n")
    assert (response.status, response.text, response.headers["X-Custom"]) == (200, "hello", "yes")
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
def test_public_addresses_are_public(address):
    assert is_public_address(address) is True


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"])
def test_private_address_is_refused_in_every_notation(host):
    with (
        Listener([HELLO]) as listener,
        pytest.raises(FetchFailed, match=r"is not on the public internet|cannot be resolved"),
    ):
        fetch(f"http://{host}:{listener.port}/")

    assert listener.request == b""


def test_host_with_one_private_address_is_refused(monkeypatch):
    addresses = {"mixed.example": ["93.184.216.34", "127.0.0.1"]}

    with fake_dns(monkeypatch, **addresses), pytest.raises(FetchFailed, match="not on the public internet"):
        fetch("http://mixed.example/")


def test_name_is_resolved_once(monkeypatch):
    with Listener([HELLO]) as listener, fake_dns(monkeypatch, **{"named.example": ["127.0.0.1"]}) as resolved:
        response = fetch(f"http://named.example:{listener.port}/", allow_private=True)

    assert response.text == "hello"
    assert f"Host: named.example:{listener.port}\r\n" in listener.request.decode()
    # The connection resolves the IP address again, which is not a name any more.
    assert [host for host in resolved if host != "127.0.0.1"] == ["named.example"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://files.example/", "file:///etc/passwd", "gopher://x.example/", "http:///path", "//x.example/", "", "http://",
        "http://user:word@x.example/", "http://x.example:99999/", "http://x.example:0/", "http://x.example/a b",
        "http://x.example/\r\nX: y", "http://[::1", "http://bücher.example/",
    ],
)  # fmt: skip
def test_invalid_url_is_refused(url):
    with pytest.raises(FetchFailed):
        fetch(url, allow_private=True)


def test_redirect_is_not_followed():
    away = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with Listener([away]) as listener:
        response = fetch(f"http://127.0.0.1:{listener.port}/", allow_private=True)

    assert (response.status, response.body) == (302, b"")


@pytest.mark.parametrize(
    "chunks",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001],
        [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 500] * 5],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1f4\r\n" + b"x" * 500 + b"\r\n", b"1f5\r\n" + b"x" * 501 + b"\r\n0\r\n\r\n"],
    ],
    ids=["content length", "until the end", "chunked"],
)  # fmt: skip
def test_long_response_is_refused(chunks):
    with Listener(chunks) as listener, pytest.raises(FetchFailed, match="longer than 1000 bytes"):
        fetch(f"http://127.0.0.1:{listener.port}/", allow_private=True, max_bytes=1000)


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_slow_server_is_cut_off_at_the_deadline(start):
    with Listener([start, *[b"x"] * 600], pause=0.1) as listener:
        started_at = time.monotonic()
        with pytest.raises(FetchFailed, match="it took too long"):
            fetch(f"http://127.0.0.1:{listener.port}/", allow_private=True, deadline=Deadline(0.4))

    assert time.monotonic() - started_at < 30


@pytest.mark.parametrize("sent", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhell"])
def test_incomplete_response_is_refused(sent):
    with Listener([sent]) as listener, pytest.raises(FetchFailed):
        fetch(f"http://127.0.0.1:{listener.port}/", allow_private=True)


def test_body_that_is_not_json_is_refused():
    assert HttpResponse(200, b'{"a": 1}').json() == {"a": 1}
    with pytest.raises(FetchFailed, match="not JSON"):
        HttpResponse(200, b"\xff<html>").json()


def test_certificate_is_verified_against_the_name_and_not_the_address(monkeypatch, tmp_path):
    subprocess.run(shlex.split(MAKE_CERTIFICATE), cwd=tmp_path, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    both = {"named.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}

    with fake_dns(monkeypatch, **both):
        with Listener([HELLO], context=context) as listener, pytest.raises(FetchFailed, match="CERTIFICATE_VERIFY"):
            fetch(f"https://named.example:{listener.port}/", allow_private=True)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        with Listener([HELLO], context=context) as listener:
            response = fetch(f"https://named.example:{listener.port}/", allow_private=True)
        with Listener([HELLO], context=context) as listener, pytest.raises(FetchFailed, match="CERTIFICATE_VERIFY"):
            fetch(f"https://other.example:{listener.port}/", allow_private=True)

    assert response.text == "hello"


def test_unknown_host_is_refused():
    with pytest.raises(FetchFailed, match=r"no-such-host\.invalid cannot be resolved"):
        fetch("http://no-such-host.invalid/")


@pytest.mark.parametrize(("url", "port"), [("https://named.example/", 443), ("http://named.example/", 80)])
def test_default_port_is_that_of_the_scheme(monkeypatch, url, port):
    ports = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, port, *_, **__: ports.append(port) or [])

    with pytest.raises(FetchFailed):
        fetch(url)

    assert ports == [port]


def test_slow_name_resolution_is_cut_off_at_the_deadline(monkeypatch):
    released = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(60) and [])

    started_at = time.monotonic()
    with pytest.raises(FetchFailed, match="it took too long"):
        fetch("http://named.example/", deadline=Deadline(0.2))
    seconds = time.monotonic() - started_at
    released.set()

    assert seconds < 30


def test_stuck_name_resolutions_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(http_client, "_lookups", BoundedSemaphore(1))
    released = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(60) and [])

    # Long enough that a busy machine does not use them up before the lookup.
    with pytest.raises(FetchFailed, match="it took too long"):
        fetch("http://named.example/", deadline=Deadline(1))
    with pytest.raises(FetchFailed, match="too many name lookups"):
        fetch("http://named.example/", deadline=Deadline(1))
    released.set()
    while not http_client._lookups.acquire(timeout=0.1):
        pass
    http_client._lookups.release()
    monkeypatch.undo()

    with Listener([HELLO]) as listener:
        assert fetch(f"http://127.0.0.1:{listener.port}/", allow_private=True).text == "hello"


def test_requests_share_a_deadline():
    deadline = Deadline(4)

    with Listener([HELLO]) as listener:
        fetch(f"http://127.0.0.1:{listener.port}/", allow_private=True, deadline=deadline)
    time.sleep(deadline.remaining_s() - 0.2)
    with Listener([b"", HELLO], pause=0.4) as listener, pytest.raises(FetchFailed, match="it took too long"):
        fetch(f"http://127.0.0.1:{listener.port}/", allow_private=True, deadline=deadline)


def test_nothing_is_sent_after_the_deadline():
    deadline = Deadline(0)

    with Listener([HELLO]) as listener, pytest.raises(FetchFailed, match="it took too long"):
        fetch(f"http://127.0.0.1:{listener.port}/", allow_private=True, deadline=deadline)

    assert listener.request == b""
