"""HTTP client for requests to other servers, guarded against server-side request forgery (SSRF).

A name is resolved once and every address of it must be public. The connection goes to the address that was checked; the
certificate is still verified against the name. Redirects are not followed, proxies from the environment are not used,
and the size of a response is limited. One deadline covers name lookup, connection, request and response; several
requests can share it.
"""

import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from urllib.parse import SplitResult, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

TIMEOUT_S = 5
MAX_BYTES = 1024 * 1024

# Name lookups that may be in progress at once. A lookup cannot be cancelled: after its deadline it keeps its thread
# until the resolver itself times out.
MAX_LOOKUPS = 32

MSG_TIMEOUT = "it took too long"

# IPv6 networks whose addresses embed an IPv4 address, which may be a private one.
IPV4_EMBEDDINGS = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))

_lookups = threading.BoundedSemaphore(MAX_LOOKUPS)


class FetchFailed(Exception):
    """There is no response: the request was not allowed, failed, or was cut off. The text is for logs."""


class AddressRefused(FetchFailed):
    """The address is not allowed: no other attempt succeeds."""


class Deadline:
    """The end of the time that one or several requests have together."""

    def __init__(self, seconds: float = TIMEOUT_S):
        self._ends_at = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._ends_at

    def remaining_s(self) -> float:
        """:raises FetchFailed: if the time is over."""
        remaining = self._ends_at - time.monotonic()
        if remaining <= 0:
            raise FetchFailed(MSG_TIMEOUT)
        return remaining


@dataclass(frozen=True)
class HttpResponse:
    """A complete response of any status."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self):
        """:raises FetchFailed: if the body is not JSON."""
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
    deadline: Deadline | None = None,
    max_bytes: int = MAX_BYTES,
) -> HttpResponse:
    """Send one request and read the response; without ``deadline`` it has TIMEOUT_S seconds.

    :raises FetchFailed: if the address is not public and ``allow_private`` is not set, or if there is no complete
        response within the limits.
    """
    deadline = deadline or Deadline()
    parts = _parse_url(url)
    port = parts.port or _default_port(parts)
    address = resolve_host(parts.hostname, port, allow_private, deadline.remaining_s())
    timeout_s = deadline.remaining_s()
    connection = _open_connection(parts, address, port, timeout_s)
    watchdog = _Watchdog(connection, timeout_s)
    try:
        watchdog.start()
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
        result = HttpResponse(response.status, _read(response, max_bytes, watchdog), response.headers)
    except FetchFailed:
        raise
    except (OSError, HTTPException, urllib3.exceptions.HTTPError, ValueError) as error:
        # The socket and the watchdog have the same time: either may end the request.
        raise FetchFailed(MSG_TIMEOUT if deadline.is_over else f"{type(error).__name__}: {error}") from None
    finally:
        watchdog.cancel()
        connection.close()
    if watchdog.expired:
        raise FetchFailed(MSG_TIMEOUT)
    return result


def is_public_address(address: str) -> bool:
    """Whether an IP address is reachable from the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public_address(str(ip.ipv4_mapped))
        if ip.sixtofour or ip.teredo or any(ip in network for network in IPV4_EMBEDDINGS):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or getattr(ip, "is_site_local", False))


def _parse_url(url) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(f"not a URL: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise AddressRefused("not a URL that starts with http:// or https://")
    if "@" in parts.netloc or not url.isascii() or any(letter <= " " or letter == "\x7f" for letter in url):
        raise AddressRefused("a URL with credentials, spaces or characters that are not allowed")
    return parts


def resolve_host(host: str, port: int, allow_private: bool, timeout_s: float) -> str:
    """Return the address to connect to. A single private address among public ones is refused.

    :raises FetchFailed: if the host is unknown or not allowed.
    """
    addresses = _look_up(host, port, timeout_s)
    if not addresses or not (allow_private or all(is_public_address(address) for address in addresses)):
        raise AddressRefused(f"{host} is not on the public internet")
    return addresses[0]


def _look_up(host, port, timeout_s):
    """Return the addresses of a host. ``getaddrinfo`` has no timeout, therefore it runs in a thread that can be left."""
    lookups = _lookups
    if not lookups.acquire(timeout=timeout_s):
        raise FetchFailed("too many name lookups are in progress")
    outcome = []

    def look_up():
        try:
            outcome.append([info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
        except (OSError, UnicodeError) as error:
            outcome.append(error)
        finally:
            lookups.release()

    thread = threading.Thread(target=look_up, name="name lookup", daemon=True)
    thread.start()
    thread.join(timeout_s)
    if not outcome:
        raise FetchFailed(MSG_TIMEOUT)
    if isinstance(outcome[0], Exception):
        raise FetchFailed(f"{host} cannot be resolved: {outcome[0]}")
    return outcome[0]


def _open_connection(parts, address, port, timeout_s):
    if parts.scheme == "http":
        return HTTPConnection(address, port, timeout=timeout_s)
    return HTTPSConnection(
        address,
        port,
        timeout=timeout_s,
        ssl_context=ssl.create_default_context(),
        server_hostname=parts.hostname,
    )


def _default_port(parts):
    return 443 if parts.scheme == "https" else 80


def _read(response, max_bytes, watchdog):
    chunks, size = [], 0
    while not watchdog.expired and (chunk := response.read1(65536)):
        size += len(chunk)
        if size > max_bytes:
            raise FetchFailed(f"the answer is longer than {max_bytes} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


class _Watchdog:
    """Closes the socket at the deadline. A socket's own timeout starts again with every byte that arrives."""

    def __init__(self, connection, timeout_s):
        self.expired = False
        self._connection = connection
        self._timer = threading.Timer(timeout_s, self._close_socket)
        self._timer.daemon = True

    def start(self):
        self._timer.start()

    def cancel(self):
        self._timer.cancel()

    def _close_socket(self):
        self.expired = True
        # There may be no socket yet, or it may be closed already.
        with suppress(OSError, AttributeError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)
