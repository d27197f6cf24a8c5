"""Asking other servers over HTTP, without becoming their way into our own network.

A name is resolved once, every address it has must be a public one, and the connection goes to the address that was
looked at; the certificate is still checked against the name. Redirects are answers like any other, sizes and the
whole time are limited, and proxies from the environment are not used.
"""

import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from urllib.parse import SplitResult, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

TIMEOUT_S = 5
MAX_BYTES = 1024 * 1024

# IPv6 addresses that carry an IPv4 address, which may be a private one.
IPV4_EMBEDDINGS = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


class FetchFailed(Exception):
    """There is no answer: refused by us, by the network, or cut off. The text is for logs."""


@dataclass(frozen=True)
class HttpResponse:
    """What the other server said, whatever its status."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self):
        """:raises FetchFailed: if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise FetchFailed("the answer is not JSON") from None


def fetch(
    url: str,
    *,
    method: str = "GET",
    body: str | bytes | None = None,
    headers: Mapping[str, str] | None = None,
    allow_private: bool = False,
    timeout_s: float = TIMEOUT_S,
    max_bytes: int = MAX_BYTES,
) -> HttpResponse:
    """Ask ``url`` once.

    :raises FetchFailed: if its address is not public and ``allow_private`` is not given, or there is no whole answer
        within the limits.
    """
    parts = _checked(url)
    address = _address_of(parts.hostname, parts.port or _usual_port(parts), allow_private)
    connection = _connection(parts, address, timeout_s)
    deadline = _Deadline(connection, timeout_s)
    try:
        deadline.start()
        connection.connect()
        connection.request(
            method,
            (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            body=body,
            headers={"Host": parts.netloc, "User-Agent": "joindin", **(headers or {})},
            preload_content=False,
            decode_content=False,
        )
        response = connection.getresponse()
        answer = HttpResponse(response.status, _read(response, max_bytes, deadline), response.headers)
    except FetchFailed:
        raise
    except (OSError, HTTPException, urllib3.exceptions.HTTPError, ValueError) as why:
        raise FetchFailed("it took too long" if deadline.passed else f"{type(why).__name__}: {why}") from None
    finally:
        deadline.cancel()
        connection.close()
    if deadline.passed:
        raise FetchFailed("it took too long")
    return answer


def is_public_address(address: str) -> bool:
    """Whether an IP address is one of the open internet's."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public_address(str(ip.ipv4_mapped))
        if ip.sixtofour or ip.teredo or any(ip in network for network in IPV4_EMBEDDINGS):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or getattr(ip, "is_site_local", False))


def _checked(url) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise FetchFailed(f"no address: {wrong}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise FetchFailed("no address that starts with http:// or https://")
    if "@" in parts.netloc or not url.isascii() or any(letter <= " " or letter == "\x7f" for letter in url):
        raise FetchFailed("an address with a password, spaces or letters that do not belong there")
    return parts


def _address_of(host, port, allow_private):
    """The address to connect to; one private address among public ones spoils them all."""
    try:
        found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as why:
        raise FetchFailed(f"{host} is not known: {why}") from None
    if not found or not (allow_private or all(is_public_address(address) for address in found)):
        raise FetchFailed(f"{host} is not on the open internet")
    return found[0]


def _connection(parts, address, seconds):
    port = parts.port or _usual_port(parts)
    if parts.scheme == "http":
        return HTTPConnection(address, port, timeout=seconds)
    return HTTPSConnection(
        address,
        port,
        timeout=seconds,
        ssl_context=ssl.create_default_context(),
        server_hostname=parts.hostname,
    )


def _usual_port(parts):
    return 443 if parts.scheme == "https" else 80


def _read(response, most_bytes, deadline):
    pieces, size = [], 0
    while not deadline.passed and (piece := response.read1(65536)):
        size += len(piece)
        if size > most_bytes:
            raise FetchFailed(f"the answer is longer than {most_bytes} bytes")
        pieces.append(piece)
    return b"".join(pieces)


class _Deadline:
    """Hangs up when the time is over, also on a server that sends a letter now and then."""

    def __init__(self, connection, seconds):
        self.passed = False
        self._connection = connection
        self._timer = threading.Timer(seconds, self._hang_up)
        self._timer.daemon = True

    def start(self):
        self._timer.start()

    def cancel(self):
        self._timer.cancel()

    def _hang_up(self):
        self.passed = True
        # It may not have begun, or be over already.
        with suppress(OSError, AttributeError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)
