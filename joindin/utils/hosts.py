"""Host names of requests: syntax, and the names under which this server answers."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

# Stands for every valid host in a list of allowed ones.
ANY_HOST = "*"
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")

MAX_HOST_LENGTH = 255
MAX_PORT = 65_535

# A name of the DNS, an IPv4 address or an IPv6 address in brackets, with an optional port (RFC 3986, section 3.2.2).
HOST_PATTERN = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9.])?|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?\Z")


def host_name(host: str) -> str | None:
    """Return the name in a ``Host`` header: without port and final dot, in lower case; None if the header is not valid."""
    if len(host) > MAX_HOST_LENGTH or (match := HOST_PATTERN.match(host)) is None or int(match[2] or 0) > MAX_PORT:
        return None
    return None if ".." in match[1] else match[1].lower().removesuffix(".")


def host_of_url(url: str) -> str:
    """Return host and port of a URL as they stand in a ``Host`` header."""
    return urlsplit(url).netloc.rpartition("@")[2]


def allowed_hosts(listed: Collection[str], public_urls: Collection[str]) -> tuple[str, ...]:
    """Return the host names under which this server answers: the listed ones, those of the public URLs, the loopback names.

    Without any listed name and public URL it is every host: the installation has no public address yet.
    """
    if ANY_HOST in listed or not (listed or public_urls):
        return (ANY_HOST,)
    return tuple(
        sorted({*listed, *filter(None, (host_name(host_of_url(url)) for url in public_urls)), *LOOPBACK_HOSTS})
    )
